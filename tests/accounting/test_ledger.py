"""The ledger: balanced, in one book, append-only, reversal only."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from parvis.accounting.api import Leg, post, reverse, trial_balance
from parvis.accounting.errors import LedgerError
from parvis.accounting.models import Entry, GlAccount, Voucher
from parvis.kernel.errors import NotAllowed

from .factories import SYSTEM, a_team

pytestmark = [pytest.mark.django_db, pytest.mark.db]
D = Decimal


def _post(team, *legs, **more):
    values = {"book": "public", "journal": "OD", "booked_on": date(2026, 3, 27), "text": "Essai"} | more
    return post(
        actor=team.accountant, legs=legs or (Leg("expense:aid.ris", debit=D("589.05")), Leg("clearing", credit=D("589.05"))), **values
    )


def test_a_balanced_voucher_is_posted_with_its_number_and_total():
    team = a_team()
    first, second = _post(team), _post(team)
    assert (first.number, second.number) == ("OD2026-00001", "OD2026-00002")
    assert first.total == D("589.05") and first.posted
    balance = trial_balance(actor=team.accountant)
    assert [(row.account.code, row.debit, row.credit) for row in balance.rows] == [
        ("58001", D("0.00"), D("1178.10")),
        ("64801", D("1178.10"), D("0.00")),
    ]
    assert balance.difference == D("0.00")


@pytest.mark.parametrize(
    ("legs", "code"),
    [
        ((Leg("bank", debit=D("10.00")), Leg("clearing", credit=D("9.99"))), "unbalanced"),
        ((Leg("bank", debit=D("10.00")),), "unbalanced"),
        ((), "unbalanced"),
        ((Leg("bank", debit=D("10.00"), credit=D("10.00")), Leg("clearing", credit=D("10.00"))), "side"),
        ((Leg("bank", debit=D("-10.00")), Leg("clearing", credit=D("-10.00"))), "side"),
        ((Leg("bank", debit=D("10.005")), Leg("clearing", credit=D("10.005"))), "cents"),
        ((Leg("treasure", debit=D("10.00")), Leg("clearing", credit=D("10.00"))), "role"),
    ],
)
def test_what_does_not_balance_is_refused_and_nothing_is_posted(legs, code):
    team = a_team()
    with pytest.raises(LedgerError) as refusal:
        post(actor=team.accountant, book="public", journal="OD", booked_on=date(2026, 3, 27), text="Essai", legs=legs)
    assert refusal.value.code == code
    assert not Voucher.unscoped.exists() and not Entry.unscoped.exists()


def test_a_mistake_is_reversed_once_and_both_vouchers_stay():
    team = a_team()
    wrong = _post(team)
    mirror = reverse(actor=team.accountant, voucher=wrong, reason="Mauvais article")
    assert mirror.reverses_id == wrong.pk and mirror.total == wrong.total
    sides = list(Entry.unscoped.filter(voucher=mirror).values_list("account__role", "debit", "credit").order_by("position"))
    assert sides == [("expense:aid.ris", D("0.00"), D("589.05")), ("clearing", D("589.05"), D("0.00"))]
    assert all(row.balance == D("0.00") for row in trial_balance(actor=SYSTEM).rows)
    with pytest.raises(LedgerError) as again:
        reverse(actor=team.accountant, voucher=wrong, reason="Encore")
    assert again.value.code == "reversed"
    with pytest.raises(LedgerError) as back:
        reverse(actor=team.accountant, voucher=mirror, reason="Retour")
    assert back.value.code == "reversal"
    with pytest.raises(LedgerError) as mute:
        reverse(actor=team.accountant, voucher=_post(team), reason="  ")
    assert mute.value.code == "reason"
    assert Voucher.unscoped.count() == 3


def _refused(action):
    with pytest.raises(IntegrityError), transaction.atomic():
        action()


def test_the_database_itself_refuses_changes_of_what_is_posted():
    team = a_team()
    voucher = _post(team)
    entry = Entry.unscoped.filter(voucher=voucher).first()
    _refused(lambda: Entry.unscoped.filter(pk=entry.pk).update(debit=D("1.00")))
    _refused(lambda: Entry.unscoped.filter(pk=entry.pk)._raw_delete("default"))
    _refused(lambda: Voucher.unscoped.filter(pk=voucher.pk).update(text="autre"))
    _refused(lambda: Voucher.unscoped.filter(pk=voucher.pk).update(posted=False))
    _refused(lambda: Entry.unscoped.create(voucher=voucher, position=9, account=entry.account, debit=D("1.00"), credit=D("0.00")))
    entry.refresh_from_db()
    voucher.refresh_from_db()
    assert (entry.debit, voucher.text, Entry.unscoped.filter(voucher=voucher).count()) == (D("589.05"), "Essai", 2)


def test_the_database_itself_refuses_to_post_what_does_not_balance_or_mixes_books():
    team = a_team()
    now = _post(team).created_at

    def draft(total, *sides):
        voucher = Voucher.unscoped.create(
            book="public",
            journal="OD",
            number=f"X{total}{len(sides)}",
            booked_on=date(2026, 3, 1),
            text="x",
            total=total,
            created_at=now,
            author_label="x",
        )
        for position, (book, role, debit, credit) in enumerate(sides, start=1):
            account = GlAccount.objects.get(book=book, role=role)
            Entry.unscoped.create(voucher=voucher, position=position, account=account, debit=debit, credit=credit)
        return lambda: Voucher.unscoped.filter(pk=voucher.pk).update(posted=True)

    zero = D("0.00")
    _refused(draft(D("10.00"), ("public", "bank", D("10.00"), zero), ("public", "clearing", zero, D("9.99"))))
    _refused(draft(D("11.00"), ("public", "bank", D("10.00"), zero), ("public", "clearing", zero, D("10.00"))))
    _refused(draft(D("12.00"), ("client", "bank", D("12.00"), zero), ("public", "clearing", zero, D("12.00"))))
    _refused(draft(D("13.00")))
    assert (
        draft(
            D("0.30"), ("public", "bank", D("0.10"), zero), ("public", "bank", D("0.20"), zero), ("public", "clearing", zero, D("0.30"))
        )()
        == 1
    )


def test_public_and_client_money_have_their_own_books_and_balances():
    team = a_team()
    _post(team, Leg("bank", debit=D("250.00")), Leg("expense:other", credit=D("250.00")), book="client")
    _post(team)
    client = trial_balance(actor=SYSTEM, book="client")
    assert [(row.account.code, row.balance) for row in client.rows] == [("48901", D("-250.00")), ("55901", D("250.00"))]
    assert trial_balance(actor=SYSTEM, book="public").debit == D("589.05")
    assert Voucher.unscoped.get(book="client").number == "OD-C2026-00001"


def test_only_accountants_post_and_only_accountants_and_auditors_read():
    team = a_team()
    voucher = _post(team)
    for actor in (team.payer, team.releaser, team.auditor, team.worker):
        with pytest.raises(NotAllowed):
            post(
                actor=actor,
                book="public",
                journal="OD",
                booked_on=date(2026, 3, 1),
                text="x",
                legs=[Leg("bank", debit=D("1.00")), Leg("clearing", credit=D("1.00"))],
            )
        with pytest.raises(NotAllowed):
            reverse(actor=actor, voucher=voucher, reason="non")
    assert Voucher.unscoped.count() == 1
    seen = {
        name: Voucher.objects.visible_to(getattr(team, name)).count() for name in ("accountant", "auditor", "payer", "releaser", "worker")
    }
    assert seen == {"accountant": 1, "auditor": 1, "payer": 0, "releaser": 0, "worker": 0}
