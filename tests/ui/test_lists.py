"""Around the rows of a list: columns by choice, totals, views, and the three files that equal the screen (A11, A12)."""

from __future__ import annotations

import csv
import io
import re
from typing import Any
from urllib.parse import parse_qs

import pypdfium2
import pytest
from django.test import Client
from lxml import html

from parvis.kernel import lately
from parvis.kernel.models import MutationLine, MutationValue, Sequence
from parvis.takeover.reading import xlsx
from parvis.ui import gridaround, listmemory, sheets
from parvis.ui.listmemory import Memory, View
from tests.ui.conftest import MEMORY, clerk
from tests.ui.test_grid import money, names, rows

pytestmark = pytest.mark.django_db
__all__ = ["money", "rows"]


def heads(response: Any) -> list[str]:
    return [th.text_content() for th in html.fromstring(response.content.decode()).xpath("//thead//th")]


def foot(response: Any) -> list[str]:
    found = html.fromstring(response.content.decode()).xpath("//tfoot//th|//tfoot//td")
    return [cell.text_content().replace("\xa0", " ") for cell in found]


def remembered(*views: View, columns: tuple[str, ...] = ()) -> None:
    MEMORY["series"] = Memory(views=views, columns=columns, save_url="/save/", columns_url="/columns/", manage_url="/views/")


# Columns --------------------------------------------------------------------------------------------------------------
def test_columns_are_those_of_the_address_then_those_remembered(client_of: Client, rows: None, money: None, site: Any) -> None:
    site["actor"] = clerk("clerk", "payer")
    assert heads(client_of.get("/series/")) == ["Série", "Année", "Montant"]
    assert heads(client_of.get("/series/?cols=series,last")) == ["Série", "Montant"]
    remembered(columns=("series", "year"))
    assert heads(client_of.get("/series/")) == ["Série", "Année"]
    assert heads(client_of.get("/series/?cols=last")) == ["Série", "Montant"]  # the main column always stands
    assert heads(client_of.get("/series/?cols=unknown")) == ["Série", "Année", "Montant"]


def test_a_chosen_column_of_a_closed_class_stays_absent_with_its_total_and_order(client_of: Client, rows: None, money: None) -> None:
    remembered(columns=("series", "last"))
    for address in ("/series/?cols=series,last", "/series/?sort=-last", "/series/"):
        response = client_of.get(address)
        assert heads(response) == ["Série"] if "cols" in address or address == "/series/" else ["Série", "Année"]
        assert foot(response) == [] and "Montant" not in response.content.decode()
    assert names(client_of.get("/series/?sort=-last")) == names(client_of.get("/series/"))
    assert "Montant" not in b"".join(client_of.get("/series/?cols=series,last&export=csv")).decode("utf-8-sig")


def test_the_choice_of_columns_is_a_form_without_script(client_of: Client, rows: None, money: None, site: Any) -> None:
    site["actor"] = clerk("clerk", "payer")
    remembered()
    tree = html.fromstring(client_of.get("/series/?year=2025&cols=series,last").content.decode())
    form = tree.xpath("//form[@action='/columns/']")[0]
    assert [(box.get("value"), "checked" in box.attrib, "disabled" in box.attrib) for box in form.xpath(".//input[@type='checkbox']")] == [
        ("series", True, True),
        ("year", False, False),
        ("last", True, False),
    ]
    assert form.xpath(".//input[@name='next']/@value") == ["/series/?year=2025"]


# Totals ---------------------------------------------------------------------------------------------------------------
def test_the_totals_row_sums_the_whole_filtered_list_not_the_page(client_of: Client, rows: None, money: None, site: Any) -> None:
    site["actor"] = clerk("clerk", "payer")
    assert len(names(client_of.get("/series/"))) == 3
    assert foot(client_of.get("/series/")) == ["Total", "", "3 600,00 €"]
    assert foot(client_of.get("/series/?year=2025")) == ["Total", "", "7,00 €"]
    assert foot(client_of.get("/series/?q=zzz")) == []


def test_a_sum_that_stops_says_so(client_of: Client, rows: None, money: None, site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gridaround, "SUM_LIMIT", 2)
    site["actor"] = clerk("clerk", "payer")
    assert foot(client_of.get("/series/?sort=last")) == ["Total des 2 premières lignes", "", "300,00 €"]


def test_a_sum_over_many_rows_is_told_for_a_minute_and_a_file_sums_anew(
    client_of: Client, rows: None, money: None, site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    lately.forget()
    for name, value in (("SLOW", -1), ("KEEP", 60)):
        monkeypatch.setattr(lately, name, value)
    site["actor"] = clerk("clerk", "payer")
    assert foot(client_of.get("/series/")) == ["Total", "", "3 600,00 €"]
    Sequence.objects.filter(last=100).update(last=150)
    assert foot(client_of.get("/series/")) == ["Total", "", "3 650,00 €"]  # few rows: summed each time
    monkeypatch.setattr(gridaround, "MANY", 1)
    assert foot(client_of.get("/series/")) == ["Total", "", "3 650,00 €"]
    Sequence.objects.filter(last=150).update(last=100)
    assert foot(client_of.get("/series/")) == ["Total", "", "3 650,00 €"]
    assert foot(client_of.get("/series/?year=2025")) == ["Total", "", "7,00 €"]
    assert ["Total", "", "3 600,00 €"] in read_csv(client_of.get("/series/?export=csv"))
    lately.forget()


def test_the_totals_cost_one_query(client_of: Client, rows: None, money: None, site: Any, django_assert_num_queries: Any) -> None:
    site["actor"] = clerk("clerk", "payer")
    with django_assert_num_queries(3):
        client_of.get("/series/")


# Views ----------------------------------------------------------------------------------------------------------------
def view_links(response: Any) -> dict[str, str]:
    found = html.fromstring(response.content.decode()).xpath("//div[contains(@class, 'viewpop')]/a")
    return {a.text_content().strip(): a.get("href") for a in found}


def test_what_is_kept_says_filters_words_columns_and_order_in_full(client_of: Client, rows: None) -> None:
    remembered()
    tree = html.fromstring(client_of.get("/series/?q=a&sort=-series&after=3").content.decode())
    form = tree.xpath("//form[@action='/save/']")[0]
    kept = parse_qs(form.xpath(".//input[@name='address']/@value")[0], keep_blank_values=True)
    assert kept == {"q": ["a"], "sort": ["-series"], "year": ["2026"], "cols": ["series,year"]}
    assert form.xpath(".//input[@name='next']/@value") == ["/series/?q=a&sort=-series"]


def test_a_view_opens_what_was_kept(client_of: Client, rows: None) -> None:
    remembered(View("k1", "Les vieux", "year=2025&sort=series&cols=series"))
    link = view_links(client_of.get("/series/"))["Les vieux"]
    response = client_of.get(link)
    assert names(response) == ["vieux"] and heads(response) == ["Série"]
    assert html.fromstring(response.content.decode()).xpath("//a[@aria-current='true' and contains(., 'Les vieux')]")
    assert "modifiée" not in response.content.decode()
    changed = client_of.get(link + "&q=v").content.decode()
    assert "modifiée" in changed


def test_a_list_opens_with_the_view_chosen_until_another_word_is_said(client_of: Client, rows: None) -> None:
    remembered(View("k1", "Les vieux", "year=2025&sort=series&cols=series", opens=True))
    first = client_of.get("/series/")
    assert names(first) == ["vieux"]
    assert len(names(client_of.get("/series/?year=2026"))) == 3
    assert len(names(client_of.get("/series/?view=-"))) == 3
    taken = b"".join(client_of.get("/series/?export=csv")).decode("utf-8-sig")
    assert taken.splitlines()[:2] == ["Série", "vieux"]


def test_nobody_without_an_account_has_views(client_of: Client, rows: None) -> None:
    assert view_links(client_of.get("/series/")) == {}
    assert "viewpop" not in client_of.get("/series/").content.decode()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("?year=2025&after=12&export=csv&view=abc", "year=2025"),
        ("q=+&year=", "year="),
        ("q=m%C3%BCller+80", "q=m%C3%BCller+80"),
        ("a=" + "b" * 3000, "a=" + "b" * 1798),
    ],
)
def test_an_address_is_kept_without_place_and_bounded(given: str, kept: str) -> None:
    assert listmemory.clean_address(given) == kept


# Files ----------------------------------------------------------------------------------------------------------------
@pytest.fixture
def many(money: None, site: Any) -> None:
    site["actor"] = clerk("clerk", "payer")
    Sequence.objects.all().delete()
    Sequence.objects.bulk_create([Sequence(series=f"Œuvré & Sœurs {n:04}", year=2026, last=n * 7 % 1000) for n in range(5000)])


def read_csv(response: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(response).decode("utf-8-sig")), delimiter=";"))


def test_5000_rows_are_the_same_in_the_three_files(client_of: Client, many: None) -> None:
    """A11: same rows, order, totals and filter in CSV, Excel and PDF; who and when; the journal has each."""
    asked = "/series/?sort=-last&q=Sœurs&export="
    text = read_csv(client_of.get(asked + "csv"))
    expected = [
        [row.series, "2 026", f"{row.last},00 €"] for row in Sequence.objects.filter(series__contains="Sœurs").order_by("-last", "-pk")
    ]
    assert text[0] == ["Série", "Année", "Montant"] and text[1:5001] == expected
    total = sum(Sequence.objects.values_list("last", flat=True))
    shown = f"{total:,}".replace(",", " ") + ",00 €"
    assert text[5001] == ["Total", "", shown] and text[5002] == []
    notes = [line[0] for line in text[5003:]]
    assert notes[0] == "Année : 2026 · recherche : « Sœurs » · ordre : Montant, décroissant"
    assert notes[1] == "5 000 lignes en tout" and notes[2].startswith("Extrait par Amélie Lambrecht le ")

    book = client_of.get(asked + "xlsx").content
    first, about = xlsx.sheet_names(book)
    sheet = [row.cells for row in xlsx.rows(book, first)]
    assert [row.cells[0].replace("\xa0", " ") for row in xlsx.rows(book, about)][1:3] == notes[:2]
    assert list(sheet[0]) == ["Série", "Année", "Montant"]
    assert [[line[0], int(float(line[1])), float(line[2])] for line in sheet[1:5001]] == [
        [row.series, row.year, float(row.last)] for row in Sequence.objects.filter(series__contains="Sœurs").order_by("-last", "-pk")
    ]
    assert sheet[5001][0] == "Total" and float(sheet[5001][2]) == total

    pdf = pypdfium2.PdfDocument(client_of.get(asked + "pdf").content)
    words = " ".join(re.sub(r"\s+", " ", page.get_textpage().get_text_range()) for page in pdf).replace("\xa0", " ")
    printed = re.findall(r"Œuvré & Sœurs (\d{4}) 2 026 (\d+),00 €", words)
    assert printed == [(line[0][-4:], line[2].removesuffix(",00 €")) for line in expected]
    assert shown in words and "recherche : « Sœurs »" in words and "Amélie Lambrecht" in words

    lines = list(MutationLine.objects.filter(stream="context:lists", verb="list_exported").order_by("number"))
    assert [line.actor_label for line in lines] == ["Amélie Lambrecht"] * 3
    said = [dict(MutationValue.objects.filter(line=line).values_list("field", "new")) for line in lines]
    assert [one["format"] for one in said] == ["csv", "xlsx", "pdf"]
    assert all(one["rows"] == 5000 and one["columns"] == ["series", "year", "last"] and "Sœurs" in one["filters"] for one in said)


def test_a_print_that_stops_says_so(client_of: Client, many: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "PRINT_LIMIT", 20)
    pdf = pypdfium2.PdfDocument(client_of.get("/series/?export=pdf").content)
    words = re.sub(r"\s+", " ", " ".join(page.get_textpage().get_text_range() for page in pdf))
    assert "Les 20 premières lignes ; la liste continue" in words.replace("\xa0", " ")


def test_a_file_of_an_unknown_kind_is_the_page(client_of: Client, rows: None) -> None:
    assert client_of.get("/series/?export=exe")["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("text", ["=1+1", "+32 475", "@SUM(A1)", "-2+3+cmd|' /C calc'!A0", "\t=1", "-A1"])
def test_what_a_spreadsheet_would_run_is_made_harmless(text: str) -> None:
    assert sheets.harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-12", "-1 234,56 €", "−5,00 €", "2026-00412", "Müller"])
def test_what_it_would_not_run_stays_as_it_is(text: str) -> None:
    assert sheets.harmless(text) == text
