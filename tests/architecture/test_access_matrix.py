"""The access matrix: every address of the product × every function and relation to the file, compared with what was reviewed.

``access_matrix.json`` holds what each one gets. An address that is not in it fails; so does any difference. To review a change, write
it anew (PARVIS_RECORD_MATRIX=1) and read the difference line by line: nobody loosens it by accident.

Letters: ``y`` answered (also 405, 409, 422: allowed, though this empty gesture is refused), ``-`` 404 or 403, ``>`` sent to sign in or to tracking, or asked for a token.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from parvis.identity.api import Account
from parvis.kernel import clock
from parvis.portal.models import CitizenAccount, CitizenSession
from parvis.workflows.models import ProcessVersion

from . import world as world_module
from .addresses import arguments
from .quick import statuses_only

FILE = Path(__file__).with_name("access_matrix.json")
RECORD = bool(os.environ.get("PARVIS_RECORD_MATRIX"))
# The mark alone makes the harness create the database, also for one test run by itself; the world is in the module's transaction.
pytestmark = pytest.mark.django_db
ROLES = (*world_module.ROLES, *world_module.OTHERS)


def addresses() -> dict[str, URLPattern]:
    """Every named address of the product."""
    found: dict[str, URLPattern] = {}

    def walk(patterns: list[Any], namespace: str) -> None:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                walk(pattern.url_patterns, pattern.namespace or namespace)
            else:
                found[f"{namespace}:{pattern.name}"] = pattern

    walk(get_resolver().url_patterns, "")
    return found


def client_for(role: str, world: world_module.World) -> Client:
    # What a program sends opens the addresses of the interface, as the session opens the pages.
    headers = {"Authorization": f"Bearer {world.secrets[role]}"} if role in world.secrets else None
    client = Client(raise_request_exception=True, headers=headers)
    if role in world_module.ROLES:
        client.force_login(world.account(role))
    elif role.startswith("citizen"):
        session = client.session
        play = world.plays["waiting" if "own" in role else "other"]
        session["portal_refs"] = [["request", play.request.pk]]
        session.save()
    return client


def outcome(client: Client, pattern: URLPattern, path: str) -> str:
    screen = getattr(pattern.callback, "screen", None)
    method = "get" if screen is None or "GET" in screen.methods else "post"
    with transaction.atomic():
        response = getattr(client, method)(path)
        transaction.set_rollback(True)
    if response.status_code in {403, 404}:
        return "-"
    if response.status_code == 401 and path.startswith("/api/v1/"):
        return ">"
    if response.status_code in {302, 303} and (
        "/account/login/" in response["Location"] or response["Location"].startswith(("/p/track/", "/p/resume/", "/p/me/sign-in/"))
    ):
        return ">"
    assert response.status_code < 500, f"{path}: {response.status_code}"
    return "y"


@pytest.fixture(autouse=True)
def _statuses_only() -> Iterator[None]:
    with statuses_only():
        yield


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Any:
    with django_db_blocker.unblock(), transaction.atomic():
        yield world_module.build()
        transaction.set_rollback(True)


def test_every_address_is_a_declared_screen_and_is_in_the_matrix() -> None:
    expected = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    found = addresses()
    assert [name for name, pattern in found.items() if getattr(pattern.callback, "screen", None) is None] == []
    assert sorted(expected) == sorted(found)


@pytest.mark.parametrize("role", ROLES)
def test_access_is_what_was_reviewed(role: str, world: world_module.World, django_db_blocker: Any) -> None:
    expected = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    got: dict[str, str] = {}
    with django_db_blocker.unblock():
        client = client_for(role, world)
        for name, pattern in sorted(addresses().items()):
            with transaction.atomic():
                got[name] = outcome(client, pattern, reverse(name, args=arguments(name, world.things)))
                transaction.set_rollback(True)
            if name in {"identity:logout", "portal:leave", "portal:sign_out"} or name.startswith("demo_bar"):
                client = client_for(role, world)
    if RECORD:
        for name, letter in got.items():
            expected.setdefault(name, {})[role] = letter
        FILE.write_text(
            json.dumps({n: expected[n] for n in sorted(expected) if n in got}, indent=0, ensure_ascii=False) + "\n", encoding="utf-8"
        )
    assert {name: letter for name, letter in got.items() if expected[name].get(role) != letter} == {}


#: What a citizen with an account gets beyond one whose code opened another request: the own space, and the own request without its code.
WITH_ACCOUNT = {"portal:my": "y", "portal:account": "y", "portal:close_own": "y", "portal:code": "y"}


@pytest.mark.parametrize("whose", ["waiting", "other"])
def test_a_citizen_with_an_account_opens_what_a_code_opens_and_the_own_space(
    whose: str, world: world_module.World, django_db_blocker: Any
) -> None:
    """Every address of the product, without a column of its own: on the portal as a citizen who holds the code of the same request, elsewhere
    as somebody unknown, whom the staff's pages ask to sign in."""
    expected = json.loads(FILE.read_text(encoding="utf-8"))
    role = "citizen (own request)" if whose == "waiting" else "citizen (other request)"
    with django_db_blocker.unblock(), transaction.atomic():
        now = clock.now()
        account = CitizenAccount.objects.create(
            email="a@example.be", language="fr", opened_at=now, confirmed_at=now, person=world.plays[whose].request.applicant
        )
        got: dict[str, str] = {}
        for name, pattern in sorted(addresses().items()):
            if name.startswith("api:"):
                continue  # never with a session
            with transaction.atomic():
                client = Client()
                session = client.session
                session["portal_account"] = str(CitizenSession.objects.create(account=account, opened_at=now, seen_at=now).uuid)
                session.save()
                got[name] = outcome(client, pattern, reverse(name, args=arguments(name, world.things)))
                transaction.set_rollback(True)
        transaction.set_rollback(True)
    public = {name for name, pattern in addresses().items() if name.startswith("portal:") and pattern.callback.screen.public}
    reviewed = {name: expected[name][role if name in public else "anonymous"] for name in got} | WITH_ACCOUNT
    if whose == "waiting":
        reviewed["portal:keep"] = "y"
    assert {name: letter for name, letter in got.items() if reviewed[name] != letter} == {}


#: Names that addresses carry, and words that look like numbers and are none that can be read.
CARRIED = (
    "q after next row as state kind on before add who view show number month list from field year with version since part page item dossier"
)
ODD = ("²", "-1", "9" * 30, "2026-02-31", "'\"<>%")


HANDS = ("chief (of the unit)", "committee_secretary", "payer", "administrator", "auditor")


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_address_is_no_error(odd: str, world: world_module.World, django_db_blocker: Any) -> None:
    """Whoever changes the address by hand, or follows a link that somebody cut, gets a page or "not found": each page, by the first who has it."""
    expected = json.loads(FILE.read_text(encoding="utf-8"))
    failed: list[str] = []
    opened = 0
    with django_db_blocker.unblock():
        clients = {role: client_for(role, world) for role in HANDS}
        for name, pattern in sorted(addresses().items()):
            screen = getattr(pattern.callback, "screen", None)
            role = next((one for one in HANDS if expected[name].get(one) == "y"), None)
            if role is None or screen is None or "GET" not in screen.methods or name == "identity:logout":
                continue
            opened += 1
            clients[role].raise_request_exception = False
            with transaction.atomic():
                path = reverse(name, args=arguments(name, world.things))
                if clients[role].get(path, dict.fromkeys(CARRIED.split(), odd)).status_code >= 500:
                    failed.append(name)
                transaction.set_rollback(True)
    assert failed == []
    assert opened > 150


def test_the_hidden_case_leaves_no_trace_for_the_recused_member(world: world_module.World, django_db_blocker: Any) -> None:
    """F10, C5: name, amount and number of the case stand nowhere in what the recused member is sent."""
    play = world.plays["waiting"]
    with django_db_blocker.unblock():
        client = client_for("committee_member (recused)", world)
        colleague = client_for("committee_member", world)
        agenda = reverse("decisions:session", args=[world.things["agenda"].uuid])
        assert play.case.family in colleague.get(agenda).content.decode()
        for path in (
            agenda,
            reverse("decisions:sessions"),
            reverse("decisions:proposals"),
            reverse("decisions:decisions"),
            "/search/?q=" + play.case.given,
            "/desk/",
            "/tasks/",
        ):
            assert play.case.family not in client.get(path).content.decode(), path


def test_the_hidden_address_stands_on_no_page(world: world_module.World, django_db_blocker: Any) -> None:
    """A protected address wins over every page, for every function."""
    street = world.plays["other"].case.street
    dossier = world.plays["other"].request.dossier
    with django_db_blocker.unblock():
        for role in world_module.ROLES:
            client = client_for(role, world)
            for path in (
                f"/dossiers/{dossier.uuid}/",
                f"/persons/{world.plays['other'].notes['person'].uuid}/",
                "/dossiers/",
                f"/search/?q={street}",
            ):
                response = client.get(path)
                if response.status_code == 200:
                    assert f"{street} {world.plays['other'].case.number}" not in response.content.decode(), (role, path)


def test_the_world_holds_what_the_matrix_needs(world: world_module.World, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        assert [name for name, thing in world.things.items() if thing is None] == []
        assert ProcessVersion.objects.filter(key="aid-request").exists()
        assert Account.objects.count() >= len(world_module.ROLES)
