"""What each page costs the database: recorded per page, never more than a page may ask, and the same with one row and with three.

``query_counts.json`` holds the queries of each address for the function that sees most of it, in a small world played through the
services. A page that asks more than its record fails; a lower figure is recorded anew with PARVIS_RECORD_QUERIES=1.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from parvis.documents import api as documents
from parvis.documents.enums import DocumentKind
from parvis.dossiers import api as dossiers
from parvis.journal.api import add_entry
from parvis.kernel.subject import SubjectRef
from parvis.requests import api as requests
from tests.contacts.factories import make_person

from . import world as world_module
from .addresses import arguments
from .test_access_matrix import FILE as MATRIX
from .test_access_matrix import ROLES, addresses, client_for

FILE = Path(__file__).with_name("query_counts.json")
RECORD = bool(os.environ.get("PARVIS_RECORD_QUERIES"))
MOST = 25
#: Who follows the dossier sees most of it.
FIRST = "social_worker (referent)"


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Any:
    with django_db_blocker.unblock(), transaction.atomic():
        yield world_module.build()
        transaction.set_rollback(True)


def cost(client: Client, path: str, status: int = 200) -> int:
    """Queries of a page that was opened before; what a page notes on its first opening is not counted twice."""
    with transaction.atomic():
        client.get(path)
        with CaptureQueriesContext(connection) as seen:
            response = client.get(path)
        transaction.set_rollback(True)
    assert response.status_code == status, (path, response.status_code)
    return sum(1 for query in seen.captured_queries if not query["sql"].startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")))


def pages(world: world_module.World) -> dict[str, tuple[str, str]]:
    """Each address that shows something: who opens it, and its path."""
    matrix = json.loads(MATRIX.read_text(encoding="utf-8"))
    found: dict[str, tuple[str, str]] = {}
    for name, pattern in addresses().items():
        marks = getattr(pattern.callback, "screen", None)
        if marks is None or "GET" not in marks.methods or name not in matrix:
            continue
        who = next((role for role in (FIRST, *ROLES) if matrix[name].get(role) == "y"), "")
        if not who:
            continue
        found[name] = (who, reverse(name, args=arguments(name, world.things)))
    return found


@pytest.mark.django_db
def test_no_page_asks_more_than_it_did(world: world_module.World, django_db_blocker: Any) -> None:
    known: dict[str, int] = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    found: dict[str, int] = {}
    clients: dict[str, Client] = {}
    with django_db_blocker.unblock():
        for name, (who, path) in sorted(pages(world).items()):
            client = clients.setdefault(who, client_for(who, world))
            with transaction.atomic():
                status = client.get(path).status_code
                transaction.set_rollback(True)
            if status == 200:
                found[name] = cost(client, path)
    if RECORD:
        FILE.write_text(json.dumps(found, indent=0, sort_keys=True) + "\n", encoding="utf-8")
        known = found
    assert {name: count for name, count in found.items() if count > MOST} == {}
    assert {name: (known.get(name), count) for name, count in found.items() if count > known.get(name, MOST)} == {}, "(recorded, now)"


def grow(world: world_module.World, number: int) -> None:
    """One more of everything that the pages of the path list: a request with its line, clock and task, a member, a line of the situation,
    a note, a document, a person and a dossier."""
    waiting = world.plays["waiting"]
    dossier = dossiers.Dossier.unscoped.get(pk=world.things["dossier"].pk)
    worker = waiting.worker
    child = make_person(dossier.lead.index.display_name.split()[-1], f"Enfant {number}", "2015-01-01")
    dossiers.add_member(actor=worker, dossier=dossier, person=child, role="child")
    dossiers.record_situation(actor=worker, dossier=dossiers.Dossier.unscoped.get(pk=dossier.pk), kind="need", label=f"Besoin {number}")
    add_entry(actor=worker, dossier=dossier, kind="note", text=f"Note {number}")
    paper = documents.store_bytes(b"%PDF-1.4 " + str(number).encode())
    documents.attach(actor=worker, subject=SubjectRef("dossier", dossier.pk), file=paper, title=f"Bail {number}", kind=DocumentKind.HOUSING)
    sent = requests.send_request(
        actor=worker,
        procedure=waiting.request.procedure,
        answers=waiting.request.answers,
        language="fr",
        channel="desk_visit",
        unit=waiting.request.unit,
    ).request
    requests.join_dossier(actor=worker, request=sent, person=dossier.lead, dossier=dossier)
    documents.attach(actor=worker, subject=SubjectRef("request", sent.pk), file=paper, title=f"Annexe {number}", kind=DocumentKind.HOUSING)
    other = make_person("Autre", f"Personne {number}", "1970-01-01")
    dossiers.open_dossier(actor=worker, person=other, unit=dossier.unit, referent=None)


@pytest.mark.django_db
def test_a_page_costs_the_same_with_one_row_and_with_three(world: world_module.World, django_db_blocker: Any) -> None:
    dossier, mine = world.things["dossier"], world.things["request"]
    about = {name: reverse(f"dossiers:{name}", args=[dossier.uuid]) for name in ("detail", "situation", "members", "where")}
    paths = {
        "social_worker (referent)": [
            *about.values(),
            reverse("journal:index", args=[dossier.uuid]),
            reverse("requests:detail", args=[mine.uuid]),
            reverse("contacts:person", args=[dossier.lead.uuid]),
            "/desk/",
            "/tasks/",
            "/tasks/?list=unowned",
            "/search/?q=autre",
            "/palette/?q=autre",
            "/where/?q=autre",
            "/dossiers/",
            "/requests/",
        ],
        "chief (of the unit)": ["/desk/?list=team", "/tasks/?list=team", "/tasks/?list=all", about["detail"]],
        "clerk": ["/requests/?state=unknown", "/desk/"],
        "citizen (own request)": [reverse("portal:timeline", args=[mine.uuid]), "/", "/p/track/"],
    }
    with django_db_blocker.unblock(), transaction.atomic():
        clients = {role: client_for(role, world) for role in paths}
        grow(world, 1)
        one = {(role, path): cost(clients[role], path) for role in paths for path in paths[role]}
        grow(world, 2)
        grow(world, 3)
        three = {(role, path): cost(clients[role], path) for role in paths for path in paths[role]}
        transaction.set_rollback(True)
    assert {key: (one[key], count) for key, count in three.items() if one[key] != count} == {}
    assert {key: count for key, count in three.items() if count > MOST} == {}
