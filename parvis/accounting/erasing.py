"""Lawful destruction: every voucher, entry and payment stays with its account, amount, day and number; the names are replaced."""

from __future__ import annotations

import datetime as dt

from django.db.models import CharField, Exists, OuterRef, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from parvis.connectors.api import empty_calls
from parvis.contacts.api import nobody
from parvis.kernel import clock, registries
from parvis.kernel.erasure import Target
from parvis.kernel.registries import Eraser, Obstacle
from parvis.ui import formats

from .models import BankFile, BankFileLine, Entry, OrderFile, PaymentLine, PaymentOrder, Voucher

NO_ACCOUNT = "—"


def years_before(day: dt.date, years: int) -> dt.date:
    """The same day so many years before; 29 February becomes 28."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def _money(dossier_id: int, money_years: int) -> list[Obstacle]:
    """Pieces of the accounts have a term of their own: until then they name whom was paid."""
    last = (
        Entry.unscoped.filter(dossier_ref=dossier_id).order_by("-voucher__booked_on").values_list("voucher__booked_on", flat=True).first()
    )
    sent = PaymentLine.unscoped.filter(dossier_ref=dossier_id).order_by("-order__execution_on", "-pk")
    paid = sent.values_list("order__execution_on", flat=True).first()
    latest = max((day for day in (last, paid) if day is not None), default=None)
    if latest is None or latest <= years_before(clock.today(), money_years):
        return []
    free = years_before(latest, -money_years)
    return [
        Obstacle(
            _("Payment or entry of %(day)s") % {"day": formats.day(latest)},
            _("pieces of the accounts are kept until %(day)s") % {"day": formats.day(free)},
            due_on=free,
        )
    ]


def _collect(target: Target) -> None:
    lines = PaymentLine.unscoped.filter(dossier_ref=target.id)
    target.name("payment_line", lines.values_list("pk", flat=True))
    target.persons |= set(lines.values_list("beneficiary_id", flat=True))
    entries = Entry.unscoped.filter(dossier_ref=target.id)
    target.persons |= set(entries.filter(person__isnull=False).values_list("person_id", flat=True))


def _erase(target: Target) -> None:
    lines = PaymentLine.unscoped.filter(dossier_ref=target.id)
    orders = set(lines.values_list("order_id", flat=True))
    BankFileLine.unscoped.filter(line__in=lines).update(party="", bank_text="")
    target.counts[gettext_noop("Payments, kept without names")] += lines.update(
        beneficiary=nobody(),
        beneficiary_name=target.label,
        payee_name=target.label,
        payee_iban=NO_ACCOUNT,
        payee_street="",
        payee_postcode="",
        payee_town="",
        communication="",
        structured="",
        supplement_reason="",
        bank_text="",
    )
    named = PaymentLine.unscoped.filter(order=OuterRef("order")).exclude(payee_iban=NO_ACCOUNT)
    # The key against double payment holds the account number; a paid line keeps one, of its own.
    lines.exclude(double_key=None).update(double_key=Concat(Value("gone:"), Cast("pk", CharField())))
    files = OrderFile.unscoped.filter(order__in=orders).exclude(Exists(named))
    bare = set(files.values_list("order_id", flat=True))
    files.update(content=b"", changes=[])
    PaymentOrder.unscoped.filter(pk__in=bare).update(title=target.label, titles=None, withdrawn_reason="")
    empty_calls("payment_order", bare)
    others = BankFileLine.unscoped.filter(file=OuterRef("pk")).exclude(line__payee_iban=NO_ACCOUNT, line__isnull=False)
    told = set(BankFileLine.unscoped.filter(line__order__in=bare).values_list("file_id", flat=True))
    BankFile.unscoped.filter(pk__in=told).exclude(Exists(others)).update(content=b"")
    entries = Entry.unscoped.filter(dossier_ref=target.id)
    vouchers = Voucher.unscoped.filter(pk__in=set(entries.values_list("voucher_id", flat=True)))
    strangers = Entry.unscoped.filter(voucher=OuterRef("pk"), dossier_ref__isnull=False).exclude(dossier_ref=target.id)
    target.empty_guarded(
        gettext_noop("Vouchers, kept without names"),
        vouchers.exclude(Exists(strangers)),
        text=target.label,
        text_key=None,
        text_values=None,
        reason="",
    )
    target.empty_guarded(gettext_noop("Entries of the ledger, kept without names"), entries, person=None, label=target.label)


registries.erasers.register(
    "accounting",
    Eraser(
        title=_("Accounts"),
        order=50,
        collect=_collect,
        erase=_erase,
        obstacles=_money,
        holds={
            "accounting.PaymentLine": "emptied",
            "accounting.PaymentOrder": "emptied when all of its lines are",
            "accounting.Entry": "emptied",
            "accounting.Voucher": "emptied",
            "accounting.OrderFile": "emptied when all of its lines are",
            "accounting.BankFileLine": "emptied",
            "accounting.BankFile": "emptied when all of its lines are",
        },
    ),
)
