"""What the page of a proposal shows: letter, grants, checks, history, and what changed since the previous decision."""

from __future__ import annotations

from typing import Any, cast

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from parvis.dossiers.api import part_of
from parvis.kernel import memo, registries
from parvis.kernel.actor import Actor
from parvis.kernel.errors import DomainError
from parvis.kernel.statements import Statement
from parvis.ui import formats
from parvis.ui.http import Request, reading

from .. import access, forms, grounds, letters, neighbours, selectors
from ..enums import HearingMeans, Outcome, ProposalState
from ..models import Proposal, ProposalVersion
from ..services import packs, reviewing, steps


def may_open(actor: Actor) -> bool:
    return actor.has(*access.CASE_WORK, *access.SECRETARIAT, "lawyer", "auditor")


_FOUND = Statement("decisions.proposal")


def find(request: Request, uuid: Any) -> Proposal:
    actor, reads = request.actor, request.method in ("GET", "HEAD")
    beside = ["dossier", "unit", "line__request", "author", *(["working_copy"] if reads else [])]
    found = _FOUND.one(
        (actor, reads),
        lambda at: Proposal.objects.visible_to(actor).select_related(*beside).filter(uuid=at["uuid"]).order_by(),
        uuid=uuid,
    )
    if found is None:
        raise Http404("proposal")
    found.copy_read = reads
    if not reads and request.headers.get("X-Autosave") != "1":  # a pause is answered with what was just typed
        note_reading(request, cast(Proposal, found))
    return cast(Proposal, found)


def note_reading(request: Request, found: Proposal) -> None:
    """Whatever shows a proposal is a reading of it, the answer to a gesture too; what is unusual asks for a reason first (E12)."""
    back = reverse("decisions:proposal", args=[found.uuid])  # the address of a gesture shows nothing by itself
    reading(request, steps.ref(found), screen=request.screen.name, within=part_of(found.dossier_id), back=back)


def grants_of(actor: Actor, found: Proposal, version: ProposalVersion, *, data: Any = None, add: bool = False) -> forms.ProvisionSet:
    return forms.ProvisionSet(
        current=version.provisions,
        accounts=neighbours.household_accounts(actor, found.dossier_id, found.person_id),
        person_id=found.person_id,
        person_name=neighbours.person_name(actor, found.person_id),
        data=data,
        add=add or (data is None and not version.provisions),
    )


def context_of(
    request: Request,
    found: Proposal,
    *,
    grants: forms.ProvisionSet | None = None,
    typed: dict[str, str] | None = None,
    refused: DomainError | None = None,
    add: bool = False,
) -> dict[str, Any]:
    with memo.sharing():
        return _read(request, found, grants=grants, typed=typed, refused=refused, add=add)


def _read(
    request: Request,
    found: Proposal,
    *,
    grants: forms.ProvisionSet | None,
    typed: dict[str, str] | None,
    refused: DomainError | None,
    add: bool,
) -> dict[str, Any]:
    actor = request.actor
    version = selectors.latest_version(actor, found)
    marks = selectors.version_marks(actor, found, version)
    correction = selectors.correction(actor, found, marks, version)
    editable = access.may_edit(actor, found)
    if grants is None and editable:
        grants = grants_of(actor, found, version, add=add)  # first: it reads names and cards of the household, this person's among them
    language = formats.language()
    trouble_matters = found.state != ProposalState.DECIDED
    trouble = reviewing.problems(actor, found, version) if trouble_matters else None
    previous = packs.previous_decision(found)
    asked = selectors.opinions_of(actor, found)
    line = neighbours.line(found.line_id)
    return {
        "proposal": found,
        "line": line,
        "name": neighbours.person_name(actor, found.person_id),
        "version": version,
        "version_count": len(marks),
        "editable": editable,
        "may_submit": editable and found.state in (ProposalState.DRAFT, ProposalState.RETURNED),
        "may_review": found.state == ProposalState.SUBMITTED and access.may_review(actor, found),
        "may_take_back": found.state == ProposalState.SUBMITTED and actor.account_id == found.author_id,
        "may_ask": found.state != ProposalState.DECIDED and access.may_ask_opinion(actor, found),
        "may_hear": found.state != ProposalState.DECIDED and actor.holds(found.unit_id, *access.CASE_WORK),
        "chief_level": neighbours.chief_level(found.unit_id),
        "blocks": letters.page_blocks(version.blocks, typed or {}),
        "letter": letters.envelope(found, version.blocks),
        "grants": grants,
        "described": packs.describe_provisions(version.provisions),
        "trees": letters.trees(version, previous.decided_version if previous else None, language),
        "clock": neighbours.clock_of(found.line_id, "decide"),
        "mentions": letters.checklist(version.blocks),
        "pieces": [_piece_row(piece) for piece in neighbours.pieces(actor, found, language)],
        "trouble": trouble,
        "to_write": _to_write(version.blocks) if editable else None,
        "refused": refused,
        "previous": previous,
        "changes": change_rows(packs.changes_since(previous, version)),
        "opinions": asked,
        "opinion_open": next((o for o in asked if not o.opinion and o.live), None),
        "hearing": forms.HearingForm(initial=_hearing_initial(found, line)),
        "unheard": reviewing.hearing_missing(found, version, found.proposed_outcome, previous) if trouble_matters else None,
        "ask": forms.AskOpinionForm(),
        "review": forms.ReviewForm(),
        "corrections": letters.diff(correction[0].blocks, correction[1].blocks) if correction else [],
        "returned_by": (selectors.returned_by(found) or _("The committee")) if found.state == ProposalState.RETURNED else "",
        "needs_ground": letters.needs_ground(found),
        "grounds": grounds.choices(),
        "outcomes": [(Outcome.GRANTED.value, _("We grant")), (Outcome.REFUSED.value, _("We refuse"))],
    }


def _to_write(blocks: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The place of the letter where the facts of this person belong, while they are missing."""
    if any(row["key"] == "factual_grounds" and row["state"] == "bad" for row in letters.checklist(blocks)):
        return next((block for block in blocks if block["kind"] == "free" and "factual_grounds" in block["mentions"]), None)
    return None


def _hearing_initial(found: Proposal, line: neighbours.Line) -> dict[str, Any]:
    """What is noted; else the day of the receipt, which says the right in writing, for the worker to confirm."""
    noted = bool(found.heard_informed_on or found.wish_to_be_heard or found.heard_on)
    return {
        "informed_on": found.heard_informed_on or (None if noted else line.received_on),
        "informed_by": found.heard_informed_by or (HearingMeans.RECEIPT if not noted else ""),
        "wish": found.wish_to_be_heard or (line.wants_hearing and not noted),
        "heard_on": found.heard_on,
        "missed_on": found.heard_missed_on,
        "note": found.heard_note,
    }


def _piece_row(piece: neighbours.Piece) -> dict[str, Any]:
    state = "ok" if piece.present else "bad" if piece.mandatory else "wait"
    return {"text": piece.label, "state": state, "note": formats.day(piece.on, "short") if piece.on else ""}


def change_rows(changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What changed since the previous decision, in the reader's words (C11)."""
    out = []
    same = []
    for change in changes:
        text = _change_label(change["key"])
        if change["same"]:
            same.append(text)
            continue
        out.append(
            {
                "text": text + formats.NBSP + ":",
                "was": _change_value(change["key"], change["was"]),
                "now": "→ " + _change_value(change["key"], change["now"]),
            }
        )
    if same:
        out.append({"text": _("Unchanged: %(what)s") % {"what": ", ".join(dict.fromkeys(same))}, "same": True})
    return out


def _change_label(key: str) -> str:
    head, _colon, rest = key.partition(":")
    if head == "fact":
        return rest.partition(":")[2] or rest
    if head == "provision":
        return neighbours.label(steps.kind_of(rest).title, formats.language()) if rest in registries.provisions else rest
    return {"household": _("Household"), "account": _("Account"), "detail": _("Category")}.get(head, key)


def _change_value(key: str, value: Any) -> str:
    if value is None:
        return _("none")
    text = str(value)
    if key == "household":
        return _("%(n)s persons") % {"n": text} if text != "1" else _("1 person")
    if key.startswith(("provision:", "fact:")):
        number, _space, periodicity = text.partition(" ")
        try:
            shown = formats.amount(number)
        except (ArithmeticError, ValueError):
            return text
        words = {"month": _("per month"), "year": _("per year"), "quarter": _("per quarter"), "once": _("once")}
        return f"{shown} {words.get(periodicity, '')}".strip()
    if key == "account":
        return forms.formats_iban(text)
    return text
