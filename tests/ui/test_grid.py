"""The one list: order, pages by key, filters, search, exports of exactly what is shown."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from django.test import Client
from lxml import html

from parvis.kernel import scope
from parvis.kernel.models import Sequence
from tests.ui.conftest import clerk

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows() -> None:
    Sequence.objects.all().delete()
    for number, name in enumerate(["abbaye", "bac", "bac", "canal", "dune", "étang", "faîne", "=1+1"], start=1):
        Sequence.objects.create(series=f"{name}{'' if name[0] != 'b' else number}", year=2026, last=number * 100)
    Sequence.objects.create(series="vieux", year=2025, last=7)


@pytest.fixture
def money(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(scope._data_classes, "money", frozenset({"payer"}))


def names(response: Any) -> list[str]:
    page = html.fromstring(response.content.decode())
    return [a.text_content() for a in page.xpath("//tbody/tr/td[1]/a")]


def link(response: Any, rel: str) -> str | None:
    found = html.fromstring(response.content.decode()).xpath(f"//a[@rel='{rel}']/@href")
    return found[0] if found else None


def walk(client: Client, start: str, rel: str) -> list[list[str]]:
    pages, url = [], start
    while url:
        response = client.get(url)
        pages.append(names(response))
        url = link(response, rel) or ""
        assert len(pages) < 10
    return pages


def test_pages_forwards_and_backwards_show_each_row_once(client_of: Client, rows: None) -> None:
    forwards = walk(client_of, "/series/", "next")
    assert [len(p) for p in forwards] == [3, 3, 2]
    expected = list(Sequence.objects.filter(year=2026).order_by("series", "pk").values_list("series", flat=True))
    assert [n for p in forwards for n in p] == expected
    last = client_of.get("/series/")
    while following := link(last, "next"):
        last = client_of.get(following)
    back = walk(client_of, link(last, "prev") or "", "prev")
    assert back == [expected[3:6], expected[0:3]]


def test_order_by_a_column_and_back(client_of: Client, rows: None, money: None, site: Any) -> None:
    site["actor"] = clerk("clerk", "payer")
    assert names(client_of.get("/series/?sort=-last"))[0] == "=1+1"
    page = html.fromstring(client_of.get("/series/?sort=last").content.decode())
    head = page.xpath("//th[@aria-sort]")[0]
    assert (head.get("aria-sort"), head.xpath("./a/@href")[0]) == ("ascending", "/series/?sort=-last")


def test_an_order_that_is_not_offered_falls_back(client_of: Client, rows: None) -> None:
    assert names(client_of.get("/series/?sort=pk;drop")) == names(client_of.get("/series/"))
    assert names(client_of.get("/series/?sort=last")) == names(client_of.get("/series/"))


@pytest.mark.parametrize("mark", ["999999", "x'; --", ""])
def test_a_page_mark_that_leads_nowhere_shows_the_first_page(client_of: Client, rows: None, mark: str) -> None:
    assert names(client_of.get("/series/", {"after": mark})) == names(client_of.get("/series/"))


def test_a_default_filter_can_be_removed(client_of: Client, rows: None) -> None:
    response = client_of.get("/series/")
    chip = html.fromstring(response.content.decode()).xpath("//span[@class='fchip']")[0]
    assert re.sub(r"\s+", " ", chip.text_content()).strip() == "Année : 2026"
    everything = client_of.get(chip.xpath("./a/@href")[0])
    assert "9 lignes" in everything.content.decode()
    assert names(client_of.get("/series/?year=2025")) == ["vieux"]
    assert names(client_of.get("/series/?year=1999")) == []  # a chip says 1999: never all of them


def test_search_keeps_filters_and_says_when_nothing_matches(client_of: Client, rows: None) -> None:
    response = client_of.get("/series/?q=can&year=2026")
    assert names(response) == ["canal"]
    form = html.fromstring(response.content.decode()).xpath("//form[@class='searchbox']")[0]
    assert {i.get("name"): i.get("value") for i in form.xpath(".//input[@type='hidden']")} == {"year": "2026"}
    nothing = client_of.get("/series/?q=zzz").content.decode()
    assert "Rien ne correspond à ces filtres" in nothing and 'href="/series/?year="' in nothing


def test_a_column_of_a_closed_class_of_data_is_absent_everywhere(client_of: Client, rows: None, money: None, site: Any) -> None:
    response = client_of.get("/series/").content.decode()
    assert "Montant" not in response and "1 colonne vous est masquée" in response
    assert "Montant" not in b"".join(client_of.get("/series/?export=csv")).decode("utf-8-sig")
    site["actor"] = clerk("clerk", "payer")
    assert "Montant" in client_of.get("/series/").content.decode()


def test_csv_holds_exactly_what_is_shown(client_of: Client, rows: None, money: None, site: Any) -> None:
    site["actor"] = clerk("clerk", "payer")
    response = client_of.get("/series/?export=csv&sort=-last&q=a")
    lines = list(csv.reader(io.StringIO(b"".join(response).decode("utf-8-sig")), delimiter=";"))
    assert lines[0] == ["Série", "Année", "Montant"]
    assert lines[1:3] == [["faîne", "2 026", "700,00 €"], ["étang", "2 026", "600,00 €"]]
    matching = Sequence.objects.filter(year=2026, series__contains="a")
    assert [line[0] for line in lines[1 : 1 + matching.count()]] == list(matching.order_by("-last").values_list("series", flat=True))
    assert lines[1 + matching.count()] == ["Total", "", "2 300,00 €"]


def test_a_cell_that_looks_like_a_formula_is_made_harmless(client_of: Client, rows: None) -> None:
    text = b"".join(client_of.get("/series/?export=csv&q=%3D")).decode("utf-8-sig")
    assert "'=1+1" in text


def test_a_spreadsheet_has_typed_cells(client_of: Client, rows: None, money: None, site: Any) -> None:
    import zipfile

    site["actor"] = clerk("clerk", "payer")
    response = client_of.get("/series/?export=xlsx&sort=-last")
    with zipfile.ZipFile(io.BytesIO(response.content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<v>800</v>" in sheet and "<f>" not in sheet


def test_queries_do_not_grow_with_the_list(client_of: Client, rows: None, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):
        client_of.get("/series/?year=2025")
    with django_assert_num_queries(2):
        client_of.get("/series/")


def test_the_list_alone_is_the_same_as_in_its_page(client_of: Client, rows: None) -> None:
    part = client_of.get("/series/", HTTP_HX_REQUEST="true", HTTP_HX_TARGET="series")
    assert "<html" not in part.content.decode()
    assert names(part) == names(client_of.get("/series/"))
