"""Periods, half-open in data: the start is in, the end is out. On screen the last day is included."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

OPEN_END = date(9999, 12, 31)


@dataclass(frozen=True, order=True)
class Period:
    start: date
    end: date = OPEN_END

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError(f"a period ends after it starts: {self.start} to {self.end}")

    @property
    def is_open(self) -> bool:
        return self.end == OPEN_END

    @property
    def last_day(self) -> date | None:
        """The last day included, None when open."""
        return None if self.is_open else self.end - timedelta(days=1)

    def contains(self, day: date) -> bool:
        return self.start <= day < self.end

    def overlaps(self, other: Period) -> bool:
        return self.start < other.end and other.start < self.end

    def months(self) -> Iterator[date]:
        """First days of the whole months that lie inside the period.

        Raises:
            ValueError: the period is open.
        """
        if self.is_open:
            raise ValueError("an open period has no last month")
        month = self.start if self.start.day == 1 else next_month(self.start)
        while next_month(month) <= self.end:
            yield month
            month = next_month(month)


def month_start(day: date) -> date:
    return day.replace(day=1)


def next_month(day: date, count: int = 1) -> date:
    """The first day of the month ``count`` months after the day's month."""
    index = day.year * 12 + day.month - 1 + count
    return date(index // 12, index % 12 + 1, 1)


def add_months(day: date, count: int) -> date:
    """Same day ``count`` months later, or the month's last day when it has no such day."""
    first = next_month(day, count)
    last = (next_month(first) - timedelta(days=1)).day
    return first.replace(day=min(day.day, last))
