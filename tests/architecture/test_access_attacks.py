"""The table of addresses, attacked: what is closed by its page is closed by a sent form, by HEAD, by a part and by a made-up cursor too; what
asks for a reason first shows nothing before it, whatever is sent; and nothing that a person can send is an error of the program.

Nothing is picked by hand: each address of the product is tried with the thing of the world that it takes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.forms import BaseForm
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, reverse

from parvis.contacts.api import relate
from parvis.contacts.models import Person
from parvis.dossiers.models import Dossier
from parvis.identity.api import link_own_person
from parvis.kernel.actor import system_actor
from tests.contacts.factories import make_person

from . import world as world_module
from .addresses import arguments
from .quick import nothing_drawn
from .test_access_matrix import CARRIED, FILE, ODD, addresses, client_for
from .test_access_matrix import _statuses_only as _statuses_only  # its fixtures, the second built once for this module
from .test_access_matrix import world as world

pytestmark = pytest.mark.django_db
SYSTEM = system_actor("attack")
PARVIS = Path(__file__).resolve().parents[2] / "parvis"
WHY = "/access/why/"

#: Addresses of a thing in a file that ask for no reason, and why.
ASKS_NOTHING: dict[str, str] = {
    "dossiers:why": "asks it",
    "dossiers:beside": "says that the file asks, and nothing of it",
    "workflows:beside": "says that the file asks, and nothing of the task",
    "decisions:recuse": "names the case as the agenda does, so that a relative steps back without reading it",
    "decisions:carry": "names the case as the agenda does",
}


class Asked(dict[str, Any]):
    """The things of the world, and which of them an address takes."""

    def __init__(self, things: dict[str, Any]) -> None:
        super().__init__(things)
        self.taken: list[Any] = []

    def __getitem__(self, name: str) -> Any:
        self.taken.append(super().__getitem__(name))
        return self.taken[-1]


def path_of(name: str, world: world_module.World) -> tuple[str, list[Any]]:
    things = Asked(world.things)
    given = arguments(name, things)
    return reverse(name, args=given), things.taken if given else []


def in_a_file(thing: Any, depth: int = 3) -> bool:
    """Does it lie in a dossier, or is it of a person? By its own keys and those of what it belongs to."""
    if isinstance(thing, Dossier | Person):
        return True
    if (
        getattr(thing, "subject_type", "") in {"dossier", "person"}
        or getattr(thing, "dossier_id", None)
        or getattr(thing, "dossier_key", None)
    ):
        return True
    above = [field for field in thing._meta.concrete_fields if field.is_relation and field.related_model._meta.app_label != "identity"]
    return depth > 0 and any(in_a_file(one, depth - 1) for field in above if (one := getattr(thing, field.name)) is not None)


def sendable() -> dict[str, str]:
    """Every name that a form or a view of the product reads from what is sent."""
    found = set(CARRIED.split())
    waiting = [BaseForm]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        found |= set(getattr(kind, "base_fields", {}))
    for source in PARVIS.rglob("*.py"):
        found |= set(re.findall(r"POST(?:\.get|\.getlist)?[(\[]\"([\w-]+)\"", source.read_text(encoding="utf-8")))
    return dict.fromkeys(sorted(found - {"csrfmiddlewaretoken"}))  # type: ignore[arg-type]


def methods(pattern: URLPattern) -> tuple[str, ...]:
    screen = getattr(pattern.callback, "screen", None)
    return screen.methods if screen is not None else ("GET",)


def parts(pattern: URLPattern) -> Iterator[dict[str, str]]:
    for target in getattr(getattr(pattern.callback, "screen", None), "parts", {}):
        yield {"HX-Request": "true", "HX-Target": target}


def ways(client: Client, pattern: URLPattern, path: str, foreign: str, *, page: bool = True) -> Iterator[tuple[str, HttpResponse]]:
    """Each way to ask an address; nothing of it stays. ``page``: the page as it stands too, which the access matrix opens."""
    calls: list[tuple[str, str, Any, dict[str, str]]] = []
    if "GET" in methods(pattern):
        calls += [("GET", "get", None, {})] if page else []
        calls += [("HEAD", "head", None, {})]
        calls += [("cursor", "get", {"after": foreign, "before": foreign, "page": "2"}, {})]
        calls += [(f"part {headers['HX-Target']}", "get", None, headers) for headers in parts(pattern)]
    if "POST" in methods(pattern):
        calls += [("POST made up", "post", MADE_UP["²"], {})]
        calls += [("POST by htmx", "post", {}, {"HX-Request": "true", "HX-Target": "main"})]
    for said, method, data, headers in calls:
        form = {"content_type": FORM} if isinstance(data, str) else {}
        with transaction.atomic():
            yield said, getattr(client, method)(path, data, headers=headers, **form)
            transaction.set_rollback(True)


SENDABLE = sendable()
FORM = "application/x-www-form-urlencoded"
MADE_UP = {odd: urlencode(dict.fromkeys(SENDABLE, odd)) for odd in {"", "²", *ODD}}  # written once: there are hundreds of names


def expected() -> dict[str, dict[str, str]]:
    return json.loads(FILE.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


# Closed --------------------------------------------------------------------------------------------------------------------
FOREIGN = ["social_worker (other unit)", "chief (other unit)", "nurse", "lawyer", "committee_member (recused)", "citizen (other request)"]


@pytest.mark.parametrize("role", FOREIGN)
def test_what_is_closed_is_closed_whatever_is_sent(role: str, world: world_module.World, django_db_blocker: Any) -> None:
    opened: dict[str, list[str]] = {}
    matrix = expected()
    with django_db_blocker.unblock():
        client = client_for(role, world)
        client.raise_request_exception = False
        foreign = str(world.things["dossier"].uuid)
        for name, pattern in sorted(addresses().items()):
            path, _taken = path_of(name, world)
            if matrix[name].get(role) != "-":
                continue
            for said, answer in ways(client, pattern, path, foreign, page=False):
                if answer.status_code not in {403, 404, 405}:
                    opened.setdefault(name, []).append(f"{said}: {answer.status_code}")
    assert opened == {}, json.dumps(opened, indent=1)


# A reason first ------------------------------------------------------------------------------------------------------------
ASKED = ["clerk", "social_worker (referent)", "chief (of the unit)", "lawyer", "president", "committee_secretary", "payer", "auditor"]


def shown(answer: HttpResponse) -> bool:
    """Something of the file may be in it: neither a way on, nor a refusal that looks like an empty place."""
    return answer.status_code not in {204, 302, 303, 403, 404, 405}


@pytest.mark.parametrize("role", ASKED)
def test_nothing_of_a_file_is_shown_before_its_reason(role: str, world: world_module.World, django_db_blocker: Any) -> None:
    """E12: the agent is a relative of everybody in the world. A page, a part, a refused form, a preview, a conflict: each asks why first."""
    told: dict[str, list[str]] = {}
    asked: set[str] = set()
    matrix = expected()
    with django_db_blocker.unblock(), nothing_drawn(), transaction.atomic():
        me = make_person("Aerts", "Sami", "1985-03-02")
        link_own_person(actor=SYSTEM, account=world.account(role), person_id=me.pk)
        for person in Person.unscoped.exclude(pk=me.pk).filter(merged_into=None):
            relate(actor=SYSTEM, person=me, other=person, kind="sibling")
        client = client_for(role, world)
        client.raise_request_exception = False
        foreign = str(world.things["dossier"].uuid)
        for name, pattern in sorted(addresses().items()):
            path, taken = path_of(name, world)
            if matrix[name].get(role) != "y" or not any(map(in_a_file, taken)) or name in ASKS_NOTHING:
                continue
            for said, answer in ways(client, pattern, path, foreign):
                where = answer.headers.get("Location", "") + answer.headers.get("HX-Redirect", "")
                if WHY in where and where not in asked:
                    asked.add(where)
                    with transaction.atomic():
                        if client.get(where).status_code != 200:  # who is asked can answer
                            told.setdefault(name, []).append(f"{said}: nobody to answer {where}")
                        transaction.set_rollback(True)
                if shown(answer):
                    told.setdefault(name, []).append(f"{said}: {answer.status_code}")
        transaction.set_rollback(True)
    assert told == {}, json.dumps(told, indent=1)
    assert len(asked) > 10


# HEAD ----------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", ["chief (of the unit)"])
def test_head_is_answered_like_the_page(role: str, world: world_module.World, django_db_blocker: Any) -> None:
    """Not as if a form had been sent."""
    other: dict[str, str] = {}
    matrix = expected()
    with django_db_blocker.unblock(), nothing_drawn():
        client = client_for(role, world)
        for name, pattern in sorted(addresses().items()):
            if matrix[name].get(role) != "y" or "GET" not in methods(pattern) or name == "identity:logout":
                continue
            path, _taken = path_of(name, world)
            answers = []
            for method in ("get", "head"):
                with transaction.atomic():
                    answers.append(getattr(client, method)(path).status_code)
                    transaction.set_rollback(True)
            if answers[1] not in {answers[0], 405}:  # 405: programs ask by GET
                other[name] = f"{answers[0]}, {answers[1]}"
    assert other == {}, json.dumps(other, indent=1)


# No error ------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", ["chief (of the unit)", "committee_secretary", "payer", "administrator"])
def test_nothing_that_is_sent_is_an_error(role: str, world: world_module.World, django_db_blocker: Any) -> None:
    failed: dict[str, list[str]] = {}
    matrix = expected()
    with django_db_blocker.unblock():
        client = client_for(role, world)
        client.raise_request_exception = False
        for name, pattern in sorted(addresses().items()):
            if (
                matrix[name].get(role) != "y"
                or "POST" not in methods(pattern)
                or name.startswith(("identity:logout", "demo_bar", "portal:leave"))
            ):
                continue
            path, _taken = path_of(name, world)
            for odd in ("", *ODD[::2]):
                with transaction.atomic():
                    if client.post(path, MADE_UP[odd], content_type=FORM).status_code >= 500:
                        failed.setdefault(name, []).append(odd)
                    transaction.set_rollback(True)
    assert failed == {}, json.dumps(failed, indent=1)
