"""Rights opened, sums to recover and months paid in a dossier since an instant."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.kernel import changes, clock, registries
from parvis.kernel.actor import Actor
from parvis.kernel.registries import Change, ChangeSource, Span
from parvis.ui import formats

from . import access
from .enums import DueState
from .models import Claim, DueLine, Entitlement


def _rights(actor: Actor, span: Span) -> QuerySet[Any]:
    return Entitlement.objects.visible_to(actor).filter(dossier=span.dossier_id, created_at__gt=span.since)


def _claims(actor: Actor, span: Span) -> QuerySet[Any]:
    return Claim.objects.visible_to(actor).filter(dossier=span.dossier_id, created_at__gt=span.since)


def _paid(actor: Actor, span: Span) -> QuerySet[Any]:
    """The bank tells a day, not an hour: what was paid on the day itself is told again rather than not at all."""
    rows = DueLine.objects.visible_to(actor).filter(entitlement__dossier=span.dossier_id, state=DueState.PAID)
    return rows.filter(paid_on__gte=clock.date_of(span.since))


def _marks(actor: Actor, span: Span) -> list[QuerySet[Any]]:
    return [
        changes.mark(_rights(actor, span), "entitlement", "pk", "created_at"),
        changes.mark(_claims(actor, span), "claim", "pk", "created_at"),
        changes.mark(_paid(actor, span), "paid", "pk", "paid_on"),
    ]


def _tell(actor: Actor, span: Span) -> list[Change]:
    found = [
        Change(
            row.created_at,
            "added",
            _("Right"),
            after=f"{formats.label(row.title)}, {formats.amount(row.amount, row.currency)}",
            url=reverse("aid:entitlement", args=[row.uuid]),
            from_on=row.valid_from,
        )
        for row in _rights(actor, span).order_by("-created_at", "-pk")[: changes.MOST]
    ]
    found += [
        Change(
            row.created_at,
            "added",
            _("To recover"),
            after=f"{row.beneficiary_name}, {formats.amount(row.announced, row.currency)}",
            url=reverse("aid:claim", args=[row.uuid]),
        )
        for row in _claims(actor, span).order_by("-created_at", "-pk")[: changes.MOST]
    ]
    found += [
        Change(
            dt.datetime.combine(row.paid_on, dt.time(), clock.zone()),
            "added",
            _("Paid on %(day)s") % {"day": formats.day(row.paid_on)},
            after=f"{formats.label(row.entitlement.title)}, {formats.day(row.month, 'month')}, {formats.amount(row.amount, row.currency)}",
            url=reverse("aid:entitlement", args=[row.entitlement.uuid]),
        )
        for row in _paid(actor, span).select_related("entitlement").order_by("-paid_on", "-pk")[: changes.MOST]
    ]
    return sorted(found, key=lambda one: one.at, reverse=True)


registries.changes.register(
    "aid", ChangeSource("aid", gettext_lazy("Aid and payments"), 55, _marks, _tell, access.may_see_aid, "money", "heart")
)
