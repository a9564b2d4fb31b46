"""The citizen's path without JavaScript: plain GETs and POSTs, from an unseen procedure to its receipt."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from parvis.documents import api as documents
from parvis.form_engine import api as forms
from parvis.kernel import clock
from parvis.kernel.subject import SubjectRef
from parvis.procedures import api as procedures
from parvis.requests import api as requests
from parvis.requests.models import Clock, Request, RequestLine
from tests.form_engine.factories import field, form, label, option, page, rows
from tests.requests.factories import ANSWERS, ROOT, send, world

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def unit():
    return world()


def unseen() -> procedures.ProcedureVersion:
    """A procedure that nobody has seen: two conditions, repeated rows, an upload, a computed total."""
    definition = form(
        page("who", field("surname", required=True), field("forename", required=True), field("pets", "yes_no", required=True)),
        page(
            "animals",
            rows(
                "animals",
                field("name", required=True),
                field("kind", "choice", options=[option("dog"), option("snake")], required=True),
                field("venomous", "yes_no", when="row.kind == 'snake'", required=True),
                field("cost", "money", required=True),
                required=True,
                max=4,
            ),
            field("total", "computed", compute="sum(a in animals: a.cost)", show="money"),
            when="pets",
        ),
        page("paper", field("proof", "upload"), when="total > 50"),
        page("end", field("story", "longtext", required=True)),
        key="pet-aid",
    )
    version = forms.publish_form(actor=ROOT, definition=definition)
    return procedures.publish_procedure(
        actor=ROOT,
        form=version,
        definition={
            "key": "pet-aid",
            "title": label("Pet aid"),
            "summary": label("Help with pets"),
            "process": "aid-request",
            "unit": "SSG",
            "person": {"family_name": "surname", "given_names": "forename"},
            "pieces": {"proof": "income"},
            "lines": [{"key": "pets", "label": label("Pets"), "terms": {"decide": "be.aide_sociale.decide"}, "mandatory_pieces": []}],
        },
    )


def follow(client: Client, url: str, data: dict[str, Any] | None = None) -> Any:
    """A GET or POST, following redirects as a browser would."""
    return client.post(url, data, follow=True) if data is not None else client.get(url, follow=True)


def here(response: Any) -> str:
    return str(response.redirect_chain[-1][0].split("#")[0] if response.redirect_chain else response.request["PATH_INFO"])


def hidden(response: Any) -> dict[str, Any]:
    """The hidden inputs of the page: markers, counts, keys."""
    html = response.content.decode()
    data: dict[str, Any] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html):
        data.setdefault(name, []).append(value)
    data.pop("csrfmiddlewaretoken", None)
    return data


def png() -> SimpleUploadedFile:
    buffer = BytesIO()
    Image.new("RGB", (40, 40), "white").save(buffer, "PNG")
    return SimpleUploadedFile("photo.png", buffer.getvalue(), "image/png")


def enter(client: Client, sent: requests.Sent) -> Any:
    """Open a request with its number and code."""
    return client.post("/p/track/", {"number": sent.request.number, "code": sent.tracking_code})


def fill(client: Client, response: Any, **answers: Any) -> Any:
    return follow(client, here(response), {**hidden(response), **answers})


def test_an_unseen_procedure_with_rows_and_conditions_is_sent_without_script(client):
    unseen()
    with clock.travel(datetime(2026, 3, 2, 10, tzinfo=UTC)):
        response = follow(client, "/p/pet-aid/", {})
        assert here(response).endswith("/page/who/")
        response = fill(client, response, **{"f-surname": "Dubois", "f-forename": "Léa", "f-pets": "yes"})
        assert here(response).endswith("/page/animals/")
        response = fill(client, response, add="animals")
        response = fill(
            client, response, add="animals", **{"f-animals-0-name": "Rex", "f-animals-0-kind": "dog", "f-animals-0-cost": "30,00"}
        )
        assert "Rex" in response.content.decode() and "f-animals-1-name" in response.content.decode()
        response = fill(
            client, response, add="animals", **{"f-animals-0-name": "Rex", "f-animals-0-kind": "dog", "f-animals-0-cost": "30,00"}
        )
        response = fill(
            client,
            response,
            remove="animals:1",
            **{"f-animals-0-name": "Rex", "f-animals-0-kind": "dog", "f-animals-0-cost": "30,00", "f-animals-2-name": "Kaa"},
        )
        html = response.content.decode()
        assert "Kaa" in html and "f-animals-2-name" not in html
        answers = {
            "f-animals-0-name": "Rex", "f-animals-0-kind": "dog", "f-animals-0-cost": "30,00",
            "f-animals-1-name": "Kaa", "f-animals-1-kind": "snake", "f-animals-1-cost": "25,50",
        }  # fmt: skip
        response = fill(client, response, **answers)
        assert here(response).endswith("/page/animals/?more=1"), "the snake brings one more question"
        response = fill(client, response, **answers, **{"f-animals-1-venomous": "no"})
        assert here(response).endswith("/page/paper/"), "55.50 is more than 50"
        response = client.post(here(response), {**hidden(response), "f-proof": png()}, follow=True)
        assert here(response).endswith("/page/end/")
        response = fill(client, response, **{"f-story": "Une histoire."})
        assert here(response).endswith("/summary/")
        html = response.content.decode().replace("\xa0", " ")
        assert "55,50 €" in html and "Kaa" in html
        response = fill(client, response)
        assert "/p/sent/" in here(response)
    request = Request.unscoped.get()
    assert request.number == "2026/00001" and request.applicant_name == "Léa Dubois"
    assert request.answers["animals"] == [
        {"name": "Rex", "kind": "dog", "cost": "30.00"},
        {"name": "Kaa", "kind": "snake", "venomous": False, "cost": "25.50"},
    ]
    assert request.answers["total"] == "55.50"
    assert Clock.unscoped.get().due_on.isoformat() == "2026-04-02"
    (document,) = documents.documents_about([SubjectRef("request", request.pk)])
    assert (document.kind, document.file.mime) == ("income", "image/png")
    code = re.search(r"codebox\">([0-9A-Z-]{14})<", response.content.decode())
    assert code and "2026/00001" in response.content.decode()
    waiting = client.get(f"/p/track/{request.uuid}/receipt.pdf")
    assert waiting.status_code == 202 and "Regarder à nouveau" in waiting.content.decode(), "the page says that the receipt is being made"
    assert code[1] in client.get(here(response)).content.decode(), "looking at the receipt and coming back loses nothing"
    client.get(f"/p/track/{request.uuid}/")
    assert code[1] not in client.get(here(response)).content.decode(), "the code is gone once the person went on"
    requests.make_receipt(actor=ROOT, request=request)
    receipt = client.get(f"/p/track/{request.uuid}/receipt.pdf")
    assert receipt["Content-Type"] == "application/pdf" and receipt.content.startswith(b"%PDF")


@pytest.fixture
def started(client):
    """A draft of the seeded aid request in this browser."""
    response = follow(client, "/p/aid-request/", {})
    return forms.Draft.unscoped.get(), response


def at(draft, key):
    return f"/p/draft/{draft.uuid}/page/{key}/"


def test_errors_are_said_beside_the_field_and_in_a_summary_and_nothing_is_lost(client, started):
    draft, _ = started
    response = client.get(at(draft, "identity"))
    data = hidden(response) | {
        "f-last_name": "Benali", "f-first_name": "", "f-birth_date-d": "31", "f-birth_date-m": "2", "f-birth_date-y": "1990", "f-niss": "87.03.27-001.00",
    }  # fmt: skip
    response = client.post(at(draft, "identity"), data)
    html = response.content.decode()
    assert response.status_code == 422
    for part in (
        'href="#f-first_name"',
        'href="#f-birth_date-d"',
        'href="#f-niss"',
        'value="Benali"',
        'value="31"',
        'value="87.03.27-001.00"',
        'aria-invalid="true"',
        "err-sum",
    ):
        assert part in html, part
    draft.refresh_from_db()
    assert draft.answers["last_name"] == "Benali" and "identity" not in draft.done_pages


@pytest.mark.parametrize("iban", ["BE00 1234", "BE68 5390 0754 7035", "pas de compte"])
def test_a_wrong_account_is_refused_and_kept(client, started, iban):
    draft, _ = started
    data = hidden(client.get(at(draft, "bank"))) | {"f-has_account": "yes"}
    assert client.post(at(draft, "bank"), data)["Location"].startswith(at(draft, "bank") + "?more=1")
    data = hidden(client.get(at(draft, "bank"))) | {"f-has_account": "yes", "f-iban": iban}
    response = client.post(at(draft, "bank"), data)
    assert response.status_code == 422 and f'value="{iban}"' in response.content.decode()
    draft.refresh_from_db()
    assert draft.answers["iban"] == {"raw": iban}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("facture.pdf", b"MZ\x90\x00 this is a program"),
        ("photo.png", b"<html><script>alert(1)</script></html>"),
        ("vide.pdf", b""),
        ("gros.png", b"\x89PNG\r\n\x1a\n" + b"0" * (11 * 1024 * 1024)),
    ],
)
def test_a_disguised_or_oversized_file_is_refused_and_the_rest_is_kept(client, started, name, content):
    draft, _ = started
    data = hidden(client.get(at(draft, "documents")))
    client.post(at(draft, "documents"), {**data, "f-identity_file": png()})
    draft.refresh_from_db()
    before = draft.answers["identity_file"]
    response = client.post(at(draft, "documents"), {**data, "f-bank_file": SimpleUploadedFile(name, content)})
    assert response.status_code == 422 and "e-bank_file" in response.content.decode()
    draft.refresh_from_db()
    assert draft.answers["identity_file"] == before and not draft.answers.get("bank_file")


def test_a_file_can_be_removed(client, started):
    draft, _ = started
    data = hidden(client.get(at(draft, "documents")))
    client.post(at(draft, "documents"), {**data, "f-identity_file": png()})
    draft.refresh_from_db()
    pk = draft.answers["identity_file"][0]["file"]
    client.post(at(draft, "documents"), {**data, "drop": f"identity_file:{pk}"})
    draft.refresh_from_db()
    assert draft.answers["identity_file"] is None


def complete(draft):
    draft.answers = ANSWERS
    draft.done_pages = [page["key"] for page in draft.form.definition["pages"]]
    draft.save(update_fields=["answers", "done_pages"])


def test_a_double_click_sends_once(client, started):
    draft, _ = started
    complete(draft)
    url = f"/p/draft/{draft.uuid}/summary/"
    data = hidden(client.get(url))
    first = client.post(url, data)
    second = client.post(url, data)
    third = client.post(url, {})
    assert first.status_code == 303 and second["Location"] == first["Location"] == third["Location"]
    assert Request.unscoped.count() == 1
    assert client.get(at(draft, "need"))["Location"] == first["Location"], "the back button does not open a sent draft"


def test_sending_an_incomplete_request_lists_what_is_missing(client, started):
    draft, _ = started
    response = client.post(f"/p/draft/{draft.uuid}/summary/", {})
    assert response.status_code == 422 and "?summary#f-need" in response.content.decode()
    assert not Request.unscoped.exists()


def test_the_timeline_says_the_next_step_in_plain_words_and_nothing_internal(client):
    with clock.travel(datetime(2026, 3, 2, 10, tzinfo=UTC)):
        sent = send()
        line = RequestLine.unscoped.get()
        enter(client, sent)
        html = client.get(f"/p/track/{sent.request.uuid}/").content.decode().replace("\xa0", " ")
    assert "mercredi 1er avril" in html and "2026/00001" in html
    with clock.travel(datetime(2026, 3, 10, 10, tzinfo=UTC)):
        requests.mark_progress(
            actor=ROOT, line_id=line.pk, stage="committee", next_step="decision", expected_on=datetime(2026, 3, 18).date()
        )
        html = client.get(f"/p/track/{sent.request.uuid}/").content.decode().replace("\xa0", " ")
        assert "mercredi 18 mars" in html and 'aria-current="step"' in html
        requests.meet_clock(actor=ROOT, line_id=line.pk, kind="decide")
        requests.mark_progress(actor=ROOT, line_id=line.pk, stage="decided", outcome="refused")
        html = client.get(f"/p/track/{sent.request.uuid}/").content.decode()
    assert "refusée" in html and "system:test" not in html


def test_a_document_can_be_sent_later_and_somebody_is_told(client):
    from parvis.workflows import api as workflows

    sent = send()
    enter(client, sent)
    url = f"/p/track/{sent.request.uuid}/"
    response = client.post(url, {"kind": "identity", "file": png()})
    assert response.status_code == 303
    (document,) = documents.documents_about([SubjectRef("request", sent.request.pk)])
    assert document.kind == "identity" and document.origin == "incoming"
    assert workflows.WorkItem.unscoped.filter(subject_type="request", queue="clerk", state="open").count() == 1
    bad = client.post(url, {"kind": "identity", "file": SimpleUploadedFile("x.pdf", b"MZ")})
    assert bad.status_code == 422
    assert len(documents.documents_about([SubjectRef("request", sent.request.pk)])) == 1


@pytest.mark.parametrize(
    ("language", "word"),
    [("nl", "Wat hebt u nodig?"), ("de", "Was brauchen Sie?"), ("en", "What do you need?"), ("fr", "De quoi avez-vous besoin ?")],
)
def test_every_language(client, language, word):
    client.cookies["parvis_language"] = language
    html = client.get("/").content.decode().replace("\xa0", " ").replace("\u202f", " ")
    assert word in html
    assert "‹undefined" not in html
