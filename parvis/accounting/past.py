"""Payment orders as they stood at the end of a past day."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, CharField, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from parvis.kernel.asof import PastView
from parvis.ui.grid import Column, Filter, Grid

from .enums import OrderKind, OrderState
from .grids import ORDERS

#: What the bank answered has no day of its own on the order: an order that had left is shown as sent.
STATES = (OrderState.PREPARED, OrderState.RELEASED, OrderState.SENT, OrderState.CANCELLED)


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
