"""Lists over many files and pages of one file on a past day (E20): acts, contacts with a partner, an entry, objectives, urgent marks, who was there."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from parvis.contacts import services as contacts
from parvis.contacts.api import name_person
from parvis.dossiers import services as dossiers
from parvis.journal import services as journal
from parvis.journal.models import UrgencySeen
from parvis.kernel import clock
from parvis.kernel.subject import SubjectRef
from tests.architecture.test_query_counts import MOST
from tests.contacts.factories import WORKER, make_person
from tests.dossiers.factories import make_centre, make_dossier

from .test_lists import plain
from .test_reading import look, noon

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(client: Client) -> SimpleNamespace:
    """On 2 March a call with a landlord (15 min.); on 20 one of the 5th is written (30 min.) and corrects the first; in June a visit (60 min.).
    In April client and landlord take other names."""
    s = SimpleNamespace()
    with clock.travel(noon(2026, 3, 2)):
        s.centre = make_centre()
        s.lead = make_person("Müller", "Greta", "1980-05-17")
        s.dossier = make_dossier(s.centre, s.lead)
        s.landlord = contacts.create_organisation(actor=WORKER, name="Immo Vallée", kinds=("landlord",))
        s.partner = SubjectRef("organisation", s.landlord.pk)
        s.first = write(s, "call", "Premier appel", 15)
        s.goal = write(s, "objective", "Trouver un logement")
        s.mark = journal.raise_urgent(
            actor=s.centre.actor("worker"), dossier=s.dossier, reason="Coupure du gaz", last_on=dt.date(2026, 3, 9)
        )
    with clock.travel(noon(2026, 3, 4)):
        journal.objective_is(actor=s.centre.actor("worker"), entry=s.goal, state="open", note="Trois visites prévues")
        journal.see_urgent(actor=s.centre.actor("chief"), marks=[s.mark])
    with clock.travel(noon(2026, 3, 20)):
        s.second = write(s, "call", "Second appel", 30, happened_at=noon(2026, 3, 5), corrects=s.first)
        journal.objective_is(actor=s.centre.actor("worker"), entry=s.goal, state="reached", note="Bail signé")
    with clock.travel(noon(2026, 4, 2)):
        s.landlord.refresh_from_db()
        contacts.name_organisation(actor=WORKER, organisation=s.landlord, name="Habitat Meuse", valid_from=dt.date(2026, 4, 1))
        s.lead.refresh_from_db()
        name_person(actor=WORKER, person=s.lead, family_name="Schmidt", given_names="Greta", valid_from=dt.date(2026, 4, 1))
    with clock.travel(noon(2026, 6, 2)):
        s.third = write(s, "visit", "Visite de juin", 60)
    return s


def write(s: SimpleNamespace, kind: str, text: str, minutes: int | None = None, **more: object) -> object:
    partner = {"partner": s.partner} if minutes else {}
    return journal.add_entry(actor=s.centre.actor("worker"), dossier=s.dossier, kind=kind, text=text, minutes=minutes, **partner, **more)


def asked(client: Client, url: str) -> int:
    """What a page asks of the database, as the record of queries counts it."""
    with CaptureQueriesContext(connection) as seen:
        client.get(url)
    return sum(1 for query in seen.captured_queries if not query["sql"].startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")))


def table(page: str) -> str:
    return page.split("<tbody>")[-1].split("</tbody>")[0]


def test_acts_and_contacts_over_many_files_stop_at_the_day_under_the_names_of_then(client: Client, told: SimpleNamespace) -> None:
    acts = f"/journal/acts/?agent={told.centre.worker.pk}"
    partner = reverse("journal:with", args=["organisation", told.landlord.uuid])
    with clock.travel(noon(2026, 9, 1)):
        client.force_login(told.centre.chief)
        today = plain(client.get(partner))
        assert table(today).count("<tr") == 3 and "Habitat Meuse" in today and "Schmidt" in table(today)
        for known, calls, minutes in (("then", 1, "15"), ("now", 2, "45")):
            look(client, "2026-03-10", known)
            for url in (acts, partner):
                page = plain(client.get(url))
                assert asked(client, url) <= MOST, url
                rows = table(page)
                assert (rows.count("Appel"), "Visite" in rows, "Schmidt" in page, "Habitat" in page) == (calls, False, False, False), (
                    known,
                    url,
                )
                assert "Greta Müller" in rows and "Immo Vallée" in page
                assert minutes in page.split("<tbody>")[0], (known, url)  # the sums are those of the list
        # As a file: the same rows, the same names.
        exported = client.get(f"{partner}?export=csv")
        if exported.status_code == 200:
            text = b"".join(exported) if exported.streaming else exported.content
            assert "Immo Vallée" in text.decode() and "Habitat" not in text.decode()
        look(client, "2025-12-31")
        assert "Premier appel" not in plain(client.get(acts)) and "<tbody>" not in plain(client.get(partner))
        client.force_login(told.centre.stranger)
        look(client, "2026-03-10")
        assert "Müller" not in plain(client.get(partner))


def test_an_entry_is_there_from_its_day_with_the_corrections_of_then(client: Client, told: SimpleNamespace) -> None:
    first, third = (reverse("journal:entry", args=[one.uuid]) for one in (told.first, told.third))
    with clock.travel(noon(2026, 9, 1)):
        client.force_login(told.centre.worker)
        assert "Corrigée" in plain(client.get(first)) or "Corrections" in plain(client.get(first))
        look(client, "2026-03-10")
        page = plain(client.get(first))
        assert "Premier appel" in page and "Corrections" not in page and "Immo Vallée" in page and "Greta Müller" in page
        assert "n’existait pas encore" in plain(client.get(third)) and "Visite de juin" not in plain(client.get(third))
        look(client, "2026-03-10", "now")
        assert "Corrections" in plain(client.get(first))


def test_objectives_and_urgent_marks_are_those_of_the_day(client: Client, told: SimpleNamespace) -> None:
    goals = reverse("journal:objectives", args=[told.dossier.uuid])
    with clock.travel(noon(2026, 9, 1)):
        client.force_login(told.centre.chief)
        seen = UrgencySeen.unscoped.count()
        look(client, "2026-03-05")
        page = plain(client.get(goals))
        assert "Trois visites prévues" in page and "Bail signé" not in page and "<form" not in page
        urgent = plain(client.get("/journal/urgent/"))
        assert "Coupure du gaz" in urgent and "Greta Müller" in urgent and "J-4" in urgent and "/urgent/" not in urgent.split("<ul")[1]
        look(client, "2026-03-25")
        assert "Bail signé" in plain(client.get(goals))
        assert "Rien n’était urgent ce jour-là" in plain(client.get("/journal/urgent/"))
        look(client, "2026-03-01")
        assert "Trouver un logement" not in plain(client.get(goals))
        assert UrgencySeen.unscoped.count() == seen  # who looks at the past did not see it then


def test_members_interventions_and_changes_are_those_of_the_day(client: Client, told: SimpleNamespace) -> None:
    worker = told.centre.actor("worker")
    with clock.travel(noon(2026, 5, 4)):
        told.dossier.refresh_from_db()
        dossiers.add_member(actor=worker, dossier=told.dossier, person=make_person("Petit", "Léo", "2012-01-01"), role="child")
        told.dossier.refresh_from_db()
        row = dossiers.record_intervention(actor=worker, dossier=told.dossier, role="budget", service="Maison du budget")
    with clock.travel(noon(2026, 7, 1)):
        row.refresh_from_db()
        dossiers.end_intervention(actor=worker, row=row, on=dt.date(2026, 7, 1))
    members, acting, changes = (reverse(f"dossiers:{name}", args=[told.dossier.uuid]) for name in ("members", "interventions", "changes"))
    with clock.travel(noon(2026, 9, 1)):
        client.force_login(told.centre.worker)
        assert "Léo Petit" in plain(client.get("/persons/")) and "Greta Schmidt" in plain(client.get("/persons/"))
        look(client, "2026-03-15")
        page = plain(client.get("/persons/"))
        assert "Greta Müller" in page and "aujourd’hui Greta Schmidt" in page and "Léo" not in page
        assert ("17/05/1980" in page, "Service NORD" in page, told.dossier.number in page) == (True, True, True)
        assert asked(client, "/persons/") <= MOST
        look(client, "2026-03-01")
        assert "Personne ce jour-là" in plain(client.get("/persons/"))
        look(client, "2026-04-15")
        assert "Léo" not in plain(client.get(members)) and "Maison du budget" not in plain(client.get(acting))
        look(client, "2026-05-15")
        page = plain(client.get(members))
        assert "Léo Petit" in plain(client.get("/persons/"))
        assert "Léo Petit" in page and "<form" not in page and "/members/end/" not in page
        page = plain(client.get(acting))
        assert "Maison du budget" in page.split('id="h-now"')[1] and 'id="h-past"' not in page and "<form" not in page
        page = plain(client.get(f"{changes}?since=2026-05-01"))
        assert asked(client, f"{changes}?since=2026-05-01") <= MOST
        assert "Léo" in page and "Visite de juin" not in page and "15 mai 2026" in page
        look(client, "2026-07-02")
        assert "Maison du budget" in plain(client.get(acting)).split('id="h-past"')[1]
        page = plain(client.get(f"{changes}?since=2026-05-01"))
        assert "Visite" in page
