"""What the journeys share: the reference data of the demonstration, and a browser window in which a colleague sits."""

from __future__ import annotations

from typing import Any

from django.test import Client
from playwright.sync_api import Browser, Page

from parvis.demo import reference, stage
from parvis.identity.api import Account
from parvis.identity.demo import username
from parvis.kernel import jobs
from tests.support.browser import DESKTOP, open_page


def load_reference() -> None:
    stage.forget()
    reference.load()
    run_jobs()


def run_jobs() -> None:
    """What the worker does in the background, now."""
    while jobs.run_pending(raise_errors=True):
        pass


def account(login: str) -> Account:
    return Account.objects.get(username=username(login))


def seat(page: Page, live_server: Any, login: str) -> Page:
    """Sign in without the pages of signing in, which have tests of their own."""
    client = Client()
    client.force_login(account(login))
    for name, morsel in client.cookies.items():
        page.context.add_cookies([{"name": name, "value": morsel.value, "url": live_server.url}])
    return page


def window(browser: Browser, live_server: Any, login: str) -> Page:
    return seat(open_page(browser, viewport=DESKTOP), live_server, login)
