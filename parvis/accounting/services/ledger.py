"""Postings. A voucher balances or does not exist; a mistake is reversed by another voucher."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext, gettext_noop, override
from django.utils.translation import gettext as _

from parvis.kernel import clock, mutations, numbers
from parvis.kernel.actor import Actor
from parvis.kernel.errors import NotAllowed
from parvis.kernel.events import publish
from parvis.kernel.gestures import gesture
from parvis.kernel.money import CENT
from parvis.kernel.subject import SubjectRef

from ..access import may_post
from ..enums import Book
from ..errors import LedgerError
from ..events import VoucherReversed
from ..models import Entry, GlAccount, Voucher

STREAM = "context:accounting"
ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Leg:
    """One side to post. ``role`` names the account ("bank", "clearing", "expense:aid.ris"); give debit or credit."""

    role: str
    debit: Decimal = ZERO
    credit: Decimal = ZERO
    dossier_id: int | None = None
    person_id: int | None = None
    label: str = ""


def account_for(book: str, role: str) -> GlAccount:
    """The account of a role; "expense:x" falls back on "expense:other".

    Raises:
        LedgerError: the chart of the book has no account for it.
    """
    found = {row.role: row for row in GlAccount.objects.filter(book=book, role__in={role, f"{role.partition(':')[0]}:other"}, active=True)}
    account = found.get(role) or next(iter(found.values()), None)
    if account is None:
        raise LedgerError(
            _("The chart of accounts has no account for “%(role)s”. The accountant must add one.") % {"role": role}, code="role"
        )
    return account


@gesture
def post(
    *,
    actor: Actor,
    book: str,
    journal: str,
    booked_on: date,
    text: str,
    legs: Sequence[Leg],
    values: Mapping[str, str] | None = None,
    subject: SubjectRef | None = None,
    currency: str = "EUR",
) -> Voucher:
    """Post a voucher. With ``values`` the text is a message (``gettext_noop``) that each reader gets in the reader's language.

    Raises:
        NotAllowed: only the accountant and the system post.
        LedgerError: it does not balance, an amount is not in positive whole cents, or an account is missing.
    """
    if not may_post(actor):
        raise NotAllowed(_("Only an accountant may post in the ledger."))
    return write_voucher(
        actor=actor,
        book=book,
        journal=journal,
        booked_on=booked_on,
        text=text,
        legs=legs,
        values=values,
        subject=subject,
        currency=currency,
    )


def write_voucher(
    *,
    actor: Actor,
    book: str,
    journal: str,
    booked_on: date,
    text: str,
    legs: Sequence[Leg],
    values: Mapping[str, str] | None = None,
    subject: SubjectRef | None = None,
    currency: str = "EUR",
) -> Voucher:
    """The same without the check of rights, for services of this context whose own right was checked."""
    total = _checked(legs)
    accounts = {role: account_for(book, role) for role in {leg.role for leg in legs}}
    entries = [
        Entry(
            position=position,
            account=accounts[leg.role],
            debit=leg.debit,
            credit=leg.credit,
            dossier_ref=leg.dossier_id,
            person_id=leg.person_id,
            label=leg.label[:191],
        )
        for position, leg in enumerate(legs, start=1)
    ]
    voucher = Voucher(
        book=book,
        journal=journal,
        booked_on=booked_on,
        **_wording(text, values),
        total=total,
        currency=currency,
        subject_type=subject.type if subject else "",
        subject_id=subject.id if subject else None,
    )
    return _store(actor, voucher, entries)


def _wording(text: str, values: Mapping[str, str] | None) -> dict[str, Any]:
    """A message with its values, and the same in the centre's language; or a text that somebody typed."""
    if values is None:
        return {"text": text[:191]}
    with override(settings.LANGUAGE_CODE):
        words = gettext(text) % values
    return {"text": words[:191], "text_key": text, "text_values": dict(values)}


def _store(actor: Actor, voucher: Voucher, entries: list[Entry]) -> Voucher:
    """Number, write and close a voucher that balances."""
    year = voucher.booked_on.year
    number = numbers.allot(f"accounting.{voucher.book}.{voucher.journal}", year)
    prefix = voucher.journal if voucher.book == Book.PUBLIC else f"{voucher.journal}-C"
    voucher.number = f"{prefix}{year}-{number:05d}"
    voucher.created_at = clock.now()
    voucher.author_id, voucher.author_label = actor.account_id, actor.label[:191]
    voucher.save(force_insert=True)
    for entry in entries:
        entry.voucher = voucher
    Entry.unscoped.bulk_create(entries, batch_size=400)
    # The database's trigger refuses this step when debits and credits differ, and every change after it.
    Voucher.unscoped.filter(pk=voucher.pk).update(posted=True)
    voucher.posted = True
    mutations.record(
        STREAM,
        actor=actor,
        verb="voucher.posted" if voucher.reverses_id is None else "voucher.reversed",
        subject=SubjectRef("voucher", voucher.pk),
        values={"number": voucher.number, "total": str(voucher.total), "entries": len(entries), "book": voucher.book},
        note=voucher.reason,
    )
    return voucher


def _checked(legs: Sequence[Leg]) -> Decimal:
    for leg in legs:
        amounts = (leg.debit, leg.credit)
        if min(amounts) < 0 or (leg.debit > 0) == (leg.credit > 0):
            raise LedgerError(_("Each entry is a debit or a credit, above zero."), code="side")
        if any(amount != amount.quantize(CENT) for amount in amounts):
            raise LedgerError(_("Amounts are in whole cents."), code="cents")
    debit, credit = sum((leg.debit for leg in legs), ZERO), sum((leg.credit for leg in legs), ZERO)
    if len(legs) < 2 or debit != credit:
        raise LedgerError(
            _("The voucher does not balance: debit %(debit)s, credit %(credit)s. Nothing was posted.") % {"debit": debit, "credit": credit},
            code="unbalanced",
        )
    return debit


@gesture
def reverse(*, actor: Actor, voucher: Voucher, reason: str, booked_on: date | None = None) -> Voucher:
    """Post the opposite of a voucher. Both stay; a voucher is reversed once, a reversal never. What it was booked for is told
    (``VoucherReversed``), and may refuse.

    Raises:
        NotAllowed: only an accountant reverses.
        LedgerError: no reason, already reversed, or itself a reversal.
    """
    if not may_post(actor):
        raise NotAllowed(_("Only an accountant may reverse a voucher."))
    if not reason.strip():
        raise LedgerError(_("Say why this voucher is reversed."), field="reason", code="reason")
    if voucher.reverses_id is not None:
        raise LedgerError(_("A reversal is not reversed: post the right voucher instead."), code="reversal")
    if Voucher.unscoped.filter(reverses=voucher).exists():
        raise LedgerError(_("This voucher has already been reversed."), code="reversed")
    mirror = Voucher(
        book=voucher.book,
        journal=voucher.journal,
        booked_on=booked_on or clock.today(),
        **_wording(gettext_noop("Reversal of %(number)s"), {"number": voucher.number}),
        total=voucher.total,
        currency=voucher.currency,
        subject_type=voucher.subject_type,
        subject_id=voucher.subject_id,
        reverses=voucher,
        reason=reason.strip()[:191],
    )
    entries = [
        Entry(
            position=row.position,
            account_id=row.account_id,
            debit=row.credit,
            credit=row.debit,
            dossier_ref=row.dossier_ref,
            person_id=row.person_id,
            label=row.label,
        )
        for row in Entry.unscoped.filter(voucher=voucher).order_by("position")
    ]
    try:
        with transaction.atomic():
            made = _store(actor, mirror, entries)
    except IntegrityError:  # somebody else reversed it a moment ago
        raise LedgerError(_("This voucher has already been reversed."), code="reversed") from None
    subject = SubjectRef(voucher.subject_type, voucher.subject_id) if voucher.subject_type and voucher.subject_id else None
    publish(VoucherReversed(actor=actor, voucher_id=voucher.pk, reversal_id=made.pk, subject=subject, reason=mirror.reason))
    return made


@gesture
def set_account(*, actor: Actor, book: str, code: str, name: dict[str, str], kind: str, role: str | None = None) -> GlAccount:
    """Add an account to the chart, or rename one.

    Raises:
        NotAllowed: only an accountant or the system changes the chart.
    """
    if not may_post(actor):
        raise NotAllowed(_("Only an accountant may change the chart of accounts."))
    account, made = GlAccount.objects.get_or_create(book=book, code=code, defaults={"name": name, "kind": kind, "role": role})
    if made or account.name != name:
        old, account.name = account.name, name
        account.save(update_fields=["name"])
        mutations.record(
            STREAM,
            actor=actor,
            verb="account.set",
            subject=SubjectRef("gl_account", account.pk),
            values={"name": [None if made else old, name], "code": code, "book": book},
        )
    return account
