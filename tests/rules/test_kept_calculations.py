from __future__ import annotations

import dataclasses
from datetime import date
from decimal import Decimal

import pytest

from parvis.kernel.scope import ScopeError
from parvis.kernel.subject import SubjectRef
from parvis.rules.api import (
    BadInput,
    RulesError,
    compute_equivalent_aid,
    compute_ris,
    explanation_of,
    load_reference,
    recompute_from_tree,
    save_calculation,
)
from parvis.rules.models import Calculation
from parvis.rules.models.calculations import CalculationFrozen
from tests.rules.factories import SYSTEM, WORKER, parents

pytestmark = [pytest.mark.django_db, pytest.mark.db]

SUBJECT = SubjectRef("request_line", 12)


@pytest.fixture(autouse=True)
def loaded() -> None:
    load_reference(actor=SYSTEM)


def test_a_kept_calculation_gives_its_amount_again() -> None:
    row = save_calculation(
        actor=WORKER, subject=SUBJECT, explanation=compute_ris(day=date(2025, 3, 1), category="1", resources=[parents()])
    )
    row = Calculation.unscoped.get(pk=row.pk)
    assert row.amount == Decimal("589.05") == recompute_from_tree(row.tree)
    assert (row.author_label, row.ruleset, row.version, row.currency) == ("A. Lambrecht", "be.ris", "2026.1", "EUR")
    assert explanation_of(row).amount == Decimal("589.05")


def test_it_is_never_changed_nor_deleted() -> None:
    row = save_calculation(actor=WORKER, subject=SUBJECT, explanation=compute_ris(day=date(2025, 3, 1), category="2"))
    row.amount = Decimal("1.00")
    with pytest.raises(CalculationFrozen):
        row.save()
    with pytest.raises(CalculationFrozen):
        row.delete()
    assert Calculation.unscoped.get(pk=row.pk).amount == Decimal("1314.20")


def test_a_tree_that_disagrees_with_its_amount_is_refused() -> None:
    explanation = dataclasses.replace(compute_ris(day=date(2025, 3, 1), category="2"), amount=Decimal("2000.00"))
    with pytest.raises(RulesError):
        save_calculation(actor=WORKER, subject=SUBJECT, explanation=explanation)
    assert Calculation.unscoped.count() == 0


def test_bad_inputs_come_back_with_a_field_and_a_sentence() -> None:
    with pytest.raises(BadInput) as refusal:
        compute_ris(day=date(2025, 3, 1), category="9")
    assert refusal.value.field == "category" and str(refusal.value)


def test_the_equivalent_aid_is_kept_with_its_own_basis() -> None:
    explanation = compute_equivalent_aid(day=date(2025, 3, 1), category="1", resources=[parents()])
    row = save_calculation(actor=WORKER, subject=SUBJECT, explanation=explanation)
    assert (row.basis, row.amount) == ("equivalent_aid", Decimal("589.05"))


def test_nothing_is_read_without_saying_for_whom_and_nobody_sees_an_unregistered_subject() -> None:
    save_calculation(actor=WORKER, subject=SubjectRef("unregistered", 1), explanation=compute_ris(day=date(2025, 3, 1), category="2"))
    with pytest.raises(ScopeError):
        list(Calculation.objects.all())
    assert Calculation.objects.visible_to(WORKER).count() == 0
