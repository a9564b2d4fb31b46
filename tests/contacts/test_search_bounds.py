"""The search box keeps within its limits, whatever the register holds; the same answers on each database."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from parvis.contacts import api
from parvis.contacts.search import find_persons
from parvis.contacts.services import finding
from parvis.kernel import memo

from .factories import MEMBER, WORKER, make_person

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def test_the_rarest_word_decides_however_frequent_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Past the number of holders that are read, a frequent word still narrows what the rare one found."""
    for at in range(5):
        make_person("Lambert", f"Jean{'abcde'[at]}", f"198{at}-01-01")
    rare = make_person("Lambert", "Zoé", "1990-01-01")
    monkeypatch.setattr(finding, "MOST_HOLDERS", 2)
    for query in ("lambert zoe", "zoe lamb"):
        rows = api.search_persons(actor=WORKER, query=query, limit=20)
        assert rows[0][0].pk == rare.pk, query
        assert finding._by_prefix(query.split(), []) == [rare.pk], query


def test_frequent_words_alone_are_read_in_the_order_of_the_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    made = {given: make_person("Lambert", given, "1980-01-01").pk for given in ("Dora", "Anna", "Berta", "Carla")}
    monkeypatch.setattr(finding, "MOST_HOLDERS", 2)
    monkeypatch.setattr(finding, "MOST_FOUND", 3)
    assert finding._by_prefix(["lambert"], []) == [made["Anna"], made["Berta"], made["Carla"]]


def test_a_search_asks_as_much_of_ten_persons_as_of_one() -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            api.search_persons(actor=WORKER, query="lambert 80")
        return len(seen)

    make_person("Lambert", "Anna", "1980-01-01")
    one = cost()
    for at in range(9):
        make_person("Lambert", f"B{'abcdefghi'[at]}", "1980-02-02")
    assert cost() == one <= 6


def test_parts_of_one_page_look_the_persons_up_once_and_keep_each_its_own_limit() -> None:
    for given in ("Anna", "Berta", "Carla"):
        make_person("Lambert", given, "1980-01-01")
    with memo.sharing():
        first = api.search_persons(actor=WORKER, query="lambert", limit=1)
        with CaptureQueriesContext(connection) as seen:
            more = api.search_persons(actor=WORKER, query="lambert", limit=3)
        assert (len(first), len(more), len(seen)) == (1, 3, 0)
        # What one actor may see is never another's answer.
        assert api.search_persons(actor=MEMBER, query="lambert", limit=3) == []


def test_nobody_is_found_by_street_hidden_or_not() -> None:
    hidden, shown = make_person("Delvaux", "Nora", "1985-05-05"), make_person("Thonon", "Luc", "1985-05-05")
    for one in (hidden, shown):
        api.set_address(
            actor=WORKER,
            person=one,
            street="Rue du Refuge",
            number="1",
            postal_code="4970",
            municipality="Cachette",
            valid_from=dt.date(2019, 1, 1),
        )
    api.hide_address(actor=WORKER, person=hidden)
    for query in ("refuge", "rue du refuge", "cachette", "4970", "rue du refuge 1"):
        assert find_persons(WORKER, query, 20) == [], query
    assert len(find_persons(WORKER, "delvaux", 20)) == 1


def test_a_name_that_has_only_its_sound_in_common_is_not_called_similar() -> None:
    """A12: “bailleur” is a word, no landlord is called Palieri; yet spellings of one name are found, and the reason told is the true one."""
    for family in ("Palieri", "Leroy", "Muhammad", "Charly", "Schmidt"):
        make_person(family, "Ana", "1980-01-01")

    def told(query: str) -> list[tuple[str, str]]:
        return [(row.sort_key.split()[0], str(why)) for row, why in api.search_persons(actor=WORKER, query=query)]

    assert told("bailleur") == told("loyer") == []
    for query, family in (("mohamed", "muhammad"), ("sjarlie", "charly"), ("smit", "schmidt")):
        assert told(query) == [(family, "nom semblable")], query
    # With a year or a second name there is less to be mistaken about.
    assert told("loyer 80") == told("loyer ana") == [("leroy", "nom semblable")]


def test_a_former_name_found_by_its_sound_says_so() -> None:
    person = make_person("Schmidt", "Ana", "1980-01-01")
    api.name_person(actor=WORKER, person=person, family_name="Durand", given_names="Ana", valid_from=dt.date(2020, 1, 1))
    assert [(row.pk, str(why)) for row, why in api.search_persons(actor=WORKER, query="smit")] == [(person.pk, "autre nom de la personne")]


def test_two_frequent_words_find_whoever_has_both_wherever_they_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    """A12: in a city where hundreds are called Lambert and thousands Jean, “jean lamb” still finds Jean Lambert."""
    wanted = [make_person("Lambert", "Jean", "1980-01-01"), make_person("Lambert", "Marie Jean", "1981-01-01")]
    for at in range(3):
        make_person("Lambert", f"Zoé{'abc'[at]}", f"197{at}-01-01")
        make_person("Dubois", f"Jean{'abc'[at]}", f"196{at}-01-01")
    monkeypatch.setattr(finding, "MOST_HOLDERS", 2)
    for query in ("jean lamb", "lamb jean", "lambert jea"):
        assert [row.pk for row, _why in api.search_persons(actor=WORKER, query=query)] == [one.pk for one in wanted], query
    assert [row.pk for row, _why in api.search_persons(actor=WORKER, query="jean lamb 81")] == [wanted[1].pk]
    assert [row.pk for row, _why in api.search_persons(actor=WORKER, query="lamb marie jean")] == [wanted[1].pk]


def test_the_holders_of_the_rarest_word_are_asked_for_the_other_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    for at in range(5):
        make_person("Lambert" if at else "Dubois", f"Zoé{'abcde'[at]}", f"198{at}-01-01")
    for at in range(3):
        make_person("Lambert", f"Jean{'abc'[at]}", f"197{at}-01-01")
    monkeypatch.setattr(finding, "MOST_HOLDERS", 6)
    monkeypatch.setattr(finding, "LENGTHS", (1, 2))
    assert [row.sort_key for row, _why in api.search_persons(actor=WORKER, query="lamb zoe")] == [f"lambert zoe{at}" for at in "bcde"]
