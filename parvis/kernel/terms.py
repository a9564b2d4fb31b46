"""Terms of law: a count of days or months from the day after an event, on a calendar of closed days."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import holidays
from django.conf import settings

from parvis.kernel.periods import add_months


@functools.lru_cache(maxsize=64)
def _public_holidays(country: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, years=year))


def is_closed(day: date, own_closed: Iterable[date] = ()) -> bool:
    """Saturday, Sunday, public holiday of the instance's country, or a closed day of the centre."""
    country = getattr(settings, "PARVIS_COUNTRY", "BE")
    return day.weekday() >= 5 or day in _public_holidays(country, day.year) or day in set(own_closed)


@dataclass(frozen=True)
class Term:
    """``unit``: "calendar", "working" or "month". The day of the event never counts. ``roll``: a last day that is closed
    moves to the next open one."""

    count: int
    unit: str = "calendar"
    roll: bool = False

    def __post_init__(self) -> None:
        if self.unit not in {"calendar", "working", "month"}:
            raise ValueError(f"unknown unit of term: {self.unit!r}")
        if self.count < 0:
            raise ValueError("a term cannot be negative")

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Term:
        return cls(int(data["count"]), str(data.get("unit", "calendar")), bool(data.get("roll", False)))

    def to_json(self) -> dict[str, Any]:
        return {"count": self.count, "unit": self.unit, "roll": self.roll}

    def due(self, start: date, own_closed: Iterable[date] = ()) -> date:
        """The last day on which the thing is still in time, for an event on ``start``."""
        closed = frozenset(own_closed)
        if self.unit == "month":
            end = add_months(start, self.count)
        elif self.unit == "calendar":
            end = start + timedelta(days=self.count)
        else:
            end, left = start, self.count
            while left:
                end += timedelta(days=1)
                if not is_closed(end, closed):
                    left -= 1
        while self.roll and is_closed(end, closed):
            end += timedelta(days=1)
        return end
