"""A proposal and a session as they stood at the end of a past day. Both are made of what is only ever added: versions, steps of the journal,
places on an agenda, decisions; what was changed in place is read backwards from the journal.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q

from parvis.kernel import mutations
from parvis.kernel.actor import Actor
from parvis.kernel.asof import PastView
from parvis.kernel.models import MutationLine

from . import neighbours, selectors
from .enums import FINAL_OUTCOMES, ItemKind, ItemState, MinutesState, Outcome, PresenceState, ProposalState, SessionState
from .models import AgendaItem, Decision, LegalOpinion, MemberPack, Minutes, Notification, Presence, Proposal, ProposalVersion, Session
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
    return steps_of_each([proposal], {proposal.pk: decisions}, view)[proposal.pk]


def steps_of_each(proposals: Sequence[Proposal], decisions: Mapping[int, Sequence[Decision]], view: PastView) -> dict[int, list[Step]]:
    """The same for several. Two queries for any number."""
    found = {one.pk: [Step(one.created_at, 0, ProposalState.DRAFT, one.author_label)] for one in proposals}
    lines = MutationLine.objects.filter(subject_type="proposal", subject_id__in=list(found), recorded_at__lt=view.until)
    for line in lines.filter(verb__in=("submit", "review", "take_back")).order_by("recorded_at", "pk").prefetch_related("values"):
        state = next((value.new for value in line.values.all() if value.field == "state"), None) or BECAME.get(line.verb)
        if state in ProposalState.values:
            found[line.subject_id].append(Step(line.recorded_at, 1, state, line.actor_label, json.loads(line.body).get("note", "")))
    items = AgendaItem.objects.visible_to(READER).filter(proposal__in=list(found), kind=ItemKind.PROPOSAL, added_at__lt=view.until)
    for pk, at in items.order_by("added_at", "pk").values_list("proposal", "added_at"):
        found[pk].append(Step(at, 3, ProposalState.SCHEDULED))
    for pk, taken in decisions.items():
        found[pk] += [_decided(decision) for decision in taken]
    return {pk: sorted(steps, key=lambda step: (step.at, step.rank)) for pk, steps in found.items()}


def _decided(decision: Decision) -> Step:
    if decision.outcome in FINAL_OUTCOMES:
        return Step(decision.decided_at, 5, ProposalState.DECIDED, decision.decided_by_label)
    if decision.outcome == Outcome.MORE_INFO:
        return Step(decision.decided_at, 4, ProposalState.RETURNED, decision.decided_by_label, decision.reason)
    return Step(decision.decided_at, 2, ProposalState.VALIDATED, decision.decided_by_label, decision.reason)


def _undecided_then(view: PastView) -> Any:
    """For proposals: no decision that settles them had been taken by then."""
    settled = Decision.objects.visible_to(READER).filter(outcome__in=FINAL_OUTCOMES, decided_at__lt=view.until)
    return ~Exists(settled.filter(proposal=OuterRef("pk")))


def queue_then(actor: Actor, view: PastView, *, state: str = "", limit: int = 200) -> tuple[list[Proposal], bool]:
    """Proposals that had been started and not decided, the oldest first, each given its state of the day; whether there were more than
    these. Four queries."""
    rows = Proposal.objects.visible_to(actor).filter(_undecided_then(view), created_at__lt=view.until)
    found = list(rows.select_related("dossier", "unit", "line__request").order_by("created_at", "pk")[: limit + 1])
    more, found = len(found) > limit, found[:limit]
    taken: dict[int, list[Decision]] = {}
    for decision in Decision.objects.visible_to(READER).filter(proposal__in=[one.pk for one in found], decided_at__lt=view.until):
        taken.setdefault(decision.proposal_id, []).append(decision)
    reached = steps_of_each(found, taken, view)
    for proposal in found:
        proposal.state = reached[proposal.pk][-1].state
    return [one for one in found if not state or one.state == state], more


def opinions_awaited_then(actor: Actor, view: PastView) -> list[LegalOpinion]:
    """Opinions that this reader may see and that had been asked and not given, the last asked of each proposal. One query."""
    rows = LegalOpinion.objects.visible_to(actor).filter(asked_at__lt=view.until).select_related("proposal__dossier", "proposal__line")
    living = Proposal.objects.visible_to(READER).filter(_undecided_then(view)).order_by().values("pk")
    last = {row.proposal_id: row for row in rows.filter(proposal__in=living).order_by("asked_at", "pk")}
    return [row for row in last.values() if row.given_at is None or row.given_at >= view.until]


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


def signed_then(minutes: Minutes, view: PastView) -> bool:
    """Give the minutes in hand the signatures of the day, for a page that only reads. False: they were not written yet."""
    if minutes.created_at >= view.until:
        return False
    for role in ("president", "secretary"):
        at = getattr(minutes, f"{role}_signed_at")
        if at is not None and at >= view.until:
            setattr(minutes, f"{role}_signed_at", None)
            setattr(minutes, f"{role}_label", "")
            minutes.state, minutes.document = MinutesState.DRAFT, None
    return True


def to_notify_then(view: PastView) -> int:
    """Decisions whose letter had not left, in the house. One query."""
    rows = Notification.objects.visible_to(READER).filter(created_at__lt=view.until)
    return rows.filter(Q(sent_at__isnull=True) | Q(sent_at__gte=view.until)).count()
