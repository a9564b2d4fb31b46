"""Values of the kernel: money, terms, periods, identifiers, names."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parvis.kernel import canonical, money
from parvis.kernel.identifiers import InvalidIdentifier, is_specimen_niss, parse_enterprise_number, parse_iban, parse_niss, parse_vat
from parvis.kernel.periods import Period, add_months
from parvis.kernel.terms import Term
from parvis.kernel.textmatch import phonetic, sort_key


def test_marc_le_franc_golden_shares() -> None:
    assert money.share(Decimal(120), [Decimal(900), Decimal(1200), Decimal(1500)]) == [Decimal(30), Decimal(40), Decimal(50)]
    assert money.share(Decimal("100.00"), [Decimal(1)] * 3) == [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=20))
def test_shares_sum_exactly(cents: int, weights: list[int]) -> None:
    if any(weights):
        total = Decimal(cents) / 100
        assert sum(money.share(total, [Decimal(w) for w in weights])) == total


def test_the_clock_of_the_field_example() -> None:
    """Request 02/03/2026: decide by 01/04, notify at the latest 09/04 (field.md a1)."""
    decide = Term(30).due(date(2026, 3, 2))
    assert decide == date(2026, 4, 1)
    assert Term(8).due(decide) == date(2026, 4, 9)


def test_working_days_skip_weekends_and_holidays() -> None:
    assert Term(2, "working").due(date(2026, 4, 30)) == date(2026, 5, 5)  # 1 May is a holiday, 2 and 3 a weekend


def test_a_last_day_that_is_closed_rolls_to_the_next_open_one() -> None:
    assert Term(3, "month", roll=True).due(date(2026, 1, 25)) == date(2026, 4, 27)
    assert Term(1, "month").due(date(2026, 1, 31)) == date(2026, 2, 28)


def test_whole_months_inside_a_period() -> None:
    period = Period(date(2026, 1, 15), date(2026, 4, 1))
    assert list(period.months()) == [date(2026, 2, 1), date(2026, 3, 1)]
    assert add_months(date(2024, 2, 29), 12) == date(2025, 2, 28)


@pytest.mark.parametrize(
    ("text", "code"),
    [("1234", "niss_length"), ("85.07.30-033.29", "niss_checksum"), ("71.71.51-000.70", "niss_specimen")],
)
def test_wrong_national_numbers_say_what_is_wrong(text: str, code: str) -> None:
    with pytest.raises(InvalidIdentifier) as caught:
        parse_niss(text)
    assert caught.value.code == code


def test_right_identifiers_are_stored_bare() -> None:
    assert parse_niss("85.07.30-033.28") == "85073003328"
    assert parse_iban("be68 5390 0754 7034") == "BE68539007547034"
    assert is_specimen_niss("71715100070")
    with pytest.raises(InvalidIdentifier):
        parse_iban("BE68 5390 0754 7035")


@pytest.mark.parametrize(
    "text",
    [
        "85.07.30\u2013033.28",
        "\u200e85.07.30-033.28\u200b",
        "85\u00a007\u202f30 033 28",
        "85.07.30\u2011033.28",
        "٨٥٠٧٣٠٠٣٣٢٨",
        "８５０７３００３３２８",
    ],
)
def test_a_number_pasted_from_a_letter_or_a_pdf_is_the_number(text: str) -> None:
    """Long dashes, fixed spaces, marks that nobody sees and figures of other scripts: stored once, in one form."""
    assert parse_niss(text) == "85073003328"


def test_an_account_may_be_pasted_with_its_word() -> None:
    assert parse_iban("IBAN: BE68\u00a05390\u20110754 7034") == "BE68539007547034"
    assert parse_enterprise_number("BE\u00a00403.170.701") == parse_vat("0403\u2013170\u2013701").removeprefix("BE") == "0403170701"


def test_names_sort_and_sound_alike_whatever_their_spelling() -> None:
    assert sort_key("Müller-Lüdenscheidt, Élodie") == "muller ludenscheidt elodie"
    assert phonetic("Vandenbroucke") == phonetic("Vandenbroeke")
    assert phonetic("Müller") == phonetic("Muler")


def test_canonical_json_is_exact_and_ordered() -> None:
    assert canonical.dumps({"b": Decimal("1.50"), "a": date(2026, 1, 2)}) == '{"a":"2026-01-02","b":"1.50"}'
    with pytest.raises(TypeError):
        canonical.dumps({"x": 1.5})
