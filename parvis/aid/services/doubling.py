"""Doubles (F13): same person, aid, month and account. A second aid of the same kind takes words; they follow it to who releases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from parvis.accounting import api as accounting
from parvis.accounting.api import Double, LineSpec
from parvis.kernel import mutations
from parvis.kernel.actor import Actor
from parvis.kernel.errors import NotAllowed
from parvis.kernel.gestures import gesture
from parvis.ui import formats

from .. import texts
from ..access import may_settle_held
from ..enums import PAYABLE, DueState
from ..errors import AidError
from ..models import DueLine, PaymentAccount
from .granting import note_step, stream

SHORTEST_REASON = 5


def bare_spec(line: DueLine, account: PaymentAccount) -> LineSpec:
    """What a double is recognised by, without what only the bank needs. Whatever is paid once belongs to the month of its need."""
    right = line.entitlement
    return LineSpec(
        beneficiary_person_id=right.beneficiary_id,
        beneficiary_name=right.beneficiary_name,
        payee_name=account.payee_name,
        payee_iban=account.iban,
        amount=line.amount,
        currency=line.currency,
        purpose=right.kind,
        subject=line.ref,
        dossier_id=right.dossier_id,
        month=line.month,
        supplement_reason=line.supplement,
        recurring=right.monthly,
    )


def doubles_of(lines: Sequence[DueLine], accounts: Mapping[int, PaymentAccount]) -> dict[int, Double]:
    """Due lines that would pay a second time what is paid, in an order, or twice in these lines; with words for people.

    Three reads, whatever the number of lines (up to five hundred).
    """
    asked = [line for line in lines if line.entitlement_id in accounts and line.state in PAYABLE]
    found = accounting.find_doubles([bare_spec(line, accounts[line.entitlement_id]) for line in asked])
    return {asked[double.index].pk: double for double in found}


@gesture
def declare_second(*, actor: Actor, line: DueLine, reason: str) -> DueLine:
    """Say that a payment is a second aid of the same kind for the month, and why. It is paid beside the first; who releases reads why.

    Raises:
        NotAllowed: not for this person.
        AidError: no reason, or no longer waiting to be paid.
    """
    if not may_settle_held(actor):
        raise NotAllowed(_("You may not say that this is a second aid."))
    words = reason.strip()[:191]
    if len(words) < SHORTEST_REASON:
        raise AidError(_("Say why this is a second aid: who releases the order reads it."), field="reason", code="reason")
    if not DueLine.unscoped.filter(pk=line.pk, state__in=PAYABLE).update(supplement=words):
        raise AidError(_("This payment no longer waits to be ordered."), code="state")
    line.refresh_from_db()
    mutations.record(
        stream(line.entitlement.dossier_id),
        actor=actor,
        verb="due.second",
        subject=line.ref,
        values={"month": line.month, "amount": str(line.amount), "state": DueState(line.state).value},
        note=words,
    )
    note_step(
        actor,
        line.entitlement.dossier_id,
        texts.STEP_SECOND,
        {"amount": formats.amount(line.amount, line.currency, "fr"), "reason": words},
        line.ref,
    )
    return line
