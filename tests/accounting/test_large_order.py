"""The 28th of the month: one order of 2,000 lines, its file, three rejects, the debit; to the cent (F11)."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from parvis.accounting.api import order_file, prepare_order, release_order, trial_balance
from parvis.accounting.models import PaymentLine, Voucher
from parvis.accounting.selectors import balance_of
from parvis.accounting.services.bankfiles import import_bank_file
from parvis.connectors.bank_simulator import debit_notice, read_order, status_report
from parvis.identity.models import Account
from parvis.kernel import clock, jobs
from parvis.kernel.subject import SubjectRef
from tests.contacts.factories import make_person

from .factories import SYSTEM, a_spec, a_team

pytestmark = pytest.mark.django_db
LINES = 2_000
#: Generous: a busy machine with two cores. Measured alone: a few seconds in all.
SECONDS = 120


def iban(number: int) -> str:
    bban = f"{1_000_000_000 + number:010d}"
    bban += f"{int(bban) % 97 or 97:02d}"
    return f"BE{98 - int(bban + '111400') % 97:02d}{bban}"


def test_two_thousand_lines_from_order_to_ledger(client: Any, django_assert_max_num_queries: Any, capsys: Any) -> None:
    team = a_team()
    people = [make_person("Dupont", f"Claire{number}").pk for number in range(20)]
    base = a_spec(0, person_id=people[0])
    specs = [
        replace(
            base, beneficiary_person_id=people[n % 20], payee_iban=iban(n), amount=Decimal(50_000 + n) / 100, subject=SubjectRef("test_due", n),
        )
        for n in range(LINES)
    ]  # fmt: skip
    total = sum((spec.amount for spec in specs), Decimal(0))
    times, started = {}, time.monotonic()

    def lap(name: str) -> None:
        nonlocal started
        times[name] = round(time.monotonic() - started, 2)
        started = time.monotonic()

    order = prepare_order(actor=team.payer, lines=specs, title="Paiements du mois", kind="run", month=date(2026, 3, 1))
    lap("prepare")
    release_order(actor=team.releaser, order=order)
    lap("release")
    jobs.run_pending(raise_errors=True)
    order.refresh_from_db()
    lap("file")
    file = order_file(actor=team.payer, order=order)
    assert file is not None
    sent = read_order(bytes(file.content))
    assert (order.count, order.total, len(sent.transfers), sent.total) == (LINES, total, LINES, total)
    at, rejects = clock.now().astimezone(clock.zone()), {one.end_to_end: "AC04" for one in sent.transfers[::700]}
    report = status_report(sent, rejects, message_id="BANK-S", at=at)
    paid = [one.end_to_end for one in sent.transfers if one.end_to_end not in rejects]
    notice = debit_notice(sent, paid, message_id="BANK-D", at=at, on=at.date())
    started = time.monotonic()
    import_bank_file(actor=team.accountant, content=report, name="pain002.xml")
    jobs.run_pending(raise_errors=True)
    lap("pain.002")
    import_bank_file(actor=team.accountant, content=notice, name="camt054.xml")
    jobs.run_pending(raise_errors=True)
    lap("camt.054")
    states = dict.fromkeys(("rejected", "booked"), 0)
    for state in PaymentLine.unscoped.filter(order=order).values_list("state", flat=True):
        states[state] += 1
    assert states == {"rejected": 3, "booked": LINES - 3}
    kept = total - sum((line.amount for line in PaymentLine.unscoped.filter(order=order, state="rejected")), Decimal(0))
    assert balance_of(actor=SYSTEM, role="bank") == -kept and balance_of(actor=SYSTEM, role="clearing") == 0
    assert balance_of(actor=SYSTEM, role="expense:aid.ris") == kept and trial_balance(actor=SYSTEM).difference == 0
    vouchers = Voucher.unscoped.count()
    import_bank_file(actor=team.accountant, content=report, name="again.xml")  # the same file: nothing a second time
    jobs.run_pending(raise_errors=True)
    assert Voucher.unscoped.count() == vouchers
    client.force_login(Account.objects.get(pk=team.accountant.account_id))
    page = reverse("accounting:order", args=[order.uuid])
    client.get(page)
    started = time.monotonic()
    with django_assert_max_num_queries(25):
        assert client.get(page).status_code == 200
    lap("page")
    assert sum(times.values()) < SECONDS, times
    with capsys.disabled():
        sys.stderr.write(f"\n2,000 lines, seconds: {times}\n")
