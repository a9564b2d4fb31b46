"""Two people at the same moment: on each engine, nothing is lost and nothing is done twice."""

from __future__ import annotations

import threading

import pytest
from django.db import connections

from parvis.kernel.errors import DomainError
from parvis.kernel.subject import SubjectRef
from parvis.workflows import api
from parvis.workflows.models import Case, WorkItem

from . import factories
from .support import SYSTEM, World, happened

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.db]

TRIALS = 30


def together(*calls) -> list[BaseException]:
    """Run the calls in threads that start at the same moment."""
    barrier = threading.Barrier(len(calls))
    failures: list[BaseException] = []

    def run(call) -> None:
        try:
            barrier.wait()
            call()
        except BaseException as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


def test_parallel_branches_finished_at_once_all_join(world: World) -> None:
    world.facts["decisions.has_payment"] = True
    factories.published()
    joined = 0
    for number in range(TRIALS):
        subject = SubjectRef("trial", number)
        api.start_case(actor=SYSTEM, process_key="aid-request", subject=subject)
        for name, outcome in (
            ("requests.RequestJoined", ""),
            ("decisions.ProposalSubmitted", ""),
            ("decisions.ProposalReviewed", "validated"),
            ("decisions.DecisionTaken", "granted"),
        ):
            happened(name, subject, outcome)
        failures = together(
            lambda subject=subject: happened("aid.FirstPaymentExecuted", subject),
            lambda subject=subject: happened("decisions.DecisionNotified", subject),
        )
        assert failures == []
        joined += Case.objects.get(subject_id=number).state == "finished"
    assert joined == TRIALS
    assert WorkItem.unscoped.filter(state="open").count() == 0
    assert WorkItem.unscoped.filter(state="done").count() == 6 * TRIALS


def test_the_same_step_finished_twice_at_once_moves_on_once(world: World) -> None:
    factories.published()
    for number in range(10):
        subject = SubjectRef("trial", number)
        api.start_case(actor=SYSTEM, process_key="aid-request", subject=subject)
        happened("requests.RequestJoined", subject)
        failures = together(*[lambda subject=subject: happened("decisions.ProposalSubmitted", subject)] * 3)
        assert all(isinstance(failure, DomainError) for failure in failures)
        steps = WorkItem.unscoped.filter(subject_id=number).order_by("pk").values_list("step", "state")
        assert list(steps) == [("identify", "done"), ("inquiry", "done"), ("review", "open")]


def test_one_of_two_takers_gets_it() -> None:
    unit = factories.unit()
    people = [factories.actor(factories.account("social_worker", at=unit)) for _ in range(2)]
    for _ in range(10):
        item = factories.item(at=unit)
        failures = together(*[lambda who=who, pk=item.pk: api.take(actor=who, item=WorkItem.unscoped.get(pk=pk)) for who in people])
        assert len(failures) == 1
        assert isinstance(failures[0], api.ItemTaken)
        assert WorkItem.unscoped.get(pk=item.pk).owner_id in {who.account_id for who in people}


def test_the_same_subject_started_twice_runs_once(world: World) -> None:
    factories.published()
    for number in range(10):
        subject = SubjectRef("trial", number)
        start = lambda subject=subject: api.start_case(actor=SYSTEM, process_key="aid-request", subject=subject)  # noqa: E731
        failures = together(start, start)
        assert [type(failure) for failure in failures] == [api.AlreadyRunning]
        assert Case.objects.filter(subject_id=number).count() == 1
