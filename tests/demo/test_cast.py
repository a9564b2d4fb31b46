"""The demonstration is a table of different cases, not clones."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest

from parvis.contacts.selectors import age_on
from parvis.demo import cast, stage
from parvis.kernel import clock
from parvis.kernel.identifiers import parse_iban, parse_niss


def test_the_cases_are_spread_over_state_aid_language_and_household() -> None:
    cases = cast.CASES
    dossiers = [case for case in cases if case.state not in {cast.DRAFT, cast.SENT}]
    assert len(dossiers) >= 60
    assert len({case.state for case in cases}) >= 18
    assert {case.aid for case in cases} == {"ris", "equivalent", "one_off", "advance", "urgent"}
    assert {"fr", "nl", "de", "en"} <= {case.language for case in cases}
    assert len({case.household for case in cases}) >= 6
    assert len({case.unit for case in cases}) >= 3
    assert {case.channel for case in cases} == {"portal", "visit", "call", "letter", "mail"}
    assert max(case.asked for case in cases) >= 690
    shapes = Counter((case.state, case.aid, case.category, case.language, case.household, len(case.incomes)) for case in cases)
    assert len(shapes) >= 45
    assert max(shapes.values()) <= 4


def test_no_two_cases_are_the_same_person_and_every_number_is_right() -> None:
    assert len({case.key for case in cast.CASES}) == len(cast.CASES)
    assert len({(case.given, case.family) for case in cast.CASES}) == len(cast.CASES)
    numbers = [parse_niss(stage.niss_of(case)) for case in cast.CASES]
    accounts = [parse_iban(stage.iban_of(case.key)) for case in cast.CASES]
    assert len(set(numbers)) == len(numbers)
    assert len(set(accounts)) == len(accounts)


def test_a_family_of_category_3_has_a_child_who_is_still_a_minor() -> None:
    """Somebody who is 18 is nobody's minor child: the words of the case would not be true of today's file."""
    today = clock.today()
    for case in cast.CASES:
        children = [member.birth for member in case.members if member.relation == "child"]
        if case.category == "3" and children:
            assert any((age_on(born, today) or 0) < 18 for born in children), case.key


@pytest.mark.parametrize(
    ("born", "day", "years"),
    [
        ("2008-01-20", "2026-01-19", 17),
        ("2008-01-20", "2026-01-20", 18),
        ("2008-01-20", "2026-01-21", 18),
        ("2008-02-29", "2026-02-28", 17),
        ("2008-02-29", "2026-03-01", 18),
        ("2026-01-20", "2026-01-20", 0),
        ("2026-01-21", "2026-01-20", None),
    ],
)
def test_of_age_on_the_birthday_itself(born: str, day: str, years: int | None) -> None:
    assert age_on(dt.date.fromisoformat(born), dt.date.fromisoformat(day)) == years
