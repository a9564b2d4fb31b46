"""What the stories do with money: first payments, monthly runs, the bank's answers. Two persons, always."""

from __future__ import annotations

from datetime import date
from typing import Any

from parvis.accounting import api as accounting
from parvis.accounting.models import OrderFile, PaymentLine, PaymentOrder
from parvis.aid import api as aid
from parvis.aid.models import Entitlement
from parvis.connectors import api as connectors

from . import stage
from .cast import REJECTED
from .stage import Play

CLOSED_ACCOUNT = "AC04"


def _release(order: PaymentOrder) -> PaymentOrder:
    accounting.release_order(actor=stage.agent(stage.RELEASER), order=order)
    stage.run_jobs()
    order.refresh_from_db()
    if order.state == "released":
        order = accounting.mark_sent(actor=stage.agent(stage.PAYER), order=order)
    return order


def pay_first(play: Play) -> PaymentOrder | None:
    """The first payment, prepared by one and released by another. A recovery ticked in the decision waits for the accountant."""
    if not Entitlement.unscoped.filter(line=play.line.pk, first_paid_on__isnull=True).exists():
        return None
    try:
        order = _release(aid.prepare_first_payment(actor=stage.agent(stage.PAYER), line_id=play.line.pk))
    except aid.AidError as error:
        if error.code != "empty":  # the monthly order of the same days already holds it
            raise
        return None
    play.notes["order"] = order
    stage.run_jobs()
    return order


def answer(order: PaymentOrder, verdicts: dict[str, str] | None = None) -> None:
    """The simulated bank answers our own order; rejects are chosen by whoever plays the bank."""
    call = connectors.call_about(stage.agent(stage.PAYER), order.ref)
    if call is None:
        return
    connectors.answer_as_bank(actor=stage.agent(stage.PAYER), call=call, verdicts=verdicts or {})
    stage.run_jobs()


def bank_answers(play: Play) -> None:
    """Accepted; or, for the story of the closed account, rejected with the bank's reason."""
    order = play.notes.get("order")
    if order is None:
        return
    verdicts = {}
    if play.case.state == REJECTED:
        verdicts = {line.end_to_end: CLOSED_ACCOUNT for line in PaymentLine.unscoped.filter(order=order)}
    answer(order, verdicts)


def monthly_run(company: Any, month: date) -> None:
    """F1: what is due stands in the list without anybody's gesture; it is prepared, released, sent."""
    payer = stage.agent(stage.PAYER)
    night()
    run = aid.run_of(payer, month)
    lines = [line.due.pk for line in run.payable]
    if not lines:
        return
    order = aid.prepare_run(actor=payer, month=month, line_ids=lines, checked=True)
    company.orders.append(_release(order))


def night() -> None:
    """What the jobs of the night did: the list of the next month is whole before anybody opens it."""
    aid.extend_all(stage.system())
    aid.propose_all(stage.system())


def monthly_answers(company: Any) -> None:
    """The bank accepts the last monthly order."""
    if company.orders:
        answer(company.orders.pop())


def order_xml(order: PaymentOrder) -> bytes:
    """The file as it left for the bank."""
    return bytes(OrderFile.unscoped.filter(order=order).order_by("-attempt").first().content)
