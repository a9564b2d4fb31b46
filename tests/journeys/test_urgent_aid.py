"""The shortest path (F7): an urgent aid from the desk to the president's decision, counted screen by screen.

No person is timed here. What is counted and bounded is what a person does: screens read, clicks or keys pressed, fields and characters
typed. The time that follows from it, by a model that is stated, stands in the guide of the president and must stay under two minutes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from parvis.decisions.models import Decision
from parvis.demo import stage
from parvis.requests.models import Request
from tests.journeys.support import load_reference, run_jobs, seat, window
from tests.support.browser import axe

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

#: Somebody who types without haste (500 characters a minute), reads each screen, and moves the hand to the mouse or a key.
SECONDS_A_CHARACTER, SECONDS_A_SCREEN, SECONDS_A_GESTURE = 0.12, 2.0, 1.0
GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guide" / "users" / "president.md"

TYPED = {
    "family_name": "Vermeulen",
    "given_names": "Noor",
    "reason": "Plus rien à manger depuis hier, deux enfants de trois et cinq ans.",
    "amount": "120",
    "iban": "BE68539007547034",
}


@dataclass
class Hand:
    """What one person did."""

    page: Page
    screens: int = 0
    gestures: int = 0
    fields: int = 0
    characters: int = 0

    def read(self) -> None:
        self.page.wait_for_load_state("domcontentloaded")
        self.screens += 1

    def press(self, key: str) -> None:
        self.gestures += 1
        with self.page.expect_navigation():
            self.page.keyboard.press(key)
        self.read()

    def click(self, what: Any) -> None:
        self.gestures += 1
        with self.page.expect_navigation():
            what.click()
        self.read()

    def write(self, name: str, text: str) -> None:
        """Tab to the field and type: the tab is a gesture too."""
        self.gestures += 1
        self.fields += 1
        self.characters += len(text)
        field = self.page.locator(f"main [name='{name}']")
        field.focus()
        field.press("Control+a")
        self.page.keyboard.type(text)

    @property
    def seconds(self) -> float:
        return self.characters * SECONDS_A_CHARACTER + self.screens * SECONDS_A_SCREEN + self.gestures * SECONDS_A_GESTURE


def test_an_urgent_aid_takes_two_people_under_two_minutes_by_a_stated_model(browser_page: Page, chromium: Any, live_server: Any) -> None:
    load_reference()

    # The clerk: the register, one key, one short form
    clerk = Hand(seat(browser_page, live_server, stage.CLERK))
    clerk.page.goto(f"{live_server.url}/requests/")
    clerk.read()
    clerk.press("u")
    axe(clerk.page)
    for name, text in TYPED.items():
        clerk.write(name, text)
    clerk.click(clerk.page.locator("main form button.btn--primary"))
    request = Request.unscoped.get()
    assert (request.urgent, request.dossier_id is not None) == (True, True)
    run_jobs()

    # The president: the desk, the task, one thing to say; amount, account and reason are there, typed once
    president = Hand(window(chromium, live_server, "claire.warnant"))
    president.page.goto(f"{live_server.url}/desk/")
    president.read()
    president.press("t")
    assert "/decisions/urgent/" in president.page.url
    axe(president.page)
    form = president.page.locator("main form")
    assert float(form.locator("[name=amount]").input_value().replace(",", ".")) == 120
    assert form.locator("[name=payee_iban]").input_value() == TYPED["iban"]
    assert form.locator("[name=payee_name]").input_value() == "Noor Vermeulen"
    assert form.locator("[name=reason]").input_value() == TYPED["reason"]
    president.write("d_purpose", "nourriture")
    president.click(form.locator("button.btn--primary"))

    decision = Decision.unscoped.get()
    assert (decision.decider, decision.outcome, decision.ratification) == ("president", "granted", "pending")
    assert decision.decided_version.provisions[0]["amount"] == "120.00"

    told = (clerk.screens, clerk.gestures, clerk.fields, president.screens, president.gestures, president.fields)
    assert told == (3, 7, 5, 3, 3, 1), told
    assert clerk.characters == sum(map(len, TYPED.values())) and president.characters <= 20
    seconds = clerk.seconds + president.seconds
    assert seconds < 120
    # the figure of the guide is this one
    said = re.search(r"about (\d+) seconds", GUIDE.read_text(encoding="utf-8"))
    assert said is not None and int(said[1]) == round(seconds), round(seconds)
