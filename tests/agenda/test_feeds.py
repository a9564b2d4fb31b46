"""The address of a calendar: it opens in another program, says no names unless asked, follows the rights of its agent, and ends at once."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from parvis.agenda import services
from parvis.agenda.errors import AppointmentRefused
from parvis.agenda.models import CalendarFeed
from parvis.dossiers.models import Dossier
from parvis.kernel import clock
from parvis.kernel.errors import NotAllowed
from parvis.kernel.models import MutationLine
from tests.dossiers.factories import make_centre, make_dossier

from .factories import MONDAY, booked, march

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def monday():
    with clock.travel(MONDAY):
        yield


@pytest.fixture
def centre():
    return make_centre()


@pytest.fixture
def dossier(centre):
    return make_dossier(centre)


def unfolded(secret: str) -> str:
    answer = Client().get(f"/calendar/{secret}.ics")
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    return answer.content.decode().replace("\r\n ", "")


def test_another_calendar_reads_it_without_signing_in_and_finds_no_name(centre, dossier) -> None:
    row = booked(centre, dossier, text="Violence conjugale", room="Salle 2")
    booked(centre, dossier, at="14:00", agents=[centre.colleague.pk])
    feed, secret = services.make_feed(actor=centre.actor("worker"), name="Téléphone")
    text = unfolded(secret)
    assert text.count("BEGIN:VEVENT") == 1
    assert f"UID:{row.uuid}@testserver" in text and "DTSTART:20260318T090000Z" in text and "DTEND:20260318T094500Z" in text
    assert f"SUMMARY:Au centre · {dossier.number}" in text and "LOCATION:Salle 2" in text and "SEQUENCE:0" in text
    assert "Nzeyimana" not in text and "Violence" not in text and centre.worker.display_name not in text
    feed.refresh_from_db()
    assert feed.digest != secret and secret not in str(CalendarFeed.unscoped.values())
    unfolded(secret)
    assert MutationLine.objects.filter(verb="agenda.feed_read").count() == 1  # once a day


def test_names_when_the_agent_says_so_and_a_moved_one_replaces_itself(centre, dossier) -> None:
    row = booked(centre, dossier)
    _feed, secret = services.make_feed(actor=centre.actor("worker"), name="Téléphone", with_names=True)
    services.move(actor=centre.actor("worker"), appointment=row, day=march(30), at=dt.time(10), minutes=45)
    text = unfolded(secret)
    assert "Nzeyimana" in text and f"UID:{row.uuid}@" in text and "DTSTART:20260330T080000Z" in text and "SEQUENCE:1" in text
    services.cancel(actor=centre.actor("worker"), appointment=row, reason="Grève")
    assert "BEGIN:VEVENT" not in unfolded(secret)


def test_what_the_agent_no_longer_sees_is_only_occupied(centre, dossier) -> None:
    booked(centre, dossier, agents=[centre.colleague.pk])
    _feed, secret = services.make_feed(actor=centre.actor("colleague"), name="Téléphone", with_names=True)
    Dossier.unscoped.filter(pk=dossier.pk).update(unit=centre.south)
    text = unfolded(secret)
    assert "SUMMARY:occupé" in text and dossier.number not in text and "Nzeyimana" not in text and "URL:" not in text


def test_an_ended_address_an_unknown_one_and_a_closed_account_open_nothing(centre, dossier) -> None:
    feed, secret = services.make_feed(actor=centre.actor("worker"), name="Téléphone")
    with pytest.raises(NotAllowed):
        services.end_feed(actor=centre.actor("colleague"), feed=feed)
    assert Client().get(f"/calendar/{secret}.ics").status_code == 200
    services.end_feed(actor=centre.actor("worker"), feed=feed)
    assert Client().get(f"/calendar/{secret}.ics").status_code == 404
    assert Client().get("/calendar/unknown.ics").status_code == 404
    _other, second = services.make_feed(actor=centre.actor("worker"), name="Portable")
    type(centre.worker).objects.filter(pk=centre.worker.pk).update(is_active=False)
    assert Client().get(f"/calendar/{second}.ics").status_code == 404


def test_five_at_most_and_one_name_each(centre) -> None:
    for number in range(5):
        services.make_feed(actor=centre.actor("worker"), name=f"Appareil {number}")
    for name, code in (("Sixième", "most"), (" ", "name")):
        with pytest.raises(AppointmentRefused) as refused:
            services.make_feed(actor=centre.actor("worker"), name=name)
        assert refused.value.code == code
    assert CalendarFeed.unscoped.count() == 5


def test_the_page_shows_an_address_once_and_only_ones_own(centre) -> None:
    client = Client()
    client.force_login(centre.worker)
    shown = client.post("/appointments/addresses/", {"name": "Téléphone"})
    page = shown.content.decode()
    assert shown.status_code == 201 and "/calendar/" in page
    secret = page.split("/calendar/")[1].split(".ics")[0]
    assert secret not in client.get("/appointments/addresses/").content.decode()
    other = Client()
    other.force_login(centre.colleague)
    assert "Téléphone" not in other.get("/appointments/addresses/").content.decode()
    feed = CalendarFeed.unscoped.get()
    assert other.post(f"/appointments/addresses/{feed.uuid}/end/").status_code == 404
    assert client.post(f"/appointments/addresses/{feed.uuid}/end/").status_code == 303
    feed.refresh_from_db()
    assert feed.ended_at == clock.now()
