"""The calendar of due actions: exact days and figures, filters, twenty handed over, the file for another calendar."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from parvis.desk import due
from parvis.identity.api import actor_for
from parvis.kernel import clock
from parvis.kernel.models import MutationLine
from parvis.ui import ics
from parvis.workflows.models import WorkItem
from tests.workflows import factories

pytestmark = pytest.mark.django_db

MONDAY = dt.datetime(2026, 3, 16, 9, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def monday():
    with clock.travel(MONDAY):
        yield


@pytest.fixture
def unit():
    return factories.unit("NORD")


@pytest.fixture
def worker(unit):
    return factories.account("social_worker", at=unit, name="Amélie Lambrecht")


@pytest.fixture
def chief(unit):
    return factories.account("chief", at=unit, name="Karim Benali")


def signed_in(account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def task(owner, unit, on: dt.date | None, title: str, step: str = "") -> WorkItem:
    item = factories.item(owner, at=unit, due_on=on)
    WorkItem.unscoped.filter(pk=item.pk).update(title={"fr": title}, step=step)
    return WorkItem.unscoped.get(pk=item.pk)


def march(day: int) -> dt.date:
    return dt.date(2026, 3, day)


def test_a_week_shows_each_action_under_its_day_with_who_owes_it(unit, worker, chief) -> None:
    task(worker, unit, march(18), "Visite du logement")
    task(None, unit, march(22), "Décider")
    task(worker, unit, march(23), "La semaine d’après")
    page = signed_in(chief).get("/tasks/calendar/?on=2026-03-18").content.decode()
    assert "16/03 – 22/03/2026" in page
    assert "2 actions à échéance" in page
    cells = dict(re.findall(r'<span class="num">(\d\d/\d\d)</span>(.*?)</td>', page, re.S))
    assert len(cells) == 7
    assert "Visite du logement" in cells["18/03"] and "Amélie Lambrecht" in cells["18/03"]
    assert "Décider" in cells["22/03"] and "Assistant social" in cells["22/03"]
    assert "La semaine d’après" not in page


def test_what_is_late_stands_above_in_words_and_is_not_drawn_twice(unit, worker, chief) -> None:
    task(worker, unit, march(11), "Renvoyer l’attestation")
    page = signed_in(chief).get("/tasks/calendar/?on=2026-03-11").content.decode()
    assert "1 action dont le jour est passé" in page
    assert "en retard de 5 jours" in page
    assert page.count("Renvoyer l’attestation</span></label>") == 1
    assert "1 en retard" in page


def test_a_month_has_whole_weeks_and_exact_figures_where_a_day_is_full(unit, worker, chief) -> None:
    for number in range(6):
        task(worker, unit, march(20), f"Action {number}")
    found = due.due(actor_for(chief), due.rows_for(actor_for(chief), "team", "", ""), due.MONTH, march(16))
    days = [day for week in found.weeks for day in week]
    assert (days[0].on, days[-1].on, len(found.weeks)) == (dt.date(2026, 2, 23), dt.date(2026, 4, 5), 6)
    full = next(day for day in days if day.on == march(20))
    assert (full.total, len(full.rows), full.more) == (6, due.A_DAY, 2)
    assert found.total == 6
    assert "2 de plus" in signed_in(chief).get("/tasks/calendar/?view=month&on=2026-03-16").content.decode()


def test_filters_by_person_and_kind_agree_with_the_figures(unit, worker, chief) -> None:
    other = factories.account("social_worker", at=unit, name="Sami Aerts")
    task(worker, unit, march(18), "À Amélie")
    task(other, unit, march(18), "À Sami", step="inquiry")
    task(None, unit, march(19), "À personne")
    client = signed_in(chief)

    def titles(more: str) -> set[str]:
        page = client.get(f"/tasks/calendar/?on=2026-03-16&{more}").content.decode()
        return {word for word in ("À Amélie", "À Sami", "À personne") if f'<span class="what">{word}</span>' in page}

    assert titles("") == {"À Amélie", "À Sami", "À personne"}
    assert titles(f"who={other.pk}") == {"À Sami"}
    assert titles("who=nobody") == {"À personne"}
    assert titles("kind=inquiry") == {"À Sami"}
    assert titles("kind=other") == {"À Amélie", "À personne"}
    assert titles("kind=planned") == set()


def test_twenty_are_chosen_and_handed_over_in_one_action(unit, worker, chief) -> None:
    heir = factories.account("social_worker", at=unit, name="Sami Aerts")
    for number in range(25):
        task(worker, unit, march(17) + dt.timedelta(days=number % 5), f"Action {number}")
    client = signed_in(chief)
    page = client.get("/tasks/calendar/?on=2026-03-16&choose=20").content.decode()
    ticked = re.findall(r'name="task" value="(\d+)" checked', page)
    assert len(ticked) == 20
    form = {"task": ticked, "to": str(heir.pk), "next": "/tasks/calendar/?on=2026-03-16", "sure": "1"}
    answer = client.post("/tasks/hand/", form)
    assert (answer.status_code, answer["Location"]) == (303, "/tasks/calendar/?on=2026-03-16")
    assert WorkItem.unscoped.filter(owner=heir).count() == 20
    assert WorkItem.unscoped.filter(owner=worker).count() == 5


def test_a_worker_sees_own_actions_and_hands_out_nothing(unit, worker) -> None:
    stranger = factories.account("social_worker", at=factories.unit("SUD"))
    task(worker, unit, march(18), "La mienne")
    task(stranger, unit, march(18), "Celle d’une autre")
    page = signed_in(worker).get("/tasks/calendar/?on=2026-03-16&list=team").content.decode()
    assert "La mienne" in page
    assert "Celle d’une autre" not in page
    assert 'name="task"' not in page


def test_the_calendar_costs_the_same_with_three_and_with_thirty(unit, worker, chief) -> None:
    client = signed_in(chief)

    def cost() -> int:
        client.get("/tasks/calendar/?view=month&on=2026-03-16")
        with CaptureQueriesContext(connection) as seen:
            assert client.get("/tasks/calendar/?view=month&on=2026-03-16").status_code == 200
        return len(seen)

    for number in range(3):
        task(worker, unit, march(17 + number), "A")
    few = cost()
    for number in range(27):
        task(worker, unit, march(1 + number), "B")
    assert cost() == few <= 25


def test_the_file_holds_my_own_due_actions_with_whole_days(unit, worker) -> None:
    mine = task(worker, unit, march(18), "Visite; logement, Liège", step="visit")
    task(None, unit, march(18), "De la file")
    task(worker, unit, None, "Sans date")
    answer = signed_in(worker).get("/tasks/calendar.ics")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    text = answer.content.decode()
    assert text.count("BEGIN:VEVENT") == 1
    assert f"UID:{mine.uuid}@testserver\r\n" in text
    assert "DTSTART;VALUE=DATE:20260318\r\nDTEND;VALUE=DATE:20260319\r\n" in text
    assert "SUMMARY:Visite\\; logement\\, Liège\r\n" in text
    line = MutationLine.objects.filter(verb="calendar_exported").get()
    assert line.actor_id == worker.pk


def test_the_file_for_another_calendar_says_nothing_that_somebody_wrote(unit, worker) -> None:
    written = "Appeler Mme Nzeyimana, son mari la frappe"
    planned, entry = task(worker, unit, march(18), written, step="turn"), task(worker, unit, march(19), written, step="mention:3")
    task(worker, unit, march(20), written)
    WorkItem.unscoped.filter(pk=planned.pk).update(subject_type="journal_turn")
    WorkItem.unscoped.filter(pk=entry.pk).update(subject_type="journal_entry")
    text = signed_in(worker).get("/tasks/calendar.ics").content.decode()
    assert "Nzeyimana" not in text and "frappe" not in text
    assert sorted(re.findall("SUMMARY:(.*)\r", text)) == ["Autres tâches", "Autres tâches", "Prévu dans un journal"]


def test_lines_are_folded_at_75_octets_and_no_character_is_cut() -> None:
    text = "é" * 100 + "😀" * 20 + "z" * 200
    out = ics.folded("SUMMARY:" + text)
    lines = out.split("\r\n")
    assert len(lines) > 3
    assert all(len(line.encode()) <= 75 for line in lines)
    assert all(line.startswith(" ") for line in lines[1:])
    assert out.replace("\r\n ", "") == "SUMMARY:" + text
    exact = "X" * 75
    assert ics.folded(exact) == exact
    assert ics.folded(exact + "Y") == exact + "\r\n Y"


def test_texts_are_escaped_and_cannot_add_a_line() -> None:
    assert ics.escaped("a\\b;c,d\r\nEND:VCALENDAR\x00\x1b") == "a\\\\b\\;c\\,d\\nEND:VCALENDAR"
