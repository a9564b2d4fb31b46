"""The OpenAPI document is true: every address answers what it promises, to every role, within a bounded number of queries; each address is
closed by default."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from parvis.api.endpoint import ENDPOINTS, api, reads
from parvis.api.enums import Scope
from parvis.api.openapi import addresses, description
from tests.architecture import world as world_module
from tests.architecture.addresses import arguments
from tests.architecture.test_access_matrix import client_for
from tests.support.conformity import faults

MOST = 25
ROLES = ("social_worker (referent)", "chief (of the unit)", "payer", "committee_secretary", "committee_member", "auditor", "administrator")
PULLED = ("dossiers", "persons", "requests", "decisions", "entitlements", "payments", "journal", "documents")


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Any:
    with django_db_blocker.unblock(), transaction.atomic():
        yield world_module.build()
        transaction.set_rollback(True)


def asked(name: str, world: world_module.World) -> list[str]:
    path = reverse(f"api:{name}", args=arguments(f"api:{name}", world.things))
    if name == "search":
        return [f"{path}?q=bodart", path, f"{path}?q=x"]
    if name in PULLED:
        return [path, f"{path}?since=2013-01-01T00:00:00Z&limit=2", f"{path}?since=yesterday", f"{path}?after=!"]
    return [path]


@pytest.mark.django_db
def test_every_answer_keeps_what_the_document_promises(world: world_module.World, django_db_blocker: Any) -> None:
    whole = json.loads(Client().get("/api/v1/openapi.json").content)
    parts = whole["components"]["schemas"]
    wrong: list[str] = []
    seen: dict[str, set[int]] = {}
    rows: dict[str, int] = {}
    with django_db_blocker.unblock():
        clients = [client_for(role, world) for role in ROLES] + [Client()]
        for path, methods in whole["paths"].items():
            name = methods["get"]["operationId"]
            promised = methods["get"]["responses"]
            for client in clients:
                for url in asked(name, world):
                    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
                        answer = client.get(url)
                        transaction.set_rollback(True)
                    status = str(answer.status_code)
                    seen.setdefault(name, set()).add(answer.status_code)
                    kind = answer["Content-Type"].split(";")[0]
                    if status not in promised or kind not in promised[status]["content"]:
                        wrong.append(f"{path}: {status} {kind} is not promised")
                        continue
                    if len(queries) > MOST:
                        wrong.append(f"{url}: {len(queries)} queries")
                    if kind != "application/octet-stream":
                        told = answer.json()
                        wrong += [f"{url}: {one}" for one in faults(told, promised[status]["content"][kind]["schema"], parts)]
                        rows[name] = max(rows.get(name, 0), len(told.get("items", [])) if status == "200" else 0)
    assert wrong == []
    assert {name for name, codes in seen.items() if not {200, 401} <= codes} == set()
    assert [name for name in (*PULLED, "members", "search") if rows[name] == 0] == [], "an empty list proves nothing"


def test_the_document_names_every_address_and_each_asks_for_a_token() -> None:
    whole = description()
    named = {one["get"]["operationId"]: one["get"] for one in whole["paths"].values()}
    assert set(named) == set(ENDPOINTS)
    assert [name for name, one in named.items() if not one.get("security")] == []
    assert {one["x-scope"] for one in named.values()} == {scope.value for scope in Scope} | {""}
    assert [name for name, one in named.items() if one["x-scope"] == ""] == ["me"], "only who asks is told to every token"
    assert whole["components"]["securitySchemes"]["TokenAuth"] == {"type": "http", "scheme": "bearer"}
    assert all(one.path.startswith("/api/v1/") for one in addresses())


def test_no_address_can_be_declared_without_saying_whom_it_lets_in() -> None:
    with pytest.raises(TypeError):
        reads(api.default_router, "x", "x", response=dict, summary="x", tag="x")  # type: ignore[call-arg]
    assert api.auth


def test_the_check_of_answers_finds_faults() -> None:
    schema = {
        "type": "object", "additionalProperties": False, "required": ["a"],
        "properties": {"a": {"type": "string", "pattern": r"^\d+\.\d{2}$"}, "b": {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]}},
    }  # fmt: skip
    assert faults({"a": "1.20", "b": None}, schema, {}) == []
    for bad in ({}, {"a": 1}, {"a": "1.2"}, {"a": "1.20", "b": "31/12/2026"}, {"a": "1.20", "c": 1}, []):
        assert faults(bad, schema, {}) != [], bad
