"""What requests contribute: menu, backlog, a panel of the dossier, palette."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from parvis.kernel import clock, registries
from parvis.kernel.actor import Actor
from parvis.kernel.registries import Backlog, MenuEntry, PaletteAction, Panel, PersonHolder

from . import access
from .past import late_then, terms_then
from .selectors import clocks_for, count_late, lines_of_dossier


def _panel(request: HttpRequest, dossier: Any, day: dt.date) -> str | None:
    """Requests of the dossier as they stood on a day, with their clocks."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    known = getattr(request, "known_day", day)
    past = known < clock.today()
    lines = [line for line in lines_of_dossier(actor, dossier.pk) if clock.date_of(line.request.received_at) <= known]
    # The terms of a past day stand on the page of each request, and with its tasks.
    terms = clocks_for([line.pk for line in lines]) if not past else {}
    items = [{"line": line, "clocks": [c for c in terms.get(line.pk, []) if not c.met_on or c.met_on > c.due_on]} for line in lines]
    return render_to_string("requests/_panel.html", {"items": items, "dossier": dossier, "past": past}, request)


def _count(actor: Actor, dossier: Any) -> int | None:
    return len(lines_of_dossier(actor, dossier.pk))


registries.terms_then.register("request_line", terms_then)
registries.menu.register(
    "requests",
    MenuEntry(
        key="requests", label=_("Requests"), icon="inbox", url_name="requests:index", access=access.can_read, order=20, prefix="/requests/"
    ),
)
registries.panels.register(
    "requests",
    Panel(
        key="requests",
        title=_("Requests and terms"),
        order=20,
        render=_panel,
        access=access.can_read,
        data_class="social",
        icon="inbox",
        count=_count,
        beside=True,
    ),
)
registries.backlog.register(
    "over_30_days",
    Backlog(
        key="over_30_days",
        title=_("Over the legal term"),
        order=20,
        count=lambda actor: count_late(),
        url=lambda: reverse("requests:index") + "?state=late",
        help=_("Requests whose decision is later than the law allows"),
        mine=count_late,
        then=late_then,
    ),
)
registries.palette.register(
    "requests.new",
    PaletteAction(
        key="requests.new", label=_("Register a request"), url_name="requests:new", access=access.can_register, order=20, icon="plus"
    ),
)
registries.palette.register(
    "requests.urgent",
    PaletteAction(
        key="requests.urgent", label=_("Urgent aid"), url_name="requests:urgent", access=access.can_register, order=21, icon="bolt"
    ),
)

# What becomes of these when two files of one person are merged.
registries.person_holders.register("requests.Request.applicant", PersonHolder("requests.Request", "applicant", _("Requests")))
registries.person_holders.register("requests.AnswerParty.person", PersonHolder("requests.AnswerParty", "person", _("Answers of requests")))
registries.person_holders.register("requests.RequestLine.person", PersonHolder("requests.RequestLine", "person", _("Lines of requests")))
