"""What happens to aid. ``process_subject`` is the request line, so that its process moves on."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from parvis.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class EntitlementOpened(Event):
    entitlement_id: int
    dossier_id: int
    decision_id: int


@dataclass(frozen=True, kw_only=True)
class FirstPaymentPrepared(Event):
    line_id: int
    dossier_id: int
    decision_id: int
    order_id: int


@dataclass(frozen=True, kw_only=True)
class FirstPaymentExecuted(Event):
    """The bank took the first payment of everything that the decision grants. ``outcome`` is "paid"."""

    line_id: int
    dossier_id: int
    decision_id: int
    order_id: int


@dataclass(frozen=True, kw_only=True)
class DuePaymentRejected(Event):
    due_line_id: int
    dossier_id: int
    reason_code: str


@dataclass(frozen=True, kw_only=True)
class ClaimRegistered(Event):
    """``outcome`` is "registered"."""

    claim_id: int
    number: str
    line_id: int
    dossier_id: int
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class ClaimSettled(Event):
    """All of a claim came in: once, and again after it was opened again."""

    claim_id: int
    number: str
    dossier_id: int
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class ClaimReopened(Event):
    """A receipt of a claim that was fully recovered was reversed: ``open_amount`` is to be recovered again."""

    claim_id: int
    number: str
    dossier_id: int
    open_amount: Decimal


@dataclass(frozen=True, kw_only=True)
class ClaimWaived(Event):
    """A decision gave up ``amount`` of a claim."""

    claim_id: int
    number: str
    dossier_id: int
    decision_id: int
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class ContinuationProposed(Event):
    """A period runs out: a proposal was drafted and is on somebody's list. Nothing stops by itself."""

    entitlement_id: int
    dossier_id: int
