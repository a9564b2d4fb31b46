"""Payment orders and the ledger as they stood at the end of a past day.

A voucher counts from the day on which it was booked; as known then, only if it had been written by then.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Case, CharField, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from parvis.kernel.actor import system_actor
from parvis.kernel.asof import PastView
from parvis.ui.grid import Column, Filter, Grid

from .enums import LineState, OrderKind, OrderState
from .grids import ORDERS
from .models import PaymentLine, PaymentOrder

#: What the bank answered has no day of its own on the order: an order that had left is shown as sent.
STATES = (OrderState.PREPARED, OrderState.RELEASED, OrderState.SENT, OrderState.CANCELLED)

_READER = system_actor("accounting.past")


def listed_then(rows: QuerySet[Any], view: PastView) -> QuerySet[Any]:
    """Orders prepared by the end of the day, with ``state_then``."""
    state = Case(
        When(withdrawn_at__lt=view.until, then=Value(OrderState.CANCELLED)),
        When(sent_at__lt=view.until, then=Value(OrderState.SENT)),
        When(released_at__lt=view.until, then=Value(OrderState.RELEASED)),
        default=Value(OrderState.PREPARED),
        output_field=CharField(),
    )
    return rows.filter(prepared_at__lt=view.until).annotate(state_then=state)


def orders_then(view: PastView) -> Grid:
    kept = {column.key: column for column in ORDERS.columns}

    def released_by(row: Any) -> str:
        return row.released_by_label if row.released_at is not None and row.released_at < view.until else ""

    return Grid(
        key="orders",
        name=ORDERS.name,
        columns=[
            kept["number"],
            Column("state", _("State"), value=lambda row: OrderState(row.state_then).label),
            *(kept[key] for key in ("execution_on", "count", "total", "prepared_by_label")),
            Column("released_by_label", _("Released by"), value=released_by),
        ],
        filters=[
            Filter(
                "state",
                _("State"),
                choices=[(state.value, state.label) for state in STATES],
                apply=lambda rows, value: rows.filter(state_then=value),
            ),
            Filter("kind", _("Kind of order"), choices=OrderKind.choices, apply=lambda rows, value: rows.filter(kind=value)),
        ],
        search=ORDERS.search,
        default_sort="-number",
        row_url=ORDERS.row_url,
        empty_title=_("No payment order by that day"),
        empty_text=_("Orders appear from the day on which they were prepared."),
        on_export=ORDERS.on_export,
    )


def vouchers_then(rows: QuerySet[Any], view: PastView, prefix: str = "") -> QuerySet[Any]:
    """Vouchers, or what hangs on them by ``prefix``, that were booked by the day."""
    rows = rows.filter(**{f"{prefix}booked_on__lte": view.day})
    return rows if view.known_on is None else rows.filter(**{f"{prefix}created_at__lt": view.known_on})


def as_it_stood(order: PaymentOrder, view: PastView) -> bool:
    """Give the order in hand its state of the day, for a page that only reads. False: it was not prepared yet."""
    if order.prepared_at >= view.until:
        return False
    if order.withdrawn_at is None or order.withdrawn_at >= view.until:
        order.withdrawn_at, order.withdrawn_by_label, order.withdrawn_reason = None, "", ""
    if order.released_at is None or order.released_at >= view.until:
        order.released_at, order.released_by_label = None, ""
    if order.sent_at is not None and order.sent_at >= view.until:
        order.sent_at = None
    order.state = _state(order, view)
    return True


def _state(order: PaymentOrder, view: PastView) -> str:
    """What the bank answered has no day of its own on the order: one that had left is shown as sent."""
    steps = (
        (order.withdrawn_at, OrderState.CANCELLED),
        (order.sent_at, OrderState.SENT),
        (order.released_at, OrderState.RELEASED),
    )
    return str(next((state for at, state in steps if at is not None and at < view.until), OrderState.PREPARED))


def line_state_then(line: PaymentLine, view: PastView) -> str:
    """What a line of an order that was prepared by then had become, by what the bank said of it; else what the order was."""
    made = {OrderState.PREPARED: LineState.PREPARED, OrderState.RELEASED: LineState.RELEASED, OrderState.SENT: LineState.SENT}
    state = OrderState(_state(line.order, view))
    if state == OrderState.CANCELLED:
        return str(LineState.CANCELLED)
    if line.state == LineState.REJECTED and (line.bank_at is None or line.bank_at < view.until):
        return str(LineState.REJECTED)
    if line.booked_on is not None and line.booked_on <= view.known_day:
        return str(LineState.BOOKED)
    if line.accepted_on is not None and line.accepted_on <= view.known_day:
        return str(LineState.ACCEPTED)
    return str(made[state])


def rejected_by_then(kind: str, view: PastView) -> list[int]:
    """Subjects of a kind of which the bank had refused a payment by then, whatever came after it. One query."""
    rows = PaymentLine.objects.visible_to(_READER).filter(state=LineState.REJECTED, subject_type=kind)
    rows = rows.filter(Q(bank_at__isnull=True) | Q(bank_at__lt=view.until))
    return list(rows.order_by("subject_id").values_list("subject_id", flat=True).distinct())
