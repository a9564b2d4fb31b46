"""The account of a right changed, a held month settled."""

from __future__ import annotations

from django.utils.translation import gettext as _

from parvis.kernel import clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.errors import NotAllowed
from parvis.kernel.gestures import gesture
from parvis.kernel.identifiers import InvalidIdentifier, mask_iban, parse_iban
from parvis.ui import formats
from parvis.workflows.api import close_item

from .. import texts
from ..access import may_correct_account, may_settle_held
from ..enums import DueState
from ..errors import AidError
from ..models import DueLine, Entitlement, PaymentAccount
from .granting import note_step, stream


@gesture
def correct_account(*, actor: Actor, entitlement: Entitlement, iban: str, payee_name: str, justification: str) -> PaymentAccount:
    """Pay on another account from now on. It takes words, stands in the journal, and shows as a line to check at the next run.

    Raises:
        NotAllowed: not for this person.
        AidError: a wrong IBAN, no name, no justification, the same account.
    """
    if not may_correct_account(actor, entitlement):
        raise NotAllowed(_("You may not change the account of a payment."))
    try:
        bare = parse_iban(iban)
    except InvalidIdentifier as error:
        raise AidError(error.message, field="iban", code="iban") from None
    if not payee_name.strip():
        raise AidError(_("Say to whose name the account is."), field="payee_name", code="payee")
    if len(justification.strip()) < 5:
        raise AidError(
            _("Say where the new account comes from: it will be read by who releases."), field="justification", code="justification"
        )
    old = PaymentAccount.unscoped.filter(entitlement=entitlement, live=1).first()
    if old is not None and old.iban == bare and old.payee_name == payee_name.strip():
        raise AidError(_("This is the account that is already used."), field="iban", code="same")
    PaymentAccount.unscoped.filter(entitlement=entitlement, live=1).update(live=None)
    own = payee_name.strip().casefold() == entitlement.beneficiary_name.casefold()
    account = PaymentAccount.unscoped.create(
        entitlement=entitlement,
        payee_name=payee_name.strip()[:191],
        payee_person_id=(old.payee_person_id if old and old.payee_name == payee_name.strip() else None)
        or (entitlement.beneficiary_id if own else None),
        iban=bare,
        justification=justification.strip()[:500],
        changed_at=clock.now(),
        author_id=actor.account_id,
        author_label=actor.label[:191],
    )
    mutations.record(
        stream(entitlement.dossier_id),
        actor=actor,
        verb="account.corrected",
        subject=entitlement.ref,
        values={"iban": [old.iban if old else None, bare], "payee": [old.payee_name if old else None, account.payee_name]},
        note=justification.strip()[:191],
    )
    note_step(
        actor,
        entitlement.dossier_id,
        texts.STEP_ACCOUNT,
        {"what": formats.label(entitlement.title, "fr"), "account": mask_iban(bare)},
        entitlement.ref,
    )
    close_item(actor=actor, subject=entitlement.ref, key="account", outcome="corrected")
    close_item(actor=actor, subject=entitlement.ref, key="no_account", outcome="corrected")
    return account


@gesture
def settle_held(*, actor: Actor, line: DueLine, pay: bool, reason: str) -> DueLine:
    """Say whether a held month is paid while its continuation is being decided. Nothing else releases or drops it.

    Raises:
        NotAllowed: not for this person.
        AidError: no reason, or not held any more.
    """
    if not may_settle_held(actor):
        raise NotAllowed(_("You may not settle held payments."))
    if not reason.strip():
        raise AidError(_("Say why in a few words."), field="reason", code="reason")
    state = DueState.DUE if pay else DueState.CANCELLED
    if not DueLine.unscoped.filter(pk=line.pk, state=DueState.HELD).update(state=state, note=reason.strip()[:191]):
        raise AidError(_("This payment is no longer held."), code="state")
    line.refresh_from_db()
    mutations.record(
        stream(line.entitlement.dossier_id),
        actor=actor,
        verb="due.settled",
        subject=line.ref,
        values={"state": [DueState.HELD.value, state.value]},
        note=reason.strip()[:191],
    )
    return line
