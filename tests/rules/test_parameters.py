from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from parvis.kernel import clock
from parvis.kernel.errors import NotAllowed
from parvis.kernel.models import MutationLine
from parvis.kernel.terms import Term
from parvis.rules import selectors
from parvis.rules.api import RulesError, UnknownParameter, add_parameter, compute_ris, load_reference, parameter, term
from parvis.rules.models import Parameter
from tests.rules.factories import ADMINISTRATOR, SYSTEM, WORKER, wage

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture
def loaded() -> None:
    load_reference(actor=SYSTEM)


def test_loading_twice_adds_nothing() -> None:
    first = load_reference(actor=SYSTEM)
    assert first > 30
    assert load_reference(actor=SYSTEM) == 0
    assert Parameter.objects.filter(live=1).values("key", "valid_from").distinct().count() == Parameter.objects.filter(live=1).count()


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("be.ris.decide", Term(30, "calendar")),
        ("be.ris.notify", Term(8, "calendar")),
        ("be.ris.pay", Term(15, "calendar")),
        ("be.ris.appeal", Term(3, "month")),
        ("be.aide_sociale.decide", Term(1, "month")),
        ("be.legal_opinion", Term(2, "working")),
        ("be.ris.interest.late_decision", Term(46, "calendar")),
    ],
)
def test_terms(loaded: None, key: str, expected: Term) -> None:
    assert term(key, date(2026, 3, 2)) == expected


def test_the_clock_of_the_field_guide(loaded: None) -> None:
    """Request 02/03/2026: decide by 01/04, notify at most by 09/04."""
    decide = term("be.ris.decide", date(2026, 3, 2)).due(date(2026, 3, 2))
    assert decide == date(2026, 4, 1)
    assert term("be.ris.notify", decide).due(decide) == date(2026, 4, 9)


def test_an_amount_is_not_a_term(loaded: None) -> None:
    with pytest.raises(UnknownParameter):
        term("be.ris.category.1", date(2025, 3, 1))


def test_status_follows_the_day_asked_for(loaded: None) -> None:
    assert parameter("be.ris.category.2", date(2025, 2, 1)).value == "15770.41"
    assert parameter("be.ris.category.2", date(2025, 1, 31)).value == "15461.52"
    assert parameter("be.ris.category.2", date(2025, 12, 31)).status == "confirmed"
    assert parameter("be.ris.category.2", date(2026, 1, 1)).status == "last_known"
    assert parameter("be.legal_opinion", date(2026, 1, 1)).status == "to_confirm"


def test_no_rate_before_the_first_row_and_the_message_says_what_to_do(loaded: None) -> None:
    with pytest.raises(UnknownParameter) as refusal:
        parameter("be.ris.category.2", date(2010, 1, 1))
    assert "be.ris.category.2" in str(refusal.value) and "01/01/2010" in str(refusal.value)


def test_a_new_rate_changes_the_amount_from_its_day_only(loaded: None) -> None:
    add_parameter(
        actor=ADMINISTRATOR,
        key="be.ris.category.2",
        valid_from=date(2026, 3, 1),
        value="16085.82",
        unit="EUR/year",
        source="Circular of the demo, 01/03/2026",
    )
    before = compute_ris(day=date(2026, 2, 1), category="2", resources=[wage()], isp=True)
    after = compute_ris(day=date(2026, 3, 1), category="2", resources=[wage()], isp=True)
    assert before.amount == Decimal("1044.51")
    assert after.amount == Decimal("1070.80")  # (16 085.82 − 3 236.24) / 12 = 1070.798
    assert after.tree["operands"][0]["operands"][0]["parameter"]["source"] == "Circular of the demo, 01/03/2026"


def test_a_correction_supersedes_and_what_was_known_stays_readable(loaded: None) -> None:
    day = date(2025, 3, 1)
    known = clock.now()
    add_parameter(
        actor=ADMINISTRATOR, key="be.ris.category.1", valid_from=date(2025, 2, 1), value="10514.00", unit="EUR/year", source="Erratum"
    )
    assert selectors.parameter("be.ris.category.1", day).value == "10514.00"
    assert selectors.parameter("be.ris.category.1", day, known_on=known).value == "10513.60"
    assert Parameter.objects.filter(key="be.ris.category.1", valid_from=date(2025, 2, 1)).count() == 2


def test_a_row_in_between_ends_where_the_next_one_starts(loaded: None) -> None:
    row = add_parameter(
        actor=ADMINISTRATOR, key="be.ris.category.1", valid_from=date(2023, 7, 1), value="9900", unit="EUR/year", source="Found"
    )
    assert row.valid_to == date(2024, 5, 1)
    assert parameter("be.ris.category.1", date(2023, 6, 30)).value == "9713.04"
    assert parameter("be.ris.category.1", date(2024, 5, 1)).value == "10307.64"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"value": "a lot"}, "value"),
        ({"value": "-3"}, "value"),
        ({"value": "NaN"}, "value"),
        ({"source": " "}, "source"),
        ({"unit": "EUR/month"}, "unit"),
        ({"valid_to": date(2020, 1, 1)}, "valid_to"),
        ({"status": "sure"}, "status"),
    ],
)
def test_bad_rows_are_refused_and_nothing_changes(loaded: None, change: dict, field: str) -> None:
    values = {"key": "be.ris.category.1", "valid_from": date(2026, 3, 1), "value": "11000", "unit": "EUR/year", "source": "x"} | change
    before = list(Parameter.objects.values_list("pk", "live"))
    with pytest.raises(RulesError) as refusal:
        add_parameter(actor=ADMINISTRATOR, **values)
    assert refusal.value.field == field
    assert list(Parameter.objects.values_list("pk", "live")) == before


def test_only_an_administrator_adds_a_row_and_the_journal_says_who(loaded: None) -> None:
    values = {"key": "be.ris.category.1", "valid_from": date(2026, 3, 1), "value": "11000", "unit": "EUR/year", "source": "Circular"}
    before = Parameter.objects.count()
    with pytest.raises(NotAllowed):
        add_parameter(actor=WORKER, **values)
    assert Parameter.objects.count() == before
    add_parameter(actor=ADMINISTRATOR, **values)
    line = MutationLine.objects.filter(stream="context:rules").latest("number")
    assert (line.verb, line.actor_label) == ("parameter.added", "Inès Administrator")


def test_a_computation_can_be_made_as_known_earlier(loaded: None) -> None:
    with clock.travel(datetime(2090, 1, 1, tzinfo=UTC)):
        add_parameter(
            actor=ADMINISTRATOR,
            key="be.ris.exemption.isp",
            valid_from=date(2025, 2, 1),
            value="400.00",
            unit="EUR/month",
            source="Later news",
        )
        now = compute_ris(day=date(2025, 3, 1), category="2", resources=[wage()], isp=True)
        then = compute_ris(day=date(2025, 3, 1), category="2", resources=[wage()], isp=True, known_on=datetime(2089, 1, 1, tzinfo=UTC))
    assert (now.amount, then.amount) == (Decimal("1135.03"), Decimal("1044.51"))
