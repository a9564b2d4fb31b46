"""Who opens what: a browser shows what its codes opened, an agent's session nothing of it, and nobody is told what exists."""

import re

import pytest
from django.conf import settings
from django.test import Client

from parvis.documents import api as documents
from parvis.documents.enums import DocumentKind
from parvis.form_engine import api as forms
from parvis.identity.api import create_account
from parvis.kernel.actor import Actor
from parvis.kernel.subject import SubjectRef
from parvis.portal.models import CodeAttempt
from parvis.requests import api as requests
from parvis.requests.models import Request
from tests.requests.factories import ROOT, agent, send, world

from .test_asking import at, complete, enter, follow, here, hidden, png

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def unit():
    return world()


@pytest.fixture
def started(client):
    response = follow(client, "/p/aid-request/", {})
    code = re.search(r"codebox\">([0-9A-Z-]{14})<", response.content.decode())[1]
    return forms.Draft.unscoped.get(), code


def sign_in(client: Client, name: str = "Clara") -> Client:
    account = create_account(
        actor=ROOT, username=name.lower(), email=f"{name.lower()}@example.be", display_name=name, password="a long pass phrase 1"
    )
    client.force_login(account)
    return client


def pages_of(draft, request) -> list[str]:
    return [
        f"/p/draft/{draft.uuid}/",
        at(draft, "need"),
        f"/p/draft/{draft.uuid}/summary/",
        f"/p/draft/{draft.uuid}/later/",
        *pages_of_request(request),
    ]


def pages_of_request(request) -> list[str]:
    line = request.lines.model.unscoped.get(request=request)
    return [
        f"/p/sent/{request.uuid}/",
        f"/p/track/{request.uuid}/",
        f"/p/track/{request.uuid}/readings/",
        f"/p/track/{request.uuid}/receipt.pdf",
        f"/p/track/{request.uuid}/letter/{line.uuid}.pdf",
    ]


def test_a_browser_without_codes_is_led_to_the_page_that_asks_for_them(client, started):
    draft, _ = started
    sent = send()
    stranger = Client()
    for url in pages_of(draft, sent.request):
        answer = stranger.get(url)
        assert (answer.status_code, answer["Location"]) == (303, "/p/resume/" if "/draft/" in url else "/p/track/"), url
    # The same for what does not exist: the answer tells nothing.
    nowhere = "00000000-0000-0000-0000-000000000007"
    assert stranger.get(f"/p/track/{nowhere}/")["Location"] == "/p/track/"
    assert stranger.get(f"/p/draft/{nowhere}/")["Location"] == "/p/resume/"
    assert stranger.get("/p/nothing-here/").status_code == 404


def test_a_code_opens_its_own_request_and_no_other(client, started):
    draft, _ = started
    mine, other = send(), send(answers={"last_name": "Petrov"})
    receipt = requests.make_receipt(actor=ROOT, request=other.request)
    person = Client()
    assert enter(person, mine)["Location"] == f"/p/track/{mine.request.uuid}/"
    assert person.get(f"/p/track/{mine.request.uuid}/").status_code == 200
    for url in pages_of(draft, other.request):
        assert person.get(url).status_code == 404, url
    assert person.get(f"/documents/{receipt.uuid}/").status_code == 404, "the file by its own address neither"
    assert person.post(f"/p/track/{other.request.uuid}/", {"kind": "identity", "file": png()}).status_code == 404
    assert person.post(f"/p/draft/{draft.uuid}/summary/", {}).status_code == 404
    assert len(documents.documents_about([SubjectRef("request", other.request.pk)])) == 1
    assert "Petrov" not in person.get("/").content.decode()


def test_an_agents_session_opens_nothing_of_the_citizens_pages(client, started):
    draft, code = started
    sent = send()
    agent = sign_in(Client())
    for url in pages_of(draft, sent.request):
        assert agent.get(url).status_code == 404, url
    before = forms.Draft.unscoped.count()
    for url, data in (
        ("/p/aid-request/", {}),
        ("/p/resume/", {"code": code}),
        ("/p/track/", {"number": sent.request.number, "code": sent.tracking_code}),
    ):
        for answer in (agent.get(url), agent.post(url, data)):
            assert answer.status_code == 200 and "connecté comme agent" in answer.content.decode(), url
    assert "portal_refs" not in agent.session and forms.Draft.unscoped.count() == before
    assert agent.get(f"/p/track/{sent.request.uuid}/").status_code == 404


def test_signing_in_closes_what_was_open(client, started):
    draft, _ = started
    assert client.get(at(draft, "need")).status_code == 200
    sign_in(client)
    assert client.get(at(draft, "need")).status_code == 404
    client.post("/account/logout/")
    assert client.get(at(draft, "need"))["Location"] == "/p/resume/"


def test_the_first_code_changes_the_session_identifier(client):
    sent = send()
    session = client.session
    session["planted"] = True
    session.save()
    planted = session.session_key
    enter(client, sent)
    assert client.session.session_key != planted
    assert client.session["portal_refs"] == [["request", sent.request.pk]]


def test_leaving_forgets_everything_in_this_browser(client, started):
    draft, _ = started
    client.post("/p/leave/")
    assert client.get(at(draft, "need"))["Location"] == "/p/resume/"
    assert "portal_refs" not in client.session and "portal" not in client.session


@pytest.mark.parametrize("typed", ["{number}", " {number} ", "2026-1", "202600001", "2026 00001"])
def test_the_number_may_be_copied_as_people_write(client, typed):
    from datetime import UTC, datetime

    from parvis.kernel import clock

    with clock.travel(datetime(2026, 3, 2, 10, tzinfo=UTC)):
        sent = send()
        data = {"number": typed.format(number=sent.request.number), "code": sent.tracking_code.lower().replace("-", " ")}
        assert client.post("/p/track/", data)["Location"] == f"/p/track/{sent.request.uuid}/"


def test_a_wrong_number_and_a_wrong_code_get_the_same_answer(client):
    first, second = send(), send()
    texts = []
    for number, code in (
        (first.request.number, "AAAA-BBBB-CCCC"),
        (second.request.number, first.tracking_code),
        ("2019/00001", first.tracking_code),
        ("1; drop", "'"),
    ):
        answer = client.post("/p/track/", {"number": number, "code": code})
        assert answer.status_code == 422 and "portal_refs" not in client.session
        html = answer.content.decode()
        texts.append(re.sub(r"\s+", " ", re.search(r'class="err-sum".*?</div>', html, re.S)[0]))
        assert "field--error" not in html, "no field is pointed at"
    assert len(set(texts)) == 1 and "ce numéro et ce code ensemble" in texts[0]


def test_codes_cannot_be_guessed(client):
    sent = send()
    for _ in range(10):
        assert client.post("/p/track/", {"number": sent.request.number, "code": "AAAA-BBBB-CCCC"}).status_code == 422
    answer = enter(client, sent)
    assert answer.status_code == 429, "even the right one waits"
    assert "quart d’heure" in answer.content.decode() and "portal_refs" not in client.session
    assert client.post("/p/resume/", {"code": "AAAA-BBBB-CCCC"}).status_code == 429
    (row,) = CodeAttempt.objects.all()
    assert row.count == 10 and "127.0.0.1" not in row.holder


def test_a_lost_session_keeps_the_draft_behind_its_code(client, started):
    draft, code = started
    data = hidden(client.get(at(draft, "contact"))) | {"f-phone": "0470 12 34 56", "f-letter_language": "nl"}
    client.post(at(draft, "contact"), data)
    other = Client()
    response = follow(other, at(draft, "contact"))
    assert here(response) == "/p/resume/" and "vos réponses sont gardées" in response.content.decode()
    response = other.post("/p/resume/", {"code": code.lower().replace("-", "")}, follow=True)
    assert f"/p/draft/{draft.uuid}/page/for-whom/" in here(response)
    assert "+32470123456" in other.get(at(draft, "contact")).content.decode()


def test_what_is_typed_after_the_session_ended_comes_back_with_the_code(client, started):
    draft, code = started
    page = client.get(at(draft, "identity"))
    data = hidden(page) | {
        "f-last_name": "Benali",
        "f-first_name": "Aya",
        "f-birth_date-d": "27",
        "f-birth_date-m": "3",
        "f-birth_date-y": "1987",
    }
    client.session.flush()
    client.cookies.pop(settings.SESSION_COOKIE_NAME, None)
    asked = client.post(at(draft, "identity"), data)
    assert asked.status_code == 422 and "Rien n’est perdu" in asked.content.decode()
    draft.refresh_from_db()
    assert not draft.answers.get("last_name"), "nothing is written without the code"
    wrong = client.post("/p/resume/", {**hidden(asked), "code": "AAAA-BBBB-CCCC"})
    assert wrong.status_code == 422 and "Benali" in wrong.content.decode(), "a mistyped code loses nothing either"
    client.post("/p/resume/", {**hidden(wrong), "code": code})
    draft.refresh_from_db()
    assert (draft.answers["last_name"], draft.answers["birth_date"]) == ("Benali", "1987-03-27")
    assert "identity" in draft.done_pages


def test_what_is_carried_cannot_enter_another_draft(client, started):
    draft, code = started
    stranger = Client()
    follow(stranger, "/p/aid-request/", {})
    other = forms.Draft.unscoped.exclude(pk=draft.pk).get()
    carried = {"kept.draft": str(other.uuid), "kept.page": "identity", "kept.shown": "last_name", "kept.f-last_name": "Intrus"}
    Client().post("/p/resume/", {**carried, "code": code})
    for row in (draft, other):
        row.refresh_from_db()
        assert "last_name" not in row.answers


def test_a_sent_draft_leads_to_its_request_in_the_browser_that_sent_it_only(client, started):
    draft, code = started
    complete(draft)
    client.post(f"/p/draft/{draft.uuid}/summary/", {})
    sent = Request.unscoped.get()
    assert client.get(at(draft, "need"))["Location"] == f"/p/sent/{sent.uuid}/"
    assert Client().post("/p/resume/", {"code": code}).status_code == 422, "the draft's code is spent"


def test_personal_pages_are_kept_by_no_cache(client, started):
    draft, _ = started
    for url in ("/", at(draft, "need"), f"/p/draft/{draft.uuid}/summary/"):
        assert "no-store" in client.get(url)["Cache-Control"], url


def test_a_document_of_the_centre_is_no_document_of_the_person(client):
    """What an agent adds about the person is not shown on the person's page."""
    sent = send()
    enter(client, sent)
    file = documents.store_bytes(b"%PDF-1.4 note")
    documents.attach(
        actor=ROOT,
        subject=SubjectRef("request", sent.request.pk),
        file=file,
        title="Note interne",
        kind=DocumentKind.OTHER,
        origin=documents.Origin.PRODUCED,
        language="fr",
    )
    assert "Note interne" not in client.get(f"/p/track/{sent.request.uuid}/").content.decode()


def test_a_tracking_code_opens_what_the_person_sent_and_the_receipt_only():
    """D3: what an agent adds to the request stays inside, on the page, as a file and in what is counted."""
    mine = send().request
    clerk = agent("Clerk Two", "clerk")
    subject = SubjectRef("request", mine.pk)
    sent = requests.add_piece(
        actor=Actor(kind="citizen", account_id=None, label="Personne (portail)", refs=frozenset({("request", mine.pk)})),
        request=mine,
        kind="housing",
        upload=png(),
    )
    receipt = requests.make_receipt(actor=ROOT, request=mine)
    kept = [
        documents.attach(
            actor=who,
            subject=where,
            file=documents.store_bytes(b"%PDF-1.4 " + title.encode()),
            title=title,
            kind=kind,
            origin=origin,
        )
        for who, where, title, kind, origin in (
            (clerk, subject, "Lettre du voisin", DocumentKind.HOUSING, documents.Origin.INCOMING),
            (clerk, subject, "Rapport social", DocumentKind.OTHER, documents.Origin.PRODUCED),
            (ROOT, subject, "Flux du registre", DocumentKind.IDENTITY, documents.Origin.INCOMING),
            (
                clerk,
                SubjectRef("request_line", requests.RequestLine.unscoped.get(request=mine).pk),
                "Note de ligne",
                DocumentKind.OTHER,
                documents.Origin.INCOMING,
            ),
        )
    ]
    browser = Client()
    session = browser.session
    session["portal_refs"] = [["request", mine.pk]]
    session.save()
    page = browser.get(f"/p/track/{mine.uuid}/").content.decode()
    assert "photo.png" in page and "<span>Logement" in page and "<span>," not in page
    assert page.count("CPAS de") and "CPAS de Valmont · CPAS de Valmont" not in page
    assert [row.title for row in requests.pieces_received(mine)] == ["photo.png"]
    person = Actor(kind="citizen", account_id=None, label="", refs=frozenset({("request", mine.pk)}))
    seen = documents.Document.objects.visible_to(person)
    assert {row.pk for row in seen} == {sent.pk, receipt.pk}
    assert seen.count() == 2
    assert [row.pk for row in documents.documents_of(person, subject) if row.pk in {one.pk for one in kept}] == []
    for row in (sent, receipt):
        assert browser.get(f"/documents/{row.uuid}/").status_code == 200
    for row in kept:
        assert row.title not in page
        assert browser.get(f"/documents/{row.uuid}/").status_code == 404
        assert browser.get(f"/documents/{row.uuid}/?save=1").status_code == 404
    other = Client()
    session = other.session
    session["portal_refs"] = [["request", send(answers={"last_name": "Petrov"}).request.pk]]
    session.save()
    assert other.get(f"/documents/{sent.uuid}/").status_code == 404


def test_a_person_on_an_agents_page_finds_nothing_and_a_stranger_is_asked_to_sign_in():
    mine = send().request
    browser = Client()
    assert "/account/login/" in browser.get("/desk/")["Location"]
    session = browser.session
    session["portal_refs"] = [["request", mine.pk]]
    session.save()
    for page in ("/desk/", "/tasks/", "/requests/", f"/requests/{mine.uuid}/", "/dossiers/", "/persons/new/"):
        assert browser.get(page).status_code == 404, page
        assert browser.get(page, headers={"HX-Request": "true"}).status_code == 404, page
    assert browser.get(f"/p/track/{mine.uuid}/").status_code == 200
    assert browser.get("/account/login/").status_code == 200
