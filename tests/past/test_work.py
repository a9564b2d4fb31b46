"""The work of the house on a past day (E20): due actions, load of a team, a task, where a file was, hand-overs; each as it stood then."""

from __future__ import annotations

import datetime as dt
import re
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from parvis.agenda import services as agenda
from parvis.desk import past_due
from parvis.identity.models import FunctionGrant
from parvis.kernel import clock
from parvis.kernel.asof import PastView
from parvis.kernel.subject import SubjectRef
from parvis.requests.models import Clock
from parvis.ui.past import HEADER
from parvis.workflows import api as workflows
from parvis.workflows.models import WorkItem
from parvis.workflows.past import way_then
from tests.agenda.factories import booked
from tests.agenda.factories import march as in_march
from tests.contacts.factories import make_person
from tests.dossiers.factories import make_centre, make_dossier
from tests.identity.factories import an_account
from tests.workflows import factories
from tests.workflows.test_figures import played, team

from .test_lists import plain
from .test_one_thing import march, on, reader, story  # noqa: F401  (fixtures)
from .test_reading import look, noon

pytestmark = pytest.mark.django_db
DUE, LOAD = "/tasks/calendar/", "/desk/load/"


@pytest.fixture
def work() -> SimpleNamespace:
    """A task of the team's queue of 2 March, due on 18, taken by Amélie on 5, handed to Sami on 9, done on 20; another one of hers, due on 10
    March, done in June. Sami leaves in August. An appointment of Amélie's on 18, moved to 20 and to Sami on 12."""
    s = SimpleNamespace()
    with clock.travel(noon(2026, 3, 2)):
        s.centre = make_centre()
        s.dossier = make_dossier(s.centre, make_person("Müller", "Greta", "1980-05-17"))
        about = {"subject": SubjectRef("dossier", s.dossier.pk), "unit_id": s.centre.north.pk, "dossier_id": s.dossier.pk}
        open_item = workflows.open_item
        s.item = open_item(actor=s.centre.actor("worker"), title={"fr": "Revoir le bail"}, queue="social_worker", due_on=march(18), **about)
        s.other = open_item(
            actor=s.centre.actor("worker"),
            title={"fr": "Visite du logement"},
            owner=s.centre.worker,
            queue="social_worker",
            due_on=march(10),
            **about,
        )
        s.meeting = booked(s.centre, s.dossier)
    with clock.travel(noon(2026, 3, 5)):
        workflows.take(actor=s.centre.actor("worker"), item=s.item)
    with clock.travel(noon(2026, 3, 9)):
        s.item.refresh_from_db()
        workflows.assign(actor=s.centre.actor("worker"), item=s.item, owner=s.centre.colleague, note="Tu connais le bailleur")
    with clock.travel(noon(2026, 3, 12)):
        actor = s.centre.actor("worker")
        agenda.move(actor=actor, appointment=s.meeting, day=in_march(20), at=dt.time(14), minutes=30, place="phone")
        s.meeting.refresh_from_db()
        agenda.change(actor=actor, appointment=s.meeting, text="Bilan du projet", agents=[s.centre.colleague.pk], on_portal=True)
    with clock.travel(noon(2026, 3, 20)):
        workflows.close_item(actor=s.centre.actor("colleague"), item=s.item, outcome="done")
    with clock.travel(noon(2026, 6, 2)):
        workflows.close_item(actor=s.centre.actor("worker"), item=s.other, outcome="done")
    FunctionGrant.objects.filter(account=s.centre.colleague).update(valid_to=dt.date(2026, 8, 1))
    return s


def cells(page: str) -> dict[str, str]:
    return dict(re.findall(r'<span class="num">(\d\d/\d\d)</span>(.*?)</td>', page, re.S))


def test_due_actions_are_those_of_the_day(client: Client, work: SimpleNamespace) -> None:
    with clock.travel(noon(2026, 9, 1)):
        client.force_login(work.centre.chief)
        assert "Revoir le bail" not in plain(client.get(f"{DUE}?on=2026-03-18"))  # nothing of it is open today
        look(client, "2026-03-06")
        with CaptureQueriesContext(connection) as seen:
            page = plain(client.get(f"{DUE}?on=2026-03-18"))
        assert len(seen) <= 25
        found = cells(page)
        assert "Revoir le bail" in found["18/03"] and "Amélie Lambrecht" in found["18/03"]
        assert "2026-00001 · Greta Müller" in found["18/03"].replace(work.dossier.number, "2026-00001")
        assert "10:00–10:45" in found["18/03"] and "Au centre" in found["18/03"]  # the appointment stood there then
        assert "14:00" not in found["20/03"]
        assert "1 action à échéance" in page and "en retard" not in page and "dépassé" not in page
        assert 'method="post"' not in page and "/appointments/new/" not in page and "/tasks/calendar.ics" not in page
        look(client, "2026-03-13")
        page = plain(client.get(f"{DUE}?on=2026-03-18"))
        found = cells(page)
        assert "Sami Aerts" in found["18/03"] and "Amélie" not in found["18/03"]
        assert "14:00–14:30" in found["20/03"] and "Par téléphone" in found["20/03"] and "10:00" not in found["18/03"]
        assert "Visite du logement" in page.split('id="late"')[1].split("</section>")[0]  # three days past its day then
        # One person, one kind, and the month.
        assert "Revoir le bail" not in plain(client.get(f"{DUE}?on=2026-03-18&who={work.centre.worker.pk}"))
        assert "Revoir le bail" in plain(client.get(f"{DUE}?on=2026-03-18&who={work.centre.colleague.pk}&view=month"))
        assert "Revoir le bail" not in plain(client.get(f"{DUE}?on=2026-03-18&kind=planned"))
        look(client, "2026-03-03")
        assert "Service NORD" in cells(plain(client.get(f"{DUE}?on=2026-03-18")))["18/03"]  # nobody held it yet
        look(client, "2026-03-01")
        assert "Rien n’était dû ici" in plain(client.get(f"{DUE}?on=2026-03-18"))


def test_one_s_own_due_actions_and_meetings_are_those_that_one_had(client: Client, work: SimpleNamespace) -> None:
    with clock.travel(noon(2026, 9, 1)):
        client.force_login(work.centre.worker)
        for day, task, meeting in (("2026-03-06", True, True), ("2026-03-10", False, True), ("2026-03-13", False, False)):
            look(client, day)
            found = cells(plain(client.get(f"{DUE}?on=2026-03-18")))
            assert ("Revoir le bail" in found["18/03"], "10:00" in found["18/03"]) == (task, meeting), day
            assert "14:00" not in found["20/03"], day  # passed to Sami


def test_the_load_of_a_team_is_that_of_the_day(client: Client, work: SimpleNamespace) -> None:
    with clock.travel(noon(2026, 9, 1)):
        client.force_login(work.centre.chief)

        def row(page: str, name: str) -> list[str]:
            line = next(one for one in re.findall(r"<tr.*?</tr>", page, re.S) if name in one)
            return [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r'<td class="n".*?>(.*?)</td>', line, re.S)]

        look(client, "2026-03-13")
        with CaptureQueriesContext(connection) as seen:
            page = plain(client.get(f"{LOAD}?who={work.centre.colleague.pk}"))
        assert len(seen) <= 25
        assert row(page, "Sami Aerts") == ["0", "1", "1", "2"]  # due within a week
        assert row(page, "Amélie Lambrecht") == ["1", "0", "1", "3"]  # late
        assert "ne travaillait pas ici ce jour-là" not in page and "<form" not in page
        assert "Revoir le bail" in page.split('id="chosen"')[1]
        look(client, "2026-03-03")
        assert row(plain(client.get(LOAD)), "Sans titulaire") == ["0", "0", "1", "1"]
        look(client, "2026-08-15")
        page = plain(client.get(LOAD))
        assert "Sami Aerts" not in page and row(page, "Amélie Lambrecht") == ["0", "0", "0", "0"]


def test_too_many_tasks_to_be_read_are_no_figure(client: Client, work: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past_due, "READ", 1)
    with clock.travel(noon(2026, 9, 1)):
        client.force_login(work.centre.chief)
        look(client, "2026-03-13")
        for url in (f"{DUE}?on=2026-03-18", LOAD):
            page = plain(client.get(url))
            assert "non établi ici" in page and "Revoir le bail" not in page, url


def test_a_task_is_the_one_of_the_day_on_its_page_and_beside_its_list(client: Client, work: SimpleNamespace) -> None:
    whole, beside = (reverse(f"workflows:{name}", args=[work.item.uuid]) for name in ("task", "beside"))
    with clock.travel(noon(2026, 9, 1)):
        client.force_login(work.centre.chief)
        for day, holder, not_yet in (("2026-03-03", "Service NORD", "Amélie"), ("2026-03-06", "Amélie Lambrecht", "Sami Aerts")):
            look(client, day)
            for url in (whole, beside):
                page = plain(client.get(url))
                assert (holder in page, not_yet in page.split("Par quelles mains")[0], "fait par" in page) == (True, False, False), (
                    day,
                    url,
                )
                assert "<form" not in page and "Tu connais le bailleur" not in page
        look(client, "2026-03-10")
        assert "Tu connais le bailleur" in plain(client.get(whole)) and "J-8" in plain(client.get(whole))
        look(client, "2026-03-21")
        assert "Sami Aerts" in plain(client.get(whole)).split("</h1>")[1].split("</p>")[0]
        look(client, "2026-03-01")
        for url in (whole, beside):
            page = plain(client.get(url))
            assert "n’existait pas encore" in page and "Revoir le bail" not in page
        # The list of the day leads to the task of the day.
        look(client, "2026-03-06")
        assert whole in plain(client.get("/tasks/"))
        client.force_login(work.centre.stranger)
        look(client, "2026-03-06")
        assert [client.get(url).status_code for url in (whole, beside)] == [404, 404]


def test_where_a_file_was_and_through_whose_hands(client: Client, work: SimpleNamespace) -> None:
    where = reverse("dossiers:where", args=[work.dossier.uuid])
    detail = reverse("dossiers:detail", args=[work.dossier.uuid])
    with clock.travel(noon(2026, 9, 1)):
        client.force_login(work.centre.chief)
        assert "Rien n’attend dans ce dossier" in plain(client.get(where))
        look(client, "2026-03-06")
        page = plain(client.get(where))
        now = page.split('id="h-hands"')[0]
        assert "Revoir le bail" in now and "Amélie Lambrecht" in now and "Sami" not in page and "Tu connais" not in page
        assert "J-12" in now
        assert f'hx-get="{where}"' in plain(client.get(detail))  # its page fetches the part
        mark = {"HX-Request": "true", "HX-Target": "where-then", HEADER: "2026-03-06k"}
        part = client.get(where, headers=mark).content.decode()
        assert part.lstrip().startswith("<section") and "Revoir le bail" in part and "J-12" in part
        found = plain(client.get("/where/?q=müller"))
        assert "Revoir le bail" in found and "Amélie Lambrecht" in found
        look(client, "2026-07-01")
        assert "Rien n’attendait dans ce dossier ce jour-là" in plain(client.get(where))
        assert "Sami Aerts" in plain(client.get(where))


def test_the_term_and_the_way_of_a_request_are_those_of_the_day(client: Client, story: SimpleNamespace) -> None:  # noqa: F811
    """Asked on 2 March; the day was corrected to 27 February on 5 March, and the term with it; decided on 20."""
    old, new = Clock.unscoped.filter(line=story.line, kind="decide").order_by("pk")
    item = WorkItem.unscoped.filter(subject_type="request_line", subject_id=story.line, step="inquiry").order_by("pk").first()
    assert item is not None
    subject = SubjectRef("request_line", story.line)
    for day, current in ((4, "inquiry"), (11, "review"), (13, "inquiry"), (18, "committee")):
        view = PastView(march(day), march(day))
        way = {step.key: step.state for step in way_then(subject, view)}
        assert [key for key, state in way.items() if state == "current"] == [current], (day, way)
        assert (way["identify"], way["notify"]) == ("done", "todo"), day
    url = reverse("workflows:task", args=[item.uuid])
    with on(1, 9):
        client.force_login(story.centre.account("auditor"))
        for day, due in ((4, old.due_on), (6, new.due_on)):
            look(client, march(day).isoformat())
            page = plain(client.get(url))
            assert f"J-{(due - march(day)).days}<" in page, (day, page)
            with CaptureQueriesContext(connection) as seen:
                client.get(reverse("workflows:beside", args=[item.uuid]))
            assert len(seen) <= 25


def test_hand_over_figures_stop_at_the_day(client: Client) -> None:
    """Six files done in May 2026; on 8 May three of them were, too few to be told."""
    unit = factories.unit("NORD")
    agents = team(unit)
    played(unit, agents, range(1, 7))
    played(unit, agents, range(11, 17), dt.datetime(2026, 5, 20, 9, 0, tzinfo=dt.UTC))
    client.force_login(an_account("president"))
    url = reverse("workflows:hand_overs")
    with clock.travel(noon(2026, 9, 1)):

        def files() -> list[str]:
            return re.findall(r'data-l="Dossiers">(\d+)<', plain(client.get(url)))

        assert files() == ["12"]
        look(client, "2026-05-10")
        assert files() == ["6"]
        assert "10 mai 2026" in plain(client.get(url))
        assert client.get(f"{url}?export=csv").status_code in (200, 302, 303)
        look(client, "2026-05-06")
        assert files() == [] and "Aucune" in plain(client.get(url))
