"""Applies what a file of the bank says: states, postings, events, and the report of each line."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_noop

from parvis.kernel import canonical, clock, mutations, registries
from parvis.kernel.actor import Actor, system_actor
from parvis.kernel.events import publish
from parvis.kernel.subject import SubjectRef

from ..enums import Finding, Journal, LineState, OrderState
from ..events import PaymentLineAccepted, PaymentLineBooked, PaymentLineRejected
from ..models import BankFile, BankFileLine, PaymentLine, PaymentOrder
from .banknews import News
from .ledger import STREAM, Leg, write_voucher
from .orders import mark_sent


class Settling:
    """Applies a few hundred lines inside one gesture: states, postings, events, report."""

    def __init__(self, actor: Actor, file: BankFile) -> None:
        self.actor, self.file = actor, file
        self.today = clock.today()
        self.rows: list[BankFileLine] = []
        self.roles: dict[str, str] = {}
        self.events: list[Any] = []
        self.postings: dict[tuple[str, int, date], list[PaymentLine]] = defaultdict(list)

    def run(self, chunk: Sequence[tuple[int, News]]) -> None:
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

    def _settle(self, position: int, news: News) -> None:
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

    def _apply(self, news: News, line: PaymentLine | None, order: PaymentOrder | None) -> tuple[str, str, str | None]:
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

    def _booked(self, news: News, line: PaymentLine, state: LineState) -> tuple[str, str, str | None]:
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

    def _rejected(self, news: News, line: PaymentLine, state: LineState) -> tuple[str, str, str | None]:
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

    def _expense(self, purpose: str) -> str:
        """The account of a kind of aid; one that the centre added goes to that of the kind it rests on."""
        if purpose not in self.roles:
            kind = registries.provisions.get(purpose) if purpose in registries.provisions else None
            self.roles[purpose] = f"expense:{getattr(kind, 'base', '') or purpose}"
        return self.roles[purpose]

    def _post(self, what: str, order: PaymentOrder, day: date, lines: list[PaymentLine]) -> None:
        """Expense against the clearing account when the bank accepts, clearing against the bank when it debits; and back."""
        total = sum((line.amount for line in lines), Decimal("0.00"))
        bank = order.account.gl_account.role or "bank"
        expense = [
            Leg(
                self._expense(line.purpose),
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
