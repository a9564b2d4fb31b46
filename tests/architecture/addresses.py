"""Which thing of the world each address is tried with."""

from __future__ import annotations

from typing import Any
from uuid import UUID

NOWHERE = UUID(int=7)

WITHOUT_FILE = {
    "dossiers:index", "dossiers:exceptional", "dossiers:watch", "dossiers:own_persons", "dossiers:simulate", "dossiers:why", "dossiers:give", "dossiers:agents", "dossiers:agent_own", "dossiers:agent_end", "dossiers:handover_bundle",
    "journal:new", "journal:urgencies", "journal:texts", "journal:text_new", "journal:text", "journal:action", "journal:end_action",
    "journal:objective", "journal:meeting",
    "dossiers:persons", "dossiers:person_own", "dossiers:person_section", "dossiers:person_edit", "dossiers:lists", "dossiers:new_list", "dossiers:code_list", "dossiers:code", "dossiers:fields", "dossiers:new_kind",
    "dossiers:new_section", "dossiers:new_field", "dossiers:change_field",
    "journal:entry", "journal:activity", "journal:with",
    "dossiers:retention", "dossiers:retention_add", "dossiers:destruction", "dossiers:destruction_list", "dossiers:certificate",
    "dossiers:reading_rules", "dossiers:reading_rule_add", "dossiers:known_names",
}  # fmt: skip

THING: dict[str, str] = {
    "contacts:person": "person", "dossiers:person_own": "person", "aid:person_category": "person", "contacts:fact": "person", "contacts:protect": "person", "contacts:card": "person",
    "contacts:reveal": "person", "contacts:role_add": "person", "contacts:role_end": "person", "contacts:tenant_add": "person", "contacts:tenant_end": "person", "contacts:family": "person",
    "contacts:relation_add": "person", "contacts:relation_end": "person", "contacts:merge": "person", "contacts:merge_undo": "person",
    "contacts:organisation": "organisation", "contacts:organisation_close": "organisation", "contacts:organisation_role": "organisation",
    "contacts:organisation_merge": "organisation", "contacts:organisation_merge_undo": "organisation",
    **dict.fromkeys(("socialdata:dossier", "socialdata:ask"), "dossier"), "socialdata:alert": "alert", "socialdata:file": "mutations",
    **dict.fromkeys(("socialdata:extract", "socialdata:withdraw", "socialdata:withdraw_answer", "socialdata:seen"), "extract"),
    "documents:download": "document", "documents:about": "document", "documents:orphan": "orphan",
    "journal:action": "turn", "journal:end_action": "action", "journal:objective": "objective", "journal:entry": "objective", "journal:text": "text",
    "workflows:task": "task", "workflows:beside": "task", "workflows:take": "task", "workflows:back": "task", "workflows:hand": "task", "workflows:away": "away", "workflows:away_read": "away",
    "requests:detail": "request", "requests:receipt": "request", "requests:correct": "request", "requests:identify": "fresh",
    "requests:take_over": "request", "requests:named": "request",
    "decisions:proposal": "proposal", "decisions:versions": "proposal", "decisions:take_back": "proposal", "decisions:review": "proposal",
    "decisions:hearing": "draft", "decisions:to_discuss": "draft", "decisions:ask_opinion": "draft", "decisions:opinion": "opinion",
    "decisions:session": "agenda", "decisions:agenda": "agenda", "decisions:batch": "agenda", "decisions:presence": "agenda",
    "decisions:fill": "agenda", "decisions:freeze": "agenda", "decisions:open": "agenda", "decisions:close": "agenda",
    "decisions:decide": "item", "decisions:recuse": "item", "decisions:carry": "item", "decisions:list_kind": "item",
    "decisions:minutes": "minutes", "decisions:sign_minutes": "minutes", "decisions:minutes_pdf": "minutes",
    "decisions:decision": "decision", "decisions:pack": "decision", "decisions:letter_pdf": "decision", "decisions:notify": "decision",
    "decisions:returned": "decision",
    **dict.fromkeys((f"portal:{name}" for name in ("person", "withdraw", "confirm", "close")), "person"), "portal:keep": "request",
    "portal:timeline": "request", "portal:readings": "request", "portal:receipt": "request", "portal:sent": "request",
    "connectors:bank_answer": "call", "connectors:call": "call", "connectors:call_request": "call",
    "accounting:order": "order", "accounting:release": "order", "accounting:withdraw": "order", "accounting:sent": "order",
    "accounting:order_file": "order", "accounting:bank_file": "bank_file", "accounting:centre_account": "centre_account",
    "decisions:committee": "committee", "decisions:new_mandate": "committee", "decisions:new_limit": "committee", "accounting:voucher": "voucher",
    "aid:rejected": "due", "aid:second": "due", "aid:settle": "due", "aid:entitlement": "entitlement", "aid:account": "entitlement",
    "aid:claim": "claim", "aid:claim_received": "claim", "aid:claim_reversed": "claim", "aid:waive": "open_claim", "aid:claim_letter": "claim",
    **dict.fromkeys((f"agenda:{name}" for name in ("appointment", "move", "change", "cancel", "missed", "held", "invite")), "appointment"),
    "journal:meeting": "appointment", "agenda:feed_end": "feed", "portal:meeting": "request",
    "mailings:mailing": "mailing", "mailings:write": "mailing_draft", "mailings:check": "mailing_draft", "mailings:discard": "mailing_draft",
    "mailings:stop": "mailing", "mailings:printed": "mailing",
    "takeover:rehearsal": "rehearsal", "takeover:compare": "rehearsal", "takeover:explain": "rehearsal", "takeover:go_live": "rehearsal",
    "takeover:certificate": "live_rehearsal", "takeover:old_dossier": "dossier", "takeover:old_person": "person",
    "aid:settled": "settled_claim", "aid:settled_letter": "settled_claim",
    "aid:attest": "finished", "aid:attest_person": "person", "aid:attestation": "attestation", "aid:withdraw_attestation": "attestation",
    "aid:type": "aid_type", "requests:add_aid": "request",
    "takeover:import": "import", "takeover:apply": "import", "takeover:undo": "import", "takeover:discard": "import", "takeover:report": "import",
    "identity:admin_account": "account", "identity:grant": "account", "identity:issue_link": "account", "identity:reset_factors": "account",
    "identity:set_active": "account", "identity:unit": "unit",
    "identity:sector": "sector", "identity:sector_agent": "sector", "identity:sector_agent_end": "agent_sector",
    "identity:list_view": "view", "identity:list_view_remove": "view",
    "identity:proxy_answer": "proxy", "identity:proxy_end": "proxy", "identity:proxy_act": "proxy",
    "dossiers:transfer_answer": "transfer", "dossiers:agent": "agent", "dossiers:leaving": "agent",
    "dossiers:departure": "departure", "dossiers:handover": "handover", "dossiers:code_list": "code_list", "dossiers:code": "code",
    "dossiers:destruction_list": "destruction", "dossiers:certificate": "destruction",
    "api:revoke": "token", "api:application_token": "application", "api:person": "person", "api:file": "document",
    "dossiers:known_end": "known", "dossiers:exceptional_end": "opening", "dossiers:settle": "look_up",
}  # fmt: skip


def arguments(name: str, things: dict[str, Any]) -> list[Any]:
    """Arguments of an address. An address with arguments that is not known here fails loudly."""
    if name in THING:
        first = [things[THING[name]].uuid]
        return [*first, "names"] if name == "contacts:fact" else first
    if name.startswith(("dossiers:", "journal:")) and name not in WITHOUT_FILE:
        dossier = [things["dossier"].uuid]
        if name in {"dossiers:own_section", "dossiers:own_edit"}:
            return [*dossier, "energy"]
        if name in {
            "dossiers:situation_edit",
            "dossiers:situation_end",
            "dossiers:intervention_end",
            "dossiers:hold_end",
            "dossiers:hold_keep",
            "dossiers:reading_end",
        }:
            return [*dossier, NOWHERE]
        if name in {"dossiers:member_add", "dossiers:member_end"}:
            return [*dossier, things["person"].uuid]
        return dossier
    special = {
        **{f"api:{name}": lambda: [things["dossier"].number] for name in ("dossier", "members", "journal", "documents")},
        "dossiers:person_section": lambda: [things["person"].uuid, "coaching"],
        "dossiers:person_edit": lambda: [things["person"].uuid, "coaching"],
        "dossiers:new_section": lambda: ["general"],
        "dossiers:new_field": lambda: ["general", "energy"],
        "dossiers:change_field": lambda: ["general", "energy_tutor"],
        "dossiers:agent_end": lambda: [things["agent"].uuid, things["agent_fact"].pk],
        "dossiers:handover_bundle": lambda: [things["departure"].uuid, things["agent"].uuid],
        "dossiers:why": lambda: ["dossier", things["dossier"].uuid],
        "contacts:fact_end": lambda: [things["person"].uuid, "point"],
        "contacts:organisation_fact": lambda: [things["organisation"].uuid, "name"],
        "contacts:organisation_end": lambda: [things["organisation"].uuid, "kind"],
        "journal:with": lambda: ["organisation", things["organisation"].uuid],
        "agenda:add": lambda: ["dossier", things["dossier"].pk],
        "agenda:of": lambda: ["dossier", things["dossier"].pk],
        "desk:feed": lambda: ["unknown"],
        "documents:add": lambda: ["dossier", things["dossier"].pk],
        "workflows:process": lambda: ["aid-request"],
        "workflows:download": lambda: ["aid-request", 1],
        "documents:template": lambda: ["ris.grant"],
        "documents:template_new": lambda: ["ris.grant"],
        "documents:template_source": lambda: ["ris.grant", 1],
        "rules:parameter": lambda: ["be.ris.decide"],
        "rules:add_parameter": lambda: ["be.ris.decide"],
        "decisions:end_mandate": lambda: [things["committee"].uuid, things["mandate"].pk],
        "decisions:end_limit": lambda: [things["committee"].uuid, things["limit"].pk],
        "decisions:item": lambda: [things["agenda"].uuid, things["item"].uuid],
        "decisions:start": lambda: [things["draft_line"].pk],
        "decisions:urgent": lambda: [things["urgent_line"].pk],
        "connectors:call_answer": lambda: [things["call"].uuid, things["call_answer"].pk],
        "aid:first_payment": lambda: [things["done_line"].pk],
        "aid:claims_month": lambda: [2026, 11],
        "aid:run": lambda: [2026, 12],
        "aid:run_list": lambda: [2026, 12, "csv"],
        "portal:letter": lambda: [things["request"].uuid, things["line"].uuid],
        "portal:start": lambda: ["aid-request"],
        "portal:question": lambda: [NOWHERE, "identity"],
        "mailings:letters": lambda: [things["mailing"].uuid, 1],
        "mailings:copy": lambda: [things["mailing"].uuid, 1],
        "mailings:again": lambda: [things["mailing"].uuid, 1],
        "takeover:choose": lambda: [things["import"].uuid, 2],
        "contacts:handover": lambda: ["unknown"],
        "contacts:handover_wait": lambda: [NOWHERE],
        "identity:link": lambda: ["unknown"],
        **{f"identity:{name}": lambda: ["dossiers"] for name in ("lists", "list_save", "list_columns", "list_opens")},
    }
    if name in special:
        return special[name]()
    if name.startswith("portal:") and name.rsplit(":", 1)[1] in {"go_on", "later", "summary"}:
        return [NOWHERE]
    if name in {"identity:remove_factor", "identity:end_session", "identity:revoke", "requests:fill"}:
        return [NOWHERE]
    return []
