"""A fact written for a day to come shows in lists and address book when its day has come; a client stays a secret (B8, B9)."""

from __future__ import annotations

import datetime as dt

import pytest

from parvis.contacts import api, jobs
from parvis.contacts.book import selectors as book
from parvis.contacts.models import BookEntry, PersonIndex
from parvis.kernel import clock
from parvis.kernel.jobs import JobRef
from parvis.kernel.subject import SubjectRef
from tests.dossiers.factories import make_centre, make_dossier

from .factories import WORKER, make_organisation, make_person

pytestmark = pytest.mark.django_db
REF = JobRef(0, "contacts.facts_of_the_day", SubjectRef("instance", 0), "", {}, 1, "test")
DAY = dt.timedelta(days=1)


def test_an_address_and_a_name_of_tomorrow_are_in_the_book_tomorrow() -> None:
    landlord = make_person("Durand", "Paul", "1970-01-01")
    api.set_capacity(actor=WORKER, person=landlord, kind="landlord")
    api.set_address(actor=WORKER, person=landlord, street="Rue Haute", municipality="Valmont")
    later = clock.today() + 3 * DAY
    api.set_address(actor=WORKER, person=landlord, street="Rue Basse", municipality="Namur", valid_from=later)
    entry = BookEntry.unscoped.get(person=landlord)
    assert entry.municipality == "Valmont"
    with clock.travel(clock.now() + 4 * DAY):  # the instance slept a day
        jobs.facts_of_the_day(REF)
        entry.refresh_from_db()
        assert entry.municipality == "Namur"
    assert PersonIndex.unscoped.get(person=landlord).display_name == "Paul Durand"


def test_whose_tenant_a_client_of_another_service_is_stands_on_no_page_of_this_one() -> None:
    centre = make_centre()
    person = make_person("Nzeyimana", "Marie", "1987-08-14")
    make_dossier(centre, person)
    house = make_organisation("Immo du Parc")
    api.set_role(actor=WORKER, person=person, organisation=house, role="tenant")
    api.set_role(actor=WORKER, person=person, organisation=house, role="director")
    roles = {name: {one.row.role for one in book.roles_of(centre.actor(name), person.pk)} for name in ("worker", "stranger")}
    assert roles == {"worker": {"tenant", "director"}, "stranger": {"director"}}
