"""The latest decisions on the 360° sheet."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy

from parvis.kernel import asof, registries
from parvis.kernel.actor import Actor
from parvis.kernel.registries import SheetLine, SheetPart
from parvis.ui import formats

from . import access, selectors

SHOWN = 4
MOST_BACK = 200


def _lines(actor: Actor, dossier: Any, day: dt.date) -> list[SheetLine]:
    view = asof.view()
    rows = selectors.decisions_of_dossier(actor, dossier.pk, limit=SHOWN if view is None else MOST_BACK)
    if view is not None:
        rows = [row for row in rows if row.decided_on <= view.known_day][:SHOWN]
    return [
        SheetLine(
            formats.day(row.decided_on),
            row.proposal.name,
            f"{row.number} · {row.get_outcome_display()}",
            reverse("decisions:decision", args=[row.uuid]),
        )
        for row in rows
    ]


registries.sheet.register(
    "decisions", SheetPart("decisions", gettext_lazy("Latest decisions"), 70, _lines, access.may_see_decisions, icon="scale")
)
