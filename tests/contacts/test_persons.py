"""Persons as dated facts: as of a day, as known on a day; what is wrong is refused and changes nothing."""

from __future__ import annotations

import datetime as dt

import pytest

from parvis.contacts import api, selectors
from parvis.contacts.errors import IdentifierTaken, InvalidPerson, NotPayable
from parvis.contacts.models import Address, BankAccount, Identifier, Person, PersonIndex, PersonName, PersonToken
from parvis.kernel import clock
from parvis.kernel.bitemporal import FactOverlap, write_fact
from parvis.kernel.errors import Conflict, NotAllowed
from parvis.kernel.gestures import gesture_scope
from parvis.kernel.identifiers import InvalidIdentifier
from parvis.kernel.models import MutationLine
from parvis.kernel.scope import ScopeError

from .factories import ADMINISTRATOR, CHIEF, CLERK, MEMBER, PAYER, WORKER, make_person, niss

pytestmark = [pytest.mark.db, pytest.mark.django_db]
DAY = dt.date(2026, 3, 1)


def _address(person: Person, street: str, since: dt.date, **more: object) -> Address:
    return api.set_address(
        actor=WORKER, person=person, street=street, number="27", postal_code="4999", municipality="Valmont", valid_from=since, **more
    )


def test_a_move_leaves_the_address_of_before_for_the_days_before() -> None:
    person = make_person()
    _address(person, "Rue des Tanneurs", dt.date(2019, 5, 14))
    _address(person, "Rue Haute", dt.date(2026, 2, 1))
    assert api.person_card(WORKER, person.pk, dt.date(2026, 1, 31)).address == "Rue des Tanneurs 27, 4999 Valmont"
    assert api.person_card(WORKER, person.pk, dt.date(2026, 2, 1)).address == "Rue Haute 27, 4999 Valmont"


def test_a_correction_is_known_from_its_recording_only() -> None:
    with clock.travel(dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC)):
        person = make_person()
        _address(person, "Rue Fausse", dt.date(2025, 6, 1))
    with clock.travel(dt.datetime(2026, 2, 10, 9, tzinfo=dt.UTC)):
        _address(person, "Rue Juste", dt.date(2025, 6, 1))
        then = dt.datetime(2026, 2, 1, tzinfo=dt.UTC)
        assert api.person_card(WORKER, person.pk, DAY, known_on=then).address == "Rue Fausse 27, 4999 Valmont"
        assert api.person_card(WORKER, person.pk, DAY).address == "Rue Juste 27, 4999 Valmont"
    assert Address.unscoped.filter(person=person).count() == 2
    assert Address.unscoped.filter(person=person, live=1).count() == 1


def test_an_overlap_is_refused_by_the_writer_when_asked_to() -> None:
    person = make_person()
    _address(person, "Rue des Tanneurs", dt.date(2019, 5, 14))
    with pytest.raises(FactOverlap), gesture_scope():
        write_fact(
            Address,
            anchor_field="person",
            anchor=person,
            key={"kind": "domicile"},
            values={"street": "Rue Haute"},
            valid_from=dt.date(2020, 1, 1),
            actor=WORKER,
            replace=False,
        )
    assert list(Address.unscoped.values_list("street", flat=True)) == ["Rue des Tanneurs"]


def test_two_agents_editing_the_same_person_conflict_and_the_second_is_told_who() -> None:
    person = make_person()
    seen = person.version
    _address(person, "Rue Haute", DAY)
    with pytest.raises(Conflict) as caught:
        api.set_address(actor=CLERK, person=Person.unscoped.get(pk=person.pk), street="Rue Basse", valid_from=DAY, expected=seen)
    assert caught.value.who == "Amélie Lambrecht"
    assert caught.value.theirs["street"] == "Rue Haute"
    assert caught.value.yours["street"] == "Rue Basse"
    assert Address.unscoped.get(live=1).street == "Rue Haute"


def test_reading_without_saying_for_whom_is_an_error() -> None:
    with pytest.raises(ScopeError):
        list(Person.objects.all())


@pytest.mark.parametrize("who", [MEMBER, ADMINISTRATOR], ids=["member", "administrator"])
def test_some_functions_see_no_person(who) -> None:
    person = make_person()
    with pytest.raises(Person.DoesNotExist):
        api.person_card(who, person.pk)
    assert PersonIndex.objects.visible_to(who).count() == 0
    assert PersonName.objects.visible_to(who).count() == 0
    assert api.search_persons(actor=who, query="dupont") == []


def test_who_pays_recognises_a_person_by_a_masked_number() -> None:
    number = niss("1980-05-17", 4)
    person = make_person(national_number=number)
    assert api.person_card(PAYER, person.pk).number == "80.05.17-•••.••"
    assert api.person_card(WORKER, person.pk).number == f"80.05.17-004.{number[9:]}"


def test_a_payer_changes_nothing() -> None:
    person = make_person()
    with pytest.raises(NotAllowed):
        api.set_address(actor=PAYER, person=person, street="Rue Haute")
    with pytest.raises(NotAllowed):
        api.add_bank_account(actor=CLERK, person=person, iban="BE71 0961 2345 6769")
    assert not Address.unscoped.exists()
    assert not BankAccount.unscoped.exists()


# Hidden addresses ------------------------------------------------------------------------------------------------------
def test_one_hidden_address_hides_all_of_them_phone_included() -> None:
    person = make_person()
    _address(person, "Rue des Tanneurs", dt.date(2019, 5, 14))
    _address(person, "Refuge", DAY, kind="residence", hidden=True)
    api.add_point(actor=WORKER, person=person, kind="phone", value="0470 12 34 56", valid_from=dt.date(2019, 5, 14))
    with clock.travel(dt.datetime(2026, 3, 9, tzinfo=dt.UTC)):
        for who in (WORKER, CHIEF, CLERK):
            for day in (dt.date(2026, 3, 9), dt.date(2021, 1, 1)):
                card = api.person_card(who, person.pk, day)
                assert (card.hidden, card.address, card.address_lines, card.phone) == (True, "", (), "")
        assert api.postal_lines(person.pk, dt.date(2026, 3, 9)) == ()


def test_housemates_of_a_hidden_person_are_hidden_too() -> None:
    mother, child, other = make_person(), make_person("Dupont", "Zoé", "2019-02-02"), make_person("Autre", "Jean", "1970-01-01")
    household = api.create_household(actor=WORKER, head=mother, valid_from=DAY)
    api.join_household(actor=WORKER, household=household, person=child, role="child", valid_from=DAY)
    for person in (mother, child, other):
        _address(person, "Rue Haute", DAY)
    with clock.travel(dt.datetime(2026, 3, 9, tzinfo=dt.UTC)):
        api.hide_address(actor=WORKER, person=child)
        assert api.hidden_person_ids([mother.pk, child.pk, other.pk]) == {mother.pk, child.pk}
        assert api.person_card(CHIEF, mother.pk).address == ""
        assert api.person_card(CHIEF, other.pk).address == "Rue Haute 27, 4999 Valmont"


def test_moving_keeps_the_protection() -> None:
    person = make_person()
    with clock.travel(dt.datetime(2026, 3, 9, tzinfo=dt.UTC)):
        _address(person, "Refuge", DAY, hidden=True)
        _address(person, "Rue Neuve", dt.date(2026, 3, 9))
        assert api.person_card(CHIEF, person.pk).hidden
        api.hide_address(actor=WORKER, person=person, hidden=False)
        assert api.person_card(CHIEF, person.pk).address == "Rue Neuve 27, 4999 Valmont"


def test_an_address_to_come_is_protected_before_it_begins(client) -> None:
    from tests.identity.factories import an_account

    person = make_person()
    with clock.travel(dt.datetime(2026, 3, 9, tzinfo=dt.UTC)):
        _address(person, "Rue des Tanneurs", dt.date(2019, 5, 14))
        _address(person, "Refuge", dt.date(2026, 4, 1), hidden=True)
        assert api.person_card(CHIEF, person.pk).address == ""
        client.force_login(an_account("chief"))
        page = client.get(f"/persons/{person.uuid}/").content
        assert b"Refuge" not in page and b"Tanneurs" not in page


def test_what_was_protected_is_not_shown_after_the_protection_is_lifted(client) -> None:
    from tests.identity.factories import an_account

    person = make_person()
    with clock.travel(dt.datetime(2026, 1, 9, tzinfo=dt.UTC)):
        _address(person, "Refuge", dt.date(2026, 1, 1), hidden=True)
    with clock.travel(dt.datetime(2026, 3, 9, tzinfo=dt.UTC)):
        _address(person, "Rue Neuve", dt.date(2026, 3, 1), hidden=False)
        assert api.person_card(CHIEF, person.pk).address == "Rue Neuve 27, 4999 Valmont"
        assert api.person_card(CHIEF, person.pk, dt.date(2026, 2, 1)).address == ""
        client.force_login(an_account("chief"))
        page = client.get(f"/persons/{person.uuid}/").content
        assert b"Rue Neuve" in page and b"Refuge" not in page


# Households ------------------------------------------------------------------------------------------------------------
def test_a_household_is_read_on_a_day() -> None:
    mother, child = make_person(), make_person("Dupont", "Inès", "2007-02-02")
    household = api.create_household(actor=WORKER, head=mother, valid_from=dt.date(2019, 5, 14))
    api.join_household(actor=WORKER, household=household, person=child, role="child", valid_from=dt.date(2019, 5, 14))
    api.leave_household(actor=WORKER, household=household, person=child, on=dt.date(2026, 2, 1))
    january, march = api.household_at(household.pk, dt.date(2026, 1, 31)), api.household_at(household.pk, DAY)
    assert [row.person_id for row in january.members] == [mother.pk, child.pk]
    assert [row.person_id for row in march.members] == [mother.pk]
    assert [row.person_id for row in march.left] == [child.pk]


def test_joining_another_household_leaves_the_first() -> None:
    one, two = make_person(), make_person("Autre", "Jean", "1970-01-01")
    first = api.create_household(actor=WORKER, head=one, valid_from=dt.date(2019, 1, 1))
    second = api.create_household(actor=WORKER, head=two, valid_from=dt.date(2019, 1, 1))
    api.join_household(actor=WORKER, household=second, person=one, valid_from=DAY)
    assert [row.person_id for row in api.household_at(first.pk, DAY).members] == []
    assert api.household_of(one.pk, DAY).id == second.pk
    assert api.household_of(one.pk, dt.date(2026, 2, 28)).id == first.pk


# Bad input -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("80.05.17-004.00", "niss_checksum"),
        ("80051700", "niss_length"),
        ("abc", "niss_length"),
        ("71715100070", "niss_specimen"),
    ],
)
def test_a_wrong_national_number_is_refused_with_words(value: str, code: str) -> None:
    person = make_person()
    lines, version = MutationLine.objects.count(), Person.unscoped.get(pk=person.pk).version
    with pytest.raises(InvalidIdentifier) as caught:
        api.add_identifier(actor=WORKER, person=person, value=value)
    assert caught.value.code == code
    assert caught.value.field == "value"
    assert len(str(caught.value)) > 20
    assert not Identifier.unscoped.exists()
    assert MutationLine.objects.count() == lines
    assert Person.unscoped.get(pk=person.pk).version == version


def test_a_specimen_comes_from_a_card_only_and_is_never_paid() -> None:
    person = make_person()
    api.add_bank_account(actor=WORKER, person=person, iban="BE71 0961 2345 6769", valid_from=DAY)
    row = api.add_identifier(actor=WORKER, person=person, value="71715100070", from_card=True)
    assert row.kind == "specimen"
    assert not api.is_payable(person.pk)
    assert api.bank_accounts(person.pk, DAY) == []
    with pytest.raises(NotPayable):
        api.add_bank_account(actor=WORKER, person=person, iban="BE68 5390 0754 7034")
    assert BankAccount.unscoped.count() == 1


def test_a_number_belongs_to_one_person() -> None:
    number = niss("1980-05-17", 4)
    first = make_person(national_number=number)
    second = make_person("Autre", "Claire")
    with pytest.raises(IdentifierTaken) as caught:
        api.add_identifier(actor=WORKER, person=second, value=number)
    assert caught.value.person_id == first.pk
    assert Identifier.unscoped.count() == 1


def test_a_wrong_account_number_is_refused_and_a_right_one_is_stored_bare() -> None:
    person = make_person()
    with pytest.raises(InvalidIdentifier) as caught:
        api.add_bank_account(actor=WORKER, person=person, iban="BE71 0961 2345 6768")
    assert (caught.value.code, caught.value.field) == ("iban_checksum", "iban")
    assert not BankAccount.unscoped.exists()
    row = api.add_bank_account(actor=WORKER, person=person, iban="be71 0961 2345 6769", valid_from=DAY)
    assert (row.iban, row.holder, row.formatted) == ("BE71096123456769", "Claire Dupont", "BE71 0961 2345 6769")
    assert [one.iban for one in api.bank_accounts(person.pk, DAY)] == ["BE71096123456769"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"birth_date": dt.date(2999, 1, 1)}, "birth_future"),
        ({"birth_date": dt.date(1780, 1, 1)}, "birth_old"),
        ({"family_name": " - "}, "name_empty"),
        ({"family_name": "A" * 121}, "name_long"),
        ({"sex": "Z"}, "sex"),
        ({"language": "xx"}, "language"),
    ],
)
def test_an_impossible_person_is_not_made(changes: dict[str, object], code: str) -> None:
    with pytest.raises(InvalidPerson) as caught:
        api.create_person(**({"actor": WORKER, "family_name": "Dupont", "given_names": "Claire"} | changes))
    assert caught.value.code == code
    assert not Person.unscoped.exists()
    assert not PersonToken.unscoped.exists()


@pytest.mark.parametrize(("kind", "value"), [("phone", "12"), ("phone", "appelle-moi"), ("email", "claire@")])
def test_a_point_that_reaches_nobody_is_refused(kind: str, value: str) -> None:
    with pytest.raises(InvalidPerson):
        api.add_point(actor=WORKER, person=make_person(), kind=kind, value=value)


def test_a_belgian_postal_code_has_four_digits() -> None:
    with pytest.raises(InvalidPerson) as caught:
        api.set_address(actor=WORKER, person=make_person(), street="Rue Haute", postal_code="10000", municipality="Bruxelles")
    assert caught.value.field == "postal_code"
    assert not Address.unscoped.exists()


def test_every_write_is_in_the_journal_with_old_and_new() -> None:
    person = make_person()
    _address(person, "Rue des Tanneurs", dt.date(2019, 5, 14))
    _address(person, "Rue Haute", dt.date(2026, 2, 1))
    line = MutationLine.objects.filter(verb="person.address").order_by("-number").first()
    values = {value.field: (value.old, value.new) for value in line.values.all()}
    assert values["street"] == ("Rue des Tanneurs", "Rue Haute")
    assert line.actor_label == "Amélie Lambrecht"


# Search ----------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("muler 80", ["Jürgen Müller"]),
        ("müller", ["Jürgen Müller", "Anna Müller"]),
        ("jurg mull", ["Jürgen Müller"]),
        ("vandenbrouck", ["Marie-Ange Nzeyimana-Vandenbroucke"]),
        ("van den broucke", ["Marie-Ange Nzeyimana-Vandenbroucke"]),
        ("zzzz", []),
        ("", []),
    ],
)
def test_the_search_box_forgives(query: str, expected: list[str]) -> None:
    make_person("Müller", "Jürgen", "1980-03-02")
    make_person("Müller", "Anna", "1991-03-02")
    make_person("Nzeyimana-Vandenbroucke", "Marie-Ange", "1987-08-14")
    found = [row.display_name for row, _why in api.search_persons(actor=WORKER, query=query)]
    assert sorted(found) == sorted(expected)


def test_the_search_box_takes_a_number() -> None:
    number = niss("1980-03-02", 7)
    make_person("Müller", "Jürgen", "1980-03-02", national_number=number)
    make_person("Muller", "Autre", "1980-03-02")
    shown = f"{number[:2]}.{number[2:4]}.{number[4:6]}-{number[6:9]}.{number[9:]}"
    assert [row.display_name for row, _why in api.search_persons(actor=WORKER, query=shown)] == ["Jürgen Müller"]


def test_a_person_never_lacks_a_name_on_an_earlier_day() -> None:
    person = make_person(birth_date=None)
    assert api.person_card(WORKER, person.pk, dt.date(2001, 1, 1)).display_name == "Claire Dupont"
    assert selectors.age_on(dt.date(1987, 8, 14), dt.date(2026, 3, 9)) == 38
