"""The journal on the dossier page: its latest entries, and the form to add one."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parvis.dossiers.api import Dossier
from parvis.kernel import clock, registries
from parvis.kernel.actor import Actor
from parvis.kernel.registries import Panel, PersonHolder

from . import access
from .selectors import chronicle, days_of

LATEST = 6


def _latest(request: HttpRequest, dossier: Dossier, day: dt.date) -> str:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = chronicle(actor, dossier, limit=LATEST, until=day if day != clock.today() else None)
    context: dict[str, Any] = {"dossier": dossier, "days": days_of(found.entries, actor), "more": bool(found.following)}
    return render_to_string("journal/_panel.html", context, request)


def _add(request: HttpRequest, dossier: Dossier, day: dt.date) -> str:
    from .views import blank_form

    return render_to_string("journal/_panel_add.html", {"dossier": dossier, "form": blank_form(request, dossier)}, request)


registries.panels.register(
    "journal.latest",
    Panel(
        key="journal",
        title=_("Journal"),
        order=80,
        render=_latest,
        access=access.can_read_journal,
        data_class="identity",
        icon="note",
    ),
)
registries.panels.register(
    "journal.add",
    Panel(
        key="note",
        title=pgettext_lazy("to add to a dossier", "Note"),
        order=10,
        render=_add,
        access=access.can_write_entry,
        data_class="identity",
        icon="note",
        column="side",
        nav=False,
        shortcut="n",
    ),
)

# What becomes of these when two files of one person are merged.
registries.person_holders.register("journal.Entry.person", PersonHolder("journal.Entry", "person", _("Chronicle")))
