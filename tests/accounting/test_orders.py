"""Orders: two persons, doubles, the way to the bank and back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from parvis.accounting.api import DoublePayment, OrderRefused, order_file, prepare_order, release_order, trial_balance, withdraw_order
from parvis.accounting.enums import LINE_TRANSITIONS, LineState
from parvis.accounting.models import BankFile, BankFileLine, OrderFile, PaymentLine, PaymentOrder, Voucher
from parvis.accounting.pain001 import schema_faults
from parvis.accounting.selectors import balance_of, rejected_lines
from parvis.accounting.services.bankfiles import import_bank_file
from parvis.connectors.api import answer_as_bank, call_about
from parvis.kernel import clock, jobs
from parvis.kernel.errors import Conflict, NotAllowed
from parvis.kernel.models import Job
from parvis.kernel.subject import SubjectRef
from tests.contacts.factories import make_person

from .factories import IBANS, SYSTEM, a_spec, a_team, answered, lines, prepared, sent

pytestmark = pytest.mark.django_db
D = Decimal
YEAR = clock.today().year


@pytest.mark.db
def test_an_order_is_prepared_by_one_person_and_released_by_another():
    team = a_team()
    order = prepared(team, a_spec(1), a_spec(2, amount=D("876.13")))
    assert (order.number, order.count, order.total, order.state) == (f"P{YEAR}-0001", 2, D("2190.33"), "prepared")
    assert order.prepared_by_label == "Valérie Dumont" and order.released_by_id is None
    assert not Job.objects.filter(kind="accounting.write_order_file").exists()
    released = release_order(actor=team.releaser, order=order)
    assert (released.state, released.released_by_label) == ("released", "Luc Hardy")
    assert {line.state for line in lines(order)} == {LineState.RELEASED}
    assert Job.objects.filter(kind="accounting.write_order_file", subject_id=order.pk).count() == 1


@pytest.mark.db
def test_nobody_releases_what_he_prepared_even_with_both_functions():
    team = a_team()
    order = prepare_order(actor=team.both, lines=[a_spec()], title="Essai")
    with pytest.raises(NotAllowed) as refusal:
        release_order(actor=team.both, order=order)
    assert refusal.value.code == "two_persons"
    for actor in (team.payer, team.accountant, team.auditor, team.worker):
        with pytest.raises(NotAllowed):
            release_order(actor=actor, order=order)
    order.refresh_from_db()
    assert order.state == "prepared" and order.released_by_id is None
    with pytest.raises(IntegrityError), transaction.atomic():
        PaymentOrder.unscoped.filter(pk=order.pk).update(released_by_id=order.prepared_by_id, released_at=clock.now(), state="released")
    with pytest.raises(IntegrityError), transaction.atomic():
        PaymentOrder.unscoped.filter(pk=order.pk).update(state="released")
    assert release_order(actor=team.releaser, order=order).state == "released"


def test_only_payers_prepare():
    team = a_team()
    spec = a_spec()
    for actor in (team.releaser, team.accountant, team.auditor, team.worker, SYSTEM):
        with pytest.raises(NotAllowed):
            prepare_order(actor=actor, lines=[spec], title="x")
    assert not PaymentOrder.unscoped.exists()


def test_a_second_release_is_a_conflict_that_says_who_was_first():
    team = a_team()
    order = prepared(team)
    stale = PaymentOrder.unscoped.get(pk=order.pk)
    release_order(actor=team.releaser, order=order)
    with pytest.raises(Conflict) as clash:
        release_order(actor=team.both, order=stale)
    assert clash.value.who == "Luc Hardy"
    with pytest.raises(Conflict):
        withdraw_order(actor=team.payer, order=stale, reason="trop tard")
    assert PaymentOrder.unscoped.get(pk=order.pk).released_by_label == "Luc Hardy"


def test_lines_changed_after_preparation_cannot_be_released():
    team = a_team()
    order = prepared(team)
    PaymentLine.unscoped.filter(order=order).update(payee_iban=IBANS[3])
    with pytest.raises(OrderRefused) as refusal:
        release_order(actor=team.releaser, order=order)
    assert refusal.value.code == "digest"
    assert PaymentOrder.unscoped.get(pk=order.pk).state == "prepared"


@pytest.mark.db
def test_same_person_aid_month_and_account_is_caught_with_an_explanation():
    team = a_team()
    first = a_spec(1)
    order = prepared(team, first)
    again = a_spec(1, person_id=first.beneficiary_person_id, subject=SubjectRef("test_due", 77))
    with pytest.raises(DoublePayment) as caught:
        prepared(team, a_spec(2), again)
    assert [(one.index, one.order_number) for one in caught.value.doubles] == [(1, order.number)]
    assert order.number in str(caught.value) and "Valérie Dumont" in str(caught.value)
    assert PaymentOrder.unscoped.count() == 1 and PaymentLine.unscoped.count() == 1
    # Another month, another account, another aid: not doubles.
    same = {"person_id": first.beneficiary_person_id}
    prepared(team, a_spec(1, **same, month=date(2026, 4, 1), subject=SubjectRef("test_due", 78)))
    prepared(team, a_spec(1, **same, payee_iban=IBANS[3], subject=SubjectRef("test_due", 79)))
    prepared(team, a_spec(1, **same, purpose="aid.one_off", subject=SubjectRef("test_due", 80)))
    # A supplement has words for it.
    order = prepared(
        team, a_spec(1, **same, subject=SubjectRef("test_due", 81), supplement_reason="Indexation oubliée, décision CSSS 2026/0211")
    )
    assert lines(order)[0].supplement_reason.startswith("Indexation")


@pytest.mark.db
def test_the_same_due_thing_is_never_paid_twice_even_as_a_supplement():
    team = a_team()
    spec = a_spec(1)
    prepared(team, spec)
    with pytest.raises(DoublePayment):
        prepared(team, a_spec(1, person_id=spec.beneficiary_person_id, subject=spec.subject, supplement_reason="Encore"))
    with pytest.raises(DoublePayment):
        prepared(
            team, a_spec(2), a_spec(2, person_id=spec.beneficiary_person_id, subject=SubjectRef("test_due", 5), payee_iban=spec.payee_iban)
        )
    twice = a_spec(3)
    with pytest.raises(DoublePayment) as caught:
        prepared(team, twice, a_spec(3, person_id=twice.beneficiary_person_id, subject=SubjectRef("test_due", 6)))
    assert caught.value.doubles[0].index == 1
    line = PaymentLine.unscoped.get()
    with pytest.raises(IntegrityError), transaction.atomic():  # the database holds the same rule
        PaymentLine.unscoped.create(
            order=line.order,
            position=2,
            end_to_end="X",
            beneficiary=line.beneficiary,
            beneficiary_name="x",
            payee_name="x",
            payee_iban=line.payee_iban,
            subject_type="test_due",
            subject_id=999,
            purpose="aid.ris",
            amount=1,
            double_key=line.double_key,
            subject_key="test_due:999",
        )


def test_lines_that_cannot_be_paid_stop_the_order_by_name():
    team = a_team()
    for change, code in (
        ({"payee_iban": "BE68539007547035"}, "iban"),
        ({"amount": D("0.00")}, "amount"),
        ({"amount": D("10.001")}, "amount"),
        ({"structured": "123456789012"}, "structured"),
    ):
        with pytest.raises(OrderRefused) as refusal:
            prepared(team, a_spec(1), a_spec(2, **change))
        assert refusal.value.code == code
        assert "Claire2" in str(refusal.value)
    with pytest.raises(OrderRefused) as past:
        prepared(team, execution_on=date(2020, 1, 2))
    assert past.value.code == "past"
    assert not PaymentOrder.unscoped.exists()


def test_a_specimen_person_is_never_paid(samples):
    from parvis.contacts.api import create_person_from_eid, decode_eid
    from tests.contacts.factories import WORKER

    team = a_team()
    card = samples / "eid" / "commons-eid" / "alice-card"
    reading = decode_eid({path.name: path.read_bytes() for path in card.iterdir()})
    person = create_person_from_eid(actor=WORKER, reading=reading)
    with pytest.raises(OrderRefused) as refusal:
        prepared(team, a_spec(1, person_id=person.pk, name="SPECIMEN Alice"))
    assert refusal.value.code == "specimen"
    assert not PaymentLine.unscoped.exists()


def test_withdrawing_frees_the_payments_and_keeps_the_number():
    team = a_team()
    spec = a_spec(1)
    order = prepared(team, spec)
    with pytest.raises(OrderRefused):
        withdraw_order(actor=team.payer, order=order, reason=" ")
    with pytest.raises(NotAllowed):
        withdraw_order(actor=team.auditor, order=order, reason="non")
    withdraw_order(actor=team.releaser, order=order, reason="Compte à confirmer")
    assert {line.state for line in lines(order)} == {LineState.CANCELLED}
    again = prepared(team, spec)
    assert again.number == f"P{YEAR}-0002"
    assert PaymentOrder.unscoped.get(pk=order.pk).withdrawn_reason == "Compte à confirmer"


def test_a_released_order_is_written_in_a_job_and_the_schema_accepts_it(samples):
    team = a_team()
    order = sent(team, a_spec(1, name="Élise Nuñez", payee_town="Valmont", payee_country="BE"), a_spec(2))
    file = order_file(actor=team.payer, order=order)
    assert file.name == f"P{YEAR}-0001-1.xml" and file.message_id == f"P{YEAR}-0001-1"
    assert schema_faults(bytes(file.content), samples / "pain" / "xsd" / "pain.001.001.09.xsd") == []
    assert {"where": f"P{YEAR}-0001-00001", "field": "Cdtr/Nm", "from": "Élise Nuñez", "to": "Elise Nunez"} in file.changes
    assert order.state == "sent" and {line.state for line in lines(order)} == {LineState.SENT}
    assert OrderFile.objects.visible_to(team.worker).count() == 0


@pytest.mark.db
def test_the_bank_accepts_debits_and_the_ledger_balances():
    team = a_team()
    order = sent(team, a_spec(1), a_spec(2, amount=D("876.13")), a_spec(3, amount=D("100.00"), purpose="aid.one_off"))
    answered(team, order, notice=False)
    assert {line.state for line in lines(order)} == {LineState.ACCEPTED}
    assert balance_of(actor=SYSTEM, role="expense:aid.ris") == D("2190.33")
    assert balance_of(actor=SYSTEM, role="clearing") == D("-2290.33")
    answered(team, order, {line.end_to_end: "accept" for line in lines(order)})
    assert {line.state for line in lines(order)} == {LineState.BOOKED}
    assert balance_of(actor=SYSTEM, role="clearing") == D("0.00")
    assert balance_of(actor=SYSTEM, role="bank") == D("-2290.33")
    balance = trial_balance(actor=SYSTEM)
    assert balance.debit == balance.credit == D("4580.66") and balance.difference == D("0.00")
    assert PaymentOrder.unscoped.get(pk=order.pk).state == "answered"


@pytest.mark.db
def test_rejects_are_chosen_by_the_tester_and_leave_no_trace_in_the_ledger():
    team = a_team()
    spec = a_spec(2, amount=D("540.00"))
    order = sent(team, a_spec(1), spec, a_spec(3))
    answered(team, order, {f"{order.number}-00002": "AC04"})
    states = [line.state for line in lines(order)]
    assert states == [LineState.BOOKED, LineState.REJECTED, LineState.BOOKED]
    bad = lines(order)[1]
    assert (bad.reason_code, bad.double_key, bad.subject_key) == ("AC04", None, None)
    assert balance_of(actor=SYSTEM, role="bank") == D("-2628.40")
    assert trial_balance(actor=SYSTEM).difference == D("0.00")
    assert [line.pk for line in rejected_lines(actor=team.payer)] == [bad.pk]
    # The amount is due again: the same thing can be ordered on another account, and then leaves the list.
    prepared(team, a_spec(2, person_id=spec.beneficiary_person_id, amount=D("540.00"), payee_iban=IBANS[3], subject=spec.subject))
    assert rejected_lines(actor=team.payer) == []


@pytest.mark.db
def test_money_sent_back_after_the_debit_is_booked_back():
    team = a_team()
    order = sent(team, a_spec(1), a_spec(2))
    answered(team, order)
    answered(team, order, {f"{order.number}-00001": "return:AC04"})
    line = lines(order)[0]
    assert (line.state, line.reason_code) == (LineState.REJECTED, "AC04")
    assert balance_of(actor=SYSTEM, role="bank") == D("-1314.20")
    assert balance_of(actor=SYSTEM, role="expense:aid.ris") == D("1314.20")
    assert balance_of(actor=SYSTEM, role="clearing") == D("0.00")


def test_an_acceptance_that_becomes_a_rejection_is_undone():
    team = a_team()
    order = sent(team, a_spec(1))
    answered(team, order, notice=False)
    answered(team, order, {f"{order.number}-00001": "MS03"})
    assert lines(order)[0].state == LineState.REJECTED
    assert all(row.balance == 0 for row in trial_balance(actor=SYSTEM).rows)
    assert Voucher.unscoped.count() == 2


@pytest.mark.db
def test_the_same_file_twice_and_the_same_news_twice_work_once():
    team = a_team()
    order = sent(team, a_spec(1), a_spec(2))
    call = call_about(team.payer, order.ref)
    answer_as_bank(actor=team.payer, call=call, verdicts={f"{order.number}-00002": "AC01"})
    jobs.run_pending(raise_errors=True)
    files = {file.kind: file for file in BankFile.unscoped.all()}
    before = (Voucher.unscoped.count(), BankFileLine.unscoped.count())
    for file in files.values():
        report = import_bank_file(actor=team.payer, content=bytes(file.content), name="encore.xml")
        assert report.already and report.file.pk == file.pk
    assert (Voucher.unscoped.count(), BankFileLine.unscoped.count(), BankFile.unscoped.count()) == (*before, 2)
    # Another file with the same news.
    changed = bytes(files["camt.054"].content).replace(b"SIM-", b"SIX-")
    report = import_bank_file(actor=team.payer, content=changed)
    assert not report.already and (report.matched, report.refused) == (0, 0)
    assert [row.finding for row in BankFileLine.unscoped.filter(file=report.file)] == ["repeated"]
    assert Voucher.unscoped.count() == before[0]


def test_a_reading_stopped_in_the_middle_goes_on_where_it_was(monkeypatch):
    from parvis.accounting.services import bankfiles

    team = a_team()
    order = sent(team, *(a_spec(number, amount=D("10.00")) for number in range(1, 8)))
    call = call_about(team.payer, order.ref)
    answer_as_bank(actor=team.payer, call=call, notice=False)
    content = bytes(call.answers.model.unscoped.get(call=call).content)
    monkeypatch.setattr(bankfiles, "CHUNK", 3)
    original, runs = bankfiles.Settling.run, []

    def killed(self, chunk):
        runs.append(len(chunk))
        if len(runs) == 2:
            raise RuntimeError("killed")
        original(self, chunk)

    monkeypatch.setattr(bankfiles.Settling, "run", killed)
    with pytest.raises(RuntimeError):
        import_bank_file(actor=team.payer, content=content)
    assert BankFileLine.unscoped.count() == 3 and BankFile.unscoped.get().state == "reading"
    report = import_bank_file(actor=team.payer, content=content)
    assert not report.already and report.matched == 7 and runs == [3, 3, 3, 1]
    assert balance_of(actor=SYSTEM, role="clearing") == D("-70.00")


def test_each_state_refuses_what_may_not_follow():
    assert set(LINE_TRANSITIONS) == set(LineState)
    team = a_team()
    order = prepared(team)
    with pytest.raises(IntegrityError), transaction.atomic():
        PaymentLine.unscoped.filter(order=order).update(state="rejected")  # keys must go with it
    with pytest.raises(IntegrityError), transaction.atomic():
        PaymentLine.unscoped.filter(order=order).update(state="paid")
    assert lines(order)[0].state == LineState.PREPARED


def test_hundreds_of_lines_in_one_order():
    team = a_team()
    person = make_person("Nombreux", "Jean").pk
    specs = [
        a_spec(1, person_id=person, amount=D("1.01"), purpose=f"test.{n}", subject=SubjectRef("test_due", 5000 + n)) for n in range(450)
    ]
    order = sent(team, *specs)
    answered(team, order)
    assert balance_of(actor=SYSTEM, role="bank") == D("-454.50")
    assert trial_balance(actor=SYSTEM).difference == D("0.00")
    assert PaymentLine.unscoped.filter(order=order, state="booked").count() == 450
