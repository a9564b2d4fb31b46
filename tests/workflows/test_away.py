"""Absence moves the case, not the person (F8): what falls into an absence has somebody else who acts, and the agent finds what was done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from parvis.identity.api import Proxy, actor_by_proxy, answer_proxy, end_proxy, offer_proxy
from parvis.identity.models import Account, Unit
from parvis.kernel import clock, jobs, registries
from parvis.kernel.models import MutationLine
from parvis.workflows import api
from parvis.workflows.models import Away, WorkItem, WorkItemEvent

from . import factories
from .support import SYSTEM, registered

pytestmark = [pytest.mark.django_db, pytest.mark.db]

Spans = dict[int, list[tuple[dt.date, dt.date]]]
MONDAY = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)


def day(number: int) -> dt.date:
    return MONDAY.date() + dt.timedelta(days=number)


@pytest.fixture
def noted() -> Iterator[Spans]:
    """Absences as whoever notes them tells them; the test begins on a Monday."""
    spans: Spans = {}
    with clock.travel(MONDAY), registered(registries.absences, test=lambda ids, start, end: {pk: spans[pk] for pk in ids if pk in spans}):
        yield spans


class Team:
    def __init__(self) -> None:
        self.unit: Unit = factories.unit()
        self.anne = factories.account("social_worker", at=self.unit, name="Anne")
        self.karim = factories.account("social_worker", at=self.unit, name="Karim")
        self.chief = factories.account("chief", at=self.unit, name="Chef")

    def proxy(self, holder: Account, days: int = 30, **more: object) -> Proxy:
        proxy = offer_proxy(
            actor=factories.actor(self.anne),
            holder=holder,
            valid_from=clock.today(),
            valid_to=clock.today() + dt.timedelta(days=days),
            reason="congé",
            **more,  # type: ignore[arg-type]
        )
        return answer_proxy(actor=factories.actor(holder), proxy=proxy, accept=True)


@pytest.fixture
def team(noted: Spans) -> Team:
    return Team()


def fresh(item: WorkItem) -> WorkItem:
    return WorkItem.unscoped.select_related("owner").get(pk=item.pk)


def told(account: Account) -> list[tuple[str, str]]:
    rows = api.items_for(factories.actor(account)).filter(subject_type="away")
    return [(item.step, item.why) for item in rows]


def run_job() -> None:
    with clock.travel(clock.now()):
        jobs._handlers["workflows.follow_absences"](None)  # type: ignore[arg-type]


def test_without_a_stand_in_what_is_due_goes_to_the_queue_and_the_chief_is_told(noted: Spans, team: Team) -> None:
    due, later, undated = (factories.item(team.anne, at=team.unit, due_on=on) for on in (day(3), day(7), None))
    bare = factories.item(team.anne, queue="", at=team.unit, due_on=day(1))
    noted[team.anne.pk] = [(day(1), day(5)), (day(7), day(8))]  # Tuesday to Friday, then the Monday: one absence, back on Tuesday
    run_job()
    assert (fresh(due).owner_id, Away.objects.count()) == (team.anne.pk, 0)  # it begins tomorrow
    with clock.travel(MONDAY + dt.timedelta(days=1)):
        run_job()
        run_job()
        away = Away.objects.get()
        assert (away.first_on, away.until) == (day(1), day(8))
        assert [(fresh(item).owner_id, fresh(item).queue) for item in (due, later, undated, bare)] == [
            (None, "social_worker"),
            (None, "social_worker"),
            (team.anne.pk, "social_worker"),
            (None, "chief"),
        ]
        event = WorkItemEvent.unscoped.filter(item=due).latest("pk")
        assert (event.kind, event.note, event.actor_id) == ("returned", "Anne est absent(e) jusqu’au 09/03/2026", None)
        line = MutationLine.objects.filter(subject_type="work_item", subject_id=due.pk).latest("pk")
        assert (line.verb, line.actor_label) == ("workflows.returned", event.actor_label)
        assert MutationLine.objects.filter(verb="workflows.away.begun", subject_id=away.pk).count() == 1
        assert told(team.chief) == [(f"queue-{team.unit.pk}", "Anne, absent(e) jusqu’au 09/03/2026 · 3 tâches")]
        shown = [item for item in api.items_for(factories.actor(team.karim)) if item.away_last]
        assert [(item.pk, item.away_name, item.away_last) for item in shown] == [(due.pk, "Anne", day(7)), (later.pk, "Anne", day(7))]
        api.take(actor=factories.actor(team.karim), item=fresh(due))
        assert fresh(due).away_until is None  # taken: it stays
        came = factories.item(team.anne, at=team.unit)
        assert (fresh(came).owner_id, fresh(came).away_name) == (None, "Anne")
        assert told(team.chief) == [(f"queue-{team.unit.pk}", "Anne, absent(e) jusqu’au 09/03/2026 · 3 tâches")]  # one taken, one more
        page = api.items_for(factories.actor(team.chief)).get(subject_type="away")
        assert page.due_on == day(1)
    with clock.travel(MONDAY + dt.timedelta(days=8)):
        run_job()
        owners = [fresh(item).owner_id for item in (due, later, undated, came, bare)]
        assert owners == [team.karim.pk, team.anne.pk, team.anne.pk, team.anne.pk, team.anne.pk]
        api.release_items_of(actor=SYSTEM, account=team.anne)
        assert fresh(bare).owner_id == team.anne.pk  # the head's queue is where it would fall back to: nothing that Anne lost
        assert told(team.chief) == []
        assert told(team.anne) == [("back", "faites : 0 · chez des collègues ou dans une file : 1 · de nouveau chez vous : 3")]
        assert not WorkItem.unscoped.filter(away_until__isnull=False).exists()
        assert Away.objects.get().live is None


def test_who_stands_in_holds_what_the_proxy_covers_and_acts_in_the_colleagues_name(noted: Spans, team: Team) -> None:
    other = factories.unit()
    stranger = factories.account("payer", at=other, name="Zoé")
    mine, clerk = factories.item(team.anne, at=team.unit, due_on=day(2)), factories.item(team.anne, queue="clerk", due_on=day(2))
    factories.grant(team.anne, "clerk")
    named = factories.item(
        team.anne, queue="chief", at=team.unit, due_on=day(3)
    )  # hers by name: the head's queue is where it would fall back to
    proxy = team.proxy(stranger, functions=["social_worker"])
    noted[team.anne.pk] = [(day(0), day(4))]
    away = api.follow_absence(actor=SYSTEM, account=team.anne)
    assert away is not None
    assert fresh(named).owner_id == stranger.pk
    api.close_item(actor=SYSTEM, item=fresh(named))
    assert (fresh(mine).owner_id, fresh(mine).away_name, fresh(mine).away_last) == (stranger.pk, "Anne", day(3))
    assert fresh(clerk).owner_id is None  # a function that the proxy does not hand on: to its queue
    assert told(stranger) == [(f"stand-in-{stranger.pk}", "Anne, absent(e) jusqu’au 05/03/2026 · 2 tâches")]
    api.release_items_of(actor=SYSTEM, account=stranger)
    assert fresh(mine).owner_id == stranger.pk  # the nightly sweep of lost functions leaves it
    by_proxy = actor_by_proxy(proxy)
    assert by_proxy is not None
    assert [item.pk for item in api.items_for(by_proxy, "mine")] == [mine.pk]
    assert api.may_do(by_proxy, fresh(mine)) and not api.may_do(by_proxy, fresh(clerk))
    came = factories.item(team.anne, at=team.unit)
    assert fresh(came).owner_id == stranger.pk
    api.give_back(actor=factories.actor(stranger), item=fresh(came))
    api.follow_absence(actor=SYSTEM, account=team.anne)
    assert (fresh(came).owner_id, fresh(came).away_name) == (None, "Anne")  # given back is not handed again
    api.close_item(actor=factories.actor(stranger), item=fresh(mine))
    last = factories.item(team.anne, at=team.unit)
    end_proxy(actor=factories.actor(stranger), proxy=proxy)
    assert fresh(last).owner_id is None  # nobody stands in any more
    team.proxy(team.karim)
    assert fresh(last).owner_id == team.karim.pk
    noted.clear()
    api.follow_absence(actor=SYSTEM, account=team.anne)
    assert [fresh(item).owner_id for item in (came, last, clerk)] == [team.anne.pk] * 3
    assert told(team.anne) == [("back", "faites : 2 · chez des collègues ou dans une file : 0 · de nouveau chez vous : 3")]


def test_handing_to_somebody_absent_and_what_the_absent_take_themselves(noted: Spans, team: Team) -> None:
    noted[team.anne.pk] = [(day(0), day(4))]
    api.follow_absence(actor=SYSTEM, account=team.anne)
    soon, later = factories.item(at=team.unit, due_on=day(1)), factories.item(at=team.unit, due_on=day(20))
    for item in (soon, later):
        api.assign(actor=factories.actor(team.chief), item=item, owner=team.anne)
    assert [fresh(item).owner_id for item in (soon, later)] == [None, team.anne.pk]
    api.take(actor=factories.actor(team.anne), item=fresh(soon))
    api.follow_absence(actor=SYSTEM, account=team.anne)
    assert fresh(soon).owner_id == team.anne.pk
    noted[team.anne.pk] = [(day(0), day(30))]  # longer: what is due by then goes too
    api.follow_absence(actor=SYSTEM, account=team.anne)
    assert (fresh(later).owner_id, fresh(later).away_last) == (None, day(29))


def test_the_head_who_is_absent_is_not_the_one_who_is_told(noted: Spans, team: Team) -> None:
    item = factories.item(team.chief, queue="chief", at=team.unit, due_on=day(0))
    administrator = factories.account("administrator")
    noted[team.chief.pk] = [(day(0), day(4))]
    api.follow_absence(actor=SYSTEM, account=team.chief)
    assert (fresh(item).owner_id, told(team.chief)) == (None, [])
    assert [step for step, _why in told(administrator)] == [f"queue-{team.unit.pk}"]


def test_the_head_reads_on_the_home_who_is_absent(client, noted: Spans, team: Team) -> None:  # type: ignore[no-untyped-def]
    factories.item(team.anne, at=team.unit, due_on=day(2))
    noted[team.anne.pk] = [(day(0), day(4))]
    api.follow_absence(actor=SYSTEM, account=team.anne)
    client.force_login(team.chief)
    assert "Anne, absent(e) jusqu’au 05/03/2026 · 1 tâche · chez " in client.get("/desk/").content.decode()


def test_pages_say_it_and_are_shut_to_others(client, noted: Spans, team: Team) -> None:  # type: ignore[no-untyped-def]
    item = factories.item(team.anne, at=team.unit, due_on=day(2))
    stranger = factories.account("payer", name="Zoé")
    proxy = team.proxy(stranger)
    noted[team.anne.pk] = [(day(0), day(4))]
    away = api.follow_absence(actor=SYSTEM, account=team.anne)
    assert away is not None
    page = f"/tasks/absence/{away.uuid}/"
    for account, status in ((team.anne, 200), (stranger, 200), (team.karim, 404), (team.chief, 404)):
        client.force_login(account)
        assert client.get(page).status_code == status, account.display_name
        assert client.post(f"{page}read/").status_code == (404 if status == 404 else 303)
    client.force_login(stranger)
    assert told(stranger) == []
    assert "pour Anne, absent(e) jusqu’au 05/03/2026" in client.get("/desk/").content.decode()
    assert "pour Anne, absent(e) jusqu’au 05/03/2026" in client.get("/tasks/?list=mine").content.decode()
    sheet = client.get(f"/tasks/{item.uuid}/").content.decode()
    assert f"/account/proxies/{proxy.uuid}/act/" in sheet
    assert "Terminer cette étape" not in sheet and "Faire cette étape" not in sheet  # not in the own name
    assert client.post(f"/account/proxies/{proxy.uuid}/act/").status_code == 303
    assert "Terminer cette étape" in client.get(f"/tasks/{item.uuid}/").content.decode()
    assert client.post(f"/tasks/{item.uuid}/", {"outcome": "done"}).status_code == 303
    assert (fresh(item).state, fresh(item).closed_by_label) == ("done", "Zoé pour Anne")
    client.force_login(team.anne)
    page_of_anne = client.get(page).content.decode()
    assert "Pendant votre absence" in page_of_anne and "Faites entre-temps" in page_of_anne and "Zoé pour Anne" in page_of_anne
    client.force_login(team.chief)
    other = factories.item(at=team.unit, due_on=day(1))
    assert (
        f'<option value="{team.anne.pk}">Anne (absent(e) jusqu’au 05/03/2026)'
        in client.get(f"/tasks/{other.uuid}/?sheet=1").content.decode()
    )
    answer = client.post(f"/tasks/{other.uuid}/hand/", {"owner": team.anne.pk}, follow=True).content.decode()
    assert "Anne est absent(e) jusqu’au 05/03/2026 : maintenant chez Zoé." in answer
