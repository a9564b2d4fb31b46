"""The shell in a real browser: no fault of accessibility, keys, palette, colours, forms without and with a script."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import DESKTOP, PHONE, axe, no_sideways_scroll, open_page, watch

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def address(site: Any) -> Iterator[str]:
    """A server of this test's own: the shared one was started before the pages of these tests were seated."""
    from pytest_django.live_server_helper import LiveServer

    server = LiveServer("localhost")
    yield str(server.url)
    server.stop()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["1440", "390"])
@pytest.mark.parametrize("path", ["/gallery/", "/deskpage/", "/portalpage/", "/numbers/", "/nowhere/"])
def test_no_fault_of_accessibility_and_no_sideways_scroll(
    chromium: Browser, address: str, path: str, viewport: dict[str, int], dark: bool
) -> None:
    page = open_page(chromium, viewport=viewport, dark=dark)
    trouble = watch(page)
    page.goto(address + path)
    axe(page)
    no_sideways_scroll(page)
    page.context.close()
    trouble.expect_none()


def test_open_menus_and_dialogs_have_no_fault(browser_page: Page, address: str) -> None:
    browser_page.goto(f"{address}/deskpage/")
    browser_page.locator(".langs-menu summary").click()
    axe(browser_page)
    browser_page.keyboard.press("Escape")
    expect(browser_page.locator(".langs-menu")).not_to_have_attribute("open", "")
    browser_page.keyboard.press("?")
    expect(browser_page.locator("#keys")).to_be_visible()
    expect(browser_page.locator("[data-keys-page]")).to_contain_text("Accorder")
    axe(browser_page)


def test_single_keys_act_only_when_nobody_types(browser_page: Page, address: str) -> None:
    browser_page.goto(f"{address}/numbers/")
    field = browser_page.locator("#id_series")
    field.press_sequentially("a?jk")
    expect(field).to_have_value("a?jk")
    expect(browser_page.locator("#keys")).not_to_be_visible()
    field.fill("")


def test_a_key_clicks_its_button_and_j_walks_the_rows(browser_page: Page, address: str) -> None:
    browser_page.goto(f"{address}/deskpage/")
    browser_page.evaluate(
        "document.getElementById('agree').addEventListener('click', () => { document.getElementById('out').textContent = 'accordé'; })"
    )
    browser_page.keyboard.press("a")
    expect(browser_page.locator("#out")).to_have_text("accordé")
    browser_page.keyboard.press("j")
    expect(browser_page.locator("#ra")).to_be_focused()
    browser_page.keyboard.press("j")
    expect(browser_page.locator("#rb")).to_be_focused()
    browser_page.keyboard.press("k")
    expect(browser_page.locator("#ra")).to_be_focused()


def test_ctrl_k_opens_the_palette_and_escape_closes_it(browser_page: Page, address: str) -> None:
    browser_page.route(
        "**/palette/*",
        lambda route: route.fulfill(
            status=200, content_type="text/html", body='<ul><li><a class="pal-hit" href="/gallery/">Galerie</a></li></ul>'
        ),
    )
    browser_page.goto(f"{address}/deskpage/")
    browser_page.keyboard.press("Control+k")
    box = browser_page.locator("#palette")
    expect(box).to_be_visible()
    expect(box.locator("a")).to_have_text("Galerie")
    axe(browser_page)
    browser_page.keyboard.press("Escape")
    expect(box).not_to_be_visible()
    browser_page.keyboard.press("Control+k")
    browser_page.keyboard.type("gal")
    browser_page.keyboard.press("ArrowDown")
    browser_page.keyboard.press("Enter")
    browser_page.wait_for_url("**/gallery/")


def test_who_walks_the_list_while_it_comes_anew_stays_on_the_same_hit(browser_page: Page, address: str) -> None:
    """The answers come late: the list on the screen is that of before for a while, and is walked in."""

    def answer(route: Any) -> None:
        hits = {"": ("Galerie", "Bureau"), "gal": ("Bureau", "Galerie"), "xyz": ()}[route.request.url.partition("?q=")[2]]
        where = {"Galerie": "/gallery/", "Bureau": "/deskpage/"}
        body = "".join(f'<li><a class="pal-hit" href="{where[hit]}">{hit}</a></li>' for hit in hits)
        route.fulfill(status=200, content_type="text/html", body=f"<ul>{body}</ul>")

    browser_page.route("**/palette/*", answer)
    browser_page.goto(f"{address}/deskpage/")
    browser_page.keyboard.press("Control+k")
    box = browser_page.locator("#palette")
    expect(box.locator("a")).to_have_text(["Galerie", "Bureau"])
    for typed, left, focused in (("gal", ["Bureau", "Galerie"], "Galerie"), ("xyz", [], None)):
        box.locator("input").fill("")
        expect(box.locator("a")).to_have_text(["Galerie", "Bureau"])
        box.locator("input").fill(typed)
        browser_page.keyboard.press("ArrowDown")
        expect(box.locator("a")).to_have_text(left)
        expect(box.locator("a", has_text=focused) if focused else box.locator("input")).to_be_focused()


def test_colours_change_at_once_and_stay(browser_page: Page, address: str) -> None:
    browser_page.goto(f"{address}/gallery/")
    browser_page.locator("[data-theme-switch] button").click()
    expect(browser_page.locator("html")).to_have_attribute("data-theme", "dark")
    browser_page.goto(f"{address}/deskpage/")
    expect(browser_page.locator("html")).to_have_attribute("data-theme", "dark")


def test_the_language_changes_without_a_script(page_without_script: Page, address: str) -> None:
    page_without_script.goto(f"{address}/portalpage/")
    page_without_script.locator("button[value=de]").click()
    expect(page_without_script.locator("html")).to_have_attribute("lang", "de")
    assert page_without_script.url == f"{address}/portalpage/"


def test_an_error_comes_back_alone_and_takes_the_focus(browser_page: Page, address: str) -> None:
    browser_page.goto(f"{address}/numbers/")
    browser_page.locator("#id_series").fill("forbidden")
    browser_page.locator("#id_year").fill("2026")
    browser_page.locator("#numbers button").click()
    expect(browser_page.locator(".err-sum")).to_be_focused()
    expect(browser_page.locator("#id_series")).to_have_value("forbidden")
    axe(browser_page)
    browser_page.locator("#id_series").fill("request")
    browser_page.locator("#numbers button").click()
    expect(browser_page.locator(".toast")).to_have_text("Série ouverte.")
    expect(browser_page.locator("#numbers li").last).to_have_text("request")


def test_leaving_a_form_with_changes_asks_first(browser_page: Page, address: str) -> None:
    asked: list[str] = []
    browser_page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    browser_page.goto(f"{address}/numbers/")
    browser_page.locator("#id_series").click()
    browser_page.keyboard.type("commencé")
    browser_page.goto(f"{address}/deskpage/")
    assert asked == ["beforeunload"]


def test_what_was_typed_survives_an_ended_session(site: Any, browser_page: Page, address: str) -> None:
    from parvis.kernel.actor import ANONYMOUS

    browser_page.goto(f"{address}/numbers/")
    browser_page.locator("#id_series").fill("précieux")
    signed_in = site["actor"]
    site["actor"] = ANONYMOUS
    browser_page.locator("#numbers button").click()
    browser_page.wait_for_url("**/account/login/**")
    assert "next=/numbers/%23draft" in browser_page.url
    site["actor"] = signed_in
    browser_page.goto(f"{address}/numbers/#draft")
    expect(browser_page.locator("#id_series")).to_have_value("précieux")
    expect(browser_page.locator(".toast")).to_contain_text("reconnecté")


def test_the_list_narrows_without_leaving_the_page(browser_page: Page, address: str) -> None:
    from parvis.kernel.models import Sequence

    for number in range(5):
        Sequence.objects.create(series=f"serie{number}", year=2026, last=0)
    browser_page.goto(f"{address}/series/")
    axe(browser_page)
    browser_page.keyboard.press("/")
    browser_page.keyboard.type("serie4")
    browser_page.keyboard.press("Enter")
    expect(browser_page.locator("tbody tr")).to_have_count(1)
    assert "q=serie4" in browser_page.url
    browser_page.locator(".fchip a").click()
    expect(browser_page.locator(".fchip")).to_have_count(0)
