"""Shared reads. Everything a person sees passes through `visible_to(actor)`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from parvis.documents.api import Document
from parvis.kernel import clock
from parvis.kernel.actor import Actor, system_actor
from parvis.kernel.subject import SubjectRef

from . import neighbours
from .calculations import Quorum, RollEntry, quorum_for_case
from .enums import (
    FINAL_OUTCOMES,
    ItemKind,
    ItemState,
    NotificationState,
    Outcome,
    PresenceState,
    ProposalState,
    SessionState,
    VersionReason,
)
from .models import (
    AgendaItem,
    Committee,
    Decision,
    LegalOpinion,
    MemberPack,
    Minutes,
    Notification,
    Pack,
    Presence,
    Proposal,
    ProposalVersion,
    Recusal,
    Session,
    WorkingCopy,
)

READER = system_actor("decisions.read")


# Proposals ------------------------------------------------------------------------------------------------------------
def proposals_for(actor: Actor, *, state: str = "", limit: int = 200) -> list[Proposal]:
    """Living proposals the actor sees, oldest first: who waits longest comes first."""
    rows = Proposal.objects.visible_to(actor).filter(live=1).select_related("dossier", "unit", "line__request")
    if state:
        rows = rows.filter(state=state)
    return list(rows.order_by("created_at", "pk")[:limit])


def count_waiting(actor: Actor) -> int:
    """Validated proposals that wait for a session."""
    return Proposal.objects.visible_to(actor).filter(live=1, state=ProposalState.VALIDATED).count()


def review_queue(actor: Actor) -> list[Proposal]:
    """What waits for a chief, visible to the chief and to the workers of the unit."""
    return proposals_for(actor, state=ProposalState.SUBMITTED)


def _typed(actor: Actor, proposal: Proposal, last_no: int) -> ProposalVersion | None:
    """What somebody is typing, shown as the version that it will be."""
    copy = WorkingCopy.objects.visible_to(actor).filter(proposal=proposal).first()
    return copy.as_version(last_no + 1) if copy is not None else None


def versions_of(actor: Actor, proposal: Proposal) -> list[ProposalVersion]:
    rows = list(ProposalVersion.objects.visible_to(actor).filter(proposal=proposal).order_by("no"))
    typed = _typed(actor, proposal, rows[-1].no) if rows else None
    return [*rows, typed] if typed else rows


def latest_version(actor: Actor, proposal: Proposal) -> ProposalVersion:
    """What stands on the page now: the last version, or what was typed since."""
    last = ProposalVersion.objects.visible_to(actor).filter(proposal=proposal).order_by("-no")[0]
    return _typed(actor, proposal, last.no) or last


def version_marks(actor: Actor, proposal: Proposal, shown: ProposalVersion) -> list[tuple[int, str]]:
    """Number and reason of each version, without its text; ``shown`` (see ``latest_version``) last."""
    rows = ProposalVersion.objects.visible_to(actor).filter(proposal=proposal).order_by("no")
    marks = list(rows.values_list("no", "reason"))
    return [*marks, (shown.no, shown.reason)] if shown.lock else marks


def correction(
    actor: Actor, proposal: Proposal, marks: Sequence[tuple[int, str]], shown: ProposalVersion
) -> tuple[ProposalVersion, ProposalVersion] | None:
    """What the worker last wrote before the chief corrected, and the chief's last text, saved or still being typed."""
    corrected = [no for no, reason in marks if reason == VersionReason.CORRECTION]
    before = [no for no, _reason in marks if corrected and no < corrected[0]]
    if not corrected or not before:
        return None
    wanted = {before[-1], corrected[-1]}
    rows = {row.no: row for row in ProposalVersion.objects.visible_to(actor).filter(proposal=proposal, no__in=wanted - {shown.no})}
    rows[shown.no] = shown
    return rows[before[-1]], rows[corrected[-1]]


def opinions_of(actor: Actor, proposal: Proposal) -> list[LegalOpinion]:
    return list(LegalOpinion.objects.visible_to(actor).filter(proposal=proposal).order_by("-asked_at", "-pk"))


def opinions_waiting(actor: Actor) -> list[LegalOpinion]:
    rows = (
        LegalOpinion.objects.visible_to(actor)
        .filter(opinion="", live=1, proposal__live=1)
        .select_related("proposal__dossier", "proposal__line")
    )
    return list(rows.order_by("due_on", "pk"))


# Sessions -------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class SessionCard:
    session: Session
    items: int
    decided: int
    left: int


def sessions_for(actor: Actor, limit: int = 100) -> list[SessionCard]:
    """Sessions with the counts of what this actor may see of them."""
    sessions = list(Session.objects.visible_to(actor).select_related("committee").order_by("-starts_at", "-pk")[:limit])
    counts: dict[int, dict[str, int]] = {}
    rows = AgendaItem.objects.visible_to(actor).filter(session__in=[s.pk for s in sessions]).order_by()
    for session_id, state in rows.values_list("session_id", "state"):
        counts.setdefault(session_id, {})[state] = counts.get(session_id, {}).get(state, 0) + 1
    return [
        SessionCard(
            session=s,
            items=sum(counts.get(s.pk, {}).values()),
            decided=counts.get(s.pk, {}).get(ItemState.DECIDED, 0),
            left=counts.get(s.pk, {}).get(ItemState.PENDING, 0),
        )
        for s in sessions
    ]


def open_sessions(actor: Actor) -> list[Session]:
    rows = Session.objects.visible_to(actor).exclude(state=SessionState.CLOSED).select_related("committee")
    return list(rows.order_by("starts_at", "pk"))


@dataclass
class ItemRow:
    """An item as the agenda lists it."""

    item: AgendaItem
    place: int
    name: str
    title: str
    amount: Decimal | None
    currency: str
    once: bool
    author: str
    state: str
    decision: Decision | None = None
    current: bool = False

    @property
    def outcome(self) -> str:
        return self.decision.outcome if self.decision else ""


def item_rows(actor: Actor, session: Session) -> list[ItemRow]:
    """The agenda this actor sees. Places count what he sees: a recused case leaves no gap."""
    items = list(
        AgendaItem.objects.visible_to(actor)
        .filter(session=session)
        .select_related("proposal__line", "decision__decided_version", "ratifies__decided_version")
        .order_by("position", "pk")
    )
    names = neighbours.person_names([item.proposal.person_id for item in items])
    versions = _shown_versions(items)
    rows = []
    for place, item in enumerate(items, start=1):
        decision = getattr(item, "decision", None)
        provisions = versions.get(item.pk, [])
        total = sum((Decimal(p["amount"]) for p in provisions), Decimal(0)) if provisions else None
        rows.append(
            ItemRow(
                item=item,
                place=place,
                name=names.get(item.proposal.person_id, "?"),
                title=item.proposal.name,
                amount=total,
                currency=provisions[0]["currency"] if provisions else "EUR",
                once=all(p["periodicity"] == "once" for p in provisions),
                author=item.proposal.author_label,
                state=item.state,
                decision=decision,
            )
        )
    return rows


def _shown_versions(items: Sequence[AgendaItem]) -> dict[int, list[dict[str, Any]]]:
    """The provisions to show per item: decided, else as frozen for the members, else as proposed now."""
    shown: dict[int, list[dict[str, Any]]] = {}
    waiting: dict[int, int] = {}
    frozen = dict(
        MemberPack.objects.visible_to(READER).filter(item__in=[i.pk for i in items]).values_list("item_id", "version__provisions")
    )
    for item in items:
        decision = getattr(item, "decision", None)
        if decision is not None and decision.outcome in (Outcome.GRANTED, Outcome.ADJUSTED):
            shown[item.pk] = decision.decided_version.provisions
        elif item.ratifies is not None:
            shown[item.pk] = item.ratifies.decided_version.provisions
        elif item.pk in frozen:
            shown[item.pk] = frozen[item.pk]
        else:
            waiting[item.pk] = item.proposal_id
    if waiting:
        latest: dict[int, list[dict[str, Any]]] = {}
        for proposal_id, provisions in (
            ProposalVersion.objects.visible_to(READER)
            .filter(proposal__in=set(waiting.values()))
            .order_by("no")
            .values_list("proposal_id", "provisions")
        ):
            latest[proposal_id] = provisions
        for item_id, proposal_id in waiting.items():
            shown[item_id] = latest.get(proposal_id, [])
    return shown


@dataclass
class Agenda:
    session: Session
    rows: list[ItemRow]
    current: ItemRow | None = None
    previous: ItemRow | None = None
    following: ItemRow | None = None
    presences: list[Presence] = field(default_factory=list)

    @property
    def total(self) -> int:
        return len(self.rows)

    @property
    def decided(self) -> list[ItemRow]:
        return [row for row in self.rows if row.state == ItemState.DECIDED]

    @property
    def pending(self) -> list[ItemRow]:
        return [row for row in self.rows if row.state == ItemState.PENDING]

    @property
    def carried(self) -> list[ItemRow]:
        return [row for row in self.rows if row.state == ItemState.CARRIED]

    @property
    def present(self) -> int:
        return sum(1 for p in self.presences if p.voting and p.state == PresenceState.PRESENT)

    @property
    def voting(self) -> int:
        return sum(1 for p in self.presences if p.voting)

    @property
    def quorum_reached(self) -> bool:
        return self.present >= self.session.quorum


def agenda(actor: Actor, session: Session, current: AgendaItem | None = None) -> Agenda:
    """The agenda with the current case, its previous and next as this actor sees them."""
    rows = item_rows(actor, session)
    view = Agenda(session, rows, presences=list(Presence.objects.filter(session=session).order_by("order", "label", "pk")))
    found = next((i for i, row in enumerate(rows) if current is not None and row.item.pk == current.pk), None)
    if found is None and current is None:
        found = next((i for i, row in enumerate(rows) if row.state == ItemState.PENDING), 0 if rows else None)
    if found is not None:
        view.current = rows[found]
        view.current.current = True
        view.previous = rows[found - 1] if found else None
        later = [row for row in rows[found + 1 :] if row.state == ItemState.PENDING]
        earlier = [row for row in rows[:found] if row.state == ItemState.PENDING]
        view.following = later[0] if later else earlier[0] if earlier else (rows[found + 1] if found + 1 < len(rows) else None)
    return view


def case_roll(item: AgendaItem) -> tuple[list[RollEntry], Quorum]:
    """Members of one case as they stand now, and whether they may decide it. A decided case shows the roll it had."""
    from .services.sessions import roll_for

    roll = roll_for(item)
    return roll, quorum_for_case(roll, item.session.quorum)


def member_pack(actor: Actor, item: AgendaItem) -> dict[str, Any] | None:
    row = MemberPack.objects.visible_to(actor).filter(item=item).first()
    return json.loads(row.content) if row else None


def recused_proposals(actor: Actor) -> set[int]:
    """Cases in which this actor, or the colleague acted for, declared a conflict."""
    return set(Recusal.objects.filter(account_id__in=sorted(actor.persons)).values_list("item__proposal_id", flat=True))


# Minutes --------------------------------------------------------------------------------------------------------------
def minutes_for(actor: Actor, minutes: Minutes) -> dict[str, Any]:
    """The minutes as this actor may read them: nothing of a case in which he was recused."""
    from .services.minutes import without

    return without(json.loads(minutes.content), recused_proposals(actor))


# Decisions ------------------------------------------------------------------------------------------------------------
def decisions_for(actor: Actor, *, dossier_id: int | None = None, query: str = "", outcome: str = "", limit: int = 200) -> list[Decision]:
    rows = Decision.objects.visible_to(actor).select_related("dossier", "proposal__line", "decided_version", "session", "item", "replaces")
    if dossier_id is not None:
        rows = rows.filter(dossier_id=dossier_id)
    if outcome:
        rows = rows.filter(outcome=outcome)
    if query:
        rows = rows.filter(Q(number__icontains=query) | Q(dossier__number__icontains=query))
    return list(rows.order_by("-decided_at", "-pk")[:limit])


def pack_json(actor: Actor, decision: Decision) -> dict[str, Any]:
    return json.loads(Pack.objects.visible_to(actor).get(decision=decision).content)


def notification_of(actor: Actor, decision: Decision) -> Notification | None:
    return Notification.objects.visible_to(actor).filter(decision=decision, live=1).select_related("letter").first()


def notifications_of(actor: Actor, decision: Decision) -> list[Notification]:
    return list(Notification.objects.visible_to(actor).filter(decision=decision).order_by("created_at", "pk"))


def _to_notify(actor: Actor) -> QuerySet[Notification]:
    return Notification.objects.visible_to(actor).filter(state=NotificationState.TO_SEND, live=1)


def count_to_notify(actor: Actor) -> int:
    return _to_notify(actor).count()


def undelivered() -> QuerySet[Notification]:
    """Decisions whose letter has not left, the same figure for everybody."""
    return _to_notify(READER)


def to_notify(actor: Actor, limit: int = 200) -> list[Notification]:
    rows = _to_notify(actor).select_related("decision__dossier", "decision__proposal__line")
    return list(rows.order_by("created_at", "pk")[:limit])


# Facts ----------------------------------------------------------------------------------------------------------------
def living_proposal(line_id: int) -> Proposal | None:
    return Proposal.objects.visible_to(READER).filter(line_id=line_id).order_by("-pk").first()


def proposals_of_dossier(actor: Actor, dossier_id: int) -> list[Proposal]:
    rows = Proposal.objects.visible_to(actor).filter(dossier_id=dossier_id, live=1).select_related("line")
    return list(rows.order_by("created_at", "pk"))


def count_decisions(actor: Actor, dossier_id: int) -> int:
    return Decision.objects.visible_to(actor).filter(dossier_id=dossier_id).count()


def decisions_by_number(actor: Actor, query: str, limit: int) -> list[Decision]:
    """By number, whole or from its beginning: "CSSS 2026/0211", "2026/02", "211" of this year or the last. Ranges of the index only."""
    found = re.fullmatch(r"(?:(?P<prefix>[^\d/]*?)\s*(?P<year>\d{4})\s*/\s*)?(?P<number>\d{0,6})", query.strip())
    if found is None or not (found["year"] or found["number"]):
        return []
    asked = (found["prefix"] or "").casefold()
    named = Q(pk__in=[])
    for prefix in Committee.objects.order_by("prefix").values_list("prefix", flat=True).distinct():
        if asked and prefix.casefold() != asked:
            continue
        if found["year"]:
            start = f"{prefix} {found['year']}/{found['number']}"
            named |= Q(number__gte=start, number__lt=start + ":")  # ":" comes after every digit
        else:
            year = clock.today().year
            named |= Q(number__in=[f"{prefix} {one}/{int(found['number']):04d}" for one in (year, year - 1)])
    rows = Decision.objects.visible_to(actor).filter(named).select_related("proposal__line")
    return list(rows.order_by("-decided_at", "-pk")[:limit])


def notification_states(actor: Actor, decision_ids: Sequence[int]) -> dict[int, Notification]:
    rows = Notification.objects.visible_to(actor).filter(decision__in=decision_ids, live=1)
    return {row.decision_id: row for row in rows}


def opinion_of_subject(subject: SubjectRef) -> LegalOpinion | None:
    """The opinion that a task is about: by itself, or the one awaited on a request line."""
    rows = LegalOpinion.objects.visible_to(READER)
    if subject.type == "legal_opinion":
        return rows.filter(pk=subject.id).first()
    return rows.filter(proposal__line_id=subject.id).order_by("-live", "-asked_at", "-pk").first()


def item_of_line(line_id: int) -> AgendaItem | None:
    return AgendaItem.objects.visible_to(READER).filter(proposal__line_id=line_id, live=1).select_related("session").first()


def returned_by(proposal: Proposal) -> str:
    """Who sent the proposal back last: the chief by name, or nobody by name when the committee asked for more."""
    asked = Decision.objects.visible_to(READER).filter(proposal=proposal, outcome=Outcome.MORE_INFO).order_by("-decided_at", "-pk").first()
    if asked is not None and (proposal.reviewed_at is None or asked.decided_at > proposal.reviewed_at):
        return ""
    return proposal.reviewed_by_label


def opinion_awaited(line_id: int) -> bool:
    return LegalOpinion.objects.visible_to(READER).filter(proposal__line_id=line_id, proposal__live=1, live=1, opinion="").exists()


def last_decision(line_id: int) -> Decision | None:
    return (
        Decision.objects.visible_to(READER)
        .filter(line_id=line_id)
        .exclude(item__kind=ItemKind.RATIFICATION)
        .select_related("decided_version")
        .order_by("-decided_at", "-pk")
        .first()
    )


def settled_decision(line_id: int) -> Decision | None:
    """The decision that settles the line now: for aid, requests and the tracker."""
    return (
        Decision.objects.visible_to(READER)
        .filter(line_id=line_id, outcome__in=FINAL_OUTCOMES, replaced_by__isnull=True)
        .exclude(item__kind=ItemKind.RATIFICATION)
        .select_related("decided_version")
        .order_by("-decided_at", "-pk")
        .first()
    )


def decision_states(line_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Per line: number, outcome, day, notification state and end of appeal, for cards and the tracker. Two queries."""
    states: dict[int, dict[str, Any]] = {}
    rows = (
        Decision.objects.visible_to(READER)
        .filter(line_id__in=list(line_ids), outcome__in=FINAL_OUTCOMES, replaced_by__isnull=True)
        .exclude(item__kind=ItemKind.RATIFICATION)
        .order_by("decided_at", "pk")
    )
    by_decision = {}
    for row in rows:
        states[row.line_id] = {
            "number": row.number,
            "outcome": row.outcome,
            "decided_on": row.decided_on,
            "notified_on": None,
            "appeal_until": None,
        }
        by_decision[row.pk] = row.line_id
    for pk, sent_on, until in (
        Notification.objects.visible_to(READER)
        .filter(decision__in=by_decision, state=NotificationState.SENT)
        .values_list("decision_id", "sent_on", "appeal_until")
    ):
        state = states[by_decision[pk]]
        state["notified_on"], state["appeal_until"] = sent_on, until
    return states


def sent_letters(line_ids: Iterable[int]) -> dict[int, Document]:
    """Per line: the letter that left, of the decision that counts now, for the person who follows the request. One query."""
    rows = (
        Notification.objects.visible_to(READER)
        .filter(
            decision__line_id__in=list(line_ids),
            decision__outcome__in=FINAL_OUTCOMES,
            decision__replaced_by__isnull=True,
            state=NotificationState.SENT,
            letter__isnull=False,
        )
        .select_related("decision", "letter__file")
        .order_by("sent_at", "pk")
    )
    return {row.decision.line_id: row.letter for row in rows}


def provisions_of(decision: Decision) -> list[dict[str, Any]]:
    return list(decision.decided_version.provisions)


@dataclass(frozen=True)
class SideBySide:
    """One line of "proposed" beside "decided"."""

    label: str
    proposed: str
    decided: str

    @property
    def differs(self) -> bool:
        return self.proposed != self.decided


def when(value: str | datetime | date | None) -> Any:
    """An instant or a day of a pack, as a value templates can print."""
    if isinstance(value, str) and value:
        return datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    return value


def recused_dossiers(actor: Actor) -> Any:
    """Subquery: dossiers in which the actor, or the colleague acted for, declared a conflict of interest."""
    return (
        AgendaItem.unscoped.filter(recusals__account_id__in=sorted(actor.persons), proposal__dossier__isnull=False)
        .order_by()
        .values("proposal__dossier_id")
    )
