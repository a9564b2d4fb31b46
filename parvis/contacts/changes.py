"""What changed of the persons of a dossier: names and addresses. Of a protected address nothing is told, not even that it changed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.kernel import changes, registries
from parvis.kernel.actor import Actor
from parvis.kernel.registries import Change, ChangeSource, Span
from parvis.ui import formats

from . import access
from .models import Address, PersonName


def _until(day: dt.date) -> str:
    return _("until %(when)s") % {"when": formats.day(day)}


def _addresses(actor: Actor, span: Span) -> QuerySet[Any]:
    return Address.objects.visible_to(actor).filter(person__in=span.people, hidden=False)


def _names(actor: Actor, span: Span) -> QuerySet[Any]:
    return PersonName.objects.visible_to(actor).filter(person__in=span.people)


def _marks(actor: Actor, span: Span) -> list[QuerySet[Any]]:
    if not span.people:
        return []
    return [
        *changes.fact_marks(_addresses(actor, span), span, key="address", thing="person_id", anchor="person"),
        *changes.fact_marks(_names(actor, span), span, key="name", thing="person_id", anchor="person"),
    ]


def _line(row: Address) -> str:
    street = " ".join(part for part in (row.street, row.number, row.box) if part)
    town = " ".join(part for part in (row.postal_code, row.municipality) if part)
    return ", ".join(part for part in (street, town) if part)


def _tell(actor: Actor, span: Span) -> list[Change]:
    if not span.people:
        return []
    found = changes.fact_changes(
        _addresses(actor, span),
        span,
        thing="person_id",
        title=lambda row: _("Address of %(name)s") % {"name": span.names.get(row.person_id, "?")},
        words=_line,
        last_day=_until,
    )
    found += changes.fact_changes(
        _names(actor, span),
        span,
        thing="person_id",
        title=lambda row: _("Name"),
        words=lambda row: f"{row.family_name} {row.given_names}".strip(),
        last_day=_until,
    )
    return sorted(found, key=lambda one: one.at, reverse=True)


registries.changes.register(
    "contacts.persons",
    ChangeSource("contacts.persons", gettext_lazy("Names and addresses"), 20, _marks, _tell, access.can_read_persons, "identity", "pin"),
)
