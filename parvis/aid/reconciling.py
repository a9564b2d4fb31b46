"""Money claimed back, month by month and case by case, read from the ledger itself: opening balance, movements, closing balance (F15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, Sum

from parvis.accounting.api import Entry
from parvis.kernel.actor import Actor, system_actor
from parvis.kernel.money import CENT
from parvis.kernel.periods import month_start, next_month

from .models import Claim

ZERO = Decimal("0.00")
LEDGER = system_actor("aid.reconciliation")
#: Cases on a page; totals are always of all of them.
SHOWN = 500


@dataclass(frozen=True)
class Movement:
    """One claim in one month. ``claimed`` and ``received`` are debits and credits of the receivable account, reversals included."""

    claim: Claim | None
    opening: Decimal
    claimed: Decimal
    received: Decimal

    @property
    def closing(self) -> Decimal:
        return self.opening + self.claimed - self.received


@dataclass(frozen=True)
class Month:
    month: date
    rows: tuple[Movement, ...]
    total: Movement
    account: Decimal
    hidden: int

    @property
    def agrees(self) -> bool:
        """The cases together are the receivable account, to the cent."""
        return self.total.closing == self.account


def _cents(value: Decimal | None) -> Decimal:
    return Decimal(value or 0).quantize(CENT)


def month_of(actor: Actor, month: date) -> Month:
    """Every claim that had a balance or a movement in the month, and the receivable account at its end."""
    start = month_start(month)
    end = next_month(start)
    entries = Entry.objects.visible_to(LEDGER).filter(
        account__book="public", account__role="receivable", voucher__posted=True, voucher__booked_on__lt=end
    )
    before, within = Q(voucher__booked_on__lt=start), Q(voucher__booked_on__gte=start)
    sums = {
        "old_debit": Sum("debit", filter=before),
        "old_credit": Sum("credit", filter=before),
        "debit": Sum("debit", filter=within),
        "credit": Sum("credit", filter=within),
    }
    of_claims = entries.filter(voucher__subject_type="claim").order_by().values("voucher__subject_id").annotate(**sums)
    found = {}
    for row in of_claims:
        one = Movement(None, _cents(row["old_debit"]) - _cents(row["old_credit"]), _cents(row["debit"]), _cents(row["credit"]))
        if one.opening or one.claimed or one.received:
            found[row["voucher__subject_id"]] = one
    claims = {
        claim.pk: claim
        for claim in Claim.objects.visible_to(actor).filter(pk__in=list(found)).select_related("dossier").order_by("number", "pk")[:SHOWN]
    }
    rows = tuple(Movement(claim, found[pk].opening, found[pk].claimed, found[pk].received) for pk, claim in claims.items())
    total = Movement(
        None,
        sum((one.opening for one in found.values()), ZERO),
        sum((one.claimed for one in found.values()), ZERO),
        sum((one.received for one in found.values()), ZERO),
    )
    whole = entries.aggregate(debit=Sum("debit"), credit=Sum("credit"))
    return Month(start, rows, total, _cents(whole["debit"]) - _cents(whole["credit"]), len(found) - len(rows))
