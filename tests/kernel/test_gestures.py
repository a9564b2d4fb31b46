"""One gesture, one transaction: numbers without gaps, events in order, nothing half-written (F5)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, connections

from parvis.kernel import clock, events, gestures, jobs, mutations, numbers
from parvis.kernel.models import Job, MutationLine, Sequence
from parvis.kernel.subject import SubjectRef
from tests.support import actor

SUBJECT = SubjectRef("thing", 1)


@dataclass(frozen=True, kw_only=True)
class First(events.Event):
    text: str


@dataclass(frozen=True, kw_only=True)
class Second(events.Event):
    text: str


heard: list[str] = []


@events.subscribe(First)
def _on_first(event: First) -> None:
    heard.append(f"first {event.text}")
    if event.text == "fail":
        raise ValueError("handler refuses")
    events.publish(Second(actor=event.actor, text=event.text))


@events.subscribe(Second)
def _on_second(event: Second) -> None:
    heard.append(f"second {event.text}")


@gestures.gesture
def act(*texts: str) -> int:
    number = numbers.allot("test", 2026)
    mutations.record("test", actor=actor("clerk"), verb="acted", subject=SUBJECT, values={"n": [None, number]})
    for text in texts:
        events.publish(First(actor=actor("clerk"), text=text))
    return number


@pytest.fixture(autouse=True)
def _silence() -> None:
    heard.clear()


@pytest.mark.django_db(transaction=True)
@pytest.mark.db
def test_events_are_delivered_first_in_first_out_before_the_commit() -> None:
    act("a", "b")
    assert heard == ["first a", "first b", "second a", "second b"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.db
def test_a_failing_handler_undoes_the_whole_gesture() -> None:
    assert act("a") == 1
    with pytest.raises(ValueError, match="handler refuses"):
        act("fail")
    assert MutationLine.objects.count() == 1
    assert Sequence.objects.get(series="test").last == 1
    assert act() == 2


@pytest.mark.django_db
def test_writes_outside_a_gesture_are_a_programming_error() -> None:
    with pytest.raises(gestures.NoGesture):
        numbers.allot("test", 2026)
    assert not Sequence.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.db
def test_numbers_have_no_gap_and_no_double_under_parallel_gestures() -> None:
    got: list[int] = []

    def run() -> None:
        try:
            for _ in range(10):
                for attempt in range(20):
                    try:
                        got.append(act())
                        break
                    except Exception:
                        if attempt == 19:
                            raise
                        time.sleep(0.02)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == list(range(1, 41))
    assert list(MutationLine.objects.values_list("number", flat=True)) == list(range(1, 41))


def test_the_clock_is_only_moved_where_it_may_be(settings) -> None:
    settings.PARVIS_MAY_TRAVEL = False
    with pytest.raises(clock.ClockError), clock.travel(datetime(2026, 1, 1, tzinfo=UTC)):
        pass


def test_in_a_demo_the_clock_only_moves_forward(settings) -> None:
    settings.PARVIS_TESTING = False
    with clock.travel(datetime(2026, 2, 1, tzinfo=UTC)):
        assert clock.today().isoformat() == "2026-02-01"
    with pytest.raises(clock.ClockError, match="only moves forward"), clock.travel(datetime(2026, 1, 1, tzinfo=UTC)):
        pass


# Jobs -----------------------------------------------------------------------------------------------------------------


@jobs.job("test.count")
def _count(ref: jobs.JobRef) -> None:
    with gestures.gesture_scope():
        numbers.allot("counted", 2026)
        ref.complete()


@jobs.job("test.fails")
def _fails(ref: jobs.JobRef) -> None:
    raise RuntimeError("no luck")


@gestures.gesture
def queue(kind: str = "test.count", version: str = "1") -> bool:
    return jobs.enqueue(kind, SUBJECT, version=version)


@pytest.mark.django_db(transaction=True)
@pytest.mark.db
def test_the_same_work_is_queued_and_done_once() -> None:
    assert queue() is True
    assert queue() is False
    assert jobs.run_pending() == 1
    assert jobs.run_pending() == 0
    assert Sequence.objects.get(series="counted").last == 1


@pytest.mark.django_db(transaction=True)
def test_work_of_a_gesture_that_failed_is_never_done() -> None:
    with pytest.raises(ValueError), gestures.gesture_scope():
        jobs.enqueue("test.count", SUBJECT)
        raise ValueError
    assert jobs.run_pending() == 0
    assert not Job.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_failed_job_says_why_and_comes_back_later() -> None:
    queue("test.fails")
    assert jobs.run_pending() == 0
    row = Job.objects.get()
    assert (row.state, row.attempts) == ("queued", 1)
    assert "no luck" in row.error
    assert row.next_at > clock.now()


@pytest.mark.django_db(transaction=True)
def test_an_expired_lease_is_taken_back_and_the_slow_worker_cannot_finish() -> None:
    queue()
    ref = jobs._lease("elsewhere:1", None)
    assert ref is not None
    Job.objects.update(lease_until=clock.now() - timedelta(seconds=1))
    assert jobs.reclaim() == 1
    assert jobs.run_pending() == 1
    with pytest.raises(jobs.LostLease):
        _count(ref)
    assert Sequence.objects.get(series="counted").last == 1


KILLED = """
import os, time, django
django.setup()
from parvis.kernel import gestures, jobs, numbers
from parvis.kernel.jobs import JobRef
@jobs.job("test.count")
def count(ref: JobRef) -> None:
    with gestures.gesture_scope():
        numbers.allot("counted", 2026)
        print("inside", flush=True)
        time.sleep(60)
        ref.complete()
jobs.run_pending()
"""


@pytest.mark.db
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_leaves_nothing_half_done_and_the_job_runs_once() -> None:
    queue()
    connection.close()
    environment = os.environ | {"PYTHONPATH": os.getcwd()}
    code = (
        "import os\nfrom parvis.config import settings as s\n"
        f"s.DATABASES['default']['NAME'] = {str(connection.settings_dict['NAME'])!r}\n" + KILLED
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=environment, text=True)
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "inside"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert Job.objects.get().state == "running"
    assert not Sequence.objects.filter(series="counted").exists()
    assert jobs.reclaim() == 1
    assert jobs.run_pending() == 1
    assert Sequence.objects.get(series="counted").last == 1
    assert Job.objects.get().state == "done"
