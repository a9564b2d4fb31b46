"""What the bank says of what was due: paid, rejected, taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from parvis.accounting import api as accounting
from parvis.dossiers.api import referent_of
from parvis.kernel import clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.events import publish
from parvis.kernel.gestures import gesture
from parvis.kernel.subject import SubjectRef
from parvis.requests import api as requests
from parvis.ui import formats
from parvis.workflows.api import open_item

from .. import texts
from ..enums import DueState, EntitlementState
from ..events import DuePaymentRejected, FirstPaymentExecuted
from ..models import DueLine, Entitlement
from .granting import in_each_language, in_language, note_step, stream


@gesture
def note_accepted(*, actor: Actor, due_id: int, on: date, order_id: int, order_number: str) -> None:
    """The bank took a line: paid. With the last first line of a decision, its first payment is made."""
    line = DueLine.unscoped.select_related("entitlement__decision").get(pk=due_id)
    if not DueLine.unscoped.filter(pk=due_id, state=DueState.ORDERED).update(state=DueState.PAID, paid_on=on):
        return
    entitlement = line.entitlement
    mutations.record(
        stream(entitlement.dossier_id),
        actor=actor,
        verb="due.paid",
        subject=line.ref,
        values={"month": line.month, "amount": str(line.amount), "order": order_number},
    )
    decision_id, line_id = entitlement.decision_id, entitlement.line_id
    if entitlement.first_paid_on is not None or decision_id is None or line_id is None or not _all_first_paid(entitlement):
        return
    Entitlement.unscoped.filter(pk=entitlement.pk).update(first_paid_on=on)
    waiting = Entitlement.unscoped.filter(decision=decision_id, first_paid_on__isnull=True, state=EntitlementState.RUNNING)
    if not waiting.exists():
        _first_payment_made(actor, entitlement, decision_id, line_id, on=on, order_id=order_id, order_number=order_number)


def _all_first_paid(entitlement: Entitlement) -> bool:
    return not DueLine.unscoped.filter(entitlement=entitlement, first=True).exclude(state__in=(DueState.PAID, DueState.CANCELLED)).exists()


def _first_payment_made(
    actor: Actor, entitlement: Entitlement, decision_id: int, line_id: int, *, on: date, order_id: int, order_number: str
) -> None:
    paid = DueLine.unscoped.filter(entitlement__decision=decision_id, state=DueState.PAID)
    total = sum(paid.values_list("amount", flat=True), Decimal("0.00"))
    requests.meet_clock(actor=actor, line_id=line_id, kind="pay", on=on)
    requests.mark_progress(actor=actor, line_id=line_id, stage="paid")
    note_step(
        actor,
        entitlement.dossier_id,
        texts.STEP_PAID,
        {"amount": formats.amount(total, entitlement.currency, "fr"), "order": order_number},
        SubjectRef("payment_order", order_id),
    )
    publish(
        FirstPaymentExecuted(
            actor=actor,
            process_subject=SubjectRef("request_line", line_id),
            outcome="paid",
            line_id=line_id,
            dossier_id=entitlement.dossier_id,
            decision_id=decision_id,
            order_id=order_id,
        )
    )


@gesture
def note_nothing_first(*, actor: Actor, decision_id: int, line_id: int) -> bool:
    """Close the term of the first payment where a decision leaves none to be made: every right goes on from one that is paid already."""
    rights = Entitlement.unscoped.filter(decision=decision_id)
    if not rights.exists() or rights.filter(first_paid_on__isnull=True).exists():
        return False
    return requests.meet_clock(actor=actor, line_id=line_id, kind="pay") is not None


@gesture
def note_rejected(*, actor: Actor, due_id: int, reason_code: str, bank_text: str) -> None:
    """The bank did not pay a line: it is due again and on the payer's list; where the account is wrong, also on the referent's."""
    line = DueLine.unscoped.select_related("entitlement__decision").get(pk=due_id)
    changed = DueLine.unscoped.filter(pk=due_id, state__in=(DueState.ORDERED, DueState.PAID)).update(
        state=DueState.REJECTED, paid_on=None, reason_code=reason_code[:12], bank_text=bank_text[:191]
    )
    if not changed:
        return
    entitlement = line.entitlement
    why = in_each_language(_why_rejected, line, reason_code, bank_text)
    mutations.record(
        stream(entitlement.dossier_id),
        actor=actor,
        verb="due.rejected",
        subject=line.ref,
        values={"month": line.month, "amount": str(line.amount), "reason": reason_code},
    )
    note_step(
        actor,
        entitlement.dossier_id,
        texts.STEP_REJECTED,
        {
            "amount": formats.amount(line.amount, line.currency, "fr"),
            "reason": in_language(accounting.reason_in_words, reason_code, bank_text),
        },
        line.ref,
    )
    open_item(
        actor=actor,
        subject=line.ref,
        title=texts.REJECTED,
        screen="aid.rejected",
        queue="payer",
        unit_id=entitlement.unit_id,
        dossier_id=entitlement.dossier_id,
        due_on=clock.today(),
        why=why,
        key="rejected",
    )
    if reason_code in accounting.ACCOUNT_REASONS:
        open_item(
            actor=actor,
            subject=entitlement.ref,
            title=texts.ASK_ACCOUNT,
            screen="aid.entitlement",
            owner=referent_of(entitlement.dossier_id),
            queue="social_worker",
            unit_id=entitlement.unit_id,
            dossier_id=entitlement.dossier_id,
            due_on=clock.today(),
            why=why,
            key="account",
        )
    publish(DuePaymentRejected(actor=actor, due_line_id=line.pk, dossier_id=entitlement.dossier_id, reason_code=reason_code))


def _why_rejected(line: DueLine, code: str, bank_text: str) -> str:
    return _("%(amount)s for %(name)s, %(month)s: %(reason)s.") % {
        "amount": formats.amount(line.amount, line.currency),
        "name": line.entitlement.beneficiary_name,
        "month": formats.day(line.month, "month"),
        "reason": accounting.reason_in_words(code, bank_text),
    }


@gesture
def note_withdrawn(*, actor: Actor, due_ids: Sequence[int]) -> None:
    """The order was withdrawn before its release: its lines are due again."""
    DueLine.unscoped.filter(pk__in=due_ids, state=DueState.ORDERED).update(state=DueState.DUE, payment_line=None)
