"""The frozen packs: what the members saw of a case, and what the decision rests on. Built inside the gesture, as plain JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, cast

from django.db.models import QuerySet

from parvis.kernel import canonical, clock
from parvis.kernel.actor import Actor, system_actor
from parvis.kernel.statements import Statement

from .. import letters, neighbours
from ..enums import ItemKind
from ..models import AgendaItem, Committee, Decision, LegalOpinion, MemberPack, Pack, Proposal, ProposalVersion, Recusal
from ..verify import FORMAT, envelope
from .history import banking, history

MEMBER_FORMAT = "parvis.member-pack/1"


def canonical_text(content: Mapping[str, Any]) -> str:
    return canonical.dumps(content)


def seal(decision: Decision, content: Mapping[str, Any]) -> Pack:
    """Write the decision and its frozen pack, the one with the hash of the other."""
    decision.pack_sha256 = canonical.digest(content)
    decision.save(force_insert=True)
    return Pack.unscoped.create(
        decision=decision, content=canonical_text(content), sha256=decision.pack_sha256, created_at=decision.decided_at
    )


def pack_file(pack: Pack) -> str:
    """The text of pack.json for one decision, hash included."""
    return envelope(json.loads(pack.content))


def _person(actor: Actor, person_id: int) -> dict[str, Any]:
    card = neighbours.person(actor, person_id)
    return {
        "id": person_id,
        "name": card.display_name,
        "birth_date": card.birth_date,
        "niss_masked": card.niss_masked,
        "address": "" if card.hidden else card.address,
        "hidden": card.hidden,
        "language": card.language,
    }


def _version(version: ProposalVersion) -> dict[str, Any]:
    return {
        "no": version.no,
        "author": version.author_label,
        "at": version.at,
        "blocks": version.blocks,
        "provisions": version.provisions,
    }


def calculations(versions: Iterable[ProposalVersion]) -> list[dict[str, Any]]:
    """Rule set, parameters, inputs and tree of every calculation the versions rest on."""
    ids: list[int] = []
    for version in versions:
        for provision in version.provisions:
            found = provision.get("calculation_id")
            if found and found not in ids:
                ids.append(found)
    return [neighbours.calculation_json(pk) for pk in ids]


def opinions(proposal: Proposal) -> list[dict[str, Any]]:
    return [
        {
            "question": row.question,
            "asked_by": row.asked_by_label,
            "asked_at": row.asked_at,
            "due_on": row.due_on,
            "opinion": row.opinion,
            "text": row.text,
            "given_by": row.given_by_label,
            "given_at": row.given_at,
        }
        for row in LegalOpinion.unscoped.filter(proposal=proposal).order_by("asked_at", "pk")
    ]


def _hearing(proposal: Proposal) -> dict[str, Any]:
    return {
        "wish": proposal.wish_to_be_heard,
        "informed_on": proposal.heard_informed_on,
        "informed_by": proposal.heard_informed_by,
        "missed_on": proposal.heard_missed_on,
        "heard_on": proposal.heard_on,
        "note": proposal.heard_note,
    }


_PREVIOUS = Statement("decisions.previous")


def previous_decision(proposal: Proposal, *, before: Decision | None = None) -> Decision | None:
    """The last settled decision on the same kind of aid in this dossier, for what changed since (C11)."""

    def read(at: dict[str, Any]) -> QuerySet[Decision]:
        rows = Decision.unscoped.filter(
            dossier_id=at["dossier"], outcome__in=("granted", "adjusted", "refused"), ratification__in=("none", "pending", "ratified")
        ).exclude(item__kind=ItemKind.RATIFICATION)
        if "but" in at:
            rows = rows.exclude(pk=at["but"])
        rows = rows.exclude(proposal=at["proposal"]).filter(line__kind=at["kind"])
        return rows.select_related("decided_version", "proposal").order_by("-decided_at", "-pk")[:1]

    values: dict[str, Any] = {
        "dossier": proposal.dossier_id,
        "proposal": proposal.pk,
        "kind": str(neighbours.line_kind(proposal.line_id)),
    }
    if before is not None and before.pk:
        values["but"] = before.pk
    return cast("Decision | None", _PREVIOUS.one((), read, **values))


def proposal_summary(actor: Actor, proposal: Proposal, version: ProposalVersion) -> dict[str, Any]:
    """What members need to decide, in the reader-neutral form that is frozen: nothing of the dossier beyond the case (C10)."""
    line = neighbours.line(proposal.line_id)
    previous = previous_decision(proposal)
    return {
        "format": MEMBER_FORMAT,
        "proposal": {
            "id": proposal.pk,
            "uuid": proposal.uuid,
            "title": proposal.title,
            "outcome": proposal.proposed_outcome,
            "urgent": proposal.urgent,
            "author": proposal.author_label,
            "reviewer": proposal.reviewed_by_label,
            "language": proposal.language,
        },
        "request": {
            "number": line.request_number,
            "kind": line.kind,
            "label": line.labels,
            "received_on": line.received_on,
            "decide_by": neighbours.due_on(proposal.line_id, "decide"),
        },
        "dossier": {"number": line.dossier_number, "unit": line.unit_name},
        "person": _person(actor, proposal.person_id),
        "version": _version(version),
        "provisions": describe_provisions(version.provisions),
        "calculations": calculations([version]),
        "members": version.facts.get("members", []),
        "situation": version.facts.get("situation", []),
        "changes": changes_since(previous, version),
        "previous": _previous_json(previous),
        "opinions": opinions(proposal),
        "hearing": _hearing(proposal),
        "pieces": [piece.to_json() for piece in neighbours.pieces(actor, proposal, "fr")],
        "visits": neighbours.visits(actor, proposal.dossier_id),
        "banking": banking(version.provisions, proposal.person_id),
        "history": history(proposal),
        "letter": letters.envelope(proposal, version.blocks).to_json(),
    }


def _previous_json(previous: Decision | None) -> dict[str, Any] | None:
    if previous is None:
        return None
    return {
        "number": previous.number,
        "decided_on": previous.decided_on,
        "outcome": previous.outcome,
        "provisions": describe_provisions(previous.decided_version.provisions),
    }


def describe_provisions(provisions: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each provision with its plain words in every language the kind knows."""
    from ..provisions import provision_from_json
    from .steps import kind_of

    out = []
    for data in provisions:
        provision = provision_from_json(data)
        kind = kind_of(provision.kind)
        out.append(
            {
                **data,
                "title": dict(kind.title),
                "text": {code: dict(kind.describe(provision, code)) for code in ("fr", "nl", "de", "en")},
            }
        )
    return out


def changes_since(previous: Decision | None, version: ProposalVersion) -> list[dict[str, Any]]:
    """Household, resources and grants then and now, changed entries first (C11)."""
    from ..calculations import changed_fields

    if previous is None:
        return []
    before, after = previous.decided_version, version
    return changed_fields(_flat(before), _flat(after))


def _flat(version: ProposalVersion) -> dict[str, Any]:
    """One comparable text per thing a committee asks about."""
    flat: dict[str, Any] = {"household": str(len(version.facts.get("members", []))) or None}
    for row in version.facts.get("situation", []):
        flat[f"fact:{row['kind']}:{row['label']}"] = f"{row['amount']} {row['periodicity']}" if row.get("amount") else row.get("label")
    for provision in version.provisions:
        flat[f"provision:{provision['kind']}"] = provision["amount"]
        for key, value in (provision.get("details") or {}).items():
            if isinstance(value, str):
                flat[f"detail:{key}"] = value
        flat["account"] = provision["payee"].get("iban") or None
    return flat


def freeze_member_pack(item: AgendaItem) -> MemberPack:
    """Freeze once what members see of the item."""
    existing = MemberPack.unscoped.filter(item=item).first()
    if existing is not None:
        return existing
    version = ProposalVersion.unscoped.filter(proposal_id=item.proposal_id).order_by("-no")[0]
    actor = system_actor("decisions.packs")
    content = proposal_summary(actor, item.proposal, version)
    if item.kind == ItemKind.RATIFICATION and item.ratifies is not None:
        urgent = item.ratifies
        content["ratifies"] = {
            "number": urgent.number,
            "decided_at": urgent.decided_at,
            "decided_by": urgent.decided_by_label,
            "reason": urgent.reason,
            "pack_sha256": urgent.pack_sha256,
        }
    text = canonical_text(content)
    return MemberPack.unscoped.create(item=item, version=version, content=text, sha256=canonical.digest(content), frozen_at=clock.now())


def build_pack(
    *,
    actor: Actor,
    decision: Decision,
    committee: Committee,
    roll: list[Any],
    quorum: Any,
    ratifies: Decision | None = None,
) -> dict[str, Any]:
    """Everything the decision rests on. Called before the row is written; its digest goes into the row."""
    proposal, proposed, decided = decision.proposal, decision.proposed_version, decision.decided_version
    reader = system_actor("decisions.packs")
    line = neighbours.line(proposal.line_id)
    previous = previous_decision(proposal, before=decision)
    member_pack = MemberPack.unscoped.filter(item=decision.item).first() if decision.item else None
    blocks = letters.with_decision(decided.blocks, decision, committee)
    content: dict[str, Any] = {
        "format": FORMAT,
        "decision": {
            "number": decision.number,
            "uuid": decision.uuid,
            "outcome": decision.outcome,
            "reason": decision.reason,
            "deviates": decision.deviates,
            "decided_at": decision.decided_at,
            "decided_on": decision.decided_on,
            "recorded_by": decision.decided_by_label,
            "decider": decision.decider,
            "committee": committee.name,
            "ratification": decision.ratification,
            "ratifies": {"number": ratifies.number, "pack_sha256": ratifies.pack_sha256} if ratifies else None,
            "replaces": decision.replaces.number if decision.replaces else None,
        },
        "request": {
            "number": line.request_number,
            "line": line.id,
            "kind": line.kind,
            "label": line.labels,
            "received_on": line.received_on,
            "clocks": neighbours.clocks_json(proposal.line_id),
        },
        "dossier": {"number": line.dossier_number, "unit": line.unit_name},
        "person": _person(reader, proposal.person_id),
        "proposed": {
            **_version(proposed),
            "outcome": proposal.proposed_outcome,
            "proposed_by": proposal.author_label,
            "reviewed_by": proposal.reviewed_by_label,
        },
        "decided": {"no": decided.no, "blocks": blocks, "provisions": decided.provisions},
        "provisions": describe_provisions(decided.provisions),
        "facts": decided.facts,
        "calculations": calculations([proposed, decided]),
        "changes": changes_since(previous, decided),
        "previous": _previous_json(previous),
        "banking": banking(decided.provisions, proposal.person_id),
        "history": history(proposal, before=decision),
        "opinions": opinions(proposal),
        "hearing": _hearing(proposal),
        "roll": [
            {
                "label": entry.label,
                "role": entry.role,
                "voting": entry.voting,
                "present": entry.present,
                "recused": entry.recused,
            }
            for entry in roll
        ],
        "recusals": list(Recusal.objects.filter(item=decision.item).order_by("pk").values_list("label", flat=True))
        if decision.item
        else [],
        "quorum": {"needed": quorum.needed, "counted": quorum.counted} if quorum else None,
        "votes": {"for": decision.votes_for, "against": decision.votes_against, "abstain": decision.votes_abstain},
        "member_pack": {"sha256": member_pack.sha256, "frozen_at": member_pack.frozen_at} if member_pack else None,
        "session": {"starts_at": decision.session.starts_at, "place": decision.session.place} if decision.session else None,
        "annexes": [piece.to_json() for piece in neighbours.pieces(reader, proposal, "fr") if piece.present],
        "letter": letters.envelope(proposal, blocks, decision, committee).to_json(),
    }
    plain: dict[str, Any] = canonical.plain(content)
    return plain


def read_member_pack(pack: MemberPack) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(pack.content)
    return content
