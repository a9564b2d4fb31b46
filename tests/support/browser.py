"""A real browser for journeys: ``browser_page`` (desktop), ``phone_page``, ``axe(page)`` and a guard against script errors.

The program is Debian's Chromium; a journey is skipped, with the reason, where it is not installed.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
SHOTS = ROOT / "build" / "shots"
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
TABLET = {"width": 820, "height": 1180}
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def program() -> str | None:
    """Where Chromium is, or None."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    return os.environ.get("PARVIS_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the whole run."""
    path = program()
    if path is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Trouble:
    """What a page complained about: script errors, refused styles or scripts, missing files."""

    lines: list[str]

    def expect_none(self) -> None:
        assert not self.lines, "the browser complained:\n" + "\n".join(self.lines)


def watch(page: Page) -> Trouble:
    """Collect what goes wrong in this page from now on. A missing favicon or an expected 4xx answer is not a fault."""
    lines: list[str] = []
    page.on("pageerror", lambda error: lines.append(f"error: {error}"))
    page.on(
        "console",
        lambda message: lines.append(f"console: {message.text}") if message.type == "error" and "status of 4" not in message.text else None,
    )
    return Trouble(lines)


def open_page(
    browser: Browser,
    *,
    viewport: dict[str, int] = DESKTOP,
    dark: bool = False,
    language: str = "fr",
    script: bool = True,
    touch: bool = False,
) -> Page:
    """A page in a context of its own: its cookies are nobody else's."""
    context = browser.new_context(
        viewport=viewport,
        color_scheme="dark" if dark else "light",
        locale={"fr": "fr-BE", "nl": "nl-BE", "de": "de-BE", "en": "en-GB"}[language],
        java_script_enabled=script,
        has_touch=touch,
        reduced_motion="reduce",
        timezone_id="Europe/Brussels",
    )
    page = context.new_page()
    page.set_default_timeout(10_000)
    return page


@pytest.fixture
def browser_page(chromium: Browser) -> Iterator[Page]:
    """A desktop page that must end without a script error or a refused resource."""
    page = open_page(chromium)
    trouble = watch(page)
    yield page
    page.context.close()
    trouble.expect_none()


@pytest.fixture
def phone_page(chromium: Browser) -> Iterator[Page]:
    page = open_page(chromium, viewport=PHONE)
    trouble = watch(page)
    yield page
    page.context.close()
    trouble.expect_none()


@pytest.fixture
def page_without_script(chromium: Browser) -> Iterator[Page]:
    """What a citizen with an old phone, or a broken script, has."""
    page = open_page(chromium, viewport=PHONE, script=False)
    yield page
    page.context.close()


def axe_violations(page: Page, *, within: str | None = None) -> list[dict[str, Any]]:
    """Faults against WCAG 2.2 A and AA, and best practice, that axe finds in the page as it is now."""
    if not AXE.exists():
        pytest.fail("axe-core is not installed: make setup installs it")
    sync_api = pytest.importorskip("playwright.sync_api")
    # Every rule runs; only of the faults are all elements described and handed over, not of what passes.
    options = {
        "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
        "resultTypes": ["violations"],
    }
    run = "([within, options]) => window.axe.run(within || document, options).then((result) => result.violations)"
    for _ in range(3):
        # A page may still be on its way after a click: the one that is being left is not the one that is meant.
        page.wait_for_load_state()
        try:
            if not page.evaluate("typeof window.axe === 'object'"):
                # Evaluated by the debugger, so that the page's own security policy stays as it is.
                page.evaluate(AXE.read_text(encoding="utf-8"))
            return list(page.evaluate(run, [within, options]))
        except sync_api.Error as left:
            if "Execution context was destroyed" not in left.message:
                raise
    return pytest.fail(f"{page.url} was left three times while it was being looked at")


def axe(page: Page, *, within: str | None = None) -> None:
    """Fail, with the elements and the reasons, unless the page has no fault at all."""
    found = axe_violations(page, within=within)
    lines = [
        f"{fault['id']} ({fault['impact']}): {fault['help']}\n"
        + "\n".join(
            f"    {' '.join(map(str, node['target']))}: {node.get('failureSummary', '').splitlines()[-1].strip()}"
            for node in fault["nodes"][:6]
        )
        for fault in found
    ]
    assert not found, f"{len(found)} accessibility faults on {page.url}\n" + "\n".join(lines)


def no_sideways_scroll(page: Page) -> None:
    """The page is never wider than its window."""
    wide = page.evaluate("document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth")
    assert wide <= 0, f"{page.url} scrolls sideways by {wide} px"


def shot(page: Page, name: str, *, whole: bool = True) -> Path:
    """A picture of the page in build/shots, to look at beside the reference."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    path = SHOTS / f"{name}.png"
    page.screenshot(path=str(path), full_page=whole)
    return path
