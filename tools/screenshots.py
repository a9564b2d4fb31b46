"""Pictures of the running demonstration for the README and the guides.

    parvis demo && parvis serve &
    python -m tools.screenshots --url http://127.0.0.1:8000            # all, into docs/screenshots
    python -m tools.screenshots --only desk,committee --themes light   # some

Chromium is the one named by PARVIS_CHROMIUM, else the one on the path. Roles are changed as a person would: with one click in the role bar.
The pictures of the portal send one request of an invented person, and that of the committee opens its session: take them from a demonstration
that may be thrown away.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "screenshots"
SIZES = {1440: 900, 390: 844}
THEMES = ("light", "dark")
LARGEST = 200_000
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=fr-BE",
]

#: What an invented person answers, by key of the form's field. Amounts as typed.
ANSWERS: dict[str, Any] = {
    "for_whom": "self",
    "last_name": "Renaudin",
    "first_name": "Camille",
    "birth_date": ("9", "4", "1991"),
    "phone": "0470 00 00 00",
    "letter_language": "fr",
    "has_address": "yes",
    "address": {"street": "Rue du Moulin", "number": "31", "postal_code": "4999", "municipality": "Valmont"},
    "lives_alone": "yes",
    "has_income": "no",
    "housing": "tenant",
    "rent": "480",
    "wants": ["income"],
    "need": "Mon contrat est terminé et je n’ai pas encore droit au chômage.",
    "urgent": "no",
    "right_pending": "no",
    "has_account": "yes",
    "iban": "BE68 5390 0754 7034",
    "account_holder": "Camille Renaudin",
    "wants_hearing": "no",
    "declares": ["true"],
}


class Site:
    """The demonstration in one browser window of one size and theme."""

    def __init__(self, browser: Browser, url: str, width: int, theme: str, language: str = "fr") -> None:
        self.url = url.rstrip("/")
        self.width, self.theme = width, theme
        locale = {"fr": "fr-BE", "nl": "nl-BE", "de": "de-BE", "en": "en-GB"}[language]
        self.context = browser.new_context(
            viewport={"width": width, "height": SIZES[width]}, color_scheme="dark" if theme == "dark" else "light", locale=locale,
            timezone_id="Europe/Brussels", reduced_motion="reduce",
        )  # fmt: skip
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(15_000)

    def go(self, path: str) -> Page:
        self.page.goto(path if path.startswith("http") else self.url + path)
        return self.page

    def role(self, name: str) -> Page:
        """One click in the role bar; an empty name is the citizen."""
        if not self.page.url.startswith(self.url):
            self.go("/")
        buttons = self.page.locator(".rolebar button")
        chosen = buttons.first if not name else buttons.filter(has_text=name).first
        with self.page.expect_navigation():
            # A person by name may be in the closed menu "Everybody".
            chosen.evaluate("button => button.form.requestSubmit(button)")
        return self.page

    def open_first(self, selector: str) -> Page:
        """Follow the first link that fits, by its address (so that nothing has to be in view)."""
        return self.go(str(self.page.locator(selector).first.evaluate("link => link.href")))

    def find(self, words: str, kind: str) -> Page:
        """Search everywhere and open the first hit whose address begins with ``kind``."""
        self.go(f"/search/?q={words}")
        return self.open_first(f"main a[href^='{kind}']")

    def shoot(self, name: str) -> Path:
        self.page.wait_for_load_state("networkidle")
        self.page.evaluate("document.fonts.ready")
        return save(self.page.screenshot(), FOLDER / f"{name}-{self.width}-{self.theme}.png")


def save(png: bytes, path: Path) -> Path:
    """Keep the picture small: as few colours as it takes to stay under the limit."""
    from PIL import Image

    path.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    for colours in (128, 64, 32):
        out = io.BytesIO()
        picture.quantize(colors=colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        if out.tell() < LARGEST:
            break
    path.write_bytes(out.getvalue())
    return path


# The portal ---------------------------------------------------------------------------------------------------------------


def answer_page(page: Page, answers: dict[str, Any] = ANSWERS) -> None:
    """Fill in every question that this page shows."""
    for key in page.locator("input[name=shown]").evaluate_all("all => all.map(one => one.value)"):
        value = answers.get(key)
        if value is None:
            continue
        if isinstance(value, dict):
            for part, text in value.items():
                page.locator(f"[name$='{key}-{part}']").fill(text)
        elif isinstance(value, tuple):
            for field, text in zip(page.locator(f"#w-{key} input.input").all(), value, strict=True):
                field.fill(text)
        else:
            for one in value if isinstance(value, list) else [value]:
                choice = page.locator(f"#w-{key} input[value='{one}']")
                if choice.count():
                    choice.first.check()
                else:
                    page.locator(f"#w-{key} .input, #w-{key} select").first.fill(one)


def ask(site: Site, answers: dict[str, Any] = ANSWERS, until: str = "") -> Page:
    """Begin a request as a citizen and answer page after page, until the page whose key is named, or until it is sent."""
    page = site.go("/p/aid-request/")
    page.locator("main form button.btn--primary").click()
    page.wait_for_url(re.compile(r"/p/draft/"))
    for _ in range(60):
        if until and f"/page/{until}/" in page.url:
            return page
        if urlsplit(page.url).path.endswith("/summary/"):
            page.locator("main form button.btn--primary").click()
            page.wait_for_url(re.compile(r"/p/sent/"))
            return page
        answer_page(page, answers)
        page.locator("main form .actions .btn--primary").click()
        page.wait_for_load_state()
    raise RuntimeError(f"the form does not end: {page.url}")


# The pictures -------------------------------------------------------------------------------------------------------------


def portal_question(site: Site) -> None:
    site.role("")
    ask(site, until="need")
    answer_page(site.page)
    site.shoot("portal-question")


def portal_timeline(site: Site) -> None:
    site.role("")
    page = ask(site)
    site.go(str(page.locator("main a.btn[href*='/p/track/']:not([href$='.pdf'])").first.evaluate("link => link.href")))
    site.shoot("portal-timeline")


def desk(site: Site) -> None:
    site.role("Amélie Lambrecht")
    site.go("/desk/")
    site.shoot("desk")


def identify(site: Site) -> None:
    site.role("Sabine Collin")
    site.go("/requests/")
    site.open_first("main tbody a[href^='/requests/']")
    site.go(urlsplit(site.page.url).path + "identify/")
    site.shoot("identify")


def dossier(site: Site) -> None:
    site.role("Amélie Lambrecht")
    site.find("Nzeyimana", "/dossiers/")
    site.shoot("dossier")


def proposal(site: Site) -> None:
    site.role("Benoît Delvaux")
    site.go("/proposals/?state=submitted")
    site.open_first("main table a[href^='/proposals/']")
    site.shoot("proposal")


def committee(site: Site) -> None:
    """Opens the next session, if nobody did: a session with nobody there is no picture."""
    site.role("Isabelle Thonon")
    page = site.go("/committee/")
    site.open_first("main a[href^='/committee/sessions/']:not([href$='/new/'])")
    session = urlsplit(page.url).path
    agenda = session if session.endswith("/agenda/") else session + "agenda/"
    site.go(agenda)
    opening = page.locator("form[action$='/open/'] button")
    if opening.count():
        for box in page.locator("input[name=present]").all():
            box.check()
        page.locator("form[action$='/presence/'] button").click()
        page.wait_for_load_state()
        page.locator("form[action$='/open/'] button").click()
        page.wait_for_load_state()
    site.go(agenda.removesuffix("agenda/"))
    site.shoot("committee")


def payment(site: Site) -> None:
    site.role("Véronique Simon")
    site.go("/payments/")
    site.open_first("main a[href*='/payments/orders/']")
    site.shoot("payment")


def where(site: Site) -> None:
    site.role("Amélie Lambrecht")
    site.go("/where/?q=Lambert")
    site.shoot("where")


PICTURES: dict[str, Callable[[Site], None]] = {
    "portal-question": portal_question,
    "portal-timeline": portal_timeline,
    "desk": desk,
    "identify": identify,
    "dossier": dossier,
    "proposal": proposal,
    "committee": committee,
    "payment": payment,
    "where": where,
}


def chromium() -> str:
    found = os.environ.get("PARVIS_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not found:
        raise SystemExit("No Chromium: install it, or name it in PARVIS_CHROMIUM.")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.screenshots")
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--only", default=",".join(PICTURES), help="names, separated by commas")
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("--themes", default=",".join(THEMES))
    options = parser.parse_args()
    from playwright.sync_api import sync_playwright

    failed = 0
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        for width in map(int, options.sizes.split(",")):
            for theme in options.themes.split(","):
                for name in options.only.split(","):
                    site = Site(browser, options.url, width, theme)
                    try:
                        PICTURES[name](site)
                        print(f"{name}-{width}-{theme}.png")
                    except Exception as error:
                        failed += 1
                        print(f"{name}-{width}-{theme}: {str(error).splitlines()[0]} at {site.page.url}")
                    finally:
                        site.context.close()
        browser.close()
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
