"""What processes contribute: the ribbon of a dossier, the figure of what nobody holds, the page of models."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from parvis.kernel import clock, registries
from parvis.kernel.registries import Backlog, MenuEntry, PaletteAction, Panel, Screen
from parvis.kernel.subject import SubjectRef

from . import access, past, selectors
from .models import Away

SHOWN = 4


def _ribbon(request: HttpRequest, dossier: Any, day: dt.date) -> str | None:
    """Each running process of the dossier as a row of steps: what is done, who has it since when, what comes."""
    if min(day, getattr(request, "known_day", day)) < clock.today():
        return None  # where something stands is told of today alone
    ribbons = dict(list(selectors.way_of_dossier(dossier.pk).ribbons.items())[:SHOWN])
    if not ribbons:
        return None
    cards = selectors.cards(request.actor, ribbons)  # type: ignore[attr-defined]
    rows = [{"card": cards.get(subject), "steps": steps} for subject, steps in ribbons.items() if steps]
    return render_to_string("workflows/_panel_ribbon.html", {"rows": rows}, request)


registries.panels.register(
    "workflows.ribbon",
    Panel(
        key="ribbon",
        title=_("Way of the requests"),
        order=5,
        render=_ribbon,
        access=access.is_agent,
        data_class="social",
        icon="route",
        nav=False,
        beside=True,
    ),
)


def _away_url(subject: SubjectRef) -> str:
    return reverse("workflows:away", args=[Away.objects.values_list("uuid", flat=True).get(pk=subject.id)])


registries.screens.register("workflows.away", Screen("workflows.away", _("Tasks of somebody absent"), _away_url))
registries.dossier_parts.register("workflows", selectors.has_task_of)
registries.backlog.register(
    "unowned",
    Backlog(
        key="unowned",
        title=_("Nobody holds it"),
        order=30,
        count=lambda actor: selectors.unowned_count(),
        url=lambda: reverse("desk:tasks") + "?list=unowned",
        help=_("Tasks that wait in a queue, or whose holder has left."),
        mine=selectors.unowned_count,
        then=lambda view: past.unheld_then(view.until),
        help_then=_("Tasks that waited in a queue."),
    ),
)

registries.menu.register(
    "workflows",
    MenuEntry(
        key="workflows",
        label=_("Processes"),
        icon="studio",
        url_name="workflows:index",
        access=access.may_publish,
        order=80,
        prefix="/workflows/",
    ),
)
registries.palette.register(
    "workflows.hand_overs",
    PaletteAction(
        key="workflows.hand_overs",
        label=_("Hand-overs by service and month"),
        url_name="workflows:hand_overs",
        access=access.may_read_figures,
        icon="chart",
        order=95,
    ),
)
registries.palette.register(
    "workflows.index",
    PaletteAction(
        key="workflows.index", label=_("Look at the processes"), url_name="workflows:index", access=access.may_read_models, icon="studio"
    ),
)
registries.palette.register(
    "workflows.publish",
    PaletteAction(
        key="workflows.publish",
        label=_("Publish a new version of a process"),
        url_name="workflows:publish",
        access=access.may_publish,
        icon="upload",
    ),
)
