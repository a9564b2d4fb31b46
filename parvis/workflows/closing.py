"""Open tasks keep a dossier open."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from parvis.kernel import registries
from parvis.kernel.actor import Actor
from parvis.kernel.registries import Obstacle, obstacles_of
from parvis.ui import formats

from .enums import ItemState
from .models import WorkItem
from .selectors import READER, holder_of, item_url, queue_label


def _open_tasks(actor: Actor, dossier_id: int) -> list[Obstacle]:
    here = {"dossier_key": dossier_id, "state": ItemState.OPEN}
    rows = WorkItem.objects.visible_to(READER).filter(**here).select_related("owner", "unit").order_by("due_sort", "pk")
    return obstacles_of(rows, WorkItem.objects.visible_to(actor).filter(**here), _task, with_whom=_queue)


def _task(item: WorkItem) -> Obstacle:
    return Obstacle(_("Open task: %(title)s") % {"title": formats.label(item.title)}, holder_of(item), item_url(item), item.due_on)


def _queue(item: WorkItem) -> str:
    """Which queue has it: what it is about may not be said."""
    return queue_label(item.queue, item.unit) if item.queue else ""


registries.closing_obstacles.register("workflows", _open_tasks)
