"""Codes may be mistyped, not guessed: a few wrong ones per address and quarter of an hour; and nobody's mailbox is filled."""

from __future__ import annotations

import hashlib
import hmac

from django.conf import settings
from django.db.models import F, Sum
from django.utils.translation import gettext_lazy as _

from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.gestures import gesture

from ..errors import TooManyAttempts
from ..models import CodeAttempt

MOST = 10
SLOT = 900
KEPT_SLOTS = 96
MOST_MAILS = 5
MOST_MAILS_DAY = 20


def _slot() -> int:
    return int(clock.now().timestamp()) // SLOT


def _holder(address: str) -> str:
    return hmac.new(b"parvis.portal" + settings.SECRET_KEY.encode(), address.encode(), hashlib.sha256).hexdigest()


def allow_attempt(address: str) -> None:
    """Raises TooManyAttempts after MOST wrong codes from one address."""
    row = CodeAttempt.objects.filter(holder=_holder(address), slot=_slot()).first()
    if row is not None and row.count >= MOST:
        raise TooManyAttempts(_("Too many wrong codes. Wait a quarter of an hour, or call us."))


def allow_mail(email: str) -> None:
    """Raises TooManyAttempts after MOST_MAILS codes asked for one mailbox in a quarter of an hour, or MOST_MAILS_DAY in a day; the same for
    a mailbox that opens nothing."""
    rows = CodeAttempt.objects.filter(holder=_holder(f"mail:{email}"), slot__gt=_slot() - KEPT_SLOTS).order_by()
    asked = rows.aggregate(day=Sum("count"))["day"] or 0
    now = rows.filter(slot=_slot()).aggregate(now=Sum("count"))["now"] or 0
    if now >= MOST_MAILS or asked >= MOST_MAILS_DAY:
        raise TooManyAttempts(_("Too many codes were asked for this address. Wait a quarter of an hour, or call us."))


@gesture
def wrong_code(*, actor: Actor, address: str) -> None:
    """Count a wrong code."""
    count(address)


def count(address: str) -> None:
    """One more, in the running gesture."""
    holder, slot = _holder(address), _slot()
    if not CodeAttempt.objects.filter(holder=holder, slot=slot).update(count=F("count") + 1):
        CodeAttempt.objects.get_or_create(holder=holder, slot=slot, defaults={"count": 1})


@gesture
def drop_attempts(*, actor: Actor) -> int:
    """Forget what is older than a day."""
    count: int = CodeAttempt.objects.filter(slot__lt=_slot() - KEPT_SLOTS).delete()[0]
    return count
