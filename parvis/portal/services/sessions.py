"""Who is signed in, in which browser."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.gestures import gesture

from ..models import CitizenAccount, CitizenSession
from ._common import record

IDLE = dt.timedelta(hours=2)
LONGEST = dt.timedelta(hours=12)
TOUCH_EVERY = dt.timedelta(minutes=5)


def session_of(uuid: str) -> CitizenSession | None:
    """The session of a browser while it opens something: neither ended, nor idle, nor of a closed account."""
    try:
        key = UUID(uuid)
    except ValueError:
        return None
    now = clock.now()
    found: CitizenSession | None = (
        CitizenSession.objects.select_related("account")
        .filter(uuid=key, account__live=1, seen_at__gt=now - IDLE, opened_at__gt=now - LONGEST)
        .first()
    )
    if found is not None and now - found.seen_at >= TOUCH_EVERY:
        CitizenSession.objects.filter(pk=found.pk).update(seen_at=now)
    return found


def sessions_of(account: CitizenAccount) -> list[CitizenSession]:
    """Those that still open something, the latest first."""
    now = clock.now()
    return list(CitizenSession.objects.filter(account=account, seen_at__gt=now - IDLE, opened_at__gt=now - LONGEST)[:50])


@gesture
def open_session(*, actor: Actor, account: CitizenAccount, browser: str) -> CitizenSession:
    """Sign in, whatever way proved who it is."""
    now = clock.now()
    made = CitizenSession.objects.create(account=account, opened_at=now, seen_at=now, browser=browser[:120])
    record(actor, "citizen_signed_in", account)
    return made


@gesture
def end_session(*, actor: Actor, account: CitizenAccount, uuid: UUID) -> bool:
    """End one of one's own sessions. False: it had ended already. It works from the next request on."""
    ended = CitizenSession.objects.filter(account=account, uuid=uuid).delete()[0]
    if ended:
        record(actor, "citizen_signed_out", account)
    return bool(ended)


@gesture
def drop_sessions(*, actor: Actor) -> int:
    """Those that open nothing any more."""
    count: int = CitizenSession.objects.filter(seen_at__lt=clock.now() - LONGEST).delete()[0]
    return count
