"""The letter's words come from the tree: same amounts, in the reader's language."""

from __future__ import annotations

import copy
from decimal import Decimal

import pytest

from parvis.rules.calculations import compute
from parvis.rules.explain import compare_trees, computed_data, explain_rows, explain_text, find
from parvis.rules.trees import tree_view
from parvis.rules.values import Cohabitant, Equity
from tests.rules.factories import DAY, parents, rates, wage

S = "\u00a0"
GOLDEN_2 = compute(day=DAY, category="2", rates=rates(), resources=[wage()], isp=True)
GOLDEN_1 = compute(day=DAY, category="1", rates=rates(), resources=[parents()])


def test_rows_in_french_are_those_of_the_letter() -> None:
    assert [(row.kind, row.label, row.amount) for row in explain_rows(GOLDEN_2.tree, "fr")] == [
        ("base", "Montant annuel de la catégorie 2, personne isolée", f"15{S}770,41{S}€"),
        ("resource", f"Revenu net du travail, 600,00{S}€ × 12", f"7{S}200,00{S}€"),
        ("deduction", "Part du revenu du travail que nous ne comptons pas", f"−3{S}713,76{S}€"),
        ("deduction", "Exonération générale", f"−250,00{S}€"),
        ("subtotal", "Ressources comptées par an", f"3{S}236,24{S}€"),
        ("total", f"15{S}770,41{S}€ − 3{S}236,24{S}€, divisé par 12", f"1{S}044,51{S}€"),
    ]


@pytest.mark.parametrize(("language", "year"), [("fr", f"7{S}068,60{S}€"), ("nl", f"7.068,60{S}€"), ("de", f"7.068,60{S}€")])
def test_sentences_hold_every_step_in_each_language(language: str, year: str) -> None:
    text = "\n".join(explain_text(GOLDEN_1.tree, language, GOLDEN_1.notes))
    for piece in ("3.600,00", "155,00", "3.445,00", "10.513,60"):
        assert piece.replace(".", S) in text if language == "fr" else piece in text
    assert year in text and f"589,05{S}€" in text


def test_german_sentences_say_how_it_was_computed() -> None:
    lines = explain_text(GOLDEN_1.tree, "de")
    assert (
        lines[-1] == f"10.513,60{S}€ abzüglich 3.445,00{S}€ ergeben 7.068,60{S}€ pro Jahr. Geteilt durch 12 sind das 589,05{S}€ pro Monat."
    )
    assert "Königlicher Erlass vom 11. Juli 2002, Artikel 22 § 2" in "\n".join(lines)


def test_no_abbreviation_in_any_language() -> None:
    for language in ("fr", "nl", "de", "en"):
        text = "\n".join(explain_text(GOLDEN_2.tree, language, GOLDEN_2.notes))
        for short in ("RIS", "ISP", "art.", "AR ", "cat."):
            assert short not in text


def test_words_follow_the_tree_not_the_inputs() -> None:
    tree = copy.deepcopy(GOLDEN_1.tree)
    tree["value"] = "123.45"
    assert any(f"123,45{S}€" in line for line in explain_text(tree, "fr"))


def test_equity_and_cohabitants_show_what_was_counted_and_why() -> None:
    mother = Cohabitant("Claire D.", "parent", Decimal("1500.00"))
    found = compute(
        day=DAY, category="1", rates=rates(), cohabitants=[mother], equity=Equity(Decimal("3000.00"), "She repays a medical debt.")
    )
    rows = explain_rows(found.tree, "fr")
    assert f"18{S}000,00{S}€ − 10{S}513,60{S}€" in rows[1].label and rows[1].amount == f"7{S}486,40{S}€"
    assert rows[2].amount == f"−4{S}486,40{S}€" and rows[2].why == "She repays a medical debt."
    assert rows[-1].amount == f"639,05{S}€"


def test_no_resources_and_nothing_due_are_said() -> None:
    assert "Sie haben keine anzurechnenden Einkünfte." in explain_text(compute(day=DAY, category="2", rates=rates()).tree, "de")
    nothing = compute(day=DAY, category="1", rates=rates(), resources=[wage("2000.00")])
    assert nothing.amount == 0
    assert explain_text(nothing.tree, "en")[-1] == "Your counted resources reach this amount: nothing is due."


def test_computed_data_is_what_a_letter_block_holds() -> None:
    data = computed_data(GOLDEN_2.tree, "nl", GOLDEN_2.notes)
    assert data["amount"] == "1044.51" and data["amount_text"] == f"1.044,51{S}€"
    assert data["rows"][-1]["kind"] == "total" and data["lines"]
    assert data["notes"] == ["De berekening geldt voor volledige maanden. Een deel van een maand wordt nog niet berekend."]
    assert data["warnings"] == ["Een regel die hier is toegepast, moet nog door een centrum worden bevestigd."]


def test_what_changed_between_two_calculations() -> None:
    later = compute(day=DAY, category="2", rates=rates(), resources=[wage("700.00")], isp=True)
    changes = {change.key: (change.before, change.after) for change in compare_trees(GOLDEN_2.tree, later.tree, "fr")}
    assert changes["ris.month"] == (Decimal("1044.51"), Decimal("944.51"))
    assert changes["ris.resource.1.month"] == (Decimal("600.00"), Decimal("700.00"))
    assert "ris.category" not in changes


def test_the_screen_tree_opens_to_article_date_source_and_author() -> None:
    view = tree_view(GOLDEN_2.tree, "fr", changed={"ris.category"})
    assert view.root and view.amount == f"1{S}044,51{S}€"
    category, counted = view.children
    assert category.changed and category.article.endswith("article 14, § 1er, 2°")
    assert any(f"15{S}770,41" in text for _, text in category.details)
    given, exempt, general = counted.children
    texts = [text for _, text in given.details]
    assert {"A. Lambrecht", "Contract and pay slip", f"600,00{S}€ × 12", "06/03/2025"} <= set(texts) and given.children == []
    assert exempt.amount == f"−3{S}713,76{S}€" and any("BDAS 3363" in text for _, text in exempt.details)
    assert general.amount == f"−250,00{S}€" and general.deduction and general.why == "barème du 01/10/2002"


def test_leaf_lookup_skips_references() -> None:
    found = find(GOLDEN_1.tree, "ris.category")
    assert found is not None and found["op"] == "parameter"
