"""How long answers take. Pure: no database."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean, median


@dataclass(frozen=True)
class Times:
    """``mean`` and ``middle`` (the median) of ``count`` answers, as durations."""

    count: int
    mean: dt.timedelta
    middle: dt.timedelta


def times(spans: Iterable[dt.timedelta]) -> Times | None:
    """None where nothing was answered: no answer is not an answer in no time."""
    seconds = [span.total_seconds() for span in spans]
    if not seconds:
        return None
    return Times(len(seconds), dt.timedelta(seconds=round(fmean(seconds))), dt.timedelta(seconds=round(median(seconds))))


def by_month(answers: Iterable[tuple[dt.date, dt.timedelta]]) -> list[tuple[dt.date, Times]]:
    """The same for each month of the answer, latest first; months without an answer are left out."""
    found: dict[dt.date, list[dt.timedelta]] = defaultdict(list)
    for day, span in answers:
        found[day.replace(day=1)].append(span)
    return [(month, told) for month in sorted(found, reverse=True) if (told := times(found[month])) is not None]


#: Ages of what waits: days from, days to (excluded).
AGES = ((0, 1), (1, 3), (3, 8), (8, None))


def ages(days: Iterable[int]) -> list[int]:
    """How many wait in each of ``AGES``."""
    waiting = list(days)
    return [sum(1 for one in waiting if one >= start and (end is None or one < end)) for start, end in AGES]
