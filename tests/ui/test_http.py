"""The manners of every screen (core 10): parts, 422, 303, 409, once, no-store, sign-in."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client
from lxml import html

from parvis.kernel.actor import ANONYMOUS, Actor
from parvis.kernel.models import IdempotencyKey, Sequence
from parvis.ui.http import Screen
from tests.ui import urls
from tests.ui.conftest import clerk

pytestmark = pytest.mark.django_db
HX = {"HTTP_HX_REQUEST": "true"}
KEY = "a" * 32


def squeezed(markup: str) -> str:
    """Without spaces between tags and without what changes at each rendering."""
    markup = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", markup)
    markup = re.sub(r'name="idempotency_key" value="[^"]*"', "", markup)
    return re.sub(r"\s+", " ", markup).strip()


def element(markup: str, name: str) -> str:
    return squeezed(html.tostring(html.fromstring(markup).get_element_by_id(name), encoding="unicode", with_tail=False))


def test_a_part_is_the_same_as_in_the_full_page(client_of: Client) -> None:
    full = client_of.get("/numbers/").content.decode()
    part = client_of.get("/numbers/", HTTP_HX_TARGET="numbers", **HX).content.decode()
    assert "<html" not in part
    assert element(part, "numbers") == element(full, "numbers")


@pytest.mark.parametrize("header", [{"HTTP_HX_BOOSTED": "true"}, {"HTTP_HX_HISTORY_RESTORE_REQUEST": "true"}])
def test_boosted_and_restored_pages_are_full(client_of: Client, header: dict[str, str]) -> None:
    assert "<html" in client_of.get("/numbers/", HTTP_HX_TARGET="numbers", **HX, **header).content.decode()


def test_a_part_that_is_not_declared_is_refused_by_the_full_page(client_of: Client) -> None:
    assert "<html" in client_of.get("/numbers/", HTTP_HX_TARGET="main", **HX).content.decode()


def test_personal_pages_are_never_stored_and_vary_by_part(client_of: Client) -> None:
    response = client_of.get("/numbers/")
    assert response.headers["Cache-Control"] == "no-store, private"
    assert {"HX-Request", "HX-Target"} <= {v.strip() for v in response.headers["Vary"].split(",")}


def test_done_answers_303_and_says_so_on_the_next_page(client_of: Client) -> None:
    response = client_of.post("/numbers/", {"series": "request", "year": 2026})
    assert (response.status_code, response.headers["Location"]) == (303, "/numbers/")
    assert "Série ouverte." in client_of.get("/numbers/").content.decode()


def test_done_under_htmx_answers_a_location(client_of: Client) -> None:
    response = client_of.post("/numbers/", {"series": "request", "year": 2026}, HTTP_HX_TARGET="numbers", **HX)
    assert (response.status_code, response.headers["HX-Location"], response.content) == (204, "/numbers/", b"")


def test_invalid_answers_422_keeps_what_was_typed_and_changes_nothing(client_of: Client) -> None:
    before = Sequence.objects.count()
    response = client_of.post("/numbers/", {"series": "request", "year": "soon"})
    page = html.fromstring(response.content.decode())
    assert response.status_code == 422
    assert Sequence.objects.count() == before
    assert page.get_element_by_id("id_series").get("value") == "request"
    year = page.get_element_by_id("id_year")
    assert (year.get("aria-invalid"), year.get("aria-describedby")) == ("true", "id_year_error")
    summary = page.xpath("//div[@class='err-sum']")[0]
    assert summary.get("tabindex") == "-1"
    assert summary.xpath(".//a/@href") == ["#id_year"]
    assert summary.xpath(".//h2")[0].text_content() == "Il y a une erreur"


def test_a_refusal_by_the_service_stands_beside_its_field_or_above_the_form(client_of: Client) -> None:
    beside = client_of.post("/numbers/", {"series": "forbidden", "year": 2026})
    above = client_of.post("/numbers/", {"series": "closed", "year": 2026})
    assert (beside.status_code, above.status_code) == (422, 422)
    assert "Cette série est fermée." in html.fromstring(beside.content.decode()).get_element_by_id("id_series_error").text_content()
    assert "Le registre est clos." in html.fromstring(above.content.decode()).xpath("//div[@class='err-sum']")[0].text_content()
    assert not Sequence.objects.filter(series__in=["forbidden", "closed"]).exists()


def test_a_repeated_post_creates_once_and_leads_to_the_same_place(client_of: Client) -> None:
    first = client_of.post("/numbers/", {"series": "request", "year": 2026, "idempotency_key": KEY})
    second = client_of.post("/numbers/", {"series": "request", "year": 2026, "idempotency_key": KEY})
    assert [r.status_code for r in (first, second)] == [303, 303]
    assert second.headers["Location"] == first.headers["Location"]
    assert Sequence.objects.filter(series="request").count() == 1


def test_an_invalid_post_gives_its_key_back(client_of: Client) -> None:
    wrong = client_of.post("/numbers/", {"series": "request", "year": "x", "idempotency_key": KEY})
    assert KEY in wrong.content.decode()
    assert not IdempotencyKey.objects.exists()
    assert client_of.post("/numbers/", {"series": "request", "year": 2026, "idempotency_key": KEY}).status_code == 303


def test_a_post_still_running_is_not_done_twice(client_of: Client) -> None:
    from parvis.kernel import idempotency

    idempotency.claim(KEY, actor="account:7", screen="test.numbers")
    response = client_of.post("/numbers/", {"series": "request", "year": 2026, "idempotency_key": KEY})
    assert response.status_code == 409
    assert not Sequence.objects.filter(series="request").exists()


def test_the_key_of_one_person_does_not_serve_another(site: Any, client_of: Client) -> None:
    client_of.post("/numbers/", {"series": "one", "year": 2026, "idempotency_key": KEY})
    site["actor"] = Actor(kind="agent", account_id=8, label="Karim", grants=clerk().grants)
    client_of.post("/numbers/", {"series": "two", "year": 2026, "idempotency_key": KEY})
    assert set(Sequence.objects.filter(year=2026).values_list("series", flat=True)) >= {"one", "two"}


def test_a_refusal_not_caught_by_the_view_says_why(client_of: Client) -> None:
    response = client_of.post("/refuse/")
    assert (response.status_code, "Le dossier est clos." in response.content.decode()) == (422, True)
    toast = client_of.post("/refuse/", **HX)
    assert toast.headers["HX-Reswap"] == "none"
    assert json.loads(toast.headers["HX-Trigger"])["parvis:toast"][0]["text"] == "Le dossier est clos."
    assert client_of.get("/not-allowed/").status_code == 403


def test_a_conflict_shows_who_and_both_values_of_what_differs(client_of: Client) -> None:
    response = client_of.post("/clash/", {"rent": "620.00", "phone": "1", "version": "7", "town": "Namur"})
    page = html.fromstring(response.content.decode())
    form = page.get_element_by_id("conflict").xpath(".//form")[0]
    assert response.status_code == 409
    assert "Ingrid Peeters" in page.get_element_by_id("conflict").text_content()
    assert [r.get("value") for r in form.xpath(".//input[@type='radio']")] == ["620.00", "635.00"]
    hidden = {i.get("name"): i.get("value") for i in form.xpath(".//input[@type='hidden']")}
    assert {k: hidden[k] for k in ("phone", "town", "version")} == {"phone": "1", "town": "Namur", "version": "8"}


def test_nobody_signed_in_is_sent_to_sign_in_and_comes_back(site: Any, client_of: Client) -> None:
    site["actor"] = ANONYMOUS
    response = client_of.get("/numbers/?q=1")
    assert (response.status_code, response.headers["Location"]) == (302, "/account/login/?next=/numbers/%3Fq%3D1")


def test_an_ended_session_brings_back_to_the_page_with_its_draft(site: Any, client_of: Client) -> None:
    site["actor"] = ANONYMOUS
    answer = client_of.post("/numbers/", {"series": "lost"}, HTTP_HX_CURRENT_URL="http://testserver/numbers/", **HX)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/account/login/?next=/numbers/%23draft")
    assert not Sequence.objects.filter(series="lost").exists()


def test_a_foreign_address_is_never_a_way_back(site: Any, client_of: Client) -> None:
    site["actor"] = ANONYMOUS
    answer = client_of.post("/numbers/", {}, HTTP_HX_CURRENT_URL="https://evil.example/x", **HX)
    assert answer.headers["HX-Redirect"] == "/account/login/?next=/numbers/%23draft"
    assert client_of.post("/language/", {"language": "nl", "next": "https://evil.example/"}).headers["Location"] == "/"


def test_outside_the_access_is_404_for_an_agent_and_a_citizen_page_never_leads_to_the_staff_door(site: Any, client_of: Client) -> None:
    site["actor"] = clerk("auditor")
    assert client_of.get("/numbers/").status_code == 404
    assert client_of.get("/citizen/").status_code == 404
    site["actor"] = ANONYMOUS
    assert client_of.get("/citizen/").status_code == 404
    assert client_of.get("/open/").content == b"ouvert"


def test_methods_that_are_not_declared_are_refused(client_of: Client) -> None:
    assert client_of.get("/refuse/").status_code == 405
    assert client_of.head("/numbers/").status_code == 200


def test_the_marks_of_a_view_can_be_read() -> None:
    marks = urls.numbers.screen  # type: ignore[attr-defined]
    assert isinstance(marks, Screen)
    assert (marks.name, marks.methods, tuple(marks.parts), marks.creates, marks.writes, marks.public) == (
        "test.numbers",
        ("GET", "POST"),
        ("numbers",),
        True,
        True,
        False,
    )
    assert marks.opens(clerk()) and not marks.opens(clerk("auditor")) and not marks.opens(ANONYMOUS)


def test_a_screen_without_access_is_closed() -> None:
    assert not Screen(name="x", access=None, methods=("GET",)).opens(clerk())


def test_the_language_is_kept_in_the_browser_without_a_script(client_of: Client) -> None:
    response = client_of.post("/language/", {"language": "nl", "next": "/gallery/"})
    assert (response.status_code, response.headers["Location"]) == (303, "/gallery/")
    page = client_of.get("/gallery/").content.decode()
    assert '<html lang="nl"' in page and "Naar de inhoud" in page
    client_of.post("/language/", {"language": "xx"})
    assert '<html lang="nl"' in client_of.get("/gallery/").content.decode()


def test_the_theme_is_kept_in_the_browser_without_a_script(client_of: Client) -> None:
    assert "data-theme" not in client_of.get("/gallery/").content.decode().split("<head>")[0]
    client_of.post("/theme/", {"theme": "dark"})
    client_of.post("/theme/", {"density": "compact"})
    assert '<html lang="fr" data-theme="dark" data-density="compact">' in client_of.get("/gallery/").content.decode()


@pytest.mark.parametrize("path", ["/gallery/", "/deskpage/", "/portalpage/", "/numbers/", "/nowhere/"])
def test_no_page_has_inline_script_style_or_handler(client_of: Client, path: str) -> None:
    page = html.fromstring(client_of.get(path).content.decode())
    assert page.xpath("//style | //*[@style]") == []
    assert [s for s in page.xpath("//script") if not s.get("src")] == []
    assert [a for e in page.iter() for a in getattr(e, "attrib", {}) if a.startswith("on") or a == "hx-on"] == []
    assert "‹undefined" not in html.tostring(page, encoding="unicode")
    assert len(page.xpath("//h1")) == 1
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))


def test_error_pages_say_what_to_do(client_of: Client) -> None:
    response = client_of.get("/nowhere/")
    assert response.status_code == 404
    assert "Page introuvable" in response.content.decode()
