"""Forgets what has served: ended sessions, old counters, links out of date."""

from __future__ import annotations

from datetime import timedelta

from parvis.kernel import clock
from parvis.kernel.jobs import JobRef, periodic

KEEP_LINKS = timedelta(days=90)
KEEP_COUNTERS = timedelta(days=1)


@periodic("identity.tidy", "41 3 * * *")
def tidy(ref: JobRef) -> None:
    from .models import OneTimeLink, SignInThrottle, WebSession

    now = clock.now()
    WebSession.objects.filter(expire_date__lt=now).delete()
    SignInThrottle.objects.filter(last_failure_at__lt=now - KEEP_COUNTERS).delete()
    OneTimeLink.objects.filter(created_at__lt=now - KEEP_LINKS).delete()
