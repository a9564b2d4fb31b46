"""Pure calculations on the situation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class Budget:
    """Euros a month. ``once``: lines that come once and are in no sum."""

    income: Decimal
    expenses: Decimal
    once: int = 0
    currency: str = "EUR"

    @property
    def rest(self) -> Decimal:
        return self.income - self.expenses


def budget_of(lines: Iterable[tuple[str, Decimal | None, str, str]]) -> Budget | None:
    """The month's budget from (kind, amount, periodicity, currency): a quarter counts a third, a year a twelfth, each sum rounded once to
    the cent. None when no line has an amount, or when they are not all in one currency."""
    sums = {"resource": Decimal(0), "expense": Decimal(0)}
    currencies, once, counted = set(), 0, 0
    for kind, amount, periodicity, currency in lines:
        if kind not in sums or amount is None:
            continue
        currencies.add(currency)
        if periodicity in MONTHS:
            sums[kind] += amount / MONTHS[periodicity]
            counted += 1
        else:
            once += 1
    if not counted or len(currencies) > 1:
        return None
    income, expenses = (sum_.quantize(CENT, ROUND_HALF_UP) for sum_ in (sums["resource"], sums["expense"]))
    return Budget(income, expenses, once, currencies.pop())
