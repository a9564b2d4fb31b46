"""Rates and terms: read by four functions, changed by one."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext

from parvis.rules.api import compute_ris, load_reference, tree_view
from parvis.rules.models import Parameter
from tests.identity.factories import a_unit, an_account
from tests.rules.factories import DAY, SYSTEM, wage

pytestmark = pytest.mark.django_db

KEY = "be.ris.category.2"
GOOD = {"value": "16085.82", "valid_from": "2026-03-01", "status": "confirmed", "source": "Circular of 1 March 2026"}


@pytest.fixture(autouse=True)
def loaded() -> None:
    load_reference(actor=SYSTEM)


def as_function(client, function: str):
    client.force_login(an_account(function, unit=None if function == "administrator" else a_unit("NORD")))
    return client


@pytest.mark.parametrize("function", ["chief", "accountant", "auditor", "administrator"])
def test_four_functions_read_values_with_source_and_status(client, function: str) -> None:
    text = as_function(client, function).get(reverse("rules:parameters")).content.decode()
    assert "15\u00a0770,41\u00a0€" in text and gettext("Last known rate") in text and gettext("To be confirmed") in text
    text = client.get(reverse("rules:parameter", args=[KEY])).content.decode()
    assert "https://bdas-wwsb.brussels/?p=3321" in text and "01/05/2024" in text


@pytest.mark.parametrize("function", ["clerk", "social_worker", "payer", "committee_member"])
def test_others_find_no_such_page(client, function: str) -> None:
    as_function(client, function)
    for url in (reverse("rules:parameters"), reverse("rules:parameter", args=[KEY]), reverse("rules:add_parameter", args=[KEY])):
        assert client.get(url).status_code == 404


def test_the_administrator_adds_a_value_and_the_amount_follows(client) -> None:
    as_function(client, "administrator")
    url = reverse("rules:add_parameter", args=[KEY])
    assert client.get(url).status_code == 200
    response = client.post(url, {**GOOD, "idempotency_key": "a" * 32})
    assert response.status_code == 303 and response.url == reverse("rules:parameter", args=[KEY])
    assert client.post(url, {**GOOD, "idempotency_key": "a" * 32}).status_code == 303  # a double click adds nothing
    assert Parameter.objects.filter(key=KEY, source=GOOD["source"]).count() == 1
    assert compute_ris(day=DAY.replace(year=2026), category="2").amount == Decimal("1340.49")


def test_a_term_is_added_with_its_unit(client) -> None:
    as_function(client, "administrator")
    given = {"count": "10", "term_unit": "working", "valid_from": "2026-03-01", "status": "confirmed", "source": "House rule of 2026"}
    assert client.post(reverse("rules:add_parameter", args=["be.legal_opinion"]), {**given, "idempotency_key": "b" * 32}).status_code == 303
    assert Parameter.objects.get(key="be.legal_opinion", source="House rule of 2026").value == {
        "count": 10,
        "unit": "working",
        "roll": False,
    }


@pytest.mark.parametrize("change", [{"source": ""}, {"value": "-1"}, {"value": "lots"}, {"valid_from": "31/31/2026"}])
def test_a_bad_value_comes_back_with_what_was_typed(client, change: dict) -> None:
    as_function(client, "administrator")
    before = Parameter.objects.count()
    response = client.post(reverse("rules:add_parameter", args=[KEY]), {**GOOD, **change, "idempotency_key": "c" * 32})
    assert response.status_code == 422 and b'role="alert"' in response.content
    assert Parameter.objects.count() == before


@pytest.mark.parametrize("function", ["chief", "accountant", "auditor"])
def test_readers_cannot_post(client, function: str) -> None:
    before = Parameter.objects.count()
    assert as_function(client, function).post(reverse("rules:add_parameter", args=[KEY]), GOOD).status_code == 404
    assert Parameter.objects.count() == before


def test_the_tree_opens_without_a_script() -> None:
    found = compute_ris(day=DAY, category="2", resources=[wage(label="<b>Lenz</b>")], isp=True)
    html = render_to_string("rules/_tree.html", {"root": tree_view(found.tree, "fr", changed={"ris.category"})})
    assert html.count("<details") == 5 and "<script" not in html and "&lt;b&gt;Lenz&lt;/b&gt;" in html
    for piece in (
        "1\u00a0044,51\u00a0€",
        "arrêté royal du 11 juillet 2002, article 35, § 1er",
        "A. Lambrecht",
        "BDAS 3363",
        "changé",
        "barème du 01/02/2025",
    ):
        assert piece in html
