"""Bank files in: each line is matched with a payment line of ours or refused, once, with the reason in the report."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from parvis.kernel import canonical, clock, mutations
from parvis.kernel.actor import Actor, system_actor
from parvis.kernel.errors import NotAllowed
from parvis.kernel.events import publish
from parvis.kernel.gestures import gesture_scope
from parvis.kernel.subject import SubjectRef

from .. import bankxml
from ..access import may_import
from ..enums import FileKind, FileState, Finding, Journal, LineState, OrderState
from ..events import PaymentLineAccepted, PaymentLineBooked, PaymentLineRejected
from ..models import BankFile, BankFileLine, CentreAccount, OrderFile, PaymentLine, PaymentOrder
from .ledger import STREAM, Leg, write_voucher
from .orders import mark_sent

CHUNK = 400


@dataclass(frozen=True)
class ImportReport:
    """``already``: this very file was read before; nothing was done again."""

    file: BankFile
    already: bool

    @property
    def matched(self) -> int:
        return self.file.matched

    @property
    def rejected(self) -> int:
        return self.file.rejected

    @property
    def refused(self) -> int:
        return self.file.refused


@dataclass(frozen=True)
class _News:
    """One line to settle. ``wish``: accepted, rejected, booked, returned or pending; ``refusal`` wins over it."""

    wish: str
    line_id: int | None = None
    order_id: int | None = None
    refusal: str = ""
    shown: dict[str, Any] = field(default_factory=dict)


def import_bank_file(*, actor: Actor, content: bytes, name: str = "", source: str = "upload") -> ImportReport:
    """Read a pain.002 or camt.054. In gestures of a few hundred lines each: stopped in the middle, it goes on where it was.

    Raises:
        NotAllowed: reading bank files needs payer, releaser or accountant.
        UnreadableBankFile: not such a file; nothing was taken.
    """
    if not may_import(actor):
        raise NotAllowed(_("Reading bank files needs the function “payment preparer”, “payment releaser” or “accountant”."))
    document = bankxml.read(content)
    digest = hashlib.sha256(content).hexdigest()
    file = BankFile.unscoped.filter(sha256=digest).first()
    if file is not None and file.state == FileState.DONE:
        return ImportReport(file, already=True)
    if file is None:
        try:
            file = _open_file(actor, document, content, digest, name, source)
        except IntegrityError:  # two persons gave the same file at once
            return ImportReport(BankFile.unscoped.get(sha256=digest), already=True)
    # What the file says is worked out before its first line is applied, so that a resumed reading numbers the lines alike.
    news = list(_news_of_statuses(document) if document.kind == FileKind.STATUS else _news_of_notices(document))
    done = set(BankFileLine.unscoped.filter(file=file).values_list("position", flat=True))
    todo = [(position, one) for position, one in enumerate(news, start=1) if position not in done]
    for start in range(0, len(todo), CHUNK):
        with gesture_scope():
            _Settling(actor, file).run(todo[start : start + CHUNK])
    with gesture_scope():
        _close_file(actor, file)
    return ImportReport(file, already=False)


def _open_file(actor: Actor, document: bankxml.BankDocument, content: bytes, digest: str, name: str, source: str) -> BankFile:
    file = BankFile(
        kind=document.kind,
        version=document.version[:30],
        name=(name or f"{document.version}.xml")[:191],
        message_id=document.message_id,
        sha256=digest,
        size=len(content),
        content=content,
        source=source[:20],
        received_at=clock.now(),
        received_by_label=actor.label[:191],
    )
    with gesture_scope(), transaction.atomic():
        file.save(force_insert=True)
        mutations.record(
            STREAM,
            actor=actor,
            verb="bank_file.received",
            subject=SubjectRef("bank_file", file.pk),
            values={"name": file.name, "sha256": digest},
        )
    return file


def _close_file(actor: Actor, file: BankFile) -> None:
    counts: dict[str, int] = defaultdict(int)
    for finding in BankFileLine.unscoped.filter(file=file).values_list("finding", flat=True):
        counts[finding] += 1
    file.matched = counts[Finding.ACCEPTED] + counts[Finding.BOOKED]
    file.rejected = counts[Finding.REJECTED] + counts[Finding.RETURNED]
    file.refused = counts[Finding.REFUSED]
    file.state = FileState.DONE
    file.save(update_fields=["matched", "rejected", "refused", "state"])
    mutations.record(STREAM, actor=actor, verb="bank_file.read", subject=SubjectRef("bank_file", file.pk), values=dict(counts))


# What a file says -----------------------------------------------------------------------------------------------------
def _wish(status: str) -> str:
    if status in bankxml.ACCEPTING:
        return "accepted"
    return "rejected" if status == "RJCT" else "pending"


def _orders_by_message(messages: set[str]) -> dict[str, PaymentOrder]:
    rows = OrderFile.unscoped.filter(message_id__in={message for message in messages if message}).select_related("order")
    return {row.message_id: row.order for row in rows}


def _news_of_statuses(document: bankxml.BankDocument) -> Iterator[_News]:
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
                yield _News("refused", refusal="unknown_order", shown=shown)
                continue
            line = lines[order.pk].get(status.end_to_end)
            if line is None:
                yield _News("refused", order_id=order.pk, refusal="unknown_line", shown=shown)
                continue
            named[order.pk].add(line.end_to_end)
            differs = status.amount is not None and (status.amount != line.amount or status.currency not in ("", line.currency))
            yield _News(_wish(status.status), line.pk, order.pk, "amount_differs" if differs else "", shown)
        elif order is None:
            if status.original_message not in told:
                yield _News("refused", refusal="unknown_order", shown=shown)
        else:
            yield from _whole_order(status, order, lines[order.pk], named[order.pk], shown)


def _whole_order(
    status: bankxml.StatusLine, order: PaymentOrder, lines: dict[str, PaymentLine], named: set[str], shown: dict[str, Any]
) -> Iterator[_News]:
    """What the order's status says of the lines that are not named."""
    wish = "accepted" if status.status == "PART" and status.rest_accepted else _wish(status.status)
    rest = [line for reference, line in lines.items() if reference not in named]
    if wish == "pending":
        if rest:
            yield _News("pending", order_id=order.pk, shown=shown)
        return
    for line in rest:
        named.add(line.end_to_end)
        yield _News(wish, line.pk, order.pk, "", shown | {"end_to_end": line.end_to_end, "amount": line.amount, "party": line.payee_name})


def _lines_of(orders: Sequence[PaymentOrder]) -> dict[int, dict[str, PaymentLine]]:
    out: dict[int, dict[str, PaymentLine]] = {order.pk: {} for order in orders}
    for line in PaymentLine.unscoped.filter(order__in=list(out)).order_by("order", "position"):
        out[line.order_id][line.end_to_end] = line
    return out


def _news_of_notices(document: bankxml.BankDocument) -> Iterator[_News]:
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
            yield _News("refused", refusal="foreign_account", shown=shown)
        elif notice.status not in ("BOOK", ""):
            yield _News("pending", shown=shown)
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


def _batch(notice: bankxml.NoticeLine, order: PaymentOrder | None, lines: dict[str, PaymentLine], shown: dict[str, Any]) -> Iterator[_News]:
    """One debit for a whole order: it settles the lines that were not rejected, when their sum is the debit."""
    if order is None or notice.sign != "DBIT":
        yield _News("refused", refusal="unknown_order" if notice.sign == "DBIT" else "receipt", shown=shown)
        return
    open_lines = [line for line in lines.values() if line.state in (LineState.SENT, LineState.ACCEPTED, LineState.BOOKED)]
    if sum((line.amount for line in open_lines), Decimal(0)) != notice.amount:
        yield _News("refused", order_id=order.pk, refusal="amount_differs", shown=shown)
        return
    for line in open_lines:
        yield _News(
            "booked", line.pk, order.pk, "", shown | {"end_to_end": line.end_to_end, "amount": line.amount, "party": line.payee_name}
        )


def _movement(notice: bankxml.NoticeLine, line: PaymentLine | None, shown: dict[str, Any]) -> _News:
    back = notice.sign == "CRDT"
    if line is None:
        refusal = "receipt" if back else "unknown_line" if notice.end_to_end else "no_reference"
        return _News("refused", refusal=refusal, shown=shown)
    if back and not (notice.returned or notice.reversal):
        return _News("refused", line.pk, line.order_id, "receipt", shown)
    if notice.iban != line.order.account.iban:
        return _News("refused", line.pk, line.order_id, "other_account", shown)
    differs = notice.amount != line.amount or notice.currency not in ("", line.currency)
    return _News("returned" if back else "booked", line.pk, line.order_id, "amount_differs" if differs else "", shown)


# What it does ---------------------------------------------------------------------------------------------------------
class _Settling:
    """Applies a few hundred lines inside one gesture: states, postings, events, report."""

    def __init__(self, actor: Actor, file: BankFile) -> None:
        self.actor, self.file = actor, file
        self.today = clock.today()
        self.rows: list[BankFileLine] = []
        self.events: list[Any] = []
        self.postings: dict[tuple[str, int, date], list[PaymentLine]] = defaultdict(list)

    def run(self, chunk: Sequence[tuple[int, _News]]) -> None:
        ids = {news.line_id for _, news in chunk if news.line_id}
        self.lines = {line.pk: line for line in PaymentLine.unscoped.select_for_update().filter(pk__in=ids)}
        self.orders = {
            order.pk: order
            for order in PaymentOrder.unscoped.filter(pk__in={news.order_id for _, news in chunk if news.order_id}).select_related(
                "account"
            )
        }
        for order in list(self.orders.values()):
            if order.state == OrderState.RELEASED:  # the bank speaks of it, so it is at the bank
                self.orders[order.pk] = mark_sent(actor=system_actor("bank-files", origin=self.actor.origin), order=order)
                for line in self.lines.values():
                    if line.order_id == order.pk and line.state == LineState.RELEASED:
                        line.state = LineState.SENT
        for position, news in chunk:
            self._settle(position, news)
        BankFileLine.unscoped.bulk_create(self.rows, batch_size=200)
        for (what, order_id, day), lines in sorted(self.postings.items()):
            self._post(what, self.orders[order_id], day, lines)
        for order in self.orders.values():
            open_lines = PaymentLine.unscoped.filter(order=order, state__in=(LineState.PREPARED, LineState.RELEASED, LineState.SENT))
            if not open_lines.exists():
                PaymentOrder.unscoped.filter(pk=order.pk, state=OrderState.SENT).update(state=OrderState.ANSWERED)
        mutations.record(
            STREAM,
            actor=self.actor,
            verb="bank_file.applied",
            subject=SubjectRef("bank_file", self.file.pk),
            values={
                "lines": len(self.rows),
                "digest": hashlib.sha256(
                    canonical.dumps([[row.position, row.finding, row.line_id, row.explanation] for row in self.rows]).encode()
                ).hexdigest(),
            },
        )
        for event in self.events:
            publish(event)

    def _settle(self, position: int, news: _News) -> None:
        line = self.lines.get(news.line_id) if news.line_id else None
        order = self.orders.get(news.order_id) if news.order_id else None
        finding, explanation, key = self._apply(news, line, order)
        self.rows.append(
            BankFileLine(
                file=self.file,
                position=position,
                finding=finding,
                explanation=explanation,
                order=order,
                line=line,
                applied_key=key,
                **news.shown,
            )
        )

    def _apply(self, news: _News, line: PaymentLine | None, order: PaymentOrder | None) -> tuple[str, str, str | None]:
        """What becomes of the news: finding, code of the explanation, key of its effect."""
        if news.refusal:
            return Finding.REFUSED, news.refusal, None
        if news.wish == "pending" or line is None or order is None:
            return Finding.PENDING, "pending", None
        state = LineState(line.state)
        if state in (LineState.PREPARED, LineState.RELEASED, LineState.CANCELLED):
            return Finding.REFUSED, "not_released", None
        if news.wish == "accepted":
            return self._accepted(line, state)
        if news.wish == "booked":
            return self._booked(news, line, state)
        return self._rejected(news, line, state)

    def _accepted(self, line: PaymentLine, state: LineState) -> tuple[str, str, str | None]:
        if state == LineState.REJECTED:
            return Finding.REFUSED, "rejected_before", None
        if state != LineState.SENT:
            return Finding.REPEATED, "known", None
        self._accept(line, self.today)
        self._save(line, LineState.ACCEPTED, accepted_on=self.today)
        return Finding.ACCEPTED, "accepted", f"{line.pk}|accepted"

    def _accept(self, line: PaymentLine, day: date) -> None:
        self.postings["1.accept", line.order_id, day].append(line)
        self.events.append(PaymentLineAccepted(**self._about(line, day)))

    def _booked(self, news: _News, line: PaymentLine, state: LineState) -> tuple[str, str, str | None]:
        if state == LineState.REJECTED:
            return Finding.REFUSED, "rejected_before", None
        if state == LineState.BOOKED:
            return Finding.REPEATED, "known", None
        day = news.shown.get("on") or self.today
        accepted_on = line.accepted_on
        if state == LineState.SENT:  # the debit came before the status report, which some banks do not send
            self._accept(line, day)
            accepted_on = day
        self.postings["2.book", line.order_id, day].append(line)
        self.events.append(PaymentLineBooked(**self._about(line, day)))
        self._save(line, LineState.BOOKED, accepted_on=accepted_on, booked_on=day)
        return Finding.BOOKED, "booked", f"{line.pk}|booked"

    def _rejected(self, news: _News, line: PaymentLine, state: LineState) -> tuple[str, str, str | None]:
        returned = news.wish == "returned"
        if state == LineState.REJECTED:
            return Finding.REPEATED, "known", None
        if returned != (state == LineState.BOOKED):
            return Finding.REFUSED, "not_debited" if returned else "debited_before", None
        day = news.shown.get("on") or self.today
        if returned:
            self.postings["4.return", line.order_id, day].append(line)
        elif state == LineState.ACCEPTED:
            self.postings["3.undo", line.order_id, day].append(line)
        code, text = news.shown.get("reason_code", ""), news.shown.get("bank_text", "")
        self._save(line, LineState.REJECTED, reason_code=code, bank_text=text, double_key=None, subject_key=None)
        self.events.append(PaymentLineRejected(**self._about(line, day), reason_code=code, bank_text=text, returned=returned))
        finding = Finding.RETURNED if returned else Finding.REJECTED
        return finding, finding.value, f"{line.pk}|{finding.value}"

    def _about(self, line: PaymentLine, day: date) -> dict[str, Any]:
        return {
            "actor": self.actor,
            "line_id": line.pk,
            "order_id": line.order_id,
            "order_number": self.orders[line.order_id].number,
            "subject": line.subject,
            "dossier_id": line.dossier_ref,
            "amount": line.amount,
            "currency": line.currency,
            "on": day,
        }

    def _save(self, line: PaymentLine, state: LineState, **values: Any) -> None:
        PaymentLine.unscoped.filter(pk=line.pk, state=line.state).update(state=state, bank_at=clock.now(), **values)
        line.state = state
        for name, value in values.items():
            setattr(line, name, value)

    def _post(self, what: str, order: PaymentOrder, day: date, lines: list[PaymentLine]) -> None:
        """Expense against the clearing account when the bank accepts, clearing against the bank when it debits; and back."""
        total = sum((line.amount for line in lines), Decimal("0.00"))
        bank = order.account.gl_account.role or "bank"
        expense = [
            Leg(
                f"expense:{line.purpose}",
                debit=line.amount,
                dossier_id=line.dossier_ref,
                person_id=line.beneficiary_id,
                label=f"{line.end_to_end} {line.beneficiary_name}",
            )
            for line in lines
        ]
        back = [replace(leg, debit=Decimal("0.00"), credit=leg.debit) for leg in expense]
        journal, text, legs = {
            "1.accept": (
                Journal.PAYMENTS,
                gettext_noop("Order %(number)s, accepted by the bank"),
                [*expense, Leg("clearing", credit=total)],
            ),
            "2.book": (Journal.BANK, gettext_noop("Order %(number)s, debited"), [Leg("clearing", debit=total), Leg(bank, credit=total)]),
            "3.undo": (
                Journal.PAYMENTS,
                gettext_noop("Order %(number)s, rejected after acceptance"),
                [Leg("clearing", debit=total), *back],
            ),
            "4.return": (Journal.BANK, gettext_noop("Order %(number)s, sent back by the payee's bank"), [Leg(bank, debit=total), *back]),
        }[what]
        write_voucher(
            actor=self.actor,
            book=order.book,
            journal=journal,
            booked_on=day,
            text=text,
            values={"number": order.number},
            legs=legs,
            subject=order.ref,
            currency=order.currency,
        )
