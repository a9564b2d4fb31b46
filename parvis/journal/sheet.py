"""The latest events on the 360° sheet; what is restricted stays in the journal."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext_lazy

from parvis.kernel import asof, clock, registries
from parvis.kernel.actor import Actor
from parvis.kernel.registries import SheetLine, SheetPart
from parvis.ui import formats

from . import access
from .models import Entry
from .selectors import line_of

SHOWN = 6


def _lines(actor: Actor, dossier: Any, day: dt.date) -> list[SheetLine]:
    rows = Entry.objects.visible_to(actor).filter(dossier=dossier, restricted=False)
    if (view := asof.view()) is not None:
        rows = rows.filter(happened_at__lt=asof.end_of(view.day), recorded_at__lt=view.known_on or clock.now())
    rows = rows.order_by("-happened_at", "-pk")[:SHOWN]
    return [SheetLine(formats.moment(row.happened_at, "near"), line_of(row), row.text[:140]) for row in rows]


registries.sheet.register(
    "journal",
    SheetPart("events", gettext_lazy("Last events"), 80, _lines, access.can_read_journal, data_class="identity", icon="note", kept=True),
)
