"""A proposal and a session as they stood at the end of a past day. Both are made of what is only ever added: versions, steps of the journal,
places on an agenda, decisions; what was changed in place is read backwards from the journal.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from parvis.kernel import mutations
from parvis.kernel.actor import Actor
from parvis.kernel.asof import PastView
from parvis.kernel.models import MutationLine

from . import neighbours, selectors
from .enums import FINAL_OUTCOMES, ItemKind, ItemState, Outcome, PresenceState, ProposalState, SessionState
from .models import AgendaItem, Decision, LegalOpinion, MemberPack, Minutes, Presence, Proposal, ProposalVersion, Session
from .selectors.reader import READER
from .selectors.sessions import Agenda, ItemRow, row_of
from .services import steps

#: What a line of the journal says that the proposal became, where its value was destroyed with the file.
BECAME = {"submit": ProposalState.SUBMITTED, "take_back": ProposalState.DRAFT}
CHANGED_IN_PLACE = (
    "to_discuss",
    "wish_to_be_heard",
    "heard_informed_on",
    "heard_informed_by",
    "heard_on",
    "heard_missed_on",
)


@dataclass(frozen=True)
class Step:
    """The proposal became ``state``."""

    at: dt.datetime
    rank: int
    state: str
    author: str = ""
    reason: str = ""

    @property
    def label(self) -> Any:
        return ProposalState(self.state).label


def steps_of(proposal: Proposal, decisions: list[Decision], view: PastView) -> list[Step]:
    """What the proposal became by the end of the day, in order. Two queries."""
    found = [Step(proposal.created_at, 0, ProposalState.DRAFT, proposal.author_label)]
    lines = MutationLine.objects.filter(subject_type="proposal", subject_id=proposal.pk, recorded_at__lt=view.until)
    for line in lines.filter(verb__in=("submit", "review", "take_back")).order_by("recorded_at", "pk").prefetch_related("values"):
        state = next((value.new for value in line.values.all() if value.field == "state"), None) or BECAME.get(line.verb)
        if state in ProposalState.values:
            found.append(Step(line.recorded_at, 1, state, line.actor_label, json.loads(line.body).get("note", "")))
    items = AgendaItem.objects.visible_to(READER).filter(proposal=proposal, kind=ItemKind.PROPOSAL, added_at__lt=view.until)
    found += [Step(at, 3, ProposalState.SCHEDULED) for at in items.values_list("added_at", flat=True)]
    for decision in decisions:
        if decision.outcome in FINAL_OUTCOMES:
            found.append(Step(decision.decided_at, 5, ProposalState.DECIDED, decision.decided_by_label))
        elif decision.outcome == Outcome.MORE_INFO:
            found.append(Step(decision.decided_at, 4, ProposalState.RETURNED, decision.decided_by_label, decision.reason))
        else:
            found.append(Step(decision.decided_at, 2, ProposalState.VALIDATED, decision.decided_by_label, decision.reason))
    return sorted(found, key=lambda step: (step.at, step.rank))


def decisions_then(actor: Actor, proposal: Proposal, view: PastView) -> list[Decision]:
    rows = Decision.objects.visible_to(actor).filter(proposal=proposal, decided_at__lt=view.until)
    return list(rows.order_by("decided_at", "pk"))


def version_then(actor: Actor, proposal: Proposal, view: PastView) -> ProposalVersion | None:
    """The last letter that was saved by the end of the day."""
    rows = ProposalVersion.objects.visible_to(actor).filter(proposal=proposal, at__lt=view.until)
    found: ProposalVersion | None = rows.select_related("calculation").order_by("-no").first()
    return found


def versions_then(rows: list[ProposalVersion], view: PastView) -> list[ProposalVersion]:
    return [row for row in rows if row.at < view.until]


def as_it_stood(proposal: Proposal, reached: list[Step], view: PastView) -> None:
    """Give the proposal in hand its state and what was noted of the hearing. For a page that only reads. One query."""
    proposal.state = reached[-1].state
    held = mutations.values_before(steps.ref(proposal), view.until)
    for name in CHANGED_IN_PLACE:
        if name in held:
            value = held[name]
            setattr(proposal, name, dt.date.fromisoformat(value) if value and name.endswith("_on") else value)
    if any(name in held for name in CHANGED_IN_PLACE if name != "to_discuss"):
        proposal.heard_note = ""  # its earlier words are in the journal alone


def opinions_then(actor: Actor, proposal: Proposal, view: PastView) -> list[LegalOpinion]:
    """Opinions that were asked; one that came later was awaited."""
    rows = [row for row in selectors.opinions_of(actor, proposal) if row.asked_at < view.until]
    for row in rows:
        if row.given_at is not None and row.given_at >= view.until:
            row.opinion, row.text, row.given_by_label = "", "", ""
    return rows


# Sessions -------------------------------------------------------------------------------------------------------------
def session_state(session: Session, view: PastView) -> str:
    for state, at in (
        (SessionState.CLOSED, session.closed_at),
        (SessionState.OPEN, session.opened_at),
        (SessionState.FROZEN, session.frozen_at),
    ):
        if at is not None and at < view.until:
            return str(state)
    return str(SessionState.PLANNED)


def agenda_then(actor: Actor, session: Session, view: PastView) -> Agenda:
    """The cases that stood on the agenda, what had become of each, and who had been noted as present by then."""
    items = list(
        AgendaItem.objects.visible_to(actor)
        .filter(session=session, added_at__lt=view.until)
        .select_related("proposal__line", "decision__decided_version", "ratifies__decided_version", "carried_to")
        .order_by("position", "pk")
    )
    names = neighbours.person_names([item.proposal.person_id for item in items])
    decided = {
        item.pk: item.decision for item in items if getattr(item, "decision", None) is not None and item.decision.decided_at < view.until
    }
    shown = _provisions(items, decided, view)
    rows: list[ItemRow] = []
    for place, item in enumerate(items, start=1):
        carried = getattr(item, "carried_to", None)
        if item.pk in decided:
            item.state = ItemState.DECIDED
        else:
            item.state = ItemState.CARRIED if carried is not None and carried.added_at < view.until else ItemState.PENDING
        rows.append(row_of(item, place, names, shown.get(item.pk, []), decided.get(item.pk)))
    presences = list(Presence.objects.filter(session=session).order_by("order", "label", "pk"))
    for presence in presences:
        if presence.changed_at >= view.until:
            presence.state = PresenceState.ABSENT
    return Agenda(session, rows, presences=presences if session.state in (SessionState.OPEN, SessionState.CLOSED) else [])


def _provisions(items: list[AgendaItem], decided: dict[int, Decision], view: PastView) -> dict[int, list[dict[str, Any]]]:
    """Decided, else as frozen for the members, else as proposed on the day."""
    frozen = dict(
        MemberPack.objects.visible_to(READER)
        .filter(item__in=[item.pk for item in items], frozen_at__lt=view.until)
        .values_list("item_id", "version__provisions")
    )
    versions = ProposalVersion.objects.visible_to(READER).filter(proposal__in=[item.proposal_id for item in items], at__lt=view.until)
    latest = dict(versions.order_by("no").values_list("proposal_id", "provisions"))
    shown: dict[int, list[dict[str, Any]]] = {}
    for item in items:
        decision = decided.get(item.pk)
        if decision is not None and decision.outcome in (Outcome.GRANTED, Outcome.ADJUSTED):
            shown[item.pk] = decision.decided_version.provisions
        elif item.ratifies is not None:
            shown[item.pk] = item.ratifies.decided_version.provisions
        else:
            shown[item.pk] = frozen.get(item.pk) or latest.get(item.proposal_id, [])
    return shown


def minutes_then(actor: Actor, session: Session, view: PastView) -> Minutes | None:
    found: Minutes | None = Minutes.objects.visible_to(actor).filter(session=session, created_at__lt=view.until).first()
    return found
