"""The desk in a real browser: keys, palette, no fault of accessibility, wide and narrow, light and dark."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from parvis.kernel import clock, registries
from parvis.kernel.registries import Backlog, SubjectCard
from parvis.kernel.subject import SubjectRef
from parvis.workflows.models import WorkItem
from tests.contacts.factories import make_person
from tests.dossiers import factories as dossiers
from tests.support.browser import DESKTOP, PHONE, axe, no_sideways_scroll, open_page, shot, watch
from tests.workflows import factories
from tests.workflows.support import registered

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

TASKS = (
    (-2, "notify", "Notifier la décision du 27 février", "Krzysztof Wiśniewski-Lecomte", "RIS cat. 1 · 2026/00391"),
    (2, "pay", "Libérer le premier paiement", "Fatoumata Diallo", "Équivalent RIS · 2026/00377"),
    (6, "decide", "Rédiger la proposition", "Marie-Ange Nzeyimana-Vandenbroucke", "Révision RIS · 2026/00398"),
    (6, "sign", "Faire signer le PIIS", "Yanis Ben Othman", "RIS · 2026/00288"),
    (12, "decide", "Visite à domicile à planifier", "Ménage Haddad – Van der Straeten", "Aide au chauffage · 2026/00431"),
    (19, "decide", "Compléter l’enquête sociale", "Aurélie Maes", "RIS étudiant · 2026/00467"),
    (None, "", "Classer le courrier", "Jean-Pierre Collard", "Garantie locative · 2026/00470"),
)
BACKLOG = (
    ("Attendent un premier paiement", 12),
    ("Demandes de plus de 30 jours", 3),
    ("Tâches que personne ne tient", 7),
    ("Paiements non exécutés", 1),
    ("Décisions non remises", 4),
)


@pytest.fixture
def full():
    """A centre with work: seven tasks in hand or in the queue, two of a colleague, files with a history."""
    centre = dossiers.make_centre()
    factories.grant(centre.worker, "chief", centre.north)
    factories.grant(centre.worker, "clerk", centre.north)
    today = clock.today()
    known: dict[SubjectRef, SubjectCard] = {}
    for at, (days, kind, title, about, detail) in enumerate(TASKS):
        due = None if days is None else today + dt.timedelta(days=days)
        item = factories.item(None if at in (1, 4) else centre.worker, at=centre.north, due_on=due)
        start = due - dt.timedelta(days=30) if due else None
        WorkItem.unscoped.filter(pk=item.pk).update(title={"fr": title}, step=kind, clock=kind, due_from=start)
        known[item.subject] = SubjectCard(about, detail, "/dossiers/")
    for title in ("Contrôler la proposition", "Préparer la séance"):
        item = factories.item(centre.colleague, at=centre.north, due_on=today + dt.timedelta(days=4))
        WorkItem.unscoped.filter(pk=item.pk).update(title={"fr": title}, clock="decide")
        known[item.subject] = SubjectCard("Chloé Dewandre", "RIS · 2026/00402", "/dossiers/")
    for first, born in (("Marie-Ange", "1987-08-14"), ("Inès", "2009-02-01")):
        dossier = dossiers.make_dossier(centre, make_person("Nzeyimana-Vandenbroucke", first, born))
        item = factories.item(centre.colleague, at=centre.north, due_on=today + dt.timedelta(days=6))
        WorkItem.unscoped.filter(pk=item.pk).update(title={"fr": "Enquête et proposition"}, clock="decide", dossier_key=dossier.pk)
    entries = {
        f"t{at}": Backlog(f"t{at}", title, at, lambda actor, n=n: n, lambda: "/tasks/?list=unowned")
        for at, (title, n) in enumerate(BACKLOG)
    }
    before = dict(registries.backlog._items)
    registries.backlog._items.clear()
    with (
        registered(registries.subject_cards, trial=lambda actor, refs: {ref: known[ref] for ref in refs if ref in known}),
        registered(registries.backlog, **entries),
    ):
        yield centre
    registries.backlog._items.update(before)


def seated(page: Page, live_server, account) -> Page:
    client = Client()
    client.force_login(account)
    for name, morsel in client.cookies.items():
        page.context.add_cookies([{"name": name, "value": morsel.value, "url": live_server.url}])
    return page


PAGES = {
    "home": "/desk/",
    "team": "/desk/?list=team",
    "tasks": "/tasks/?list=team",
    "search": "/search/?q=nzeyimana",
    "palette": "/palette/?q=no",
    "where": "/where/?q=nzeyimana",
}


# The other two looks of the same pages: tests/journeys/test_every_page.py.
@pytest.mark.parametrize(("viewport", "dark"), [(DESKTOP, True), (PHONE, False)], ids=["1440-dark", "390-light"])
def test_pages_of_the_desk_have_no_fault(chromium: Browser, live_server, full, viewport, dark: bool) -> None:
    page = seated(open_page(chromium, viewport=viewport, dark=dark), live_server, full.worker)
    trouble = watch(page)
    for name, path in PAGES.items():
        page.goto(live_server.url + path)
        shot(page, f"desk-{name}-{viewport['width']}-{'dark' if dark else 'light'}")
        axe(page)
        no_sideways_scroll(page)
    page.context.close()
    trouble.expect_none()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["1440", "390"])
def test_empty_pages_have_no_fault(chromium: Browser, live_server, viewport) -> None:
    account = factories.account("lawyer", at=factories.unit("NORD"), name="Hugo Claes")
    page = seated(open_page(chromium, viewport=viewport), live_server, account)
    trouble = watch(page)
    for name, path in (("home", "/desk/"), ("tasks", "/tasks/"), ("search", "/search/?q=zzzz"), ("where", "/where/?q=zzzz")):
        page.goto(live_server.url + path)
        shot(page, f"desk-empty-{name}-{viewport['width']}-light")
        axe(page)
        no_sideways_scroll(page)
    page.context.close()
    trouble.expect_none()


WORDS_OF_THE_MENU = """() => [...document.querySelectorAll('.rail li a, .rail li button')].filter(one => {
  const words = document.createRange(); words.selectNodeContents(one)
  const [inner, rail] = [words, document.querySelector('.rail')].map(box => box.getBoundingClientRect())
  return inner.left < rail.left || inner.right > rail.right
}).map(one => one.textContent.trim())"""


def test_no_word_of_the_menu_is_cut_in_any_language(browser_page: Page, live_server, full) -> None:
    page = seated(browser_page, live_server, full.worker)
    for language, word in (("de", "Entscheidungen"), ("nl", "Beslissingen"), ("en", "Decisions"), ("fr", "Décisions")):
        page.goto(live_server.url + "/desk/")
        page.locator(f"button[name=language][value={language}]").first.evaluate("button => button.click()")
        expect(page.locator(".rail")).to_contain_text(word)
        assert page.evaluate(WORDS_OF_THE_MENU) == [], language


def test_one_key_takes_the_next_task(browser_page: Page, live_server, full) -> None:
    page = seated(browser_page, live_server, full.worker)
    page.goto(live_server.url + "/desk/")
    expect(page.locator(".todo .next .what")).to_have_text("Notifier la décision du 27 février")
    page.keyboard.press("t")
    page.wait_for_url("**/tasks/*/")
    expect(page.locator("h1")).to_have_text("Notifier la décision du 27 février")


def test_the_palette_opens_by_key_finds_a_file_and_goes_there(browser_page: Page, live_server, full) -> None:
    page = seated(browser_page, live_server, full.worker)
    page.goto(live_server.url + "/desk/")
    page.keyboard.press("Control+k")
    field = page.locator("#palette input[type=search]")
    expect(field).to_be_focused()
    field.press_sequentially("nzeyimana ines")
    expect(page.locator("#palette .pal-hit").first).to_contain_text("Nzeyimana")
    shot(page, "desk-palette-open-1440-light", whole=False)
    axe(page)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/desk/" not in url)


def test_a_chief_moves_two_tasks_after_a_confirmation(browser_page: Page, live_server, full) -> None:
    page = seated(browser_page, live_server, full.worker)
    page.goto(live_server.url + reverse("desk:tasks") + "?list=team")
    page.locator("input[name=task]").nth(0).check()
    page.locator("input[name=task]").nth(1).check()
    page.select_option("#bulk-to", label="Sami Aerts")
    page.locator("#bulk button").click()
    expect(page.locator("h1")).to_contain_text("Transmettre 2 tâches à Sami Aerts")
    shot(page, "desk-hand-1440-light")
    axe(page)
    before = WorkItem.unscoped.filter(owner=full.colleague).count()
    page.fill("#hand-note", "congé de maladie")
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/tasks/?list=team")
    assert WorkItem.unscoped.filter(owner=full.colleague).count() == before + 2


def test_home_and_search_work_without_a_script(page_without_script: Page, live_server, full) -> None:
    page = seated(page_without_script, live_server, full.worker)
    page.goto(live_server.url + "/search/")
    page.fill("main input[name=q]", "nzeyimana")
    page.locator("main form button[type=submit]").click()
    expect(page.locator(".hit").first).to_contain_text("Nzeyimana")
