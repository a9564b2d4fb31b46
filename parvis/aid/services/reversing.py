"""Money that was recorded for a claim and is not the claim's after all: booked on the wrong one, or recalled by the bank. It is reversed with
words, never taken out; what it had settled is open again."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from parvis.accounting import api as accounting
from parvis.kernel import clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.errors import NotAllowed
from parvis.kernel.gestures import gesture
from parvis.ui import formats

from .. import texts
from ..access import may_register_claims
from ..enums import ClaimState
from ..errors import AidError
from ..models import Claim, ClaimReceipt, ClaimWaiver
from .granting import note_step, stream
from .handing_back import take_back

SHORTEST_REASON = 5


@gesture
def reverse_receipt(*, actor: Actor, receipt: ClaimReceipt, reason: str) -> None:
    """Reverse money recorded for a claim: an opposite voucher, an opposite line, both stay, and the claim is open by as much
    (``note_reversed``, at the end of the gesture).

    Raises:
        NotAllowed: only an accountant reverses.
        AidError: no reason, itself a reversal, or reversed already.
        accounting.LedgerError: its voucher was reversed already.
    """
    if not may_register_claims(actor):
        raise NotAllowed(_("Reversing money received needs the function “accountant”."))
    words = " ".join(reason.split())
    if len(words) < SHORTEST_REASON:
        raise AidError(_("Say why it is reversed: the wrong claim, or the bank’s recall and its reference."), field="reason", code="reason")
    if receipt.reverses_id is not None:
        raise AidError(_("A reversal is not reversed: record the money again instead."), field="receipt", code="reversal")
    if not ClaimReceipt.unscoped.filter(pk=receipt.pk, live=1).exists():
        raise AidError(_("This was already reversed."), field="receipt", code="reversed")
    accounting.reverse(actor=actor, voucher=receipt.voucher, reason=words)


@gesture
def note_reversed(*, actor: Actor, claim_id: int, voucher_id: int, reversal_id: int, reason: str) -> None:
    """A voucher of a claim was reversed, here or in the ledger itself: the claim says the same, or refuses.

    Raises:
        AidError: not money received. A claim itself rests on a decision, and is not unbooked.
    """
    claim = Claim.unscoped.select_for_update().get(pk=claim_id)
    receipt = ClaimReceipt.unscoped.filter(claim=claim, voucher=voucher_id, live=1).first()
    if receipt is None:
        raise AidError(
            _("This voucher books what a decision says of the recovery %(number)s: it takes another decision, not a reversal.")
            % {"number": claim.number},
            code="decided",
        )
    ClaimReceipt.unscoped.filter(pk=receipt.pk).update(live=None)
    reversal = ClaimReceipt.unscoped.create(
        claim=claim,
        on=clock.today(),
        amount=-receipt.amount,
        reference=receipt.reference,
        voucher_id=reversal_id,
        reverses=receipt,
        live=None,
        reason=reason[:191],
        recorded_at=clock.now(),
        author_label=actor.label[:191],
    )
    state, letter, told_at = ClaimState(claim.state), claim.closing_letter, claim.told_at
    settled = state in (ClaimState.SETTLED, ClaimState.WAIVED)
    if state == ClaimState.WAIVED:  # the decision on the rest told the person that nothing more was to be paid
        told_at = ClaimWaiver.unscoped.filter(claim=claim).order_by("-pk").values_list("at", flat=True).first()
    changes: dict[str, Any] = {"collected": F("collected") - receipt.amount}
    if settled:
        changes |= {"state": ClaimState.REGISTERED, "settled_at": None, "closing_letter": None, "told_at": None, "told_by_label": ""}
    Claim.unscoped.filter(pk=claim.pk).update(**changes)
    claim.refresh_from_db()
    values: dict[str, Any] = {
        "amount": str(receipt.amount),
        "reference": receipt.reference,
        "voucher": reversal.voucher.number,
        "open": str(claim.open_amount),
    }
    if settled:
        values |= {"state": [state.value, ClaimState.REGISTERED.value], "told_at": [told_at, None]}
    mutations.record(stream(claim.dossier_id), actor=actor, verb="claim.receipt_reversed", subject=claim.ref, values=values, note=reason)
    note_step(
        actor,
        claim.dossier_id,
        texts.STEP_REVERSED,
        {"number": claim.number, "amount": formats.amount(receipt.amount, claim.currency, "fr"), "reason": reason},
        claim.ref,
    )
    if settled:
        take_back(actor=actor, claim=claim, letter=letter, told_at=told_at, reason=reason)
