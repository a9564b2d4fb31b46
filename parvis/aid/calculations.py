"""Months, differences and overlaps. Pure: plain values in and out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from parvis.kernel.money import share
from parvis.kernel.periods import Period, month_start, next_month

from .enums import Cause

ZERO = Decimal("0.00")


def months_due(start: date, end: date, until: date) -> Iterator[date]:
    """First days of the months due from ``start`` (in) to ``end`` (out), none after the month of ``until``.

    Whole months only, for now, and said everywhere: a month in which the right exists on a day is due in full. The rule for a part
    of a month is to be confirmed by a centre; until then nobody is paid less than a month.
    """
    month = month_start(start)
    while month < end and month <= until:
        yield month
        month = next_month(month)


def kept_back(right: Decimal, monthly: Decimal, left: Decimal | None, so_far: Decimal) -> Decimal:
    """What is kept back this month: the monthly sum, never beyond what is left of the debt, never the whole right."""
    most = monthly if left is None else min(monthly, max(left - so_far, ZERO))
    return most if most < right else ZERO


def starts_inside_month(start: date) -> bool:
    return start.day != 1


@dataclass(frozen=True)
class Paid:
    """One amount of one month, for comparing two of them. ``key``: same person, same aid; what is paid once is like nothing else."""

    key: tuple[int, str]
    amount: Decimal
    name: str
    line_id: int


@dataclass(frozen=True)
class Difference:
    cause: Cause
    key: tuple[int, str]
    name: str
    before: Decimal
    now: Decimal
    line_ids: tuple[int, ...]
    before_ids: tuple[int, ...] = ()

    @property
    def delta(self) -> Decimal:
        return self.now - self.before


def _totals(rows: Iterable[Paid]) -> dict[tuple[int, str], tuple[Decimal, str, tuple[int, ...]]]:
    out: dict[tuple[int, str], tuple[Decimal, str, tuple[int, ...]]] = {}
    for row in rows:
        amount, _name, ids = out.get(row.key, (ZERO, "", ()))
        out[row.key] = (amount + row.amount, row.name, (*ids, row.line_id))
    return out


def differences(before: Sequence[Paid], now: Sequence[Paid]) -> list[Difference]:
    """Every person and aid whose amount differs between two months, by cause; the largest first. They sum to the whole difference."""
    old, new = _totals(before), _totals(now)
    out: list[Difference] = []
    for key in old.keys() | new.keys():
        was, was_name, was_ids = old.get(key, (ZERO, "", ()))
        is_, name, ids = new.get(key, (ZERO, "", ()))
        if was == is_:
            continue
        cause = Cause.ENTRY if key not in old else Cause.EXIT if key not in new else Cause.RAISE if is_ > was else Cause.DROP
        out.append(Difference(cause, key, name or was_name, was, is_, ids, was_ids))
    return sorted(out, key=lambda one: (-abs(one.delta), one.name, one.key))


@dataclass(frozen=True)
class CauseTotal:
    cause: Cause
    count: int
    delta: Decimal


def by_cause(rows: Sequence[Difference]) -> list[CauseTotal]:
    return [
        CauseTotal(cause, sum(1 for row in rows if row.cause == cause), sum((row.delta for row in rows if row.cause == cause), ZERO))
        for cause in Cause
    ]


@dataclass(frozen=True)
class Bar:
    """One bar of the graph, in the units of its viewBox."""

    kind: str
    x: int
    y: float
    height: float
    amount: Decimal
    signed: bool
    joint: float


def axis_floor(before: Decimal, causes: Sequence[CauseTotal]) -> Decimal:
    """Where the axis of the graph starts: below the smallest level, so that changes are seen; zero when nothing changes."""
    levels = [before]
    for one in causes:
        levels.append(levels[-1] + one.delta)
    span = max(levels) - min(levels)
    return max(min(levels) - span * Decimal("0.45"), ZERO).quantize(ZERO) if span else ZERO


def waterfall(before: Decimal, causes: Sequence[CauseTotal], now: Decimal, *, height: float = 138.0, top: float = 46.0) -> list[Bar]:
    """The bars from last month to this one."""
    levels = [before]
    for one in causes:
        levels.append(levels[-1] + one.delta)
    high, floor = max(levels), axis_floor(before, causes)
    scale = Decimal(str(height)) / ((high - floor) or Decimal(1))

    def y(level: Decimal) -> float:
        return float(round(Decimal(str(top + height)) - (level - floor) * scale, 1))

    bottom = round(top + height, 1)
    bars = [Bar("tot", 10, y(before), round(bottom - y(before), 1), before, False, y(before))]
    level = before
    for place, one in enumerate(causes, start=1):
        after = level + one.delta
        upper, lower = max(level, after), min(level, after)
        bars.append(
            Bar(
                "up" if one.delta > 0 else "dn" if one.delta else "tot",
                10 + 146 * place,
                y(upper),
                max(round(y(lower) - y(upper), 1), 1.5),
                one.delta,
                True,
                y(after),
            )
        )
        level = after
    bars.append(Bar("tot", 10 + 146 * (len(causes) + 1), y(now), round(bottom - y(now), 1), now, False, y(now)))
    return bars


def overlap_total(paid: Mapping[date, Decimal], period: Period) -> Decimal:
    """What was paid for the months that the claim's period touches: no claim goes beyond it."""
    return sum((amount for month, amount in paid.items() if Period(month, next_month(month)).overlaps(period)), ZERO)


def _whole_months(period: Period) -> Period:
    return Period(month_start(period.start), period.end if period.end.day == 1 else next_month(period.end))


def left_to_claim(paid: Mapping[date, Decimal], taken: Sequence[tuple[Period, Decimal]], period: Period) -> Decimal:
    """What may still be claimed for a period beside what was ``taken`` for others: each claim needs months of its own period to come from,
    and no month gives more than was paid for it.

    Of all stretches of months around the period, the one that leaves least decides (the condition of Hall, for intervals).
    """
    wanted = _whole_months(period)
    others = [(_whole_months(one), amount) for one, amount in taken]
    starts = {wanted.start, *(one.start for one, _amount in others if one.start < wanted.start)}
    ends = {wanted.end, *(one.end for one, _amount in others if one.end > wanted.end)}
    left = (
        overlap_total(paid, Period(start, end)) - sum((amount for one, amount in others if start <= one.start and one.end <= end), ZERO)
        for start in starts
        for end in ends
    )
    return max(min(left), ZERO)


def claimed_by_month(amount: Decimal, period: Period, paid: Mapping[date, Decimal], granted: Decimal) -> dict[date, Decimal]:
    """Of which months a sum is claimed back: of what was paid beyond what the decision that claims it ``granted``, as far as that explains
    the sum; else of all that was paid. No month gives more than was paid for it."""
    months = {month: sum_ for month, sum_ in paid.items() if sum_ > 0 and Period(month, next_month(month)).overlaps(period)}
    beyond = {month: max(sum_ - granted, ZERO) for month, sum_ in months.items()}
    wanted = min(amount, sum(months.values(), ZERO))
    if wanted <= 0:
        return {}
    weights = beyond if sum(beyond.values(), ZERO) >= wanted else months
    return dict(zip(weights, share(wanted, list(weights.values())), strict=True))


def uncovered(wanted: Period, covered: Iterable[Period]) -> list[Period]:
    """The days of ``wanted`` that lie in none of ``covered``, as periods, in order."""
    out, at = [], wanted.start
    for one in sorted(covered, key=lambda each: each.start):
        if one.end <= at:
            continue
        if one.start >= wanted.end:
            break
        if one.start > at:
            out.append(Period(at, one.start))
        at = max(at, one.end)
    if at < wanted.end:
        out.append(Period(at, wanted.end))
    return out
