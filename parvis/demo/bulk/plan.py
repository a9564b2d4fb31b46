"""The calendar of a batch: which dossiers open when, what is asked, decided and paid when. It depends on the size of the batch and on the
day alone, so that the numbers of each year can be given out before a row is made, and batches be made side by side.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from random import Random

BATCH = 4_000
"""Persons written in one transaction."""
SLOTS = 498
"""Batches for which national numbers are kept apart: two serials of a birth date each."""
INQUIRY, PROPOSAL, COMMITTEE, NOTIFY, PAY = "inquiry", "proposal", "committee", "decided", "notified"
DRAFT_AFTER, REVIEW_AFTER, COMMITTEE_AFTER, NOTIFY_AFTER, PAY_AFTER, SETTLED_AFTER = 12, 18, 22, 33, 36, 45


@dataclass(frozen=True)
class Asked:
    """One request. ``dossier``: its place in the plan, -1 while nobody is identified. ``decided``: None while a decision is owed."""

    dossier: int
    day: date
    stage: str
    drafted: bool = False
    decided: date | None = None
    granted: bool = False
    until: date | None = None  # first day without aid
    months: tuple[date, ...] = ()  # months paid


@dataclass(frozen=True)
class Opened:
    day: date
    closed: date | None


@dataclass
class Plan:
    dossiers: list[Opened] = field(default_factory=list)
    requests: list[Asked] = field(default_factory=list)
    months: list[date] = field(default_factory=list)  # months with a payment order

    def numbers(self) -> dict[tuple[str, int], int]:
        """How many numbers of each series and year the batch takes."""
        taken: Counter[tuple[str, int]] = Counter()
        taken.update(("dossier", one.day.year) for one in self.dossiers)
        taken.update(("request", one.day.year) for one in self.requests)
        taken.update(("decision", one.decided.year) for one in self.requests if one.decided)
        taken.update(("order", month.year) for month in self.months)
        return dict(taken)


def month_after(month: date, count: int = 1) -> date:
    at = month.year * 12 + month.month - 1 + count
    return date(at // 12, at % 12 + 1, 1)


def _asked(rng: Random, dossier: int, day: date, today: date, last: date) -> Asked:
    age = (today - day).days
    if age < SETTLED_AFTER:
        if age < DRAFT_AFTER:
            return Asked(dossier, day, INQUIRY)
        if age < REVIEW_AFTER:
            return Asked(dossier, day, INQUIRY, drafted=True)
        if age < NOTIFY_AFTER:
            return Asked(dossier, day, PROPOSAL if age < COMMITTEE_AFTER else COMMITTEE, drafted=True)
    decided = min(day + timedelta(days=rng.randrange(18, 30)), today)
    granted = rng.random() < 0.84
    if age < SETTLED_AFTER:
        return Asked(dossier, day, NOTIFY if age < PAY_AFTER or not granted else PAY, True, decided, granted)
    if not granted:
        return Asked(dossier, day, "notified", True, decided, False)
    first = month_after(decided.replace(day=1))
    length = rng.choices((1, 3, 6, 12, 24), (34, 22, 20, 18, 6))[0]
    until = month_after(first, length)
    end = min(until, today.replace(day=1), last)
    months = []
    month = first
    while month < end:
        months.append(month)
        month = month_after(month)
    return Asked(dossier, day, "paid", True, decided, True, until, tuple(months))


@lru_cache(maxsize=4)
def plan_for(count: int, today: date, years: int = 10) -> Plan:
    """The calendar of a batch of ``count`` persons."""
    rng = Random(count)
    plan = Plan()
    dossiers = max(1, count * 33 // 100)
    start, span = today - timedelta(days=365 * years), 365 * years - 50
    for index in range(dossiers):
        day = start + timedelta(days=span * index // dossiers + rng.randrange(0, 5))
        age = (today - day).days
        closed = day + timedelta(days=rng.randrange(200, age - 50)) if age > 400 and rng.random() < 0.45 else None
        plan.dossiers.append(Opened(day, closed))
        last = closed or today
        days = [day] + [
            day + timedelta(days=rng.randrange(30, (last - day).days + 31)) for _ in range(rng.choices((0, 1, 2), (68, 24, 8))[0])
        ]
        if closed is None and index % 25 == 3:
            days.append(today - timedelta(days=5 + index // 25 % 40))  # what is being dealt with these weeks
        plan.requests += [_asked(rng, index, min(one, today), today, last) for one in sorted(set(days)) if one <= today]
    plan.requests += [Asked(-1, today - timedelta(days=index % 5), "received") for index in range(max(1, count // 400))]
    plan.months = sorted({month for one in plan.requests for month in one.months})
    return plan


@dataclass(frozen=True)
class Setting:
    """What every batch of a run shares: plain values, so that it travels to another process."""

    seed: int
    years: int
    at: str
    today: date
    agents: tuple[tuple[int, str, int], ...]  # (account, name, unit) of social workers
    procedure: int
    file: int  # the one stored page that stands for every paper
    prefix: str  # of decisions' numbers
    bank: tuple[int, str, int, int, int, int] | None  # own account, its book, expense, clearing and bank accounts of the ledger, payer
    payers: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Batch:
    """One batch, in plain values, so that another process can make it."""

    index: int
    slot: int
    count: int
    first: dict[str, int]
    last: dict[tuple[str, int], int]
    setting: Setting
