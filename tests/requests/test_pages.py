"""The desk's pages: what they do, and who is refused."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from parvis.contacts import api as contacts
from parvis.dossiers import api as dossiers
from parvis.dossiers.services import note_agent_fact
from parvis.form_engine.models import Draft
from parvis.identity.api import Account
from parvis.journal.models import Entry
from parvis.kernel import clock
from parvis.kernel.actor import system_actor
from parvis.requests.models import Request, RequestDateCorrection, RequestLine
from tests.requests.factories import agent, send, world

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def unit():
    return world()


def login(*functions: str, name: str = "Sabine", unit: Any = None) -> Client:
    actor = agent(name, *functions, unit=unit)
    client = Client()
    client.force_login(Account.objects.get(pk=actor.account_id))
    return client


def hidden(html: str) -> dict[str, list[str]]:
    data: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html):
        data.setdefault(name, []).append(value)
    data.pop("csrfmiddlewaretoken", None)
    return data


def get(client: Client, name: str, *args: Any, **query: Any) -> Any:
    return client.get(reverse(f"requests:{name}", args=args), query)


def test_the_register_lists_filters_searches_and_exports():
    with clock.travel(datetime(2026, 3, 2, 10, tzinfo=UTC)):
        send()
    with clock.travel(datetime(2026, 4, 20, 10, tzinfo=UTC)):
        send(answers={"first_name": "Zoé", "last_name": "Peeters", "urgent": True, "urgent_reason": "x"}, channel="portal")
        client = login("clerk")
        html = get(client, "index").content.decode()
        assert "Aya Benali" in html and "Zoé Peeters" in html and "2026/00002" in html
        late = get(client, "index", state="late").content.decode()
        assert "Aya Benali" in late and "Zoé Peeters" not in late
        assert "Zoé Peeters" not in get(client, "index", q="benali").content.decode()
        assert "Aya Benali" not in get(client, "index", q="2026/00002").content.decode()
        export = get(client, "index", export="csv")
        text = b"".join(export.streaming_content if export.streaming else [export.content]).decode("utf-8-sig")
        assert "Aya Benali" in text and "Zoé Peeters" in text


def test_the_register_costs_the_same_for_one_row_and_for_many(django_assert_max_num_queries):
    client = login("clerk")
    send()
    get(client, "index")
    with django_assert_max_num_queries(25) as one:
        get(client, "index")
    for _ in range(3):
        send()
    with django_assert_max_num_queries(len(one.captured_queries)):
        get(client, "index")


@pytest.mark.parametrize("function", ["payer", "releaser", "accountant", "committee_member", "administrator"])
def test_other_functions_are_refused_every_page(function):
    request = send().request
    client = login(function)
    names = [("index", ()), ("new", ()), ("urgent", ())]
    names += [(name, (request.uuid,)) for name in ("detail", "receipt", "correct", "identify", "take_over")]
    for name, args in names:
        assert get(client, name, *args).status_code == 404, name
        assert client.post(reverse(f"requests:{name}", args=args), {"join": "1"}).status_code in {404, 405}, name
    assert Request.unscoped.get().joined_at is None
    assert Client().get(reverse("requests:detail", args=[request.uuid])).status_code == 302


def test_another_units_request_does_not_exist():
    from tests.requests.test_joining import _other_unit

    request = send().request
    client = login("clerk", name="Ailleurs", unit=_other_unit())
    for name in ("detail", "receipt", "correct", "identify", "take_over"):
        assert get(client, name, request.uuid).status_code == 404, name
    assert "Aya Benali" not in get(client, "index").content.decode()


def test_readers_see_but_do_not_act():
    request = send().request
    client = login("auditor")
    html = get(client, "detail", request.uuid).content.decode()
    assert "Aya Benali" in html and reverse("requests:identify", args=[request.uuid]) not in html
    assert get(client, "identify", request.uuid).status_code == 404
    assert get(client, "correct", request.uuid).status_code == 404


def test_the_desk_registers_in_one_go_and_a_double_click_once():
    client = login("clerk")
    page = get(client, "new")
    response = client.post(reverse("requests:new"), {**hidden(page.content.decode()), "procedure": "aid-request", "channel": "call"})
    draft = Draft.unscoped.get()
    url = reverse("requests:fill", args=[draft.uuid])
    assert response["Location"] == url
    first = {"channel": "call", "f-last_name": "Sow", "f-first_name": "Mariama", "f-niss": "12345678901", "f-lives_alone": "no"}
    html = client.get(url).content.decode()
    response = client.post(url, {**hidden(html), **first, "refresh": "1"})
    html = client.get(url).content.decode()
    assert 'value="Mariama"' in html and "f-members-add" in html and 'value="12345678901"' in html
    response = client.post(url, {**hidden(html), **first, "incomplete": "1"})
    assert response.status_code == 422 and "e-niss" in response.content.decode(), "what is wrong must be mended even so"
    assert not Request.unscoped.exists()
    data = {**hidden(html), **first, "f-niss": "", "incomplete": "1", "made_on": "2026-01-01"}
    assert client.post(url, data).status_code == 422, "another day needs a reason"
    day = clock.today().replace(day=1) if clock.today().day > 1 else clock.today()
    data |= {"made_on": day.isoformat(), "made_why": "Appel du matin"} if day != clock.today() else {"made_on": ""}
    response = client.post(url, data)
    again = client.post(url, data)
    request = Request.unscoped.get()
    assert response["Location"] == again["Location"] == reverse("requests:detail", args=[request.uuid])
    assert (request.channel, request.registered_by_label, request.requested_on) == ("call", "Sabine", day)
    html = client.get(response["Location"]).content.decode()
    assert "codebox" in html
    assert "codebox" not in client.get(response["Location"]).content.decode(), "the code is shown once"


def test_a_draft_belongs_to_the_agent_who_types_it():
    client = login("clerk")
    client.post(reverse("requests:new"), {"procedure": "aid-request", "channel": "call"})
    other = login("clerk", name="Autre")
    assert get(other, "fill", Draft.unscoped.get().uuid).status_code == 404


def test_identify_proposes_the_known_person_in_spite_of_spelling_and_joins():
    client = login("social_worker", name="Amelie")
    root = agent("Racine", "social_worker")
    known = contacts.create_person(actor=root, family_name="Ben Ali", given_names="Áya", birth_date=date(1987, 3, 27), language="fr")
    request = send().request
    html = get(client, "identify", request.uuid).content.decode()
    assert f"{known.uuid}:new" in html
    url = reverse("requests:identify", args=[request.uuid])
    assert client.post(url, {**hidden(html), "join": "1"}).status_code == 422, "nothing chosen"
    response = client.post(url, {**hidden(html), "join": "1", "choice": f"{known.uuid}:new"})
    assert response["Location"] == reverse("requests:take_over", args=[request.uuid])
    assert Request.unscoped.get().applicant_id == known.pk
    late = login("clerk", name="Trop Tard").post(url, {"join": "1", "choice": "new:new"})
    assert late.status_code == 409 and "Amelie" in late.content.decode()
    assert contacts.Person.unscoped.count() == 1
    html = get(client, "take_over", request.uuid).content.decode()
    response = client.post(reverse("requests:take_over", args=[request.uuid]), {**hidden(html), "keys": ["phone", "rent"]})
    assert response.status_code == 303 and set(Request.unscoped.get().taken_over) == {"phone", "rent"}


def test_identify_ranks_the_agents_and_keeps_what_was_chosen():
    """A50: debts, in Arabic; who is absent is chosen by the head alone, with a word, and the journal keeps it."""
    client = login("clerk")
    root = system_actor("tests")
    able, away = (Account.objects.get(pk=agent(name, "social_worker").account_id) for name in ("Nadia", "Omar"))
    for one in (able, away):
        note_agent_fact(actor=root, account=one, kind="speciality", code="debts", share=50)
        note_agent_fact(actor=root, account=one, kind="language", code="ar")
    note_agent_fact(actor=root, account=able, kind="quota", quota=20)
    note_agent_fact(actor=root, account=away, kind="leave", valid_to=clock.today() + timedelta(days=3))
    request = send().request
    page = get(client, "identify", request.uuid, about="debts", language="ar")
    shown = {one.agent.id: (one.place, one.ranked.score, one.ranked.why_not) for one in page.context["proposals"]}
    assert shown[able.pk] == (1, 20 + 25 + 15, ())
    assert shown[away.pk][2] == ("away",)
    url = reverse("requests:identify", args=[request.uuid]) + "?about=debts&language=ar"
    sent = {"join": "1", "choice": "new:new", "referent": str(away.pk), "note": "Il connaît la famille"}
    assert client.post(url, sent).status_code == 422
    assert Request.unscoped.get().joined_at is None and not dossiers.Dossier.unscoped.exists()
    chief = login("chief", name="Chef")
    assert chief.post(url, sent | {"note": ""}).status_code == 422
    assert chief.post(url, sent).status_code == 303
    dossier = dossiers.Dossier.unscoped.get()
    row = dossiers.main_referent_of(dossier.pk)
    assert (row.account_id, row.speciality) == (away.pk, "debts")
    assert Entry.unscoped.filter(dossier=dossier, text="Il connaît la famille").count() == 1


def test_a_new_person_comes_from_what_the_request_says():
    client = login("clerk")
    request = send().request
    client.post(reverse("requests:identify", args=[request.uuid]), {"join": "1", "choice": "new:new"})
    row = Request.unscoped.select_related("applicant").get()
    card = contacts.person_card(agent("X", "clerk"), row.applicant_id)
    assert (card.family_name, card.given_names, card.birth_date) == ("Benali", "Aya", date(1987, 3, 27))
    assert dossiers.Dossier.unscoped.count() == 1


@pytest.mark.parametrize("choice", ["junk", "junk:new", "00000000-0000-4000-8000-000000000000:new"])
def test_a_forged_choice_is_refused(choice):
    client = login("clerk")
    request = send().request
    response = client.post(reverse("requests:identify", args=[request.uuid]), {"join": "1", "choice": choice})
    assert response.status_code == 422 and Request.unscoped.get().joined_at is None


def test_a_card_is_read_compared_and_used(samples):
    client = login("clerk")
    request = send(answers={"first_name": "Alice Geldigekaart", "last_name": "SPECIMEN"}).request
    url = reverse("requests:identify", args=[request.uuid])
    card = samples / "eid" / "commons-eid" / "71715100070.eid"
    response = client.post(url, {"read_card": "1", "card": SimpleUploadedFile("card.eid", card.read_bytes())})
    html = response.content.decode()
    assert response.status_code == 200 and "packed_card" in html and "71.71.51" in html.replace("71715100070", "71.71.51")
    response = client.post(url, {**hidden(html), "join": "1", "choice": "new:new"})
    assert response.status_code == 303
    made = contacts.person_card(agent("X", "clerk"), Request.unscoped.get().applicant_id)
    assert made.specimen
    bad = client.post(
        reverse("requests:identify", args=[send().request.uuid]), {"read_card": "1", "card": SimpleUploadedFile("x.eid", b"nothing")}
    )
    assert bad.status_code == 422


def test_the_day_is_corrected_on_its_page():
    client = login("clerk")
    with clock.travel(datetime(2026, 3, 10, 10, tzinfo=UTC)):
        request = send(channel="portal").request
    url = reverse("requests:correct", args=[request.uuid])
    assert client.post(url, {"new_on": "2026-03-11", "reason": "x"}).status_code == 422
    assert client.post(url, {"new_on": "2026-03-06", "reason": ""}).status_code == 422
    assert not RequestDateCorrection.objects.exists()
    assert client.post(url, {"new_on": "2026-03-06", "reason": "Appel"}).status_code == 303
    html = get(client, "detail", request.uuid).content.decode()
    assert "10/03/2026" in html and "06/03/2026" in html and "Appel" in html


def test_urgent_screen_asks_which_person_and_goes_to_the_president():
    client = login("clerk")
    known = contacts.create_person(
        actor=agent("R", "clerk"), family_name="Benali", given_names="Aya", birth_date=date(1987, 3, 27), language="fr"
    )
    url = reverse("requests:urgent")
    data = {
        "family_name": "Benali", "given_names": "Aya", "birth_date": "1987-03-27", "reason": "Plus rien à manger", "amount": "120,00",
        "paid": "cash", "language": "fr", "channel": "desk_visit",
    }  # fmt: skip
    assert client.post(url, {**data, "paid": "account"}).status_code == 422
    assert client.post(url, {**data, "niss": "12345678901"}).status_code == 422
    asked = client.post(url, data)
    assert asked.status_code == 422 and str(known.uuid) in asked.content.decode() and not Request.unscoped.exists()
    response = client.post(url, {**data, "person": str(known.uuid)})
    assert response.status_code == 303
    row = Request.unscoped.get()
    assert row.applicant_id == known.pk and RequestLine.unscoped.get().stage == "president"


def test_search_and_backlog():
    from parvis.kernel import registries
    from parvis.requests.search import search_requests

    with clock.travel(datetime(2026, 3, 2, 10, tzinfo=UTC)):
        send()
    clerk = agent("Sabine", "clerk")
    assert [hit.title for hit in search_requests(clerk, "benali aya", 5)] == ["2026/00001 · Aya Benali"]
    assert [hit.title for hit in search_requests(clerk, "2026/1", 5)] == ["2026/00001 · Aya Benali"]
    assert search_requests(agent("Payeur", "payer"), "benali", 5) == []
    with clock.travel(datetime(2026, 5, 2, 10, tzinfo=UTC)):
        late = registries.backlog.get("over_30_days")
        assert late.count(clerk) == late.count(agent("M", "committee_member")) == 1
        assert late.url().endswith("?state=late")


def test_facts_taken_over_say_from_which_question_with_a_link_for_who_may_open_it():
    """C4: "demande 2026/00001, question « Loyer … »", never a key of the house."""
    mine = send().request
    worker = agent("Amelie", "social_worker")
    from parvis.requests import api as requests

    person = contacts.create_person(actor=worker, family_name="Benali", given_names="Aya", birth_date=date(1987, 3, 27))
    joined = requests.join_dossier(actor=worker, request=mine, person=person)
    requests.take_over(actor=worker, request=joined, keys=["rent"])
    browser = Client()
    browser.force_login(Account.objects.get(pk=worker.account_id))
    address = reverse("requests:detail", args=[mine.uuid])
    label = next(
        field["label"]["fr"] for page in joined.procedure.form.definition["pages"] for field in page["fields"] if field["key"] == "rent"
    )
    for name in ("dossiers:detail", "dossiers:situation"):
        html = browser.get(reverse(name, args=[joined.dossier.uuid])).content.decode()
        assert f'<a href="{address}">demande {mine.number}, question « {label} »</a>' in html, name
        assert "request:" not in html
    row = dossiers.situation_at(joined.dossier_id, kinds=["charge"]) or dossiers.situation_at(joined.dossier_id)
    form = browser.get(reverse("dossiers:situation_edit", args=[joined.dossier.uuid, row[0].item])).content.decode()
    assert "request:" not in form
    # Who reads dossiers but no requests gets the words alone.
    payer = login("auditor", name="Anne")
    reader = login("accountant", name="Paul")
    assert address in payer.get(reverse("dossiers:detail", args=[joined.dossier.uuid])).content.decode()
    assert address not in reader.get(reverse("dossiers:detail", args=[joined.dossier.uuid])).content.decode()


def test_a_request_links_only_to_what_its_reader_may_open():
    """The president reads the request; dossier and task are told, not linked: their pages are not found for a president."""
    mine = send().request
    worker = agent("Amelie", "social_worker")
    from parvis.requests import api as requests

    person = contacts.create_person(actor=worker, family_name="Benali", given_names="Aya", birth_date=date(1987, 3, 27))
    joined = requests.join_dossier(actor=worker, request=mine, person=person)
    page = reverse("requests:detail", args=[mine.uuid])
    dossier = reverse("dossiers:detail", args=[joined.dossier.uuid])
    seen = login("president", name="Claire")
    html = seen.get(page).content.decode()
    assert joined.dossier.number in html and dossier not in html
    assert re.findall(r"/tasks/[0-9a-f-]{36}", html) == []
    mine_too = Client()
    mine_too.force_login(Account.objects.get(pk=worker.account_id))
    assert dossier in mine_too.get(page).content.decode()


def test_the_desk_form_draws_what_an_answer_asks_for_and_nothing_else():
    """Without JavaScript a button does it; with it the part comes by itself, and only when the questions change."""
    client = login("clerk")
    client.post(reverse("requests:new"), {"procedure": "aid-request", "channel": "call"})
    draft = Draft.unscoped.get()
    address = reverse("requests:fill", args=[draft.uuid])
    whole = client.get(address).content.decode()
    assert 'id="questions"' in whole and "f-incomes" not in whole
    part = {"HX-Request": "true", "HX-Target": "questions"}
    data = {**hidden(whole), "channel": "call", "refresh": "1"}
    data.pop("idempotency_key", None)
    answer = client.post(address, {**data, "f-has_income": "yes", "f-last_name": "Benali"}, headers=part)
    html = answer.content.decode()
    assert answer.status_code == 200
    assert html.strip().startswith("<div") and "<html" not in html and 'id="questions"' in html
    assert "f-incomes" in html and 'value="Benali"' in html
    data = {**hidden(html), "channel": "call", "refresh": "1", "f-has_income": "yes", "f-last_name": "Benali", "f-first_name": "Aya"}
    again = client.post(address, data, headers=part)
    assert (again.status_code, again.content) == (204, b"")
    assert Draft.unscoped.get().answers["first_name"] == "Aya"
    plain = client.post(address, {**data, "refresh": "identity"})
    assert (plain.status_code, plain["Location"].split("#")[0]) == (303, address)
    assert Request.unscoped.count() == 0
