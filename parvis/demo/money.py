"""What the stories do with money: first payments, monthly runs, the bank's answers. Two persons, always."""

from __future__ import annotations

from datetime import date
from typing import Any

from parvis.accounting import api as accounting
from parvis.accounting.models import OrderFile, PaymentLine, PaymentOrder
from parvis.aid import api as aid
from parvis.aid.models import Entitlement
from parvis.connectors import api as connectors
from parvis.kernel import clock
from parvis.kernel.errors import NotAllowed
from parvis.kernel.periods import month_start, next_month

from . import stage
from .cast import REJECTED
from .stage import Play

CLOSED_ACCOUNT = "AC04"


def release(order: PaymentOrder) -> PaymentOrder:
    accounting.release_order(actor=stage.agent(stage.RELEASER), order=order)
    stage.run_jobs()
    order.refresh_from_db()
    if order.state == "released":
        order = accounting.mark_sent(actor=stage.agent(stage.PAYER), order=order)
    return order


def prepare_first(play: Play) -> PaymentOrder | None:
    """The first payment, prepared by one person. A recovery ticked in the decision waits for the accountant."""
    if not Entitlement.unscoped.filter(line=play.line.pk, first_paid_on__isnull=True).exists():
        return None
    try:
        return aid.prepare_first_payment(actor=stage.agent(stage.PAYER), line_id=play.line.pk)
    except aid.AidError as error:
        if error.code != "empty":  # the monthly order of the same days already holds it
            raise
        return None


def pay_first(play: Play) -> PaymentOrder | None:
    """Prepared by one and released by another."""
    order = prepare_first(play)
    return release_first(play, order) if order is not None else None


def release_first(play: Play, order: PaymentOrder) -> PaymentOrder:
    play.notes["order"] = released = release(order)
    stage.run_jobs()
    return released


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
    company.orders.append(release(order))


def night() -> None:
    """What the jobs of the night did: the list of the next month is whole before anybody opens it."""
    aid.extend_all(stage.system())
    aid.propose_all(stage.system())


def monthly_answers(company: Any) -> None:
    """The bank accepts the last monthly order."""
    if company.orders:
        answer(company.orders.pop())


def recover_one(plays: list[Play]) -> aid.Claim | None:
    """The accountant registers the recovery of one advance that was paid; the others wait."""
    lines = [play.line.pk for play in plays if play.decision is not None and play.case.aid == "advance"]
    accountant = stage.agent(stage.ACCOUNTANT)
    for claim in aid.Claim.unscoped.filter(line__in=lines, state="to_register").order_by("pk"):
        amount = aid.proposed_amount(claim)
        if amount > 0:
            return aid.register_claim(actor=accountant, claim=claim, amount=amount)
    return None


def all_came_in(claim: aid.Claim | None) -> None:
    """The institution pays in one go: the worker gets the task, the person's letter is ready."""
    if claim is not None:
        aid.record_receipt(
            actor=stage.agent(stage.ACCOUNTANT), claim=claim, amount=claim.open_amount, on=clock.today(), reference=f"CODA {claim.number}"
        )


def attest_some(company: Any, most: int = 6) -> None:
    """The counter hands attestations over for this month, to persons of its services whose right runs."""
    month = month_start(clock.today())
    clerk = stage.agent(stage.CLERK)
    rights = Entitlement.unscoped.filter(
        kind__in=("aid.ris", "aid.equivalent"), state="running", periodicity="month", valid_from__lte=month, valid_to__gte=next_month(month)
    )
    handed = 0
    for right in rights.select_related("dossier").order_by("pk"):
        if handed == most:
            break
        try:
            aid.issue_attestation(
                actor=clerk,
                dossier=right.dossier,
                person_id=right.beneficiary_id,
                kind=right.kind.replace("aid.", "attestation."),
                valid_from=month,
                valid_to=next_month(month),
                recipient=("", "société de logement", "abonnement de transport")[handed % 3],
            )
        except (aid.AidError, NotAllowed):  # held, or the file of another service
            continue
        handed += 1


def order_xml(order: PaymentOrder) -> bytes:
    """The file as it left for the bank."""
    return bytes(OrderFile.unscoped.filter(order=order).order_by("-attempt").first().content)
