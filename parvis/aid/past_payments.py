"""First payments, the list of a month and what was unpaid, as they stood at the end of a past day.

What a month was is read from its payment orders (``past.give_states``), its account from the accounts that were ever written. What only warns
who pays (a probable double of a first payment) has no day of its own: it is told of today only, and the page says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F

from parvis.accounting.api import PaymentLine, PaymentOrder, order_as_it_stood
from parvis.kernel.actor import Actor
from parvis.kernel.asof import PastView
from parvis.kernel.periods import month_start, next_month
from parvis.kernel.textmatch import sort_key
from parvis.ui.backlog import Figure

from . import past, selectors
from .enums import PAYABLE, DueState
from .models import DueLine, Entitlement, PaymentAccount
from .selectors import Run

ZERO = Decimal("0.00")


# First payments -------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class FirstThen:
    """A right whose first payment was awaited: its account, the order it was in, what the bank had refused of it, what was due."""

    entitlement: Entitlement
    account: PaymentAccount | None
    ordered: PaymentOrder | None
    rejected: DueLine | None
    amount: Decimal


def first_then(actor: Actor, view: PastView, after: str, limit: int) -> list[FirstThen]:
    """As ``selectors.waiting_first``, one more than ``limit``. Seven queries."""
    rows = past.waiting_then(actor, view).select_related("decision", "dossier", "unit").order_by("decision__decided_on", "pk")
    found = past.as_rights_stood(list(selectors.follows(rows, after, "decision__decided_on")[: limit + 1]), view)
    ids = [row.pk for row in found]
    accounts = selectors.accounts_on(actor, ids, view.known_day)
    lines = lines_then(actor, ids, view)
    return [_first(row, accounts.get(row.pk), [line for line in lines if line.entitlement_id == row.pk], view) for row in found]


def _first(row: Entitlement, account: PaymentAccount | None, lines: Sequence[DueLine], view: PastView) -> FirstThen:
    ordered = next((line.payment_line.order for line in lines if line.state == DueState.ORDERED and line.payment_line is not None), None)
    rejected = next((line for line in lines if line.state == DueState.REJECTED), None)
    owed = (line.amount for line in lines if line.state in (*PAYABLE, DueState.ORDERED) and is_now(line, view))
    return FirstThen(row, account, ordered, rejected, sum(owed, ZERO))


def is_now(line: DueLine, view: PastView) -> bool:
    """Due with the first payment: of a month begun by then, or the first one of the right."""
    return bool(line.first) or line.month <= month_start(view.day)


def lines_then(actor: Actor, rights: Sequence[int], view: PastView) -> list[DueLine]:
    """The months of rights that were owed or paid by then, newest first, each as it stood with the order it was in as it stood. Four queries."""
    lines = [line for line in selectors.due_lines_of(actor, rights) if line.created_at < view.until]
    past.give_states(actor, lines, view)
    for line in lines:
        if line.payment_line is not None:
            order_as_it_stood(line.payment_line.order, view)
    return lines


def first_figure(actor: Actor, view: PastView, key: str) -> Figure:
    """How many waited in the house, and how many of them this reader may open. Two queries."""
    return Figure(key, "", "", past.waiting_first_then(view), past.waiting_then(actor, view).count(), "")


def rights_of_line_then(actor: Actor, line_id: int, view: PastView) -> list[Entitlement]:
    """As ``selectors.entitlements_of_line``: of the latest decision that had been taken."""
    rows = past.granted_then(actor, view).filter(line=line_id).select_related("decision", "dossier", "unit").order_by("-decision", "pk")
    found = past.as_rights_stood(list(rows), view)
    return [row for row in found if row.decision_id == found[0].decision_id]


# What was unpaid ------------------------------------------------------------------------------------------------------
def unpaid_listed_then(actor: Actor, view: PastView, after: str, limit: int) -> tuple[list[DueLine], int, int] | None:
    """As ``selectors.unpaid``, one more than ``limit``, with how many there were for this reader and in the house; None: too much to be read. Six queries."""
    late = past.late_then(view)
    if late is None:
        return None
    seen = DueLine.objects.visible_to(actor).filter(pk__in=[line.pk for line in late])
    mine = set(seen.order_by().values_list("pk", flat=True)) if late else set()
    day, _sep, pk = after.partition(",")
    rows = [line for line in late if line.pk in mine]
    if pk.isdecimal():
        rows = [line for line in rows if (f"{line.month:%Y-%m-%d}", line.pk) > (day, int(pk))]
    return rows[: limit + 1], len(mine), len(late)


# The list of a month --------------------------------------------------------------------------------------------------
def run_then(actor: Actor, month: date, view: PastView) -> Run:
    """As ``selectors.run_of``: what was listed for the month on the day, what differed from the month before, what had to be looked at."""
    month = month_start(month)
    now, before = _of_month(actor, month, view), _of_month(actor, next_month(month, -1), view)
    accounts = selectors.accounts_on(actor, {line.entitlement_id for line in now}, view.known_day)
    last_iban = _last_ibans(actor, {line.entitlement_id for line in now}, view)
    return selectors.run_from(month, now, before, accounts, last_iban)


def _of_month(actor: Actor, month: date, view: PastView) -> list[DueLine]:
    rows = DueLine.objects.visible_to(actor).filter(month=month, created_at__lt=view.until)
    lines = list(rows.select_related("entitlement__decision", "entitlement__dossier").order_by("pk"))
    past.give_states(actor, lines, view)
    kept = [line for line in lines if line.state != DueState.CANCELLED]
    return sorted(kept, key=lambda line: (sort_key(line.entitlement.beneficiary_name), line.pk))


def _last_ibans(actor: Actor, rights: set[int], view: PastView) -> dict[int, str]:
    """The account on which each right had been paid last by then."""
    rows = PaymentLine.objects.visible_to(actor).filter(subject_type="due_line", accepted_on__lte=view.known_day)
    own = DueLine.objects.visible_to(actor).filter(entitlement__in=rights)
    of = dict(own.order_by().values_list("pk", "entitlement"))
    paid = rows.filter(subject_id__in=own.order_by().values("pk")).order_by(F("accepted_on"), "pk")
    return {of[subject]: iban for subject, iban in paid.values_list("subject_id", "payee_iban") if subject in of}


def orders_of_month_then(actor: Actor, month: date, view: PastView) -> list[PaymentOrder]:
    """Orders of the list that had been prepared and not withdrawn, as they stood."""
    rows = PaymentOrder.objects.visible_to(actor).filter(kind="run", month=month, prepared_at__lt=view.until).select_related("account")
    return [order for order in rows if order_as_it_stood(order, view) and order.state != "cancelled"]


def rejected_then(actor: Actor, month: date, view: PastView) -> list[dict[str, Any]]:
    """Payments of a month that the bank had refused and nobody had paid again by then."""
    rows = DueLine.objects.visible_to(actor).filter(month=month, created_at__lt=view.until)
    ids = past.rejected_by_then("due_line", view)[: past.MOST_LATE]
    lines = list(rows.filter(pk__in=ids).select_related("entitlement").order_by("pk")[: past.MOST_LATE])
    past.give_states(actor, lines, view)
    return [{"line": line.payment_line, "url": ""} for line in lines if line.state == DueState.REJECTED and line.payment_line is not None]
