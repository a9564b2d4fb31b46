"""What a file of the bank says, line by line, matched with our orders; nothing is applied here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from .. import bankxml
from ..enums import LineState
from ..models import CentreAccount, OrderFile, PaymentLine, PaymentOrder


@dataclass(frozen=True)
class News:
    """One line to settle. ``wish``: accepted, rejected, booked, returned or pending; ``refusal`` wins over it."""

    wish: str
    line_id: int | None = None
    order_id: int | None = None
    refusal: str = ""
    shown: dict[str, Any] = field(default_factory=dict)


def _wish(status: str) -> str:
    if status in bankxml.ACCEPTING:
        return "accepted"
    return "rejected" if status == "RJCT" else "pending"


def _orders_by_message(messages: set[str]) -> dict[str, PaymentOrder]:
    rows = OrderFile.unscoped.filter(message_id__in={message for message in messages if message}).select_related("order")
    return {row.message_id: row.order for row in rows}


def news_of_statuses(document: bankxml.BankDocument) -> Iterator[News]:
    messages = {line.original_message for line in document.statuses} | {line.original_block for line in document.statuses}
    orders = _orders_by_message(messages)
    lines = _lines_of(list(orders.values()))
    named: dict[int, set[str]] = defaultdict(set)
    told: set[str] = set()
    for status in document.statuses:
        order = orders.get(status.original_message) or orders.get(status.original_block)
        shown = {
            "original_message": status.original_message[:70],
            "end_to_end": status.end_to_end,
            "amount": status.amount,
            "currency": status.currency[:3],
            "status": status.status[:10],
            "reason_code": status.reason_code,
            "bank_text": status.bank_text,
            "party": status.party,
        }
        if status.scope == "line":
            told.add(status.original_message)
            if order is None:
                yield News("refused", refusal="unknown_order", shown=shown)
                continue
            line = lines[order.pk].get(status.end_to_end)
            if line is None:
                yield News("refused", order_id=order.pk, refusal="unknown_line", shown=shown)
                continue
            named[order.pk].add(line.end_to_end)
            differs = status.amount is not None and (status.amount != line.amount or status.currency not in ("", line.currency))
            yield News(_wish(status.status), line.pk, order.pk, "amount_differs" if differs else "", shown)
        elif order is None:
            if status.original_message not in told:
                yield News("refused", refusal="unknown_order", shown=shown)
        else:
            yield from _whole_order(status, order, lines[order.pk], named[order.pk], shown)


def _whole_order(
    status: bankxml.StatusLine, order: PaymentOrder, lines: dict[str, PaymentLine], named: set[str], shown: dict[str, Any]
) -> Iterator[News]:
    """What the order's status says of the lines that are not named."""
    wish = "accepted" if status.status == "PART" and status.rest_accepted else _wish(status.status)
    rest = [line for reference, line in lines.items() if reference not in named]
    if wish == "pending":
        if rest:
            yield News("pending", order_id=order.pk, shown=shown)
        return
    for line in rest:
        named.add(line.end_to_end)
        yield News(wish, line.pk, order.pk, "", shown | {"end_to_end": line.end_to_end, "amount": line.amount, "party": line.payee_name})


def _lines_of(orders: Sequence[PaymentOrder]) -> dict[int, dict[str, PaymentLine]]:
    out: dict[int, dict[str, PaymentLine]] = {order.pk: {} for order in orders}
    for line in PaymentLine.unscoped.filter(order__in=list(out)).order_by("order", "position"):
        out[line.order_id][line.end_to_end] = line
    return out


def news_of_notices(document: bankxml.BankDocument) -> Iterator[News]:
    ours = set(CentreAccount.objects.values_list("iban", flat=True))
    orders = _orders_by_message({notice.original_message for notice in document.notices})
    lines = _lines_of(list(orders.values()))
    references = {notice.end_to_end for notice in document.notices if notice.end_to_end}
    by_reference = _by_reference(sorted(references))
    for notice in document.notices:
        shown = {
            "original_message": notice.original_message[:70],
            "end_to_end": notice.end_to_end,
            "amount": notice.amount,
            "currency": notice.currency[:3],
            "status": f"{notice.sign} {notice.status}"[:10],
            "reason_code": notice.reason_code,
            "bank_text": notice.bank_text,
            "party": notice.party,
            "on": notice.on,
        }
        if notice.iban not in ours:
            yield News("refused", refusal="foreign_account", shown=shown)
        elif notice.status not in ("BOOK", ""):
            yield News("pending", shown=shown)
        elif notice.batch:
            order = orders.get(notice.original_message)
            yield from _batch(notice, order, lines[order.pk] if order else {}, shown)
        else:
            yield _movement(notice, by_reference.get(notice.end_to_end), shown)


def _by_reference(references: list[str]) -> dict[str, PaymentLine]:
    out: dict[str, PaymentLine] = {}
    for start in range(0, len(references), 500):
        rows = PaymentLine.unscoped.filter(end_to_end__in=references[start : start + 500]).select_related("order__account")
        out |= {row.end_to_end: row for row in rows}
    return out


def _batch(notice: bankxml.NoticeLine, order: PaymentOrder | None, lines: dict[str, PaymentLine], shown: dict[str, Any]) -> Iterator[News]:
    """One debit for a whole order: it settles the lines that were not rejected, when their sum is the debit."""
    if order is None or notice.sign != "DBIT":
        yield News("refused", refusal="unknown_order" if notice.sign == "DBIT" else "receipt", shown=shown)
        return
    open_lines = [line for line in lines.values() if line.state in (LineState.SENT, LineState.ACCEPTED, LineState.BOOKED)]
    if sum((line.amount for line in open_lines), Decimal(0)) != notice.amount:
        yield News("refused", order_id=order.pk, refusal="amount_differs", shown=shown)
        return
    for line in open_lines:
        yield News(
            "booked", line.pk, order.pk, "", shown | {"end_to_end": line.end_to_end, "amount": line.amount, "party": line.payee_name}
        )


def _movement(notice: bankxml.NoticeLine, line: PaymentLine | None, shown: dict[str, Any]) -> News:
    back = notice.sign == "CRDT"
    if line is None:
        refusal = "receipt" if back else "unknown_line" if notice.end_to_end else "no_reference"
        return News("refused", refusal=refusal, shown=shown)
    if back and not (notice.returned or notice.reversal):
        return News("refused", line.pk, line.order_id, "receipt", shown)
    if notice.iban != line.order.account.iban:
        return News("refused", line.pk, line.order_id, "other_account", shown)
    differs = notice.amount != line.amount or notice.currency not in ("", line.currency)
    return News("returned" if back else "booked", line.pk, line.order_id, "amount_differs" if differs else "", shown)
