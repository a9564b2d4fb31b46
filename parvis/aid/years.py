"""Aid in the years of a dossier: each right that ran month by month, with what lies between."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from parvis.kernel import asof, registries
from parvis.kernel.actor import Actor
from parvis.kernel.registries import Stretch, TimeSource, Turning
from parvis.ui import formats

from . import access
from .models import Entitlement
from .past import rights_then
from .selectors import entitlements_of_dossier

MOST = 200


def _read(actor: Actor, dossier: Any, until: dt.date) -> tuple[list[Turning], list[Stretch]]:
    last = until + dt.timedelta(days=1)
    return [], [
        Stretch(
            row.valid_from,
            min(row.valid_to, last),
            formats.label(row.title),
            formats.amount(row.amount, row.currency),
            reverse("aid:entitlement", args=[row.uuid]),
        )
        for row in sorted(_rights(actor, dossier, until), key=lambda one: (one.valid_from, one.pk))
    ]


def _rights(actor: Actor, dossier: Any, until: dt.date) -> list[Entitlement]:
    """The latest ones; on a past day with the end that each had."""
    if (view := asof.view()) is not None:
        granted = rights_then(entitlements_of_dossier(actor, dossier.pk), view)
        return [row for row in granted if row.monthly and row.valid_from <= until][:MOST]
    rows: Any = Entitlement.objects.visible_to(actor).filter(dossier=dossier.pk, periodicity="month", valid_from__lte=until)
    return list(rows.order_by("-valid_from", "-pk")[:MOST])


registries.timeline.register("aid", TimeSource("aid", _("Aid"), 50, _read, access.may_see_aid, data_class="money"))
