"""Hours of the centre and days that come back. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from .enums import WEEKS, Repeat


@dataclass(frozen=True)
class Asked:
    """What a query of the search means: that it ``named`` an appointment, a day, and the words that are left."""

    named: bool
    day: dt.date | None
    words: tuple[str, ...]


MOST = 60
"""Occurrences of one series."""


class NoSuchHour(ValueError):
    """The clock jumps over this hour on this day."""


def instant(day: dt.date, at: dt.time, zone: ZoneInfo) -> dt.datetime:
    """The instant of an hour of the centre, in UTC; of an hour that comes twice, the first one.

    Raises:
        NoSuchHour: the hour is left out on that day (summer time begins).
    """
    local = dt.datetime.combine(day, at.replace(tzinfo=None), zone)
    found = local.astimezone(dt.UTC)
    if found.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise NoSuchHour(f"{day} {at}")
    return found


def occurrences(first: dt.date, repeat: str, until: dt.date) -> list[dt.date]:
    """The days of a series up to a day, that day included; at most ``MOST``, the first one always."""
    days = [first]
    while repeat and len(days) < MOST:
        following = _after(first, repeat, len(days))
        if following > until:
            break
        days.append(following)
    return days


def reaches(first: dt.date, repeat: str, until: dt.date) -> bool:
    """Does the series end within ``MOST``?"""
    days = occurrences(first, repeat, until)
    return len(days) < MOST or _after(first, repeat, MOST) > until


def _after(first: dt.date, repeat: str, number: int) -> dt.date:
    if repeat == Repeat.MONTH:
        return _same_weekday(first, number)
    return first + dt.timedelta(weeks=WEEKS[Repeat(repeat)] * number)


def _same_weekday(first: dt.date, months: int) -> dt.date:
    """The second Tuesday stays the second Tuesday; the fifth one is the last where a month has four."""
    index = first.month - 1 + months
    month = dt.date(first.year + index // 12, index % 12 + 1, 1)
    day = month + dt.timedelta(days=(first.weekday() - month.weekday()) % 7 + 7 * ((first.day - 1) // 7))
    return day if day.month == month.month else day - dt.timedelta(days=7)
