"""Balances on the 360° sheet: what runs, what was paid last, what is owed either way."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.kernel import asof, registries
from parvis.kernel.actor import Actor
from parvis.kernel.asof import PastView
from parvis.kernel.registries import SheetLine, SheetPart
from parvis.ui import formats

from . import access, selectors
from .enums import UNPAID, ClaimState, DueState, EntitlementState
from .models import Claim, DueLine
from .past import rights_then

MOST = 200


def _then(actor: Actor, dossier: Any, view: PastView) -> list[SheetLine]:
    """Up to a past day: what had been decided and held, and the last month paid by then. What was owed is known of today alone."""
    found = [
        SheetLine(
            formats.label(row.title),
            formats.amount(row.amount, row.currency),
            formats.period(row.valid_from, row.valid_to),
            reverse("aid:entitlement", args=[row.uuid]),
        )
        for row in rights_then(selectors.entitlements_of_dossier(actor, dossier.pk), view)
        if row.monthly and row.valid_from <= view.day < row.valid_to
    ]
    paid = DueLine.objects.visible_to(actor).filter(entitlement__dossier=dossier.pk, paid_on__lte=view.known_day)
    last = paid.order_by("-paid_on", "-pk").first()
    if last is not None:
        found.append(SheetLine(_("Last payment"), formats.amount(last.amount, last.currency), formats.day(last.paid_on)))
    return found


def balance_lines(actor: Actor, dossier: Any, day: dt.date) -> list[SheetLine]:
    """Also what a worker reads beside a recovery that ended."""
    if (view := asof.view()) is not None:
        return _then(actor, dossier, view)
    found = [
        SheetLine(
            formats.label(row.title),
            formats.amount(row.amount, row.currency),
            formats.period(row.valid_from, row.valid_to),
            reverse("aid:entitlement", args=[row.uuid]),
        )
        for row in selectors.entitlements_of_dossier(actor, dossier.pk)
        if row.monthly and row.state == EntitlementState.RUNNING and row.valid_from <= day < row.valid_to
    ]
    rows: Any = DueLine.objects.visible_to(actor).filter(entitlement__dossier=dossier.pk)
    # One read for both: what was paid, the latest months first, and what is owed.
    lines = list(rows.filter(Q(state=DueState.PAID) | Q(state__in=UNPAID, month__lte=day)).order_by("-month", "-pk")[:MOST])
    paid = [row for row in lines if row.state == DueState.PAID and row.paid_on is not None]
    if paid:
        last = max(paid, key=lambda row: (row.paid_on, row.pk))
        found.append(SheetLine(_("Last payment"), formats.amount(last.amount, last.currency), formats.day(last.paid_on)))
    owed = [row.amount for row in lines if row.state != DueState.PAID]
    if owed:
        found.append(SheetLine(_("Still to be paid"), formats.amount(sum(owed, Decimal("0.00")))))
    claims = Claim.objects.visible_to(actor).filter(dossier=dossier.pk, state=ClaimState.REGISTERED).order_by("pk")[:MOST]
    left = sum((row.open_amount for row in claims), Decimal("0.00"))
    if left:
        found.append(SheetLine(_("To recover"), formats.amount(left)))
    return found


registries.sheet.register(
    "aid", SheetPart("aid", gettext_lazy("Aid and balances"), 50, balance_lines, access.may_see_aid, data_class="money", icon="cash")
)
