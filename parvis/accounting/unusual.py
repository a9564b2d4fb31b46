"""What is unusual in an order, for the person who releases it: facts only, no score and no advice."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Subquery, Sum

from parvis.kernel import registries
from parvis.kernel.actor import Actor
from parvis.kernel.identifiers import format_iban
from parvis.kernel.periods import next_month
from parvis.ui import formats

from .enums import LIVING_LINES, LineState, OrderKind
from .models import PaymentLine, PaymentOrder

#: Lines named in each list; the others are counted.
SHOWN = 12
ZERO = Decimal("0.00")


@dataclass
class Fact:
    """Lines that share a fact. ``rows``: name, what was, what is; the first ones by their place in the order."""

    count: int = 0
    rows: list[dict[str, Any]] = field(default_factory=list)

    def add(self, line: dict[str, Any], **more: Any) -> None:
        self.count += 1
        if len(self.rows) < SHOWN:
            self.rows.append({"name": line["beneficiary_name"], "position": line["position"], "amount": line["amount"], **more})

    @property
    def more(self) -> int:
        return self.count - len(self.rows)


@dataclass(frozen=True)
class AidSum:
    """The total of one aid in this run and in the run of the month before. What is paid once has no month before: ``before`` is None."""

    title: str
    before: Decimal | None
    now: Decimal

    @property
    def delta(self) -> Decimal | None:
        return None if self.before is None else self.now - self.before


@dataclass(frozen=True)
class Unusual:
    first: Fact
    accounts: Fact
    amounts: Fact
    second: Fact
    sums: tuple[AidSum, ...]
    previous: date | None

    @property
    def none(self) -> bool:
        return not (self.first.count or self.accounts.count or self.amounts.count or self.second.count)


def of_order(actor: Actor, order: PaymentOrder) -> Unusual:
    """First payments, changed accounts, amounts that differ from the month before, second payments, sums per aid.

    Like is compared with like: an aid that goes on with its own month before; what is paid once with nothing. Three reads for any
    number of lines.
    """
    lines = _lines(actor, order)
    before = _month_before(actor, order, lines)
    first, accounts, amounts, second = Fact(), Fact(), Fact(), Fact()
    now: dict[tuple[int, str, date], Decimal] = defaultdict(lambda: ZERO)
    for line in lines:
        if line["month"] and line["recurring"]:
            now[line["beneficiary"], line["purpose"], line["month"]] += line["amount"]
    told: set[tuple[int, str, date]] = set()
    for line in lines:
        if not line["paid_before"]:
            first.add(line)
        if line["last_iban"] not in (None, line["payee_iban"]):
            accounts.add(line, before=format_iban(line["last_iban"]), now=format_iban(line["payee_iban"]))
        if line["supplement_reason"]:
            second.add(line, reason=line["supplement_reason"])
        key = (line["beneficiary"], line["purpose"], line["month"])
        if line["month"] and line["recurring"] and key not in told:
            told.add(key)
            was = before.get((line["beneficiary"], line["purpose"], next_month(line["month"], -1)))
            if was is not None and was != now[key]:
                amounts.add(line, before=was, now=now[key])
    previous = next_month(order.month, -1) if order.kind == OrderKind.RUN and order.month else None
    return Unusual(first, accounts, amounts, second, _sums(actor, lines, previous), previous)


def _lines(actor: Actor, order: PaymentOrder) -> list[dict[str, Any]]:
    earlier = PaymentLine.objects.visible_to(actor).filter(
        beneficiary=OuterRef("beneficiary"), purpose=OuterRef("purpose"), order_id__lt=order.pk
    )
    # An account that the bank rejected and somebody changed is a changed account, though nothing was paid on it.
    tried = earlier.filter(state__in=(*LIVING_LINES, LineState.REJECTED)).order_by("-pk")
    rows = PaymentLine.objects.visible_to(actor).filter(order=order)
    rows = rows.annotate(
        last_iban=Subquery(tried.values("payee_iban")[:1]), paid_before=Exists(earlier.filter(state__in=LIVING_LINES).order_by())
    )
    columns = ("beneficiary", "beneficiary_name", "position", "purpose", "month", "amount", "payee_iban", "supplement_reason", "recurring")
    return list(rows.order_by("position").values(*columns, "last_iban", "paid_before"))


def _month_before(actor: Actor, order: PaymentOrder, lines: list[dict[str, Any]]) -> dict[tuple[int, str, date], Decimal]:
    """What the same persons got of the same aid the month before each line's own."""
    months = {next_month(line["month"], -1) for line in lines if line["month"] and line["recurring"]}
    mine = PaymentLine.objects.visible_to(actor).filter(order=order).values("beneficiary")
    rows = PaymentLine.objects.visible_to(actor).filter(beneficiary__in=mine, month__in=months, recurring=True, state__in=LIVING_LINES)
    sums = rows.order_by().values_list("beneficiary", "purpose", "month").annotate(total=Sum("amount"))
    return {(person, purpose, month): Decimal(total) for person, purpose, month, total in sums}


def _sums(actor: Actor, lines: list[dict[str, Any]], previous: date | None) -> tuple[AidSum, ...]:
    if previous is None:
        return ()
    now: dict[str, Decimal] = defaultdict(lambda: ZERO)
    once: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for line in lines:
        (now if line["recurring"] else once)[line["purpose"]] += line["amount"]
    rows = PaymentLine.objects.visible_to(actor).filter(order__kind=OrderKind.RUN, order__month=previous, state__in=LIVING_LINES)
    before = dict(rows.filter(recurring=True).order_by().values_list("purpose").annotate(total=Sum("amount")))
    monthly = [AidSum(_title(name), Decimal(before.get(name) or ZERO), now.get(name, ZERO)) for name in sorted(now.keys() | before.keys())]
    return (*monthly, *(AidSum(_title(name), None, once[name]) for name in sorted(once)))


def _title(purpose: str) -> str:
    kind = registries.provisions.get(purpose) if purpose in registries.provisions else None
    return formats.label(kind.title) if kind is not None else purpose
