"""In a real browser: an entry of the address book chosen while typing, with the keyboard; the pages around it, wide and narrow (B8)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from parvis.form_engine.models import Draft
from parvis.identity.api import Account
from parvis.requests import api as requests
from tests.desk.test_browser import seated
from tests.requests.factories import agent, world
from tests.requests.test_naming import a_joined_request, an_agency
from tests.support.browser import DESKTOP, PHONE, axe, no_sideways_scroll, open_page, shot, watch

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["1440", "390"])
def test_an_entry_is_chosen_while_typing_and_what_was_typed_is_matched(chromium: Browser, live_server, viewport) -> None:
    world()
    worker = agent("Amelie", "social_worker", "clerk")
    agency = an_agency(worker)
    page = seated(open_page(chromium, viewport=viewport), live_server, Account.objects.get(pk=worker.account_id))
    trouble = watch(page)
    width = viewport["width"]
    page.goto(live_server.url + "/requests/new/")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/requests/new/*/")
    page.check("input[name=f-housing][value=tenant]")
    field = page.locator("#f-landlord")
    expect(field).to_be_visible()
    field.click()
    page.keyboard.type("imo valmon")
    expect(page.locator("#book-landlord button")).to_have_count(1)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(field).to_have_value("Immo Valmont")
    expect(page.locator("#w-landlord .chip")).to_contain_text("Immo Valmont")
    shot(page, f"requests-book-chosen-{width}-light")
    axe(page)
    no_sideways_scroll(page)
    draft = Draft.unscoped.latest("pk")
    assert draft.answers["_desk"]["names"] == {"landlord": [f"organisation:{agency.uuid}", "Immo Valmont"]}
    joined = a_joined_request(worker)
    for name, path in (
        ("take-over", f"/requests/{joined.uuid}/take-over/"),
        ("named", f"/requests/{joined.uuid}/named/?field=landlord"),
        ("request", f"/requests/{joined.uuid}/"),
    ):
        page.goto(live_server.url + path)
        shot(page, f"requests-{name}-{width}-light")
        axe(page)
        no_sideways_scroll(page)
    page.goto(live_server.url + f"/requests/{joined.uuid}/named/?field=landlord")
    page.locator("input[name=entry]").first.check()
    page.locator("form[method=post] footer .btn--primary").first.click()
    page.wait_for_url("**/take-over/")
    expect(page.locator("main table")).to_contain_text("Immo Valmont")
    assert [one.known for one in requests.takings(worker, joined) if one.key == "book:landlord"] == ["Immo Valmont"]
    page.context.close()
    trouble.expect_none()
