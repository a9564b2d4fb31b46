"""Money keeps a dossier open: a right that runs, a month that is owed, a sum to recover."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from parvis.kernel import clock, registries
from parvis.kernel.actor import system_actor
from parvis.kernel.registries import Obstacle
from parvis.ui import formats

from .enums import UNPAID, ClaimState, EntitlementState
from .models import Claim, DueLine, Entitlement

_READER = system_actor("aid.closing")
MOST = 50


def _money(dossier_id: int) -> list[Obstacle]:
    rights = Entitlement.objects.visible_to(_READER).filter(dossier=dossier_id, state=EntitlementState.RUNNING, valid_to__gt=clock.today())
    found = [
        Obstacle(
            _("Running right: %(title)s") % {"title": formats.label(row.title)},
            formats.period(row.valid_from, row.valid_to),
            reverse("aid:entitlement", args=[row.uuid]),
        )
        for row in rights.order_by("pk")[:MOST]
    ]
    due = DueLine.objects.visible_to(_READER).filter(entitlement__dossier=dossier_id, state__in=UNPAID).select_related("entitlement")
    found += [
        Obstacle(
            _("Payment open: %(month)s") % {"month": formats.day(row.month, "month")},
            row.get_state_display(),
            reverse("aid:entitlement", args=[row.entitlement.uuid]),
        )
        for row in due.order_by("month", "pk")[:MOST]
    ]
    claims = Claim.objects.visible_to(_READER).filter(dossier=dossier_id, state__in=[ClaimState.TO_REGISTER, ClaimState.REGISTERED])
    found += [
        Obstacle(
            _("Sum to recover: %(name)s") % {"name": row.debtor_name},
            row.get_state_display(),
            reverse("aid:claim", args=[row.uuid]),
            row.pay_by,
        )
        for row in claims.order_by("pk")[:MOST]
    ]
    return found


registries.closing_obstacles.register("aid", _money)
