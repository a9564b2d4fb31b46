"""The person's journey on a phone, every page looked at by axe; and without script, where the error summary takes the focus too."""

import re

import pytest
from playwright.sync_api import expect

from parvis.kernel import jobs
from parvis.requests.models import Request
from tests.requests.factories import world
from tests.support.browser import DESKTOP, PHONE, axe, no_sideways_scroll, open_page, shot

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def unit():
    return world()


def look(page, name: str) -> None:
    axe(page)
    no_sideways_scroll(page)
    shot(page, f"portal-{name}-390-light")


def go_on(page) -> None:
    page.locator("main form .btn--primary:visible").first.click()


def test_a_person_asks_for_help_on_a_phone_and_follows_the_request(live_server, phone_page, chromium):
    page = phone_page
    page.goto(live_server.url)
    look(page, "home")
    page.click("main .card .btn--primary")
    look(page, "start")
    go_on(page)
    look(page, "for-whom")
    page.check("#f-for_whom-0")
    go_on(page)
    page.fill("#f-last_name", "Benali")
    page.fill("#f-niss", "87.03.27-001.00")
    go_on(page)
    expect(page.locator(".err-sum")).to_be_focused()
    look(page, "errors")
    page.click(".err-sum a >> nth=0")
    page.fill("#f-first_name", "Aya")
    for part, value in (("d", "27"), ("m", "3"), ("y", "1987")):
        page.fill(f"#f-birth_date-{part}", value)
    page.fill("#f-niss", "")
    go_on(page)
    page.fill("#f-phone", "0470 12 34 56")
    page.check("#f-letter_language-0")
    go_on(page)
    page.check("#f-has_address-1")
    go_on(page)
    go_on(page)
    page.check("#f-lives_alone-1")
    go_on(page)
    page.click("#f-members-add")
    for path, value in (
        ("first_name", "Noé"),
        ("last_name", "Benali"),
        ("birth_date-d", "4"),
        ("birth_date-m", "5"),
        ("birth_date-y", "2015"),
    ):
        page.fill(f"#f-members-0-{path}", value)
    page.check("#f-members-0-relation-1") if page.locator("#f-members-0-relation-1").count() else page.select_option(
        "#f-members-0-relation", "child"
    )
    page.check("#f-members-0-has_income-1")
    look(page, "rows")
    go_on(page)
    page.check("#f-has_income-1")
    go_on(page)
    page.check("#f-housing-0")
    go_on(page)
    look(page, "one-more-question")
    page.fill("#f-rent", "620,50")
    go_on(page)
    page.check("#f-wants-0")
    page.fill("#f-need", "J’ai perdu mon travail en janvier.")
    look(page, "need")
    go_on(page)
    page.check("#f-urgent-1")
    go_on(page)
    page.check("#f-right_pending-1")
    go_on(page)
    page.check("#f-has_account-1")
    go_on(page)
    look(page, "documents")
    page.set_input_files("#f-identity_file", files=[{"name": "carte.pdf", "mimeType": "application/pdf", "buffer": b"MZ program"}])
    go_on(page)
    look(page, "file-refused")
    go_on(page)
    page.check("#f-wants_hearing-1")
    go_on(page)
    page.check("#f-declares-0")
    page.click("button[name=later]")
    look(page, "later")
    page.click("main .btn--primary")
    page.check("#f-declares-0")
    go_on(page)
    look(page, "summary")
    page.click("main form[method=post] .btn--primary")
    page.wait_for_url("**/p/sent/**")
    look(page, "sent")
    sent = Request.unscoped.get()
    code = page.inner_text(".codebox")
    assert re.fullmatch(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){2}", code) and sent.number in page.inner_text("main")
    page.goto(f"{live_server.url}/p/track/{sent.uuid}/receipt.pdf")
    look(page, "receipt-pending")
    jobs.run_pending()
    page.goto(f"{live_server.url}/p/track/{sent.uuid}/")
    look(page, "timeline")
    page.click("text=Quitter cet ordinateur")
    page.goto(f"{live_server.url}/p/track/{sent.uuid}/")
    page.wait_for_url("**/p/track/")
    look(page, "track")
    page.fill("#id_number", "2026/00999")
    page.fill("#id_code", code)
    go_on(page)
    look(page, "track-refused")
    page.fill("#id_number", sent.number)
    go_on(page)
    page.wait_for_url(f"**/p/track/{sent.uuid}/")
    cookies = page.context.cookies()
    for viewport, dark in ((PHONE, True), (DESKTOP, False), (DESKTOP, True)):
        other = open_page(chromium, viewport=viewport, dark=dark)
        other.context.add_cookies(cookies)
        for name, path in (
            ("home", "/"),
            ("start", "/p/aid-request/"),
            ("sent", f"/p/sent/{sent.uuid}/"),
            ("timeline", f"/p/track/{sent.uuid}/"),
        ):
            other.goto(live_server.url + path)
            axe(other)
            no_sideways_scroll(other)
            shot(other, f"portal-{name}-{viewport['width']}-{'dark' if dark else 'light'}")
        other.goto(f"{live_server.url}/p/aid-request/")
        other.click("main form .btn--primary")
        other.check("#f-for_whom-0")
        other.click("main form .btn--primary:visible")
        other.wait_for_url("**/page/identity/")
        other.click("main form .btn--primary:visible")
        expect(other.locator(".err-sum")).to_be_focused()
        axe(other)
        shot(other, f"portal-errors-{viewport['width']}-{'dark' if dark else 'light'}")
        other.context.close()


def test_without_script_the_errors_take_the_focus_and_enter_goes_on(live_server, page_without_script):
    page = page_without_script
    page.goto(f"{live_server.url}/p/aid-request/")
    page.click("main form .btn--primary")
    page.check("#f-for_whom-0")
    page.keyboard.press("Enter")
    page.wait_for_url("**/page/identity/")
    page.fill("#f-last_name", "Benali")
    page.keyboard.press("Enter")
    expect(page.locator(".err-sum")).to_be_focused()
    assert page.input_value("#f-last_name") == "Benali"
    page.click("button:has-text('nl')")
    expect(page.locator("html")).to_have_attribute("lang", "nl")
    assert page.input_value("#f-last_name") == "Benali", "choosing a language loses nothing that was sent"
