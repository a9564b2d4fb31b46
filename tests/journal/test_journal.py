"""The chronicle: who reads what, steps it tells by itself, append-only, page by page."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import translation

from parvis.dossiers.api import close_dossier
from parvis.journal import api
from parvis.journal.errors import InvalidEntry
from parvis.journal.models import Entry
from parvis.kernel import clock
from parvis.kernel.errors import NotAllowed
from parvis.kernel.models import MutationLine
from tests.dossiers.factories import make_centre, make_dossier

pytestmark = pytest.mark.django_db


@pytest.fixture
def centre():
    return make_centre()


@pytest.fixture
def dossier(centre):
    return make_dossier(centre)


def write(centre, dossier, text: str, who: str = "worker", **more) -> Entry:
    return api.add_entry(actor=centre.actor(who), dossier=dossier, kind=more.pop("kind", "note"), text=text, **more)


def texts(centre, dossier, who: str) -> set[str]:
    return {entry.text for entry in api.chronicle(centre.actor(who), dossier).entries if entry.text}


@pytest.mark.db
def test_a_restricted_note_is_for_its_author_and_the_chief(centre, dossier) -> None:
    write(centre, dossier, "Crainte d'une rechute", restricted=True)
    write(centre, dossier, "Visible de tous")
    for who in ("worker", "chief"):
        assert texts(centre, dossier, who) == {"Crainte d'une rechute", "Visible de tous"}
    for who in ("colleague", "lawyer", "auditor"):
        assert texts(centre, dossier, who) == {"Visible de tous"}
    for who in ("clerk", "payer", "stranger", "member", "administrator"):
        assert texts(centre, dossier, who) == set()
    assert api.count_entries(centre.actor("chief"), dossier.pk) - api.count_entries(centre.actor("colleague"), dossier.pk) == 1


def test_a_restricted_note_is_on_no_page_of_others(client, centre, dossier) -> None:
    write(centre, dossier, "Crainte d'une rechute", restricted=True)
    pages = [reverse("journal:index", args=[dossier.uuid]), reverse("dossiers:detail", args=[dossier.uuid])]
    for who, sees in (("worker", True), ("chief", True), ("colleague", False), ("auditor", False), ("clerk", False)):
        client.force_login(getattr(centre, who))
        for page in pages:
            answer = client.get(page)
            assert answer.status_code == 200
            assert ("rechute" in answer.content.decode()) is sees, (who, page)


@pytest.mark.parametrize("who", ["stranger", "member", "administrator", "payer", "auditor"])
def test_who_may_not_write_writes_nothing(client, centre, dossier, who: str) -> None:
    before = Entry.unscoped.count()
    with pytest.raises(NotAllowed):
        write(centre, dossier, "Bonjour", who=who)
    client.force_login(getattr(centre, who))
    assert client.post(reverse("journal:add", args=[dossier.uuid]), {"kind": "note", "text": "Bonjour"}).status_code == 404
    assert Entry.unscoped.count() == before


def test_steps_are_told_in_the_language_of_the_reader(centre, dossier) -> None:
    close_dossier(actor=centre.actor("worker"), dossier=dossier, reason="Déménagement")
    entries = api.chronicle(centre.actor("worker"), dossier).entries
    lines = [api.line_of(entry) for entry in entries]
    assert f"Dossier {dossier.number} ouvert" in lines
    assert "Amélie Lambrecht suit le dossier" in lines
    assert "Dossier clôturé" in lines
    with translation.override("nl"):
        assert "Dossier afgesloten" in [api.line_of(entry) for entry in entries]
    with translation.override("de"):
        assert "Akte geschlossen" in [api.line_of(entry) for entry in entries]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"text": "  "}, "empty"),
        ({"text": "x" * 20_001}, "long"),
        ({"happened_at": dt.datetime(2999, 1, 1, tzinfo=dt.UTC)}, "future"),
        ({"kind": "step"}, "kind"),
        ({"person_id": 999_999}, "not_member"),
    ],
)
def test_bad_entries_are_refused(centre, dossier, changes: dict[str, object], code: str) -> None:
    before = Entry.unscoped.count()
    with pytest.raises(InvalidEntry) as caught:
        api.add_entry(**({"actor": centre.actor("worker"), "dossier": dossier, "kind": "note", "text": "Bonjour"} | changes))
    assert caught.value.code == code
    assert Entry.unscoped.count() == before


def test_pages_follow_one_another_without_gap_or_repetition(client, centre, dossier) -> None:
    moment = dt.datetime(2026, 3, 9, 9, tzinfo=dt.UTC)
    with clock.travel(moment):
        for number in range(70):
            write(centre, dossier, f"Note {number:02}", happened_at=moment - dt.timedelta(minutes=number // 3))
        seen: list[int] = []
        mark = ""
        while True:
            found = api.chronicle(centre.actor("worker"), dossier, after=mark)
            seen += [entry.pk for entry in found.entries]
            mark = found.following
            if not mark:
                break
    assert len(seen) == len(set(seen)) == Entry.unscoped.count()
    client.force_login(centre.worker)
    first = client.get(reverse("journal:index", args=[dossier.uuid])).content.decode()
    assert "Note 00" in first or "Note 02" in first
    assert "Note 69" not in first
    assert client.get(reverse("journal:index", args=[dossier.uuid]) + "?after=n%27importe_quoi").status_code == 200


def test_the_form_writes_once(client, centre, dossier) -> None:
    client.force_login(centre.worker)
    page = client.get(reverse("journal:add", args=[dossier.uuid])).content.decode()
    key = page.split('name="idempotency_key" value="')[1].split('"')[0]
    data = {"kind": "call", "text": "Appel de l'employeur", "restricted": "1", "idempotency_key": key}
    for _ in range(2):
        assert client.post(reverse("journal:add", args=[dossier.uuid]), data).status_code == 303
    entry = Entry.unscoped.get(kind="call")
    assert (entry.restricted, entry.author_label) == (True, "Amélie Lambrecht")
    assert client.post(reverse("journal:add", args=[dossier.uuid]), {"kind": "call", "text": ""}).status_code == 422
    assert Entry.unscoped.filter(kind="call").count() == 1


def test_a_clerk_writes_a_call_and_does_not_restrict_it(client, centre, dossier) -> None:
    client.force_login(centre.clerk)
    response = client.post(reverse("journal:add", args=[dossier.uuid]), {"kind": "call", "text": "A rappelé", "restricted": "1"})
    assert response.status_code == 303
    assert Entry.unscoped.get(kind="call").restricted is False


def test_each_entry_is_in_the_chain_of_the_dossier(centre, dossier) -> None:
    write(centre, dossier, "Bonjour")
    assert MutationLine.objects.filter(stream=f"dossier:{dossier.pk}", verb="journal.add").exists()


HEARING = b"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:parvis="urn:parvis:bpmn" id="d" targetNamespace="urn:t">
  <bpmn:process id="hearing" name="Hearing" isExecutable="true">
    <bpmn:startEvent id="start"><bpmn:outgoing>a</bpmn:outgoing></bpmn:startEvent>
    <bpmn:userTask id="listen" name="Listen"><bpmn:extensionElements>
      <parvis:step queue="social_worker" title_fr="Entendre la personne" title_nl="De persoon horen" title_de="Anh\xc3\xb6rung" title_en="Hear the person" />
      <parvis:outcome code="heard" label_fr="Entendue" label_nl="Gehoord" label_de="Geh\xc3\xb6rt" label_en="Heard" />
    </bpmn:extensionElements><bpmn:incoming>a</bpmn:incoming><bpmn:outgoing>b</bpmn:outgoing></bpmn:userTask>
    <bpmn:endEvent id="end"><bpmn:incoming>b</bpmn:incoming></bpmn:endEvent>
    <bpmn:sequenceFlow id="a" sourceRef="start" targetRef="listen" /><bpmn:sequenceFlow id="b" sourceRef="listen" targetRef="end" />
  </bpmn:process>
</bpmn:definitions>"""


def test_a_step_added_in_a_model_is_told_by_the_journal(centre, dossier) -> None:
    from parvis.kernel.actor import system_actor
    from parvis.kernel.subject import SubjectRef
    from parvis.workflows import api as workflows
    from parvis.workflows.models import WorkItem

    system = system_actor("tests")
    workflows.publish_process(actor=system, xml=HEARING)
    subject = SubjectRef("dossier", dossier.pk)
    workflows.start_case(actor=system, process_key="hearing", subject=subject, unit_id=centre.north.pk, dossier_id=dossier.pk)
    item = WorkItem.unscoped.get(dossier_key=dossier.pk)
    workflows.complete_step(actor=centre.actor("worker"), item=item, outcome="heard")
    lines = [(api.line_of(entry), entry.author_label) for entry in api.chronicle(centre.actor("worker"), dossier).entries]
    assert ("Étape faite : Entendre la personne", "Amélie Lambrecht") in lines


def test_an_intervention_from_outside_is_read_by_chief_and_auditor_and_kept_from_nobody(client, centre, dossier) -> None:
    """F9: pressure has its own kind; it cannot be hidden as a restricted note, and whoever was pressed is not alone with it."""
    from parvis.workflows.models import WorkItem

    words = "L’échevin a téléphoné : accorder avant vendredi"
    before = Entry.unscoped.count(), WorkItem.unscoped.count(), MutationLine.objects.count()
    with pytest.raises(InvalidEntry) as caught:
        write(centre, dossier, words, kind="pressure", restricted=True)
    client.force_login(centre.worker)
    address = reverse("journal:add", args=[dossier.uuid])
    refused = client.post(address, {"kind": "pressure", "text": words, "restricted": "1"})
    assert caught.value.code == "pressure"
    assert refused.status_code == 422 and "jamais restreinte" in refused.content.decode() and words in refused.content.decode()
    assert (Entry.unscoped.count(), WorkItem.unscoped.count(), MutationLine.objects.count()) == before

    assert client.post(address, {"kind": "pressure", "text": words}).status_code == 303
    entry = Entry.unscoped.get(kind="pressure")
    assert (entry.restricted, entry.data_class, entry.author_label) == (False, "social", "Amélie Lambrecht")
    for who in ("worker", "colleague", "chief", "auditor"):
        assert texts(centre, dossier, who) == {words}, who
    item = WorkItem.unscoped.get(subject_type="journal_entry", subject_id=entry.pk)
    assert (item.queue, item.unit_id, item.dossier_key) == ("chief", dossier.unit_id, dossier.pk)
    assert item.title["fr"] == "Intervention extérieure notée par Amélie Lambrecht : à lire"
    assert item.title["de"].startswith("Einflussnahme von außen")
    # the auditor finds it among the acts of the whole centre, by its kind alone
    write(centre, dossier, "Un appel sans importance", kind="call")
    client.force_login(centre.auditor)
    listed = client.get(reverse("journal:activity"), {"kind": "pressure", "year": str(clock.today().year)}).content.decode()
    assert listed.count(dossier.number) == 1 and "Intervention extérieure" in listed
    # what the head of the service notes needs no task for the head
    write(centre, dossier, "Le bourgmestre demande où en est le dossier", who="chief", kind="pressure")
    assert WorkItem.unscoped.filter(subject_type="journal_entry").count() == 1
