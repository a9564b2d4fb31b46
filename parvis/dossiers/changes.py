"""What changed in a dossier: its members, its referents and the lines of its situation."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.kernel import changes, registries
from parvis.kernel.actor import Actor
from parvis.kernel.registries import Change, ChangeSource, Span
from parvis.ui import formats

from . import access
from .models import DossierMember, Intervention, Referent, SituationFact


def until(day: dt.date) -> str:
    return _("until %(when)s") % {"when": formats.day(day)}


def _url(name: str, span: Span) -> str:
    return reverse(name, args=[span.uuid]) if span.uuid else ""


def _money(row: SituationFact) -> str:
    if row.amount is None:
        return str(row.label)
    return f"{row.label}, {formats.amount(row.amount, row.currency)} {row.get_periodicity_display()}"


# Situation -------------------------------------------------------------------------------------------------------------
def _lines(actor: Actor, span: Span) -> QuerySet[Any]:
    return SituationFact.objects.visible_to(actor).filter(dossier=span.dossier_id)


def _situation_marks(actor: Actor, span: Span) -> list[QuerySet[Any]]:
    return changes.fact_marks(_lines(actor, span), span, key="situation", thing="item")


def _situation(actor: Actor, span: Span) -> list[Change]:
    url = _url("dossiers:situation", span)
    return changes.fact_changes(
        _lines(actor, span),
        span,
        thing="item",
        title=lambda row: row.get_kind_display(),
        words=_money,
        url=lambda row: url,
        last_day=until,
    )


# Members ---------------------------------------------------------------------------------------------------------------
def _members(actor: Actor, span: Span) -> QuerySet[Any]:
    return DossierMember.objects.visible_to(actor).filter(dossier=span.dossier_id)


def _members_marks(actor: Actor, span: Span) -> list[QuerySet[Any]]:
    return changes.fact_marks(_members(actor, span), span, key="members", thing="person_id")


def _members_told(actor: Actor, span: Span) -> list[Change]:
    rows = _members(actor, span)
    url = _url("dossiers:detail", span)
    return changes.fact_changes(
        rows,
        span,
        thing="person_id",
        title=lambda row: span.names.get(row.person_id, "?"),
        words=lambda row: str(row.get_role_display()),
        url=lambda row: url,
        last_day=until,
    )


# Referents -------------------------------------------------------------------------------------------------------------
def _referents(actor: Actor, span: Span) -> QuerySet[Any]:
    return Referent.objects.visible_to(actor).filter(dossier=span.dossier_id).select_related("account")


def _referents_marks(actor: Actor, span: Span) -> list[QuerySet[Any]]:
    return changes.fact_marks(_referents(actor, span).select_related(None), span, key="referents", thing="role")


def _referents_told(actor: Actor, span: Span) -> list[Change]:
    return changes.fact_changes(
        _referents(actor, span),
        span,
        thing="role",
        title=lambda row: row.get_role_display(),
        words=lambda row: row.account.display_name,
        last_day=until,
    )


# Interventions ---------------------------------------------------------------------------------------------------------
def _interventions(actor: Actor, span: Span) -> QuerySet[Any]:
    return Intervention.objects.visible_to(actor).filter(dossier=span.dossier_id)


def _interventions_marks(actor: Actor, span: Span) -> list[QuerySet[Any]]:
    return changes.fact_marks(_interventions(actor, span), span, key="interventions", thing="item")


def _interventions_told(actor: Actor, span: Span) -> list[Change]:
    url = _url("dossiers:interventions", span)
    return changes.fact_changes(
        _interventions(actor, span).select_related("account"),
        span,
        thing="item",
        title=lambda row: row.get_role_display(),
        words=lambda row: row.who,
        url=lambda row: url,
        last_day=until,
    )


for key, title, order, marks, tell, data_class, icon in (
    ("members", gettext_lazy("Household"), 10, _members_marks, _members_told, "identity", "users"),
    ("referents", gettext_lazy("Referents"), 15, _referents_marks, _referents_told, "identity", "user"),
    ("interventions", gettext_lazy("Interventions"), 17, _interventions_marks, _interventions_told, "social", "group"),
    ("situation", gettext_lazy("Situation"), 30, _situation_marks, _situation, "social", "house"),
):
    registries.changes.register(
        f"dossiers.{key}", ChangeSource(f"dossiers.{key}", title, order, marks, tell, access.can_read_dossiers, data_class, icon)
    )
