"""Sessions, the agenda as one reader sees it, minutes, and conflicts of interest."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from parvis.kernel.actor import Actor
from parvis.kernel.asof import PastView

from .. import neighbours
from ..calculations import Quorum, RollEntry, quorum_for_case
from ..enums import (
    ItemState,
    Outcome,
    PresenceState,
    SessionState,
)
from ..models import (
    AgendaItem,
    Decision,
    MemberPack,
    Minutes,
    Presence,
    ProposalVersion,
    Recusal,
    Session,
)
from .reader import READER


@dataclass(frozen=True)
class SessionCard:
    session: Session
    items: int
    decided: int
    left: int


def sessions_then(actor: Actor, view: PastView, limit: int = 100) -> list[SessionCard]:
    """Sessions that had begun by the end of a past day, in the state of that day; of one that was not closed yet only its cases are counted."""
    rows = Session.objects.visible_to(actor).filter(starts_at__lt=view.until).select_related("committee")
    cards = []
    for card in _cards(actor, list(rows.order_by("-starts_at", "-pk")[:limit])):
        closed = card.session.closed_at is not None and card.session.closed_at < view.until
        if not closed:
            opened = card.session.opened_at is not None and card.session.opened_at < view.until
            card.session.state = SessionState.OPEN if opened else SessionState.PLANNED
        cards.append(card if closed else SessionCard(card.session, card.items, 0, card.items))
    return cards


def sessions_for(actor: Actor, limit: int = 100) -> list[SessionCard]:
    """Sessions with the counts of what this actor may see of them."""
    return _cards(actor, list(Session.objects.visible_to(actor).select_related("committee").order_by("-starts_at", "-pk")[:limit]))


def _cards(actor: Actor, sessions: list[Session]) -> list[SessionCard]:
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
        rows.append(row_of(item, place, names, versions.get(item.pk, []), getattr(item, "decision", None)))
    return rows


def row_of(item: AgendaItem, place: int, names: dict[int, str], provisions: list[dict[str, Any]], decision: Decision | None) -> ItemRow:
    total = sum((Decimal(p["amount"]) for p in provisions), Decimal(0)) if provisions else None
    return ItemRow(
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
    from ..services.sessions import roll_for

    roll = roll_for(item)
    return roll, quorum_for_case(roll, item.session.quorum)


def member_pack(actor: Actor, item: AgendaItem) -> dict[str, Any] | None:
    row = MemberPack.objects.visible_to(actor).filter(item=item).first()
    return json.loads(row.content) if row else None


def recused_proposals(actor: Actor) -> set[int]:
    """Cases in which this actor, or the colleague acted for, declared a conflict."""
    return set(Recusal.objects.filter(account_id__in=sorted(actor.persons)).values_list("item__proposal_id", flat=True))


def minutes_for(actor: Actor, minutes: Minutes) -> dict[str, Any]:
    """The minutes as this actor may read them: nothing of a case in which he was recused."""
    from ..services.minutes import without

    return without(json.loads(minutes.content), recused_proposals(actor))


def item_of_line(line_id: int) -> AgendaItem | None:
    return AgendaItem.objects.visible_to(READER).filter(proposal__line_id=line_id, live=1).select_related("session").first()


def recused_dossiers(actor: Actor) -> Any:
    """Subquery: dossiers in which the actor, or the colleague acted for, declared a conflict of interest."""
    return (
        AgendaItem.unscoped.filter(recusals__account_id__in=sorted(actor.persons), proposal__dossier__isnull=False)
        .order_by()
        .values("proposal__dossier_id")
    )
