"""Hand-overs per file and time with one holder, by service and month, and never of somebody (C8)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from parvis.identity.models import Account, Unit
from parvis.kernel import clock
from parvis.kernel.models import MutationLine
from parvis.workflows import api
from parvis.workflows.figures import hand_over_lines
from tests.identity.factories import an_account, as_actor

from . import factories

pytestmark = [pytest.mark.db, pytest.mark.django_db]
START = dt.datetime(2026, 5, 4, 9, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def team(unit: Unit, count: int = 3) -> list[Account]:
    return [an_account("social_worker", unit=unit) for _ in range(count)]


def played(unit: Unit, agents: list[Account], files: range, at: dt.datetime = START) -> None:
    """Per file: taken by one agent after a day, handed to the next after another, done on the third day: two hand-overs, three stretches."""
    for number in files:
        first, second = agents[number % len(agents)], agents[(number + 1) % len(agents)]
        with clock.travel(at):
            item = factories.item(at=unit, dossier_id=number)
        with clock.travel(at + DAY):
            api.take(actor=as_actor(first), item=item)
        with clock.travel(at + 2 * DAY):
            api.assign(actor=as_actor(first), item=item, owner=second)
        with clock.travel(at + 3 * DAY):
            api.close_item(actor=as_actor(second), item=item, outcome="done")


def lines(who: Account) -> list[tuple[str, str, int | None, float | None, float | None]]:
    with clock.travel(START + 40 * DAY):
        return [(f"{one.month:%Y-%m}", one.unit.code, one.files, one.per_file, one.days) for one in hand_over_lines(as_actor(who))]


def test_a_service_s_month_in_files_hand_overs_and_days() -> None:
    unit = factories.unit("NORD")
    played(unit, team(unit), range(1, 7))
    with clock.travel(START):
        factories.item(at=unit, dossier_id=99)  # still open: in no figure
        factories.item(at=unit)  # of no file
    assert lines(an_account("chief", unit=unit)) == [("2026-05", "NORD", 6, 2.0, 1.0)]


def test_few_files_or_few_hands_give_no_figure() -> None:
    north, south, east = (factories.unit(code) for code in ("NORD", "SUD", "EST"))
    played(north, team(north), range(1, 5))  # four files
    played(south, team(south, 2), range(11, 21))  # two agents
    played(east, team(east), range(31, 36))
    told = lines(an_account("president"))
    assert told == [("2026-05", "EST", 5, 2.0, 1.0), ("2026-05", "NORD", None, None, None), ("2026-05", "SUD", None, None, None)]


def test_months_are_those_of_this_place_and_the_latest_comes_first() -> None:
    unit = factories.unit("NORD")
    agents = team(unit)
    # Done on 31 May at 22:30 UTC: in Brussels it is June.
    played(unit, agents, range(1, 6), dt.datetime(2026, 5, 28, 22, 30, tzinfo=dt.UTC))
    played(unit, agents, range(11, 16))
    assert [line[0] for line in lines(an_account("auditor"))] == ["2026-06", "2026-05"]


def test_a_head_reads_the_own_services_the_page_and_the_file_name_no_agent(client) -> None:
    north, south = factories.unit("NORD"), factories.unit("SUD")
    agents = team(north)
    played(north, agents, range(1, 6))
    played(south, team(south), range(11, 16))
    url = reverse("workflows:hand_overs")
    head = an_account("chief", unit=north)
    with clock.travel(START + 40 * DAY):
        client.force_login(head)
        page = client.get(url).content.decode()
        assert ("Équipe NORD" in page, "Équipe SUD" in page) == (True, False)
        assert not any(agent.display_name in page for agent in agents)
        taken = client.get(url, {"export": "csv"}).content.decode("utf-8-sig").splitlines()
        assert taken[1:] == ["2026-05;Équipe NORD;5;2,0;1,0"]
        assert MutationLine.objects.filter(verb="workflows.figures_exported").count() == 1
        for function in ("social_worker", "clerk", "committee_member", "administrator"):
            client.force_login(an_account(function, unit=None))
            assert client.get(url).status_code == 404


def test_the_queries_do_not_grow(django_assert_num_queries) -> None:
    unit = factories.unit("NORD")
    played(unit, team(unit), range(1, 6))
    reader = as_actor(an_account("chief", unit=unit))
    with clock.travel(START + 40 * DAY), django_assert_num_queries(3):
        hand_over_lines(reader)
