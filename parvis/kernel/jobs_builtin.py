"""The kernel's own periodic jobs."""

from __future__ import annotations

from datetime import timedelta

from parvis.kernel import clock, jobs, seals
from parvis.kernel.jobs import JobRef


@jobs.periodic("kernel.seal", "* * * * *")
def seal(ref: JobRef) -> None:
    seals.seal()


@jobs.periodic("kernel.tidy", "17 3 * * *")
def tidy(ref: JobRef) -> None:
    """Forget what has served: done periodic jobs, old idempotency keys."""
    from parvis.kernel.idempotency import KEEP
    from parvis.kernel.models import IdempotencyKey, Job

    IdempotencyKey.objects.filter(created_at__lt=clock.now() - KEEP).delete()
    Job.objects.filter(state=Job.State.DONE, subject_type="instance", finished_at__lt=clock.now() - timedelta(days=7)).delete()
