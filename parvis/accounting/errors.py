"""Anticipated failures of ledger and payments."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from parvis.kernel.errors import DomainError


class LedgerError(DomainError):
    """A voucher that may not be posted."""


class OrderRefused(DomainError):
    """A payment order that may not be prepared, released or sent."""


@dataclass(frozen=True)
class Double:
    """A line asked for and the one that pays it already. ``index`` is its place in the list that was given."""

    index: int
    payee: str
    amount: Decimal
    order_number: str
    explanation: str


class DoublePayment(OrderRefused):
    """Same person, same aid, same month, same account: nothing of the order was prepared."""

    def __init__(self, message: object, doubles: tuple[Double, ...]) -> None:
        super().__init__(message, code="double")
        self.doubles = doubles


class UnreadableBankFile(DomainError):
    """The file is not one that can be read: nothing of it was taken."""
