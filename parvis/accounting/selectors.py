"""Shared reads. Each takes who looks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum

from parvis.kernel import asof
from parvis.kernel.actor import Actor
from parvis.kernel.money import CENT
from parvis.kernel.subject import SubjectRef

from .enums import LineState, OrderState
from .models import BankFileLine, Entry, GlAccount, OrderFile, PaymentLine, PaymentOrder, Voucher
from .past import vouchers_then

ZERO = Decimal("0.00")


@dataclass(frozen=True)
class BalanceRow:
    account: GlAccount
    debit: Decimal
    credit: Decimal

    @property
    def balance(self) -> Decimal:
        return self.debit - self.credit


@dataclass(frozen=True)
class TrialBalance:
    """Debits equal credits, always: ``difference`` is shown so that everybody sees it is zero."""

    book: str
    rows: tuple[BalanceRow, ...]
    debit: Decimal
    credit: Decimal

    @property
    def difference(self) -> Decimal:
        return self.debit - self.credit


def _cents(value: Decimal | None) -> Decimal:
    """SQLite sums in binary: the sum of cents is rounded back to cents."""
    return Decimal(value or 0).quantize(CENT)


def trial_balance(*, actor: Actor, book: str = "public", until: date | None = None) -> TrialBalance:
    """Totals per account of a book, up to and including a day; on a past day, of what was booked by it."""
    entries = Entry.objects.visible_to(actor).filter(voucher__book=book, voucher__posted=True)
    if (view := asof.view()) is not None:
        entries = vouchers_then(entries, view, "voucher__")
    if until is not None:
        entries = entries.filter(voucher__booked_on__lte=until)
    sums = {row["account"]: row for row in entries.order_by().values("account").annotate(debit=Sum("debit"), credit=Sum("credit"))}
    accounts = GlAccount.objects.filter(pk__in=list(sums)).order_by("code", "pk")
    rows = tuple(BalanceRow(one, _cents(sums[one.pk]["debit"]), _cents(sums[one.pk]["credit"])) for one in accounts)
    return TrialBalance(book, rows, sum((row.debit for row in rows), ZERO), sum((row.credit for row in rows), ZERO))


def balance_of(*, actor: Actor, role: str, book: str = "public") -> Decimal:
    """Debit minus credit of the account that has this role."""
    sums = (
        Entry.objects.visible_to(actor)
        .filter(account__book=book, account__role=role, voucher__posted=True)
        .aggregate(debit=Sum("debit"), credit=Sum("credit"))
    )
    return _cents(sums["debit"]) - _cents(sums["credit"])


def after(rows: QuerySet[Any, Any], cursor: str, field: str) -> QuerySet[Any, Any]:
    """The page after ``cursor`` ("value,id"), newest first: keyset, no offset. A cursor that cannot be read starts at the top."""
    value, sep, number = cursor.partition(",")
    if not sep or not number.isdecimal():
        return rows
    try:
        return rows.filter(Q(**{f"{field}__lt": value}) | Q(**{field: value, "pk__lt": int(number)}))
    except (ValueError, TypeError):
        return rows


def lines_of_subjects(*, actor: Actor, subjects: Iterable[SubjectRef]) -> list[PaymentLine]:
    """Every payment line, of whatever state, about these subjects of one type, newest first."""
    wanted = list(subjects)
    if not wanted:
        return []
    rows = PaymentLine.objects.visible_to(actor).filter(subject_type=wanted[0].type, subject_id__in=[one.id for one in wanted])
    return list(rows.select_related("order").order_by("-pk"))


def waiting_for_release(actor: Actor, limit: int = 100) -> list[PaymentOrder]:
    """Prepared orders, the nearest execution first."""
    return list(PaymentOrder.objects.visible_to(actor).filter(state=OrderState.PREPARED).order_by("execution_on", "pk")[:limit])


def rejected_lines(*, actor: Actor, month: date | None = None, limit: int = 50) -> list[PaymentLine]:
    """Lines the bank did not pay, that are not paid by a later line of the same subject."""
    rows = PaymentLine.objects.visible_to(actor).filter(state=LineState.REJECTED).select_related("order").order_by("-bank_at", "-pk")
    if month is not None:
        rows = rows.filter(month=month)
    found = list(rows[:limit])
    keys = [str(line.subject) for line in found]
    replaced = set(PaymentLine.objects.visible_to(actor).filter(subject_key__in=keys).values_list("subject_key", flat=True))
    return [line for line in found if str(line.subject) not in replaced]


def order_file(*, actor: Actor, order: PaymentOrder) -> OrderFile | None:
    return OrderFile.objects.visible_to(actor).filter(order=order, attempt=order.attempt).first()


def news_of(*, actor: Actor, line: PaymentLine) -> list[BankFileLine]:
    """What bank files said of a line, in order."""
    return list(BankFileLine.objects.visible_to(actor).filter(line=line).select_related("file").order_by("pk"))


def vouchers_about(*, actor: Actor, subject: SubjectRef) -> list[Voucher]:
    return list(Voucher.objects.visible_to(actor).filter(subject_type=subject.type, subject_id=subject.id).order_by("pk"))
