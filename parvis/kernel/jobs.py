"""Work after the commit, on the database itself: the row written in the gesture is the outbox.

A worker leases a row by a conditional update, so two workers never hold the same one. A worker that dies (kill -9) leaves a
lease that runs out; or, on the same machine, is taken back at once because its process is gone. A handler does its slow work
first and its writes in one gesture that also marks the row done: killed in the middle, nothing is half-written, and done is done
once.
"""

from __future__ import annotations

import logging
import os
import socket
import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from cronsim import CronSim
from django.db import IntegrityError, close_old_connections, transaction
from django.db.models import F, Q

from parvis.kernel import clock, deepstack, gestures

if TYPE_CHECKING:
    from parvis.kernel.subject import SubjectRef

log = logging.getLogger("parvis.jobs")

LEASE = timedelta(seconds=120)
MAX_ATTEMPTS = 6


@dataclass(frozen=True)
class JobRef:
    """What a handler gets. ``complete()`` inside its gesture marks the row done in the same transaction."""

    id: int
    kind: str
    subject: SubjectRef
    version: str
    payload: dict[str, Any]
    attempt: int
    worker: str

    def complete(self) -> None:
        """Mark done inside the handler's gesture.

        Raises:
            LostLease: another worker took the job over meanwhile; the gesture is rolled back.
        """
        from parvis.kernel.models import Job

        gestures.current()
        done = Job.objects.filter(pk=self.id, state=Job.State.RUNNING, worker=self.worker).update(
            state=Job.State.DONE, finished_at=clock.now(), progress=100, lease_until=None, error=""
        )
        if not done:
            raise LostLease(f"job {self.id} ({self.kind}) is no longer held by {self.worker}")

    def report(self, percent: int) -> None:
        """Show progress, and keep the lease."""
        from parvis.kernel.models import Job

        Job.objects.filter(pk=self.id, worker=self.worker).update(progress=min(percent, 99), lease_until=clock.now() + LEASE)


class LostLease(RuntimeError):
    pass


Handler = Callable[[JobRef], None]
_handlers: dict[str, Handler] = {}
_periodic: dict[str, str] = {}


def job(kind: str) -> Callable[[Handler], Handler]:
    """Register the handler of a kind of job, in ``<context>/jobs.py``. It must be safe to repeat."""

    def register(handler: Handler) -> Handler:
        if kind in _handlers and _handlers[kind] is not handler:
            raise RuntimeError(f"job {kind!r} is registered twice")
        _handlers[kind] = handler
        return handler

    return register


def periodic(kind: str, cron: str) -> Callable[[Handler], Handler]:
    """Register a job that is queued by the calendar (local time, cron notation); its subject is ``instance:0``."""

    def register(handler: Handler) -> Handler:
        _periodic[kind] = cron
        return job(kind)(handler)

    return register


def known() -> dict[str, str]:
    """Kinds to their cron expression, empty for those queued by gestures."""
    return {kind: _periodic.get(kind, "") for kind in sorted(_handlers)}


def enqueue(
    kind: str,
    subject: SubjectRef,
    *,
    version: str = "1",
    payload: dict[str, Any] | None = None,
    run_at: datetime | None = None,
) -> bool:
    """Queue work in the running gesture. Returns False when the same kind, subject and version is already there."""
    from parvis.kernel.models import Job

    gestures.current()
    if kind not in _handlers:
        raise RuntimeError(f"no handler for job {kind!r}")
    at = clock.now()
    try:
        with transaction.atomic():
            Job.objects.create(
                kind=kind,
                subject_type=subject.type,
                subject_id=subject.id,
                version=version,
                payload=payload or {},
                queued_at=at,
                next_at=run_at or at,
            )
        return True
    except IntegrityError:
        return False


def worker_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def _alive(worker: str) -> bool:
    host, _, pid = worker.rpartition(":")
    if host != socket.gethostname() or not pid.isdecimal():
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def reclaim() -> int:
    """Give back the jobs of workers that are gone or whose lease ran out. Returns how many."""
    from parvis.kernel.models import Job

    back = 0
    for row in Job.objects.filter(state=Job.State.RUNNING):
        expired = row.lease_until is None or row.lease_until < clock.now()
        if expired or not _alive(row.worker):
            back += Job.objects.filter(pk=row.pk, state=Job.State.RUNNING, worker=row.worker).update(
                state=Job.State.QUEUED, worker="", lease_until=None, next_at=clock.now()
            )
    return back


def _lease(worker: str, kinds: set[str] | None) -> JobRef | None:
    from parvis.kernel.models import Job
    from parvis.kernel.subject import SubjectRef

    while True:
        due = Job.objects.filter(state=Job.State.QUEUED, next_at__lte=clock.now())
        if kinds is not None:
            due = due.filter(kind__in=kinds)
        row = due.order_by("next_at", "pk").first()
        if row is None:
            return None
        taken = Job.objects.filter(pk=row.pk, state=Job.State.QUEUED).update(
            state=Job.State.RUNNING, worker=worker, lease_until=clock.now() + LEASE, attempts=F("attempts") + 1
        )
        if taken:
            subject = SubjectRef(row.subject_type, row.subject_id)
            return JobRef(row.pk, row.kind, subject, row.version, row.payload, row.attempts + 1, worker)


def _run(ref: JobRef) -> bool:
    from parvis.kernel.models import Job

    handler = _handlers.get(ref.kind)
    try:
        if handler is None:
            raise RuntimeError(f"no handler for job {ref.kind!r}")
        handler(ref)
        with gestures.gesture_scope():
            Job.objects.filter(pk=ref.id, state=Job.State.RUNNING, worker=ref.worker).update(
                state=Job.State.DONE, finished_at=clock.now(), progress=100, lease_until=None, error=""
            )
        return True
    except LostLease:
        log.warning("job lost its lease", extra={"job": ref.kind, "job_id": ref.id})
        return False
    except Exception:
        final = ref.attempt >= MAX_ATTEMPTS
        log.exception("job failed", extra={"job": ref.kind, "job_id": ref.id, "attempt": ref.attempt})
        Job.objects.filter(pk=ref.id, worker=ref.worker).update(
            state=Job.State.FAILED if final else Job.State.QUEUED,
            worker="",
            lease_until=None,
            next_at=clock.now() + timedelta(seconds=5 * 4 ** min(ref.attempt, 6)),
            error=traceback.format_exc(limit=8)[-4000:],
        )
        return False


@deepstack.at_base
def run_pending(limit: int | None = None, *, kinds: set[str] | None = None, raise_errors: bool = False) -> int:
    """Run due jobs here and now, until none is due. Returns how many were done.

    Raises:
        RuntimeError: ``raise_errors`` and one failed (stories and tests want to know).
    """
    from parvis.kernel.models import Job

    done = 0
    worker = worker_name()
    while limit is None or done < limit:
        ref = _lease(worker, kinds)
        if ref is None:
            break
        if _run(ref):
            done += 1
        elif raise_errors:
            row = Job.objects.get(pk=ref.id)
            raise RuntimeError(f"job {ref.kind} of {ref.subject} failed:\n{row.error}")
    return done


def queue_periodic() -> int:
    """Queue each periodic job whose time has come since it last ran."""
    from parvis.kernel.models import PeriodicRun
    from parvis.kernel.subject import SubjectRef

    queued = 0
    local = clock.now().astimezone(clock.zone())
    for kind, cron in _periodic.items():
        row, made = PeriodicRun.objects.get_or_create(kind=kind, defaults={"last_at": clock.now()})
        if made:
            continue
        due = next(CronSim(cron, row.last_at.astimezone(clock.zone())))
        if due > local:
            continue
        if PeriodicRun.objects.filter(pk=row.pk, last_at=row.last_at).update(last_at=clock.now()):
            with gestures.gesture_scope():
                queued += enqueue(kind, SubjectRef("instance", 0), version=due.strftime("%Y%m%dT%H%M"))
    return queued


def work(stop: Callable[[], bool], pause: float = 0.5) -> None:
    """The worker's loop, until ``stop()``."""
    last = 0.0
    reclaim()
    while not stop():
        close_old_connections()
        if time.monotonic() - last > 10:
            reclaim()
            queue_periodic()
            last = time.monotonic()
        if not run_pending(limit=20):
            time.sleep(pause)


def failed() -> int:
    from parvis.kernel.models import Job

    return Job.objects.filter(state=Job.State.FAILED).count()


def waiting(subject: SubjectRef) -> bool:
    """True while a job about the subject is still to be done."""
    from parvis.kernel.models import Job

    return Job.objects.filter(
        Q(state=Job.State.QUEUED) | Q(state=Job.State.RUNNING), subject_type=subject.type, subject_id=subject.id
    ).exists()


def held(subject: SubjectRef, kind: str) -> set[int]:
    """The jobs of a kind about the subject that a worker holds just now."""
    from parvis.kernel.models import Job

    rows = Job.objects.filter(
        state=Job.State.RUNNING, kind=kind, subject_type=subject.type, subject_id=subject.id, lease_until__gte=clock.now()
    )
    return set(rows.values_list("pk", flat=True))


def waiting_among(kind: str, ids: Iterable[int]) -> set[int]:
    """Of these subjects, those about which a job is still to be done."""
    from parvis.kernel.models import Job

    rows = Job.objects.filter(state__in=(Job.State.QUEUED, Job.State.RUNNING), subject_type=kind, subject_id__in=list(ids))
    return set(rows.values_list("subject_id", flat=True))


def failed_about(subject: SubjectRef) -> bool:
    """True when a job about the subject was given up after all its attempts."""
    from parvis.kernel.models import Job

    return Job.objects.filter(state=Job.State.FAILED, subject_type=subject.type, subject_id=subject.id).exists()
