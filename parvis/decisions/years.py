"""Decisions in the years of a dossier: all of them since the opening, each with its pack and with the file as it stood that day (C17)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from parvis.kernel import registries
from parvis.kernel.actor import Actor
from parvis.kernel.registries import Stretch, TimeSource, Turning

from . import access, selectors

MOST = 500


def _read(actor: Actor, dossier: Any, until: dt.date) -> tuple[list[Turning], list[Stretch]]:
    return [
        Turning(
            row.decided_on,
            "decision",
            f"{row.number} · {row.get_outcome_display()}",
            row.proposal.name,
            "scale",
            reverse("decisions:decision", args=[row.uuid]),
            (reverse("decisions:pack", args=[row.uuid]), _("Pack of that day")),
        )
        for row in selectors.decisions_of_dossier(actor, dossier.pk, limit=MOST)
        if row.decided_on <= until
    ], []


registries.timeline.register("decisions", TimeSource("decision", _("Decisions"), 60, _read, access.may_see_decisions, data_class="social"))
