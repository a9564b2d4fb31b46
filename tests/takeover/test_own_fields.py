"""Own fields are columns of a takeover as soon as they are defined (A14, B48)."""

from __future__ import annotations

import pytest

from parvis.dossiers.api import CustomFact, Dossier, DossierProfile, PersonFact
from parvis.dossiers.services import custom
from parvis.kernel.actor import system_actor
from parvis.takeover.models import Line

from .factories import apply, check, csv_file, outcomes, results, undo, upload

pytestmark = pytest.mark.django_db
ROOT = system_actor("test")
HEAD = "Id;Nom;Prénom;No dossier;Rôle dossier;Type de dossier;Tuteur énergie;Commune d’origine"


@pytest.fixture(autouse=True)
def fields() -> None:
    tutors = custom.create_code_list(actor=ROOT, label={"fr": "Tuteurs"}, key="tutors")
    for value, label in (("TE", {"fr": "Tuteur communal", "nl": "Gemeentelijke coach"}), ("TP", {"fr": "Tuteur privé"})):
        custom.add_code(actor=ROOT, code_list=tutors, value=value, label=label)
    general = custom.general_kind(actor=ROOT)
    custom.add_section(actor=ROOT, kind=general, title={"en": "Energy"}, group="other")
    label = {"fr": "Tuteur énergie", "en": "Energy tutor"}
    custom.add_field(actor=ROOT, kind=general, section="energy", label=label, type="choice", data_class="social", code_list="tutors")
    kind = custom.create_kind(actor=ROOT, label={"fr": "Primo-arrivant"}, key="newcomer")
    custom.add_section(actor=ROOT, kind=kind, title={"en": "Origin"}, group="identity")
    label = {"fr": "Commune d’origine", "en": "Home commune"}
    custom.add_field(actor=ROOT, kind=kind, section="origin", label=label, type="text", data_class="identity", required=True)


def values() -> dict[str, object]:
    return {row.field: row.value for row in CustomFact.unscoped.filter(live=1)}


def test_columns_are_recognised_written_once_and_taken_back() -> None:
    data = csv_file("1;DUPONT;Claire;D1;demandeur;Primo-arrivant;Gemeentelijke coach;Monthey", "2;DUPONT;Tom;D1;enfant;;;", head=HEAD)
    imported = upload(data)
    assert imported.mapping["Tuteur énergie"] == "own.energy_tutor"
    assert (imported.mapping["Commune d’origine"], imported.mapping["Type de dossier"]) == ("own.home_commune", "dossier_kind")
    imported = check(imported)
    assert outcomes(imported) == ["create", "create"] and not CustomFact.unscoped.exists()
    imported = apply(imported)
    assert results(imported) == ["done", "done"]
    assert values() == {"energy_tutor": "TE", "home_commune": "Monthey"}
    assert {(row.source, row.source_ref) for row in CustomFact.unscoped.all()} == {("import", f"Ancien #{imported.pk}")}
    assert DossierProfile.unscoped.get().kind.key == "newcomer"
    again = apply(check(upload(data)))
    assert (outcomes(again), CustomFact.unscoped.count()) == (["same", "same"], 2)
    imported = undo(imported)
    assert (results(imported), values()) == (["undone", "undone"], {})
    assert Dossier.unscoped.get().status == "closed"


def test_a_value_entered_by_a_colleague_stays_and_the_difference_is_told() -> None:
    apply(check(upload(csv_file("1;DUPONT;Claire;D1;demandeur;;TE;", head=HEAD))))
    custom.write_custom(actor=ROOT, dossier=Dossier.unscoped.get(), section="energy", answers={"energy_tutor": "TP"})
    later = check(upload(csv_file("1;DUPONT;Claire;D1;demandeur;;TE;", head=HEAD)))
    assert outcomes(later) == ["same"]
    told = Line.unscoped.get(imported=later).findings
    assert [(one["kind"], one["field"], one["known"], one["new"]) for one in told] == [
        ("kept", "own.energy_tutor", "Tuteur privé", "Tuteur communal")
    ]
    apply(later)
    assert values() == {"energy_tutor": "TP"}


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("1;DUPONT;Claire;D1;demandeur;;Inconnu;", "own.energy_tutor"),  # not in the list
        ("1;DUPONT;Claire;D1;demandeur;Primo-arrivant;;", "own.home_commune"),  # needed of this kind of file
        ("1;DUPONT;Claire;D1;demandeur;;;Monthey", "own.home_commune"),  # not asked of a file without that kind
        ("1;DUPONT;Claire;D1;demandeur;Autre;;", "dossier_kind"),
        ("1;DUPONT;Claire;;;;TE;", "own.energy_tutor"),  # no dossier to hold it
    ],
)
def test_what_the_form_refuses_the_file_refuses(line: str, field: str) -> None:
    imported = check(upload(csv_file(line, head=HEAD)))
    assert outcomes(imported) == ["error"]
    assert [one["field"] for one in Line.unscoped.get(imported=imported).findings] == [field]
    apply(imported)
    assert not Dossier.unscoped.exists() and not CustomFact.unscoped.exists()


def test_a_column_of_the_person_needs_no_dossier_and_is_taken_back() -> None:
    """A field declared for persons: written on the person of the line, of whatever role, and parted from the fields of files."""
    kind = custom.persons_kind(actor=ROOT)
    custom.add_section(actor=ROOT, kind=kind, title={"en": "Coaching"}, group="other")
    custom.add_field(
        actor=ROOT, kind=kind, section="coaching", label={"fr": "Coach"}, type="choice", data_class="social", code_list="tutors"
    )
    head = "Id;Nom;Prénom;No dossier;Rôle dossier;Coach"
    data = csv_file(
        "1;DUPONT;Claire;D1;demandeur;TE", "2;DUPONT;Tom;D1;enfant;Tuteur privé", "3;AUTRE;Zoé;;;TE", "4;SANS;Luc;;;", head=head
    )
    imported = check(upload(data))
    assert imported.mapping["Coach"] == "own.coach"
    assert outcomes(imported) == ["create"] * 4 and not PersonFact.unscoped.exists()
    imported = apply(imported)
    assert results(imported) == ["done"] * 4
    assert sorted(PersonFact.unscoped.filter(live=1).values_list("value", flat=True)) == ["TE", "TE", "TP"]
    assert not CustomFact.unscoped.exists()
    again = apply(check(upload(data)))
    assert (outcomes(again), PersonFact.unscoped.count()) == (["same"] * 4, 3)
    changed = check(upload(csv_file("3;AUTRE;Zoé;;;TP", head=head)))
    assert outcomes(changed) == ["change"]
    apply(changed)
    assert sorted(PersonFact.unscoped.filter(live=1).values_list("value", flat=True)) == ["TE", "TP", "TP"]
    undo(changed)
    assert sorted(PersonFact.unscoped.filter(live=1).values_list("value", flat=True)) == ["TE", "TE", "TP"]


def test_what_a_takeover_wrote_of_a_person_is_taken_back() -> None:
    kind = custom.persons_kind(actor=ROOT)
    custom.add_section(actor=ROOT, kind=kind, title={"en": "Coaching"}, group="other")
    custom.add_field(actor=ROOT, kind=kind, section="coaching", label={"fr": "Coach"}, type="text", data_class="social", required=True)
    data = csv_file("1;DUPONT;Claire;Amina", "2;DUPONT;Tom;", head="Id;Nom;Prénom;Coach")
    imported = undo(apply(check(upload(data))))
    assert results(imported) == ["undone", "undone"]
    assert (PersonFact.unscoped.count(), PersonFact.unscoped.filter(live=1).count()) == (1, 0)
