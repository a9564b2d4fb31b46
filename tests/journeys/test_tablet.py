"""A1: on a tablet, with nothing installed: a person found with the keyboard alone, the file opened, an entry written and saved, and parts
that change without the page being loaded anew."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from parvis.journal.models import Entry
from tests.contacts.factories import make_person
from tests.desk.test_browser import seated
from tests.dossiers.factories import make_centre, make_dossier
from tests.support.browser import TABLET, axe, no_sideways_scroll, open_page, shot, watch

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
MARK = "window.parvisTablet"


def marked(page: Page) -> bool:
    return bool(page.evaluate(f"{MARK} === 1"))


def test_a_file_is_found_read_and_written_in_on_a_tablet(chromium: Browser, live_server) -> None:
    centre = make_centre()
    make_dossier(centre, make_person("Autre", "Zoé", "1990-01-02"))
    dossier = make_dossier(centre, make_person("Müller", "Greta", "1980-05-17"))
    page = seated(open_page(chromium, viewport=TABLET, touch=True), live_server, centre.worker)
    trouble = watch(page)
    page.goto(live_server.url + "/desk/")
    # The keyboard only, up to the open file.
    page.keyboard.press("Control+k")
    expect(page.locator("#palette input[type=search]")).to_be_focused()
    page.keyboard.type("muler 80")
    expect(page.locator("#palette .pal-hit").first).to_contain_text("Müller")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/desk/" not in url)
    expect(page.locator("h1").first).to_contain_text("Müller")
    if f"/dossiers/{dossier.uuid}/" not in page.url:
        page.locator(f"main a[href*='/dossiers/{dossier.uuid}/']").first.tap()
    page.wait_for_url(f"**/dossiers/{dossier.uuid}/")
    shot(page, "tablet-dossier-820-light")
    axe(page)
    no_sideways_scroll(page)
    # List and detail: what there is to read and what one adds stand on one page; its tabs change by themselves.
    page.evaluate(f"{MARK} = 1")
    tabs = page.locator("#drawer nav.tabs a")
    assert tabs.count() >= 2
    tabs.nth(1).tap()
    expect(tabs.nth(1)).to_have_attribute("aria-current", "page")
    tabs.nth(0).tap()
    expect(tabs.nth(0)).to_have_attribute("aria-current", "page")
    assert marked(page), "no tab loaded the page anew"
    # Write and save.
    page.locator("#drawer textarea").first.fill("Visite à domicile, tout va bien")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#panel-journal")).to_contain_text("Visite à domicile, tout va bien")
    assert Entry.unscoped.filter(dossier=dossier, text="Visite à domicile, tout va bien").count() == 1
    # The list of files narrows in place.
    page.goto(live_server.url + "/dossiers/")
    page.evaluate(f"{MARK} = 1")
    page.locator("#dossiers-search, main .searchbox input[type=search]").first.fill("Müller")
    page.keyboard.press("Enter")
    expect(page.locator("#dossiers tbody tr")).to_have_count(1)
    assert marked(page), "the list narrows without a new page"
    no_sideways_scroll(page)
    page.context.close()
    trouble.expect_none()
