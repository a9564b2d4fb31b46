"""Sections that repeat, in the lists of files and persons: columns, filters, totals, exports, letters (A14)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from parvis.dossiers import custom_uses
from parvis.dossiers.custom import Words, every_section
from parvis.dossiers.custom_lists import in_a_cell
from parvis.dossiers.models import CustomFact, Dossier, PersonFact
from parvis.dossiers.services import custom
from parvis.takeover.reading import xlsx
from parvis.ui import sheets
from tests.contacts.factories import make_organisation, make_person

from .factories import make_centre, make_dossier

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture
def centre():
    return make_centre()


def define(centre, kind) -> None:
    admin = centre.actor("administrator")
    made = custom.create_code_list(actor=admin, label={"en": "Makes"}, key="makes")
    for value, name in (("VOL", "Volvo"), ("FIA", "Fiat")):
        custom.add_code(actor=admin, code_list=made, value=value, label={"en": name, "fr": name}, valid_from=dt.date(2020, 1, 1))
    custom.add_section(actor=admin, kind=kind, title={"en": "Vehicles", "fr": "Véhicules"}, group="other", dated=True, repeats=True)
    shared: dict[str, Any] = {"actor": admin, "kind": kind, "section": "vehicles", "listed": True}
    custom.add_field(**shared, label={"en": "Make", "fr": "Marque"}, type="choice", data_class="social", code_list="makes")
    custom.add_field(**shared, label={"en": "Year", "fr": "Année"}, type="number", data_class="social")
    custom.add_field(**shared, label={"en": "Worth", "fr": "Valeur"}, type="money", data_class="money")
    custom.add_field(**(shared | {"listed": False}), label={"en": "Remark", "fr": "Remarque"}, type="text", data_class="social")


@pytest.fixture
def dossier(centre) -> Dossier:
    define(centre, custom.general_kind(actor=centre.actor("administrator")))
    return make_dossier(centre)


def entry(centre, dossier, make: str, since: dt.date, until: dt.date | None = None, who: str = "worker", **answers: Any):
    dossier.refresh_from_db()
    return custom.write_custom(
        actor=centre.actor(who),
        dossier=dossier,
        section="vehicles",
        answers={"make": make, **answers},
        valid_from=since,
        valid_to=until,
    )


@pytest.fixture
def fleet(centre, dossier) -> tuple[Dossier, Dossier, Dossier]:
    """Two vehicles today and one that was sold; one vehicle; none."""
    entry(centre, dossier, "VOL", dt.date(2024, 5, 1), year="2016", worth="4200.00", remark="rouge")
    entry(centre, dossier, "FIA", dt.date(2025, 2, 1), year="2020", worth="900.50")
    entry(centre, dossier, "FIA", dt.date(2020, 1, 1), dt.date(2023, 1, 1), year="2001", worth="100.00")
    one = make_dossier(centre, make_person("Delcourt", "Zoé", "1990-02-03"))
    entry(centre, one, "FIA", dt.date(2025, 6, 1), worth="79.25")
    none = make_dossier(centre, make_person("Sans", "Luc", "1985-02-03"))
    return dossier, one, none


def cells(client, dossier, **asked: str) -> dict[str, str]:
    page = client.get(reverse("dossiers:index"), asked).context["grid"]
    line = next(one for one in page.lines if one.row.pk == dossier.pk)
    return {cell.column.key: cell.text.replace("\u202f", " ").replace("\xa0", " ") for cell in line.cells}


def numbers(client, **asked: str) -> set[str]:
    return {line.row.number for line in client.get(reverse("dossiers:index"), asked).context["grid"].lines}


def test_a_cell_says_how_many_and_each_once() -> None:
    assert [in_a_cell(texts) for texts in ([], [""], ["Fiat"], ["Volvo", "Fiat"], ["Fiat", "Volvo", "Fiat"])] == [
        "",
        "",
        "Fiat",
        "2 · Volvo, Fiat",
        "3 · Fiat (2), Volvo",
    ]


def test_the_list_says_the_entries_of_today_and_sums_their_amounts(client, centre, fleet) -> None:
    many, one, none = fleet
    client.force_login(centre.worker)
    grid = client.get(reverse("dossiers:index")).context["grid"]
    titles = {str(column.title) for column in grid.columns}
    assert {"Véhicules · Marque", "Véhicules · Année", "Véhicules · Valeur, au total"} <= titles
    assert not any("Remarque" in title for title in titles)  # not chosen for lists
    shown = cells(client, many)
    assert (shown["own_make"], shown["own_year"]) == ("2 · Fiat, Volvo", "2 · 2 020, 2 016")
    assert shown["own_worth"] == "5 100,50 €"
    assert cells(client, one)["own_make"] == "Fiat"
    assert cells(client, none)["own_make"] == ""
    column = next(column for column in grid.columns if column.key == "own_worth")
    assert grid.sum_of(column) == Decimal("5179.75")


def test_filters_find_who_has_some_entry_like_that_or_so_many(client, centre, fleet) -> None:
    many, one, none = (each.number for each in fleet)
    client.force_login(centre.worker)
    assert numbers(client, own_make="VOL") == {many}
    assert numbers(client, own_make="FIA") == {many, one}
    assert numbers(client, own_make="-") == {none}
    assert numbers(client, own_worth="900,50") == {many}
    assert numbers(client, own_worth="100,00") == set()  # sold
    assert numbers(client, own_entries_vehicles="one") == {many, one}
    assert numbers(client, own_entries_vehicles="two") == {many}
    assert numbers(client, own_entries_vehicles="-") == {none}
    assert numbers(client, own_make="FIA", own_entries_vehicles="two") == {many}


def test_an_excel_file_gives_each_entry_a_line_and_the_others_join_them(client, centre, fleet) -> None:
    many, one, _none = fleet
    client.force_login(centre.worker)
    book = client.get(reverse("dossiers:index"), {"export": "xlsx"})
    names = xlsx.sheet_names(book.content)
    assert names[2:] == ["Véhicules"]
    lines = [row.cells for row in xlsx.rows(book.content, "Véhicules")]
    assert lines[0] == ("Numéro", "Nom", "Date de naissance", "À partir du", "Dernier jour", "Marque", "Année", "Valeur")
    told = [(line[0], line[3], line[4], line[5], line[6], line[7]) for line in lines[1:]]
    assert sorted(told) == sorted(
        [
            (many.number, "2025-02-01", "", "Fiat", "2020", "900.5"),
            (many.number, "2024-05-01", "", "Volvo", "2016", "4200"),
            (one.number, "2025-06-01", "", "Fiat", "", "79.25"),
        ]
    )
    # The same rows as the list: its filter and its columns count here too.
    narrowed = client.get(reverse("dossiers:index"), {"export": "xlsx", "own_make": "VOL", "cols": "number,own_make"})
    lines = [row.cells for row in xlsx.rows(narrowed.content, "Véhicules")]
    assert lines == [
        ("Numéro", "À partir du", "Dernier jour", "Marque"),
        (many.number, "2025-02-01", "", "Fiat"),
        (many.number, "2024-05-01", "", "Volvo"),
    ]
    without = client.get(reverse("dossiers:index"), {"export": "xlsx", "cols": "number,lead"})
    assert len(xlsx.sheet_names(without.content)) == 2
    text = b"".join(client.get(reverse("dossiers:index"), {"export": "csv"}).streaming_content).decode()
    assert ";2 · Fiat, Volvo;" in next(line for line in text.splitlines() if many.number in line)


def test_what_a_class_of_data_hides_is_in_no_column_filter_count_or_sheet(client, centre, dossier) -> None:
    """An entry of which the reader sees no answer is not even counted."""
    admin = centre.actor("administrator")
    kind = custom.general_kind(actor=admin)
    custom.add_section(actor=admin, kind=kind, title={"en": "Treatments", "fr": "Soins"}, group="health", repeats=True)
    custom.add_field(
        actor=admin,
        kind=kind,
        section="treatments",
        label={"en": "Illness", "fr": "Maladie"},
        type="text",
        data_class="health",
        listed=True,
    )
    for illness in ("asthme", "migraine"):
        dossier.refresh_from_db()
        custom.write_custom(actor=centre.actor("worker"), dossier=dossier, section="treatments", answers={"illness": illness})
    client.force_login(centre.worker)
    assert cells(client, dossier)["own_illness"] == "2 · asthme, migraine"
    assert numbers(client, own_entries_treatments="two") == {dossier.number}
    client.force_login(centre.clerk)
    page = client.get(reverse("dossiers:index"), {"own_entries_treatments": "two", "own_illness": "asthme"})
    grid = page.context["grid"]
    assert "own_illness" not in grid.shown_keys
    assert [one.key for one in grid.filters if "illness" in one.key or "treatments" in one.key] == []
    assert {line.row.number for line in page.context["grid"].lines} == {dossier.number}  # the filters are not there: nothing is told
    book = client.get(reverse("dossiers:index"), {"export": "xlsx"})
    assert "Soins" not in xlsx.sheet_names(book.content)


def test_persons_have_theirs_in_their_list_and_a_letter_says_every_entry(client, centre) -> None:
    define(centre, custom.persons_kind(actor=centre.actor("administrator")))
    dossier = make_dossier(centre)
    for make, since in (("VOL", dt.date(2024, 5, 1)), ("FIA", dt.date(2025, 2, 1))):
        dossier.lead.refresh_from_db()
        custom.write_person_custom(
            actor=centre.actor("worker"),
            person=dossier.lead,
            section="vehicles",
            answers={"make": make, "worth": "10.00"},
            valid_from=since,
        )
    assert PersonFact.unscoped.count() == 4
    client.force_login(centre.worker)
    grid = client.get(reverse("dossiers:persons")).context["grid"]
    line = next(one for one in grid.lines if one.row.pk == dossier.lead_id)
    assert next(cell.text for cell in line.cells if cell.column.key == "own_make") == "2 · Fiat, Volvo"
    assert len(client.get(reverse("dossiers:persons"), {"own_make": "-"}).context["grid"].lines) == 0
    book = client.get(reverse("dossiers:persons"), {"export": "xlsx"})
    assert [row.cells[5] for row in xlsx.rows(book.content, "Véhicules")] == ["Marque", "Fiat", "Volvo"]
    worker = centre.actor("worker")
    assert custom_uses.template_fields(worker)["own_make"].startswith("Véhicules · ")
    assert custom_uses.template_values(worker, dossier, "en")["own_make"] == "Fiat, Volvo"
    with translation.override("en"):
        found = custom_uses.template_values_of(worker, {dossier.pk: dossier.lead_id}, "en", dt.date(2024, 6, 1))
    assert found[dossier.pk]["own_make"] == "Volvo"


def test_the_list_costs_no_more_with_more_entries(client, centre, fleet, django_assert_max_num_queries) -> None:
    many, _one, _none = fleet
    for number in range(8):
        entry(centre, many, "VOL", dt.date(2025, 3, 1 + number), worth="1.00")
    client.force_login(centre.worker)
    with django_assert_max_num_queries(25):
        client.get(reverse("dossiers:index"))


def test_filters_of_one_section_speak_of_one_and_the_same_entry(client, centre, fleet) -> None:
    """A red Volvo is not a Volvo and something else that is red; what a person does not see tells nothing there either."""
    many, one, none = fleet
    other = make_dossier(centre, make_person("Maes", "An", "1979-02-03"))
    entry(centre, other, "VOL", dt.date(2025, 1, 1), year="2020")
    entry(centre, other, "FIA", dt.date(2020, 1, 1), dt.date(2024, 1, 1), year="2016")
    client.force_login(centre.worker)
    assert numbers(client, own_make="VOL") == numbers(client, own_year="2020") == {many.number, other.number}
    assert numbers(client, own_make="VOL", own_year="2020") == {other.number}
    assert numbers(client, own_make="VOL", own_year="2016") == {many.number}
    assert numbers(client, own_make="FIA", own_year="2016") == set(), "it was sold"
    assert numbers(client, own_make="FIA", own_year="2020", own_worth="900,50") == {many.number}
    assert numbers(client, own_make="FIA", own_year="2020", own_worth="79,25") == set()
    assert numbers(client, own_make="-", own_worth="79,25") == set()
    assert numbers(client, own_make="VOL", own_year="2020", own_entries_vehicles="two") == set()
    page = client.get(reverse("dossiers:index"), {"own_make": "VOL", "own_year": "2020"})
    grid = page.context["grid"]
    assert [(chip["title"], chip["value"]) for chip in grid.chips][-2:] == [
        ("Véhicules · Marque", "Volvo"),
        ("Véhicules · Année", "2020, dans la même entrée"),
    ]
    notes = {control["key"]: control["note"] for control in grid.controls}
    assert notes["own_make"] == notes["own_worth"] == "Avec d’autres filtres de « Véhicules » : une seule et même entrée."
    assert notes["own_entries_vehicles"] == notes["status"] == ""
    asked = {"own_make": "VOL", "own_year": "2020", "export": "csv"}
    text = b"".join(client.get(reverse("dossiers:index"), asked).streaming_content).decode()
    assert other.number in text and many.number not in text and "dans la même entrée" in text
    sheet = xlsx.rows(client.get(reverse("dossiers:index"), asked | {"export": "xlsx"}).content, "Véhicules")
    assert {row.cells[0] for row in sheet} == {"Numéro", other.number}
    client.force_login(centre.clerk)  # no class of data of these fields: the filters are not there, and nothing is told
    assert numbers(client, own_make="VOL", own_year="2020") == {many.number, one.number, none.number, other.number}


def test_names_that_answers_point_at_are_read_once_for_the_page(client, centre, monkeypatch) -> None:
    """A landlord and a trusted person of each file: as many queries with six files as with one, the same names on screen and in the file."""
    admin, worker = centre.actor("administrator"), centre.actor("worker")
    kind = custom.general_kind(actor=admin)
    custom.add_section(actor=admin, kind=kind, title={"fr": "Logement", "en": "Housing"}, group="other")
    custom.add_section(actor=admin, kind=kind, title={"fr": "Aidants", "en": "Carers"}, group="other", repeats=True)
    shared: dict[str, Any] = {"actor": admin, "kind": kind, "data_class": "social", "listed": True}
    custom.add_field(**shared, section="housing", label={"fr": "Bailleur", "en": "lessor"}, type="organisation")
    custom.add_field(**shared, section="housing", label={"fr": "Confiance", "en": "trusted"}, type="person")
    custom.add_field(**shared, section="carers", label={"fr": "Aidant", "en": "carer"}, type="person")

    def filled(name: str) -> Dossier:
        dossier = make_dossier(centre, make_person(name, "Zoé", "1990-02-03"))
        lessor = make_organisation(f"Régie {name}")
        lead = str(dossier.lead_id)
        custom.write_custom(actor=worker, dossier=dossier, section="housing", answers={"lessor": str(lessor.pk), "trusted": lead})
        for _ in range(2):
            dossier.refresh_from_db()
            custom.write_custom(actor=worker, dossier=dossier, section="carers", answers={"carer": lead})
        return dossier

    def counted(**asked: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            answer = client.get(reverse("dossiers:index"), asked)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert "Régie Aubry" in body.decode()
        return len(seen)

    first = filled("Aubry")
    client.force_login(centre.worker)
    for asked in ({}, {"export": "csv"}):
        counted(**asked)
    alone, alone_in_a_file = counted(), counted(export="csv")
    names = ["Blavier", "Collin", "Dumont", "Evrard", "Fagnart"]
    files = [filled(name) for name in names]
    assert (counted(), counted(export="csv")) == (alone, alone_in_a_file)
    for name, dossier in zip(["Aubry", *names], [first, *files], strict=True):
        shown = cells(client, dossier)
        assert (shown["own_lessor"], shown["own_trusted"]) == (f"Régie {name}", f"Zoé {name}")
        assert shown["own_carer"] == f"2 · Zoé {name} (2)"
    monkeypatch.setattr(sheets, "CHUNK", 2)  # the names of each part of a long file
    text = b"".join(client.get(reverse("dossiers:index"), {"export": "csv"}).streaming_content).decode()
    assert all(f"Régie {name};Zoé {name};2 · Zoé {name} (2)" in text for name in ["Aubry", *names])
    book = client.get(reverse("dossiers:index"), {"export": "xlsx"})
    assert len(list(xlsx.rows(book.content, "Aidants"))) == 13
    nobody = replace(worker, grants=frozenset())  # reads no persons and no organisations
    facts = list(CustomFact.unscoped.filter(live=1))
    words = Words(nobody, [one for section in every_section() for one in section.fields], facts)
    assert {words.text(fact.field, fact.value) for fact in facts} == {""}
