"""Who may open the desk; the list's search, filters and export; "where is it": nothing beyond the reader's scope."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from parvis.desk import finding, todo
from parvis.kernel import clock, registries
from parvis.kernel.models import MutationLine
from parvis.kernel.registries import Backlog, HomeCell, SubjectCard
from parvis.requests.api import join_dossier as api_join
from parvis.ui import formats
from parvis.workflows import api
from tests.contacts.factories import make_person
from tests.dossiers import factories as dossiers
from tests.requests import factories as requests
from tests.workflows import factories
from tests.workflows.support import registered

pytestmark = pytest.mark.django_db

PAGES = ("/desk/", "/tasks/", "/search/?q=dupont", "/palette/?q=dupont", "/where/?q=dupont")


def signed_in(account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def citizen() -> Client:
    client = Client()
    session = client.session
    session["portal_refs"] = [["request", 1]]
    session.save()
    return client


def in_dossier(dossier, owner=None, **values):
    item = factories.item(owner, **values)
    api.WorkItem.unscoped.filter(pk=item.pk).update(dossier_key=dossier.pk)
    return item


@pytest.fixture
def unit():
    return factories.unit("NORD")


@pytest.fixture
def worker(unit):
    return factories.account("social_worker", at=unit, name="Amélie Lambrecht")


@pytest.fixture
def client(worker) -> Client:
    return signed_in(worker)


# Who ------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("url", PAGES)
def test_only_an_agent_with_a_function_of_today_comes_in(url: str, unit) -> None:
    visitor = Client().get(url)
    assert (visitor.status_code, visitor["Location"].split("?")[0]) == (302, "/account/login/")
    task = factories.item(queue="clerk", at=unit)
    past = factories.account("clerk", at=unit)
    past.grants.update(valid_to=clock.today())
    for nobody in (factories.account(), past):
        answer = signed_in(nobody).get(url)
        if url == "/desk/":  # says who gives functions, and nothing else
            assert (answer.status_code, [one.name for one in answer.templates][:1]) == (200, ["desk/no_function.html"])
            assert str(task.uuid) not in answer.content.decode()
        else:
            assert answer.status_code == 404
    assert signed_in(factories.account("clerk", at=unit)).get(url).status_code == 200


@pytest.mark.parametrize("url", PAGES)
def test_a_citizen_gets_nothing_of_the_desk(url: str) -> None:
    answer = citizen().get(url)
    assert answer.status_code in {302, 404}
    # The page offers its own address again in another language: that is the visitor's own word, and the only place where it stands.
    assert "dupont" not in answer.content.decode().replace(f'value="{url}"', "")


def test_lists_of_a_team_are_for_those_who_lead_one(unit) -> None:
    item = factories.item(queue="clerk", at=unit)
    for functions, lists in (
        (["social_worker"], ["todo", "mine", "queues", "unowned"]),
        (["chief"], ["todo", "mine", "queues", "team", "unowned", "all"]),
        (["auditor"], ["todo", "mine", "queues", "unowned", "all"]),
    ):
        client = signed_in(factories.account(*functions, at=unit))
        tabs = [tab["url"].partition("list=")[2] or "todo" for tab in client.get("/tasks/").context["tabs"]]
        assert tabs == lists
        assert (str(item.uuid) in client.get("/tasks/?list=all").content.decode()) is ("all" in lists)


# Home -----------------------------------------------------------------------------------------------------------------
def test_groups_and_order_are_exact(worker, unit) -> None:
    today = clock.today()
    days = (8, None, -1, 7, 6, 0, -30)
    items = {day: factories.item(worker, at=unit, due_on=None if day is None else today + dt.timedelta(days=day)) for day in days}
    actor = factories.actor(worker)
    groups = todo.grouped(todo.rows_of(actor, api.items_for(actor), mark_next=0))
    by_pk = {item.pk: day for day, item in items.items()}
    assert [(group.kind, [by_pk[row.item.pk] for row in group.rows]) for group in groups] == [
        ("late", [-30, -1]),
        ("week", [0, 6]),
        ("later", [7, 8, None]),
    ]
    assert [row.next for group in groups for row in group.rows] == [True, *[False] * 6]


def test_the_next_task_is_the_highlighted_one(client: Client, worker, unit) -> None:
    late = factories.item(worker, at=unit, due_on=clock.today() - dt.timedelta(days=1))
    factories.item(worker, at=unit, due_on=clock.today())
    page = client.get("/desk/").content.decode()
    row = page[page.index('<li class="next">') :]
    assert page.count('class="next"') == 1
    assert row.index(str(late.uuid)) < row.index("</li>")
    assert 'data-key="t"' in page
    assert client.post("/desk/next/")["Location"] == f"/tasks/{late.uuid}/"


def test_a_request_is_registered_from_home_by_who_may(unit) -> None:
    for function, offered in (("clerk", True), ("payer", False)):
        actor_page = signed_in(factories.account(function, at=unit)).get("/desk/").content.decode()
        assert ("Nouvelle demande au guichet" in actor_page) is offered


def test_cells_are_shown_to_whom_they_concern(unit) -> None:
    cell = HomeCell(
        key="t", title="Séances", order=1, render=lambda request: "<section>Séance du jour</section>", access=lambda a: a.has("chief")
    )
    with registered(registries.home_cells, t=cell):
        assert "Séance du jour" in signed_in(factories.account("chief", at=unit)).get("/desk/").content.decode()
        assert "Séance du jour" not in signed_in(factories.account("clerk", at=unit)).get("/desk/").content.decode()


def test_the_backlog_leads_to_its_lists_with_the_same_figures(unit) -> None:
    entry = Backlog(key="z", title="Attendent un premier paiement", order=99, count=lambda actor: 1234, url=lambda: "/tasks/")
    with registered(registries.backlog, z=entry):
        pages = [
            signed_in(factories.account(name, at=unit)).get("/desk/").content.decode() for name in ("clerk", "chief", "committee_member")
        ]
    cut = [page[page.index('class="backlog"') : page.index("</section>", page.index('class="backlog"'))] for page in pages]
    # The figures are the same for everybody; a link stands only where the reader may follow it.
    assert len({tuple(re.findall(r"<b>([^<]+)</b> <span>([^<]+)</span>", part)) for part in cut}) == 1
    assert 'href="/tasks/"' in cut[0]
    assert "<b>1\xa0234</b>" in pages[0]


# The list -------------------------------------------------------------------------------------------------------------
def test_tasks_are_found_by_words_holder_and_reason(client: Client, worker, unit) -> None:
    one = factories.item(worker, at=unit, why="attend le bail signé")
    two = factories.item(at=unit)
    api.WorkItem.unscoped.filter(pk=two.pk).update(title={"fr": "Visite à domicile"})

    def found(query: str) -> set[int]:
        return {row.item.pk for row in client.get("/tasks/", {"q": query}).context["rows"]}

    assert found("bail") == {one.pk}
    assert found("VISITE") == {two.pk}
    assert found("lambrecht") == {one.pk}
    assert found("xyz") == set()


def test_tasks_are_found_by_the_file_they_concern_within_scope() -> None:
    centre = dossiers.make_centre()
    dossier = dossiers.make_dossier(centre)
    item = in_dossier(dossier, centre.worker, at=centre.north)
    reader = signed_in(centre.worker)
    for query in (dossier.number, "nzeyimana", "marie"):
        assert [row.item.pk for row in reader.get("/tasks/", {"q": query}).context["rows"]] == [item.pk], query
    # Who has a task in hand but may not open the file does not learn that this number is its file.
    api.WorkItem.unscoped.filter(pk=item.pk).update(owner=centre.stranger)
    stranger = signed_in(centre.stranger)
    assert [row.item.pk for row in stranger.get("/tasks/").context["rows"]] == [item.pk]
    assert stranger.get("/tasks/", {"q": dossier.number}).context["rows"] == []


def test_tasks_are_filtered_by_step_due_date_and_holder(client: Client, worker, unit) -> None:
    today = clock.today()
    late = factories.item(worker, at=unit, due_on=today - dt.timedelta(days=2))
    free = factories.item(at=unit, due_on=today + dt.timedelta(days=2))
    undated = factories.item(worker, at=unit)
    api.WorkItem.unscoped.filter(pk=late.pk).update(step="notify", title={"fr": "Notifier"})
    api.WorkItem.unscoped.filter(pk=free.pk).update(step="inquiry", title={"fr": "Enquête"})

    def found(**filters: str) -> list[int]:
        return [row.item.pk for row in client.get("/tasks/", filters).context["rows"]]

    assert found() == [late.pk, free.pk, undated.pk]
    assert found(sort="-due") == [undated.pk, free.pk, late.pk]
    assert found(step="notify") == [late.pk]
    assert found(due="late") == [late.pk]
    assert found(due="week") == [free.pk]
    assert found(due="none") == [undated.pk]
    assert found(held="no") == [free.pk]
    step = next(one for one in client.get("/tasks/").context["grid"].controls if one["key"] == "step")
    assert [(one["value"], one["label"]) for one in step["choices"]] == [("inquiry", "Enquête"), ("notify", "Notifier")]


def test_the_export_holds_what_is_shown_and_leaves_a_line(client: Client, worker, unit) -> None:
    factories.item(worker, at=unit, due_on=clock.today() - dt.timedelta(days=2))
    factories.item(at=factories.unit())
    card = SubjectCard("Collard Jean-Pierre", "RIS", "/x/")
    with registered(registries.subject_cards, trial=lambda actor, refs: dict.fromkeys(refs, card)):
        answer = client.get("/tasks/?export=csv")
        lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[2] == "" and "1 ligne en tout" in lines
    assert lines[0].split(";")[:4] == ["Échéance", "Tâche", "Concerne", "Chez"]
    due = formats.day(clock.today() - dt.timedelta(days=2))
    assert lines[1].split(";")[:4] == [due, "À faire", "Collard Jean-Pierre · RIS", "Amélie Lambrecht"]
    assert MutationLine.objects.filter(stream="context:desk", verb="tasks_exported").count() == 1


# Finding --------------------------------------------------------------------------------------------------------------
def test_where_a_file_is_and_only_for_who_may_open_it() -> None:
    centre = dossiers.make_centre()
    dossier = dossiers.make_dossier(centre)
    in_dossier(dossier, centre.colleague, at=centre.north)
    for query in (dossier.number, "nzeyimana"):
        page = signed_in(centre.worker).get("/where/", {"q": query}).content.decode()
        assert dossier.number in page and "Sami Aerts" in page and "À faire" in page
    for name in dossiers.BLIND:
        client = signed_in(getattr(centre, name))
        for url in ("/where/", "/search/", "/palette/"):
            for query in (dossier.number, "nzeyimana"):
                page = client.get(url, {"q": query}).content.decode()
                at = (name, url, query)
                assert f"{dossier.number} · " not in page.partition("</head>")[2], at
                assert "Sami Aerts" not in page and str(dossier.uuid) not in page, at
                # Who registers requests finds persons of the whole house; a member and an administrator find nobody.
                assert name == "stranger" or "Marie-Ange" not in page, at


def test_a_hidden_file_and_no_file_give_the_same_answer() -> None:
    centre = dossiers.make_centre()
    dossier = dossiers.make_dossier(centre)
    for name in dossiers.BLIND:
        actor = centre.actor(name)
        assert finding.search(actor, dossier.number, 10) == finding.search(actor, "2026-99999", 10) == []
        assert finding.where(actor, dossier.number) == finding.where(actor, "2026-99999") == []
        assert finding.files(actor, "nzeyimana", 10) == []


def test_a_search_costs_the_same_for_one_hit_and_for_several() -> None:
    centre = dossiers.make_centre()
    reader = signed_in(centre.worker)

    def cost(query: str) -> int:
        reader.get("/search/", {"q": query})
        with CaptureQueriesContext(connection) as seen:
            assert reader.get("/search/", {"q": query}).status_code == 200
        return len(seen)

    dossiers.make_dossier(centre)
    one = cost("nzeyimana")
    for first in ("Inès", "Paul", "Luc"):
        dossiers.make_dossier(centre, make_person("Nzeyimana", first, "1990-01-01"))
    page = reader.get("/search/", {"q": "nzeyimana"})
    assert {group.key: len(group.hits) for group in page.context["groups"]}["dossiers"] == 4
    assert cost("nzeyimana") == one
    assert one <= 30


def test_the_palette_lists_actions_before_anything_is_typed(client: Client) -> None:
    page = client.get("/palette/").content.decode()
    assert "Où est ce dossier" in page
    assert "Nouveau compte" not in page


def test_a_request_is_found_before_it_has_a_file_and_after() -> None:
    unit = requests.world()
    clerk = requests.agent("Sofia Ricci", "clerk", "social_worker", unit=unit)
    requests.send(answers={"last_name": "Other"})  # So that the numbers of request and dossier differ.
    request = requests.send().request
    first = finding.where(clerk, request.number)
    assert [(place.title.startswith(request.number), [one.queue for one in place.places]) for place in first] == [(True, ["clerk"])]
    outsider = requests.agent("Paul Henin", "committee_member")
    assert finding.where(outsider, request.number) == []
    joined = api_join(actor=clerk, request=request, person=make_person("Benali", "Aya", "1987-03-27"))
    by_number = finding.where(clerk, request.number)
    assert [(place.title.startswith(request.number), place.places[0].step) for place in by_number] == [(True, "inquiry")]
    by_name = finding.where(clerk, "benali")
    assert [place.title.startswith(joined.dossier.number) for place in by_name] == [True]
    assert [one.step for one in by_name[0].places] == ["inquiry"]


def test_a_list_cut_at_its_length_says_that_there_is_more(monkeypatch, worker):
    from parvis.desk.views import finding as pages

    monkeypatch.setattr(pages, "MOST", 2)
    client = signed_in(worker)
    for given in ("Ada", "Bob"):
        make_person("Zwicky", given, "1990-01-01")
    page = client.get("/search/?q=zwicky")
    assert (page.context["total"], page.context["more"]) == (2, True)
    assert "2 résultats et plus" in page.content.decode()
    monkeypatch.setattr(pages, "MOST", 3)
    page = client.get("/search/?q=zwicky")
    assert (page.context["total"], page.context["more"]) == (2, False)
