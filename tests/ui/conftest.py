from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.http import HttpRequest, HttpResponse
from django.test import Client

from parvis.kernel.actor import ANONYMOUS, Actor, Grant
from parvis.ui import listmemory

MEMORY: dict[str, listmemory.Memory] = {}
WHO: dict[str, Actor] = {"actor": ANONYMOUS}


class Seat:
    """Seats the actor of a test where ``identity`` seats the one of the session."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = WHO["actor"]  # type: ignore[attr-defined]
        request.account = None  # type: ignore[attr-defined]
        return self.get_response(request)


def clerk(*functions: str) -> Actor:
    return Actor(kind="agent", account_id=7, label="Amélie Lambrecht", grants=frozenset(Grant(f) for f in functions or ("clerk",)))


@pytest.fixture
def site(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The test pages, with an actor of our choice. Lists remember what ``MEMORY`` says: accounts are a matter of ``identity``."""
    monkeypatch.setattr(listmemory, "_store", [lambda _actor, key: MEMORY.get(key, listmemory.Memory())])
    MEMORY.clear()
    settings.ROOT_URLCONF = "tests.ui.urls"
    settings.MIDDLEWARE = [*[m for m in configured.MIDDLEWARE if not m.startswith("parvis.identity")], "tests.ui.conftest.Seat"]
    templates = deepcopy(configured.TEMPLATES)
    templates[0]["DIRS"] = [str(Path(__file__).parent / "templates")]
    settings.TEMPLATES = templates
    WHO["actor"] = clerk()
    yield WHO
    WHO["actor"] = ANONYMOUS


@pytest.fixture
def client_of(site: Any) -> Client:
    return Client(HTTP_ACCEPT_LANGUAGE="fr")
