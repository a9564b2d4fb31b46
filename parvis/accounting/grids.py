"""Lists of orders, vouchers and bank files."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from parvis.ui.grid import Column, Filter, Grid
from parvis.ui.templatetags.parvis import author

from .enums import Book, Journal, OrderKind, OrderState

ORDERS = Grid(
    key="orders",
    name=_("Payment orders"),
    empty_title=_("No payment order yet"),
    empty_text=_("Orders come from a first payment, or from the monthly list."),
    columns=[
        Column("number", _("Payment order"), sort="number", main=True, detail="words"),
        Column("state", _("State"), value="get_state_display", cell="accounting/_cell_state.html"),
        Column("execution_on", _("Execution"), kind="day", sort="execution_on"),
        Column("count", _("Lines"), kind="number", total="count"),
        Column("total", _("Total"), kind="amount", sort="total", total="total", data_class="money"),
        Column("prepared_by_label", _("Prepared by")),
        Column("released_by_label", _("Released by")),
    ],
    filters=[
        Filter("state", _("State"), choices=OrderState.choices, apply=lambda rows, value: rows.filter(state=value)),
        Filter("kind", _("Kind of order"), choices=OrderKind.choices, apply=lambda rows, value: rows.filter(kind=value)),
    ],
    search=lambda rows, text: rows.filter(number__istartswith=text.strip()),
    default_sort="-number",
    row_url=lambda row: reverse("accounting:order", args=[row.uuid]),
)

VOUCHERS = Grid(
    key="vouchers",
    name=_("Vouchers"),
    empty_title=_("Nothing is booked yet"),
    empty_text=_("Vouchers appear when the bank accepts a payment, or when a claim is registered."),
    columns=[
        Column("number", _("Voucher"), main=True, detail="said"),
        Column("booked_on", _("Booked on"), kind="day", sort="booked_on"),
        Column("journal", _("Journal"), value="get_journal_display"),
        Column("book", _("Book"), value="get_book_display"),
        Column("total", _("Total"), kind="amount", total="total", data_class="money"),
        Column("author_label", _("Author"), value=lambda row: author(row.author_label)),
        Column("reversed", _("Reversal"), value=lambda row: _reversal(row)),
    ],
    filters=[
        Filter("book", _("Book"), choices=Book.choices, apply=lambda rows, value: rows.filter(book=value)),
        Filter("journal", _("Journal"), choices=Journal.choices, apply=lambda rows, value: rows.filter(journal=value)),
        Filter("from", _("Booked from"), kind="day", apply=lambda rows, value: rows.filter(booked_on__gte=value)),
    ],
    search=lambda rows, text: rows.filter(number__istartswith=text.strip()),
    default_sort="-booked_on",
    row_url=lambda row: reverse("accounting:voucher", args=[row.uuid]),
)


def _reversal(row: Any) -> str:
    if row.reverses_id:
        return f"↩ {row.reverses.number}"
    return str(_("reversed")) if row.is_reversed else ""
