"""A part of an account, of a national number, of an enterprise number finds its owner: for who may see that number, and for nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from parvis.contacts import api, matching
from parvis.contacts.models import NumberPiece, Person
from parvis.contacts.search import find_organisations, find_persons
from parvis.contacts.services import end_bank_account, finding

from .factories import ADMINISTRATOR, AUDITOR, CHIEF, CLERK, MEMBER, PAYER, WORKER, make_organisation, make_person, niss

pytestmark = [pytest.mark.db, pytest.mark.django_db]
IBAN = "BE68539007547034"
NUMBER = niss("1980-05-17", 237)


@pytest.fixture
def owner() -> Person:
    person = make_person("Müller", "Greta", "1980-05-17", national_number=NUMBER)
    api.add_bank_account(actor=WORKER, person=person, iban=IBAN)
    make_person("Autre", "Paul", "1980-05-18", national_number=niss("1980-05-18", 411))
    return person


def names(actor: Any, query: str) -> list[tuple[str, str]]:
    return [(hit.title, hit.why) for hit in find_persons(actor, query, 8)]


@pytest.mark.parametrize("typed", ["547034", "0754 7034", "539007", "be68 53", "BE68 5390 0754", "390075", "5390-0754", "BE68539007547034"])
def test_six_characters_in_a_row_of_an_account_find_its_owner_and_say_why(owner: Person, typed: str) -> None:
    (hit,) = names(WORKER, typed)
    assert hit[0] == "Greta Müller"
    assert hit[1] == ("numéro de compte" if typed == IBAN else "compte … 7034")


@pytest.mark.parametrize("typed", ["54703", "547035", "BE68", "539017", "müller 547035", "BE"])
def test_fewer_characters_or_others_find_nobody_by_account(owner: Person, typed: str) -> None:
    assert [hit for hit in names(PAYER, typed) if "compte" in hit[1]] == []


def test_the_last_five_digits_of_a_national_number_find_the_person(owner: Person) -> None:
    end = NUMBER[-5:]
    assert names(WORKER, end) == [("Greta Müller", f"numéro … {end}")]
    assert names(CLERK, f"{end[:3]}.{end[3:]}") == [("Greta Müller", f"numéro … {end}")]
    assert names(WORKER, NUMBER[-4:]) == []
    assert names(WORKER, NUMBER[:6]) == [], "its beginning is a birth date, which is found as one"


def test_who_may_not_see_the_number_is_not_told_whose_it_is(owner: Person) -> None:
    assert names(CLERK, "547034") == [] == names(CLERK, "BE68 5390"), "a clerk sees no accounts"
    assert names(PAYER, NUMBER[-5:]) == [] == names(AUDITOR, NUMBER[-5:]), "masked for them, so not found by its end either"
    assert names(PAYER, "547034") == names(AUDITOR, "547034") == [("Greta Müller", "compte … 7034")]
    for stranger in (MEMBER, ADMINISTRATOR):
        assert names(stranger, "547034") == [] == names(stranger, NUMBER[-5:])


def test_a_name_costs_what_it_did(owner: Person) -> None:
    with CaptureQueriesContext(connection) as seen:
        names(WORKER, "muler 80")
    assert not [row for row in seen.captured_queries if "numberpiece" in row["sql"]]
    for query in ("muler 80", "muler 1980", "rue haute 12", "2a", "12/80", "an 2026"):
        assert matching.part_of_number(query) == "", query


def test_an_account_that_is_no_longer_known_is_not_found(owner: Person) -> None:
    account = api.bank_accounts(owner.pk)[0]
    end_bank_account(actor=WORKER, account=account, on=account.valid_from.replace(year=account.valid_from.year + 1))
    assert names(WORKER, "547034") == [("Greta Müller", "compte … 7034")], "one that has ended still says whose it was"
    other = make_person("Müller", "Greta", None)
    api.add_bank_account(actor=WORKER, person=other, iban="BE71096123456769")
    owner.refresh_from_db()
    other.refresh_from_db()
    api.merge_persons(actor=CHIEF, kept=owner, merged=other, reason="double")
    assert [title for title, _why in names(WORKER, "123456")] == ["Greta Müller"]
    assert set(NumberPiece.unscoped.values_list("person_id", flat=True)) >= {owner.pk}
    assert other.pk not in set(NumberPiece.unscoped.values_list("person_id", flat=True))


def test_a_part_of_an_enterprise_number_finds_the_organisation() -> None:
    made = make_organisation("Immo Valmont", enterprise_number="0471.938.850")
    make_organisation("Garage Delta", enterprise_number="0403.170.701")
    for typed in ("0471.93", "471938", "38.850", "938850"):
        assert [hit.title for hit in find_organisations(WORKER, typed, 8)] == ["Immo Valmont"], typed
    assert find_organisations(MEMBER, "0471.93", 8) == []
    assert made.pk


def test_a_part_is_a_range_of_one_index_on_each_database(owner: Person) -> None:
    rows = NumberPiece.unscoped.filter(kind=matching.ACCOUNT_END, value__gte="547034", value__lt="547035")
    rows = rows.order_by("value", "person_id").values_list("person_id", "value")[:60]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
    plan = rows.explain()
    index = (
        "sqlite_autoindex_contacts_numberpiece_1 (kind=? AND value>? AND value<?)"
        if connection.vendor == "sqlite"
        else "contacts_piece_once"
    )
    assert index in plan, plan
    with CaptureQueriesContext(connection) as seen:
        finding.search_numbers(actor=WORKER, part="547034")
    assert len(seen) <= 3


def test_a_phone_number_finds_its_owner_however_it_is_written(owner: Person) -> None:
    """Eleven figures after a plus are a Belgian mobile, no national number."""
    api.add_point(actor=WORKER, person=owner, kind="phone", value="0475 11 22 33")
    for typed in ("+32 475 11 22 33", "+32475112233", "+32 (0)475/11.22.33", "0032 475 112233", "0475/11.22.33", "0475112233"):
        assert names(CLERK, typed) == [("Greta Müller", "numéro de téléphone")], typed
    assert names(CLERK, NUMBER) == [("Greta Müller", "numéro national")]
    api.set_address(actor=WORKER, person=owner, street="Rue Haute", number="1", hidden=True)
    assert names(CLERK, "+32 475 11 22 33") == []
