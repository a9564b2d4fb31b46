"""Answers that name somebody of the address book (B8): offered to the agent, linked, added after a look for doubles; never shown to the citizen."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from parvis.contacts import api as contacts
from parvis.contacts.models import Organisation, PersonRole, Relation
from parvis.dossiers import api as dossiers
from parvis.dossiers.sheet import parts_for
from parvis.form_engine import api as forms
from parvis.form_engine.models import Draft
from parvis.kernel import clock
from parvis.kernel.errors import NotAllowed
from parvis.kernel.subject import SubjectRef
from parvis.procedures import api as procedures
from parvis.requests import api as requests
from parvis.requests.models import AnswerParty, Request
from parvis.requests.services import name_party, named_in
from tests.requests.factories import ROOT, agent, send, world
from tests.requests.test_pages import get, hidden, login

pytestmark = pytest.mark.django_db

SINCE = dt.date(2019, 1, 1)
LANDLORD = {"landlord": "Immo Valmond"}


@pytest.fixture(autouse=True)
def unit() -> Any:
    return world()


@pytest.fixture
def worker() -> Any:
    return agent("Amelie", "social_worker")


def an_agency(actor: Any, name: str = "Immo Valmont", kind: str = "landlord") -> Organisation:
    found = contacts.create_organisation(actor=actor, name=name, kinds=[kind], valid_from=SINCE)
    contacts.set_office(
        actor=actor, organisation=found, street="Rue Haute", number="4", postal_code="4999", municipality="Valmont", valid_from=SINCE
    )
    return found


def a_joined_request(actor: Any, **answers: Any) -> Request:
    who = contacts.create_person(actor=actor, family_name="Benali", given_names="Aya", birth_date=dt.date(1987, 3, 27), language="fr")
    return requests.join_dossier(actor=actor, request=send(answers={**LANDLORD, **answers}).request, person=who)


def ref(organisation: Organisation) -> str:
    return f"organisation:{organisation.uuid}"


def open_draft(client: Client) -> Draft:
    client.post(reverse("requests:new"), {"procedure": "aid-request", "channel": "desk_visit"})
    return Draft.objects.visible_to(ROOT).latest("pk")


def test_the_desk_offers_entries_like_what_is_typed_in_any_spelling(worker) -> None:
    agency = an_agency(worker)
    an_agency(worker, "Cabinet Meyer", "doctor")
    client = login("clerk")
    html = client.get(reverse("requests:book"), {"field": "landlord", "kind": "landlord", "f-landlord": "imo valmont"}).content.decode()
    assert "Immo Valmont" in html and f"landlord={ref(agency)}" in html and "Meyer" not in html
    draft = open_draft(client)
    page = client.get(reverse("requests:fill", args=[draft.uuid])).content.decode()
    assert "hx-get" not in page.split('id="f-last_name"')[1].split(">")[0], "only questions that name somebody of the book"


@pytest.mark.parametrize("function", ["payer", "accountant", "committee_member", "administrator"])
def test_nobody_but_the_desk_is_offered_entries(worker, function) -> None:
    an_agency(worker)
    query = {"field": "landlord", "kind": "landlord", "f-landlord": "Immo Valmont"}
    assert login(function).get(reverse("requests:book"), query).status_code == 404
    answer = Client().get(reverse("requests:book"), query)
    assert answer.status_code in {302, 404} and b"Valmont" not in answer.content


def test_a_choice_fills_the_answer_and_typing_over_it_undoes_it(worker) -> None:
    agency = an_agency(worker)
    client = login("clerk")
    draft = open_draft(client)
    where = reverse("requests:fill", args=[draft.uuid])
    shown = {"shown": ["housing"], "f-housing": "tenant", "refresh": "1"}
    assert client.post(where, shown).status_code == 303
    answer = client.post(
        where,
        {"shown": ["housing", "landlord"], "f-housing": "tenant", "f-landlord": "imo", "pick": f"landlord={ref(agency)}"},
        headers={"HX-Request": "true", "HX-Target": "questions"},
    )
    html = answer.content.decode()
    assert answer.status_code == 200 and 'value="Immo Valmont"' in html and "Rue Haute" not in html
    draft.refresh_from_db()
    assert draft.answers["landlord"] == "Immo Valmont"
    assert draft.answers["_desk"]["names"] == {"landlord": [ref(agency), "Immo Valmont"]}
    client.post(where, {"shown": ["housing", "landlord"], "f-housing": "tenant", "f-landlord": "Madame Autre", "refresh": "1"})
    draft.refresh_from_db()
    assert draft.answers["landlord"] == "Madame Autre" and draft.answers["_desk"]["names"] == {}


def test_the_choice_of_the_desk_stays_with_the_request_and_a_false_one_is_not_taken(worker) -> None:
    agency = an_agency(worker)
    client = login("clerk")
    draft = open_draft(client)
    where = reverse("requests:fill", args=[draft.uuid])
    typed = {
        "f-last_name": "Benali",
        "f-first_name": "Aya",
        "f-housing": "tenant",
        "f-landlord": "x",
        "f-for_whom": "self",
        "f-rent": "600",
    }
    asked = {"shown": ["for_whom", "last_name", "first_name", "housing", "landlord", "rent"]}
    client.post(where, {**typed, **asked, "refresh": "1"})
    client.post(where, {**typed, **asked, "pick": "landlord=organisation:00000000-0000-0000-0000-000000000000"})
    draft.refresh_from_db()
    assert draft.answers["_desk"]["names"] == {} and draft.answers["landlord"] == "x"
    client.post(where, {**typed, **asked, "pick": f"landlord={ref(agency)}"})
    page = client.get(where).content.decode()
    sent = client.post(where, {**hidden(page), **typed, **asked, "f-landlord": "Immo Valmont", "channel": "desk_visit", "incomplete": "1"})
    assert sent.status_code == 303, sent.content.decode()[:2000]
    request = Request.unscoped.get()
    assert request.answers["landlord"] == "Immo Valmont"
    assert AnswerParty.unscoped.get().organisation_id == agency.pk
    assert not PersonRole.unscoped.exists(), "an answer never writes facts by itself"
    reader = get(login("social_worker", name="Luc"), "detail", request.uuid).content.decode()
    assert reverse("contacts:organisation", args=[agency.uuid]) in reader


def test_what_a_citizen_typed_is_matched_by_the_agent_who_takes_over(worker) -> None:
    agency = an_agency(worker)
    request = a_joined_request(worker)
    client = login("social_worker", name="Luc")
    page = get(client, "take_over", request.uuid).content.decode()
    assert reverse("requests:named", args=[request.uuid]) + "?field=landlord" in page and "Immo Valmont" not in page
    where = reverse("requests:named", args=[request.uuid]) + "?field=landlord"
    assert ref(agency) in client.get(where).content.decode()
    assert client.post(where, {"entry": ""}).status_code == 422 and not AnswerParty.unscoped.exists()
    assert client.post(where, {"entry": ref(agency)}).status_code == 303
    assert not PersonRole.unscoped.exists()
    (one,) = [row for row in requests.takings(worker, request) if row.key == "book:landlord"]
    assert (one.text, one.known) == ("Immo Valmond", "Immo Valmont")
    client.post(reverse("requests:take_over", args=[request.uuid]), {"keys": ["book:landlord"]})
    role = PersonRole.unscoped.get()
    assert (role.organisation_id, role.person_id, role.role) == (agency.pk, request.applicant_id, "tenant")
    assert (role.source, role.source_ref, role.valid_from) == ("submission", f"request:{request.pk}#landlord", request.requested_on)
    request.refresh_from_db()
    assert request.answers["landlord"] == "Immo Valmond", "what was typed stays as it was typed"
    assert requests.take_over(actor=worker, request=request, keys={"book:landlord"}) == []


def test_a_private_landlord_becomes_a_tenancy(worker) -> None:
    owner = contacts.create_person(actor=worker, family_name="Lejeune", given_names="Marc", birth_date=None, language="fr")
    contacts.set_capacity(actor=worker, person=owner, kind="landlord", valid_from=SINCE)
    request = a_joined_request(worker, landlord="M. Lejeune")
    (choice,) = contacts.choices_like(worker, "landlord", "Lejeune")
    assert contacts.choices_like(worker, "doctor", "Lejeune") == [], "no person where there is no relation to write"
    name_party(actor=worker, request=request, field="landlord", ref=choice.ref)
    assert requests.take_over(actor=worker, request=request, keys={"book:landlord"}) == ["book:landlord"]
    tie = Relation.unscoped.get()
    assert (tie.person_id, tie.other_id, tie.kind) == (owner.pk, request.applicant_id, "landlord")


def test_nothing_is_added_to_the_book_before_doubles_are_shown(worker) -> None:
    an_agency(worker)
    request = a_joined_request(worker)
    client = login("social_worker", name="Luc")
    where = reverse("requests:named", args=[request.uuid]) + "?field=landlord"
    new = {"add": "1", "name": "Immo Valmond", "street": "Rue Neuve", "number": "1", "postal_code": "4999", "municipality": "Valmont"}
    refused = client.post(where, new)
    assert refused.status_code == 422 and "Immo Valmont" in refused.content.decode()
    assert Organisation.unscoped.count() == 1 and not AnswerParty.unscoped.exists()
    assert client.post(where, {**new, "confirmed": "on"}).status_code == 303
    made = Organisation.unscoped.latest("pk")
    assert AnswerParty.unscoped.get().organisation_id == made.pk
    card = contacts.organisation_card(worker, made.pk)
    assert (card.name, card.address) == ("Immo Valmond", "Rue Neuve 1, 4999 Valmont")


def test_whoever_may_not_register_there_links_nothing(worker) -> None:
    agency = an_agency(worker)
    request = a_joined_request(worker)
    with pytest.raises(NotAllowed):
        name_party(actor=agent("Payeur", "payer"), request=request, field="landlord", ref=ref(agency))
    with pytest.raises(requests.RequestError):
        name_party(actor=worker, request=request, field="last_name", ref=ref(agency))
    assert not AnswerParty.unscoped.exists()


def test_a_protected_landlord_is_offered_to_nobody_and_disappears_from_what_was_linked(worker) -> None:
    owner = contacts.create_person(actor=worker, family_name="Delvaux", given_names="Nora", birth_date=None, language="fr")
    contacts.set_capacity(actor=worker, person=owner, kind="landlord", valid_from=SINCE)
    contacts.set_address(actor=worker, person=owner, street="Rue du Refuge", postal_code="4970", municipality="Cachette", valid_from=SINCE)
    request = a_joined_request(worker, landlord="Delvaux")
    name_party(actor=worker, request=request, field="landlord", ref=f"person:{owner.uuid}")
    contacts.hide_address(actor=worker, person=owner)
    client = login("social_worker", name="Luc")
    asked = {"field": "landlord", "kind": "landlord", "f-landlord": "Delvaux"}
    pages = [
        client.get(reverse("requests:book"), asked),
        get(client, "named", request.uuid, field="landlord"),
        get(client, "take_over", request.uuid),
        get(client, "detail", request.uuid),
    ]
    for page in pages:
        html = page.content.decode()
        assert page.status_code == 200
        assert not [secret for secret in ("Nora", "Refuge", "Cachette", "4970", str(owner.uuid)) if secret in html]
    assert [one.entry for one in named_in(worker, request)] == [None]
    with pytest.raises(requests.RequestError):
        name_party(actor=worker, request=request, field="landlord", ref=f"person:{owner.uuid}")


def test_the_citizen_s_form_never_speaks_of_the_book(worker) -> None:
    an_agency(worker)
    procedure = procedures.latest("aid-request")
    state = forms.resolve(procedure.form.definition, {"housing": "tenant"}, today=clock.today())
    from django.template.loader import render_to_string

    pages = "".join(render_to_string("form_engine/_page.html", {"page": page, **forms.form_context(state)}) for page in state.visible_pages)
    assert 'id="f-landlord"' in pages
    assert "hx-get" not in pages and reverse("requests:book") not in pages and "Valmont" not in pages


def test_a_doctor_moves_once_and_forty_files_and_the_next_letter_show_it(worker) -> None:
    """B8 in its words: the address is written once; letters of before keep the one of before."""
    with clock.travel(dt.datetime(2026, 3, 9, 10, tzinfo=dt.UTC)):
        doctor = an_agency(worker, "Cabinet Meyer", "doctor")
        before = contacts.address_for_letter(SubjectRef("organisation", doctor.pk), clock.today())
        reader = agent("Karim", "social_worker", "chief")
        files = []
        for number in range(40):
            person = contacts.create_person(actor=ROOT, family_name=f"Patient{number:02}", given_names="A", birth_date=None, language="fr")
            files.append(dossiers.open_dossier(actor=ROOT, person=person, unit=world()))
            contacts.tie_to_entry(actor=ROOT, person=person, kind="doctor", organisation=doctor, valid_from=SINCE)
        moved = dt.date(2026, 3, 10)
        contacts.set_office(
            actor=worker, organisation=doctor, street="Rue Basse", number="9", postal_code="4999", municipality="Valmont", valid_from=moved
        )
        assert _addresses(doctor) == 2, "one more row, whatever the number of files"
    with clock.travel(dt.datetime(2026, 3, 11, 10, tzinfo=dt.UTC)):
        shown = [_partners(reader, dossier, clock.today()) for dossier in files]
        assert all("Rue Basse 9, 4999 Valmont" in text and "Rue Haute" not in text for text in shown) and len(shown) == 40
        assert "Rue Haute 4" in _partners(reader, files[0], dt.date(2026, 3, 9))
        after = contacts.address_for_letter(SubjectRef("organisation", doctor.pk), clock.today())
        assert before.lines == ("Rue Haute 4", "4999 Valmont") and after.lines == ("Rue Basse 9", "4999 Valmont")
        assert contacts.address_for_letter(SubjectRef("organisation", doctor.pk), dt.date(2026, 3, 9)).lines == before.lines


def _addresses(doctor: Organisation) -> int:
    return doctor.addresses(manager="unscoped").filter(live=1).count()


def _partners(reader: Any, dossier: Any, day: dt.date) -> str:
    parts, _hidden = parts_for(reader, dossier, day)
    lines = next(part.lines for part in parts if part.part.key == "partners")
    return " ".join(f"{line}" for line in lines)
