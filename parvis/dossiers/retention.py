"""When a closed dossier may be destroyed: the rule that holds for it, and the day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from .models import RetentionRule


def years_after(day: dt.date, years: int) -> dt.date:
    """The same day so many years later; 29 February becomes 28."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def slot_of(sector_id: int | None, close_code: str) -> str:
    return f"{sector_id or 0}:{close_code}"


@dataclass(frozen=True)
class Schedule:
    """The rules in force on a day, narrowest first: field of work and reason, field of work, reason, all; of equals the longest."""

    day: dt.date
    rules: tuple[RetentionRule, ...]

    @classmethod
    def of(cls, day: dt.date, rows: Sequence[RetentionRule]) -> Schedule:
        """From the rows that are published: of each slot the last that has begun."""
        latest: dict[str, RetentionRule] = {}
        for row in sorted((row for row in rows if row.live and row.valid_from <= day), key=lambda row: row.valid_from):
            latest[row.slot] = row
        return cls(day, tuple(sorted(latest.values(), key=lambda row: (row.sector_id is None, row.close_code == "", -row.years, row.pk))))

    def rule_for(self, close_code: str, sectors: Collection[int]) -> RetentionRule | None:
        return next(
            (rule for rule in self.rules if rule.sector_id in {None, *sectors} and rule.close_code in ("", close_code)),
            None,
        )
