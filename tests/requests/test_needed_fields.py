"""Own fields that are needed of every file are asked while one is opened from a request; nothing typed is lost when one is missing (A14)."""

from __future__ import annotations

import pytest
from django.urls import reverse

from parvis.dossiers import api as dossiers
from parvis.dossiers.custom import still_empty
from parvis.dossiers.custom_opening import opening_questions
from parvis.dossiers.errors import InvalidDossier
from parvis.dossiers.models import CustomFact, PersonFact
from parvis.dossiers.services import custom
from parvis.kernel import clock
from parvis.kernel.actor import system_actor
from parvis.kernel.models import MutationLine
from parvis.requests.models import Request
from parvis.requests.services import Need, join_dossier, register_urgent
from tests.contacts.factories import make_person
from tests.requests.factories import agent, send, world

from .test_pages import get, hidden, login

pytestmark = pytest.mark.django_db
ROOT = system_actor("test")


@pytest.fixture(autouse=True)
def unit():
    found = world()
    tutors = custom.create_code_list(actor=ROOT, label={"fr": "Tuteurs"}, key="tutors")
    custom.add_code(actor=ROOT, code_list=tutors, value="TE", label={"fr": "Tuteur communal"})
    kind = custom.general_kind(actor=ROOT)
    custom.add_section(actor=ROOT, kind=kind, title={"fr": "Énergie", "en": "Energy"}, group="other", dated=False)
    shared = {"actor": ROOT, "kind": kind, "section": "energy"}
    custom.add_field(
        **shared, label={"fr": "Tuteur énergie", "en": "tutor"}, type="choice", data_class="social", code_list="tutors", required=True
    )
    custom.add_field(**shared, label={"fr": "Compteur", "en": "meter"}, type="text", data_class="social", required=True)
    custom.add_field(**shared, label={"fr": "Remarque", "en": "remark"}, type="text", data_class="social")
    return found


def asked(client, request) -> tuple[str, dict[str, str]]:
    page = get(client, "identify", request.uuid)
    return page.content.decode(), {state.key: state.id for state in page.context["opening"].page.fields}


def held() -> dict[str, str]:
    return {fact.field: fact.value for fact in CustomFact.unscoped.filter(live=1)}


def test_what_is_needed_is_asked_and_kept_in_the_new_file():
    client, request = login("social_worker", name="Lotte"), send().request
    html, ids = asked(client, request)
    assert "Tuteur énergie" in html and "Compteur" in html and "Remarque" not in html
    sent = {**hidden(html), "join": "1", "choice": "new:new", ids["tutor"]: "TE", ids["meter"]: "5414"}
    assert client.post(reverse("requests:identify", args=[request.uuid]), sent).status_code == 303
    assert held() == {"tutor": "TE", "meter": "5414"}
    assert Request.unscoped.get().dossier is not None


def test_when_one_is_missing_nothing_is_opened_and_nothing_typed_is_lost():
    client, request = login("social_worker", "chief"), send().request
    html, ids = asked(client, request)
    worker = agent("Lambrecht", "social_worker")
    sent = {
        **hidden(html), "join": "1", "choice": "new:new", ids["tutor"]: "TE", ids["meter"]: " ", "referent": worker.account_id, "note": "parle arabe"
    }  # fmt: skip
    refused = client.post(reverse("requests:identify", args=[request.uuid]), sent)
    again = refused.content.decode()
    assert refused.status_code == 422 and "Un nouveau dossier a besoin de ces réponses : Compteur." in again
    assert 'value="TE" checked' in again or 'value="TE" selected' in again
    assert 'value="new:new" checked' in again and f'value="{worker.account_id}" selected' in again and 'value="parle arabe"' in again
    assert (dossiers.Dossier.unscoped.count(), CustomFact.unscoped.count(), Request.unscoped.get().joined_at) == (0, 0, None)


def test_joining_a_file_that_is_there_asks_nothing():
    client, root = login("social_worker"), agent("Racine", "social_worker")
    person = make_person("Benali", "Aya", "1987-03-27", actor=root)
    first, second = send().request, send().request
    join_dossier(actor=root, request=first, person=person)
    dossier = Request.unscoped.get(pk=first.pk).dossier
    html, _ids = asked(client, second)
    sent = {**hidden(html), "join": "1", "choice": f"{person.uuid}:{dossier.uuid}"}
    assert client.post(reverse("requests:identify", args=[second.uuid]), sent).status_code == 303
    assert held() == {}


def test_who_may_not_write_them_is_not_asked_and_an_urgent_need_waits_for_nothing():
    clerk, request = login("clerk"), send().request
    page = get(clerk, "identify", request.uuid)
    assert page.context["opening"] is None and "Compteur" not in page.content.decode()
    html = page.content.decode()
    sent = {**hidden(html), "join": "1", "choice": "new:new"}
    assert clerk.post(reverse("requests:identify", args=[request.uuid]), sent).status_code == 303
    need = Need(family_name="Peeters", given_names="Jan", reason="rien à manger", cash=True)
    urgent = register_urgent(actor=agent("Guichet", "clerk"), need=need)
    lacks = still_empty(agent("Amelie", "social_worker"), urgent.dossier, [])
    assert [one.missing for one in lacks] == [["Tuteur énergie", "Compteur"]]  # the file says what it lacks


def test_a_program_that_gives_them_is_held_to_the_same_and_opens_nothing_without(unit):
    root, person = agent("Racine", "social_worker"), make_person()
    for own, field in (({}, "tutor"), ({"tutor": "TE"}, "meter"), ({"tutor": "XX", "meter": "1"}, "tutor")):
        with pytest.raises(InvalidDossier) as refused:
            dossiers.open_dossier(actor=root, person=person, unit=unit, own=own)
        assert refused.value.field == field
    assert (dossiers.Dossier.unscoped.count(), CustomFact.unscoped.count()) == (0, 0)
    dossiers.open_dossier(actor=root, person=person, unit=unit, own={"tutor": "TE", "meter": "5414"})
    assert held() == {"tutor": "TE", "meter": "5414"}
    assert opening_questions(agent("Commis", "clerk")) is None


def of_persons() -> dict[str, object]:
    return {fact.field: (fact.person_id, fact.value) for fact in PersonFact.unscoped.filter(live=1)}


@pytest.fixture
def of_person():
    """Needed of the person too: one of the class social, one of the class identity; what is not needed is not asked."""
    kind = custom.persons_kind(actor=ROOT)
    custom.add_section(actor=ROOT, kind=kind, title={"fr": "Suivi", "en": "Coaching"}, group="other", dated=True)
    shared = {"actor": ROOT, "kind": kind, "section": "coaching", "type": "text"}
    custom.add_field(**shared, label={"fr": "Médecin traitant", "en": "doctor"}, data_class="social", required=True)
    custom.add_field(**shared, label={"fr": "Prénom d’usage", "en": "nickname"}, data_class="identity", required=True)
    custom.add_field(**shared, label={"fr": "Loisirs", "en": "hobby"}, data_class="social")
    return kind


def test_what_is_needed_of_the_person_is_asked_with_the_file_and_missing_opens_nothing(of_person):
    client, request = login("social_worker", name="Lotte"), send().request
    page = get(client, "identify", request.uuid)
    html = page.content.decode()
    opening = page.context["opening"]
    ids = {state.key: state.id for asked in (opening.page, opening.person_page) for state in asked.fields}
    assert list(ids) == ["tutor", "meter", "doctor", "nickname"] and "Loisirs" not in html
    url = reverse("requests:identify", args=[request.uuid])
    sent = {
        **hidden(html),
        "shown": list(ids),
        "join": "1",
        "choice": "new:new",
        ids["tutor"]: "TE",
        ids["meter"]: "5414",
        ids["nickname"]: "Aya",
    }
    refused = client.post(url, sent | {ids["doctor"]: " "})
    again = refused.content.decode()
    assert refused.status_code == 422 and "Un nouveau dossier a besoin de ces réponses : Médecin traitant." in again
    assert f'<a href="#{ids["doctor"]}">' in again and f'id="{ids["doctor"]}"' in again, "the summary leads to the field"
    assert 'value="5414"' in again and 'value="Aya"' in again
    assert (dossiers.Dossier.unscoped.count(), held(), of_persons()) == (0, {}, {})
    assert client.post(url, sent | {ids["doctor"]: "Dr Lenoir"}).status_code == 303
    lead = Request.unscoped.get().applicant_id
    assert of_persons() == {"doctor": (lead, "Dr Lenoir"), "nickname": (lead, "Aya")}
    assert held() == {"tutor": "TE", "meter": "5414"}
    facts = PersonFact.unscoped.filter(live=1)
    assert {(fact.valid_from, fact.source_ref) for fact in facts} == {(clock.today(), f"request:{request.pk}")}
    assert MutationLine.objects.filter(verb="person.own_data", subject_id=lead).count() == 1


def test_what_is_noted_of_a_known_person_need_not_be_repeated_and_an_empty_answer_changes_nothing(of_person, unit):
    root = agent("Racine", "social_worker")
    person = make_person("Benali", "Aya", "1987-03-27", actor=root)
    first = dossiers.open_dossier(actor=root, person=person, unit=unit)
    person.refresh_from_db()
    dossiers.write_person_custom(actor=root, person=person, section="coaching", answers={"doctor": "Dr Lenoir"})
    client, request = login("social_worker"), send().request
    opening = get(client, "identify", request.uuid).context["opening"]
    html = get(client, "identify", request.uuid).content.decode()
    ids = {state.key: state.id for asked in (opening.page, opening.person_page) for state in asked.fields}
    url = reverse("requests:identify", args=[request.uuid])
    sent = {
        **hidden(html),
        "shown": list(ids),
        "join": "1",
        "choice": f"{person.uuid}:new",
        ids["tutor"]: "TE",
        ids["meter"]: "1",
        ids["doctor"]: "",
    }
    assert "Prénom d’usage." in client.post(url, sent | {ids["nickname"]: ""}).content.decode()
    assert dossiers.Dossier.unscoped.count() == 1
    assert client.post(url, sent | {ids["nickname"]: "Yaya"}).status_code == 303
    assert of_persons() == {"doctor": (person.pk, "Dr Lenoir"), "nickname": (person.pk, "Yaya")}
    assert dossiers.Dossier.unscoped.exclude(pk=first.pk).get().lead_id == person.pk


def test_who_may_write_only_the_identity_is_asked_only_that(of_person):
    clerk = agent("Commis", "clerk")
    opening = opening_questions(clerk)
    assert opening.page is None and [state.key for state in opening.person_page.fields] == ["nickname"]
    assert opening_questions(agent("Payeur", "payer")) is None
    answered = opening_questions(clerk, {"nickname": "Aya", "doctor": "Dr Lenoir"})
    assert (answered.problems, answered.of_person()) == ([], {"coaching": {"nickname": "Aya"}})
