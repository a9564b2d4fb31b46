"""Ten cases of one session, decided with keys only: the mouse is never touched (C5, F9)."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from parvis.decisions.enums import Outcome
from parvis.decisions.models import AgendaItem, Decision
from parvis.demo import cast, stage
from parvis.kernel import clock
from tests.journeys.support import load_reference, run_jobs, seat
from tests.support.browser import axe

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

#: In the order of the agenda: what the secretary presses, and what is decided.
KEYS = (
    ("a", Outcome.GRANTED),
    ("a", Outcome.GRANTED),
    ("m", Outcome.ADJUSTED),
    ("a", Outcome.GRANTED),
    ("x", Outcome.REFUSED),
    ("r", Outcome.POSTPONED),
    ("a", Outcome.GRANTED),
    ("p", Outcome.MORE_INFO),
    ("a", Outcome.GRANTED),
    ("a", Outcome.GRANTED),
)
#: A refusal names a fact of this person, with a figure: a stock sentence is not a reason (F4).
WORDS = {
    "m": "Le comité constate que la personne vit avec un proche depuis le mois passé.",
    "x": "Le relevé remis au service montre une épargne de 48 000 euros placée en 2026, dont la personne dispose librement pour vivre.",
    "r": "Le comité attend le contrat de bail.",
    "p": "Extraits de compte des trois derniers mois.",
}
GIVEN = ("Anna", "Bruno", "Clara", "Denis", "Emma", "Farid", "Greta", "Hugo", "Iris", "Jonas")


def ten_cases() -> list[stage.Play]:
    model = next(case for case in cast.CASES if case.key == "hoffmann")
    plays = []
    for number, given in enumerate(GIVEN):
        case = replace(
            model, key=f"keys{number}", given=given, family=f"Clavier-{number:02d}", birth=cast.date(1985, 1 + number, 3 + number),
            channel="portal", language="fr", hearing=False, unit="SSG-NORD", incomes=(), why="La personne vit seule et n’a aucun revenu.",
        )  # fmt: skip
        play = stage.Play(case)
        for gesture in (stage.send, stage.identify, stage.inquire, stage.draft, stage.submit, stage.review):
            gesture(play)
        plays.append(play)
    return plays


def tab_to(page: Page, name: str) -> None:
    """Walk on with the keyboard to the field that has this name."""
    for _ in range(40):
        if page.evaluate("document.activeElement.getAttribute('name') || ''").endswith(name):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no field {name} within forty steps of the keyboard")


def note_presences(page: Page) -> None:
    """Every box of "present" is ticked with the space bar; Enter sends the form."""
    ticked = 0
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('name')") == "present":
            page.keyboard.press("Space")
            ticked += 1
        elif ticked and page.evaluate("document.activeElement.type") == "submit":
            break
    page.keyboard.press("Enter")


def decide(page: Page, key: str) -> None:
    if key == "a":
        page.keyboard.press("a")
        return
    page.keyboard.press(key)
    expect(page.locator("#reason")).to_be_focused()
    page.keyboard.type(WORDS[key])
    if key == "x":
        page.keyboard.press("Tab")
        expect(page.locator("#ground")).to_be_focused()
        page.keyboard.press("ArrowDown")
    if key == "m":
        tab_to(page, "d_category")
        page.keyboard.press("ArrowUp")
    page.keyboard.press("Control+Enter")


def test_ten_cases_are_decided_without_a_mouse(live_server: Any, browser_page: Page) -> None:
    load_reference()
    plays = ten_cases()
    session = stage.plan_session(clock.now() + timedelta(minutes=1))
    stage.fill_session_with(session, [play.proposal for play in plays])  # type: ignore[misc]
    run_jobs()
    assert AgendaItem.unscoped.filter(session=session).count() == len(KEYS)

    page = seat(browser_page, live_server, stage.SECRETARY)
    page.goto(f"{live_server.url}/committee/sessions/{session.uuid}/")
    page.keyboard.press("o")
    expect(page.locator("#decide")).to_be_visible()
    page.goto(f"{live_server.url}/committee/sessions/{session.uuid}/agenda/")
    note_presences(page)
    page.wait_for_url("**/agenda/**")
    expect(page.locator("#presence input[name=present]:checked")).not_to_have_count(0)
    page.keyboard.press("c")
    expect(page.locator("#decide")).to_be_visible()
    axe(page)
    started = time.monotonic()
    for done, (key, _outcome) in enumerate(KEYS):
        expect(page.locator(".com-prog strong").first).to_have_text(str(done))
        decide(page, key)
    expect(page.locator(".com-prog strong").first).to_have_text("10")
    print(f"ten cases decided by keyboard in {time.monotonic() - started:.1f} s")  # noqa: T201
    axe(page)

    items = AgendaItem.unscoped.filter(session=session).order_by("position", "pk")
    outcomes = [Decision.unscoped.get(item=item).outcome for item in items]
    assert outcomes == [outcome for _key, outcome in KEYS]
