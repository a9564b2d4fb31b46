"""Tasks: never ownerless, seen by the right people, in one pair of hands at a time."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import translation

from parvis.kernel import clock, jobs
from parvis.kernel.errors import NotAllowed
from parvis.kernel.events import Event
from parvis.kernel.gestures import gesture_scope
from parvis.kernel.models import MutationLine
from parvis.workflows import api
from parvis.workflows.models import WorkItem, WorkItemEvent
from tests.support import actor

from . import factories
from .support import SYSTEM, World, happened

pytestmark = pytest.mark.django_db


def test_why_a_task_is_there_is_told_in_the_readers_language() -> None:
    item = factories.item(why={"fr": "Compte clôturé", "nl": "Rekening afgesloten", "de": "Konto geschlossen", "en": "Account closed"})
    told = {}
    for code in ("fr", "nl", "de", "en"):
        with translation.override(code):
            told[code] = item.told
    assert told == item.why_in and item.why == "Compte clôturé"
    with translation.override("de"):
        assert factories.item(why="2026-00031").told == "2026-00031"


@pytest.mark.db
def test_the_database_refuses_an_open_task_without_owner_and_queue() -> None:
    item = factories.item()
    with pytest.raises(IntegrityError), transaction.atomic():
        WorkItem.unscoped.filter(pk=item.pk).update(queue="")
    worker = factories.account("social_worker")
    WorkItem.unscoped.filter(pk=item.pk).update(queue="", owner=worker)
    with pytest.raises(IntegrityError), transaction.atomic():
        WorkItem.unscoped.filter(pk=item.pk).update(owner=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        WorkItem.unscoped.filter(pk=item.pk).update(state="done")


@pytest.mark.db
def test_what_happened_to_a_task_cannot_be_rewritten() -> None:
    item = factories.item()
    (event,) = WorkItemEvent.unscoped.filter(item=item)
    with pytest.raises(DatabaseError), transaction.atomic():
        WorkItemEvent.unscoped.filter(pk=event.pk).update(actor_label="somebody else")
    with pytest.raises(DatabaseError), transaction.atomic():
        event.delete()


def test_a_task_needs_somebody() -> None:
    with pytest.raises(api.CannotAssign):
        factories.item(queue="")
    with pytest.raises(api.CannotAssign):
        factories.item(factories.account("social_worker", active=False), queue="")
    with pytest.raises(api.CannotAssign):
        factories.item(queue="butcher")
    assert WorkItem.unscoped.count() == 0


def test_the_same_key_opens_one_task_until_it_is_closed() -> None:
    subject = factories.subject()
    first = factories.item(subject=subject, key="reminder")
    assert factories.item(subject=subject, key="reminder").pk == first.pk
    assert factories.item(subject=subject, key="other").pk != first.pk
    closed = api.close_item(actor=SYSTEM, subject=subject, key="reminder", outcome="done")
    assert closed is not None and closed.pk == first.pk
    assert api.close_item(actor=SYSTEM, subject=subject, key="reminder") is None
    assert factories.item(subject=subject, key="reminder").pk != first.pk
    assert api.close_items(actor=SYSTEM, subject=subject) == 2


def test_two_agents_take_the_same_task() -> None:
    unit = factories.unit()
    item = factories.item(at=unit)
    first, second = (factories.account("social_worker", at=unit, name=name) for name in ("Amélie", "Karim"))
    stale = WorkItem.unscoped.get(pk=item.pk)
    api.take(actor=factories.actor(first), item=item)
    with pytest.raises(api.ItemTaken) as refused:
        api.take(actor=factories.actor(second), item=stale)
    assert refused.value.who == "Amélie"
    assert refused.value.when == WorkItem.unscoped.get(pk=item.pk).held_since
    assert WorkItem.unscoped.get(pk=item.pk).owner_id == first.pk


def test_only_ones_own_queue_in_ones_own_unit() -> None:
    unit, other = factories.unit(), factories.unit()
    item = factories.item(at=unit)
    for wrong in (factories.account("clerk", at=unit), factories.account("social_worker", at=other), factories.account()):
        with pytest.raises(NotAllowed):
            api.take(actor=factories.actor(wrong), item=item)
        assert list(api.items_for(factories.actor(wrong))) == []
    assert WorkItem.unscoped.get(pk=item.pk).owner_id is None
    right = factories.account("social_worker", at=unit)
    assert [row.pk for row in api.items_for(factories.actor(right))] == [item.pk]


def test_handing_over_needs_the_holder_or_the_chief_and_the_function() -> None:
    unit = factories.unit()
    holder, colleague = factories.account("social_worker", at=unit), factories.account("social_worker", at=unit, name="Karim")
    chief, clerk = factories.account("chief", at=unit), factories.account("clerk", at=unit)
    item = factories.item(holder, at=unit)
    with pytest.raises(NotAllowed):
        api.assign(actor=factories.actor(colleague), item=item, owner=colleague)
    with pytest.raises(api.CannotAssign):
        api.assign(actor=factories.actor(holder), item=item, owner=clerk)
    assert WorkItem.unscoped.get(pk=item.pk).owner_id == holder.pk
    api.assign(actor=factories.actor(holder), item=item, owner=colleague, note="congé")
    assert item.owner_id == colleague.pk
    with pytest.raises(NotAllowed):
        api.give_back(actor=factories.actor(holder), item=item)
    api.give_back(actor=factories.actor(chief), item=item)
    api.take(actor=factories.actor(holder), item=item)
    kinds = list(WorkItemEvent.unscoped.filter(item=item).values_list("kind", "owner_label"))
    assert kinds == [("opened", holder.display_name), ("assigned", "Karim"), ("returned", ""), ("taken", holder.display_name)]
    verbs = list(
        MutationLine.objects.filter(subject_type="work_item", subject_id=item.pk).order_by("number").values_list("verb", flat=True)
    )
    assert verbs == ["workflows.assigned", "workflows.returned", "workflows.taken"]


def test_a_chief_sees_below_and_not_beside() -> None:
    north, south = factories.unit(), factories.unit()
    held = factories.item(factories.account("social_worker", at=north), at=north)
    free = factories.item(at=north, queue="clerk")
    factories.item(at=south)
    chief = factories.actor(factories.account("chief", at=north))
    assert {row.pk for row in api.items_for(chief, "team")} == {held.pk, free.pk}
    assert list(api.items_for(chief, "todo")) == []
    assert WorkItem.objects.visible_to(chief).count() == 2
    assert api.counts_for(chief)["team"] == 2
    for functions in (("clerk",), ("committee_member",), ("administrator",)):
        stranger = factories.actor(factories.account(*functions, at=south))
        assert list(api.items_for(stranger, "team")) == []
    from parvis.kernel.actor import ANONYMOUS, Actor

    assert WorkItem.objects.visible_to(ANONYMOUS).count() == 0
    assert WorkItem.objects.visible_to(Actor(kind="citizen", account_id=None, label="")).count() == 0


def test_lists_stand_in_the_order_of_the_law() -> None:
    today = clock.today()
    worker = factories.account("social_worker")
    late = factories.item(worker, due_on=today - dt.timedelta(days=2))
    none = factories.item(worker)
    soon = factories.item(worker, due_on=today + dt.timedelta(days=3))
    me = factories.actor(worker)
    assert [row.pk for row in api.items_for(me)] == [late.pk, soon.pk, none.pk]
    counts = api.counts_for(me)
    assert (counts["mine"], counts["late"], counts["week"]) == (3, 1, 1)


def test_a_due_date_reaches_open_and_later_steps(world: World) -> None:
    factories.published()
    subject = factories.subject()
    api.set_due(actor=SYSTEM, subject=subject, due_on=dt.date(2026, 3, 1))
    api.start_case(actor=SYSTEM, process_key="aid-request", subject=subject)
    first = WorkItem.unscoped.get(subject_id=subject.id, state="open")
    assert first.due_on is None  # said before the case existed: nobody to tell
    api.set_due(actor=SYSTEM, subject=subject, due_on=dt.date(2026, 3, 9))
    first.refresh_from_db()
    assert (first.due_on, first.due_sort) == (dt.date(2026, 3, 9), dt.date(2026, 3, 9))
    happened("requests.RequestJoined", subject)
    assert WorkItem.unscoped.get(subject_id=subject.id, state="open").due_on == dt.date(2026, 3, 9)


def test_the_dossier_of_a_subject_is_found_everywhere(world: World) -> None:
    factories.published()
    unit, subject = factories.unit(), factories.subject()
    api.start_case(actor=SYSTEM, process_key="aid-request", subject=subject)
    api.link_dossier(actor=SYSTEM, subject=subject, dossier_id=41, unit_id=unit.pk)
    happened("requests.RequestJoined", subject)
    rows = WorkItem.unscoped.filter(subject_id=subject.id).values_list("step", "dossier_key", "unit_id").order_by("pk")
    assert list(rows) == [("identify", 41, unit.pk), ("inquiry", 41, unit.pk)]


# Absence (F8) ---------------------------------------------------------------------------------------------------------
def test_who_leaves_leaves_no_task_behind() -> None:
    unit = factories.unit()
    leaver = factories.account("social_worker", at=unit, name="Amélie")
    stays = factories.item(factories.account("social_worker", at=unit), at=unit)
    first, second = factories.item(leaver, at=unit), factories.item(leaver, at=unit, queue="")
    assert api.release_items_of(actor=SYSTEM, account=leaver) == 0
    leaver.is_active = False
    leaver.save()
    assert api.unowned_count() == 2
    assert api.release_items_of(actor=SYSTEM, account=leaver) == 2
    owners = {row.pk: (row.owner_id, row.queue) for row in WorkItem.unscoped.all()}
    assert owners[first.pk] == (None, "social_worker")
    assert owners[second.pk] == (None, "chief")
    assert owners[stays.pk][0] is not None
    assert api.release_items_of(actor=SYSTEM, account=leaver) == 0


def test_the_nightly_job_notices_an_ended_function() -> None:
    unit = factories.unit()
    worker = factories.account(at=unit)
    row = factories.grant(worker, "social_worker", unit)
    item = factories.item(worker, at=unit)
    _run_nightly()
    item.refresh_from_db()
    assert item.owner_id == worker.pk
    type(row).objects.filter(pk=row.pk).update(valid_to=clock.today())
    _run_nightly()
    item.refresh_from_db()
    assert (item.owner_id, item.queue) == (None, "social_worker")


def _run_nightly() -> None:
    from parvis.kernel.subject import SubjectRef

    with gesture_scope():
        jobs.enqueue("workflows.release_absent", SubjectRef("instance", 0), version=str(clock.now().timestamp()))
    assert jobs.run_pending(kinds={"workflows.release_absent"}, raise_errors=True) == 1


def test_a_leaving_agents_tasks_are_handed_over_in_one_action() -> None:
    unit, other = factories.unit(), factories.unit()
    leaver, heir = factories.account("social_worker", at=unit), factories.account("social_worker", at=unit)
    chief = factories.actor(factories.account("chief", at=unit))
    items = [factories.item(leaver, at=unit) for _ in range(3)]
    foreign = factories.item(leaver, at=other)
    with pytest.raises(NotAllowed):
        api.reassign_items(actor=chief, items=[*items, foreign], owner=heir)
    assert WorkItem.unscoped.filter(owner=heir).count() == 0
    assert api.reassign_items(actor=chief, items=items, owner=heir) == 3
    assert WorkItem.unscoped.filter(owner=heir).count() == 3
    assert api.reassign_items(actor=chief, items=list(WorkItem.unscoped.filter(owner=heir)), owner=None) == 3
    assert api.hand_overs()["cases"] == 0


def test_hand_overs_are_counted(world: World) -> None:
    factories.published()
    unit = factories.unit()
    one, two = factories.account("clerk", at=unit), factories.account("clerk", at=unit)
    for number in range(2):
        subject = factories.subject()
        api.start_case(actor=SYSTEM, process_key="aid-request", subject=subject, unit_id=unit.pk)
        if number:
            item = WorkItem.unscoped.get(subject_id=subject.id)
            api.take(actor=factories.actor(one), item=item)
            api.assign(actor=factories.actor(one), item=item, owner=two)
    assert api.hand_overs() == {"cases": 2, "hand_overs": 2, "steps": 2, "per_case": 1.0}


def test_every_event_with_a_subject_reaches_the_processes() -> None:
    from parvis.kernel.events import handlers_of
    from parvis.workflows.handlers import complete_steps

    assert handlers_of(Event)[-1] is complete_steps or complete_steps in handlers_of(Event)


def test_a_queue_is_named_in_the_readers_language() -> None:
    from django.utils import translation

    unit = factories.unit("NORD")
    with translation.override("en"):
        assert api.queue_label("chief", unit) == "Head social worker · Équipe NORD"
    assert actor("chief").has("chief")
