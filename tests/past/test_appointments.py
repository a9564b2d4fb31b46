"""Appointments on a past day (E20): hour, state, words and colleagues of then; what was not kept is said."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from parvis.agenda import services
from parvis.agenda.models import Appointment
from parvis.agenda.services._common import record
from parvis.journal.api import add_entry
from parvis.kernel import clock
from parvis.kernel.gestures import gesture_scope
from tests.agenda.factories import booked, march
from tests.contacts.factories import make_person
from tests.dossiers.factories import make_centre, make_dossier

from .test_lists import plain
from .test_reading import look, noon

pytestmark = pytest.mark.django_db


def test_appointments_are_those_of_the_day(client: Client) -> None:
    """Booked on 2 March for 18 at ten, other words on 5, moved to 20 at two on 9, cancelled on 12."""
    with clock.travel(noon(2026, 3, 2)):
        centre = make_centre()
        dossier = make_dossier(centre, make_person("Müller", "Greta", "1980-05-17"))
        row = booked(centre, dossier)
    worker = centre.actor("worker")
    with clock.travel(noon(2026, 3, 5)):
        both = [centre.worker.pk, centre.colleague.pk]
        services.change(actor=worker, appointment=row, text="Loyer impayé", agents=both, on_portal=True)
    with clock.travel(noon(2026, 3, 9)):
        services.move(actor=worker, appointment=row, day=march(20), at=dt.time(14), minutes=30, place="phone")
    with clock.travel(noon(2026, 3, 12)):
        services.cancel(actor=worker, appointment=row, reason="Malade")
    of, one = reverse("agenda:of", args=["dossier", dossier.pk]), reverse("agenda:appointment", args=[row.uuid])
    with clock.travel(noon(2026, 9, 1)):
        client.force_login(centre.worker)
        for day, words, not_words in (
            ("2026-03-03", ("18", "10:00", "Bilan du projet"), ("Loyer impayé", "14:00", "Sami Aerts", "Malade")),
            ("2026-03-06", ("18", "10:00", "Loyer impayé", "Sami Aerts"), ("Bilan du projet", "14:00", "Malade", "Téléphone")),
            ("2026-03-10", ("20", "14:00", "Loyer impayé"), ("10:00", "Malade", "non conservé")),
            ("2026-03-13", ("20", "14:00", "Malade"), ("non conservé",)),
        ):
            look(client, day)
            page = plain(client.get(of))
            assert ([word in page for word in words], [word in page for word in not_words]) == (
                [True] * len(words),
                [False] * len(not_words),
            ), day
            assert "<form" not in page and "appointments/add" not in page
            assert "<form" not in plain(client.get(one))
        look(client, "2026-03-06")
        # The move of 9 March kept the place and the length that it left.
        assert all("Au centre" in plain(client.get(page)) for page in (of, one)) and "non conservé" not in plain(client.get(of))
        assert "10:00 – 10:45" in plain(client.get(one)).replace("\u2009", " ")
        assert "Loyer impayé" in plain(client.get(reverse("dossiers:state", args=[dossier.uuid])))
        assert 'id="appointments"' in client.get(reverse("dossiers:detail", args=[dossier.uuid])).content.decode()
        look(client, "2026-03-01")
        assert "Bilan du projet" not in plain(client.get(of))
        assert "n’était pas encore fixé" in plain(client.get(one))


def test_a_move_of_before_the_place_was_kept_says_so(client: Client) -> None:
    """Its line in the journal holds the new place alone."""
    with clock.travel(noon(2026, 3, 2)):
        centre = make_centre()
        dossier = make_dossier(centre, make_person("Müller", "Greta", "1980-05-17"))
        row = booked(centre, dossier)
    with clock.travel(noon(2026, 3, 9)), gesture_scope():
        Appointment.unscoped.filter(pk=row.pk).update(place="phone", room="")
        record(centre.actor("worker"), "agenda.moved", row, {"ends_at": row.ends_at, "place": "phone", "room": ""})
    with clock.travel(noon(2026, 9, 1)):
        client.force_login(centre.worker)
        for day, said, place in (("2026-03-06", True, False), ("2026-03-10", False, True)):
            look(client, day)
            page = plain(client.get(reverse("agenda:appointment", args=[row.uuid])))
            assert ("non conservé" in page, "Par téléphone" in page) == (said, place), day


def test_reports_of_a_file_stop_at_the_day(client: Client) -> None:
    """A note of 2 March, one of 5 March that was written on 20, one of June."""
    with clock.travel(noon(2026, 3, 2)):
        centre = make_centre()
        dossier = make_dossier(centre, make_person("Müller", "Greta", "1980-05-17"))
        add_entry(actor=centre.actor("worker"), dossier=dossier, kind="note", text="Visite de mars")
    with clock.travel(noon(2026, 3, 20)):
        add_entry(actor=centre.actor("worker"), dossier=dossier, kind="note", text="Écrite plus tard", happened_at=noon(2026, 3, 5))
    with clock.travel(noon(2026, 6, 2)):
        add_entry(actor=centre.actor("worker"), dossier=dossier, kind="note", text="Visite de juin")
    pages = [reverse(f"journal:{name}", args=[dossier.uuid]) for name in ("acts", "chronology")]
    texts = ("Visite de mars", "Écrite plus tard", "Visite de juin")
    with clock.travel(noon(2026, 9, 1)):
        client.force_login(centre.worker)
        for known, shown in (("then", [True, False, False]), ("now", [True, True, False])):
            look(client, "2026-03-10", known)
            assert [[text in plain(client.get(url)) for text in texts] for url in pages] == [shown, shown], known
        assert client.get(f"{pages[1]}?as=pdf").content.startswith(b"%PDF")
        client.post("/past/end/")
        assert [[text in plain(client.get(url)) for text in texts] for url in pages] == [[True] * 3] * 2
