"""The one gesture of the desk itself: take the next task."""

from __future__ import annotations

from parvis.kernel.actor import Actor
from parvis.kernel.gestures import gesture
from parvis.workflows.api import ItemTaken, WorkItem, items_for, take

TRIES = 5


@gesture
def take_next(*, actor: Actor) -> WorkItem | None:
    """The most urgent of my tasks and of my queues; taken, when nobody holds it. None when there is nothing to do.

    A colleague who takes the same one at the same moment is no error: the next one is tried.
    """
    skipped: list[int] = []
    for _try in range(TRIES):
        item = items_for(actor).exclude(pk__in=skipped).first()
        if item is None:
            return None
        if item.owner_id is not None:
            return item
        try:
            return take(actor=actor, item=item)
        except ItemTaken:
            skipped.append(item.pk)
    return None
