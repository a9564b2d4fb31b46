"""Money keeps a dossier open: a right that runs, a month that is owed, a sum to recover."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from parvis.kernel import clock, registries
from parvis.kernel.actor import Actor, system_actor
from parvis.kernel.registries import Obstacle, obstacles_of
from parvis.ui import formats

from .access import may_see_aid
from .enums import UNPAID, ClaimState, EntitlementState
from .models import Claim, DueLine, Entitlement

_READER = system_actor("aid.closing")


def _money(actor: Actor, dossier_id: int) -> list[Obstacle]:
    def found(model: Any, order: tuple[str, ...], say: Any, **filters: Any) -> list[Obstacle]:
        seen = model.objects.visible_to(actor).filter(**filters)
        known = model.objects.visible_to(_READER).filter(**filters).order_by(*order)
        known = known.select_related("entitlement") if model is DueLine else known
        return obstacles_of(known, seen if may_see_aid(actor) else seen.none(), say)

    rights = found(
        Entitlement,
        ("pk",),
        _right,
        dossier=dossier_id,
        state__in=(EntitlementState.RUNNING, EntitlementState.WAITING),
        valid_to__gt=clock.today(),
    )
    due = found(DueLine, ("month", "pk"), _due, entitlement__dossier=dossier_id, state__in=UNPAID)
    claims = found(Claim, ("pk",), _claim, dossier=dossier_id, state__in=[ClaimState.TO_REGISTER, ClaimState.REGISTERED])
    return [*rights, *due, *claims]


def _right(row: Entitlement) -> Obstacle:
    return Obstacle(
        _("Running right: %(title)s") % {"title": formats.label(row.title)},
        formats.period(row.valid_from, row.valid_to),
        reverse("aid:entitlement", args=[row.uuid]),
    )


def _due(row: DueLine) -> Obstacle:
    return Obstacle(
        _("Payment open: %(month)s") % {"month": formats.day(row.month, "month")},
        row.get_state_display(),
        reverse("aid:entitlement", args=[row.entitlement.uuid]),
    )


def _claim(row: Claim) -> Obstacle:
    return Obstacle(
        _("Sum to recover: %(name)s") % {"name": row.debtor_name},
        row.get_state_display(),
        reverse("aid:claim", args=[row.uuid]),
        row.pay_by,
    )


registries.closing_obstacles.register("aid", _money)
