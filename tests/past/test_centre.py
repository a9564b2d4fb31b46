"""The rest of the centre on a past day (E20): every page opens, lists go up to the day, and the state of a dossier is proved."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from parvis.kernel import asof, clock, registries, seals
from parvis.kernel.asof import PastView
from parvis.kernel.models import MutationLine
from parvis.ui import past
from tests.architecture import world as world_module
from tests.architecture.addresses import arguments
from tests.architecture.test_access_matrix import client_for
from tests.architecture.test_query_counts import MOST, pages

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Any:
    with django_db_blocker.unblock(), transaction.atomic():
        yield world_module.build()
        transaction.set_rollback(True)


def look(client: Client, day: dt.date, known: str = "now") -> None:
    assert client.post("/past/", {"on": day.isoformat(), "known": known}).status_code == 303


def test_every_page_opens_on_a_past_day_says_what_it_shows_and_costs_no_more(world: world_module.World, django_db_blocker: Any) -> None:
    """Pages as of a day within the bound; none without its banner, whatever it shows."""
    dear: dict[str, int] = {}
    silent: list[str] = []
    with django_db_blocker.unblock():
        clients: dict[str, Client] = {}
        for name, (who, path) in sorted(pages(world).items()):
            if name.startswith(("portal:", "demo_bar:")) or name in {"ui:gallery", "ui:icon"}:
                continue
            if who not in clients:
                clients[who] = client_for(who, world)
                look(clients[who], clock.today() - dt.timedelta(days=1))
            with transaction.atomic():
                clients[who].get(path)
                with CaptureQueriesContext(connection) as seen:
                    response = clients[who].get(path)
                transaction.set_rollback(True)
            assert response.status_code < 500, (name, response.status_code)
            reads = registries.as_of.get(name) == past.DAY
            asked = sum(1 for query in seen.captured_queries if not query["sql"].startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")))
            if reads and asked > MOST:
                dear[name] = asked
            page = response.content.decode(errors="replace") if response.get("Content-Type", "").startswith("text/html") else ""
            if response.status_code == 200 and "<html" in page:
                mark = 'data-past="day"' if reads else 'data-past="today"'
                if mark not in page or 'class="pastbar' not in page:
                    silent.append(name)
    assert (silent, dear) == ([], {})


def test_a_day_before_anything_shows_nothing(world: world_module.World, django_db_blocker: Any) -> None:
    """Decisions, requests, payments, sessions and tasks of today are not in the lists of a day before them."""
    family = world.plays["waiting"].case.family
    with django_db_blocker.unblock():
        for name in (
            "decisions:decisions",
            "decisions:sessions",
            "requests:index",
            "accounting:payments",
            "desk:tasks",
            "dossiers:index",
        ):
            client = _reader(world, reverse(name))
            look(client, dt.date(2020, 1, 1))
            assert _rows(client, reverse(name)) == [], name
            assert family not in client.get(reverse(name)).content.decode(), name


def _reader(world: world_module.World, path: str) -> Client:
    """Somebody for whom the list holds something today."""
    for role in world_module.ROLES:
        client = client_for(role, world)
        if client.get(path).status_code == 200 and _rows(client, path):
            return client
    raise AssertionError(path)


def _rows(client: Client, path: str) -> list[str]:
    response = client.get(path)
    assert response.status_code == 200, path
    main = response.content.decode().split("<main", 1)[1]
    return re.findall(r"<tr[ >].*?</tr>", main.split("<tbody>", 1)[1].split("</tbody>")[0], re.S) if "<tbody>" in main else []


def test_a_decision_is_not_there_before_it_was_taken(world: world_module.World, django_db_blocker: Any) -> None:
    decision = world.things["decision"]
    with django_db_blocker.unblock():
        who, path = pages(world)["decisions:decision"]
        client = client_for(who, world)
        assert client.get(path).status_code == 200
        look(client, decision.decided_on - dt.timedelta(days=1))
        assert client.get(path).status_code == 404


def test_the_sheet_for_a_court_names_the_last_line_and_its_seal(world: world_module.World, django_db_blocker: Any) -> None:
    dossier = world.things["dossier"]
    path = reverse("dossiers:state", args=[dossier.uuid])
    with django_db_blocker.unblock():
        client = client_for("lawyer", world)
        sheet = client.get(path).content.decode()
        line = MutationLine.objects.filter(stream=f"dossier:{dossier.pk}").order_by("-number").first()
        assert line is not None
        assert f"<code>{line.hash}</code>" in sheet
        assert "parvis audit verify" in sheet
        first, again = (re.findall(r"<code>([0-9a-f]{64})</code>", client.get(path).content.decode())[-1] for _turn in range(2))
        assert first == again  # the same question gives the same digest
        other = re.findall(r"<code>([0-9a-f]{64})</code>", client.get(f"{path}?on=2020-01-01").content.decode())
        assert other == [] or other[-1] != first


def test_the_sheet_is_refused_to_whoever_may_not_read_the_dossier_today(world: world_module.World, django_db_blocker: Any) -> None:
    path = reverse("dossiers:state", args=[world.things["dossier"].uuid])
    with django_db_blocker.unblock():
        for who in ("social_worker (other unit)", "committee_member", "administrator"):
            assert client_for(who, world).get(path).status_code == 404, who


def test_the_proof_is_of_the_day_of_knowledge(world: world_module.World, django_db_blocker: Any, settings: Any, tmp_path: Any) -> None:
    from parvis.dossiers.evidence import proof_of

    settings.PARVIS_INSTANCE = tmp_path
    dossier = world.things["dossier"]
    with django_db_blocker.unblock(), transaction.atomic():
        before = proof_of(dossier, PastView(dt.date(2020, 1, 1), dt.date(2020, 1, 1)))
        assert (before.line, before.hash, before.seal) == (0, "", 0)
        seals.seal()
        now = proof_of(dossier, PastView(clock.today()))
        lines = MutationLine.objects.filter(stream=now.stream)
        assert (now.line, now.hash) == (lines.count(), lines.get(number=now.line).hash)
        assert now.seal > 0
        assert seals.verify().problems == []
        transaction.set_rollback(True)


def test_reading_a_past_day_leaves_today_alone() -> None:
    view = PastView(dt.date(2024, 6, 15), dt.date(2024, 6, 15))
    with asof.reading(view):
        assert (asof.day(), asof.known_on()) == (dt.date(2024, 6, 15), asof.end_of(dt.date(2024, 6, 15)))
        assert clock.today() != asof.day()
    assert (asof.view(), asof.day(), asof.known_on(), asof.until()) == (None, clock.today(), None, None)


def test_the_world_has_what_these_tests_need(world: world_module.World) -> None:
    assert arguments("dossiers:state", world.things)
