"""Decisions in a row, with a sum claimed back in between: nobody is paid too little for it, and nothing is claimed twice (C15, F13)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from parvis.aid.api import AidError, overlap, prepare_first_payment, proposed_amount, register_claim
from parvis.aid.calculations import claimed_by_month, left_to_claim
from parvis.aid.models import Claim
from parvis.aid.services.recovering import left
from parvis.decisions.api import Recover
from parvis.kernel.periods import Period
from parvis.workflows.models import WorkItem
from tests.decisions import factories as made

from . import factories as f

D = Decimal
MARCH, APRIL, MAY, JUNE = (date(2026, month, 1) for month in (3, 4, 5, 6))


def claiming(line_id, amount="438.07", debtor="Aya Benali", **more):
    """Less per month, and what was paid beyond it in March claimed back."""
    provision = f.ris(line_id, **more)
    return replace(provision, recover=Recover(debtor, "Ressources nouvelles", MARCH, date(2026, 3, 31), D(amount)))


@pytest.fixture
def paid(world):
    """1,314.20 paid for March; then 876.13 decided, and 438.07 claimed back from the person."""
    centre, team = world
    first = f.granted(centre)
    f.bank(team, prepare_first_payment(actor=team.payer, line_id=first.line_id))
    with made.at(20):
        second = f.granted(centre, line_id=first.line_id, provision=claiming, category="1")
    return centre, team, second


def registered(team, decision, amount="438.07"):
    return register_claim(actor=team.accountant, claim=Claim.unscoped.get(decision=decision), amount=D(amount))


def overpaid():
    return [item.why.replace("\u00a0", " ").replace("\u202f", " ") for item in WorkItem.unscoped.filter(step="overpaid")]


def test_what_was_claimed_back_is_paid_when_the_month_is_granted_anew(paid):
    centre, team, second = paid
    registered(team, second)
    with made.at(21):
        third = f.granted(centre, line_id=second.line_id, category="2")
    assert f.months(f.entitlement(third)) == [("2026-03", D("438.07"), "due"), ("2026-04", D("1314.20"), "due")]


def test_what_is_claimed_back_already_is_not_told_as_paid_too_much_again(paid):
    centre, team, second = paid
    (told,) = overpaid()
    assert "438,07" in told
    registered(team, second)
    with made.at(21):
        third = f.granted(centre, line_id=second.line_id, category="1")
    assert f.months(f.entitlement(third)) == [("2026-04", D("876.13"), "due")]
    assert len(overpaid()) == 1


def test_what_an_institution_refunds_was_never_taken_from_the_person(world):
    centre, team = world
    first = f.granted(centre)
    f.bank(team, prepare_first_payment(actor=team.payer, line_id=first.line_id))
    with made.at(20):
        second = f.granted(centre, line_id=first.line_id, provision=claiming, category="1", debtor="Office national de l’emploi")
    registered(team, second)
    with made.at(21):
        third = f.granted(centre, line_id=first.line_id, category="2")
    assert f.months(f.entitlement(third)) == [("2026-04", D("1314.20"), "due")]


def test_a_claim_not_registered_yet_has_nothing_left_once_the_month_is_granted_anew(paid):
    centre, team, second = paid
    with made.at(21):
        third = f.granted(centre, line_id=second.line_id, category="2")
    assert f.months(f.entitlement(third)) == [("2026-04", D("1314.20"), "due")]
    claim = Claim.unscoped.get(decision=second)
    assert (overlap(claim), left(claim), proposed_amount(claim)) == (D("1314.20"), D("0.00"), D("0.00"))
    with pytest.raises(AidError) as refused:
        registered(team, second)
    assert refused.value.code == "overlap"
    claim.refresh_from_db()
    assert (claim.state, claim.voucher_id) == ("to_register", None)


def test_two_claims_never_take_more_than_was_paid(paid):
    """438.07 of the 1,314.20 are claimed; the next decision announces 1,314.20: 876.13 are left, to the cent."""
    centre, team, second = paid
    registered(team, second)
    with made.at(21):
        third = f.granted(centre, line_id=second.line_id, provision=claiming, category="1", amount="1314.20")
    claim = Claim.unscoped.get(decision=third)
    assert (left(claim), proposed_amount(claim)) == (D("876.13"), D("876.13"))
    with pytest.raises(AidError) as refused:
        registered(team, third, "876.14")
    assert refused.value.code == "overlap"
    registered(team, third, "876.13")
    claim.refresh_from_db()
    assert claim.amount == D("876.13")


def test_each_claim_needs_months_of_its_own():
    paid = {MARCH: D("100"), APRIL: D("100"), MAY: D("100")}
    march, spring, late = Period(MARCH, APRIL), Period(MARCH, JUNE), Period(APRIL, JUNE)
    assert left_to_claim(paid, [], march) == D("100")
    assert left_to_claim(paid, [(spring, D("150"))], march) == D("100")  # the 150 can come from April and May
    assert left_to_claim(paid, [(spring, D("250"))], march) == D("50")
    assert left_to_claim(paid, [(spring, D("100")), (late, D("180"))], march) == D("20")
    assert left_to_claim(paid, [(march, D("100"))], spring) == D("200")
    assert left_to_claim(paid, [(march, D("100"))], march) == D("0")
    assert left_to_claim(paid, [(march, D("140"))], march) == D("0")  # announced ahead, not all paid yet
    assert left_to_claim(paid, [(Period(date(2026, 3, 10), date(2026, 3, 20)), D("100"))], march) == D("0")  # whole months


def test_of_which_months_a_sum_is_claimed():
    paid = {MARCH: D("1000.00"), APRIL: D("900.00"), MAY: D("800.00")}
    spring = Period(MARCH, JUNE)
    assert claimed_by_month(D("300.00"), spring, paid, D("800.00")) == {MARCH: D("200.00"), APRIL: D("100.00"), MAY: D("0.00")}
    assert claimed_by_month(D("150.00"), spring, paid, D("800.00")) == {MARCH: D("100.00"), APRIL: D("50.00"), MAY: D("0.00")}
    assert claimed_by_month(D("900.00"), Period(MARCH, MAY), paid, D("800.00")) == {MARCH: D("473.68"), APRIL: D("426.32")}
    assert claimed_by_month(D("9999.00"), spring, paid, D("0.00")) == paid
    assert claimed_by_month(D("10.00"), Period(date(2025, 1, 1), date(2025, 2, 1)), paid, D("0.00")) == {}
