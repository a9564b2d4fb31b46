"""The citizen sees the next appointment by the code of the request: day, hour and place, never what it is about (A17)."""

import datetime as dt

import pytest
from django.test import Client

from parvis.agenda import services as agenda
from parvis.contacts.api import create_person, hide_address, set_address
from parvis.dossiers.api import add_member
from parvis.dossiers.models import Dossier, DossierMember
from parvis.identity.api import Account
from parvis.kernel import clock
from parvis.kernel.subject import SubjectRef
from parvis.kernel.terms import is_closed
from parvis.requests import api as requests
from tests.requests.factories import ROOT, agent, send, world

from .test_asking import enter

pytestmark = pytest.mark.django_db


@pytest.fixture
def followed():
    """A request in a file for which an agent booked an appointment."""
    unit = world()
    clerk = agent("Carine Dubois", "clerk", unit=unit)
    sent = send()
    person = create_person(actor=ROOT, family_name="Benali", given_names="Aya", birth_date=dt.date(1987, 3, 27), language="fr")
    joined = requests.join_dossier(actor=clerk, request=sent.request, person=person)
    return sent, joined, person, clerk


def book(joined, clerk, **more):
    day = clock.today() + dt.timedelta(days=2)
    while is_closed(day):
        day += dt.timedelta(days=1)
    given = {"minutes": 30, "place": "office", "room": "Salle 2", "text": "Violence conjugale", "agents": [clerk.account_id]} | more
    return agenda.book(
        actor=clerk, subject=SubjectRef("dossier", joined.dossier_id), new=agenda.NewAppointment(day=day, at=dt.time(10), **given)
    )


def shown(sent) -> str:
    person = Client()
    timeline = enter(person, sent)["Location"]
    assert f'hx-get="{timeline}appointment/"' in person.get(timeline).content.decode()
    return person.get(f"{timeline}appointment/").content.decode()


def test_day_hour_and_place_and_no_word_of_the_staff(followed):
    sent, joined, person, clerk = followed
    book(joined, clerk, person_id=person.pk)
    body = shown(sent)
    assert ", 10:00" in body and "Au centre, Salle 2" in body
    assert "Violence" not in body and "Carine" not in body and Account.objects.get(pk=clerk.account_id).display_name not in body


def test_another_persons_appointment_is_not_shown(followed):
    sent, joined, _person, clerk = followed
    other = create_person(actor=ROOT, family_name="Benali", given_names="Omar", birth_date=dt.date(1985, 1, 2), language="fr")
    add_member(actor=clerk, dossier=Dossier.unscoped.get(pk=joined.dossier_id), person=other, role="partner")
    book(joined, clerk, person_id=other.pk)
    assert "Aucun rendez-vous" in shown(sent)


def test_one_kept_inside_is_not_shown_and_a_cancelled_one_neither(followed):
    sent, joined, _person, clerk = followed
    row = book(joined, clerk, on_portal=False)
    assert "Aucun rendez-vous" in shown(sent)
    agenda.change(actor=clerk, appointment=row, text="x", agents=[clerk.account_id], on_portal=True)
    assert ", 10:00" in shown(sent)
    agenda.cancel(actor=clerk, appointment=row, reason="Grève")
    body = shown(sent)
    assert "Aucun rendez-vous" in body and "Grève" not in body


def test_of_a_protected_household_the_place_is_not_told(followed):
    sent, joined, person, clerk = followed
    set_address(actor=ROOT, person=person, street="Rue Haute", number="7", postal_code="4999", municipality="Valmont")
    hide_address(actor=ROOT, person=person)
    book(joined, clerk, place="home", room="Refuge")
    body = shown(sent)
    assert ", 10:00" in body and "Refuge" not in body and "domicile" not in body and "Rue Haute" not in body


def test_another_code_or_who_left_the_file_sees_nothing(followed):
    sent, joined, _person, clerk = followed
    book(joined, clerk)
    other = Client()
    enter(other, send(answers={"last_name": "Petrov"}))
    assert other.get(f"/p/track/{sent.request.uuid}/appointment/").status_code == 404
    assert Client().get(f"/p/track/{sent.request.uuid}/appointment/").status_code in (302, 303)
    DossierMember.unscoped.filter(dossier=joined.dossier_id).update(live=None)
    assert "Aucun rendez-vous" in shown(sent)
