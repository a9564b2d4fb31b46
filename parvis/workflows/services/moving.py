"""A dossier goes to another service: its open tasks go with it."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet

from parvis.identity.api import Unit, actor_for
from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.gestures import gesture

from .. import access
from ..enums import CaseState, ItemEventKind, ItemState
from ..models import Case, WorkItem
from .items import _hand, note_unit


@gesture
def move_items(*, actor: Actor, dossier_id: int, from_unit: int, to_unit: Unit, note: str = "") -> int:
    """Open tasks of a dossier that belong to a service belong to another one from now on. Whoever may not do them there loses them to the
    queue; a task without a queue goes to the chief's. The caller answers for the right to do so. Returns how many moved."""
    Case.objects.filter(dossier_key=dossier_id, unit=from_unit, state=CaseState.RUNNING).update(unit=to_unit)
    return _move(WorkItem.unscoped.filter(dossier_key=dossier_id), actor, from_unit, to_unit, note)


@gesture
def move_items_about(*, actor: Actor, kind: str, ids: Collection[int], from_unit: int, to_unit: Unit, note: str = "") -> int:
    """The same for tasks that do not name their dossier, because nobody else may know of them: told by their subjects."""
    return _move(WorkItem.unscoped.filter(subject_type=kind, subject_id__in=list(ids)), actor, from_unit, to_unit, note)


def _move(rows: QuerySet[WorkItem], actor: Actor, from_unit: int, to_unit: Unit, note: str) -> int:
    moved = 0
    for item in rows.filter(unit=from_unit, state=ItemState.OPEN).order_by("pk"):
        WorkItem.unscoped.filter(pk=item.pk).update(unit=to_unit, queue=item.queue or "chief")
        item.refresh_from_db()
        note_unit(item, actor, from_unit, to_unit.pk)
        if item.owner is not None and not access.in_queue(actor_for(item.owner), item):
            _hand(item, actor=actor, owner=None, kind=ItemEventKind.RETURNED, note=note, expect=item.owner_id)
        moved += 1
    # What is done stays where it was done; who read it there reads it from now on by the rule of readings (``access.items_scope``).
    done = rows.exclude(state=ItemState.OPEN)
    done.filter(unit=from_unit).update(left_at=clock.now())
    done.filter(unit=to_unit).update(left_at=None)
    return moved
