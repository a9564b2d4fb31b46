"""Aid in the years of a dossier: each right that ran month by month, with what lies between."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from parvis.kernel import registries
from parvis.kernel.actor import Actor
from parvis.kernel.registries import Stretch, TimeSource, Turning
from parvis.ui import formats

from . import access
from .models import Entitlement

MOST = 200


def _read(actor: Actor, dossier: Any, until: dt.date) -> tuple[list[Turning], list[Stretch]]:
    rows: Any = Entitlement.objects.visible_to(actor).filter(dossier=dossier.pk, periodicity="month", valid_from__lte=until)
    last = until + dt.timedelta(days=1)
    return [], [
        Stretch(
            row.valid_from,
            min(row.valid_to, last),
            formats.label(row.title),
            formats.amount(row.amount, row.currency),
            reverse("aid:entitlement", args=[row.uuid]),
        )
        for row in sorted(rows.order_by("-valid_from", "-pk")[:MOST], key=lambda one: (one.valid_from, one.pk))
    ]


registries.timeline.register("aid", TimeSource("aid", _("Aid"), 50, _read, access.may_see_aid, data_class="money"))
