"""Paying what is due: first payments, the monthly run, and again what the bank rejected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext as _

from parvis.accounting import api as accounting
from parvis.accounting.api import LineSpec, PaymentOrder
from parvis.contacts import api as contacts
from parvis.kernel import clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.errors import Conflict, NotAllowed
from parvis.kernel.events import publish
from parvis.kernel.gestures import gesture
from parvis.kernel.periods import month_start
from parvis.kernel.subject import SubjectRef
from parvis.ui import formats
from parvis.workflows.api import close_item

from .. import texts
from ..access import may_run
from ..enums import PAYABLE, DueState, EntitlementState
from ..errors import AidError
from ..events import FirstPaymentPrepared
from ..models import DueLine, Entitlement, PaymentAccount
from .doubling import bare_spec
from .granting import in_each_language, note_step

#: The chain of what is done with whole lists of a month.
LIST_STREAM = "aid"
#: Rows read or changed at once.
CHUNK = 500


# What an order needs to know ------------------------------------------------------------------------------------------
def _addresses(person_ids: set[int]) -> dict[int, dict[str, Any]]:
    """Town and country for the bank, nothing of a hidden address."""
    found: dict[int, dict[str, Any]] = {}
    wanted = sorted(person_ids)
    for part in (wanted[start : start + CHUNK] for start in range(0, len(wanted), CHUNK)):
        hidden = contacts.hidden_person_ids(part)
        for row in contacts.Address.unscoped.filter(person__in=part).at(clock.today()).order_by("person", "kind", "pk"):
            if row.person_id not in hidden:
                town = {"payee_postcode": row.postal_code, "payee_town": row.municipality, "payee_country": row.country}
                found.setdefault(row.person_id, town if row.municipality else {})
    return found


def _spec(line: DueLine, account: PaymentAccount, language: str, address: dict[str, Any]) -> LineSpec:
    """What is due as a payment line: nothing is typed again."""
    title = formats.label(line.entitlement.title, language)
    month = formats.day(line.month, "month", language)
    return replace(bare_spec(line, account), communication=f"{title} {month}" if line.entitlement.monthly else title, **address)


def _specs(lines: Sequence[DueLine]) -> list[LineSpec]:
    """Read together: two thousand lines take some dozen reads."""
    wanted = sorted({line.entitlement_id for line in lines})
    accounts: dict[int, PaymentAccount] = {}
    for part in (wanted[start : start + CHUNK] for start in range(0, len(wanted), CHUNK)):
        accounts |= {row.entitlement_id: row for row in PaymentAccount.unscoped.filter(entitlement__in=part, live=1)}
    missing = [line.entitlement.beneficiary_name for line in lines if line.entitlement_id not in accounts]
    if missing:
        raise AidError(_("No account is known for %(name)s: add it before paying.") % {"name": missing[0]}, code="no_account")
    languages = contacts.letter_languages({line.entitlement.beneficiary_id for line in lines})
    addresses = _addresses({account.payee_person_id for account in accounts.values() if account.payee_person_id is not None})
    out = []
    for line in lines:
        account = accounts[line.entitlement_id]
        out.append(_spec(line, account, languages[line.entitlement.beneficiary_id], addresses.get(account.payee_person_id or 0, {})))
    return out


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
    mine = accounting.PaymentLine.unscoped.filter(order=order, subject_type="due_line", subject_id=OuterRef("pk")).values("pk")[:1]
    ids = [line.pk for line in lines]
    for part in (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)):
        changed = DueLine.unscoped.filter(pk__in=part, state__in=PAYABLE).update(
            state=DueState.ORDERED, payment_line_id=Subquery(mine), reason_code="", bank_text=""
        )
        if changed != len(part):
            raise Conflict(_("Somebody else has just ordered one of these payments."), code="ordered")
    for line in lines:
        if line.state == DueState.REJECTED:
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
    # A right that was taken over has no decision here, and no first payment: it was paid elsewhere before.
    decisions = {line.entitlement.decision: line.entitlement for line in lines if line.entitlement.decision is not None}
    one = next(iter(decisions)) if len(decisions) == 1 else None
    title = (
        in_each_language(_first_title, decisions[one].beneficiary_name, one.number)
        if one
        else in_each_language(_firsts_title, len(decisions))
    )
    order = _order(
        actor,
        lines,
        title=title,
        kind="single",
        execution_on=execution_on,
        origin=SubjectRef("decision", one.pk) if one else None,
    )
    for decision, entitlement in decisions.items():
        amount = sum((line.amount for line in lines if line.entitlement.decision_id == decision.pk), Decimal("0.00"))
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
                process_subject=SubjectRef("request_line", decision.line_id),
                line_id=decision.line_id,
                dossier_id=entitlement.dossier_id,
                decision_id=decision.pk,
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
    title = in_each_language(_run_title, month)
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
def note_list_taken(*, actor: Actor, month: date, form: str, count: int, total: Decimal) -> None:
    """Somebody took the month's list with its accounts out of the product: who, when, which form, how much."""
    mutations.record(
        LIST_STREAM,
        actor=actor,
        verb="list.exported",
        subject=SubjectRef("aid_run", int(f"{month:%Y%m}")),
        values={"form": form, "count": count, "total": str(total)},
    )


# After a rejection ----------------------------------------------------------------------------------------------------
@gesture
def pay_again(*, actor: Actor, lines: Sequence[DueLine], execution_on: date | None = None) -> PaymentOrder:
    """A new order for lines that the bank rejected.

    Raises:
        AidError: one of them is not rejected; nothing was prepared.
    """
    if any(line.state != DueState.REJECTED for line in lines):
        raise AidError(_("Only payments rejected by the bank are ordered again here."), code="state")
    names = sorted({line.entitlement.beneficiary_name for line in lines})
    title = in_each_language(_again_title, names[0] if len(names) == 1 else str(len(names)))
    return _order(actor, lines, title=title, execution_on=execution_on)


def _again_title(name: str) -> str:
    return _("Paid again after a rejection: %(name)s") % {"name": name}
