"""Tasks that were open at the end of a past day: who had each, in which queue of which service.

Hands and queues are read from the events of a task, its service backwards from the lines of the journal that moved it. Nothing of it is
written anew, and who may see what is today's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import OuterRef, Q, QuerySet, Subquery

from parvis.identity.api import Unit
from parvis.kernel import mutations
from parvis.kernel.actor import Actor

from . import access
from .models import WorkItem, WorkItemEvent
from .selectors import READER


def open_then(actor: Actor, until: datetime) -> QuerySet[WorkItem]:
    """Tasks that this reader may see today and that were open at an instant, the oldest first, with ``held_id``, ``held_by`` and
    ``held_queue`` of then."""
    last = WorkItemEvent.objects.visible_to(READER).filter(item=OuterRef("pk"), at__lt=until).order_by("-at", "-pk")
    rows = WorkItem.objects.visible_to(actor).filter(opened_at__lt=until).filter(Q(closed_at__isnull=True) | Q(closed_at__gte=until))
    rows = rows.annotate(
        held_id=Subquery(last.values("owner_id")[:1]),
        held_by=Subquery(last.values("owner_label")[:1]),
        held_queue=Subquery(last.values("queue")[:1]),
    )
    return rows.select_related("unit").order_by("opened_at", "pk")


def as_they_stood(items: Sequence[WorkItem], until: datetime) -> None:
    """Give tasks of ``open_then`` the holder, the queue and the service that they had, for a page that only reads. At most two queries."""
    moved = mutations.values_before_each("work_item", [item.pk for item in items], until)
    units = {pk: held["unit"] for pk, held in moved.items() if "unit" in held}
    known = Unit.objects.in_bulk({unit for unit in units.values() if unit is not None}) if units else {}
    for item in items:
        if item.pk in units:
            item.unit = known.get(units[item.pk])
        item.owner_id, item.queue = item.held_id, item.held_queue or ""  # type: ignore[attr-defined]  # read by ``open_then``


def mine_then(actor: Actor, until: datetime, limit: int) -> tuple[list[WorkItem], bool]:
    """What this person had to do then, in hand or in the queues that are the person's today; whether there was more. At most three queries."""
    wanted = Q(held_id__isnull=True, held_queue__in=sorted(actor.functions))
    if actor.stands_for:
        wanted |= Q(held_id=actor.stands_for)
    found = list(open_then(actor, until).filter(wanted)[: limit + 1])
    more, found = len(found) > limit, found[:limit]
    as_they_stood(found, until)
    return [item for item in found if item.owner_id is not None or access.in_queue(actor, item)], more


def unheld_then(until: datetime) -> int:
    """Tasks that were in nobody's hands, in the house. One query."""
    return open_then(READER, until).filter(held_id__isnull=True).count()
