"""Payment orders: prepared by one person, released by another, written, sent."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from parvis.contacts.api import specimens
from parvis.kernel import canonical, clock, jobs, mutations, numbers
from parvis.kernel.actor import Actor
from parvis.kernel.errors import Conflict, DomainError, NotAllowed
from parvis.kernel.events import publish
from parvis.kernel.gestures import gesture
from parvis.kernel.identifiers import InvalidIdentifier, parse_iban
from parvis.kernel.money import CENT
from parvis.kernel.subject import SubjectRef
from parvis.ui import formats

from ..access import may_prepare, may_send, why_not_release
from ..enums import LIVING_LINES, LineState, OrderKind, OrderState
from ..errors import Double, DoublePayment, OrderRefused
from ..events import PaymentOrderPrepared, PaymentOrderReleased, PaymentOrderSent, PaymentOrderWithdrawn
from ..models import CentreAccount, OrderFile, PaymentLine, PaymentOrder
from ..pain001 import MAX_AMOUNT
from ..sepa import next_bank_day, structured_is_valid
from .accounts import in_force
from .ledger import STREAM


@dataclass(frozen=True)
class LineSpec:
    """A payment that is asked for. ``purpose`` is the kind of aid ("aid.ris"); ``supplement_reason``: why the same person gets
    the same aid for the same month on the same account a second time. ``recurring``: not for what is paid once.
    """

    beneficiary_person_id: int
    beneficiary_name: str
    payee_name: str
    payee_iban: str
    amount: Decimal
    purpose: str
    subject: SubjectRef
    dossier_id: int | None = None
    month: date | None = None
    communication: str = ""
    structured: str = ""
    currency: str = "EUR"
    payee_street: str = ""
    payee_postcode: str = ""
    payee_town: str = ""
    payee_country: str = ""
    supplement_reason: str = ""
    recurring: bool = True


def double_key(spec: LineSpec) -> str:
    """Same person, aid, month, account. A supplement that has words for it is a payment of its own; what has no month counts for this one."""
    month = f"{spec.month or clock.today():%Y-%m}"
    base = f"{spec.beneficiary_person_id}|{spec.purpose}|{month}|{spec.payee_iban}"
    return f"{base}|{spec.subject}" if spec.supplement_reason.strip() else base


def find_doubles(specs: Sequence[LineSpec]) -> list[Double]:
    """Which of these were or are being paid already, or stand twice in the list; with an explanation for people."""
    keys = [double_key(spec) for spec in specs]
    living = {row.double_key: row for row in _living("double_key", keys)}
    subjects = {row.subject_key: row for row in _living("subject_key", [str(spec.subject) for spec in specs])}
    seen: Counter[str] = Counter()
    out: list[Double] = []
    for index, (spec, key) in enumerate(zip(specs, keys, strict=True)):
        row = living.get(key) or subjects.get(str(spec.subject))
        if row is not None:
            text = _("already in order %(order)s (%(state)s), %(amount)s to %(payee)s, prepared by %(who)s") % {
                "order": row.order.number,
                "state": row.get_state_display().lower(),
                "amount": row.amount,
                "payee": row.payee_name,
                "who": row.order.prepared_by_label,
            }
            out.append(Double(index, spec.payee_name, spec.amount, row.order.number, text))
        elif seen[key]:
            out.append(Double(index, spec.payee_name, spec.amount, "", _("twice in this list: same person, aid, month and account")))
        seen[key] += 1
    return out


def _living(field: str, keys: Sequence[str]) -> list[PaymentLine]:
    out: list[PaymentLine] = []
    wanted = sorted(set(keys))
    for start in range(0, len(wanted), 500):
        out += PaymentLine.unscoped.filter(**{f"{field}__in": wanted[start : start + 500]}).select_related("order")
    return out


def _check(spec: LineSpec) -> str:
    """The IBAN, bare.

    Raises:
        OrderRefused: this line cannot be paid; the message names the payee.
    """
    try:
        iban = parse_iban(spec.payee_iban)
    except InvalidIdentifier as error:
        raise OrderRefused(_("%(name)s: %(fault)s") % {"name": spec.payee_name, "fault": error}, field="iban", code="iban") from None
    if not Decimal("0") < spec.amount <= MAX_AMOUNT or spec.amount != spec.amount.quantize(CENT):
        raise OrderRefused(_("%(name)s: the amount must be above zero and in whole cents.") % {"name": spec.payee_name}, code="amount")
    if spec.structured and not structured_is_valid(spec.structured):
        raise OrderRefused(_("%(name)s: the structured communication is wrong.") % {"name": spec.payee_name}, code="structured")
    if not spec.payee_name.strip():
        raise OrderRefused(_("A payee has no name."), code="payee")
    return iban


def centre_account(book: str) -> CentreAccount:
    """The account from which a book pays today, by the rule of ``accounts.in_force``.

    Raises:
        OrderRefused: none is set up.
    """
    account = in_force(list(CentreAccount.objects.filter(book=book, active=True))).get(book)
    if account is None:
        raise OrderRefused(
            _("The centre has no bank account for this book today. An administrator or the accountant must add it."), code="account"
        )
    return account


def _centre_title(title: str | Mapping[str, str]) -> str:
    return (title if isinstance(title, str) else formats.label(dict(title), settings.LANGUAGE_CODE))[:191]


@gesture
def prepare_order(
    *,
    actor: Actor,
    lines: Sequence[LineSpec],
    title: str | Mapping[str, str],
    kind: str = OrderKind.SINGLE,
    account: CentreAccount | None = None,
    book: str = "public",
    execution_on: date | None = None,
    month: date | None = None,
    origin: SubjectRef | None = None,
) -> PaymentOrder:
    """Prepare an order. It gets its number now; nothing leaves before another person releases it. ``title``: as typed, or in each language.

    Raises:
        NotAllowed: preparing needs the function payer.
        DoublePayment: some lines are paid already; nothing was prepared, ``doubles`` says which and by what.
        OrderRefused: a line cannot be paid (account, amount, specimen), the list is empty, or the day lies in the past.
    """
    if not may_prepare(actor):
        raise NotAllowed(_("Preparing payments needs the function “payment preparer”."))
    if not lines:
        raise OrderRefused(_("There is nothing to pay."), code="empty")
    account = account or centre_account(book)
    today = clock.today()
    if execution_on is not None and execution_on < today:
        raise OrderRefused(_("The execution date lies in the past."), field="execution_on", code="past")
    day = next_bank_day(execution_on or today)
    ibans = [_check(spec) for spec in lines]
    never = specimens({spec.beneficiary_person_id for spec in lines})
    if never:
        name = next(spec.beneficiary_name for spec in lines if spec.beneficiary_person_id in never)
        raise OrderRefused(_("%(name)s was read from a specimen card: specimen persons are never paid.") % {"name": name}, code="specimen")
    doubles = find_doubles(lines)
    if doubles:
        raise DoublePayment(_doubles_message(doubles), tuple(doubles))
    at = clock.now()
    number = f"P{today.year}-{numbers.allot('accounting.order', today.year):04d}"
    total = sum((spec.amount for spec in lines), Decimal("0.00"))
    order = PaymentOrder(
        number=number,
        kind=kind,
        book=account.book,
        account=account,
        title=_centre_title(title),
        titles=dict(title) if isinstance(title, Mapping) else None,
        month=month,
        origin_type=origin.type if origin else "",
        origin_id=origin.id if origin else None,
        execution_on=day,
        count=len(lines),
        total=total,
        digest=digest_of(lines, ibans),
        prepared_by_id=actor.own_id,
        prepared_by_label=actor.label[:191],
        prepared_at=at,
    )
    order.save(force_insert=True)
    try:
        with transaction.atomic():
            PaymentLine.unscoped.bulk_create(
                [_line(order, position, spec, iban) for position, (spec, iban) in enumerate(zip(lines, ibans, strict=True), start=1)],
                batch_size=200,
            )
    except IntegrityError:
        # Somebody prepared the same payment a moment ago: the database's own key refused it.
        raise DoublePayment(_doubles_message(find_doubles(lines)), tuple(find_doubles(lines))) from None
    mutations.record(
        STREAM,
        actor=actor,
        verb="order.prepared",
        subject=order.ref,
        values={"number": number, "count": order.count, "total": str(total), "digest": order.digest, "execution_on": day},
    )
    publish(PaymentOrderPrepared(actor=actor, order_id=order.pk, number=number))
    return order


def _doubles_message(doubles: Sequence[Double]) -> str:
    head = _("The same person, aid, month and account would be paid twice. Nothing was prepared.")
    return " ".join([head, *(f"{one.payee}: {one.explanation}." for one in doubles[:5])])


def digest_of(specs: Sequence[LineSpec], ibans: Sequence[str]) -> str:
    """What the releaser approves: payee, account, amount and subject of every line."""
    rows = [
        [str(spec.subject), spec.payee_name, iban, str(spec.amount.quantize(CENT)), spec.currency]
        for spec, iban in zip(specs, ibans, strict=True)
    ]
    return hashlib.sha256(canonical.dumps(rows).encode()).hexdigest()


def digest_of_lines(lines: Sequence[PaymentLine]) -> str:
    rows = [[str(line.subject), line.payee_name, line.payee_iban, str(line.amount.quantize(CENT)), line.currency] for line in lines]
    return hashlib.sha256(canonical.dumps(rows).encode()).hexdigest()


def _line(order: PaymentOrder, position: int, spec: LineSpec, iban: str) -> PaymentLine:
    return PaymentLine(
        order=order,
        position=position,
        end_to_end=f"{order.number}-{position:05d}",
        beneficiary_id=spec.beneficiary_person_id,
        beneficiary_name=spec.beneficiary_name[:191],
        payee_name=spec.payee_name[:191],
        payee_iban=iban,
        payee_street=spec.payee_street[:140],
        payee_postcode=spec.payee_postcode[:16],
        payee_town=spec.payee_town[:80],
        payee_country=spec.payee_country[:2],
        dossier_ref=spec.dossier_id,
        subject_type=spec.subject.type,
        subject_id=spec.subject.id,
        purpose=spec.purpose[:40],
        month=spec.month,
        recurring=spec.recurring,
        amount=spec.amount,
        currency=spec.currency,
        communication=spec.communication[:140],
        structured=spec.structured,
        supplement_reason=spec.supplement_reason.strip()[:191],
        double_key=double_key(spec),
        subject_key=str(spec.subject),
    )


@gesture
def release_order(*, actor: Actor, order: PaymentOrder) -> PaymentOrder:
    """Release an order; its file is written right after. The releaser is never the person who prepared.

    Raises:
        NotAllowed: no function for it, or the same person as prepared.
        Conflict: somebody released or withdrew it meanwhile.
        OrderRefused: the lines are no longer those that were prepared.
    """
    if order.state == OrderState.PREPARED:
        why = why_not_release(actor, order)
        if why:
            raise NotAllowed(why, code="two_persons" if order.prepared_by_id in actor.persons else "function")
    lines = list(PaymentLine.unscoped.filter(order=order).order_by("position"))
    if digest_of_lines(lines) != order.digest or sum((line.amount for line in lines), Decimal(0)) != order.total:
        raise OrderRefused(_("The lines differ from those that were prepared. Withdraw this order and prepare it anew."), code="digest")
    at = clock.now()
    changed = PaymentOrder.unscoped.filter(pk=order.pk, state=OrderState.PREPARED).update(
        state=OrderState.RELEASED, released_by_id=actor.account_id, released_by_label=actor.label[:191], released_at=at
    )
    if not changed:
        raise _conflict(order)
    PaymentLine.unscoped.filter(order=order, state=LineState.PREPARED).update(state=LineState.RELEASED)
    order.refresh_from_db()
    mutations.record(
        STREAM,
        actor=actor,
        verb="order.released",
        subject=order.ref,
        values={"state": [OrderState.PREPARED.value, OrderState.RELEASED.value], "digest": order.digest, "total": str(order.total)},
    )
    publish(PaymentOrderReleased(actor=actor, order_id=order.pk, number=order.number))
    jobs.enqueue("accounting.write_order_file", order.ref, version=str(order.attempt))
    return order


def _conflict(order: PaymentOrder) -> Conflict:
    fresh = PaymentOrder.unscoped.get(pk=order.pk)
    who = fresh.withdrawn_by_label if fresh.state == OrderState.CANCELLED else fresh.released_by_label
    when = fresh.withdrawn_at if fresh.state == OrderState.CANCELLED else fresh.released_at
    return Conflict(
        _("This order is no longer waiting: %(state)s.") % {"state": fresh.get_state_display().lower()}, who=who, when=when, code="state"
    )


@gesture
def withdraw_order(*, actor: Actor, order: PaymentOrder, reason: str) -> PaymentOrder:
    """Take back an order that is not released. Its payments are due again; the number stays used.

    Raises:
        NotAllowed: neither payer nor releaser.
        OrderRefused: no reason.
        Conflict: it was released meanwhile.
    """
    if not may_send(actor):
        raise NotAllowed(_("Withdrawing needs the function “payment preparer” or “payment releaser”."))
    if not reason.strip():
        raise OrderRefused(_("Say why the order is withdrawn."), field="reason", code="reason")
    changed = PaymentOrder.unscoped.filter(pk=order.pk, state=OrderState.PREPARED).update(
        state=OrderState.CANCELLED,
        withdrawn_at=clock.now(),
        withdrawn_by_label=actor.label[:191],
        withdrawn_reason=reason.strip()[:191],
    )
    if not changed:
        raise _conflict(order)
    subjects = tuple(SubjectRef(*row) for row in PaymentLine.unscoped.filter(order=order).values_list("subject_type", "subject_id"))
    PaymentLine.unscoped.filter(order=order).update(state=LineState.CANCELLED, double_key=None, subject_key=None)
    order.refresh_from_db()
    mutations.record(
        STREAM, actor=actor, verb="order.withdrawn", subject=order.ref, values={"number": order.number}, note=reason.strip()[:191]
    )
    publish(PaymentOrderWithdrawn(actor=actor, order_id=order.pk, number=order.number, subjects=subjects, reason=reason.strip()))
    return order


@gesture
def mark_sent(*, actor: Actor, order: PaymentOrder) -> PaymentOrder:
    """The file is at the bank: put in its portal by a person, or taken by a connector.

    Raises:
        NotAllowed: neither payer nor releaser nor the system.
        DomainError: not released, or the file is not written yet.
    """
    if not may_send(actor):
        raise NotAllowed(_("Sending needs the function “payment preparer” or “payment releaser”."))
    if not OrderFile.unscoped.filter(order=order, attempt=order.attempt).exists():
        raise DomainError(_("The bank's file is not written yet. Wait a moment."), code="no_file")
    changed = PaymentOrder.unscoped.filter(pk=order.pk, state=OrderState.RELEASED).update(
        state=OrderState.SENT, sent_at=clock.now(), sent_by_label=actor.label[:191]
    )
    if not changed:
        raise _conflict(order)
    PaymentLine.unscoped.filter(order=order, state=LineState.RELEASED).update(state=LineState.SENT)
    order.refresh_from_db()
    mutations.record(STREAM, actor=actor, verb="order.sent", subject=order.ref, values={"message_id": order.message_id})
    publish(PaymentOrderSent(actor=actor, order_id=order.pk, number=order.number))
    return order


def living_line_of(subject: SubjectRef) -> PaymentLine | None:
    """The line that pays, or may still pay, this subject."""
    return PaymentLine.unscoped.filter(subject_key=str(subject), state__in=LIVING_LINES).select_related("order").first()
