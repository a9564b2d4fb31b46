"""The pages of the rehearsal, of go-live and of the old system (F12), as the agents see them."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from parvis.aid.api import Entitlement
from parvis.contacts.api import Person
from parvis.dossiers.api import Dossier
from parvis.dossiers.services import custom
from parvis.identity.api import create_account, grant_function
from parvis.kernel.actor import system_actor
from parvis.kernel.models import ReadLine
from parvis.kernel.periods import next_month
from parvis.takeover import services
from parvis.takeover.models import Difference, GoLive, Rehearsal

from . import shapes
from .factories import apply, check, csv_file, results, take_over, unit, upload
from .shapes import PAYER

pytestmark = pytest.mark.django_db


def browser(*functions: str, unit_row: object = None) -> Client:
    boss = system_actor("test")
    name = "-".join(functions)
    account = create_account(actor=boss, username=f"agent.{name}", display_name=f"Agent {name}", email=f"{name}@example.org")
    for function in functions:
        grant_function(actor=boss, account=account, function=function, unit=unit_row)
    client = Client()
    client.force_login(account)
    return client


def rehearsed() -> Rehearsal:
    shapes.persons()
    shapes.rights()
    shapes.payments()
    return services.start_rehearsal(actor=PAYER, source="Ancien", month=shapes.last_month())


def test_from_the_payments_to_the_certificate() -> None:
    shapes.persons()
    shapes.rights(*shapes.corrected())
    shapes.payments()
    payer, releaser = browser("payer"), browser("releaser")
    page = payer.get("/takeover/rehearsals/").content.decode()
    assert "Comparer" in page
    response = payer.post("/takeover/rehearsals/", {"source": "Ancien", "month": f"{shapes.last_month():%Y-%m-%d}"})
    row = Rehearsal.unscoped.get()
    address = f"/takeover/rehearsals/{row.uuid}/"
    assert (response.status_code, response.headers["Location"]) == (303, address)
    page = payer.get(address).content.decode()
    assert "2 différences ne sont pas expliquées" in page
    assert "Personne n’a été repris sous le numéro X9." in page
    assert "Là-bas en plusieurs fois" in page
    assert "Mettre en service" not in page  # that is the releaser's

    refused = releaser.post(f"{address}go-live/", {"first_month": f"{next_month(row.month):%Y-%m}"})
    assert refused.status_code == 422
    assert "2 différences ne sont pas expliquées : rien n’est mis en service." in refused.content.decode()
    assert shapes.waiting() == 7
    assert releaser.post(f"{address}explain/", {"pick": [1], "words": "des mots assez longs"}).status_code == 404

    picks = list(Difference.unscoped.filter(state="open").values_list("pk", flat=True))
    short = payer.post(f"{address}explain/", {"pick": picks, "words": "oui"})
    assert short.status_code == 422
    assert f'value="{picks[0]}" checked' in short.content.decode()
    assert payer.post(f"{address}explain/", {"pick": picks, "words": "Vu au dossier papier, signé le 3."}).status_code == 303
    assert "Vu au dossier papier" in payer.get(f"{address}?state=explained").content.decode()
    live = releaser.post(f"{address}go-live/", {"first_month": f"{next_month(row.month):%Y-%m}"})
    assert (live.status_code, live.headers["Location"]) == (303, f"{address}certificate/")
    sheet = releaser.get(f"{address}certificate/").content.decode()
    signed = GoLive.unscoped.get()
    assert "Agent releaser" in sheet
    assert "Vu au dossier papier" in sheet
    assert signed.sha256 in sheet
    assert shapes.waiting() == 0
    right = Entitlement.unscoped.get(beneficiary_name="Awa Diallo")
    card = browser("chief", unit_row=unit()).get(reverse("aid:entitlement", args=[right.uuid])).content.decode()
    assert "avance énergie" in card
    assert "Aucune décision du registre de ce centre ne le fonde." in card


def test_lists_cost_the_same_however_long(django_assert_max_num_queries: object) -> None:
    row = rehearsed()
    client = browser("payer")
    with django_assert_max_num_queries(25):
        client.get(f"/takeover/rehearsals/{row.uuid}/")
    page = client.get(f"/takeover/rehearsals/{row.uuid}/?state=open&kind=account").content.decode()
    assert page.count("data-row") == 1


def test_who_has_nothing_to_do_with_payments_finds_nothing() -> None:
    row = rehearsed()
    worker = browser("social_worker")
    for path in ("", f"{row.uuid}/", f"{row.uuid}/certificate/"):
        assert worker.get(f"/takeover/rehearsals/{path}").status_code == 404
    for path in ("compare", "explain", "go-live"):
        assert worker.post(f"/takeover/rehearsals/{row.uuid}/{path}/").status_code == 404
    assert Rehearsal.unscoped.get().round == 1


class TestTheOldSystem:
    def test_a_dossier_and_its_people_are_read_as_they_came(self) -> None:
        shapes.persons()
        shapes.rights(*shapes.corrected())
        shapes.payments()
        chief = browser("chief", unit_row=unit())
        dossier = Dossier.unscoped.get(lead=Person.unscoped.get(pk=Entitlement.unscoped.get(beneficiary_name="Awa Diallo").beneficiary_id))
        page = chief.get("/takeover/old/?q=DD").content.decode()
        assert f"/takeover/old/dossiers/{dossier.uuid}/" in page
        page = chief.get(f"/takeover/old/dossiers/{dossier.uuid}/").content.decode()
        assert "<dt>Retenue</dt><dd>100,00</dd>" in page  # as written in the file, in two files
        assert "<dt>Guichet</dt><dd>caisse 1</dd>" in page  # a column without a meaning here
        assert "<dt>Rue</dt><dd>Rue de la Clé</dd>" in page
        assert ReadLine.objects.filter(subject_type="dossier", subject_id=dossier.pk).exists()

    def test_somebody_else_s_dossier_is_not_found(self) -> None:
        shapes.persons()
        other = browser("social_worker", unit_row=unit("AUTRE"))
        dossier = Dossier.unscoped.first()
        assert dossier is not None
        assert other.get(f"/takeover/old/dossiers/{dossier.uuid}/").status_code == 404
        assert f"/takeover/old/dossiers/{dossier.uuid}/" not in other.get("/takeover/old/?q=D").content.decode()

    def test_a_protected_address_is_not_told(self) -> None:
        head = "Id;Nom;Rue;Commune;Adresse protégée;No dossier;Remarque"
        from parvis.takeover.models import Import

        from .factories import apply, check, upload

        imported = upload(csv_file("1;Refuge;Secret 4;Namur;oui;D9;habite Secret 4", head=head))
        apply(check(Import.unscoped.get(pk=imported.pk), keep=True))
        dossier = Dossier.unscoped.get()
        page = browser("chief", unit_row=unit()).get(f"/takeover/old/dossiers/{dossier.uuid}/").content.decode()
        assert "Refuge" in page
        assert "Secret" not in page
        assert "L’adresse est protégée" in page

    def test_the_number_of_the_old_system_is_found_by_the_search(self) -> None:
        take_over("K-4711;Dupont;Claire;17/05/1980;F;;fr;Rue;12;4700;Eupen;;;D-4711;demandeur")
        from parvis.takeover.search import search_old
        from tests.support import actor

        hits = search_old(actor("chief"), "D-4711", 5)
        assert [hit.title for hit in hits] == ["D-4711 · Claire Dupont"]
        assert search_old(actor("chief"), "Dupont", 5) == []

    def test_rights_and_payments_are_read_of_those_in_the_reader_s_dossiers(self) -> None:
        """Everybody who keeps persons finds this one; what is paid to her is a matter of who follows her."""
        shapes.persons()
        shapes.rights(*shapes.corrected())
        shapes.payments()
        person = Person.unscoped.get(pk=Entitlement.unscoped.get(beneficiary_name="Awa Diallo").beneficiary_id)
        address = f"/takeover/old/persons/{person.uuid}/"
        page = browser("chief", unit_row=unit()).get(address).content.decode()
        assert "Rue de la Clé" in page and page.count("<dd>100,00</dd>") == 2
        page = browser("social_worker", unit_row=unit("AUTRE")).get(address).content.decode()
        assert "Rue de la Clé" in page
        for told in ("100,00", "1.314,20", "avance énergie", shapes.DEBTOR):
            assert told not in page

    def test_a_cell_is_read_by_those_to_whom_its_class_of_data_is_open(self) -> None:
        general = custom.general_kind(actor=system_actor("test"))
        custom.add_section(actor=system_actor("test"), kind=general, title={"en": "Care"}, group="other")
        label = {"fr": "Traitement", "en": "Treatment"}
        custom.add_field(actor=system_actor("test"), kind=general, section="care", label=label, type="text", data_class="health")
        head = "Id;Nom;NISS;Commune;No dossier;Rôle dossier;Traitement;Titre de séjour;Remarque"
        line = "1;Ouverte;85.07.30-033.28;Namur;D9;demandeur;insuline;Carte A;sort de prison"
        imported = apply(check(upload(csv_file(line, head=head)), keep=True))
        assert results(imported) == ["done"] and imported.mapping["Traitement"] == "own.treatment"
        dossier = Dossier.unscoped.get()
        address = f"/takeover/old/dossiers/{dossier.uuid}/"
        page = browser("chief", unit_row=unit()).get(address).content.decode()
        assert all(told in page for told in ("Ouverte", "insuline", "Carte A", "sort de prison", "85.07.30-033.28"))
        page = browser("auditor").get(address).content.decode()
        assert all(told in page for told in ("Ouverte", "Carte A", "85.07.30-•••.••", "Quelque chose est laissé de côté ici"))
        assert not any(told in page for told in ("insuline", "sort de prison", "033.28"))
        page = browser("clerk", unit_row=unit()).get(address).content.decode()
        assert "85.07.30-033.28" in page and not any(told in page for told in ("insuline", "sort de prison", "Carte A"))
