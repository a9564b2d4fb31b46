"""A request that waits for its decision keeps a dossier open."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from parvis.kernel import registries
from parvis.kernel.actor import Actor
from parvis.kernel.registries import Obstacle, obstacles_of
from parvis.ui import formats

from .enums import UNDECIDED, ClockKind
from .models import RequestLine
from .selectors import _READER, clocks_for


def _undecided(actor: Actor, dossier_id: int) -> list[Obstacle]:
    here = {"request__dossier": dossier_id, "stage__in": UNDECIDED}
    rows = list(RequestLine.objects.visible_to(_READER).filter(**here).select_related("request").order_by("pk")[:50])
    clocks = clocks_for([row.pk for row in rows])

    def say(row: RequestLine) -> Obstacle:
        return Obstacle(
            title=_("Request without decision: %(title)s") % {"title": formats.label(row.label)},
            detail=row.request.number,
            url=reverse("requests:detail", args=[row.request.uuid]),
            due_on=next((one.due_on for one in clocks.get(row.pk, []) if one.kind == ClockKind.DECIDE and one.met_on is None), None),
        )

    return obstacles_of(rows, RequestLine.objects.visible_to(actor).filter(**here), say)


registries.closing_obstacles.register("requests", _undecided)
