"""An anchor made in a gesture: its first versions are written without looking for others, and never beside them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from parvis.contacts import api as contacts
from parvis.contacts.models import Address, Person, PersonIndex, PersonLanguage, PersonName, PersonToken
from parvis.kernel.bitemporal import begun, untouched
from parvis.kernel.errors import DomainError
from parvis.kernel.gestures import gesture_scope, part
from tests.contacts.factories import WORKER, make_person

pytestmark = pytest.mark.django_db
SINCE = dt.date(2020, 1, 1)


def names(person):
    return [(row.family_name, row.live) for row in PersonName.unscoped.filter(person=person).order_by("pk")]


def test_a_second_version_in_the_same_gesture_supersedes_the_first():
    with gesture_scope():
        person = contacts.create_person(actor=WORKER, family_name="Un", birth_date=dt.date(1980, 1, 1), language="fr")
        contacts.name_person(actor=WORKER, person=person, family_name="Deux", valid_from=dt.date(1980, 1, 1))
        contacts.set_language(actor=WORKER, person=person, language="de", valid_from=dt.date(1980, 1, 1))
        for street in ("Rue Haute", "Rue Basse"):
            contacts.set_address(actor=WORKER, person=person, street=street, number="1", municipality="Mons", valid_from=SINCE)
    assert names(person) == [("Un", None), ("Deux", 1)]
    assert list(PersonLanguage.unscoped.filter(person=person, live=1).values_list("language", flat=True)) == ["de"]
    assert list(Address.unscoped.filter(person=person, live=1).values_list("street", flat=True)) == ["Rue Basse"]
    assert PersonIndex.unscoped.get(person=person).display_name == "Deux"
    assert not PersonToken.unscoped.filter(person=person, value__contains="un").filter(kind="name").exclude(value__contains="deux").exists()


def test_after_the_gesture_everything_is_read_again():
    person = make_person("Un", "Anna", "1980-01-01")
    with gesture_scope():
        assert not untouched(person, PersonName) and not begun(person, "index")
    contacts.name_person(actor=WORKER, person=person, family_name="Trois", valid_from=dt.date(1980, 1, 1))
    assert [live for _name, live in names(person)] == [None, 1]


def test_a_piece_that_failed_leaves_nothing_that_another_would_take_for_its_own():
    """The number of a person who was not made after all is given again, on SQLite: the next one bears it, with its own facts."""
    with gesture_scope():
        with pytest.raises(DomainError), part():
            contacts.create_person(actor=WORKER, family_name="Perdu")
            contacts.create_person(actor=WORKER, family_name="")
        kept = contacts.create_person(actor=WORKER, family_name="Gardé", language="fr")
        contacts.name_person(actor=WORKER, person=kept, family_name="Gardée")
    assert Person.unscoped.count() == 1 and [live for _name, live in names(kept)].count(1) == 1
    assert PersonIndex.unscoped.get().display_name == "Gardée"


def test_a_new_person_costs_few_reads():
    with CaptureQueriesContext(
        connection,
    ) as asked:
        contacts.create_person(actor=WORKER, family_name="Neuf", given_names="Léa", birth_date=dt.date(1990, 5, 5), sex="F", language="fr")
    facts = ("contacts_personname", "contacts_personbirth", "contacts_personlanguage")
    for table in facts:
        reads = [one["sql"] for one in asked.captured_queries if one["sql"].startswith("SELECT") and f'FROM "{table}"' in one["sql"]]
        assert len(reads) == 1, (table, reads)  # what lists and searches read of it, once written
