"""The seeded aid request from the first page to the receipt, as a browser without script sends it: every hidden field, every button."""

import re
from datetime import UTC, date, datetime

import pytest
from django.test import Client

from parvis.documents import api as documents
from parvis.kernel import clock
from parvis.kernel.subject import SubjectRef
from parvis.requests import api as requests
from parvis.requests.models import Clock, Request, RequestLine
from tests.requests.factories import ROOT, send, world

from .test_asking import fill, follow, here, hidden, png

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def unit():
    return world()


def page_of(response) -> str:
    found = re.search(r"/page/([\w-]+)/", here(response))
    return found[1] if found else here(response)


def test_the_aid_request_is_asked_for_sent_and_followed_without_script(client):
    with clock.travel(datetime(2026, 3, 2, 10, tzinfo=UTC)):
        home = client.get("/").content.decode()
        assert 'href="/p/aid-request/"' in home and "Le numéro de votre compte en banque" in home and "085 00 00 00" in home
        assert "Place du Parvis 3" in home and "pas de toit ce soir" in home
        response = follow(client, "/p/aid-request/", {})
        assert page_of(response) == "for-whom"
        response = fill(client, response, **{"f-for_whom": "self"})
        assert page_of(response) == "identity", "nobody is asked about a representative"
        response = fill(
            client, response, **{"f-last_name": "Benali", "f-first_name": "Aya", "f-birth_date-d": "27", "f-birth_date-m": "3", "f-birth_date-y": "1987"}
        )  # fmt: skip
        response = fill(client, response, **{"f-phone": "0470 12 34 56", "f-email": "", "f-letter_language": "fr"})
        response = fill(client, response, **{"f-has_address": "yes"})
        assert page_of(response) == "address", "the answer brings the address"
        response = fill(
            client,
            response,
            **{"f-has_address": "yes", "f-address-street": "Rue des Tanneurs", "f-address-number": "27", "f-address-box": "2", "f-address-postal_code": "4999", "f-address-municipality": "Valmont"},
        )  # fmt: skip
        assert page_of(response) == "household"
        response = fill(client, response, **{"f-lives_alone": "no"})
        response = fill(client, response, add="members")
        child = {
            "f-members-0-first_name": "Noé", "f-members-0-last_name": "Benali", "f-members-0-birth_date-d": "4", "f-members-0-birth_date-m": "5",
            "f-members-0-birth_date-y": "2015", "f-members-0-relation": "child", "f-members-0-has_income": "no",
        }  # fmt: skip
        response = fill(client, response, **child)
        assert page_of(response) == "income"
        response = fill(client, response, **{"f-has_income": "no"})
        assert page_of(response) == "housing"
        response = fill(client, response, **{"f-housing": "tenant"})
        response = fill(client, response, **{"f-housing": "tenant", "f-rent": "620,50", "f-charges": "", "f-landlord": ""})
        response = fill(client, response, **{"f-wants": ["income"], "f-need": "J’ai perdu mon travail en janvier."})
        response = fill(client, response, **{"f-urgent": "no"})
        response = fill(client, response, **{"f-right_pending": "no"})
        response = fill(client, response, **{"f-has_account": "yes"})
        response = fill(client, response, **{"f-has_account": "yes", "f-iban": "BE68 5390 0754 7034", "f-account_holder": ""})
        assert page_of(response) == "documents"
        response = client.post(here(response), {**hidden(response), "f-identity_file": png()}, follow=True)
        response = fill(client, response, **{"f-wants_hearing": "yes"})
        response = fill(client, response, **{"f-wants_hearing": "yes", "f-assisted_by": ""})
        assert page_of(response) == "declaration"

        # Stop here, read the code, come back to a past page and go back to where the person was.
        later = fill(client, response, later="1")
        assert "/later/" in here(later) and re.search(r"codebox\">[0-9A-Z-]{14}<", later.content.decode())
        response = follow(client, here(later).replace("later/", ""))
        assert page_of(response) == "declaration"
        response = fill(client, response, **{"f-declares": ["true"]})

        assert here(response).endswith("/summary/")
        html = response.content.decode().replace("\xa0", " ")
        for text in ("Benali", "620,50 €", "BE68 5390 0754 7034", "photo.png", "J’ai perdu mon travail en janvier."):
            assert text in html, text
        change = re.search(r'href="([^"]+/page/housing/\?summary)"', html)[1]
        answers = {"f-housing": "tenant", "f-rent": "640,00", "f-charges": "", "f-landlord": ""}
        response = client.post(change, {**hidden(client.get(change)), **answers}, follow=True)
        assert here(response).endswith("/summary/") and "640,00" in response.content.decode(), "a change leads back to the summary"
        response = fill(client, response)
        assert "/p/sent/" in here(response)
        html = response.content.decode().replace("\xa0", " ")
        sent = Request.unscoped.get()
        assert sent.number == "2026/00001" and sent.number in html and "lundi 2 mars à 11:00" in html
        assert "mercredi 1er avril" in html and "dans les 8 jours" in html and "tribunal du travail" in html
        code = re.search(r"codebox\">([0-9A-Z-]{14})<", html)[1]
        link = re.search(r'class="wrap-any" href="([^"]+)"', html)[1]
        assert code in link and "2026%2F00001" in link

        client.post("/p/leave/")
        prefilled = client.get(link.replace("&amp;", "&").replace("http://testserver", ""))
        assert f'value="{code}"' in prefilled.content.decode() and 'value="2026/00001"' in prefilled.content.decode()
        response = client.post("/p/track/", {"number": "2026/00001", "code": code}, follow=True)
        html = response.content.decode().replace("\xa0", " ")
        assert "Nous décidons au plus tard le mercredi 1er avril" in html and "Revenu d’intégration" in html
    assert sent.answers["rent"] == "640.00" and sent.applicant_name == "Aya Benali" and sent.wants_hearing
    assert Clock.unscoped.get().due_on == date(2026, 4, 1)
    (document,) = documents.documents_about([SubjectRef("request", sent.pk)])
    assert (document.kind, document.title) == ("identity", "photo.png")


@pytest.fixture
def decided():
    """A request whose letter is ready, sent or not, played through the services as the demonstration plays it."""
    from parvis.demo import cast, reference, stage

    reference.load()
    stage.forget()
    play = stage.Play(next(case for case in cast.CASES if case.key == "claessens"))
    for step in (stage.send, stage.identify, stage.inquire, stage.draft, stage.submit, stage.review):
        step(play)
        stage.run_jobs()
    session = stage.plan_session(clock.now())
    stage.fill_session_with(session, [play.proposal])
    stage.hold_session(session, {play.proposal.pk: play})
    stage.run_jobs()
    return stage, play


def test_the_letter_is_opened_once_it_was_sent_and_by_this_person_only(client, decided):
    stage, play = decided
    line = RequestLine.unscoped.get(request=play.request)
    url = f"/p/track/{play.request.uuid}/letter/{line.uuid}.pdf"
    client.post("/p/track/", {"number": play.request.number, "code": play.code})
    html = client.get(f"/p/track/{play.request.uuid}/").content.decode()
    assert url not in html and client.get(url).status_code == 404, "rendered, but it has not left: nobody reads it before"
    stage.notify(play)
    stage.run_jobs()
    html = client.get(f"/p/track/{play.request.uuid}/").content.decode()
    assert url in html
    letter = client.get(url)
    assert letter["Content-Type"] == "application/pdf" and letter.content.startswith(b"%PDF")
    assert "no-store" in letter["Cache-Control"]
    # Nothing that only the centre writes: the reasons of the file, the names of those who decided.
    for internal in ("système", "system:", play.worker.label):
        assert internal not in html, internal
    other = requests.send_request(
        actor=ROOT, procedure=play.request.procedure, answers=play.request.answers, language="fr", channel="portal", incomplete=True
    )
    stranger = type(client)()
    stranger.post("/p/track/", {"number": other.request.number, "code": other.tracking_code})
    assert stranger.get(url).status_code == 404
    assert stranger.get(url.replace(str(play.request.uuid), str(other.request.uuid))).status_code == 404, "another request's line neither"


def test_the_timeline_says_that_we_are_late_and_that_the_time_to_appeal_is_over():
    """D3: a term that passed is said, with what the person can do; never a day of the past as a promise."""
    with clock.travel(datetime(2026, 3, 2, 10, tzinfo=UTC)):
        mine = send().request
        browser = Client()
        session = browser.session
        session["portal_refs"] = [["request", mine.pk]]
        session.save()
        html = browser.get(f"/p/track/{mine.uuid}/").content.decode()
        assert "Nous décidons au plus tard le mercredi 1er avril." in html and "retard" not in html
        assert "Maintenant" in html
    with clock.travel(datetime(2026, 4, 5, 10, tzinfo=UTC)):
        late = browser.get(f"/p/track/{mine.uuid}/").content.decode()
        assert "Nous avons 4 jours de retard." in late and "tribunal du travail" in late
        assert "Nous décidons au plus tard" not in late
        line = requests.RequestLine.unscoped.get(request=mine)
        requests.meet_clock(actor=ROOT, line_id=line.pk, kind="decide")
        requests.mark_progress(actor=ROOT, line_id=line.pk, stage="decided", outcome="granted")
        decided = browser.get(f"/p/track/{mine.uuid}/").content.decode()
        assert "C’était 4 jours plus tard que la loi ne le permet." in decided
        requests.start_clock(actor=ROOT, line_id=line.pk, kind="appeal", started_by="RR1")
    with clock.travel(datetime(2026, 9, 1, 10, tzinfo=UTC)):
        over = browser.get(f"/p/track/{mine.uuid}/").content.decode()
        assert "Le délai pour introduire un recours a pris fin le" in over and "Vous pouvez introduire un recours jusqu" not in over
