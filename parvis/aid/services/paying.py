"""Paying what is due: first payments, the monthly run, rejections and their correction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from parvis.accounting import api as accounting
from parvis.accounting.api import LineSpec, PaymentOrder
from parvis.contacts import api as contacts
from parvis.dossiers.api import referent_of
from parvis.kernel import clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.errors import Conflict, NotAllowed
from parvis.kernel.events import publish
from parvis.kernel.gestures import gesture
from parvis.kernel.identifiers import InvalidIdentifier, mask_iban, parse_iban
from parvis.kernel.periods import month_start
from parvis.kernel.subject import SubjectRef
from parvis.requests import api as requests
from parvis.ui import formats
from parvis.workflows.api import close_item, open_item

from .. import texts
from ..access import may_correct_account, may_run, may_settle_held
from ..enums import PAYABLE, DueState, EntitlementState
from ..errors import AidError
from ..events import DuePaymentRejected, FirstPaymentExecuted, FirstPaymentPrepared
from ..models import DueLine, Entitlement, PaymentAccount
from .doubling import bare_spec
from .granting import in_language, note_step, stream

#: The chain of what is done with whole lists of a month.
LIST_STREAM = "aid"


# What an order needs to know ------------------------------------------------------------------------------------------
def _address(person_id: int | None) -> dict[str, Any]:
    """Town and country for the bank, nothing of a hidden address."""
    if person_id is None or contacts.hidden_person_ids([person_id]):
        return {}
    row = contacts.Address.unscoped.filter(person=person_id).at(clock.today()).order_by("kind", "pk").first()
    if row is None or not row.municipality:
        return {}
    return {"payee_postcode": row.postal_code, "payee_town": row.municipality, "payee_country": row.country}


def spec_of(line: DueLine, account: PaymentAccount, language: str = "fr") -> LineSpec:
    """What is due as a payment line: nothing is typed again."""
    title = formats.label(line.entitlement.title, language)
    month = formats.day(line.month, "month", language)
    return replace(
        bare_spec(line, account),
        communication=f"{title} {month}" if line.entitlement.monthly else title,
        **_address(account.payee_person_id),
    )


def _specs(lines: Sequence[DueLine]) -> list[LineSpec]:
    accounts = {
        row.entitlement_id: row for row in PaymentAccount.unscoped.filter(entitlement__in={line.entitlement_id for line in lines}, live=1)
    }
    missing = [line.entitlement.beneficiary_name for line in lines if line.entitlement_id not in accounts]
    if missing:
        raise AidError(_("No account is known for %(name)s: add it before paying.") % {"name": missing[0]}, code="no_account")
    return [spec_of(line, accounts[line.entitlement_id], contacts.letter_language(line.entitlement.beneficiary_id)) for line in lines]


def _order(actor: Actor, lines: Sequence[DueLine], **more: Any) -> PaymentOrder:
    """One order for these lines, which are then in it and nowhere else.

    Raises:
        AidError: nothing to pay, or no account.
        Conflict: somebody ordered one of them meanwhile.
    """
    if not may_run(actor):
        raise NotAllowed(_("Preparing payments needs the function “payment preparer”."))
    if not lines:
        raise AidError(_("There is nothing to pay here now."), code="empty")
    order = accounting.prepare_order(actor=actor, lines=_specs(lines), **more)
    by_subject = {row.subject_id: row.pk for row in accounting.PaymentLine.unscoped.filter(order=order).only("pk", "subject_id")}
    for line in lines:
        changed = DueLine.unscoped.filter(pk=line.pk, state__in=PAYABLE).update(
            state=DueState.ORDERED, payment_line_id=by_subject[line.pk], reason_code="", bank_text=""
        )
        if not changed:
            raise Conflict(_("Somebody else has just ordered one of these payments."), code="ordered")
        close_item(actor=actor, subject=line.ref, key="rejected", outcome="ordered")
    return order


# First payments -------------------------------------------------------------------------------------------------------
def first_lines(entitlements: Sequence[Entitlement], today: date | None = None) -> list[DueLine]:
    """Everything due now of rights that were never paid: the months gone by, the present one, or the first one to come."""
    month = month_start(today or clock.today())
    rows = DueLine.unscoped.filter(entitlement__in=entitlements, state__in=PAYABLE).filter(Q(month__lte=month) | Q(first=True))
    return list(rows.select_related("entitlement__decision", "entitlement__dossier").order_by("entitlement", "month"))


@gesture
def prepare_first_payment(*, actor: Actor, line_id: int, execution_on: date | None = None) -> PaymentOrder:
    """The first payment of what a request line was granted. Amount and account were typed once, in the proposal."""
    entitlements = list(
        Entitlement.unscoped.filter(line=line_id, state=EntitlementState.RUNNING, first_paid_on__isnull=True).select_related(
            "decision", "dossier"
        )
    )
    return prepare_first_payments(actor=actor, entitlements=entitlements, execution_on=execution_on)


@gesture
def prepare_first_payments(*, actor: Actor, entitlements: Sequence[Entitlement], execution_on: date | None = None) -> PaymentOrder:
    """First payments of one or several decisions in one order.

    Raises:
        NotAllowed, AidError, accounting.OrderRefused: see ``_order``; nothing was prepared.
    """
    lines = first_lines(entitlements)
    decisions = {line.entitlement.decision_id: line.entitlement for line in lines}
    one = next(iter(decisions.values())) if len(decisions) == 1 else None
    title = in_language(_first_title, one.beneficiary_name, one.decision.number) if one else in_language(_firsts_title, len(decisions))
    order = _order(
        actor,
        lines,
        title=title,
        kind="single",
        execution_on=execution_on,
        origin=SubjectRef("decision", one.decision_id) if one else None,
    )
    for decision_id, entitlement in decisions.items():
        amount = sum((line.amount for line in lines if line.entitlement.decision_id == decision_id), Decimal("0.00"))
        note_step(
            actor,
            entitlement.dossier_id,
            texts.STEP_PREPARED,
            {"amount": formats.amount(amount, entitlement.currency, "fr"), "order": order.number},
            SubjectRef("payment_order", order.pk),
        )
        publish(
            FirstPaymentPrepared(
                actor=actor,
                process_subject=SubjectRef("request_line", entitlement.line_id),
                line_id=entitlement.line_id,
                dossier_id=entitlement.dossier_id,
                decision_id=decision_id,
                order_id=order.pk,
            )
        )
    return order


def _first_title(name: str, number: str) -> str:
    return _("First payment, %(name)s, %(decision)s") % {"name": name, "decision": number}


def _firsts_title(count: int) -> str:
    return _("First payments of %(count)s decisions") % {"count": count}


# The monthly run ------------------------------------------------------------------------------------------------------
@gesture
def prepare_run(
    *, actor: Actor, month: date, line_ids: Sequence[int], checked: bool = False, execution_on: date | None = None
) -> PaymentOrder:
    """One order for the chosen lines of a month.

    Raises:
        AidError: lines must be checked first, one is held or blocked, or nothing is chosen.
    """
    from ..selectors import run_of

    if not may_run(actor):
        raise NotAllowed(_("Preparing payments needs the function “payment preparer”."))
    run = run_of(actor, month)
    chosen = set(line_ids)
    lines = [line for line in run.lines if line.due.pk in chosen]
    if len(lines) != len(chosen):
        raise AidError(_("The list changed meanwhile. Look at it again before preparing."), code="changed")
    blocked = [line for line in lines if not line.payable]
    if blocked:
        first = blocked[0]
        reason = first.checks[0].label if first.checks else first.due.get_state_display()
        raise AidError(
            _("%(name)s cannot be paid now: %(reason)s.") % {"name": first.due.entitlement.beneficiary_name, "reason": str(reason).lower()},
            code="blocked",
        )
    if not checked and any(line.checks for line in lines):
        raise AidError(_("Confirm that you checked the lines to check."), field="checked", code="unchecked")
    title = in_language(_run_title, month)
    return _order(
        actor,
        [line.due for line in lines],
        title=title,
        kind="run",
        month=month_start(month),
        execution_on=execution_on,
        origin=SubjectRef("aid_run", int(f"{month:%Y%m}")),
    )


def _run_title(month: date) -> str:
    return _("Payments of %(month)s") % {"month": formats.day(month, "month")}


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


@gesture
def note_list_taken(*, actor: Actor, month: date, form: str, count: int, total: Decimal) -> None:
    """Somebody took the month's list with its accounts out of the product: who, when, which form, how much."""
    mutations.record(
        LIST_STREAM,
        actor=actor,
        verb="list.exported",
        subject=SubjectRef("aid_run", int(f"{month:%Y%m}")),
        values={"form": form, "count": count, "total": str(total)},
    )


# Corrections ----------------------------------------------------------------------------------------------------------
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
def pay_again(*, actor: Actor, lines: Sequence[DueLine], execution_on: date | None = None) -> PaymentOrder:
    """A new order for lines that the bank rejected.

    Raises:
        AidError: one of them is not rejected; nothing was prepared.
    """
    if any(line.state != DueState.REJECTED for line in lines):
        raise AidError(_("Only payments rejected by the bank are ordered again here."), code="state")
    names = sorted({line.entitlement.beneficiary_name for line in lines})
    title = in_language(_again_title, names[0] if len(names) == 1 else str(len(names)))
    return _order(actor, lines, title=title, execution_on=execution_on)


def _again_title(name: str) -> str:
    return _("Paid again after a rejection: %(name)s") % {"name": name}


# What the bank says ---------------------------------------------------------------------------------------------------
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
    if entitlement.first_paid_on is not None or not _all_first_paid(entitlement):
        return
    Entitlement.unscoped.filter(pk=entitlement.pk).update(first_paid_on=on)
    waiting = Entitlement.unscoped.filter(decision=entitlement.decision_id, first_paid_on__isnull=True, state=EntitlementState.RUNNING)
    if not waiting.exists():
        _first_payment_made(actor, entitlement, on, order_id, order_number)


def _all_first_paid(entitlement: Entitlement) -> bool:
    return not DueLine.unscoped.filter(entitlement=entitlement, first=True).exclude(state__in=(DueState.PAID, DueState.CANCELLED)).exists()


def _first_payment_made(actor: Actor, entitlement: Entitlement, on: date, order_id: int, order_number: str) -> None:
    paid = DueLine.unscoped.filter(entitlement__decision=entitlement.decision_id, state=DueState.PAID)
    total = sum(paid.values_list("amount", flat=True), Decimal("0.00"))
    requests.meet_clock(actor=actor, line_id=entitlement.line_id, kind="pay", on=on)
    requests.mark_progress(actor=actor, line_id=entitlement.line_id, stage="paid")
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
            process_subject=SubjectRef("request_line", entitlement.line_id),
            outcome="paid",
            line_id=entitlement.line_id,
            dossier_id=entitlement.dossier_id,
            decision_id=entitlement.decision_id,
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
    why = in_language(_why_rejected, line, reason_code, bank_text)
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
