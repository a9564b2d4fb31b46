"""Money is a Decimal of cents with its currency beside it; rounding is named; shares sum exactly."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def quantize(amount: Decimal) -> Decimal:
    """Round to the cent, half up (the usage of payment orders)."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def share(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Share an amount by weight, to the cent, by the largest remainder: the parts sum exactly to ``total``.

    Ties go to the first. A weight of zero gets nothing.

    Raises:
        ValueError: no positive weight, or a negative one, or a total not in whole cents.
    """
    if any(weight < 0 for weight in weights) or not any(weights):
        raise ValueError("shares need at least one positive weight and no negative one")
    cents = total / CENT
    if cents != cents.to_integral_value():
        raise ValueError(f"{total} is not in whole cents")
    sign = -1 if cents < 0 else 1
    whole = abs(int(cents))
    base = sum(weights, Decimal(0))
    exact = [Decimal(whole) * weight / base for weight in weights]
    parts = [int(value) for value in exact]
    rest = whole - sum(parts)
    order = sorted((i for i, weight in enumerate(weights) if weight), key=lambda i: (-(exact[i] - parts[i]), i))
    for index in order[:rest]:
        parts[index] += 1
    return [sign * Decimal(part) * CENT for part in parts]
