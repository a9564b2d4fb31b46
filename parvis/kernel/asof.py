"""The day on which the reader reads: a past day, where the page in hand can go back; else today.

``ui.past`` opens it around a page that declares that it reads as of a day; everything else, above all who may see what, knows
nothing of it: rights, hidden addresses and terms are always today's. A reading selector asks ``day()`` where it would ask the clock, and
``known_on()`` where it may read as it was known. Nothing is written while it is open.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from parvis.kernel import clock


@dataclass(frozen=True)
class PastView:
    """``day``: facts that held on it. ``known``: as they were known at the end of that day; None: as they are known now."""

    day: dt.date
    known: dt.date | None = None

    @property
    def known_on(self) -> dt.datetime | None:
        """For ``at(day, known_on)``."""
        return None if self.known is None else end_of(self.known)

    @property
    def known_day(self) -> dt.date:
        """The last day of which something is told that has no period of its own: a decision, a payment, a note."""
        return self.day if self.known is None else min(self.day, self.known)

    @property
    def until(self) -> dt.datetime:
        """The instant after ``known_day``: what was written before it is told."""
        return end_of(self.known_day)


_view: ContextVar[PastView | None] = ContextVar("parvis_past_view", default=None)


def end_of(day: dt.date) -> dt.datetime:
    """The first instant after a day, in the instance's zone."""
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), clock.zone())


@contextmanager
def reading(view: PastView) -> Iterator[None]:
    """Read as of a past day inside the block."""
    token = _view.set(view)
    try:
        yield
    finally:
        _view.reset(token)


def view() -> PastView | None:
    """The past day that this page reads; None: today."""
    return _view.get()


def day() -> dt.date:
    past = _view.get()
    return clock.today() if past is None else past.day


def known_on() -> dt.datetime | None:
    past = _view.get()
    return None if past is None else past.known_on


def until() -> dt.datetime | None:
    """The instant before which a thing must have been written to be told; None: no bound, today is read."""
    past = _view.get()
    return None if past is None else past.until
