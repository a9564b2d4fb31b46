"""From a file to the register and back: dry run, takeover, second run, taking back (B49)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from parvis.contacts import api as contacts
from parvis.contacts.models import Address, Identifier, Person, PersonIndex, PersonToken
from parvis.dossiers.api import Dossier, DossierMember, members_at
from parvis.kernel import clock, jobs, seals
from parvis.kernel.errors import NotAllowed
from parvis.kernel.models import Job, MutationLine
from parvis.takeover import services
from parvis.takeover.errors import NotReady
from parvis.takeover.models import Import, Line, SourceKey
from tests.contacts.factories import WORKER, make_person, niss

from .factories import ADMIN, apply, check, csv_file, lines, outcomes, results, take_over, undo, unit, upload

pytestmark = pytest.mark.django_db

NISS = niss("1980-05-17")
CLAIRE = f"17;DUPONT;Claire;17/05/1980;F;{NISS[:2]}.{NISS[2:4]}.{NISS[4:6]}-{NISS[6:9]}.{NISS[9:]};fr;Rue de la Clé;12;4700;Eupen;M1;chef;D1;demandeur"
TOM = "18;Dupont;Tom;03.02.2012;M;;nl;Rue de la Clé;12;4700;Eupen;M1;enfant;D1;enfant"


def test_a_family_is_taken_over_with_household_address_and_dossier() -> None:
    imported = check(upload(csv_file(CLAIRE, TOM)))
    assert outcomes(imported) == ["create", "create"]
    assert not Person.unscoped.exists()
    imported = apply(imported)
    assert (imported.state, results(imported)) == ("applied", ["done", "done"])
    claire, tom = Person.unscoped.order_by("pk")
    card = contacts.person_card(WORKER, claire.pk)
    assert (card.display_name, card.birth_date, card.sex, card.address, card.language) == (
        "Claire DUPONT",
        dt.date(1980, 5, 17),
        "F",
        "Rue de la Clé 12, 4700 Eupen",
        "fr",
    )
    assert Identifier.unscoped.get().value == NISS
    household = contacts.household_of(claire.pk)
    assert [(row.person_id, row.role) for row in household.members] == [(claire.pk, "head"), (tom.pk, "child")]
    dossier = Dossier.unscoped.get()
    assert (dossier.lead_id, dossier.unit.code) == (claire.pk, "SSG")
    assert {(row.person_id, row.role) for row in DossierMember.unscoped.filter(dossier=dossier, live=1)} == {
        (claire.pk, "applicant"),
        (tom.pk, "child"),
    }
    row = Address.unscoped.filter(person=claire).get()
    assert (row.source, row.source_ref, row.author_label) == ("import", f"Ancien #{imported.pk}", "system:takeover")
    assert not imported.path.exists()
    assert seals.verify().ok


def test_a_second_run_of_the_same_file_changes_nothing() -> None:
    take_over(CLAIRE, TOM)
    before = (Address.unscoped.count(), Person.unscoped.count(), Dossier.unscoped.count(), DossierMember.unscoped.count())
    again = check(upload(csv_file(CLAIRE, TOM)))
    assert outcomes(again) == ["same", "same"]
    again = apply(again)
    assert results(again) == ["done", "done"]
    assert (Address.unscoped.count(), Person.unscoped.count(), Dossier.unscoped.count(), DossierMember.unscoped.count()) == before


def test_a_later_file_changes_what_differs_and_leaves_empty_cells_alone() -> None:
    take_over(CLAIRE)
    later = check(upload(csv_file("17;Dupont;Claire;;;;;Hochstraße;3;4700;Eupen;;;;")))
    line = lines(later).get()
    assert (line.outcome, [(one["field"], one["known"], one["new"]) for one in line.findings]) == (
        "change",
        [("street", "Rue de la Clé 12, 4700 Eupen", "Hochstraße 3, 4700 Eupen")],
    )
    apply(later)
    card = contacts.person_card(WORKER, Person.unscoped.get().pk)
    assert (card.address, card.birth_date) == ("Hochstraße 3, 4700 Eupen", dt.date(1980, 5, 17))


def test_what_a_colleague_entered_stays_unless_told_otherwise() -> None:
    take_over(CLAIRE)
    person = Person.unscoped.get()
    contacts.set_address(actor=WORKER, person=person, street="Am Bach", number="1", postal_code="4700", municipality="Eupen")
    again = check(upload(csv_file(CLAIRE)))
    line = lines(again).get()
    assert line.outcome == "same"
    assert [(one["kind"], one["known"], one["who"]) for one in line.findings] == [("kept", "Am Bach 1, 4700 Eupen", "Amélie Lambrecht")]
    apply(check(again, replace=True))
    assert contacts.person_card(WORKER, person.pk).address == "Rue de la Clé 12, 4700 Eupen"


def test_somebody_known_by_the_same_number_is_completed_not_doubled() -> None:
    person = make_person("Dupont", "Claire", "1980-05-17", national_number=NISS)
    imported = take_over(CLAIRE)
    assert (outcomes(imported), results(imported)) == (["change"], ["done"])
    assert Person.unscoped.get() == person
    assert contacts.person_card(WORKER, person.pk).address == "Rue de la Clé 12, 4700 Eupen"


def test_a_likeness_is_decided_by_a_person() -> None:
    known = make_person("Dupond", "Claire", "1980-05-17")
    imported = check(upload(csv_file("17;Dupont;Claire;17/05/1980;;;;;;;;;;;")))
    line = lines(imported).get()
    assert (line.outcome, line.findings[0]["person"]) == ("duplicate", known.pk)
    left = apply(imported)
    assert results(left) == ["left"]
    assert Person.unscoped.count() == 1
    for choice, persons in (("known", 1), ("new", 2)):
        imported = check(upload(csv_file(f"{choice};Dupont;Claire;17/05/1980;;;;;;;;;;;")))
        services.choose(actor=ADMIN, line=lines(imported).get(), choice=choice)
        assert results(apply(imported)) == ["done"]
        assert Person.unscoped.count() == persons


def test_the_same_person_is_the_one_that_was_shown() -> None:
    """Between the decision and the job somebody who fits better is entered: the line still goes to whom the agent saw."""
    known = make_person("Dupond", "Claire", "1980-05-17")
    imported = check(upload(csv_file("17;Dupont;Claire;17/05/1980;;;;Rue Haute;5;4700;Eupen;;;;")))
    services.choose(actor=ADMIN, line=lines(imported).get(), choice="known")
    nearer = make_person("Dupont", "Claire", "1980-05-17")
    assert results(apply(imported)) == ["done"]
    assert contacts.person_card(WORKER, known.pk).address == "Rue Haute 5, 4700 Eupen"
    assert contacts.person_card(WORKER, nearer.pk).address == ""


def test_twins_of_one_file_are_not_taken_for_one_another() -> None:
    imported = take_over("1;Martin;Louis;01/02/2010;M;;;;;;;;;;", "2;Martin;Louise;01/02/2010;F;;;;;;;;;;")
    assert results(imported) == ["done", "done"]


def test_errors_name_line_column_and_what_to_do() -> None:
    imported = check(
        upload(
            csv_file(
                "1;;Sans nom;;;;;;;;;;;;",
                "2;Date;Fausse;31/02/1980;;;;;;;;;;;",
                "3;Deux;Chiffres;17/05/80;;;;;;;;;;;",
                "4;Faux;Niss;;;80.05.17-001.00;;;;;;;;;",
                "5;Code;Postal;;;;;Rue;1;47;Eupen;;;;",
                "6;Sexe;Inconnu;;z;;;;;;;;;;",
                "1;Double;Clé;;;;;;;;;;;;",
                ";Sans;Clé;;;;;;;;;;;;",
                "9;Futur;Né;01/01/2999;;;;;;;;;;;",
            )
        )
    )
    found = {line.number: (line.outcome, [one["field"] for one in line.findings]) for line in lines(imported).all()}
    assert found == {
        2: ("error", ["family_name"]),
        3: ("error", ["birth_date"]),
        4: ("error", ["birth_date"]),
        5: ("error", ["national_number"]),
        6: ("error", ["postal_code"]),
        7: ("error", ["sex"]),
        8: ("error", ["key"]),
        9: ("error", ["key"]),
        10: ("error", ["birth_date"]),
    }
    assert all(one["problem"] and one["advice"] for line in lines(imported).all() for one in line.findings)
    assert lines(imported).get(number=8).findings[0]["problem"] == "déjà à la ligne 2"
    assert results(apply(imported)) == ["failed"] * 9
    assert not Person.unscoped.exists()


def test_one_bad_line_does_not_stop_the_others() -> None:
    imported = take_over(CLAIRE, "19;Faux;;99/99/1999;;;;;;;;;;;", "20;Peeters;Jan;1990-01-02;H;;néerlandais;;;;;;;;")
    assert results(imported) == ["done", "failed", "done"]
    assert imported.counts == {"outcome": {"create": 2, "error": 1}, "result": {"done": 2, "failed": 1}}


class TestTakingBack:
    def test_what_was_made_is_found_no_more_and_dossiers_are_closed(self) -> None:
        imported = undo(take_over(CLAIRE, TOM), "mauvais fichier")
        assert (imported.state, results(imported), imported.reason) == ("undone", ["undone", "undone"], "mauvais fichier")
        assert not Identifier.unscoped.filter(live=1).exists()
        assert not Address.unscoped.filter(live=1).exists()
        assert not PersonToken.unscoped.exists()
        assert set(PersonIndex.unscoped.values_list("display_name", flat=True)) == {"?"}
        dossier = Dossier.unscoped.get()
        assert (dossier.status, dossier.close_reason) == ("closed", "Reprise annulée : mauvais fichier")
        assert members_at(dossier.pk, clock.today()) == []
        assert contacts.search_persons(actor=WORKER, query="dupont") == []
        assert seals.verify().ok

    def test_after_it_the_same_file_makes_everybody_anew(self) -> None:
        undo(take_over(CLAIRE, TOM))
        again = take_over(CLAIRE, TOM)
        assert (outcomes(again), results(again)) == (["create", "create"], ["done", "done"])

    def test_what_held_before_holds_again(self) -> None:
        person = make_person("Dupont", "Claire", "1980-05-17", national_number=NISS)
        old = contacts.set_address(
            actor=WORKER,
            person=person,
            street="Am Bach",
            number="1",
            postal_code="4700",
            municipality="Eupen",
            valid_from=dt.date(2020, 1, 1),
        )
        imported = take_over(CLAIRE, replace=True)
        assert contacts.person_card(WORKER, person.pk).address == "Rue de la Clé 12, 4700 Eupen"
        assert results(undo(imported)) == ["undone"]
        rows = list(Address.unscoped.filter(person=person, live=1))
        assert [(row.street, row.valid_from, row.valid_to, row.source, row.author_label) for row in rows] == [
            ("Am Bach", old.valid_from, old.valid_to, "agent", "Amélie Lambrecht")
        ]
        assert contacts.search_persons(actor=WORKER, query="dupont")

    def test_a_line_on_which_somebody_built_stays_and_says_so(self) -> None:
        imported = take_over(CLAIRE, "20;Peeters;Jan;1990-01-02;;;;;;;;;;;")
        claire = Person.unscoped.order_by("pk").first()
        contacts.add_point(actor=WORKER, person=claire, kind="phone", value="0470 12 34 56")
        imported = undo(imported)
        assert results(imported) == ["kept", "undone"]
        assert lines(imported).order_by("number").first().message == "Quelque chose a été ajouté à cette personne depuis : elle reste."
        assert contacts.person_card(WORKER, claire.pk).address == "Rue de la Clé 12, 4700 Eupen"
        assert Dossier.unscoped.get().status == "open"

    def test_a_changed_fact_of_a_known_person_stays(self) -> None:
        person = make_person("Dupont", "Claire", "1980-05-17", national_number=NISS)
        imported = take_over(CLAIRE)
        contacts.set_address(actor=WORKER, person=Person.unscoped.get(), street="Am Bach", municipality="Eupen")
        assert results(undo(imported)) == ["kept"]
        assert contacts.person_card(WORKER, person.pk).address == "Am Bach, Eupen"

    def test_members_of_a_dossier_that_stays_stay_with_it(self) -> None:
        from parvis.dossiers.api import record_situation  # the dossier is used, its members are not

        imported = take_over(CLAIRE, TOM)
        record_situation(actor=WORKER, dossier=Dossier.unscoped.get(), kind="housing", label="Logement", valid_from=clock.today())
        assert results(undo(imported)) == ["kept", "kept"]
        assert Dossier.unscoped.get().status == "open"


class TestRules:
    def test_only_an_administrator_takes_over(self) -> None:
        with pytest.raises(NotAllowed):
            services.upload(actor=WORKER, source="Ancien", name="x.csv", data=csv_file(CLAIRE))
        imported = check(upload(csv_file(CLAIRE)))
        with pytest.raises(NotAllowed):
            services.start_apply(actor=WORKER, imported=imported)
        assert not Import.objects.visible_to(WORKER).exists()
        assert not Line.objects.visible_to(WORKER).exists()
        assert not Person.unscoped.exists()

    def test_each_step_only_at_its_stage(self) -> None:
        imported = upload(csv_file(CLAIRE))
        with pytest.raises(NotReady):
            services.start_apply(actor=ADMIN, imported=imported)
        with pytest.raises(NotReady):
            services.start_undo(actor=ADMIN, imported=imported, reason="x")
        imported = apply(check(imported))
        with pytest.raises(NotReady):
            services.start_apply(actor=ADMIN, imported=imported)
        with pytest.raises(NotReady):
            services.discard(actor=ADMIN, imported=imported)
        with pytest.raises(NotReady):
            services.start_undo(actor=ADMIN, imported=imported, reason=" ")
        assert Import.unscoped.get().state == "applied"

    def test_a_discarded_file_leaves_nothing(self, django_capture_on_commit_callbacks: Any) -> None:
        imported = check(upload(csv_file(CLAIRE)))
        with django_capture_on_commit_callbacks(execute=True):
            services.discard(actor=ADMIN, imported=imported)
            assert imported.path.exists()
        assert not imported.path.exists()
        assert not Import.unscoped.exists()
        assert not Line.unscoped.exists()

    def test_a_dry_run_that_was_given_up_can_be_thrown_away_one_under_way_cannot(self) -> None:
        imported = upload(csv_file(CLAIRE))
        services.confirm_columns(actor=ADMIN, imported=imported, mapping=imported.mapping, options={"unit": unit().code})
        with pytest.raises(NotReady):
            services.discard(actor=ADMIN, imported=Import.unscoped.get())
        imported.path.unlink()
        Job.objects.update(attempts=jobs.MAX_ATTEMPTS - 1)
        assert jobs.run_pending() == 0
        stuck = Import.unscoped.get()
        assert (stuck.state, services.given_up(stuck)) == ("checking", True)
        services.discard(actor=ADMIN, imported=stuck)
        assert not Import.unscoped.exists()

    def test_taking_the_report_out_is_a_line_of_the_journal(self) -> None:
        imported = check(upload(csv_file(CLAIRE)))
        services.note_report(actor=ADMIN, imported=imported)
        line = MutationLine.objects.get(verb="takeover.report")
        assert (line.subject_id, line.actor_label) == (imported.pk, "David Kaiser")

    def test_protected_addresses_stay_protected_and_are_not_told(self) -> None:
        head = "Id;Nom;Rue;Commune;Adresse protégée"
        imported = apply(check(upload(csv_file("1;Refuge;Secret 4;Namur;oui", head=head))))
        person = Person.unscoped.get()
        assert contacts.hidden_person_ids([person.pk]) == {person.pk}
        later = check(upload(csv_file("1;Refuge;Ailleurs 5;Liège;", head=head)))
        assert [(one["known"], one["new"]) for one in lines(later).get().findings] == [("protégée", "protégée")]
        apply(later)
        assert contacts.hidden_person_ids([person.pk]) == {person.pk}
        assert lines(imported).get().result == "done"

    def test_a_killed_job_goes_on_where_it_was(self) -> None:
        imported = check(upload(csv_file(*(f"{n};Nom{n};P;;;;;;;;;;;;" for n in range(1, 6)))))
        services.start_apply(actor=ADMIN, imported=imported)
        from parvis.takeover.services import applying

        first = applying.lines_waiting(imported).first()
        line, actor = Line.unscoped.select_related("imported").get(pk=first.pk), applying.worker(imported)
        applying.together(actor, [line], lambda one: applying._apply(actor=actor, line=one, mine=set()))
        jobs.run_pending(raise_errors=True)
        assert results(imported) == ["done"] * 5
        assert Person.unscoped.count() == 5
        assert SourceKey.unscoped.count() == 5
