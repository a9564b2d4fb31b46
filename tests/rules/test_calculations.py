"""The computation itself: exact amounts, and a tree that gives them again."""

from __future__ import annotations

import copy
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parvis.rules.calculations import CalculationError, TreeError, compute, evaluate, parameters_in, recompute_from_tree
from parvis.rules.explain import find, walk
from parvis.rules.values import Cohabitant, Equity, Resource
from tests.rules.factories import DAY, parents, rates, wage


def test_golden_1_cohabitant_with_300_from_the_parents() -> None:
    found = compute(day=DAY, category="1", rates=rates(), resources=[parents("300.00")])
    values = evaluate(found.tree)
    assert values["ris.resources.total"] == Decimal("3600.00")
    assert values["ris.exemption.general"] == Decimal("155.00")
    assert values["ris.resources.counted"] == Decimal("3445.00")
    assert values["ris.year"] == Decimal("7068.60")
    assert found.amount == Decimal("589.05")
    assert found.note_keys == ["whole_months"]


def test_golden_2_single_with_wage_and_isp_is_marked_to_be_confirmed_by_a_centre() -> None:
    found = compute(day=DAY, category="2", rates=rates(), resources=[wage("600.00")], isp=True)
    values = evaluate(found.tree)
    assert values["ris.exemption.isp"] == Decimal("3713.76")
    assert values["ris.work.counted"] == Decimal("3486.24")
    assert values["ris.resources.counted"] == Decimal("3236.24")
    assert values["ris.year"] == Decimal("12534.17")
    assert found.amount == Decimal("1044.51")
    assert found.is_to_confirm
    assert "confirmer par un centre" in found.notes[-1]["text"]["fr"]


@pytest.mark.parametrize(("category", "amount"), [("1", "876.13"), ("2", "1314.20"), ("3", "1776.07")])
def test_without_resources_the_published_monthly_amount_is_given(category: str, amount: str) -> None:
    assert compute(day=DAY, category=category, rates=rates()).amount == Decimal(amount)


def test_general_exemption_never_exceeds_the_resources() -> None:
    little = Resource("other", Decimal("100.00"), "year")
    found = compute(day=DAY, category="2", rates=rates(), resources=[little])
    assert evaluate(found.tree)["ris.exemption.general"] == Decimal("100.00")
    assert found.amount == Decimal("1314.20")


def test_no_general_exemption_when_resources_reach_the_category() -> None:
    found = compute(day=DAY, category="2", rates=rates(), resources=[Resource("other", Decimal("15770.41"), "year")])
    assert evaluate(found.tree)["ris.exemption.general"] == 0
    assert found.amount == Decimal("0.00")


def test_isp_covers_all_wages_together_once_and_not_maintenance() -> None:
    found = compute(day=DAY, category="2", rates=rates(), resources=[wage("200.00"), wage("150.00"), parents("10.00")], isp=True)
    values = evaluate(found.tree)
    assert values["ris.work.total"] == Decimal("4200.00")
    assert values["ris.work.counted"] == Decimal("486.24")
    assert values["ris.resources.total"] == Decimal("606.24")


def test_isp_off_counts_the_whole_wage() -> None:
    found = compute(day=DAY, category="2", rates=rates(), resources=[wage("600.00")])
    assert found.amount == Decimal("735.03")  # (15 770.41 − (7 200 − 250)) / 12
    assert "isp" not in str(found.tree["operands"])


def mother(amount: str = "1500.00") -> Cohabitant:
    return Cohabitant("Claire D.", "parent", Decimal(amount), "month", source="Pay slip", entered_by="A. Lambrecht")


def test_cohabitant_keeps_category_1_and_the_excess_counts() -> None:
    found = compute(day=DAY, category="1", rates=rates(), cohabitants=[mother("1500.00")])
    values = evaluate(found.tree)
    assert values["ris.cohabitant.1"] == Decimal("7486.40")  # 18 000 − 10 513.60
    assert found.amount == Decimal("265.18")  # (10 513.60 − (7 486.40 − 155)) / 12 = 265.1833
    assert found.is_to_confirm


def test_a_sister_is_shown_and_not_counted() -> None:
    sister = Cohabitant("Louise D.", "sibling", Decimal("2500.00"))
    found = compute(day=DAY, category="1", rates=rates(), cohabitants=[sister])
    assert found.amount == Decimal("876.13")
    node = find(found.tree, "ris.cohabitant.1")
    assert node is not None and node["op"] == "not_counted" and node["value"] == "0.00"


def test_grandparents_count_from_1_march_2026_only() -> None:
    grandmother = Cohabitant("Jeanne D.", "grandparent", Decimal("1500.00"))
    before = compute(day=date(2026, 2, 1), category="1", rates=rates(date(2026, 2, 1)), cohabitants=[grandmother])
    after = compute(day=date(2026, 3, 1), category="1", rates=rates(date(2026, 3, 1)), cohabitants=[grandmother])
    assert before.amount == Decimal("876.13")
    assert after.amount == Decimal("265.18")


def test_equity_lowers_what_counts_and_carries_its_reason() -> None:
    reason = "The mother repays a medical debt of 400 euros a month."
    found = compute(day=DAY, category="1", rates=rates(), cohabitants=[mother()], equity=Equity(Decimal("3000.00"), reason, "A. Lambrecht"))
    assert evaluate(found.tree)["ris.cohabitants.counted"] == Decimal("3000.00")
    assert found.amount == Decimal("639.05")  # (10 513.60 − 2 845) / 12 = 639.05
    node = find(found.tree, "ris.cohabitants.equity")
    assert node is not None and node["input"]["source"] == reason


def test_equity_cannot_raise_what_counts() -> None:
    found = compute(day=DAY, category="1", rates=rates(), cohabitants=[mother()], equity=Equity(Decimal("9999.00"), "a reason"))
    assert evaluate(found.tree)["ris.cohabitants.counted"] == Decimal("7486.40")


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ({"category": "4"}, "category"),
        ({"category": "1", "basis": "charity"}, "basis"),
        ({"category": "1", "resources": [Resource("other", Decimal("-1.00"))]}, "amount"),
        ({"category": "1", "resources": [Resource("other", Decimal("1.005"))]}, "amount"),
        ({"category": "1", "resources": [Resource("other", Decimal("NaN"))]}, "amount"),
        ({"category": "1", "resources": [Resource("lottery", Decimal("1.00"))]}, "kind"),
        ({"category": "1", "resources": [Resource("other", Decimal("1.00"), "week")]}, "periodicity"),
        ({"category": "1", "cohabitants": [Cohabitant("X", "neighbour", Decimal("1.00"))]}, "relation"),
        (
            {"category": "1", "cohabitants": [Cohabitant("X", "parent", Decimal("1.00"))], "equity": Equity(Decimal(1), "  ")},
            "equity_reason",
        ),
        ({"category": "1", "equity": Equity(Decimal(1), "why")}, "equity_without_cohabitant"),
    ],
)
def test_senseless_inputs_are_refused(inputs: dict, code: str) -> None:
    with pytest.raises(CalculationError) as refusal:
        compute(day=DAY, rates=rates(), **inputs)
    assert refusal.value.code == code


def test_after_the_last_known_rate_the_answer_says_so() -> None:
    found = compute(day=date(2026, 3, 1), category="2", rates=rates(date(2026, 3, 1)))
    assert found.is_last_known
    text = next(note for note in found.notes if note["key"] == "last_known")["text"]
    assert text["fr"] == "Le calcul emploie le dernier barème connu, celui du 01/02/2025."
    assert "01.02.2025" in text["de"]
    assert {p["status"] for p in parameters_in(found.tree) if p["key"] == "be.ris.category.2"} == {"last_known"}


def test_whole_months_only_is_always_said() -> None:
    assert "whole_months" in compute(day=DAY, category="2", rates=rates()).note_keys


def test_equivalent_aid_gives_the_same_amount_on_another_legal_basis() -> None:
    found = compute(day=DAY, category="1", rates=rates(), resources=[parents()], basis="equivalent_aid")
    assert found.amount == Decimal("589.05")
    assert "8 juillet 1976" in found.tree["article"]["fr"]
    assert found.tree["label"]["de"] == "Gleichwertige Sozialhilfe pro Monat"
    assert "equivalent_aid" in found.note_keys


def test_every_node_has_labels_in_four_languages_and_a_value() -> None:
    found = compute(
        day=DAY,
        category="2",
        rates=rates(),
        resources=[wage(), parents()],
        isp=True,
        cohabitants=[mother()],
        equity=Equity(Decimal(5), "why"),
    )
    for node in walk(found.tree):
        assert set(node["label"]) == {"fr", "nl", "de", "en"} and all(node["label"].values()), node["key"]
        Decimal(node["value"])


def test_a_name_with_braces_is_only_a_name() -> None:
    found = compute(day=DAY, category="1", rates=rates(), cohabitants=[Cohabitant("{relation} {0}", "parent", Decimal("1.00"))])
    node = find(found.tree, "ris.cohabitant.1")
    assert node is not None and node["label"]["en"] == "{relation} {0} (father or mother)"


# The tree alone -------------------------------------------------------------------------------------------------------


def test_the_amount_comes_from_the_leaves_alone() -> None:
    tree = copy.deepcopy(compute(day=DAY, category="2", rates=rates(), resources=[wage()], isp=True).tree)
    for node in walk(tree):
        if node["op"] not in {"input", "parameter", "constant"}:
            node["value"] = "999999.99"  # type: ignore[index]
    assert recompute_from_tree(tree) == Decimal("1044.51")


def test_a_changed_leaf_changes_the_amount() -> None:
    tree = copy.deepcopy(compute(day=DAY, category="2", rates=rates(), resources=[wage()], isp=True).tree)
    leaf = find(tree, "ris.resource.1.month")
    leaf["value"] = "700.00"  # type: ignore[index]
    assert recompute_from_tree(tree) == Decimal("944.51")


@pytest.mark.parametrize(
    "tree",
    [
        {"key": "a", "op": "launch", "operands": []},
        {"key": "a", "op": "add", "operands": [{"key": "b.ref", "op": "ref", "ref": "b", "operands": []}]},
        {"key": "a", "op": "add", "operands": [{"key": "a.ref", "op": "ref", "ref": "a", "operands": []}]},
        {
            "key": "a",
            "op": "divide",
            "operands": [{"key": "b", "op": "constant", "value": "1"}, {"key": "c", "op": "constant", "value": "0"}],
        },
        {"key": "a", "op": "input", "value": "twelve"},
        {"key": "a", "op": "add", "operands": [{"key": "b", "op": "constant", "value": "1"}, {"key": "b", "op": "constant", "value": "2"}]},
    ],
)
def test_a_broken_tree_is_refused(tree: dict) -> None:
    with pytest.raises(TreeError):
        recompute_from_tree(tree)


money = st.decimals(min_value=0, max_value=5000, places=2, allow_nan=False, allow_infinity=False)
resource = st.builds(
    Resource, kind=st.sampled_from(["net_work", "maintenance", "other"]), amount=money, periodicity=st.sampled_from(["month", "year"])
)
person = st.builds(
    Cohabitant, name=st.text(max_size=8), relation=st.sampled_from(["partner", "parent", "sibling", "grandparent"]), amount=money
)


def by_hand(category: str, resources: list[Resource], isp: bool, cohabitants: list[Cohabitant]) -> Decimal:
    """The same rules written a second time, without a tree."""
    ceiling = {"1": Decimal("10513.60"), "2": Decimal("15770.41"), "3": Decimal("21312.84")}
    yearly = [(r.kind, r.amount * (12 if r.periodicity == "month" else 1)) for r in resources]
    work = sum((a for k, a in yearly if k == "net_work"), Decimal(0))
    if isp:
        work = max(work - Decimal("309.48") * 12, Decimal(0))
    total = work + sum((a for k, a in yearly if k != "net_work"), Decimal(0))
    total += sum((max(c.amount * 12 - ceiling["1"], Decimal(0)) for c in cohabitants if c.relation in {"partner", "parent"}), Decimal(0))
    if total < ceiling[category]:
        total -= min(total, {"1": Decimal(155), "2": Decimal(250), "3": Decimal(310)}[category])
    return (max(ceiling[category] - total, Decimal(0)) / 12).quantize(Decimal("0.01"), rounding="ROUND_HALF_UP")


@settings(max_examples=150, deadline=None)
@given(st.sampled_from("123"), st.lists(resource, max_size=5), st.booleans(), st.lists(person, max_size=3))
def test_engine_tree_and_hand_computation_agree(category: str, resources: list, isp: bool, cohabitants: list) -> None:
    found = compute(day=DAY, category=category, rates=rates(), resources=resources, isp=isp, cohabitants=cohabitants)
    assert found.amount == recompute_from_tree(found.tree) == by_hand(category, resources, isp, cohabitants)
    assert 0 <= found.amount <= Decimal("1776.07")
