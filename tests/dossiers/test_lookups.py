"""Unusual look-ups ask for a reason before anything is shown; who opened a file, and why (E11, E12)."""

import datetime as dt

import pytest
from django.conf import settings
from django.urls import reverse

from parvis.contacts.api import hide_address, relate, set_address
from parvis.dossiers.models import Dossier
from parvis.identity.api import LookUp, OpeningRefused, OwnPerson, link_own_person, settle_look_up
from parvis.kernel import clock
from parvis.kernel.errors import NotAllowed
from parvis.kernel.models import ReadLine
from parvis.workflows.models import WorkItem
from tests.contacts.factories import make_person
from tests.identity.factories import SYSTEM

from .factories import Centre, make_centre, make_dossier

pytestmark = pytest.mark.django_db
REASON = "Remplacement demandé par le chef ce matin"
HOME = {"street": "Rue des Tilleuls", "number": "4", "postal_code": "4999", "municipality": "Valmont"}


@pytest.fixture
def centre() -> Centre:
    return make_centre()


@pytest.fixture
def dossier(centre: Centre) -> Dossier:
    return make_dossier(centre)


def page(dossier: Dossier) -> str:
    return reverse("dossiers:detail", args=[dossier.uuid])


def asked(client, account, dossier) -> bool:
    """True when the file asks for a reason first, and shows nothing."""
    client.force_login(account)
    answer = client.get(page(dossier))
    if answer.status_code == 200:
        return False
    assert (answer.status_code, answer["Location"].split("?")[0]) == (303, reverse("dossiers:why", args=["dossier", dossier.uuid]))
    assert not ReadLine.objects.filter(actor_id=account.pk, subject_id=dossier.pk).exists()
    return True


def own_person(account, name="Lambrecht"):
    person = make_person(name, "Amélie", "1985-03-02")
    link_own_person(actor=SYSTEM, account=account, person_id=person.pk)
    return person


def test_an_ordinary_look_up_asks_nothing_and_notes_its_purpose(client, centre, dossier):
    assert not asked(client, centre.worker, dossier)
    assert not asked(client, centre.colleague, dossier)
    purposes = dict(ReadLine.objects.filter(screen="dossiers.detail").values_list("actor_id", "purpose"))
    assert purposes == {centre.worker.pk: "referent", centre.colleague.pk: "service"}


def test_one_s_own_file_a_relative_s_and_a_colleague_s_ask(client, centre, dossier):
    person = own_person(centre.colleague)
    relate(actor=centre.actor("worker"), person=person, other=dossier.lead, kind="sibling")
    own = make_dossier(centre, person)
    assert asked(client, centre.colleague, dossier)
    assert asked(client, centre.colleague, own)
    assert asked(client, centre.clerk, own)
    assert not asked(client, centre.clerk, dossier)


def test_a_neighbour_asks_but_never_betrays_a_protected_address(client, centre, dossier):
    person = own_person(centre.colleague)
    for one in (person, dossier.lead):
        set_address(actor=centre.actor("worker"), person=one, **HOME)
    assert asked(client, centre.colleague, dossier)
    hide_address(actor=centre.actor("worker"), person=dossier.lead)
    assert not asked(client, centre.colleague, dossier)


def test_an_old_closed_file_that_one_never_followed_asks(client, centre, dossier):
    Dossier.unscoped.update(status="closed", closed_on=clock.today() - dt.timedelta(days=400))
    assert asked(client, centre.colleague, dossier)
    assert not asked(client, centre.worker, dossier)
    assert not asked(client, centre.auditor, dossier)


def test_many_files_in_a_day_ask_for_the_next_one_only(client, centre, dossier, monkeypatch):
    monkeypatch.setitem(settings.PARVIS, "lookups_a_day", 1)
    first = make_dossier(centre)
    assert not asked(client, centre.colleague, first)
    assert asked(client, centre.colleague, dossier)
    assert not asked(client, centre.colleague, first)
    assert not asked(client, centre.worker, dossier)


def test_with_a_reason_the_file_opens_the_log_says_it_and_the_auditor_has_a_task(client, centre, dossier):
    person = own_person(centre.colleague)
    own = make_dossier(centre, person)
    client.force_login(centre.colleague)
    why = client.get(page(own))["Location"]
    form = client.get(why).content.decode()
    assert own.number in form and "Lambrecht" not in form
    refused = client.post(why, {"reason": "curieux", "next": page(own)})
    assert refused.status_code == 422
    assert LookUp.objects.count() == 0
    answer = client.post(why, {"reason": REASON, "next": page(own)})
    assert (answer.status_code, answer["Location"]) == (303, page(own))
    assert client.get(page(own)).status_code == 200
    assert ReadLine.objects.get(actor_id=centre.colleague.pk, screen="dossiers.detail").purpose == f"reason: {REASON}"
    row = LookUp.objects.get()
    assert (row.kinds, row.reason, row.subject_label) == ("own", REASON, own.number)
    task = WorkItem.unscoped.get(queue="auditor")
    assert (task.subject_type, task.subject_id, task.closed_at) == ("look_ups", centre.colleague.pk, None)
    LookUp.objects.update(until=clock.now())
    assert client.get(page(own)).status_code == 303
    client.force_login(centre.auditor)
    listed = client.get(reverse("dossiers:watch")).content.decode()
    assert REASON in listed and centre.colleague.display_name in listed
    assert client.post(reverse("dossiers:settle", args=[row.uuid]), {"finding": "justifié"}).status_code == 303
    row.refresh_from_db()
    task.refresh_from_db()
    assert (row.finding, row.seen_by) == ("justifié", "Paul Henin")
    assert task.closed_at is not None


def test_the_address_to_come_back_to_is_one_of_ours(client, centre, dossier):
    own = make_dossier(centre, own_person(centre.colleague))
    client.force_login(centre.colleague)
    why = reverse("dossiers:why", args=["dossier", own.uuid])
    answer = client.post(why, {"reason": REASON, "next": "https://elsewhere.example/"})
    assert answer["Location"] == page(own)


def test_only_an_auditor_settles_and_never_one_s_own(centre, dossier):
    row = LookUp.objects.create(
        account=centre.auditor, subject_type="dossier", subject_id=dossier.pk, subject_label="x", kinds="own", reason=REASON,
        at=clock.now(), until=clock.now(),
    )  # fmt: skip
    for name in ("auditor", "chief", "administrator"):
        with pytest.raises(NotAllowed):
            settle_look_up(actor=centre.actor(name), look_up=row, finding="rien")
    row.refresh_from_db()
    assert row.seen_at is None


def test_two_agents_are_not_the_same_person(centre):
    person = own_person(centre.colleague)
    with pytest.raises(OpeningRefused):
        link_own_person(actor=SYSTEM, account=centre.clerk, person_id=person.pk)
    with pytest.raises(NotAllowed):
        link_own_person(actor=centre.actor("chief"), account=centre.clerk, person_id=None)


def test_the_person_page_of_a_colleague_asks_too(client, centre):
    person = own_person(centre.colleague)
    client.force_login(centre.clerk)
    answer = client.get(f"/persons/{person.uuid}/")
    assert answer["Location"].split("?")[0] == reverse("dossiers:why", args=["person", person.uuid])


# The log of a file -----------------------------------------------------------------------------------------------------
def test_chief_and_auditor_read_who_opened_the_file_others_do_not(client, centre, dossier):
    asked(client, centre.payer, dossier)
    for name, status in (("chief", 200), ("auditor", 200), ("worker", 404), ("clerk", 404), ("stranger", 404), ("administrator", 404)):
        client.force_login(getattr(centre, name))
        answer = client.get(reverse("dossiers:access_log", args=[dossier.uuid]))
        assert answer.status_code == status, name
        if status == 200:
            assert "Anne Piette" in answer.content.decode()


def test_a_refused_form_asks_like_its_page_and_a_gesture_that_leads_on_does_not(client, centre, dossier):
    """What answers a made-up form holds the members and the figures of the page: nothing of it leaves before the reason (E12)."""
    person = own_person(centre.colleague)
    relate(actor=centre.actor("worker"), person=person, other=dossier.lead, kind="sibling")
    client.force_login(centre.colleague)
    for name in ("dossiers:interventions", "dossiers:situation_add", "journal:add", "dossiers:referent"):
        url = reverse(name, args=[dossier.uuid])
        for headers in ({}, {"HX-Request": "true", "HX-Target": "main"}):
            answer = client.post(url, {"made": "up"}, headers=headers)
            where = answer.headers.get("Location") or answer.headers["HX-Redirect"]
            assert (answer.content, where.split("?")[0]) == (b"", reverse("dossiers:why", args=["dossier", dossier.uuid])), name
    assert not ReadLine.objects.filter(actor_id=centre.colleague.pk).exists()
    # A note that is written leads on; the page it leads to asks.
    sent = client.post(
        reverse("journal:add", args=[dossier.uuid]), {"kind": "note", "text": "Appel reçu pour une collègue", "minutes": "5"}
    )
    assert (sent.status_code, sent["Location"]) == (303, page(dossier))
    assert asked(client, centre.colleague, dossier)
    client.post(reverse("dossiers:why", args=["dossier", dossier.uuid]), {"reason": REASON})
    refused = client.post(reverse("dossiers:interventions", args=[dossier.uuid]), {"made": "up"})
    assert refused.status_code == 422
    line = ReadLine.objects.get(actor_id=centre.colleague.pk, screen="dossiers.interventions")
    assert line.purpose == f"reason: {REASON}", "a refused form is a reading"


def test_a_link_is_taken_away_by_its_own_button_alone(client, centre):
    own_person(centre.worker)
    client.force_login(centre.auditor)
    url = reverse("dossiers:own_persons")
    for sent, left in (("²", 1), ("", 1), (str(centre.colleague.uuid), 1), (str(centre.worker.uuid), 0)):
        assert client.post(url, {"remove": sent}).status_code == 303, sent
        assert OwnPerson.objects.filter(account=centre.worker).count() == left, sent
