"""The demonstration is a table of different cases, not clones."""

from __future__ import annotations

from collections import Counter

from parvis.demo import cast, stage
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
