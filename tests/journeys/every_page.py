"""Every page of the address table, as somebody who may open it, in Chromium: axe finds nothing, nothing scrolls sideways, no script complains.

Two files look, each at one size and in one light, so that two processors share the work.
The pages are asked from Django once and given to the browser as they are, so that no server runs beside the test's transaction.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.db import transaction
from django.urls import reverse
from playwright.sync_api import Browser, Page, Route

from tests.architecture import world as world_module
from tests.architecture.addresses import arguments
from tests.architecture.test_access_matrix import ROLES, addresses, client_for
from tests.support.browser import axe_violations, open_page, watch

HOST = "http://parvis.test"
# Ends the session, or needs a fresh sign-in: tests of identity open these.
LEFT_OUT = {"identity:logout", "portal:leave", "identity:enrol_app", "identity:second_factor"}


@dataclass(frozen=True)
class Opened:
    name: str
    role: str
    path: str
    html: bytes


@pytest.fixture(scope="module")
def pages(django_db_setup: None, django_db_blocker: Any) -> Iterator[list[Opened]]:
    with django_db_blocker.unblock(), transaction.atomic():
        world = world_module.build()
        yield list(_open_all(world))
        transaction.set_rollback(True)


def _open_all(world: world_module.World) -> Iterator[Opened]:
    clients = {role: client_for(role, world) for role in ROLES}
    for name, pattern in sorted(addresses().items()):
        screen = getattr(pattern.callback, "screen", None)
        if name in LEFT_OUT or (screen is not None and "GET" not in screen.methods):
            continue
        path = reverse(name, args=arguments(name, world.things))
        for role in ROLES:
            with transaction.atomic():
                response = clients[role].get(path)
                transaction.set_rollback(True)
            if response.status_code == 200 and response["Content-Type"].startswith("text/html") and b"<html" in response.content:
                yield Opened(name, role, path, response.content)
                break


def _serve(page: Page, opened: Opened) -> None:
    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(HOST).partition("?")[0]
        if path == opened.path:
            return route.fulfill(body=opened.html, content_type="text/html; charset=utf-8")
        found = finders.find(path.removeprefix("/static/")) if path.startswith("/static/") else None
        if found:
            return route.fulfill(path=str(found), content_type=mimetypes.guess_type(path)[0] or "application/octet-stream")
        return route.fulfill(status=204, body="")

    page.unroute_all()
    page.route("**/*", answer)


def look_at_all(pages: list[Opened], chromium: Browser, viewport: dict[str, int], *, dark: bool) -> None:
    faults: list[str] = []
    page = open_page(chromium, viewport=viewport, dark=dark)
    trouble = watch(page)
    for opened in pages:
        _serve(page, opened)
        page.goto(HOST + opened.path)
        # A page that came without its sheet would pass for accessible.
        assert page.evaluate("[...document.styleSheets].some(sheet => sheet.cssRules.length > 300)"), opened.path
        for fault in axe_violations(page):
            where = " ".join(map(str, fault["nodes"][0]["target"]))
            faults.append(f"{opened.name} ({opened.role}): {fault['id']}: {where}")
        wide = page.evaluate("document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth")
        if wide > 0:
            faults.append(f"{opened.name} ({opened.role}): scrolls sideways by {wide} px")
        faults += [f"{opened.name} ({opened.role}): {line}" for line in trouble.lines]
        trouble.lines.clear()
    _serve(
        page,
        Opened(
            "control",
            "",
            "/control/",
            b"<html><title>x</title><link rel='stylesheet' href='/static/ui/parvis.css'><img src='x.png'></html>",
        ),
    )
    page.goto(HOST + "/control/")
    assert "image-alt" in [fault["id"] for fault in axe_violations(page)]  # the check itself can fail
    page.context.close()
    assert not faults, "\n".join(faults)
    # As many pages as the address table has: a world that opens few of them would prove little.
    assert len(pages) >= 70
