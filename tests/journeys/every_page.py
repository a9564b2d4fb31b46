"""Every page of the address table, as somebody who may open it, in Chromium: axe finds nothing, nothing scrolls sideways, no script complains.

Each page is looked at twice: 1440 px wide in the light, then 390 px wide in the dark. Two files take every second address each, so that two
processors share the work. The pages are asked from Django once; a small server gives them to the browser as they are, beside the test's
transaction, and the files they call, which the browser keeps from page to page.
"""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from django.contrib.staticfiles import finders
from django.db import transaction
from django.urls import reverse
from playwright.sync_api import Browser

from tests.architecture import test_access_matrix as matrix
from tests.architecture import world as world_module
from tests.architecture.addresses import arguments
from tests.support.browser import AXE, DESKTOP, PHONE, axe_violations, open_page, watch

AXE_PATH = "/static/axe.js"

# Ends the session, or needs a fresh sign-in: tests of identity open these.
LEFT_OUT = {"identity:logout", "portal:leave", "identity:enrol_app", "identity:second_factor"}


@dataclass(frozen=True)
class Opened:
    name: str
    role: str
    path: str
    html: bytes


CONTROL = Opened(
    "control",
    "",
    "/control/",
    b"<html><title>x</title><link rel='stylesheet' href='/static/ui/parvis.css'><img src='x.png'></html>",
)


def opened_pages(half: int, blocker: Any) -> Iterator[list[Opened]]:
    """The pages of every second address, from ``half`` (0 or 1) on."""
    with blocker.unblock(), transaction.atomic():
        world = world_module.build()
        yield list(_open_all(world, half))
        transaction.set_rollback(True)


def _open_all(world: world_module.World, half: int) -> Iterator[Opened]:
    """Asked by the first who is answered: whom the access matrix lets in, which a test of its own compares with what happens."""
    reviewed = json.loads(matrix.FILE.read_text(encoding="utf-8"))
    clients = {role: matrix.client_for(role, world) for role in matrix.ROLES}
    for name, pattern in sorted(matrix.addresses().items())[half::2]:
        screen = getattr(pattern.callback, "screen", None)
        if name in LEFT_OUT or (screen is not None and "GET" not in screen.methods):
            continue
        path = reverse(name, args=arguments(name, world.things))
        for role in matrix.ROLES:
            if reviewed[name].get(role) != "y":
                continue
            with transaction.atomic():
                response = clients[role].get(path)
                transaction.set_rollback(True)
            if response.status_code == 200 and response["Content-Type"].startswith("text/html") and b"<html" in response.content:
                yield Opened(name, role, path, response.content)
                break


class _Site(ThreadingHTTPServer):
    """Answers with the page that is looked at, and with the product's own files; anything else has nothing to say."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.page = CONTROL

    def found(self, path: str) -> tuple[bytes, str] | None:
        if path == self.page.path:
            return self.page.html, "text/html; charset=utf-8"
        file = AXE if path == AXE_PATH else finders.find(path.removeprefix("/static/")) if path.startswith("/static/") else None
        return (Path(str(file)).read_bytes(), mimetypes.guess_type(path)[0] or "application/octet-stream") if file else None


class _Answer(BaseHTTPRequestHandler):
    server: _Site
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        found = self.server.found(path)
        self.send_response(200 if found else 204)
        if found:
            self.send_header("Content-Type", found[1])
            self.send_header("Content-Length", str(len(found[0])))
        self.send_header("Cache-Control", "max-age=3600" if path.startswith("/static/") else "no-store")
        self.end_headers()
        if found:
            self.wfile.write(found[0])

    do_POST = do_GET

    def log_message(self, *arguments: Any) -> None:
        """Nothing: a fault is told by the test."""


@contextmanager
def _site() -> Iterator[_Site]:
    site = _Site()
    thread = Thread(target=site.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.shutdown()
        site.server_close()
        thread.join()


LOOKS = ((DESKTOP, "light", "1440 px"), (PHONE, "dark", "390 px, dark"))


def look_at_all(pages: list[Opened], chromium: Browser) -> None:
    """Each page is loaded once, and looked at twice: the window made small and dark in between."""
    faults: list[str] = []
    page = open_page(chromium)
    trouble = watch(page)
    with _site() as site:
        host = f"http://127.0.0.1:{site.server_port}"
        for opened in pages:
            site.page = opened
            for viewport, scheme, look in LOOKS:
                page.set_viewport_size(viewport)  # type: ignore[arg-type]
                page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                if look == LOOKS[0][2]:
                    page.goto(host + opened.path)
                    # From a file, which the browser keeps compiled from page to page.
                    page.add_script_tag(url=f"{host}{AXE_PATH}")
                    # A page that came without its sheet would pass for accessible.
                    assert page.evaluate("[...document.styleSheets].some(sheet => sheet.cssRules.length > 300)"), opened.path
                for fault in axe_violations(page):
                    where = " ".join(map(str, fault["nodes"][0]["target"]))
                    faults.append(f"{opened.name} ({opened.role}), {look}: {fault['id']}: {where}")
                wide = page.evaluate("document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth")
                if wide > 0:
                    faults.append(f"{opened.name} ({opened.role}), {look}: scrolls sideways by {wide} px")
                faults += [f"{opened.name} ({opened.role}), {look}: {line}" for line in trouble.lines]
                trouble.lines.clear()
        site.page = CONTROL
        page.goto(host + CONTROL.path)
        assert "image-alt" in [fault["id"] for fault in axe_violations(page)]  # the check itself can fail
    page.context.close()
    assert not faults, "\n".join(faults)
    # As many pages as the address table has: a world that opens few of them would prove little.
    assert len(pages) >= 100
