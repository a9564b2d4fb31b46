"""Open tasks keep a dossier open."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from parvis.kernel import registries
from parvis.kernel.registries import Obstacle
from parvis.ui import formats

from .enums import ItemState
from .models import WorkItem
from .selectors import READER, holder_of, item_url

MOST = 50


def _open_tasks(dossier_id: int) -> list[Obstacle]:
    rows = WorkItem.objects.visible_to(READER).filter(dossier_key=dossier_id, state=ItemState.OPEN).select_related("owner", "unit")
    return [
        Obstacle(
            title=_("Open task: %(title)s") % {"title": formats.label(item.title)},
            detail=holder_of(item),
            url=item_url(item),
            due_on=item.due_on,
        )
        for item in rows.order_by("due_sort", "pk")[:MOST]
    ]


registries.closing_obstacles.register("workflows", _open_tasks)
