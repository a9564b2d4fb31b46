"""Entries of sections that repeat, one line each: keyed by the number of the file, safe to repeat, tried first, taken back (A14, B48)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse

from parvis.contacts.api import Person
from parvis.dossiers.api import CustomFact, Dossier, PersonFact, close_dossier
from parvis.dossiers.models import DossierProfile
from parvis.dossiers.services import custom
from parvis.kernel import clock, registries
from parvis.kernel.actor import system_actor
from parvis.kernel.erasure import Target
from parvis.kernel.models import ErasureWarrant
from parvis.kernel.subject import SubjectRef
from parvis.takeover.enums import FileKind
from parvis.takeover.errors import UnreadableTable
from parvis.takeover.models import Import, Line, Profile
from tests.identity.factories import an_account

from . import factories as f

pytestmark = [pytest.mark.django_db, pytest.mark.db]
ROOT = system_actor("test")
HEAD = "No dossier;No ligne;Du;Au;Marque;Valeur"
D = dt.date


def define(kind: Any, *, dated: bool = True) -> None:
    makes = custom.create_code_list(actor=ROOT, label={"en": "Makes"}, key="makes")
    for value, label in (("VOL", {"fr": "Volvo"}), ("FIA", {"fr": "Fiat", "nl": "Fiat Auto"})):
        custom.add_code(actor=ROOT, code_list=makes, value=value, label=label, valid_from=D(1990, 1, 1))
    custom.add_section(actor=ROOT, kind=kind, title={"fr": "Véhicules", "en": "Vehicles"}, group="other", dated=dated, repeats=True)
    shared: dict[str, Any] = {"actor": ROOT, "kind": kind, "section": "vehicles"}
    custom.add_field(**shared, label={"fr": "Marque", "en": "Make"}, type="choice", data_class="social", code_list="makes", required=True)
    custom.add_field(**shared, label={"fr": "Valeur", "en": "Worth"}, type="money", data_class="money")


@pytest.fixture
def files() -> tuple[Dossier, Dossier]:
    """Two files of the old system, D1 and D2, and a section of vehicles."""
    f.apply(f.check(f.upload(f.csv_file("1;DUPONT;Claire;D1", "2;MARTIN;Luc;D2", head="Id;Nom;Prénom;No dossier"))))
    define(custom.general_kind(actor=ROOT))
    first, second = Dossier.unscoped.order_by("number")
    return first, second


def upload(*lines: str, head: str = HEAD, **more: Any) -> Import:
    return f.upload(f.csv_file(*lines, head=head), kind=FileKind.ENTRIES, name="vehicules.csv", **more)


def take(*lines: str, head: str = HEAD, **options: Any) -> Import:
    return f.apply(f.check(upload(*lines, head=head), **options))


def entries(dossier: Dossier, model: Any = CustomFact) -> list[tuple[dt.date, dt.date, dict[str, Any]]]:
    anchor = "dossier" if model is CustomFact else "person"
    found: dict[Any, dict[str, Any]] = {}
    days: dict[Any, tuple[dt.date, dt.date]] = {}
    for row in model.unscoped.filter(live=1, **{anchor: dossier}).order_by("pk"):
        found.setdefault(row.item, {})[row.field] = row.value
        days[row.item] = (row.valid_from, row.valid_to)
    return sorted((*days[item], answers) for item, answers in found.items())


OPEN = D(9999, 12, 31)


def test_a_line_is_an_entry_and_the_same_file_again_changes_nothing(files) -> None:
    first, second = files
    data = ("D1;7;01/05/2024;;Volvo;4200,00", "D1;8;01/02/2020;31/12/2022;Fiat Auto;", "D2;7;01/06/2025;;FIA;79,25")
    imported = upload(*data)
    assert imported.mapping == {
        "No dossier": "dossier_key",
        "No ligne": "entry_key",
        "Du": "entry_from",
        "Au": "entry_to",
        "Marque": "own.make",
        "Valeur": "own.worth",
    }
    imported = f.check(imported)
    assert f.outcomes(imported) == ["create"] * 3 and not CustomFact.unscoped.exists()
    assert imported.options["section"] == "vehicles"
    imported = f.apply(imported)
    assert f.results(imported) == ["done"] * 3
    assert entries(first) == [
        (D(2020, 2, 1), D(2023, 1, 1), {"make": "FIA"}),
        (D(2024, 5, 1), OPEN, {"make": "VOL", "worth": "4200.00"}),
    ]
    assert entries(second) == [(D(2025, 6, 1), OPEN, {"make": "FIA", "worth": "79.25"})]
    assert {(row.source, row.source_ref) for row in CustomFact.unscoped.all()} == {("import", f"Ancien #{imported.pk}")}
    again = f.check(upload(*data))
    assert f.outcomes(again) == ["same"] * 3
    f.apply(again)
    assert CustomFact.unscoped.count() == 5


def test_a_changed_line_changes_its_entry_and_taking_back_gives_the_former_one_again(files) -> None:
    first, _second = files
    take("D1;7;01/05/2024;;Volvo;4200,00")
    changed = f.check(upload("D1;7;01/05/2024;31/12/2025;Volvo;3900,00"))
    assert f.outcomes(changed) == ["change"]
    told = Line.unscoped.get(imported=changed).findings
    assert [(one["kind"], one["field"]) for one in told] == [("change", "own.worth"), ("change", "entry_to")]
    assert (told[1]["known"], told[1]["new"]) == ("", "31/12/2025")
    changed = f.apply(changed)
    assert entries(first) == [(D(2024, 5, 1), D(2026, 1, 1), {"make": "VOL", "worth": "3900.00"})]
    changed = f.undo(changed)
    assert f.results(changed) == ["undone"]
    assert entries(first) == [(D(2024, 5, 1), OPEN, {"make": "VOL", "worth": "4200.00"})]


def test_what_an_import_wrote_is_taken_back_and_may_be_taken_over_again(files) -> None:
    first, second = files
    imported = f.undo(take("D1;7;01/05/2024;;Volvo;4200,00", "D2;1;01/06/2025;;Fiat;"))
    assert f.results(imported) == ["undone", "undone"]
    assert (entries(first), entries(second)) == ([], [])
    assert first.status == "open"  # the files themselves are not of this import
    assert f.results(take("D1;7;01/05/2024;;Volvo;4200,00")) == ["done"]
    assert len(entries(first)) == 1


def test_an_entry_that_a_colleague_changed_since_stays(files) -> None:
    first, _second = files
    imported = take("D1;7;01/05/2024;;Volvo;4200,00")
    item = CustomFact.unscoped.first().item
    first.refresh_from_db()
    custom.write_custom(actor=ROOT, dossier=first, section="vehicles", answers={"worth": "4000.00"}, item=item, valid_from=D(2024, 5, 1))
    later = f.check(upload("D1;7;01/05/2024;;Volvo;4100,00"))
    assert f.outcomes(later) == ["same"]
    (told,) = Line.unscoped.get(imported=later).findings
    assert (told["kind"], told["field"]) == ("kept", "own.worth")
    f.apply(later)
    assert entries(first)[0][2]["worth"] == "4000.00"
    replaced = f.apply(f.check(upload("D1;7;01/05/2024;;Volvo;4100,00"), replace=True))
    assert f.results(replaced) == ["done"] and entries(first)[0][2]["worth"] == "4100.00"
    imported = f.undo(imported)
    assert f.results(imported) == ["kept"]
    assert entries(first)[0][2] == {"make": "VOL", "worth": "4100.00"}


def test_without_numbers_two_alike_are_two_and_what_was_typed_already_is_not_doubled(files) -> None:
    first, second = files
    head = "No dossier;Du;Marque"
    data = ("D1;01/05/2024;Volvo", "D1;01/05/2024;Volvo", "D2;01/05/2024;Volvo")
    second.refresh_from_db()
    custom.write_custom(actor=ROOT, dossier=second, section="vehicles", answers={"make": "VOL"}, valid_from=D(2024, 5, 1))
    imported = f.check(upload(*data, head=head))
    assert f.outcomes(imported) == ["create", "create", "same"]
    f.apply(imported)
    assert (len(entries(first)), len(entries(second))) == (2, 1)
    again = f.apply(f.check(upload(*data, head=head)))
    assert f.outcomes(again) == ["same"] * 3
    assert (len(entries(first)), len(entries(second))) == (2, 1)


def test_a_file_is_found_by_its_number_here_and_by_the_one_it_bears_elsewhere(files) -> None:
    first, second = files
    kind = custom.create_kind(actor=ROOT, label={"fr": "Aide"}, key="aid")
    second.refresh_from_db()
    custom.set_profile(actor=ROOT, dossier=second, kind=kind, external_number="824415 DEM")
    imported = take(f"{first.number};1;01/05/2024;;Volvo;", "824415DEM;1;01/05/2024;;Fiat;")
    assert f.results(imported) == ["done", "done"]
    assert [len(entries(one)) for one in files] == [1, 1]
    DossierProfile.unscoped.update_or_create(
        dossier=first, defaults={"kind": kind, "external_number": "824415 DEM", "external_key": "824415dem"}
    )
    twice = f.check(upload("824415 DEM;2;01/05/2024;;Fiat;"))
    assert f.outcomes(twice) == ["error"]


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("D9;1;01/05/2024;;Volvo;", "dossier_key"),
        (";1;01/05/2024;;Volvo;", "dossier_key"),
        ("D1;1;;;Volvo;", "entry_from"),
        ("D1;1;32/05/2024;;Volvo;", "entry_from"),
        ("D1;1;01/05/2024;30/04/2024;Volvo;", "entry_to"),
        ("D1;1;01/05/2024;;Lada;", "own.make"),
        ("D1;1;01/05/2024;;;100", "own.make"),  # needed
        ("D1;1;01/05/2024;;Volvo;beaucoup", "own.worth"),
    ],
)
def test_what_cannot_be_is_an_error_of_the_line_and_writes_nothing(files, line: str, field: str) -> None:
    imported = f.check(upload(line))
    assert f.outcomes(imported) == ["error"]
    assert [one["field"] for one in Line.unscoped.get(imported=imported).findings] == [field]
    imported = f.apply(imported)
    assert f.results(imported) == ["failed"] and not CustomFact.unscoped.exists()


def test_a_number_given_twice_and_a_closed_dossier_are_errors(files) -> None:
    first, _second = files
    imported = f.check(upload("D1;7;01/05/2024;;Volvo;", "D1;7;01/05/2024;;Fiat;", "D2;7;01/05/2024;;Fiat;"))
    assert f.outcomes(imported) == ["create", "error", "create"]
    assert Line.unscoped.get(imported=imported, number=3).findings[0]["field"] == "entry_key"
    close_dossier(actor=ROOT, dossier=first, reason="essai")
    imported = f.apply(imported)
    assert f.results(imported) == ["failed", "failed", "done"]
    assert entries(first) == []


def test_a_file_holds_the_entries_of_one_section_and_says_whose_they_are(files) -> None:
    kind = custom.general_kind(actor=ROOT)
    custom.add_section(actor=ROOT, kind=kind, title={"fr": "Dettes", "en": "Debts"}, group="other", repeats=True)
    custom.add_field(actor=ROOT, kind=kind, section="debts", label={"fr": "Créancier", "en": "Creditor"}, type="text", data_class="money")
    imported = upload("D1;01/05/2024;Volvo;10;Banque", head="No dossier;Du;Marque;Valeur;Créancier")
    assert "Créancier" not in imported.mapping  # the section of which most columns are recognised
    for mapping in (
        imported.mapping | {"Créancier": "own.creditor"},
        {"No dossier": "dossier_key", "Du": "entry_from"},
        {"Marque": "own.make", "Du": "entry_from"},
        {"No dossier": "dossier_key", "Marque": "own.make"},
    ):
        with pytest.raises(UnreadableTable):
            f.check(imported, mapping=mapping)
    assert Import.unscoped.get(pk=imported.pk).state == "uploaded" and not Profile.objects.filter(kind="entries").exists()
    undated = take("D1;Banque", "D2;Notaire", head="No dossier;Créancier")
    assert f.results(undated) == ["done", "done"]
    assert f.outcomes(f.check(upload("D1;Banque", head="No dossier;Créancier"))) == ["same"]


def test_entries_of_persons_are_keyed_by_the_person(files) -> None:
    kind = custom.persons_kind(actor=ROOT)
    custom.add_section(actor=ROOT, kind=kind, title={"fr": "Cours", "en": "Courses"}, group="other", dated=True, repeats=True)
    custom.add_field(
        actor=ROOT, kind=kind, section="courses", label={"fr": "Cours suivi", "en": "Course"}, type="text", data_class="social"
    )
    head, data = "Id;Depuis;Cours suivi", ("1;01/09/2025;Français", "1;01/10/2025;Couture", "9;01/09/2025;Français")
    imported = f.check(upload(*data, head=head))
    assert f.outcomes(imported) == ["create", "create", "error"]
    imported = f.apply(imported)
    claire = Person.unscoped.get(pk=Dossier.unscoped.order_by("number").first().lead_id)
    assert entries(claire, PersonFact) == [
        (D(2025, 9, 1), OPEN, {"course": "Français"}),
        (D(2025, 10, 1), OPEN, {"course": "Couture"}),
    ]
    assert f.outcomes(f.apply(f.check(upload(*data, head=head)))) == ["same", "same", "error"]
    imported = f.undo(imported)
    assert f.results(imported) == ["undone", "undone", "failed"]
    assert entries(claire, PersonFact) == []


def test_what_a_line_said_goes_with_its_dossier_whatever_became_of_it(files) -> None:
    first, _second = files
    imported = take("D1;7;01/05/2024;;Volvo;4200,00", "D2;7;01/05/2024;;Fiat;", "D1;8;01/05/2024;;Lada;")
    assert f.results(imported) == ["done", "done", "failed"]
    again = f.check(upload("D1;7;01/05/2024;;Volvo;4200,00", "D1;9;01/05/2024;;Fiat;"))
    target = Target(SubjectRef("dossier", first.pk), f"dossier:{first.pk}", "Dossier D1", clock.now(), ErasureWarrant())
    registries.erasers.get("takeover").erase(target)
    kept = [line.data for line in Line.unscoped.filter(imported__in=(imported, again), data__has_key="dossier_key").order_by("pk")]
    assert [(data["dossier_key"], data["entry_key"]) for data in kept] == [("D2", "7")]


def test_the_page_offers_the_kind_and_shows_each_line(client, files) -> None:
    account = an_account("administrator")
    client.force_login(account)
    assert 'value="entries"' in client.get(reverse("takeover:index")).content.decode()
    imported = upload("D1;7;01/05/2024;;Volvo;4200,00", "D9;1;01/05/2024;;Fiat;")
    page = client.get(reverse("takeover:import", args=[imported.uuid]), headers={"accept-language": "fr"}).content.decode()
    assert "Véhicules · Marque" in page and 'name="replace"' in page and 'name="unit"' not in page
    imported = f.check(imported)
    page = client.get(reverse("takeover:import", args=[imported.uuid]) + "?kind=", headers={"accept-language": "fr"}).content.decode()
    assert "D1" in page and "D9" in page
