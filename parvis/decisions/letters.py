"""The letter of a case: composed from template, facts and calculation; what the worker typed is kept. Nothing is written twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from parvis.documents import api as documents
from parvis.documents.api import Block, Envelope, blocks_from_json, blocks_to_json
from parvis.dossiers.api import main_referent_of, own_values
from parvis.identity.api import actor_for
from parvis.kernel import asof, clock
from parvis.kernel.actor import Actor
from parvis.kernel.terms import Term
from parvis.rules import api as rules
from parvis.ui import formats

from . import grounds, hearings, neighbours
from .enums import Decider, Outcome
from .models import Committee, Decision, Membership, Proposal, ProposalVersion
from .provisions import Provision

#: Kind of aid → template when granted, when refused. A kind may name its own: `letter`, `refusal_letter`.
TEMPLATES = {
    "aid.ris": ("ris.grant", "ris.refusal"),
    "aid.equivalent": ("equivalent_aid.grant", "aid.refusal"),
    "aid.one_off": ("one_off.grant", "aid.refusal"),
    "aid.advance": ("advance.grant", "aid.refusal"),
}
USUAL = ("one_off.grant", "aid.refusal")
URGENT = "urgent.grant"

ALSO = {"fr": "Nous avons aussi décidé", "nl": "Wij hebben ook beslist", "de": "Außerdem haben wir entschieden", "en": "We also decided"}


#: Stands in a template's text until the block is built; no letter can contain it otherwise.
LATER_MARK = "payment-day-known-once-decided"


# Composing ------------------------------------------------------------------------------------------------------------
def template_key(line: neighbours.Line, provisions: Sequence[Provision], outcome: str, *, urgent: bool) -> str:
    """The template for this outcome: of the kind of aid, or of the request line."""
    from parvis.kernel import registries

    kind = provisions[0].kind if provisions else line.provision_kind
    known = registries.provisions.get(kind) if kind in registries.provisions else None
    granted, refused = TEMPLATES.get(kind, USUAL)
    granted, refused = getattr(known, "letter", "") or granted, getattr(known, "refusal_letter", "") or refused
    if outcome == Outcome.REFUSED:
        return refused
    if urgent and (not provisions or provisions[0].periodicity == "once"):
        return URGENT
    if line.letter_template and (not provisions or kind == line.provision_kind):
        return line.letter_template
    return granted


def _facts(actor: Actor, proposal: Proposal, line: neighbours.Line, provisions: Sequence[Provision], outcome: str) -> dict[str, Any]:
    language = proposal.language
    account = proposal.author
    facts: dict[str, Any] = {
        "request_on": line.received_on,
        "reference": line.dossier_number,
        "contact": account.display_name if account is not None else "",
        "service": line.unit_in(language),
        "decider": Decider.PRESIDENT.value
        if proposal.urgent and outcome == Outcome.GRANTED and _once(provisions)
        else Decider.COMMITTEE.value,
        **hearings.facts(proposal),
        "purpose": line.labels,
        "from_on": line.received_on,
    }
    if outcome == Outcome.REFUSED:
        facts |= grounds.facts(proposal.ground)
    if not provisions:
        return facts
    first = provisions[0]
    facts |= {
        "from_on": first.from_on,
        "to_on": first.to_on,
        "amount": first.amount,
        "rhythm": None if first.periodicity == "month" else {"fr": "en une fois", "nl": "in één keer", "de": "einmalig", "en": "once"},
        "payee": _payee(first, proposal, language),
        **{name: value for name, value in first.details.items() if isinstance(value, str) and value},
    }
    if first.periodicity == "once":
        facts["payment_day"] = LATER_MARK
    if first.calculation_id:
        row = neighbours.calculation(first.calculation_id)
        facts["computed"] = rules.computed_data(row.tree, language, row.notes)
    from .services.steps import kind_of

    more = getattr(kind_of(first.kind), "letter_facts", None)
    if more is not None:
        facts |= more(first, language)
    return facts


def _own_fields(actor: Actor, proposal: Proposal) -> dict[str, str]:
    """The organisation's own fields, for the templates that name them, as the author of the letter may read them: what is hidden from them, or
    not noted, stays pending in the draft, whoever saves it.
    """
    author = proposal.author
    reader = actor if author is None or actor.account_id == author.pk else actor_for(author)
    return {name: value for name, value in own_values(reader, proposal.dossier_id, proposal.language).items() if value}


def _once(provisions: Sequence[Provision]) -> bool:
    return bool(provisions) and provisions[0].periodicity == "once"


def _payee(provision: Provision, proposal: Proposal, language: str) -> Any:
    """Another person or firm that receives the money, by name; nothing for the person's own account."""
    name = provision.payee.name.strip()
    if provision.payee.person_id == proposal.person_id or not name or name == provision.beneficiary_name:
        return None
    return name


def pay_by(line: neighbours.Line, decided_on: date) -> date:
    """The last day to pay once: the term of law runs from the decision, so the letter knows it only then."""
    key = line.terms.get("pay")
    try:
        term = rules.term(key, decided_on) if key else Term(15)
    except rules.UnknownParameter:
        term = Term(15)
    return term.due(decided_on)


def _later(block: Block) -> Block:
    """What only the decision will tell stays pending in the draft."""
    return replace(block, text=block.text.replace(LATER_MARK, "⟦payment_day⟧")) if LATER_MARK in block.text else block


def compose(
    *,
    actor: Actor,
    proposal: Proposal,
    provisions: Sequence[Provision],
    own: Mapping[str, str],
    previous: Sequence[Mapping[str, Any]],
    outcome: str,
    reason: str = "",
) -> list[dict[str, Any]]:
    """The blocks of the letter: law and computation fresh, free paragraphs as typed (`own`, else as they were).

    `reason`: why the committee or the president decides so; it joins the facts that the person reads.
    """
    line = neighbours.line(proposal.line_id)
    key = template_key(line, provisions, outcome, urgent=proposal.urgent)
    facts = _facts(actor, proposal, line, provisions, outcome) | _own_fields(actor, proposal)
    before = blocks_from_json(previous)
    known_key, number = documents.template_of(before) if before else ("", 0)
    drafted = documents.draft_letter(key, proposal.language, facts, number=number if known_key == key else None)
    fresh = [_later(block) for block in hearings.said(drafted, proposal)]
    typed = {block.key: block.text for block in before if block.is_free}
    blocks = [replace(block, text=typed[block.key]) if block.is_free and typed.get(block.key) else block for block in fresh]
    for name, text in own.items():
        if any(block.key == name and block.is_free for block in blocks):
            blocks = documents.edit_block(blocks, name, text)
        elif any(block.key == name for block in blocks):
            documents.edit_block(blocks, name, text)  # refused: law and computation are not typed
    if reason:
        blocks = _with_reason(blocks, reason)
    return blocks_to_json(_with_others(blocks, provisions, proposal.language))


def _with_reason(blocks: list[Block], reason: str) -> list[Block]:
    target = next((block for block in blocks if block.is_free and "factual_grounds" in block.mentions), None)
    if target is None or reason in target.text:
        return blocks
    return documents.edit_block(blocks, target.key, f"{target.text}\n\n{reason}".strip())


def _with_others(blocks: list[Block], provisions: Sequence[Provision], language: str) -> list[Block]:
    """The further grants of the same decision, as a computed block after the first one."""
    blocks = [block for block in blocks if block.key != "also"]
    if len(provisions) < 2:
        return blocks
    from .services.steps import kind_of

    rows, lines = [], []
    for provision in provisions[1:]:
        text = kind_of(provision.kind).describe(provision, language)
        rows.append(
            {
                "kind": "base",
                "key": f"also.{provision.key}",
                "label": str(text["title"]),
                "amount": formats.amount(provision.amount, provision.currency, language),
                "why": "",
            }
        )
        lines += [str(one) for one in text["lines"]]
    also = Block("also", "computed", language, heading=ALSO.get(language, ALSO["fr"]), data={"rows": rows, "lines": lines})
    place = min(2, len(blocks))
    return [*blocks[:place], also, *blocks[place:]]


def with_decision(blocks: Sequence[Mapping[str, Any]], decision: Decision, committee: Committee) -> list[dict[str, Any]]:
    """The same letter with number and day of the decision: no other word changes (C2)."""
    facts = {
        "decided_on": decision.decided_on,
        "decision_number": decision.number,
        "payment_day": pay_by(neighbours.line(decision.line_id), decision.decided_on),
    }
    return blocks_to_json(documents.complete_letter(blocks_from_json(blocks), facts))


@neighbours.kept
def refusal_asks(line_id: int) -> dict[str, list[str]]:
    """What the refusal letter of this line asks for: facts to give, mentions to carry."""
    line = neighbours.line(line_id)
    asked: dict[str, list[str]] = documents.fields_of(template_key(line, [], Outcome.REFUSED, urgent=False))
    return asked


def needs_ground(proposal: Proposal) -> bool:
    """True when the refusal letter of this line must name the condition that is not met."""
    return "ground" in refusal_asks(proposal.line_id)["given"]


def law_asks_hearing(proposal: Proposal) -> bool:
    """True where the refusal letter must mention the right to be heard: the law of 26 May 2002, not the organic law."""
    return hearings.MENTION in refusal_asks(proposal.line_id)["required"]


# Checking -------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class MentionState:
    key: str
    label: str
    present: bool
    note: str = ""


def mentions(blocks: Sequence[Mapping[str, Any]], language: str = "", *, final: bool = False) -> list[MentionState]:
    """Each mandatory mention, there or not."""
    return [
        MentionState(row["key"], str(row["text"]), row["state"] == "ok", str(row["note"]))
        for row in documents.check_list(blocks_from_json(blocks), final=final)
    ]


def checklist(blocks: Sequence[Mapping[str, Any]], *, final: bool = False) -> list[dict[str, Any]]:
    return list(documents.check_list(blocks_from_json(blocks), final=final))


def reasons_are_stock(blocks: Sequence[Mapping[str, Any]], *, extra: str = "") -> bool:
    """True when the grounds of fact say nothing of this person (F4). `extra`: words said with the decision."""
    known = blocks_from_json(blocks)
    if extra:
        known = _with_reason(known, extra)
    return bool(documents.stock_text_only(known))


def own_texts(blocks: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """What was typed: free blocks by key."""
    return {block["key"]: block["text"] for block in blocks if block["kind"] == "free"}


def diff(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Blocks that changed, word by word."""
    return [change for change in documents.blocks_diff(blocks_from_json(before), blocks_from_json(after)) if change.state != "same"]


# Showing --------------------------------------------------------------------------------------------------------------
def html(blocks: Sequence[Mapping[str, Any]], envelope: Envelope | None = None) -> str:
    """The letter as the person will read it, in a `paper`."""
    return documents.render_letter_html(blocks_from_json(blocks), envelope, label=_("Letter as it will be notified")) if blocks else ""


def page_blocks(blocks: Sequence[Mapping[str, Any]], typed: Mapping[str, str]) -> list[dict[str, Any]]:
    """Each block for the page: its HTML, or the text to edit."""
    shown = []
    for block in blocks_from_json(blocks):
        text = typed.get(block.key, block.text)
        shown.append(
            {
                "key": block.key,
                "kind": block.kind,
                "heading": block.heading,
                "free": block.is_free,
                "text": text,
                "rows": max(3, min(18, text.count("\n") + len(text) // 70 + 2)),
                "html": documents.block_html(block),
            }
        )
    return shown


SIGNS = {
    "president": {"fr": "Présidence", "nl": "Voorzitter", "de": "Vorsitz", "en": "President"},
    "secretary": {"fr": "Secrétariat", "nl": "Secretaris", "de": "Sekretariat", "en": "Secretary"},
}


def envelope(
    proposal: Proposal, blocks: Sequence[Mapping[str, Any]], decision: Decision | None = None, committee: Committee | None = None
) -> Envelope:
    """What stands around the text: centre, reference, contact, person. A hidden address is not on the envelope."""
    who = documents.sender()
    language = proposal.language
    lines = neighbours.postal_lines(proposal.person_id, decision.decided_on if decision is not None else asof.day())
    return Envelope(
        language=language,
        recipient=(neighbours.person_name(neighbours.READER, proposal.person_id), *lines),
        subject=documents.subject_line(blocks_from_json(blocks)),
        on=decision.decided_on if decision is not None else None,
        reference=f"{proposal.dossier.number} / {decision.number}" if decision is not None else proposal.dossier.number,
        contact=(_contact(proposal, language), who.phone),
        sender=who,
        service=proposal.unit.name_in(language),
        signatures=_signatures(committee, language) if committee is not None else (),
        draft=decision is None,
    )


def _contact(proposal: Proposal, language: str) -> str:
    """Whom the person can ask: the author; for what a job drafted, the referent of the dossier; else the service. Never a program."""
    if proposal.author is not None:
        return proposal.author.display_name
    referent = main_referent_of(proposal.dossier_id)
    return referent.account.display_name if referent is not None else proposal.unit.name_in(language)


def _signatures(committee: Committee, language: str) -> tuple[tuple[str, str], ...]:
    found = {}
    for row in Membership.objects.filter(committee=committee, role__in=SIGNS, valid_from__lte=clock.today()).order_by("valid_from", "pk"):
        if row.valid_to is None or row.valid_to >= clock.today():
            found[row.role] = row.label
    return tuple((found[role], SIGNS[role].get(language, SIGNS[role]["fr"])) for role in SIGNS if role in found)


def pack_envelope(pack: Mapping[str, Any]) -> Envelope | None:
    """The envelope frozen in a pack."""
    return Envelope.from_json(pack["letter"]) if pack.get("letter") else None


def bears_protected(pack: Mapping[str, Any]) -> bool:
    """An address stands in it that is protected by now: it was frozen before. Asks nothing where none stands in it."""
    letter = pack.get("letter") or {}
    return len(letter.get("recipient", ())) > 1 and neighbours.is_hidden(pack["person"]["id"])


def shown_envelope(pack: Mapping[str, Any], *, protected: bool | None = None) -> Envelope | None:
    """The same for a page: of a person who is protected by now the name alone, whatever stood there on the day. ``protected``: asked already."""
    found, hides = pack_envelope(pack), bears_protected(pack) if protected is None else protected
    return replace(found, recipient=found.recipient[:1]) if found is not None and hides else found


# Explaining -----------------------------------------------------------------------------------------------------------
def trees(version: ProposalVersion, previous: ProposalVersion | None, language: str) -> list[dict[str, Any]]:
    """The explanation tree of each computed grant, with what changed since the previous decision."""
    now = [data for data in version.provisions if data.get("calculation_id")]
    then = [data for data in previous.provisions if data.get("calculation_id")] if previous is not None else []
    known = neighbours.calculations(data["calculation_id"] for data in [*now, *then]) if now else {}
    before = {data["kind"]: known[data["calculation_id"]].tree for data in then if now}
    out = []
    for data in now:
        row = known[data["calculation_id"]]
        out.append(_tree(row.tree, row.ruleset, row.version, row.computed_at, row.notes, language, before.get(data["kind"])))
    return out


def pack_trees(pack: Mapping[str, Any], language: str) -> list[dict[str, Any]]:
    """The same, from a frozen pack."""
    return [
        _tree(row["tree"], row["ruleset"], row["version"], None, row.get("notes") or [], language, None)
        for row in pack.get("calculations", [])
    ]


def _tree(tree: Any, ruleset: str, version: str, at: Any, notes: Iterable[Any], language: str, before: Any) -> dict[str, Any]:
    changed = frozenset(change.key for change in rules.compare_trees(before, tree, language)) if before else frozenset()
    return {
        "root": rules.tree_view(tree, language, changed=changed),
        "ruleset": ruleset,
        "version": version,
        "at": at,
        "notes": [formats.label(note["text"], language) for note in notes],
    }


# PDF ------------------------------------------------------------------------------------------------------------------
def frozen_letter(pack: Mapping[str, Any]) -> tuple[list[Block], Envelope]:
    """Blocks and envelope as the pack holds them."""
    return blocks_from_json(pack["decided"]["blocks"]), Envelope.from_json(pack["letter"])


def render_pack_pdf(pack: Mapping[str, Any]) -> bytes:
    """The letter as PDF, from the pack alone, dated by the decision: the same bytes each time."""
    blocks, frozen = frozen_letter(pack)
    return documents.render_letter_pdf(blocks, frozen, date=date.fromisoformat(pack["letter"]["on"]))
