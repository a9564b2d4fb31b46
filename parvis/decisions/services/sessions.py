"""Sessions and agendas of the committees, presence and recusal. Nothing here decides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import F, Max
from django.utils.translation import gettext as _

from parvis.kernel import clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.errors import Conflict, DomainError, NotAllowed
from parvis.kernel.events import publish
from parvis.kernel.gestures import gesture
from parvis.kernel.subject import SubjectRef

from .. import access, neighbours
from ..calculations import PROPOSAL_TRANSITIONS, SESSION_TRANSITIONS, AgendaEntry, RollEntry, agenda_order, next_state
from ..enums import (
    ItemKind,
    ItemList,
    ItemState,
    PresenceState,
    ProposalState,
    Ratification,
    SessionState,
)
from ..errors import ForbiddenTransition, SessionHasUndecided
from ..events import SessionClosed
from ..models import (
    AgendaItem,
    Committee,
    Decision,
    Presence,
    Proposal,
    Recusal,
    Session,
)
from . import committees, packs
from .committees import STREAM, members_on


def _require_secretariat(actor: Actor) -> None:
    if not (actor.is_system or access.may_run_sessions(actor)):
        raise NotAllowed(_("Only the committee's secretariat prepares and runs its sessions."))


# Sessions -------------------------------------------------------------------------------------------------------------
@gesture
def create_session(*, actor: Actor, committee: Committee, starts_at: datetime, place: str) -> Session:
    """Plan a session; urgent aid that waits for its ratification comes onto its agenda at once."""
    _require_secretariat(actor)
    if not place.strip():
        raise DomainError(_("Say where the session is held."), field="place")
    if Session.unscoped.filter(committee=committee, starts_at=starts_at).exists():
        raise DomainError(_("This committee already has a session at that hour."), field="starts_at")
    session = Session.unscoped.create(
        committee=committee,
        starts_at=starts_at,
        place=place.strip(),
        quorum=committee.quorum,
        created_by_id=actor.account_id,
    )
    mutations.record(
        STREAM, actor=actor, verb="create", subject=SubjectRef("session", session.pk), values={"starts_at": starts_at, "place": place}
    )
    place_ratifications(actor, session)
    return session


def place_ratifications(actor: Actor, session: Session) -> list[AgendaItem]:
    waiting = (
        Decision.unscoped.filter(ratification=Ratification.PENDING)
        .exclude(ratification_items__live=1)
        .select_related("proposal")
        .order_by("decided_at", "pk")
    )
    return [_add_item(actor, session, decision.proposal, kind=ItemKind.RATIFICATION, ratifies=decision) for decision in waiting]


def next_session(committee: Committee | None = None, after: datetime | None = None) -> Session | None:
    """The next session whose agenda can still take an item."""
    rows = Session.unscoped.filter(
        state__in=(SessionState.PLANNED, SessionState.FROZEN, SessionState.OPEN), starts_at__gte=after or clock.now()
    )
    if committee is not None:
        rows = rows.filter(committee=committee)
    return rows.order_by("starts_at", "pk").first()


def _add_item(
    actor: Actor,
    session: Session,
    proposal: Proposal,
    *,
    kind: str = ItemKind.PROPOSAL,
    ratifies: Decision | None = None,
    carried_from: AgendaItem | None = None,
    list_kind: str | None = None,
) -> AgendaItem:
    late = session.state != SessionState.PLANNED
    position = (AgendaItem.unscoped.filter(session=session).aggregate(last=Max("position"))["last"] or 0) + 1
    item = AgendaItem.unscoped.create(
        session=session,
        proposal=proposal,
        kind=kind,
        ratifies=ratifies,
        position=position,
        late=late,
        list_kind=list_kind or (ItemList.DISCUSS if _needs_discussion(proposal) else ItemList.LIST),
        due_on=neighbours.due_on(proposal.line_id, "decide"),
        carried_from=carried_from,
        added_at=clock.now(),
    )
    for recusal in Recusal.objects.filter(item__proposal=proposal).exclude(item=item):
        Recusal.objects.get_or_create(
            item=item,
            account_id=recusal.account_id,
            defaults={
                "label": recusal.label,
                "reason": recusal.reason,
                "declared_by_id": recusal.declared_by_id,
                "at": recusal.at,
            },
        )
    if late:
        packs.freeze_member_pack(item)
    mutations.record(
        f"dossier:{proposal.dossier_id}",
        actor=actor,
        verb="schedule",
        subject=SubjectRef("agendaitem", item.pk),
        values={"session": session.pk, "late": late, "kind": kind},
    )
    return item


def _needs_discussion(proposal: Proposal) -> bool:
    return proposal.to_discuss or proposal.wish_to_be_heard or proposal.legal_requested or proposal.proposed_outcome != "granted"


@gesture
def schedule_proposal(*, actor: Actor, session: Session, proposal: Proposal) -> AgendaItem:
    """Put a validated proposal on the agenda; after the agenda was sent it is a late item."""
    _require_secretariat(actor)
    session = Session.unscoped.get(pk=session.pk)
    if session.state == SessionState.CLOSED:
        raise ForbiddenTransition(session.get_state_display(), "schedule")
    state = next_state(PROPOSAL_TRANSITIONS, proposal.state, "schedule")
    done = Proposal.unscoped.filter(pk=proposal.pk, state=ProposalState.VALIDATED).update(state=ProposalState.SCHEDULED, lock=F("lock") + 1)
    if state is None or not done:
        proposal.refresh_from_db()
        raise ForbiddenTransition(proposal.get_state_display(), "schedule")
    proposal.refresh_from_db()
    item = _add_item(actor, session, proposal)
    neighbours.progress(actor, proposal.line_id, "committee", expected_on=clock.date_of(session.starts_at))
    return item


@gesture
def schedule_waiting(*, actor: Actor, session: Session, proposals: Iterable[Proposal] | None = None) -> list[AgendaItem]:
    """Put every validated proposal that has no place yet on the agenda."""
    rows = list(proposals) if proposals is not None else list(Proposal.unscoped.filter(state=ProposalState.VALIDATED))
    return [schedule_proposal(actor=actor, session=session, proposal=proposal) for proposal in rows]


@gesture
def order_agenda(*, actor: Actor, session: Session) -> list[AgendaItem]:
    """Nearest legal deadline first; late items stay behind. Deadlines are read fresh."""
    items = list(AgendaItem.unscoped.filter(session=session).select_related("proposal").order_by("position", "pk"))
    due = neighbours.due_dates([item.proposal.line_id for item in items], "decide")
    order = agenda_order(
        AgendaEntry(
            item.pk,
            due.get(item.proposal.line_id, item.due_on),
            item.proposal.urgent,
            item.proposal.wish_to_be_heard,
            item.proposal.title,
            item.late,
        )
        for item in items
    )
    places = {pk: number for number, pk in enumerate(order, start=1)}
    for item in items:
        AgendaItem.unscoped.filter(pk=item.pk).update(position=places[item.pk], due_on=due.get(item.proposal.line_id, item.due_on))
    return list(AgendaItem.unscoped.filter(session=session).order_by("position", "pk"))


@gesture
def set_list_kind(*, actor: Actor, item: AgendaItem, list_kind: str) -> AgendaItem:
    """Move a case between the list "as proposed" and the discussion."""
    _require_secretariat(actor)
    if list_kind not in ItemList.values:
        raise DomainError(_("Unknown list."), field="list_kind")
    if not AgendaItem.unscoped.filter(pk=item.pk, state=ItemState.PENDING).update(list_kind=list_kind, lock=F("lock") + 1):
        item.refresh_from_db()
        raise ForbiddenTransition(item.get_state_display(), "set_list_kind")
    mutations.record(
        f"dossier:{item.proposal.dossier_id}",
        actor=actor,
        verb="set_list",
        subject=SubjectRef("agendaitem", item.pk),
        values={"list_kind": [item.list_kind, list_kind]},
    )
    item.refresh_from_db()
    return item


def _move(session: Session, gesture_name: str, **values: Any) -> Session:
    current = Session.unscoped.get(pk=session.pk)
    state = next_state(SESSION_TRANSITIONS, current.state, gesture_name)
    if state is None or not Session.unscoped.filter(pk=session.pk, state=current.state).update(state=state, **values):
        raise ForbiddenTransition(current.get_state_display(), gesture_name)
    return Session.unscoped.select_related("committee").get(pk=session.pk)


@gesture
def freeze_session(*, actor: Actor, session: Session) -> Session:
    """Send the agenda: order is fixed, each member's pack is frozen, the roll of members is written."""
    _require_secretariat(actor)
    order_agenda(actor=actor, session=session)
    session = _move(session, "freeze", frozen_at=clock.now())
    for member in members_on(session.committee, clock.date_of(session.starts_at)):
        Presence.objects.get_or_create(
            session=session,
            account_id=member.account_id,
            defaults={
                "label": member.label,
                "role": member.role,
                "voting": member.voting,
                "order": member.order,
                "changed_at": clock.now(),
            },
        )
    for item in AgendaItem.unscoped.filter(session=session).select_related("proposal"):
        packs.freeze_member_pack(item)
    mutations.record(STREAM, actor=actor, verb="freeze", subject=SubjectRef("session", session.pk), values={"state": ["planned", "frozen"]})
    return session


@gesture
def open_session(*, actor: Actor, session: Session) -> Session:
    _require_secretariat(actor)
    session = _move(session, "open", opened_at=clock.now())
    mutations.record(STREAM, actor=actor, verb="open", subject=SubjectRef("session", session.pk), values={"state": ["frozen", "open"]})
    return session


@gesture
def set_presence(*, actor: Actor, session: Session, account_ids: Sequence[int], excused: Sequence[int] = ()) -> Session:
    """Who is in the room from now on. Cases already decided keep the roll they had."""
    _require_secretariat(actor)
    session = Session.unscoped.get(pk=session.pk)
    if session.state not in (SessionState.FROZEN, SessionState.OPEN):
        raise ForbiddenTransition(session.get_state_display(), "set_presence")
    here, away = set(account_ids), set(excused)
    committees.check_alternates(Presence.objects.filter(session=session), here)
    for row in Presence.objects.filter(session=session):
        state = (
            PresenceState.PRESENT if row.account_id in here else PresenceState.EXCUSED if row.account_id in away else PresenceState.ABSENT
        )
        if state != row.state:
            mutations.record(
                STREAM,
                actor=actor,
                verb="presence",
                subject=SubjectRef("session", session.pk),
                values={f"account {row.account_id}": [row.state, state]},
            )
            Presence.objects.filter(pk=row.pk).update(state=state, changed_at=clock.now())
    return session


@gesture
def declare_recusal(*, actor: Actor, item: AgendaItem, account_id: int, label: str, reason: str = "") -> Recusal:
    """A conflict of interest in this case: from now on the member sees nothing of it. It cannot be taken back."""
    item = AgendaItem.unscoped.select_related("proposal").get(pk=item.pk)
    if not (actor.account_id == account_id or access.may_run_sessions(actor)):
        raise NotAllowed(_("A member declares a conflict for himself; the secretariat records it for others."))
    if item.state != ItemState.PENDING:
        raise ForbiddenTransition(item.get_state_display(), "recuse")
    recusal, made = Recusal.objects.get_or_create(
        item=item,
        account_id=account_id,
        defaults={"label": label, "reason": reason, "declared_by_id": actor.account_id, "at": clock.now()},
    )
    if made:
        mutations.record(
            f"dossier:{item.proposal.dossier_id}",
            actor=actor,
            verb="recuse",
            subject=SubjectRef("agendaitem", item.pk),
            values={"account": account_id},
        )
    return recusal


def roll_for(item: AgendaItem) -> list[RollEntry]:
    """The members as they stand for this case now."""
    recused = set(Recusal.objects.filter(item=item).values_list("account_id", flat=True))
    return [
        RollEntry(
            row.account_id,
            row.label,
            row.role,
            row.voting,
            row.state == PresenceState.PRESENT,
            row.account_id in recused,
        )
        for row in Presence.objects.filter(session_id=item.session_id).order_by("order", "label", "pk")
    ]


@gesture
def carry_over(*, actor: Actor, item: AgendaItem, to: Session, reason: str, expected_lock: int | None = None) -> AgendaItem:
    """Move an undecided case to another session. No decision is taken, the legal clock runs on."""
    _require_secretariat(actor)
    if not reason.strip():
        raise DomainError(_("Say why the case is carried over."), field="reason")
    to = Session.unscoped.get(pk=to.pk)
    if to.pk == item.session_id or to.state == SessionState.CLOSED:
        raise DomainError(_("Choose another session that is not closed."), field="to")
    rows = AgendaItem.unscoped.filter(pk=item.pk, state=ItemState.PENDING)
    if expected_lock is not None:
        rows = rows.filter(lock=expected_lock)
    if not rows.update(state=ItemState.CARRIED, live=None, lock=F("lock") + 1, carry_reason=reason.strip()):
        item.refresh_from_db()
        raise Conflict(_("This case was changed meanwhile: %(state)s.") % {"state": item.get_state_display()})
    item = AgendaItem.unscoped.select_related("proposal", "ratifies").get(pk=item.pk)
    mutations.record(
        f"dossier:{item.proposal.dossier_id}",
        actor=actor,
        verb="carry_over",
        subject=SubjectRef("agendaitem", item.pk),
        values={"session": [item.session_id, to.pk]},
        note=reason.strip(),
    )
    new = _add_item(actor, to, item.proposal, kind=item.kind, ratifies=item.ratifies, carried_from=item, list_kind=item.list_kind)
    neighbours.progress(actor, item.proposal.line_id, "committee", expected_on=clock.date_of(to.starts_at))
    return new


@gesture
def close_session(*, actor: Actor, session: Session, carry_to: Session | None = None, reason: str = "") -> Session:
    """Close, which decides nothing: undecided cases are named, or carried over to `carry_to`."""
    from . import minutes

    _require_secretariat(actor)
    left = list(AgendaItem.unscoped.filter(session=session, state=ItemState.PENDING).order_by("position", "pk"))
    if left and carry_to is None:
        raise SessionHasUndecided(len(left))
    for item in left:
        assert carry_to is not None
        carry_over(actor=actor, item=item, to=carry_to, reason=reason or _("Not reached before the end of the session."))
    session = _move(session, "close", closed_at=clock.now())
    mutations.record(STREAM, actor=actor, verb="close", subject=SubjectRef("session", session.pk), values={"state": ["open", "closed"]})
    minutes.write_minutes(actor=actor, session=session)
    publish(SessionClosed(actor=actor, session_id=session.pk))
    return session
