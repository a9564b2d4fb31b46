"""The person who follows a request sees who opened the file; no other code does (E11)."""

import datetime as dt

import pytest
from django.conf import settings
from django.test import Client

from parvis.contacts.api import create_person
from parvis.dossiers.models import Dossier, DossierMember
from parvis.kernel import clock
from parvis.kernel.models import ReadLine
from parvis.requests import api as requests
from tests.requests.factories import ROOT, agent, send, world

from .test_asking import enter

pytestmark = pytest.mark.django_db


@pytest.fixture
def followed():
    """A request in a file that an agent opened once."""
    unit = world()
    clerk = agent("Carine Dubois", "clerk", unit=unit)
    sent = send()
    person = create_person(actor=ROOT, family_name="Benali", given_names="Aya", birth_date=dt.date(1987, 3, 27), language="fr")
    joined = requests.join_dossier(actor=clerk, request=sent.request, person=person)
    ReadLine(
        read_at=clock.now(), slot=1, actor_id=clerk.account_id, actor_label=clerk.label, purpose="service", screen="dossiers.detail",
        subject_type="dossier", subject_id=joined.dossier_id,
    ).save()  # fmt: skip
    return sent, joined


def test_the_code_of_the_request_opens_the_list_in_plain_words(followed):
    sent, _joined = followed
    person = Client()
    timeline = enter(person, sent)["Location"]
    assert f"{timeline}readings/" in person.get(timeline).content.decode()
    body = person.get(f"{timeline}readings/").content.decode()
    assert body.count("<tr data-row>") == 1
    assert "Agent d’accueil" in body and "Service social" in body and "travaille sur votre dossier pour le centre" in body
    assert "Carine" not in body


def test_another_request_s_code_does_not_open_it(followed):
    sent, _joined = followed
    other = Client()
    enter(other, send(answers={"last_name": "Petrov"}))
    assert other.get(f"/p/track/{sent.request.uuid}/readings/").status_code == 404


def test_who_left_the_file_no_longer_sees_its_readings(followed):
    sent, joined = followed
    DossierMember.unscoped.filter(dossier=joined.dossier_id).update(live=None)
    person = Client()
    enter(person, sent)
    body = person.get(f"/p/track/{sent.request.uuid}/readings/").content.decode()
    assert "<tr data-row>" not in body and "Service social" in body


def test_before_an_agent_takes_the_request_up_there_is_no_file(followed):
    sent = send(answers={"last_name": "Petrov"})
    person = Client()
    enter(person, sent)
    body = person.get(f"/p/track/{sent.request.uuid}/readings/").content.decode()
    assert "<table" not in body
    assert Dossier.unscoped.count() == 1


def test_a_centre_that_does_not_show_it_offers_no_link(followed, monkeypatch):
    monkeypatch.setitem(settings.PARVIS, "access_on_portal", False)
    sent, _joined = followed
    person = Client()
    timeline = enter(person, sent)["Location"]
    assert "readings" not in person.get(timeline).content.decode()
    assert person.get(f"{timeline}readings/").status_code == 404
