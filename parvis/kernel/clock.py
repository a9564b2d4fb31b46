"""The only clock. Times of law come from here; nobody types them.

A demo instance may be told an earlier present while its stories are played (``travel``): its clock only moves forward, so that
numbers, chains and ledger stay monotone. Any other instance refuses to travel.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings

_travelled: ContextVar[datetime | None] = ContextVar("parvis_clock", default=None)
_high_water: ContextVar[datetime | None] = ContextVar("parvis_clock_high_water", default=None)


class ClockError(RuntimeError):
    """Somebody tried to move the clock where it may not go."""


def zone() -> ZoneInfo:
    """The instance's zone; dates of law are this zone's dates."""
    return ZoneInfo(settings.TIME_ZONE)


def now() -> datetime:
    """The present instant, in UTC, to the microsecond."""
    return _travelled.get() or datetime.now(UTC)


def of_machine() -> datetime:
    """The machine's own instant, whatever a story says: sessions of browsers end by it."""
    return datetime.now(UTC)


def today() -> date:
    """The date of law: the instant's date in the instance's zone."""
    return now().astimezone(zone()).date()


def date_of(instant: datetime) -> date:
    """The date of law of an instant."""
    return instant.astimezone(zone()).date()


@contextmanager
def travel(instant: datetime) -> Iterator[None]:
    """Let the present be ``instant`` inside the block. Demo stories and tests only; forward only.

    Raises:
        ClockError: the instance may not travel, the instant has no zone, or it lies before one already played.
    """
    if not getattr(settings, "PARVIS_MAY_TRAVEL", False):
        raise ClockError("only a demo instance has a clock that may be moved")
    if instant.tzinfo is None:
        raise ClockError("an instant needs a zone")
    instant = instant.astimezone(UTC)
    mark = _high_water.get()
    if mark is not None and instant < mark and not getattr(settings, "PARVIS_TESTING", False):
        raise ClockError(f"the clock only moves forward: {instant.isoformat()} lies before {mark.isoformat()}")
    token = _travelled.set(instant)
    _high_water.set(max(instant, mark) if mark else instant)
    try:
        yield
    finally:
        _travelled.reset(token)
