"""What happens to payments. ``subject`` names the thing that is paid (for example ``due_line:12``)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from parvis.kernel.events import Event
from parvis.kernel.subject import SubjectRef


@dataclass(frozen=True, kw_only=True)
class PaymentOrderPrepared(Event):
    order_id: int
    number: str


@dataclass(frozen=True, kw_only=True)
class PaymentOrderReleased(Event):
    order_id: int
    number: str


@dataclass(frozen=True, kw_only=True)
class PaymentOrderSent(Event):
    order_id: int
    number: str


@dataclass(frozen=True, kw_only=True)
class PaymentOrderWithdrawn(Event):
    """Before release; ``subjects`` are due again."""

    order_id: int
    number: str
    subjects: tuple[SubjectRef, ...]
    reason: str


@dataclass(frozen=True, kw_only=True)
class _LineEvent(Event):
    line_id: int
    order_id: int
    order_number: str
    subject: SubjectRef
    dossier_id: int | None
    amount: Decimal
    currency: str
    on: date


@dataclass(frozen=True, kw_only=True)
class PaymentLineAccepted(_LineEvent):
    """The bank took the line: once per line, by status report or by debit notice, whichever comes first."""


@dataclass(frozen=True, kw_only=True)
class PaymentLineBooked(_LineEvent):
    """The bank debited the centre's account."""


@dataclass(frozen=True, kw_only=True)
class PaymentLineRejected(_LineEvent):
    """``reason_code`` is ISO's; ``returned``: the money had left and came back."""

    reason_code: str
    bank_text: str
    returned: bool = False


@dataclass(frozen=True, kw_only=True)
class VoucherReversed(Event):
    """An accountant reversed a voucher; ``subject`` is what it was booked for, if anything. ``reversal_id`` is the opposite voucher."""

    voucher_id: int
    reversal_id: int
    subject: SubjectRef | None
    reason: str
