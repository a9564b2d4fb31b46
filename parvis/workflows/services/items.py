"""Gestures on tasks. Each leaves an event row; an open task never lacks both an owner and a queue."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import F
from django.utils.translation import gettext as _

from parvis.identity.api import Account, actor_for
from parvis.identity.enums import Function
from parvis.kernel import clock, events, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.errors import NotAllowed
from parvis.kernel.gestures import gesture
from parvis.kernel.subject import SubjectRef
from parvis.ui import formats

from .. import access
from ..enums import ItemEventKind, ItemState
from ..errors import CannotAssign, ItemClosed, ItemTaken
from ..events import StepClosed, StepHanded, StepOpened
from ..models import Case, WorkItem, WorkItemEvent
from ..models.items import NO_DUE


def stream(item: WorkItem) -> str:
    return f"dossier:{item.dossier_key}" if item.dossier_key else "context:workflows"


def note_event(
    item: WorkItem, kind: ItemEventKind, actor: Actor, *, owner: Account | None = None, outcome: str = "", note: str = ""
) -> None:
    WorkItemEvent.unscoped.create(
        item=item,
        kind=kind,
        at=clock.now(),
        actor_id=actor.account_id,
        actor_label=actor.label[:120],
        owner_id=owner.pk if owner else None,
        owner_label=owner.display_name[:120] if owner else "",
        queue=item.queue,
        outcome=outcome,
        note=note[:1000],
    )


def note_unit(item: WorkItem, actor: Actor, before: int | None, after: int | None) -> None:
    """The task belongs to another service from now on: the service of a past day is read backwards from this line (``past``)."""
    mutations.record(stream(item), actor=actor, verb="workflows.moved", subject=item.ref, values={"unit": [before, after]})


def account_of(owner: Account | int | None) -> Account | None:
    if owner is None or isinstance(owner, Account):
        return owner
    return Account.objects.filter(pk=owner).first()


def _slot(subject: SubjectRef, key: str) -> str | None:
    return f"{subject}|{key}"[:191] if key else None


def create_item(
    *,
    actor: Actor,
    subject: SubjectRef,
    title: dict[str, str],
    screen: str,
    owner: Account | None,
    queue: str,
    unit_id: int | None,
    due_on: date | None,
    due_from: date | None,
    clock_kind: str,
    why: str | dict[str, str],
    slot: str | None,
    case: Case | None = None,
    step: str = "",
    token: str = "",
    dossier_key: int | None = None,
) -> WorkItem:
    """Write a task and its first event. Used by ``open_item`` and by running cases."""
    if owner is not None and not owner.is_active:
        owner = None
    if owner is None and not queue:
        raise CannotAssign(_("A task needs an owner or a queue."))
    if queue and queue not in Function.values:
        raise CannotAssign(_("Unknown queue “%(name)s”.") % {"name": queue})
    at = clock.now()
    item = WorkItem.unscoped.create(
        case=case,
        step=step,
        token=token,
        slot=slot,
        title=title,
        screen=screen,
        subject_type=subject.type,
        subject_id=subject.id,
        dossier_key=dossier_key,
        owner=owner,
        queue=queue,
        unit_id=unit_id,
        due_on=due_on,
        due_sort=due_on or NO_DUE,
        due_from=due_from,
        clock=clock_kind,
        why=formats.label(why, settings.LANGUAGE_CODE)[:500],
        why_in={code: text[:500] for code, text in why.items()} if isinstance(why, dict) else {},
        opened_at=at,
        held_since=at,
    )
    note_event(item, ItemEventKind.OPENED, actor, owner=owner)
    events.publish(
        StepOpened(
            actor=actor,
            item_id=item.pk,
            case_id=item.case_id,
            step=step,
            subject=subject,
            owner_id=item.owner_id,
            queue=queue,
        )
    )
    return item


@gesture
def open_item(
    *,
    actor: Actor,
    subject: SubjectRef,
    title: dict[str, str],
    screen: str = "",
    owner: Account | int | None = None,
    queue: str = "",
    unit_id: int | None = None,
    dossier_id: int | None = None,
    due_on: date | None = None,
    due_from: date | None = None,
    clock_kind: str = "",
    why: str | dict[str, str] = "",
    key: str = "",
) -> WorkItem:
    """Open a task outside any process. With ``key``, the open task of the same subject and key is returned instead of a second one.

    Raises:
        CannotAssign: neither an (active) owner nor a queue.
    """
    slot = _slot(subject, key)
    if slot is not None:
        existing = WorkItem.unscoped.filter(slot=slot).first()
        if existing is not None:
            return existing
    return create_item(
        actor=actor,
        subject=subject,
        title=title,
        screen=screen,
        owner=account_of(owner),
        queue=str(queue or ""),
        unit_id=unit_id,
        due_on=due_on,
        due_from=due_from,
        clock_kind=clock_kind,
        why=why,
        slot=slot,
        step=key,
        dossier_key=dossier_id,
    )


def _closed(item: WorkItem) -> ItemClosed:
    fresh = WorkItem.unscoped.get(pk=item.pk)
    return ItemClosed(_("This task is already done."), who=fresh.closed_by_label, when=fresh.closed_at)


def finish_item(item: WorkItem, *, actor: Actor, state: ItemState, outcome: str = "", note: str = "") -> None:
    """Close a task, once.

    Raises:
        ItemClosed: somebody else did.
    """
    at = clock.now()
    changed = WorkItem.unscoped.filter(pk=item.pk, state=ItemState.OPEN).update(
        state=state, outcome=outcome[:64], closed_at=at, closed_by_label=actor.label[:120], slot=None, lock=F("lock") + 1
    )
    if not changed:
        raise _closed(item)
    item.state, item.outcome, item.closed_at, item.slot = state, outcome, at, None
    kind = ItemEventKind.DONE if state == ItemState.DONE else ItemEventKind.DROPPED
    note_event(item, kind, actor, owner=account_of(item.owner_id), outcome=outcome, note=note)
    if state == ItemState.DONE:
        events.publish(
            StepClosed(actor=actor, item_id=item.pk, case_id=item.case_id, step=item.step, subject=item.subject, outcome=outcome)
        )


@gesture
def close_item(
    *,
    actor: Actor,
    item: WorkItem | None = None,
    subject: SubjectRef | None = None,
    key: str = "",
    outcome: str = "",
    dropped: bool = False,
) -> WorkItem | None:
    """Close a task that no process holds: the item itself, or the one opened for a subject under a key (None when there is none).

    Raises:
        ItemClosed: it is closed already.
        CannotAssign: the task belongs to a process, which closes it by itself.
    """
    if item is None:
        if subject is None or not key:
            raise ValueError("close_item needs an item, or a subject and a key")
        item = WorkItem.unscoped.filter(slot=_slot(subject, key)).first()
        if item is None:
            return None
    if item.case_id is not None:
        raise CannotAssign(_("This task is a step of a process: it closes when the step is done."))
    finish_item(item, actor=actor, state=ItemState.DROPPED if dropped else ItemState.DONE, outcome=outcome)
    return item


@gesture
def close_items(*, actor: Actor, subject: SubjectRef, outcome: str = "") -> int:
    """Close every open task of a subject that no process holds. Returns how many."""
    rows = WorkItem.unscoped.filter(subject_type=subject.type, subject_id=subject.id, state=ItemState.OPEN, case__isnull=True)
    items = list(rows.order_by("pk"))
    for item in items:
        finish_item(item, actor=actor, state=ItemState.DONE, outcome=outcome)
    return len(items)


def _hand(
    item: WorkItem, *, actor: Actor, owner: Account | None, kind: ItemEventKind, note: str = "", expect: int | None, keeps: bool = False
) -> WorkItem:
    """Put a task into other hands, unless it moved meanwhile. With ``keeps`` it is still kept for who is absent; else whoever gets it has it
    for good."""
    rows = WorkItem.unscoped.filter(pk=item.pk, state=ItemState.OPEN)
    rows = rows.filter(owner__isnull=True) if expect is None else rows.filter(owner_id=expect)
    before = item.owner_id
    values: dict[str, Any] = {} if keeps else {"away_until": None, "away_name": ""}
    if not rows.update(owner=owner, held_since=clock.now(), lock=F("lock") + 1, **values):
        fresh = WorkItem.unscoped.select_related("owner").get(pk=item.pk)
        if not fresh.is_open:
            raise _closed(item)
        who = fresh.owner.display_name if fresh.owner else ""
        message = _("%(who)s took this task first.") % {"who": who} if who else _("This task is back in its queue.")
        raise ItemTaken(message, who=who, when=fresh.held_since)
    item.refresh_from_db()
    note_event(item, kind, actor, owner=owner, note=note)
    mutations.record(
        stream(item), actor=actor, verb=f"workflows.{kind}", subject=item.ref, values={"owner": [before, item.owner_id]}, note=note
    )
    if owner is not None and not keeps:
        events.publish(StepHanded(actor=actor, item_id=item.pk, subject=item.subject, owner_id=owner.pk))
    return item


@gesture
def take(*, actor: Actor, item: WorkItem) -> WorkItem:
    """Take a task out of one's queue.

    Raises:
        ItemTaken: a colleague was first.
        NotAllowed: not a queue of this person.
    """
    if actor.account_id is None or not access.in_queue(actor, item):
        raise NotAllowed(_("This task is not in one of your queues."))
    return _hand(item, actor=actor, owner=account_of(actor.stands_for), kind=ItemEventKind.TAKEN, expect=None)


@gesture
def give_back(*, actor: Actor, item: WorkItem, note: str = "") -> WorkItem:
    """Put a task back into its queue.

    Raises:
        CannotAssign: it has no queue, or nobody holds it.
        NotAllowed: neither its holder nor the chief.
    """
    if not item.queue or item.owner_id is None:
        raise CannotAssign(_("This task has no queue to go back to: hand it to somebody."))
    if not (actor.is_system or access.may_give_back(actor, item)):
        raise NotAllowed(_("Only who holds the task, or the chief, puts it back."))
    keeps = item.away_until is not None
    return _hand(item, actor=actor, owner=None, kind=ItemEventKind.RETURNED, note=note, expect=item.owner_id, keeps=keeps)


@gesture
def assign(*, actor: Actor, item: WorkItem, owner: Account | int, note: str = "") -> WorkItem:
    """Give a task to a named colleague: by who holds it, or by the chief.

    Raises:
        CannotAssign: the colleague is not active, or does not hold the function that the task needs.
        NotAllowed: neither its holder nor the chief.
    """
    if not access.may_assign(actor, item):
        raise NotAllowed(_("Only who holds the task, or the chief, hands it over."))
    colleague = account_of(owner)
    if colleague is None or not colleague.is_active:
        raise CannotAssign(_("This colleague does not work here any more."), field="owner")
    if item.queue and not access.in_queue(actor_for(colleague), item):
        message = _("%(who)s does not hold the function that this task needs: %(function)s.")
        raise CannotAssign(message % {"who": colleague.display_name, "function": Function(item.queue).label}, field="owner")
    if item.owner_id == colleague.pk:
        return item
    return _hand(item, actor=actor, owner=colleague, kind=ItemEventKind.ASSIGNED, note=note, expect=item.owner_id)


@gesture
def set_due(
    *,
    actor: Actor,
    subject: SubjectRef,
    due_on: date | None,
    step: str = "",
    kind: str = "",
    started_on: date | None = None,
) -> int:
    """Say until when the steps of a subject must be done: one step, those with a clock of this kind, or all. Open tasks change at
    once, later ones get it when they open. Returns how many open tasks changed.
    """
    slot = f"step:{step}" if step else f"clock:{kind}" if kind else "*"
    entry: dict[str, Any] = {"on": due_on.isoformat() if due_on else None, "from": started_on.isoformat() if started_on else None}
    for case in Case.objects.select_for_update().filter(subject_type=subject.type, subject_id=subject.id, live=1):
        case.dues[slot] = entry
        Case.objects.filter(pk=case.pk).update(dues=case.dues)
    rows = WorkItem.unscoped.filter(subject_type=subject.type, subject_id=subject.id, state=ItemState.OPEN)
    if step:
        rows = rows.filter(step=step)
    elif kind:
        rows = rows.filter(clock=kind)
    return rows.update(due_on=due_on, due_sort=due_on or NO_DUE, due_from=started_on)


@gesture
def link_dossier(*, actor: Actor, subject: SubjectRef, dossier_id: int, unit_id: int | None = None) -> None:
    """The subject now belongs to a dossier (and its unit): its cases and tasks are found from there."""
    values: dict[str, Any] = {"dossier_key": dossier_id}
    if unit_id is not None:
        values["unit_id"] = unit_id
    Case.objects.filter(subject_type=subject.type, subject_id=subject.id).update(**values)
    rows = WorkItem.unscoped.filter(subject_type=subject.type, subject_id=subject.id)
    moving = list(rows.exclude(unit=unit_id).order_by("pk")) if unit_id is not None else []
    rows.update(**values)
    for item in moving:
        item.dossier_key = dossier_id
        note_unit(item, actor, item.unit_id, unit_id)
