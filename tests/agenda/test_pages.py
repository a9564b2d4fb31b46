"""Pages of appointments: the panel of the file, few keys, what stands in the way, who is refused."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from parvis.agenda.models import Appointment
from parvis.contacts.api import hide_address, set_address
from parvis.dossiers.models import Dossier
from parvis.journal.models import Action, Entry
from parvis.kernel import clock
from tests.contacts.factories import WORKER as PERSON_EDITOR
from tests.contacts.factories import make_person
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


def as_(account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def add_url(dossier) -> str:
    return f"/appointments/add/dossier/{dossier.pk}/"


def answers(centre, **more) -> dict[str, object]:
    given = {"text": "Bilan", "day": "2026-03-18", "at": "10:00", "minutes": "30", "place": "office", "agents": [str(centre.worker.pk)]}
    return {**given, "room": "Salle 2", "person": "", "repeat": "", "until": "", "on_portal": "on", **more}


PART = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "appointments"}


def test_the_file_has_a_link_that_becomes_the_next_and_the_latest_ones(centre, dossier) -> None:
    booked(centre, dossier, march(18), text="Budget", room="Salle 2")
    client = as_(centre.worker)
    page = client.get(f"/dossiers/{dossier.uuid}/").content.decode()
    of = f"/appointments/of/dossier/{dossier.pk}/"
    assert f'hx-get="{of}"' in page and "Budget" not in page
    part = client.get(of, **PART).content.decode()
    assert part.lstrip().startswith("<section") and "mercredi 18 mars" in part and "Au centre, Salle 2" in part and "Budget" in part
    assert "Amélie Lambrecht" in part
    # Where no script runs, the link opens the whole page.
    assert "Budget" in client.get(of).content.decode()


def test_words_are_for_who_may_read_their_class_of_data(centre, dossier) -> None:
    row = booked(centre, dossier, text="Violence dans le couple")
    for name, seen in (("colleague", True), ("auditor", True), ("clerk", False)):
        page = as_(getattr(centre, name)).get(f"/appointments/{row.uuid}/")
        assert page.status_code == 200
        assert ("Violence" in page.content.decode()) is seen, name
    for name in ("stranger", "payer", "member", "administrator"):
        assert as_(getattr(centre, name)).get(f"/appointments/{row.uuid}/").status_code == 404
        assert as_(getattr(centre, name)).get(f"/appointments/of/dossier/{dossier.pk}/").status_code == 404


def test_booking_by_the_form_of_the_file(centre, dossier) -> None:
    client = as_(centre.worker)
    drawer = client.get(f"/dossiers/{dossier.uuid}/?add=appointment").content.decode()
    assert f'action="{add_url(dossier)}"' in drawer and 'name="on_portal" ' in drawer and "checked" in drawer
    answer = client.post(add_url(dossier), answers(centre))
    row = Appointment.unscoped.get()
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/appointments/{row.uuid}/")
    assert (row.day, row.minutes, row.room, row.on_portal) == (march(18), 30, "Salle 2", True)


def test_what_stands_in_the_way_is_told_and_one_more_key_books_it(centre, dossier) -> None:
    booked(centre, dossier)
    client = as_(centre.worker)
    told = client.post(add_url(dossier), answers(centre))
    page = told.content.decode()
    assert told.status_code == 409 and "Amélie Lambrecht n’est pas libre de 10:00 à 10:45" in page and "Fixer quand même" in page
    assert 'value="Bilan"' in page and Appointment.unscoped.count() == 1
    mark = page.split('name="accepted" value="')[1].split('"')[0]
    assert client.post(add_url(dossier), answers(centre, accepted=mark)).status_code == 303
    assert Appointment.unscoped.count() == 2


def test_wrong_answers_come_back_and_nothing_is_booked(centre, dossier) -> None:
    client = as_(centre.worker)
    for more, words in (
        ({"at": "25:00"}, "Écrivez-la comme 14:30"),
        ({"agents": []}, "Choisissez qui sera là"),
        ({"day": "2026-03-01"}, "Cette heure est passée"),
    ):
        answer = client.post(add_url(dossier), answers(centre, **more))
        assert answer.status_code == 422 and words in answer.content.decode()
    assert Appointment.unscoped.count() == 0


def test_a_protected_household_is_not_shown_outside_unless_somebody_says_so(centre, dossier) -> None:
    set_address(actor=PERSON_EDITOR, person=dossier.lead, street="Rue Haute", number="7", postal_code="4999", municipality="Valmont")
    hide_address(actor=PERSON_EDITOR, person=dossier.lead)
    page = as_(centre.worker).get(add_url(dossier)).content.decode()
    box = page.split('name="on_portal"')[1].split(">")[0]
    assert "checked" not in box


def test_from_the_calendar_a_day_comes_along(centre, dossier) -> None:
    client = as_(centre.worker)
    page = client.get("/appointments/new/?on=2026-03-19&q=nzeyi").content.decode()
    assert f"{add_url(dossier)}?on=2026-03-19" in page
    assert 'value="2026-03-19"' in client.get(f"{add_url(dossier)}?on=2026-03-19").content.decode()
    assert "Nzeyimana" not in as_(centre.stranger).get("/appointments/new/?q=nzeyi").content.decode()


def test_moving_and_cancelling_by_their_pages(centre, dossier) -> None:
    row = booked(centre, dossier)
    client = as_(centre.worker)
    moved = {"day": "2026-03-20", "at": "14:00", "minutes": "45", "place": "home", "room": "", "lock": str(row.lock)}
    assert client.post(f"/appointments/{row.uuid}/move/", moved).status_code == 303
    row.refresh_from_db()
    assert (row.day, row.place, row.lock) == (march(20), "home", 1)
    # Another tab still shows the old one: its author is told, and nothing changes.
    assert client.post(f"/appointments/{row.uuid}/move/", {**moved, "day": "2026-03-23"}).status_code == 409
    assert client.post(f"/appointments/{row.uuid}/cancel/", {"reason": "", "lock": "1"}).status_code == 422
    row.refresh_from_db()
    assert (row.day, row.state) == (march(20), "booked")
    assert client.post(f"/appointments/{row.uuid}/cancel/", {"reason": "Grève", "lock": "1"}).status_code == 303
    row.refresh_from_db()
    assert (row.state, row.reason) == ("cancelled", "Grève")


def test_held_opens_the_ready_entry_and_saving_it_says_so(centre, dossier) -> None:
    row = booked(centre, dossier, place="home", text="État du logement", person_id=dossier.lead_id)
    with clock.travel(dt.datetime(2026, 3, 18, 15, tzinfo=dt.UTC)):
        client = as_(centre.worker)
        page = client.get(f"/journal/appointments/{row.uuid}/").content.decode()
        assert "État du logement" in page and 'id="entry_visit" value="visit" data-letter="v" checked' in page and 'value="45"' in page
        entry = {"kind": "visit", "text": "Logement humide.", "happened_on": "2026-03-18", "minutes": "45", "person": str(dossier.lead_id)}
        assert client.post(f"/journal/appointments/{row.uuid}/", {**entry, "text": ""}).status_code == 422
        row.refresh_from_db()
        assert row.state == "booked"
        assert client.post(f"/journal/appointments/{row.uuid}/", entry).status_code == 303
    row.refresh_from_db()
    written = Entry.unscoped.get(dossier=dossier, kind="visit")
    assert (row.state, written.text, written.minutes, written.happened_at) == ("held", "Logement humide.", 45, row.starts_at)


def test_missed_offers_another_time_and_a_next_step(centre, dossier) -> None:
    row = booked(centre, dossier)
    with clock.travel(dt.datetime(2026, 3, 18, 15, tzinfo=dt.UTC)):
        client = as_(centre.worker)
        assert client.post(f"/appointments/{row.uuid}/missed/", {"reason": "Absent"}).status_code == 303
        page = client.get(f"/appointments/{row.uuid}/").content.decode()
        assert f"{add_url(dossier)}?again={row.uuid}" in page and f"/journal/appointments/{row.uuid}/" in page
        again = client.get(f"{add_url(dossier)}?again={row.uuid}").content.decode()
        assert 'value="Bilan du projet"' in again and 'value="10:00"' in again
        note = client.get(f"/journal/appointments/{row.uuid}/").content.decode()
        # Three open days after Wednesday 18 March: Monday 23.
        assert "Reprendre contact après le rendez-vous manqué" in note and 'value="2026-03-23"' in note
        entry = {"kind": "note", "text": "Pas venu.", "next_text": "Reprendre contact", "next_on": "2026-03-23"}
        assert client.post(f"/journal/appointments/{row.uuid}/", entry).status_code == 303
    row.refresh_from_db()
    assert (row.state, row.reason) == ("missed", "Absent")
    assert Action.unscoped.get().text == "Reprendre contact"


def test_the_week_shows_ones_own_and_the_team_and_hides_what_one_may_not_see(centre, dossier) -> None:
    booked(centre, dossier, text="Budget")
    booked(centre, dossier, at="14:00", text="Santé", agents=[centre.colleague.pk])
    mine = as_(centre.worker).get("/tasks/calendar/?on=2026-03-18").content.decode()
    assert "Nzeyimana" in mine and "Budget" in mine and "Santé" not in mine
    team = as_(centre.chief).get("/tasks/calendar/?on=2026-03-18").content.decode()
    assert "Budget" in team and "Santé" in team and "Sami Aerts" in team
    only = as_(centre.chief).get("/tasks/calendar/?on=2026-03-18&view=month&list=team").content.decode()
    assert "Budget" in only
    Dossier.unscoped.filter(pk=dossier.pk).update(unit=centre.south)
    hidden = as_(centre.colleague).get("/tasks/calendar/?on=2026-03-18").content.decode()
    assert "occupé" in hidden and "Nzeyimana" not in hidden and "Santé" not in hidden


def test_a_colleagues_own_file_is_only_occupied_in_a_list(centre, dossier) -> None:
    """It asks for a reason before it is opened: a calendar names it to nobody (own_persons)."""
    from parvis.identity.models import OwnPerson

    booked(centre, dossier, text="Budget")
    OwnPerson.objects.create(account=centre.colleague, person_id=dossier.lead_id, recorded_at=clock.now(), author_label="Paul Henin")
    row = booked(centre, dossier, at="14:00", text="Budget")
    page = as_(centre.worker).get("/tasks/calendar/?on=2026-03-18").content.decode()
    assert "occupé" in page and "Nzeyimana" not in page and "Budget" not in page
    # Who will be there goes on to the own appointment, which asks for a reason first.
    assert f"/appointments/{row.uuid}/" in page
    assert as_(centre.worker).get(f"/appointments/{row.uuid}/").status_code in (302, 303)
    team = as_(centre.chief).get("/tasks/calendar/?on=2026-03-18&list=team").content.decode()
    assert "occupé" in team and "/appointments/" not in team.split("h-cal")[1].replace("/appointments/new/", "")


def test_an_absence_over_an_appointment_warns_at_once_and_until_it_is_moved(centre, dossier) -> None:
    row = booked(centre, dossier)
    chief = as_(centre.chief)
    url = f"/agents/{centre.worker.uuid}/"
    leave = {"kind": "leave", "leave-valid_from": "2026-03-17", "leave-last_day": "2026-03-19"}
    assert chief.post(url, leave).status_code == 303
    page = chief.get(url).content.decode()
    assert "1 rendez-vous tombe dans cette absence" in page and "1 rendez-vous tombe dans une absence" in page
    assert f'href="/appointments/{row.uuid}/"' in page
    Dossier.unscoped.filter(pk=dossier.pk).update(unit=centre.south)
    unseen = chief.get(url).content.decode()
    assert "dans un dossier que vous ne voyez pas" in unseen and "Nzeyimana" not in unseen
    Dossier.unscoped.filter(pk=dossier.pk).update(unit=centre.north)
    moved = {"day": "2026-03-20", "at": "14:00", "minutes": "45", "place": "office", "room": "", "lock": "0"}
    assert as_(centre.worker).post(f"/appointments/{row.uuid}/move/", moved).status_code == 303
    assert "tombe dans une absence" not in chief.get(url).content.decode()


def test_the_sheet_names_the_next_one(centre, dossier) -> None:
    booked(centre, dossier, text="Budget")
    assert "Prochains rendez-vous" in as_(centre.worker).get(f"/dossiers/{dossier.uuid}/sheet/").content.decode()


def test_other_files_appointments_are_not_told(centre, dossier) -> None:
    other = make_dossier(centre, make_person("Autre", "Jean", "1980-01-01"))
    booked(centre, other, text="Secret d’un autre")
    assert "Secret" not in as_(centre.worker).get(f"/appointments/of/dossier/{dossier.pk}/", **PART).content.decode()


def test_where_somebody_was_met_outside_is_offered_to_nobody(centre, dossier) -> None:
    """Rooms of the centre are proposed to all; what was typed for a place elsewhere may name a refuge."""
    booked(centre, dossier, room="Salle 2")
    booked(centre, dossier, at="14:00", place="elsewhere", room="Refuge, rue du Quetzal 4")
    theirs = make_dossier(centre, make_person("Autre", "Jean", "1980-01-01"))
    Dossier.unscoped.filter(pk=theirs.pk).update(unit=centre.south)
    for account, file in ((centre.worker, dossier), (centre.stranger, theirs)):
        body = as_(account).get(add_url(file)).content.decode()
        assert ("Salle 2" in body, "rue du Quetzal" in body) == (True, False), account
