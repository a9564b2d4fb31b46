"""The day of view (E20): chosen, shown on every page, refusing every gesture, ended by a click, by signing out and by itself."""

from __future__ import annotations

import datetime as dt
import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from parvis.kernel import clock
from parvis.kernel.models import MutationLine
from parvis.ui import past
from tests.architecture.test_access_matrix import FILE as MATRIX
from tests.architecture.test_access_matrix import addresses
from tests.dossiers.factories import make_centre, make_dossier
from tests.identity.factories import an_account

pytestmark = pytest.mark.django_db
DAY = dt.date(2024, 6, 15)
#: Pages that take a gesture today and read as of a day: on a past day they draw none of their forms, and refuse what is sent.
ANY = uuid4()
READS_WITH_A_FORM = {
    "accounting:bank_files": [],
    "accounting:voucher": [ANY],
    "aid:claim": [ANY],
    "aid:first_payment": [1],
    "aid:first_payments": [],
    "aid:run": [2026, 3],
    "decisions:proposal": [ANY],
    "documents:about": [ANY],
    "dossiers:interventions": [ANY],
    "socialdata:alert": [ANY],
    "socialdata:extract": [ANY],
    "socialdata:files": [],
    "workflows:task": [ANY],
}


@pytest.fixture
def centre():
    return make_centre()


@pytest.fixture
def worker(client: Client, centre) -> Client:
    client.force_login(centre.worker)
    return client


def look(client: Client, day: dt.date = DAY, known: str = "then", **more):
    return client.post("/past/", {"on": day.isoformat(), "known": known}, **more)


def banner(response) -> str:
    found = re.search(r'<section class="pastbar[^>]*>.*?</section>', response.content.decode(), re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[0])).strip() if found else ""


def test_the_day_stands_above_every_page_until_one_goes_back(worker: Client) -> None:
    assert banner(worker.get("/dossiers/")) == ""
    assert look(worker).status_code == 303
    assert "15 juin 2024" in banner(worker.get("/dossiers/"))
    assert "connu ce jour-là" in banner(worker.get("/dossiers/"))
    look(worker, known="now")
    assert "connu aujourd’hui" in banner(worker.get("/dossiers/"))
    back = worker.post("/past/end/", {"next": "/dossiers/"})
    assert (back.status_code, back.headers["Location"]) == (303, "/dossiers/")
    assert banner(worker.get("/dossiers/")) == ""


def test_choosing_leads_back_to_the_page_where_it_was_chosen_when_it_can_go_back(worker: Client) -> None:
    assert look(worker).headers["Location"] == "/past/"
    assert worker.post("/past/", {"on": "2024-06-15", "known": "then", "next": "/dossiers/?status=closed"}).headers["Location"] == (
        "/dossiers/?status=closed"
    )
    assert worker.post("/past/", {"on": "2024-06-15", "known": "then", "next": "/mailings/"}).headers["Location"] == "/past/"
    assert worker.post("/past/", {"on": "2024-06-15", "known": "then", "next": "/desk/"}).headers["Location"] == "/desk/"
    assert (
        worker.post("/past/", {"on": "2024-06-15", "known": "then", "next": "https://elsewhere.example/"}).headers["Location"] == "/past/"
    )


@pytest.mark.parametrize("on", ["", "tomorrow", "1820-01-01", "today"])
def test_only_a_day_before_today_is_taken(worker: Client, on: str) -> None:
    response = worker.post("/past/", {"on": clock.today().isoformat() if on == "today" else on, "known": "then"})
    assert response.status_code == 422
    assert past.KEY not in worker.session


def test_a_page_that_cannot_go_back_says_that_it_shows_today(worker: Client) -> None:
    look(worker)
    said = banner(worker.get("/mailings/"))
    assert "montre aujourd’hui" in said and "outil pour le travail d’aujourd’hui" in said  # and why
    assert 'data-past="today"' in worker.get("/mailings/").content.decode()
    assert 'data-past="day"' in worker.get("/dossiers/").content.decode()


def test_every_gesture_is_refused_and_changes_nothing(worker: Client, centre) -> None:
    dossier = make_dossier(centre)
    look(worker)
    lines = MutationLine.objects.count()
    refused = worker.post(f"/dossiers/{dossier.uuid}/close/", {"code": "moved", "reason": "x"})
    assert refused.status_code == 409
    assert "15 juin 2024" in refused.content.decode()
    assert "Revenir à aujourd’hui" in refused.content.decode()
    dossier.refresh_from_db()
    assert (dossier.status, MutationLine.objects.count()) == ("open", lines)
    under_htmx = worker.post(f"/dossiers/{dossier.uuid}/close/", {"reason": "x"}, headers={"HX-Request": "true"})
    assert (under_htmx.status_code, under_htmx.headers["HX-Reswap"]) == (409, "none")
    worker.post("/past/end/")
    assert worker.post(f"/dossiers/{dossier.uuid}/close/", {"code": "moved", "reason": "x"}).status_code == 303


def test_no_address_takes_a_gesture_but_those_that_end_it_or_prove_who_reads(worker: Client, centre) -> None:
    """Whatever the page: the refusal stands where every address passes."""
    from tests.architecture.addresses import NOWHERE

    look(worker)
    through = []
    for name, pattern in sorted(addresses().items()):
        if name in past.STAYS or name.startswith("demo_bar:") or "POST" not in pattern.callback.screen.methods:
            continue
        request = type("Post", (), {})()
        request.session, request.actor = worker.session, centre.actor("worker")
        request.resolver_match = type("Match", (), {"view_name": name})()
        request.headers = {}
        if not past.refusal(request):
            through.append(name)
    assert through == []
    assert NOWHERE
    assert {
        "ui:past", "ui:past_end", "ui:language", "ui:theme", "identity:logout", "identity:login", "identity:second_factor",
        "identity:passkey_options", "identity:prove", "dossiers:why",
    } == past.STAYS  # fmt: skip


def test_language_and_theme_can_still_be_chosen(worker: Client) -> None:
    look(worker)
    assert worker.post("/language/", {"language": "nl", "next": "/dossiers/"}).status_code == 303
    assert "15 juni 2024" in banner(worker.get("/dossiers/"))


def test_it_ends_with_the_session(worker: Client, centre) -> None:
    look(worker)
    worker.post("/account/logout/")
    worker.force_login(centre.worker)
    assert banner(worker.get("/dossiers/")) == ""


def test_it_ends_by_itself_and_says_so(worker: Client) -> None:
    look(worker)
    with clock.travel(clock.now() + past.SPAN - dt.timedelta(minutes=1)):
        assert banner(worker.get("/dossiers/"))
    with clock.travel(clock.now() + past.SPAN):
        page = worker.get("/dossiers/")
        assert banner(page) == ""
        assert "après deux heures" in page.content.decode()
        assert past.KEY not in worker.session


def test_a_part_of_another_day_loads_the_whole_page_again(worker: Client) -> None:
    part = {"HX-Request": "true", "HX-Target": "dossiers"}
    assert worker.get("/dossiers/", headers=part | {past.HEADER: "today"}).status_code == 200
    look(worker)
    stale = worker.get("/dossiers/", headers=part | {past.HEADER: "today"})
    assert (stale.status_code, stale.headers["HX-Refresh"]) == (204, "true")
    assert worker.get("/dossiers/", headers=part | {past.HEADER: "2024-06-15k"}).status_code == 200
    assert worker.get("/dossiers/", headers=part | {past.HEADER: "2024-06-15"}).headers["HX-Refresh"] == "true"
    worker.post("/past/end/")
    assert worker.get("/dossiers/", headers=part | {past.HEADER: "2024-06-15k"}).headers["HX-Refresh"] == "true"


def test_nobody_but_an_agent_has_a_day_of_view(client: Client) -> None:
    assert client.post("/past/", {"on": "2024-06-15", "known": "then"}).status_code == 303
    assert past.KEY not in client.session


def test_the_palette_leads_there_and_offers_no_gesture_meanwhile(worker: Client) -> None:
    assert 'href="/past/"' in worker.get("/palette/?q=voir tout").content.decode()
    assert 'href="/persons/new/"' in worker.get("/palette/?q=personne").content.decode()
    look(worker)
    assert 'href="/persons/new/"' not in worker.get("/palette/?q=personne").content.decode()


def test_every_page_of_an_agent_says_whether_it_goes_back() -> None:
    """A new page is declared in its context's ``past_pages``, or fails here."""
    import json

    from parvis.kernel import registries

    matrix = json.loads(MATRIX.read_text(encoding="utf-8"))
    shown = {
        name
        for name, pattern in addresses().items()
        if "GET" in pattern.callback.screen.methods and not name.startswith(("portal:", "demo_bar:")) and name in matrix
    }
    declared = dict(registries.as_of.items())
    assert sorted(shown - set(declared)) == []
    assert sorted(name for name in declared if name not in shown) == []
    assert set(declared.values()) == {past.DAY, *past.REASONS}


def test_the_reference_tells_of_pages_of_today_where_their_history_is_read() -> None:
    from parvis.kernel import registries
    from tools import reference

    assert [name for name in reference.ELSEWHERE if registries.as_of.get(name) not in past.REASONS] == []
    assert (reference.FOLDER / "past-day.md").read_text(encoding="utf-8") == reference.past_page(), "run: python -m tools.reference"


def test_what_is_read_as_of_a_day_never_takes_a_gesture() -> None:
    from parvis.kernel import registries

    screens = {name: pattern.callback.screen for name, pattern in addresses().items()}
    writing = {name for name, kind in registries.as_of.items() if kind == past.DAY and screens[name].writes}
    assert writing == set(READS_WITH_A_FORM)


@pytest.mark.parametrize("name", sorted(READS_WITH_A_FORM))
def test_a_page_that_has_a_form_today_refuses_it_before_anything_is_read(worker: Client, centre, name: str) -> None:
    from django.urls import reverse

    if name in ("accounting:bank_files", "accounting:voucher", "aid:claim", "aid:run"):
        worker.force_login(centre.auditor)
    if name == "socialdata:files":
        worker.force_login(an_account("register_cell", unit=centre.north, name="Rita Cellule"))
    look(worker)
    with CaptureQueriesContext(connection) as seen:
        assert worker.post(reverse(name, args=READS_WITH_A_FORM[name]), {"reason": "x"}).status_code == 409
    assert [query["sql"] for query in seen.captured_queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))] == []
