"""Reactions to what is below."""

from __future__ import annotations

from parvis.accounting.events import PaymentLineAccepted, PaymentLineRejected, PaymentOrderWithdrawn, VoucherReversed
from parvis.decisions.events import DecisionTaken, ProposalSubmitted
from parvis.dossiers.events import DossierTransferred
from parvis.kernel.events import subscribe
from parvis.workflows.api import close_item

from .enums import EntitlementState
from .models import Entitlement
from .services import answering, reversing


@subscribe(PaymentLineAccepted)
def line_accepted(event: PaymentLineAccepted) -> None:
    if event.subject.type == "due_line":
        answering.note_accepted(
            actor=event.actor, due_id=event.subject.id, on=event.on, order_id=event.order_id, order_number=event.order_number
        )


@subscribe(PaymentLineRejected)
def line_rejected(event: PaymentLineRejected) -> None:
    if event.subject.type == "due_line":
        answering.note_rejected(actor=event.actor, due_id=event.subject.id, reason_code=event.reason_code, bank_text=event.bank_text)


@subscribe(PaymentOrderWithdrawn)
def order_withdrawn(event: PaymentOrderWithdrawn) -> None:
    answering.note_withdrawn(actor=event.actor, due_ids=[one.id for one in event.subjects if one.type == "due_line"])


@subscribe(VoucherReversed)
def voucher_reversed(event: VoucherReversed) -> None:
    if event.subject is not None and event.subject.type == "claim":
        reversing.note_reversed(
            actor=event.actor,
            claim_id=event.subject.id,
            voucher_id=event.voucher_id,
            reversal_id=event.reversal_id,
            reason=event.reason,
        )


@subscribe(ProposalSubmitted)
def continuation_submitted(event: ProposalSubmitted) -> None:
    """What follows was proposed by a person: the task is done; the decision comes by its own way."""
    for entitlement in Entitlement.unscoped.filter(line=event.line_id, continuation_asked_at__isnull=False):
        close_item(actor=event.actor, subject=entitlement.ref, key="continuation", outcome="proposed")


@subscribe(DecisionTaken)
def payments_go_on(event: DecisionTaken) -> None:
    """A continuation, or a change, of what is paid already waits for no first payment: its term is met at once."""
    answering.note_nothing_first(actor=event.actor, decision_id=event.decision_id, line_id=event.line_id)


@subscribe(DossierTransferred)
def dossier_transferred(event: DossierTransferred) -> None:
    """Rights that run are followed by the new service; those that ended stay where they were decided."""
    Entitlement.unscoped.filter(
        dossier=event.dossier_id, unit=event.from_unit_id, state__in=(EntitlementState.RUNNING, EntitlementState.WAITING)
    ).update(unit=event.to_unit_id)
