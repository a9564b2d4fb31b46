"""What was typed in a form that is answered with “why do you open it?” is not lost (E12): it waits on the server, comes back by one click, is
never carried out by itself, and nobody else sees it."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from parvis.documents.models import Document
from parvis.dossiers.models import SituationFact
from parvis.identity.api import LookUp
from parvis.journal.models import Entry
from parvis.kernel import clock
from parvis.kernel.models import ReadLine
from parvis.ui.typed import MOST_CHARACTERS, MOST_FORMS
from tests.documents.factories import scanned_pdf

from .test_parts import REASON, browser, case, related

assert case is not None
pytestmark = pytest.mark.django_db
WORDS = "Ordinateur de l’école, « à voir » & <b>vite</b>\nà rappeler lundi"
WAITS = "/typed/"


def sendable(page: str) -> tuple[str, dict[str, list[str]]]:
    """The form that waits, as a browser reads it: where it goes, and with what."""
    form = re.search(r'<form class="card formcard" method="post" action="([^"]*)".*?</form>', page, re.DOTALL)
    assert form is not None, "a form waits"
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', form[0]):
        fields.setdefault(unescape(name), []).append(unescape(value))
    return unescape(form[1]), fields


def led_to_why(answer, dossier) -> str:
    where = answer.headers.get("Location") or answer.headers.get("HX-Redirect")
    assert (answer.content, where) == (b"", f"{reverse('dossiers:why', args=['dossier', dossier.uuid])}?next=%2Ftyped%2F")
    return where


def test_each_kind_of_form_comes_back_after_the_reason_and_only_by_a_click(case):
    centre, _team, dossier, addresses = case
    related(centre, "colleague", dossier)
    agent = centre.account("colleague")
    uuid = dossier.uuid
    kinds = {  # a form of the file refused; of a proposal, on an address that shows nothing; from any screen by htmx; a text put in, not sent
        reverse("dossiers:situation_add", args=[uuid]): ({"kind": "income", "label": WORDS, "valid_from": "never"}, {}, 422),
        f"{addresses['proposal']}opinion/": ({"question": "", "ground": WORDS}, {}, 422),
        f"{reverse('journal:new')}?dossier={uuid}": (
            {"dossier": str(uuid), "text": WORDS, "minutes": "two", "mentions": ["1", "2"]},
            {"HX-Request": "true", "HX-Target": "quick"},
            422,
        ),
        reverse("journal:add", args=[uuid]): ({"text": WORDS, "begin": "1", "kind": "note"}, {}, 200),
    }
    reads, entries, facts = ReadLine.objects.count(), Entry.unscoped.count(), SituationFact.unscoped.count()
    for url, (data, headers, after) in kinds.items():
        client = browser(agent)
        why = led_to_why(client.post(url, data | {"password": "hunter2"}, headers=headers), dossier)
        asked = client.get(why).content.decode()
        assert "vous le retrouvez à la page suivante" in asked
        assert "Benali" not in asked
        before = client.get(WAITS).content.decode()
        assert "Benali" not in before, "only what was typed is shown before the reason"
        action, fields = sendable(before)
        assert "&lt;b&gt;vite" in before
        assert action == url
        assert client.post(action, fields).headers["Location"] == why, "not without the reason"
        assert len(client.session["typed"]) == 1, "the same form waits once"
        there = client.post(why, {"reason": REASON, "next": WAITS})
        assert (there.status_code, there["Location"]) == (303, WAITS)
        assert (Entry.unscoped.count(), SituationFact.unscoped.count(), ReadLine.objects.count()) == (entries, facts, reads)
        action, fields = sendable(client.get(WAITS).content.decode())
        assert {key: fields[key] for key in data} == {key: value if isinstance(value, list) else [value] for key, value in data.items()}
        assert "password" not in fields
        answer = client.post(action, fields)
        body = unescape(answer.content.decode())
        assert answer.status_code == after, url
        assert WORDS.split("\n")[1] in body or url.endswith("opinion/"), f"back in the form: {url}"
        assert "typed" not in client.session
        assert client.get(WAITS).status_code == 200
        LookUp.objects.update(until=clock.now())
        reads = ReadLine.objects.count()


def test_a_complete_gesture_that_shows_the_file_first_is_carried_out_by_the_click_alone(case):
    """Some gestures are readings by themselves: they are asked before, complete as they are."""
    centre, _team, dossier, addresses = case
    related(centre, "chief", dossier)
    client = browser(centre.account("chief"))
    url = f"{addresses['right']}account/"
    data = {"payee_name": "Aya Benali", "iban": "BE71 0961 2345 6769", "justification": "Relevé du 03/03 remis au guichet"}
    why = led_to_why(client.post(url, data), dossier)
    assert client.post(why, {"reason": REASON, "next": WAITS})["Location"] == WAITS
    page = client.get(WAITS).content.decode()
    assert "Relevé du 03/03 remis au guichet" in page
    action, fields = sendable(page)
    answer = client.post(action, fields)
    assert answer.status_code == 303, answer.content.decode()
    assert "typed" not in client.session


def test_a_file_is_chosen_again_and_the_page_says_so(case):
    centre, _team, dossier, _addresses = case
    related(centre, "colleague", dossier)
    client = browser(centre.account("colleague"))
    url = reverse("documents:add", args=["dossier", dossier.pk])
    papers = Document.unscoped.count()
    sent = {"title": "Bail du logement", "kind": "housing", "on": "never"}
    why = led_to_why(client.post(url, sent | {"file": SimpleUploadedFile("bail.pdf", scanned_pdf(), "application/pdf")}), dossier)
    assert "Un fichier n’est pas gardé" in client.get(why).content.decode()
    client.post(why, {"reason": REASON, "next": WAITS})
    page = client.get(WAITS).content.decode()
    assert 'enctype="multipart/form-data"' in page
    assert re.search(r'type="file" name="file"', page) and "bail.pdf" in page
    action, fields = sendable(page)
    again = client.post(
        action, fields | {"on": clock.today().isoformat(), "file": SimpleUploadedFile("bail.pdf", scanned_pdf(), "application/pdf")}
    )
    assert (again.status_code, Document.unscoped.count()) == (303, papers + 1)


def test_it_is_of_bounded_size_and_time_and_of_one_agent(case):
    centre, _team, dossier, _addresses = case
    related(centre, "colleague", dossier)
    agent = centre.account("colleague")
    client = browser(agent)
    url = reverse("dossiers:situation_add", args=[dossier.uuid])
    bad = {"kind": "income", "valid_from": "never"}
    led_to_why(client.post(url, bad | {"label": "long " * (MOST_CHARACTERS // 5)}), dossier)
    page = client.get(WAITS).content.decode()
    assert "trop long" in page and "long long" not in page and '<button class="btn btn--primary"' not in page
    assert len(str(client.session["typed"])) < 1_000
    for number in range(MOST_FORMS + 2):
        led_to_why(client.post(url, bad | {"label": f"texte numéro {number}"}), dossier)
    shown = re.findall(r"texte numéro (\d)</p>", client.get(WAITS).content.decode())
    assert shown == ["4", "3", "2"], "the newest first, three of them"
    session = client.session
    session["typed"] = [row | {"who": [agent.pk, centre.account("chief").pk]} for row in session["typed"]]
    session.save()
    assert "texte numéro" not in client.get(WAITS).content.decode(), "typed in the name of a colleague: not outside it"
    assert "texte numéro" not in browser(centre.account("chief")).get(WAITS).content.decode()
    led_to_why(client.post(url, bad | {"label": "texte numéro 9"}), dossier)
    with clock.travel(clock.now() + dt.timedelta(hours=1, minutes=59)):
        assert "texte numéro 9" in client.get(WAITS).content.decode()
    with clock.travel(clock.now() + dt.timedelta(hours=2, minutes=1)):
        later = Client()
        later.cookies = client.cookies
        assert "texte numéro 9" not in later.get(WAITS).content.decode()
    client.post("/account/logout/")
    assert client.get(WAITS).status_code == 302
    client.force_login(agent)
    assert "texte numéro" not in client.get(WAITS).content.decode(), "signing out ends it"
    assert Client().get(WAITS).status_code == 302


def test_nothing_typed_leads_back_as_before_and_what_was_done_is_not_sent_again(case):
    centre, _team, dossier, addresses = case
    related(centre, "colleague", dossier)
    client = browser(centre.account("colleague"))
    answer = client.post(f"{addresses['proposal']}opinion/", {"question": " "})
    assert answer["Location"].endswith(f"?next={addresses['proposal'].replace('/', '%2F')}")
    assert "typed" not in client.session
    done = client.post(reverse("journal:add", args=[dossier.uuid]), {"kind": "note", "text": "Une note complète", "minutes": "5"})
    assert done.status_code == 303 and "/why/" not in done["Location"], "a gesture that shows nothing asks nothing"
    assert "typed" not in client.session
