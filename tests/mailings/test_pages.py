"""The way of a person through the pages: list, text, check, letters to print (A19, B11, B47)."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from lxml import html
from pypdf import PdfReader

from parvis.kernel import clock, jobs
from parvis.mailings import services
from parvis.mailings.models import Mailing, Recipient
from parvis.mailings.selectors import plans, summary
from tests.dossiers.factories import Centre, make_centre

from . import factories as f

pytestmark = pytest.mark.django_db

#: Statements of the list, the text, the check, and of the page of what was made.
COSTS = {"": 5, "write/": 7, "check/": 18, "made": 9}


@pytest.fixture
def centre() -> Centre:
    return make_centre()


def read(response: Any) -> str:
    return " ".join(html.fromstring(response.content.decode()).text_content().split())


def written(**more: str) -> dict[str, str]:
    return {
        "title": "Loyers", "means": "post", "main_language": "fr", "version": "1", "subject_fr": "Votre loyer", "text_fr": f.TEXT,
        "subject_de": "Ihre Miete", "text_de": "{name}: {rent}", **more,
    }  # fmt: skip


def test_from_the_filtered_list_to_the_printed_letters(client: Client, centre: Centre) -> None:
    dear = [f.home(centre, "Lejeune", rent="1620"), f.home(centre, "Weber", rent="1700", language="de")]
    f.home(centre, "Bonmarché", rent="400")
    client.force_login(centre.worker)
    answer = client.post(
        "/mailings/dossiers/", {"all": "1", "address": "status=open&rent=1500", "next": "/dossiers/?status=open&rent=1500"}
    )
    row = Mailing.unscoped.get()
    assert answer.status_code == 303 and answer["Location"] == f"/mailings/{row.uuid}/write/"
    assert {one.dossier_id for one in Recipient.unscoped.all()} == {one.pk for one in dear}
    page = client.get(answer["Location"])
    assert "2 destinataires" in read(page) and "{rent}" in page.content.decode()
    wrong = client.post(answer["Location"], written(text_fr="Bonjour {nom},\n{loyer"))
    assert wrong.status_code == 422
    assert "Français, ligne 1 : {nom} n’est pas un champ." in read(wrong) and "Français, ligne 2 : une accolade" in read(wrong)
    assert "Bonjour {nom}" in wrong.content.decode()  # nothing typed is lost
    assert client.post(answer["Location"], written())["Location"] == f"/mailings/{row.uuid}/check/"
    check = client.get(f"/mailings/{row.uuid}/check/")
    text = read(check)
    assert (
        "2 lettres par la poste" in text and "(la plus longue)" in text and "(dans une autre langue)" in text and "Faire 2 lettres" in text
    )
    form = html.fromstring(check.content.decode()).xpath("//form[contains(@action,'/check/')]")[0]
    going = {one.get("name"): one.get("value") for one in form.xpath(".//input") if one.get("name") != "csrfmiddlewaretoken"}
    stale = client.post(f"/mailings/{row.uuid}/check/", {**going, "going": "7"})
    assert stale.status_code == 409 and Mailing.unscoped.get().state == "draft"
    assert client.post(f"/mailings/{row.uuid}/check/", going)["Location"] == f"/mailings/{row.uuid}/"
    assert client.post(f"/mailings/{row.uuid}/check/", going)["Location"] == f"/mailings/{row.uuid}/"  # pressed twice
    jobs.run_pending(kinds={"mailings.make"}, raise_errors=True)
    done = client.get(f"/mailings/{row.uuid}/")
    assert "2 lettres faites et classées" in read(done) and "Lettres 1 à 2 (PDF)" in read(done)
    taken = client.get(f"/mailings/{row.uuid}/letters/1.pdf")
    assert taken["Content-Type"] == "application/pdf" and len(PdfReader(io.BytesIO(taken.content)).pages) == 2
    client.post(f"/mailings/{row.uuid}/printed/")
    assert "Toutes les lettres sont imprimées." in read(client.get(f"/mailings/{row.uuid}/"))
    client.post(f"/mailings/{row.uuid}/recipients/1/again/", {"by": "post"})
    assert "à réimprimer" in read(client.get(f"/mailings/{row.uuid}/?show=again"))
    assert client.get(f"/mailings/{row.uuid}/recipients/1/").status_code == 200
    assert "Loyers" in read(client.get("/mailings/"))


def test_all_landlords_of_a_place(client: Client, centre: Centre) -> None:
    for name, town, kind in (
        ("Immo Rhône", "Monthey", "landlord"),
        ("Immo Lac", "Sion", "landlord"),
        ("École du Rhône", "Monthey", "school"),
    ):
        f.office(name, f"{kind}@{town.lower()}.example", kind, town)
    client.force_login(centre.worker)
    asked = {"all": "1", "address": "kind=landlord&town=Monthey", "next": "/contacts/?kind=landlord&town=Monthey"}
    answer = client.post("/mailings/contacts/", asked)
    assert answer.status_code == 303
    assert [one.name for one in Recipient.unscoped.all()] == ["Immo Rhône"]
    client.post(answer["Location"], written(means="email", text_fr="Bonjour {name}.", subject_de="", text_de=""))
    assert "1 e-mail" in read(client.get(f"/mailings/{Mailing.unscoped.get().uuid}/check/"))


def test_nobody_else_opens_it(client: Client, centre: Centre) -> None:
    row = f.mailing(centre, [f.home(centre, "Un", rent="900")])
    for name in ("colleague", "chief", "stranger", "auditor", "administrator", "lawyer"):
        client.force_login(getattr(centre, name))
        for path in ("", "write/", "check/", "letters/1.pdf", "recipients/1/"):
            assert client.get(f"/mailings/{row.uuid}/{path}").status_code == 404, (name, path)
        for path in ("check/", "discard/", "stop/", "printed/", "recipients/1/again/"):
            assert client.post(f"/mailings/{row.uuid}/{path}", {"version": "2", "going": "1"}).status_code == 404, (name, path)
    assert Mailing.unscoped.get().state == "draft"
    client.force_login(centre.worker)
    assert client.post(f"/mailings/{row.uuid}/discard/").status_code == 303
    assert not Mailing.unscoped.exists() and not Recipient.unscoped.exists()


@pytest.mark.parametrize("count", [1, 4])
def test_what_the_pages_ask_of_the_database(client: Client, centre: Centre, count: int) -> None:
    """At most 25 statements each, and as many with one recipient as with four."""
    rows = [f.home(centre, f"Famille{number}", rent="900", language=("fr", "de", "nl", "fr")[number]) for number in range(count)]
    row = f.mailing(centre, rows)
    client.force_login(centre.worker)
    costs = {}
    for path in ("", "write/", "check/"):
        client.get(f"/mailings/{row.uuid}/{path}")
        with CaptureQueriesContext(connection) as seen:
            client.get(f"/mailings/{row.uuid}/{path}" if path else "/mailings/")
        costs[path] = len(seen)
    going = summary(plans(centre.actor("worker"), row, clock.today())).goes
    services.confirm(actor=centre.actor("worker"), mailing=row, expected=row.version, going=going)
    jobs.run_pending(kinds={"mailings.make"}, raise_errors=True)
    client.get(f"/mailings/{row.uuid}/")
    with CaptureQueriesContext(connection) as seen:
        client.get(f"/mailings/{row.uuid}/")
    costs["made"] = len(seen)
    assert costs == COSTS, costs
    assert max(costs.values()) <= 25


@pytest.mark.parametrize("sign", ["²", "x", "9" * 30])
def test_a_place_that_no_page_gave_is_no_failure(client: Client, centre: Centre, sign: str) -> None:
    """Some signs look like digits and are no number."""
    client.force_login(centre.worker)
    assert client.get("/mailings/", {"after": sign}).status_code == 200
