"""Money claimed back, against the ledger: as it stands now, and month by month with opening balance, movements and closing balance (F15).

One truth for both pages. Whoever reads the ledger is shown every case against the whole receivable account; anybody else the cases that
the own scope shows, against the ledger's entries of these cases: no figure tells of what may not be seen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from parvis.accounting.api import Entry, may_see_ledger, vouchers_then
from parvis.kernel import asof
from parvis.kernel.actor import Actor, system_actor
from parvis.kernel.money import CENT
from parvis.kernel.periods import month_start, next_month

from .enums import ClaimState
from .models import Claim, ClaimReceipt, ClaimWaiver

ZERO = Decimal("0.00")
LEDGER = system_actor("aid.reconciliation")
#: Cases on a page; totals are always of all of them.
SHOWN = 500


@dataclass(frozen=True)
class Movement:
    """One claim in one month. ``claimed`` and ``received`` are debits and credits of the receivable account; a reversal takes from the side
    that it reverses. ``waived``: given up by decisions.
    """

    claim: Claim | None
    opening: Decimal
    claimed: Decimal
    received: Decimal
    waived: Decimal = ZERO

    @property
    def closing(self) -> Decimal:
        return self.opening + self.claimed - self.received - self.waived


@dataclass(frozen=True)
class Month:
    """``account``: the receivable account at the month's end; to whoever does not read the ledger, the register of the cases shown."""

    month: date
    rows: tuple[Movement, ...]
    total: Movement
    account: Decimal
    hidden: int
    whole: bool

    @property
    def agrees(self) -> bool:
        """To the cent."""
        return self.total.closing == self.account


@dataclass(frozen=True)
class Reconciliation:
    """What is claimed, what came in, what was given up, what is open; and the ledger's figure for the same. ``whole``: of the centre, not of a scope."""

    count: int
    claimed: Decimal
    collected: Decimal
    waived: Decimal
    open_amount: Decimal
    ledger: Decimal
    whole: bool

    @property
    def agrees(self) -> bool:
        return self.open_amount == self.ledger


def _cents(value: Decimal | None) -> Decimal:
    return Decimal(value or 0).quantize(CENT)


def _counted(actor: Actor) -> QuerySet[Claim]:
    """The cases whose money the actor's figures are made of; on a past day those that had been booked by then."""
    rows = Claim.objects.visible_to(LEDGER if may_see_ledger(actor) else actor).exclude(state=ClaimState.TO_REGISTER).order_by()
    return rows if (view := asof.view()) is None else vouchers_then(rows, view, "voucher__")


def _received(actor: Actor) -> QuerySet[ClaimReceipt]:
    """What came in for the cases counted; on a past day by then."""
    return _of_cases(ClaimReceipt, actor)


def _waived(actor: Actor) -> QuerySet[ClaimWaiver]:
    """What decisions gave up of the cases counted; on a past day by then."""
    return _of_cases(ClaimWaiver, actor)


def _of_cases(model: Any, actor: Actor) -> QuerySet[Any]:
    rows = model.objects.visible_to(LEDGER if may_see_ledger(actor) else actor).filter(claim__in=_counted(actor).values("pk")).order_by()
    return rows if (view := asof.view()) is None else vouchers_then(rows, view, "voucher__")


def _entries(actor: Actor) -> QuerySet[Entry]:
    """Entries of the receivable account: all of them, or those of the cases counted."""
    rows = Entry.objects.visible_to(LEDGER).filter(account__book="public", account__role="receivable", voucher__posted=True).order_by()
    if (view := asof.view()) is not None:
        rows = vouchers_then(rows, view, "voucher__")
    return (
        rows if may_see_ledger(actor) else rows.filter(voucher__subject_type="claim", voucher__subject_id__in=_counted(actor).values("pk"))
    )


def _balance(entries: QuerySet[Entry]) -> Decimal:
    sums = entries.aggregate(debit=Sum("debit"), credit=Sum("credit"))
    return _cents(sums["debit"]) - _cents(sums["credit"])


def _registered(actor: Actor, end: date) -> Decimal:
    """What the cases counted say themselves that was open before a day."""
    claimed = _counted(actor).filter(voucher__booked_on__lt=end).aggregate(sum=Sum("amount"))["sum"]
    received = _received(actor).filter(on__lt=end).aggregate(sum=Sum("amount"))["sum"]
    waived = _waived(actor).filter(voucher__booked_on__lt=end).aggregate(sum=Sum("amount"))["sum"]
    return _cents(claimed) - _cents(received) - _cents(waived)


def reconciliation(actor: Actor) -> Reconciliation:
    """Money claimed back as it stands, against the receivable account."""
    if asof.view() is not None:
        return _reconciliation_then(actor)
    running = Q(state=ClaimState.REGISTERED)
    sums = _counted(actor).aggregate(
        cases=Count("pk"),
        all_claimed=Sum("amount"),
        all_received=Sum("collected"),
        all_waived=Sum("waived"),
        still=Sum(F("amount") - F("collected") - F("waived"), filter=running),
    )
    return Reconciliation(
        count=sums["cases"],
        claimed=_cents(sums["all_claimed"]),
        collected=_cents(sums["all_received"]),
        waived=_cents(sums["all_waived"]),
        open_amount=_cents(sums["still"]),
        ledger=_balance(_entries(actor)),
        whole=may_see_ledger(actor),
    )


def _reconciliation_then(actor: Actor) -> Reconciliation:
    """The same on a past day, from the money that had come in by then: what a claim holds of it is today's."""
    sums = _counted(actor).aggregate(cases=Count("pk"), all_claimed=Sum("amount"))
    claimed, received = _cents(sums["all_claimed"]), _cents(_received(actor).aggregate(sum=Sum("amount"))["sum"])
    waived = _cents(_waived(actor).aggregate(sum=Sum("amount"))["sum"])
    left = claimed - received - waived
    return Reconciliation(sums["cases"], claimed, received, waived, left, _balance(_entries(actor)), may_see_ledger(actor))


def month_of(actor: Actor, month: date) -> Month:
    """Every case that had a balance or a movement in the month, and what they are together at its end."""
    start = month_start(month)
    end = next_month(start)
    entries = _entries(actor).filter(voucher__booked_on__lt=end)
    before, within = Q(voucher__booked_on__lt=start), Q(voucher__booked_on__gte=start)
    sums = {
        "old_debit": Sum("debit", filter=before),
        "old_credit": Sum("credit", filter=before),
        "new_debit": Sum("debit", filter=within & Q(voucher__reverses__isnull=True)),
        # What was given up is booked in the journal of recoveries, what came in in that of the bank.
        "new_credit": Sum("credit", filter=within & Q(voucher__reverses__isnull=True, voucher__journal="BNK")),
        "waived": Sum("credit", filter=within & Q(voucher__reverses__isnull=True) & ~Q(voucher__journal="BNK")),
        "undone_debit": Sum("credit", filter=within & Q(voucher__reverses__isnull=False)),
        "undone_credit": Sum("debit", filter=within & Q(voucher__reverses__isnull=False)),
    }
    found = {}
    for row in entries.filter(voucher__subject_type="claim").values("voucher__subject_id").annotate(**sums):
        claimed, received = _cents(row["new_debit"]) - _cents(row["undone_debit"]), _cents(row["new_credit"]) - _cents(row["undone_credit"])
        one = Movement(None, _cents(row["old_debit"]) - _cents(row["old_credit"]), claimed, received, _cents(row["waived"]))
        if one.opening or any(row[name] for name in ("new_debit", "new_credit", "waived", "undone_debit", "undone_credit")):
            found[row["voucher__subject_id"]] = one
    claims = {
        claim.pk: claim
        for claim in Claim.objects.visible_to(actor).filter(pk__in=list(found)).select_related("dossier").order_by("number", "pk")[:SHOWN]
    }
    rows = tuple(replace(found[pk], claim=claim) for pk, claim in claims.items())
    total = Movement(
        None,
        sum((one.opening for one in found.values()), ZERO),
        sum((one.claimed for one in found.values()), ZERO),
        sum((one.received for one in found.values()), ZERO),
        sum((one.waived for one in found.values()), ZERO),
    )
    whole = may_see_ledger(actor)
    return Month(start, rows, total, _balance(entries) if whole else _registered(actor, end), len(found) - len(rows), whole)
