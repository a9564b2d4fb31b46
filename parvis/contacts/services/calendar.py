"""What the calendar changes without anybody writing: a name, an address or a capacity that begins or ends today."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q

from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.events import publish
from parvis.kernel.gestures import gesture

from ..events import PersonChanged
from ..models import (
    Address,
    ContactPoint,
    Organisation,
    OrganisationAddress,
    OrganisationKind,
    OrganisationName,
    OrganisationNumber,
    OrganisationPoint,
    OrganisationProfile,
    Person,
    PersonBirth,
    PersonCapacity,
    PersonLanguage,
    PersonName,
)
from .book import rebook_organisation, rebook_person
from .indexing import reindex

#: Days looked back: the instance may have slept over a weekend.
BACK = dt.timedelta(days=7)
BATCH = 200

NAMED = (PersonName, PersonBirth, PersonLanguage)
PERSONS = (*NAMED, Address, ContactPoint, PersonCapacity)
ORGANISATIONS = (OrganisationName, OrganisationProfile, OrganisationKind, OrganisationNumber, OrganisationAddress, OrganisationPoint)


def turned(models: tuple[type[Any], ...], anchor: str) -> list[int]:
    """Anchors with a fact that began or ended in the last days, other than by being written then."""
    today = clock.today()
    found: set[int] = set()
    for model in models:
        began = Q(valid_from__gt=today - BACK, valid_from__lte=today) | Q(valid_to__gt=today - BACK, valid_to__lte=today)
        found |= set(model.unscoped.filter(began, live=1).order_by().values_list(f"{anchor}_id", flat=True))
    return sorted(found)


@gesture
def freshen(*, actor: Actor, persons: list[int], organisations: list[int]) -> None:
    """Index and address book of these, as they are today. Safe to repeat."""
    for person in Person.unscoped.filter(pk__in=persons, merged_into__isnull=True):
        reindex(person)
        rebook_person(person)
        publish(PersonChanged(actor=actor, person_id=person.pk, aspect="name"))
    for organisation in Organisation.unscoped.filter(pk__in=organisations, merged_into__isnull=True):
        rebook_organisation(organisation)
