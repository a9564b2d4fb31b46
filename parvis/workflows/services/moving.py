"""A dossier goes to another service: its open tasks go with it."""

from __future__ import annotations

from parvis.identity.api import Unit, actor_for
from parvis.kernel.actor import Actor
from parvis.kernel.gestures import gesture

from .. import access
from ..enums import CaseState, ItemEventKind, ItemState
from ..models import Case, WorkItem
from .items import _hand


@gesture
def move_items(*, actor: Actor, dossier_id: int, from_unit: int, to_unit: Unit, note: str = "") -> int:
    """Open tasks of a dossier that belong to a service belong to another one from now on. Whoever may not do them there loses them to the
    queue; a task without a queue goes to the chief's. The caller answers for the right to do so. Returns how many moved."""
    Case.objects.filter(dossier_key=dossier_id, unit=from_unit, state=CaseState.RUNNING).update(unit=to_unit)
    moved = 0
    for item in WorkItem.unscoped.filter(dossier_key=dossier_id, unit=from_unit, state=ItemState.OPEN).order_by("pk"):
        WorkItem.unscoped.filter(pk=item.pk).update(unit=to_unit, queue=item.queue or "chief")
        item.refresh_from_db()
        if item.owner is not None and not access.in_queue(actor_for(item.owner), item):
            _hand(item, actor=actor, owner=None, kind=ItemEventKind.RETURNED, note=note, expect=item.owner_id)
        moved += 1
    return moved
