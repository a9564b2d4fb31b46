"""Slows down guessing, per sign-in name and per network address, for names that exist and names that do not."""

from __future__ import annotations

import datetime as dt
import math

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.gestures import gesture
from parvis.kernel.mutations import record
from parvis.kernel.subject import SubjectRef

from ..crypto import keyed_digest
from ..models import Account, SignInThrottle
from ..models.accounts import fold_username
from .guards import STREAM

ACCOUNT_LIMIT = 5
# A whole centre may leave through one address: the limit is wider, and still stops a list of passwords.
ADDRESS_LIMIT = 30
FORGET_AFTER = dt.timedelta(hours=1)
LONGEST_WAIT = dt.timedelta(hours=1)


def account_key(username: str) -> str:
    return "name:" + keyed_digest("throttle", fold_username(username))


def address_key(address: str) -> str:
    return "address:" + keyed_digest("throttle", address)


def locked_until(username: str | None, address: str) -> dt.datetime | None:
    """The instant until which an attempt is refused unread, or None. One query."""
    keys = [address_key(address)] + ([account_key(username)] if username is not None else [])
    rows = SignInThrottle.objects.filter(key__in=keys, locked_until__gt=clock.now())
    return max((row.locked_until for row in rows if row.locked_until), default=None)


def wait_message(until: dt.datetime) -> str:
    minutes = max(1, math.ceil((until - clock.now()).total_seconds() / 60))
    return ngettext(
        "Too many failed attempts. Try again in %(minutes)d minute.",
        "Too many failed attempts. Try again in %(minutes)d minutes.",
        minutes,
    ) % {"minutes": minutes}


@gesture
def note_failure(*, actor: Actor, username: str, account: Account | None, address: str, what: str) -> dt.datetime | None:
    """Count a failure; returns the end of the wait when it opens or prolongs one. The wait doubles: 1, 2, 4… 60 minutes."""
    now = clock.now()
    until: dt.datetime | None = None
    for key, limit in sorted([(account_key(username), ACCOUNT_LIMIT), (address_key(address), ADDRESS_LIMIT)]):
        SignInThrottle.objects.bulk_create([SignInThrottle(key=key, failures=0, last_failure_at=now)], ignore_conflicts=True)
        row = SignInThrottle.objects.select_for_update().get(key=key)
        if now - row.last_failure_at > FORGET_AFTER:
            row.failures = 0
        row.failures += 1
        row.last_failure_at = now
        if row.failures >= limit:
            wait = min(dt.timedelta(minutes=2 ** min(row.failures - limit, 10)), LONGEST_WAIT)
            row.locked_until = now + wait
            until = max(until or row.locked_until, row.locked_until)
            record(
                STREAM,
                actor=actor,
                verb="sign_in_locked",
                subject=SubjectRef("account", account.pk if account else 0),
                values={"failures": row.failures, "until": row.locked_until, "address": address},
                note=f"{key.partition(':')[0]}; {what}",
            )
        row.save(update_fields=["failures", "last_failure_at", "locked_until"])
    return until


def forget_failures(username: str) -> None:
    """After a complete sign-in. The address keeps its count: other names may be tried from there."""
    SignInThrottle.objects.filter(key=account_key(username)).delete()


def failure_text(until: dt.datetime | None, otherwise: str) -> str:
    return wait_message(until) if until else otherwise


def wrong_password_text() -> str:
    return _("The sign-in name or the password is wrong.")


def wrong_code_text() -> str:
    return _("This code is not right, or it has already served. Wait for the next one.")
