"""A1: list and detail side by side. On a wide screen a line of the list of dossiers opens beside it, by click or by keyboard, and the list keeps
its filters and its place; on a narrow one, and without script, the same lines are links."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import Browser, Page, expect

from parvis.dossiers.services.known import add_known
from parvis.journal.api import add_entry
from parvis.kernel import clock
from parvis.kernel.models import ReadLine
from parvis.kernel.subject import SubjectRef
from parvis.workflows.api import open_item
from tests.contacts.factories import make_person
from tests.desk.test_browser import seated
from tests.dossiers.factories import make_centre, make_dossier
from tests.support.browser import DESKTOP, PHONE, TABLET, axe, no_sideways_scroll, open_page, shot, watch

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
MARK = "window.parvisBeside"
LANDSCAPE = {"width": 1180, "height": 820}


def the_list(chromium: Browser, live_server, viewport: dict[str, int], **more) -> tuple[Page, dict[str, str]]:
    """Three files, the latest first, with one word in each journal; by name the address of each."""
    centre = make_centre()
    addresses = {}
    for family, given in (("Aerts", "Zoé"), ("Benali", "Aya"), ("Müller", "Greta")):
        dossier = make_dossier(centre, make_person(family, given, "1980-05-17"))
        add_entry(actor=centre.actor("worker"), dossier=dossier, kind="note", title=f"Visite chez {family}", text="Tout va bien")
        addresses[family] = f"/dossiers/{dossier.uuid}/"
    page = seated(open_page(chromium, viewport=viewport, **more), live_server, centre.worker)
    page.centre = centre  # type: ignore[attr-defined]
    page.goto(live_server.url + "/dossiers/?status=open&sort=number")
    expect(page.locator("#dossiers tbody tr")).to_have_count(3)
    return page, addresses


def beside(page: Page, family: str) -> None:
    expect(page.locator("#beside h2").first).to_contain_text(family)
    expect(page.locator("#dossiers tbody [aria-current=true]")).to_have_count(1)


@pytest.mark.parametrize(("viewport", "name"), [(DESKTOP, "1440"), (LANDSCAPE, "1180")])
def test_a_line_opens_beside_the_list_by_keyboard_alone(chromium: Browser, live_server, viewport: dict[str, int], name: str) -> None:
    page, addresses = the_list(chromium, live_server, viewport)
    trouble = watch(page)
    page.evaluate(f"{MARK} = 1")
    expect(page.locator("#beside")).to_be_hidden()
    page.keyboard.press("j")
    expect(page.locator("#beside")).to_be_hidden()  # going along the list opens nothing by itself
    page.keyboard.press("Enter")
    beside(page, "Aerts")
    expect(page.locator("#beside")).to_contain_text("Visite chez Aerts")
    shot(page, f"beside-{name}-light", whole=False)
    axe(page)
    no_sideways_scroll(page)
    # J, the arrow, K: the file follows the line; the list keeps its filters and is never loaded anew.
    page.keyboard.press("j")
    beside(page, "Benali")
    page.keyboard.press("ArrowDown")
    beside(page, "Müller")
    page.keyboard.press("ArrowDown")
    beside(page, "Müller")
    page.keyboard.press("k")
    beside(page, "Benali")
    assert page.evaluate(f"{MARK} === 1")
    assert "status=open&sort=number" in page.url
    # Into the file and back to its line.
    page.keyboard.press("ArrowRight")
    expect(page.locator("#beside")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(f"#dossiers tbody a[href='{addresses['Benali']}']")).to_be_focused()
    # Escape: the list alone again, on the same line.
    page.keyboard.press("Escape")
    expect(page.locator("#beside")).to_be_hidden()
    expect(page.locator(f"#dossiers tbody a[href='{addresses['Benali']}']")).to_be_focused()
    # Open again, then whole, and back: the list with the same file beside it.
    page.keyboard.press("Enter")
    beside(page, "Benali")
    page.keyboard.press("o")
    page.wait_for_url(f"**{addresses['Benali']}")
    page.go_back()
    beside(page, "Benali")
    assert "status=open&sort=number" in page.url
    page.context.close()
    trouble.expect_none()


def test_a_click_opens_beside_and_a_second_one_opens_the_whole(chromium: Browser, live_server) -> None:
    page, addresses = the_list(chromium, live_server, DESKTOP)
    trouble = watch(page)
    page.locator(f"#dossiers tbody a[href='{addresses['Müller']}']").click()
    beside(page, "Müller")
    page.locator("#dossiers tbody tr", has_text="Aerts").locator("td").nth(2).click()  # the line, not its link
    beside(page, "Aerts")
    # Narrowed while a file stands beside it: the list alone changes.
    page.locator("main .searchbox input[type=search]").first.fill("Aerts")
    page.keyboard.press("Enter")
    expect(page.locator("#dossiers tbody tr")).to_have_count(1)
    beside(page, "Aerts")
    page.locator("[data-beside-close]").click()
    expect(page.locator("#beside")).to_be_hidden()
    page.locator(f"#dossiers tbody a[href='{addresses['Aerts']}']").click()
    beside(page, "Aerts")
    page.locator(f"#dossiers tbody a[href='{addresses['Aerts']}']").click()
    page.wait_for_url(f"**{addresses['Aerts']}")
    page.context.close()
    trouble.expect_none()


def test_a_file_that_asks_for_a_reason_is_not_opened_by_going_along_the_list(chromium: Browser, live_server) -> None:
    page, _addresses = the_list(chromium, live_server, DESKTOP)
    add_known(actor=page.centre.actor("auditor"), family_name="Benali", given_names="Aya", reason="Élue de la commune")  # type: ignore[attr-defined]
    page.context.clear_cookies()
    seated(page, live_server, page.centre.colleague)  # type: ignore[attr-defined]
    page.goto(live_server.url + "/dossiers/?status=open&sort=number")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    beside(page, "Aerts")
    page.keyboard.press("j")
    expect(page.locator("#h-beside")).to_contain_text("demande une raison")
    expect(page.locator("#beside")).not_to_contain_text("Visite chez")
    axe(page)
    assert not ReadLine.objects.filter(actor_id=page.centre.colleague.pk, purpose="").exists()  # type: ignore[attr-defined]
    page.keyboard.press("o")
    page.wait_for_url("**/why/**")
    page.context.close()


def test_on_a_narrow_screen_and_without_script_the_lines_are_links(chromium: Browser, live_server) -> None:
    page, addresses = the_list(chromium, live_server, TABLET, touch=True)
    page.locator(f"#dossiers tbody a[href='{addresses['Müller']}']").tap()
    page.wait_for_url(f"**{addresses['Müller']}")
    for viewport, script in ((PHONE, True), (DESKTOP, False)):
        other = seated(open_page(chromium, viewport=viewport, script=script), live_server, page.centre.worker)  # type: ignore[attr-defined]
        other.goto(live_server.url + "/dossiers/?status=open")
        other.locator(f"#dossiers tbody a[href='{addresses['Benali']}']").click()
        other.wait_for_url(f"**{addresses['Benali']}")
        # The summary has an address of its own, which answers in full.
        other.goto(f"{live_server.url}{addresses['Benali']}beside/")
        expect(other.locator("#h-beside")).to_contain_text("Benali")
        expect(other.locator("[data-beside-close]")).to_be_hidden()
        if script:
            axe(other)
            no_sideways_scroll(other)
            shot(other, "beside-alone-390-light")
        other.context.close()
    page.context.close()


def test_a_task_opens_beside_the_list_of_tasks_with_the_same_keys(chromium: Browser, live_server) -> None:
    centre = make_centre()
    for family, day in (("Aerts", 1), ("Benali", 2)):
        dossier = make_dossier(centre, make_person(family, "Zoé", "1980-05-17"))
        open_item(
            actor=centre.actor("worker"), subject=SubjectRef("dossier", dossier.pk), title={"fr": f"Bail {family}"}, owner=centre.worker,
            queue="social_worker", unit_id=centre.north.pk, dossier_id=dossier.pk, due_on=clock.today() + dt.timedelta(days=day),
        )  # fmt: skip
    page = seated(open_page(chromium, viewport=DESKTOP), live_server, centre.worker)
    trouble = watch(page)
    page.goto(live_server.url + "/tasks/")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#beside h2").first).to_contain_text("Bail Aerts")
    shot(page, "beside-task-1440-light", whole=False)
    axe(page)
    no_sideways_scroll(page)
    page.keyboard.press("j")
    expect(page.locator("#beside h2").first).to_contain_text("Bail Benali")
    page.keyboard.press("Escape")
    expect(page.locator("#beside")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.locator("#beside h2").first).to_contain_text("Bail Benali")
    page.keyboard.press("o")
    page.wait_for_url("**/tasks/*-*/**")
    page.context.close()
    trouble.expect_none()
