"""Appointments in the one search: where the words mean an appointment or a day, by right, with why; a name alone asks nothing more (A17)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from parvis.agenda import services
from parvis.agenda.models import Appointment
from parvis.agenda.search import meant, search_meetings
from parvis.desk import finding
from parvis.kernel import clock
from tests.contacts.factories import make_person
from tests.dossiers.factories import make_centre, make_dossier
from tests.identity.factories import an_account, as_actor

from .factories import MONDAY, booked, march

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 3, 16)


@pytest.mark.parametrize(
    ("query", "named", "day", "words"),
    [
        ("rdv Nzeyimana", True, None, ("nzeyimana",)),
        ("Rendez-vous de demain", True, dt.date(2026, 3, 17), ("de",)),
        ("afspraak 18/03", True, dt.date(2026, 3, 18), ()),
        ("Termin übermorgen Müller", True, dt.date(2026, 3, 18), ("mueller",)),
        ("18 mars", False, dt.date(2026, 3, 18), ()),
        ("5 janvier 2027", False, dt.date(2027, 1, 5), ()),
        ("2026-03-20 bilan", False, dt.date(2026, 3, 20), ("bilan",)),
        ("1er avril", False, dt.date(2026, 4, 1), ()),
    ],
)
def test_words_that_mean_an_appointment_or_a_day(query, named, day, words) -> None:
    found = meant(query, TODAY)
    assert found is not None and (found.named, found.day) == (named, day)
    assert tuple(found.words) in (words, tuple(word.replace("ue", "u") for word in words))


@pytest.mark.parametrize(
    "query",
    [
        "Nzeyimana",
        "14/08/1987",
        "85.07.30-033.28",
        "01.02.12-033.28",
        "2026-00417",
        "0470/12.34.56",
        "BE68 5390 0754 7034",
        "31/02",
        "muler 80",
    ],
)
def test_what_means_none_asks_the_database_nothing(query) -> None:
    actor = make_centre().actor("worker")
    with clock.travel(MONDAY), CaptureQueriesContext(connection) as seen:
        assert search_meetings(actor, query, 10) == []
    assert len(seen) == 0


def test_by_name_by_day_by_words_with_why_and_within_the_rights_of_the_reader() -> None:
    centre = make_centre()
    with clock.travel(MONDAY), translation.override("fr"):
        dossier = make_dossier(centre)
        other = make_dossier(centre, make_person("Un", "Léa", "1990-01-01"))
        first = booked(centre, dossier, march(18))
        second = booked(centre, other, march(18), at="14:00", text="Visite du logement", agents=[centre.colleague.pk])
        off = booked(centre, dossier, march(19))
        services.cancel(actor=centre.actor("worker"), appointment=off, reason="Reporté")
        worker = centre.actor("worker")

        def found(query: str, who: str = "worker") -> list[tuple[int, str]]:
            hits = search_meetings(centre.actor(who), query, 10)
            return [(Appointment.unscoped.get(uuid=hit.url.split("/")[2]).pk, hit.why) for hit in hits]

        assert found("rdv nzeyimana") == [(first.pk, "rendez-vous d’un dossier trouvé")]
        assert found("18/03") == [(first.pk, "ce jour-là"), (second.pk, "ce jour-là")]
        assert found("rdv") == [(first.pk, "vos prochains rendez-vous")]
        assert found("rdv logement") == [(second.pk, "mots du rendez-vous : logement")]
        (hit,) = search_meetings(worker, "rdv nzeyimana", 10)
        assert dossier.number in hit.title and "Bilan du projet" in hit.subtitle and "Amélie Lambrecht" in hit.subtitle
        # Another service, and who reads no appointments, find nothing of it; nor do the words of another class of data.
        assert found("rdv nzeyimana", "stranger") == found("18/03", "stranger") == []
        assert "appointments" not in {group.key for group in finding.search(centre.actor("payer"), "18/03", 10)}
        nurse = as_actor(an_account("nurse", unit=centre.north, name="Inf"))
        assert search_meetings(nurse, "rdv logement", 10) == []
        (hit,) = search_meetings(nurse, "rdv léa", 10)
        assert "logement" not in hit.subtitle
        reader = Client()
        reader.force_login(centre.worker)
        for query in ("rdv nzeyimana", "18/03", "rdv logement", "nzeyimana 18/03"):
            reader.get("/search/", {"q": query})
            with CaptureQueriesContext(connection) as seen:
                page = reader.get("/search/", {"q": query})
            assert page.status_code == 200 and len(seen) <= 25, (query, len(seen))
