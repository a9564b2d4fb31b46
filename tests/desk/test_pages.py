"""Home, tasks, search, palette, "where is it": what each person sees, and what it costs."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from parvis.kernel import clock, registries
from parvis.kernel.registries import Backlog, Hit, MenuEntry, PaletteAction, SearchSource, SubjectCard
from parvis.workflows import api
from parvis.workflows.models import WorkItem
from tests.workflows import factories
from tests.workflows.support import SYSTEM, World, happened, registered

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit():
    return factories.unit("NORD")


@pytest.fixture
def worker(unit):
    return factories.account("social_worker", at=unit, name="Amélie Lambrecht")


def signed_in(account) -> Client:
    client = Client()
    client.force_login(account)
    return client


@pytest.fixture
def client(worker) -> Client:
    return signed_in(worker)


def test_home_groups_my_tasks_by_legal_deadline(client: Client, worker, unit) -> None:
    today = clock.today()
    for days, title in ((-2, "Notifier"), (3, "Décider"), (20, "Réviser"), (None, "Un jour")):
        factories.item(worker, at=unit, due_on=None if days is None else today + dt.timedelta(days=days), subject=None)
        WorkItem.unscoped.filter(title={"fr": "À faire"}).update(title={"fr": title})
    page = client.get("/desk/").content.decode()
    order = [
        page.index(text)
        for text in ("Bonjour Amélie", "En retard", "Notifier", "Cette semaine", "Décider", "Ensuite", "Réviser", "Un jour")
    ]
    assert order == sorted(order)
    assert "1 délai dépassé" in page


def test_home_shows_what_is_mine_and_what_my_queues_hold(client: Client, worker, unit) -> None:
    mine, free = factories.item(worker, at=unit), factories.item(at=unit)
    other = factories.item(factories.account("social_worker", at=unit), at=unit)
    elsewhere = factories.item(at=factories.unit())
    page = client.get("/desk/").content.decode()
    assert str(mine.uuid) in page and str(free.uuid) in page
    assert str(other.uuid) not in page and str(elsewhere.uuid) not in page


def test_a_task_that_came_today_is_in_sight_however_far_its_term(client: Client, worker, unit) -> None:
    today = clock.today()
    for days in range(1, 10):
        factories.item(worker, at=unit, due_on=today + dt.timedelta(days=days), subject=None)
    WorkItem.unscoped.update(held_since=clock.now() - dt.timedelta(days=2))
    fresh = factories.item(worker, at=unit, due_on=today + dt.timedelta(days=30), subject=None)
    free = factories.item(at=unit, due_on=today + dt.timedelta(days=31), subject=None)
    page = client.get("/desk/").content.decode()
    assert page.index("Nouveau chez vous aujourd’hui") < page.index(str(fresh.uuid)) < page.index("Cette semaine")
    assert "9 tâches sur 11" in page and str(free.uuid) not in page
    first = WorkItem.unscoped.order_by("due_sort", "pk")[0]
    assert re.search(r'class="next".*?/([0-9a-f-]{36})/', page, re.DOTALL).group(1) == str(first.uuid)  # type: ignore[union-attr]
    WorkItem.unscoped.filter(pk=fresh.pk).update(held_since=clock.now() - dt.timedelta(days=1))
    page = client.get("/desk/").content.decode()
    assert "Nouveau chez vous" not in page and str(fresh.uuid) not in page


def test_empty_home_says_what_belongs_here(client: Client) -> None:
    page = client.get("/desk/").content.decode()
    assert "Rien ne vous attend" in page
    assert 'action="/desk/next/"' not in page
    assert "Aucun délai dépassé, 0 tâche à échéance" in page
    assert "0 résultat<" in client.get("/search/?q=zzzz").content.decode()
    assert 'action="/desk/next/"' not in client.get("/tasks/").content.decode()


def test_a_chief_sees_the_team_and_a_worker_does_not(client: Client, worker, unit) -> None:
    item = factories.item(factories.account("clerk", at=unit), queue="clerk", at=unit)
    assert str(item.uuid) not in client.get("/desk/?list=team").content.decode()
    assert str(item.uuid) not in client.get("/tasks/?list=team").content.decode()
    chief = signed_in(factories.account("chief", at=unit))
    assert str(item.uuid) in chief.get("/desk/?list=team").content.decode()
    assert str(item.uuid) in chief.get("/tasks/?list=team").content.decode()


def test_the_next_task_is_taken_and_opened(client: Client, worker, unit) -> None:
    today = clock.today()
    factories.item(worker, at=unit, due_on=today + dt.timedelta(days=9))
    urgent = factories.item(at=unit, due_on=today)
    answer = client.post("/desk/next/")
    assert (answer.status_code, answer["Location"]) == (303, f"/tasks/{urgent.uuid}/")
    assert WorkItem.unscoped.get(pk=urgent.pk).owner_id == worker.pk
    assert client.post("/desk/next/")["Location"] == f"/tasks/{urgent.uuid}/"
    idle = signed_in(factories.account("accountant"))
    assert idle.post("/desk/next/")["Location"] == "/desk/"


def test_a_task_with_a_screen_leads_there_and_the_sheet_stays(world: World, client: Client, unit) -> None:
    factories.published()
    subject = factories.subject()
    api.start_case(actor=SYSTEM, process_key="aid-request", subject=subject, unit_id=unit.pk)
    happened("requests.RequestJoined", subject)
    item = WorkItem.unscoped.get(subject_id=subject.id, state="open")
    answer = client.get(f"/tasks/{item.uuid}/")
    assert (answer.status_code, answer["Location"]) == (302, f"/decisions/draft_proposal/{subject.id}/")
    sheet = client.get(f"/tasks/{item.uuid}/?sheet=1")
    assert sheet.status_code == 200
    assert "Enquête et proposition" in sheet.content.decode()
    assert "Prendre cette tâche" in sheet.content.decode()


def test_a_generic_step_is_done_on_its_page(client: Client, worker, unit) -> None:
    item = factories.item(worker, at=unit)
    page = client.get(f"/tasks/{item.uuid}/")
    assert "Terminer cette étape" in page.content.decode()
    assert client.post(f"/tasks/{item.uuid}/", {"outcome": "invented"}).status_code == 422
    assert WorkItem.unscoped.get(pk=item.pk).state == "open"
    answer = client.post(f"/tasks/{item.uuid}/", {"outcome": "done", "note": "vu"})
    assert (answer.status_code, answer["Location"]) == (303, "/desk/")
    assert WorkItem.unscoped.get(pk=item.pk).state == "done"
    assert client.post(f"/tasks/{item.uuid}/", {"outcome": "done"}).status_code == 409


def test_outside_ones_scope_a_task_does_not_exist(client: Client, unit) -> None:
    item = factories.item(at=factories.unit())
    for url in (f"/tasks/{item.uuid}/", f"/tasks/{item.uuid}/?sheet=1"):
        assert client.get(url).status_code == 404
    for action in ("take", "back", "hand"):
        assert client.post(f"/tasks/{item.uuid}/{action}/").status_code == 404
    assert client.post(f"/tasks/{item.uuid}/", {"outcome": "done"}).status_code == 404
    fresh = WorkItem.unscoped.get(pk=item.pk)
    assert (fresh.owner_id, fresh.state, fresh.lock) == (None, "open", 0)


def test_pages_send_the_unknown_to_sign_in() -> None:
    for url in ("/desk/", "/tasks/", "/search/?q=x", "/palette/?q=x", "/where/", "/workflows/"):
        answer = Client().get(url)
        assert answer.status_code == 302 and "/account/" in answer["Location"], url


def test_taking_and_handing_over_from_the_pages(client: Client, worker, unit) -> None:
    colleague = factories.account("social_worker", at=unit, name="Karim Benali")
    item = factories.item(at=unit)
    assert client.post(f"/tasks/{item.uuid}/take/")["Location"] == f"/tasks/{item.uuid}/"
    second = signed_in(colleague).post(f"/tasks/{item.uuid}/take/")
    assert second.status_code == 404 or second.status_code == 409
    assert WorkItem.unscoped.get(pk=item.pk).owner_id == worker.pk
    assert client.post(f"/tasks/{item.uuid}/hand/", {"owner": ""}).status_code == 422
    answer = client.post(f"/tasks/{item.uuid}/hand/", {"owner": str(colleague.pk), "note": "congé"})
    assert answer.status_code == 303
    assert WorkItem.unscoped.get(pk=item.pk).owner_id == colleague.pk


def test_a_chief_hands_out_several_tasks_in_one_action(client: Client, worker, unit) -> None:
    heir = factories.account("social_worker", at=unit)
    items = [factories.item(worker, at=unit) for _ in range(3)]
    form = {"task": [str(item.pk) for item in items], "to": str(heir.pk)}
    assert client.post("/tasks/hand/", form).status_code == 404
    chief = signed_in(factories.account("chief", at=unit))
    assert chief.post("/tasks/hand/", {"task": [], "to": str(heir.pk)}).status_code == 422
    assert chief.post("/tasks/hand/", {**form, "to": ""}).status_code == 422
    assert WorkItem.unscoped.filter(owner=worker).count() == 3
    sure = chief.post("/tasks/hand/", form)
    assert sure.status_code == 200
    assert f"Transmettre 3 tâches à {heir.display_name}" in sure.content.decode()
    assert WorkItem.unscoped.filter(owner=worker).count() == 3
    assert chief.post("/tasks/hand/", {**form, "sure": "1", "note": "congé"}).status_code == 303
    assert WorkItem.unscoped.filter(owner=heir).count() == 3
    outsider = factories.account("social_worker", at=factories.unit())
    assert chief.post("/tasks/hand/", {**form, "to": str(outsider.pk), "sure": "1"}).status_code == 422
    assert WorkItem.unscoped.filter(owner=heir).count() == 3
    foreign = factories.item(heir, at=factories.unit())
    assert chief.post("/tasks/hand/", {"task": [str(foreign.pk)], "to": "queue", "sure": "1"}).status_code == 422
    assert WorkItem.unscoped.get(pk=foreign.pk).owner_id == heir.pk


def queries(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url).status_code == 200
    return len(seen)


@pytest.mark.parametrize("url", ["/desk/", "/tasks/", "/desk/?list=team", "/tasks/?list=team", "/tasks/?list=unowned"])
def test_a_list_costs_the_same_with_one_task_and_with_three(unit, url: str) -> None:
    def batch(actor, refs):
        WorkItem.unscoped.filter(pk__in=[ref.id for ref in refs]).count()
        return {ref: SubjectCard(f"Demande {ref.id}", "RIS", "/x/") for ref in refs}

    leader = factories.account("chief", "social_worker", at=unit)
    client = signed_in(leader)
    with registered(registries.subject_cards, trial=batch):
        factories.item(at=unit, due_on=clock.today())
        one = queries(client, url)
        for number in range(2):
            factories.item(factories.account("social_worker", at=unit), at=factories.unit() if number > 5 else unit)
            factories.item(leader, at=unit, due_on=clock.today())
        three = queries(client, url)
        assert one == three
        assert one <= 25
        assert "RIS" in client.get(url).content.decode()


def test_the_backlog_is_the_same_for_worker_chief_and_committee(unit) -> None:
    factories.item(at=unit)
    factories.item(at=factories.unit())
    factories.item(factories.account("clerk"), queue="clerk", at=unit)
    seen = set()
    for functions in (["social_worker"], ["chief"], ["committee_member"], ["accountant"]):
        page = signed_in(factories.account(*functions, at=unit)).get("/desk/").content.decode()
        start = page.index('class="backlog"')
        seen.add(tuple(re.findall(r"<b>([^<]+)</b> <span>([^<]+)</span>", page[start : page.index("</section>", start)])))
    assert len(seen) == 1
    assert ("2", "Sans titulaire") in seen.pop()


def test_a_count_of_the_house_says_how_many_its_list_holds_for_the_reader(unit) -> None:
    """Three tasks without a holder in the house, one of them in the reader's service: the tile says both, and the list holds that one (F6)."""
    other = factories.unit()
    for at in (unit, other, other):
        factories.item(queue="social_worker", at=at)
    client = signed_in(factories.account("social_worker", at=unit))
    (tile,) = (one for one in client.get("/desk/").context["backlog"] if one.key == "unowned")
    assert (tile.count, tile.mine, tile.elsewhere) == (3, 1, 2)
    answer = client.get(tile.url)
    assert len(answer.context["rows"]) == tile.mine
    assert "3 dans tout le centre" in answer.content.decode()
    home = client.get("/desk/").content.decode()
    tiles = home[home.index('class="backlog"') :]
    assert "<b>3</b>" in tiles and "1 dans votre liste" in tiles[: tiles.index("</section>")]


def test_pages_of_tasks_follow_each_other(client: Client, worker, unit) -> None:
    today = clock.today()
    for number in range(60):
        factories.item(worker, at=unit, due_on=today + dt.timedelta(days=number % 7) if number % 5 else None)
    seen: list[str] = []
    url = "/tasks/"
    for _page in range(3):
        answer = client.get(url)
        rows = [str(row.item.uuid) for row in answer.context["rows"]]
        seen += rows
        url = answer.context["grid"].pager.get("next", "")
    assert url == ""
    assert len(seen) == len(set(seen)) == 60
    expected = [str(uuid) for uuid in WorkItem.unscoped.order_by("due_sort", "pk").values_list("uuid", flat=True)]
    assert seen == expected


def test_the_part_is_what_the_page_holds(client: Client, worker, unit) -> None:
    factories.item(worker, at=unit)
    whole = client.get("/desk/").content.decode()
    part = client.get("/desk/", headers={"HX-Request": "true", "HX-Target": "todo"}).content.decode()
    assert part.strip().startswith('<section class="card" id="todo"')
    plain = lambda text: re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text)  # noqa: E731
    assert plain(part.strip()) in plain(whole)


def source(key: str, hits: list[Hit], order: int = 10) -> SearchSource:
    return SearchSource(
        key=key,
        title=key.title(),
        order=order,
        search=lambda actor, query, limit: hits[:limit],
        access=lambda actor: actor.has("social_worker"),
    )


def test_one_search_says_why_it_matched(client: Client) -> None:
    hits = [Hit(title="Müller Anna", subtitle="1980", url="/persons/1/", why="nom proche")]
    with registered(registries.search_sources, test_people=source("people", hits)):
        page = client.get("/search/?q=muler+80").content.decode()
        assert "Müller Anna" in page and "nom proche" in page
        assert "Müller" not in client.get("/search/?q=m").content.decode()
        stranger = signed_in(factories.account("accountant"))
        assert "Müller" not in stranger.get("/search/?q=muler+80").content.decode()


def test_the_palette_finds_persons_and_actions_the_reader_may_do(client: Client) -> None:
    hits = [Hit(title="Müller Anna", url="/persons/1/", why="nom")]
    allowed = PaletteAction(key="a", label="Nouvelle note", url_name="desk:where", access=lambda actor: True)
    forbidden = PaletteAction(key="b", label="Nouvelle séance", url_name="desk:tasks", access=lambda actor: False)
    with (
        registered(registries.search_sources, test_people=source("people", hits)),
        registered(registries.palette, t1=allowed, t2=forbidden),
    ):
        part = client.get("/palette/?q=nouv", headers={"HX-Request": "true", "HX-Target": "palette-results"}).content.decode()
        assert "<html" not in part
        assert "Nouvelle note" in part and "Nouvelle séance" not in part
        assert "<html" in client.get("/palette/?q=muller").content.decode()


def test_where_is_this_file_needs_no_javascript(client: Client) -> None:
    assert client.get("/where/").status_code == 200
    page = client.get("/where/?q=2026-99999").content.decode()
    assert "Aucun résultat" in page


def test_models_are_read_by_all_and_published_by_administrators(world: World, client: Client) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from tests.workflows.support import SEED

    factories.published()
    assert "Contrôle du travailleur social en chef" in client.get("/workflows/aid-request/").content.decode()
    download = client.get("/workflows/aid-request/1.bpmn")
    assert download.content == SEED
    assert client.get("/workflows/aid-request/2.bpmn").status_code == 404
    assert client.get("/workflows/none/").status_code == 404
    assert client.get("/workflows/publish/").status_code == 404
    boss = signed_in(factories.account("administrator"))
    bad = SEED.replace(b"decisions.chief_level", b"__import__('os')")
    answer = boss.post("/workflows/publish/", {"file": SimpleUploadedFile("x.bpmn", bad)})
    assert answer.status_code == 422
    assert "Ligne" in answer.content.decode() and "to_review" in answer.content.decode()
    changed = SEED.replace("Contrôle du chef".encode(), b"Relecture")
    answer = boss.post("/workflows/publish/", {"file": SimpleUploadedFile("x.bpmn", changed), "note": "relire"})
    assert answer.status_code == 200
    assert len(api.where(factories.subject())) == 0
    xml = answer.context["confirm"].initial["xml"]
    answer = boss.post("/workflows/publish/", {"xml": xml, "note": "relire", "idempotency_key": "a" * 32})
    assert answer["Location"] == "/workflows/aid-request/"
    assert boss.get("/workflows/aid-request/2.bpmn").content == changed
    assert "Version 2" in boss.get("/workflows/aid-request/").content.decode()


def test_menu_and_backlog_lead_to_pages_that_exist(client: Client) -> None:
    for entry in registries.backlog.all():
        assert isinstance(entry, Backlog) and entry.url().startswith("/")
    assert isinstance(registries.menu.get("desk"), MenuEntry)
    assert reverse("desk:home") == "/desk/"


def test_an_account_without_a_function_is_told_whom_to_ask(unit) -> None:
    boss = factories.account("administrator")
    nobody = factories.account()
    client = signed_in(nobody)
    answer = client.get("/desk/")
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "Vous n’avez pas de fonction" in html and boss.display_name in html
    assert 'class="backlog"' not in html
    for page in ("/tasks/", "/search/?q=ab", "/where/", "/dossiers/", "/requests/"):
        assert client.get(page).status_code == 404


def test_what_nobody_holds_is_one_figure_and_the_list_says_what_lies_elsewhere(unit) -> None:
    """F6: the count is the centre's; the list is the reader's, and says how many it does not show."""
    factories.item(at=unit)
    for _number in range(2):
        factories.item(at=factories.unit())
    page = signed_in(factories.account("social_worker", at=unit)).get("/tasks/?list=unowned")
    assert (len(page.context["rows"]), page.context["house"].count, page.context["house"].elsewhere) == (1, 3, 2)
    assert "3 dans tout le centre" in page.content.decode()
    whole = signed_in(factories.account("auditor")).get("/tasks/?list=unowned")
    assert (len(whole.context["rows"]), whole.context["house"].elsewhere) == (3, 0)
    assert "dans tout le centre" not in whole.content.decode()


def test_the_load_of_a_team_is_by_name_and_says_what_is_late(worker, unit) -> None:
    chief = factories.account("chief", at=unit, name="Karim Benali")
    zoe = factories.account("social_worker", at=unit, name="Zoé Adam")
    gone = factories.account("social_worker", at=unit, name="Bruno Parti")
    today = clock.today()
    for days in (-2, 3, 30, None):
        factories.item(zoe, at=unit, due_on=None if days is None else today + dt.timedelta(days=days))
    factories.item(gone, at=unit)
    factories.item(at=unit)
    type(gone).objects.filter(pk=gone.pk).update(is_active=False)
    factories.item(zoe, at=factories.unit("SUD"))  # of another chief
    client = signed_in(chief)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get("/desk/load/")
    assert len(queries) <= 25
    found = [(one.name, one.late, one.week, one.open, one.weight, one.away) for one in answer.context["loads"]]
    assert found == [
        ("", 0, 0, 1, 1, False),
        ("Amélie Lambrecht", 0, 0, 0, 0, False),
        ("Bruno Parti", 0, 0, 1, 1, True),
        ("Karim Benali", 0, 0, 0, 0, False),
        ("Zoé Adam", 1, 1, 4, 7, False),
    ]
    page = client.get(f"/desk/load/?who={zoe.pk}&choose=2").content.decode()
    assert (page.count('name="task"'), page.count(" checked")) == (4, 2)
    assert signed_in(worker).get("/desk/load/").status_code == 404


def test_twenty_tasks_pass_at_once_after_a_look(worker, unit) -> None:
    chief = factories.account("chief", at=unit, name="Karim Benali")
    zoe = factories.account("social_worker", at=unit, name="Zoé Adam")
    for _number in range(25):
        factories.item(zoe, at=unit, due_on=clock.today())
    client = signed_in(chief)
    page = client.get(f"/desk/load/?who={zoe.pk}&choose=20").content.decode()
    chosen = re.findall(r'name="task" value="(\d+)" checked', page)
    assert len(chosen) == 20
    sent = {"task": chosen, "to": str(worker.pk), "next": "/desk/load/"}
    assert client.post("/tasks/hand/", sent).status_code == 200
    assert WorkItem.unscoped.filter(owner=worker).count() == 0
    assert client.post("/tasks/hand/", sent | {"sure": "1"}).headers["Location"] == "/desk/load/"
    assert (WorkItem.unscoped.filter(owner=worker).count(), WorkItem.unscoped.filter(owner=zoe).count()) == (20, 5)


def test_all_the_tasks_that_match_are_shown_before_they_move(client: Client, worker, unit) -> None:
    """The form carries the list's address: filters decide, not the page."""
    for number in range(30):
        factories.item(worker, at=unit, due_on=clock.today() - dt.timedelta(days=number + 1))
    later = factories.item(worker, at=unit, due_on=clock.today() + dt.timedelta(days=60))
    heir = factories.account("social_worker", at=unit)
    chief = signed_in(factories.account("chief", at=unit))
    shown = chief.post("/tasks/hand/", {"all": "1", "to": str(heir.pk), "address": "list=team&due=late", "next": "/tasks/?list=team"})
    page = shown.content.decode()
    assert page.count('name="task"') == 30 and f'value="{later.pk}"' not in page
    assert WorkItem.unscoped.filter(owner=heir).count() == 0
