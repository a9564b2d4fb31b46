"""The most frequent gestures of the guide (``docs/guide/users/social-worker.md``): as many keys and clicks as are written there, no more.

Seconds depend on the machine and are not asserted. Deciding is counted in ``tests/journeys/test_committee_by_keyboard.py``.
"""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from parvis.journal.models import Entry
from tests.desk.test_browser import full, seated  # noqa: F401  (a fixture)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


class Hand:
    """Presses keys and counts them: ``keys`` those that command, ``letters`` those typed."""

    def __init__(self, page: Page) -> None:
        self.page, self.keys, self.letters = page, 0, 0

    def press(self, key: str) -> None:
        self.keys += 1
        self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.letters += len(text)
        self.page.keyboard.type(text)


def test_a_person_is_found_with_two_keys_and_some_letters(browser_page: Page, live_server: Any, full: Any) -> None:  # noqa: F811
    page = seated(browser_page, live_server, full.worker)
    page.goto(f"{live_server.url}/desk/")
    hand = Hand(page)
    hand.press("Control+k")
    page.wait_for_selector("dialog[open] input")
    hand.type("nzey")
    page.wait_for_selector("#palette-results a:has-text('Nzeyimana')")
    with page.expect_navigation():
        hand.press("Enter")
    assert "Nzeyimana" in page.inner_text("h1")
    assert (hand.keys, hand.letters) == (2, 4)


def test_who_types_fast_finds_what_was_typed(browser_page: Page, live_server: Any, full: Any) -> None:  # noqa: F811
    """Enter comes before the answer: it waits for the hits of what was typed, and never takes the first of those of before."""
    page = seated(browser_page, live_server, full.worker)
    page.goto(f"{live_server.url}/tasks/")
    page.keyboard.press("Control+k")
    page.wait_for_selector("#palette-results a, #palette-results button")  # what may be done, before anything is typed
    page.keyboard.type("nzeyimana ines")
    page.keyboard.press("Enter")
    page.wait_for_url("**/dossiers/**")
    assert "Inès" in page.inner_text("h1")
    # The same where a note is begun: letters typed before the drawer stands are kept, and other letters are another file.
    page.goto(f"{live_server.url}/tasks/")
    page.keyboard.press("n")
    page.keyboard.type("nzeyimana ines")
    page.wait_for_selector("#quick-found a:has-text('Inès')")
    assert page.locator("#quick-found a").count() == 1
    page.locator(".quick input[type=search]").fill("nzeyimana marie")
    page.keyboard.press("Enter")
    page.wait_for_selector("#quick-note")
    assert "Marie-Ange" in page.inner_text("#quick")


def test_a_note_is_written_from_any_screen_with_four_keys(browser_page: Page, live_server: Any, full: Any) -> None:  # noqa: F811
    """N, three letters, Enter, the kind, the words, Ctrl Enter: and one stays where one was."""
    page = seated(browser_page, live_server, full.worker)
    page.goto(f"{live_server.url}/tasks/")
    hand = Hand(page)
    hand.press("n")
    page.wait_for_selector(".quick input[type=search]")
    hand.type("nze")
    page.wait_for_selector("#quick-found a")
    hand.press("Enter")
    page.wait_for_selector("#quick-note")
    page.wait_for_function("document.activeElement && document.activeElement.name === 'kind'")
    hand.press("c")
    hand.type("Le bail est renouvelé.")
    with page.expect_response(lambda answer: "/journal/new/" in answer.url and answer.request.method == "POST"):
        hand.press("Control+Enter")
    page.wait_for_selector("text=Le bail", state="detached")
    assert hand.keys == 4
    assert page.url.endswith("/tasks/")
    entry = Entry.unscoped.get(text="Le bail est renouvelé.")
    assert (entry.kind, entry.author_id) == ("call", full.worker.pk)


def test_the_next_task_is_taken_with_one_key(browser_page: Page, live_server: Any, full: Any) -> None:  # noqa: F811
    page = seated(browser_page, live_server, full.worker)
    page.goto(f"{live_server.url}/desk/")
    hand = Hand(page)
    hand.press("t")
    page.wait_for_url("**/tasks/*/")
    assert page.inner_text("h1") == "Notifier la décision du 27 février"
    assert hand.keys == 1
