"""First payment, rejection and correction, the monthly run, a month with nobody there."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.utils.translation import override

from parvis.accounting import api as accounting
from parvis.accounting.models import PaymentLine, PaymentOrder
from parvis.accounting.selectors import balance_of
from parvis.aid.api import (
    AidError,
    correct_account,
    count_unpaid,
    count_waiting_first,
    extend_all,
    pay_again,
    prepare_first_payment,
    prepare_run,
    propose_all,
    run_of,
    settle_held,
)
from parvis.aid.enums import Check
from parvis.aid.models import DueLine, Entitlement, PaymentAccount
from parvis.aid.offline import write_pack
from parvis.decisions import api as decisions
from parvis.journal.models import Entry as ChronicleEntry
from parvis.kernel import jobs
from parvis.kernel.errors import NotAllowed
from parvis.kernel.models import MutationLine
from parvis.kernel.subject import SubjectRef
from parvis.requests import api as requests
from parvis.workflows import api as workflows
from parvis.workflows.models import WorkItem
from tests.accounting.factories import SYSTEM
from tests.decisions import factories as made

from . import factories as f

D = Decimal


def _open_steps(line_id):
    return set(WorkItem.unscoped.filter(subject_type="request_line", subject_id=line_id, state="open").values_list("step", flat=True))


def test_the_first_payment_goes_from_decision_to_ledger_without_typing(world):
    centre, team = world
    decision = f.granted(centre)
    assert "pay" in _open_steps(decision.line_id) and count_waiting_first(team.payer) == 1
    order = prepare_first_payment(actor=team.payer, line_id=decision.line_id)
    line = PaymentLine.unscoped.get(order=order)
    assert (line.amount, line.payee_iban, line.payee_name, line.month) == (D("1314.20"), made.IBAN, "Aya Benali", date(2026, 3, 1))
    assert line.communication == "Revenu d’intégration mars 2026"
    assert [state for _m, _a, state in f.months(f.entitlement(decision))] == ["ordered", "due"]
    assert "pay" in _open_steps(decision.line_id)  # prepared is not paid
    f.bank(team, order)
    right = f.entitlement(decision)
    assert [state for _m, _a, state in f.months(right)] == ["paid", "due"] and right.first_paid_on == date(2026, 3, 2)
    assert "pay" not in _open_steps(decision.line_id)
    assert requests.line_card(decision.line_id).stage == "paid"
    clock = next(row for row in requests.clocks_for([decision.line_id])[decision.line_id] if row.kind == "pay")
    assert clock.met_on == date(2026, 3, 2)
    assert count_waiting_first(team.payer) == 0
    assert balance_of(actor=SYSTEM, role="expense:aid.ris") == D("1314.20") and balance_of(actor=SYSTEM, role="bank") == D("-1314.20")
    assert accounting.trial_balance(actor=SYSTEM).difference == D("0.00")
    steps = ChronicleEntry.unscoped.filter(dossier=right.dossier_id, kind="step").values_list("message", flat=True)
    assert {"First payment prepared: %(amount)s, order %(order)s", "First payment made: %(amount)s, order %(order)s"} <= {
        message["text"] for message in steps if message
    }


def test_arrears_are_in_the_first_payment(world):
    centre, team = world
    decision = f.granted(centre, from_on=date(2026, 1, 1))
    order = prepare_first_payment(actor=team.payer, line_id=decision.line_id)
    assert (order.count, order.total) == (3, D("3942.60"))
    with pytest.raises(AidError) as nothing:
        prepare_first_payment(actor=team.payer, line_id=decision.line_id)
    assert nothing.value.code == "empty" and PaymentOrder.unscoped.count() == 1


def test_only_payers_prepare_and_nothing_changes_when_refused(world):
    centre, team = world
    decision = f.granted(centre)
    for actor in (centre.worker, centre.chief, team.releaser, team.accountant, team.auditor):
        with pytest.raises(NotAllowed):
            prepare_first_payment(actor=actor, line_id=decision.line_id)
    assert not PaymentOrder.unscoped.exists()
    assert [state for _m, _a, state in f.months(f.entitlement(decision))] == ["due", "due"]


def test_an_order_withdrawn_before_release_makes_its_lines_due_again(world):
    centre, team = world
    decision = f.granted(centre)
    order = prepare_first_payment(actor=team.payer, line_id=decision.line_id)
    accounting.withdraw_order(actor=team.releaser, order=order, reason="Compte à vérifier")
    assert [(line.state, line.payment_line_id) for line in f.due(f.entitlement(decision))] == [("due", None), ("due", None)]
    assert prepare_first_payment(actor=team.payer, line_id=decision.line_id).count == 1


def test_a_rejection_returns_to_people_is_corrected_and_paid_again(world):
    centre, team = world
    decision = f.granted(centre)
    order = prepare_first_payment(actor=team.payer, line_id=decision.line_id)
    f.bank(team, order, {f"{order.number}-00001": "AC04"})
    right = f.entitlement(decision)
    line = f.due(right)[0]
    assert (line.state, line.reason_code, right.first_paid_on) == ("rejected", "AC04", None)
    assert "pay" in _open_steps(decision.line_id) and count_unpaid(team.payer) == 1
    payer_item = WorkItem.unscoped.get(subject_type="due_line", state="open")
    assert (payer_item.queue, payer_item.step) == ("payer", "rejected") and "compte est clôturé" in payer_item.why
    assert "The account is closed" in payer_item.why_in["en"] and "1.314,20" in payer_item.why_in["en"]
    referent_item = WorkItem.unscoped.get(subject_type="entitlement", state="open")
    assert (referent_item.owner_id, referent_item.step) == (centre.account("worker").pk, "account")

    for change, code in (
        ({"iban": "BE71096123456760"}, "iban"),
        ({"justification": "  "}, "justification"),
        ({"payee_name": ""}, "payee"),
        ({"iban": made.IBAN}, "same"),
    ):
        values = {"iban": f.IBAN, "payee_name": "Aya Benali", "justification": "Relevé bancaire du 03/03, remis au guichet"} | change
        with pytest.raises(AidError) as refusal:
            correct_account(actor=centre.worker, entitlement=right, **values)
        assert refusal.value.code == code
    with pytest.raises(NotAllowed):
        correct_account(actor=team.auditor, entitlement=right, iban=f.IBAN, payee_name="X", justification="motif valable")
    assert PaymentAccount.unscoped.filter(entitlement=right).count() == 1

    correct_account(
        actor=centre.worker,
        entitlement=right,
        iban=f.IBAN,
        payee_name="Aya Benali",
        justification="Relevé bancaire du 03/03, remis au guichet",
    )
    assert [(row.iban, row.live) for row in PaymentAccount.unscoped.filter(entitlement=right).order_by("pk")] == [
        (made.IBAN, None),
        (f.IBAN, 1),
    ]
    assert MutationLine.objects.filter(stream=f"dossier:{right.dossier_id}", verb="account.corrected").count() == 1
    assert not WorkItem.unscoped.filter(subject_type="entitlement", state="open").exists()

    again = pay_again(actor=team.payer, lines=[f.due(right)[0]])
    assert not WorkItem.unscoped.filter(subject_type="due_line", state="open").exists()
    f.bank(team, again)
    assert f.due(right)[0].state == "paid" and f.entitlement(decision).first_paid_on == date(2026, 3, 2)
    assert "pay" not in _open_steps(decision.line_id) and count_unpaid(team.payer) == 0
    assert balance_of(actor=SYSTEM, role="bank") == D("-1314.20")


def test_next_months_list_exists_with_nobody_there(world):
    """F1: no user action for a month."""
    centre, team = world
    decision = f.granted(centre)
    f.bank(team, prepare_first_payment(actor=team.payer, line_id=decision.line_id))
    with made.at(2, month=5):
        extend_all(made.ROOT)
        run = run_of(team.payer, date(2026, 5, 1))
        assert [(line.due.entitlement.beneficiary_name, line.due.amount, line.payable) for line in run.lines] == [
            ("Aya Benali", D("1314.20"), True)
        ]
        assert run_of(team.payer, date(2026, 4, 1)).payable_total == D("1314.20")
        assert extend_all(made.ROOT) == 0
        path = write_pack(date(2026, 5, 1))
        text = path.read_text(encoding="utf-8")
        assert made.IBAN in text and "1314.20" in text and path.stat().st_mode & 0o077 == 0


def test_the_periodic_jobs_are_known():
    known = jobs.known()
    assert known["aid.extend"] and known["aid.continue"] and known["aid.offline_pack"]


def test_the_run_says_what_changed_and_what_to_check(world):
    centre, team = world
    a = f.granted(centre)
    with made.at(3):
        b = f.granted(centre, line_id=made.make_line(centre, names=("Loïc", "Fontaine"), iban="BE43068999999501"))
    for decision in (a, b):
        f.bank(team, prepare_first_payment(actor=team.payer, line_id=decision.line_id))
    with made.at(10):
        c = f.granted(centre, line_id=made.make_line(centre, names=("Ioana", "Popescu")), from_on=date(2026, 4, 15))
    correct_account(
        actor=team.payer, entitlement=f.entitlement(b), iban=f.IBAN, payee_name="Loïc Fontaine", justification="Nouvelle banque"
    )
    run = run_of(team.payer, date(2026, 4, 1))
    assert (run.before_total, run.before_count, run.total, run.delta) == (D("2628.40"), 2, D("3942.60"), D("1314.20"))
    assert [(one.cause, one.delta) for one in run.differences] == [("entry", D("1314.20"))] and run.same == 2
    assert sum(total.delta for total in run.causes) == run.delta
    checks = {line.due.entitlement.decision_id: line.checks for line in run.lines}
    assert checks == {a.pk: (), b.pk: (Check.ACCOUNT,), c.pk: (Check.PART_MONTH,)}
    ids = [line.due.pk for line in run.payable]
    with pytest.raises(AidError) as unchecked:
        prepare_run(actor=team.payer, month=date(2026, 4, 1), line_ids=ids)
    assert unchecked.value.code == "unchecked" and PaymentOrder.unscoped.filter(kind="run").count() == 0
    order = prepare_run(actor=team.payer, month=date(2026, 4, 1), line_ids=ids, checked=True)
    assert (order.kind, order.count, order.total, order.month) == ("run", 3, D("3942.60"), date(2026, 4, 1))
    assert order.title == order.words == "Paiements : avril 2026"
    with override("de"):
        assert order.words == "Zahlungen: April 2026"
    with override("nl"):
        assert order.words == "Betalingen: april 2026"
    f.bank(team, order)
    # The run paid the third person's first month too: its step is done.
    assert "pay" not in _open_steps(c.line_id)
    assert {line.due.state for line in run_of(team.payer, date(2026, 4, 1)).lines} == {"paid"}


def test_probable_doubles_are_shown_and_stay_out(world):
    centre, team = world
    line_id = made.make_line(centre)
    provision = f.ris(line_id)
    made.decided(centre, line_id=line_id, provision=provision)
    right = Entitlement.unscoped.get()
    twin = Entitlement.unscoped.get(pk=right.pk)
    twin.pk, twin.provision_key = None, "twin"
    import uuid

    twin.uuid = uuid.uuid4()
    twin.save(force_insert=True)
    account = PaymentAccount.unscoped.get(entitlement=right)
    PaymentAccount.unscoped.create(
        entitlement=twin, payee_name=account.payee_name, iban=account.iban, changed_at=account.changed_at, author_label="x"
    )
    DueLine.unscoped.create(entitlement=twin, month=date(2026, 4, 1), amount=D("1314.20"), created_at=account.changed_at)
    run = run_of(team.payer, date(2026, 4, 1))
    assert [line.checks for line in run.lines] == [(Check.DOUBLE,), (Check.DOUBLE,)] and run.payable == []
    with pytest.raises(AidError) as blocked:
        prepare_run(actor=team.payer, month=date(2026, 4, 1), line_ids=[run.lines[0].due.pk], checked=True)
    assert blocked.value.code == "blocked"


def test_a_period_that_runs_out_is_proposed_held_and_never_dropped(world):
    """F2, F3: a job proposes; persons decide; nothing stops in silence."""
    centre, team = world
    decision = f.granted(centre, to_on=date(2026, 4, 30))
    f.bank(team, prepare_first_payment(actor=team.payer, line_id=decision.line_id))
    right = f.entitlement(decision)
    assert propose_all(made.ROOT) == 0  # 59 days before the end: not yet
    with made.at(20):
        assert propose_all(made.ROOT) == 1 and propose_all(made.ROOT) == 0
        item = WorkItem.unscoped.get(step="continuation")
        assert (item.owner_id, item.due_on, item.state) == (centre.account("worker").pk, date(2026, 4, 30), "open")
        proposal = decisions.living_proposal(decision.line_id)
        provision = decisions.latest(proposal).provisions[0]
        assert (provision["from"], provision["to"], proposal.state) == ("2026-05-01", "2027-04-30", "draft")
    with made.at(5, month=5):
        extend_all(made.ROOT)
        assert f.months(right)[2:] == [("2026-05", D("1314.20"), "held"), ("2026-06", D("1314.20"), "held")]
        run = run_of(team.payer, date(2026, 5, 1))
        assert run.lines[0].checks == (Check.HELD, Check.BEYOND) and run.payable == []
        held = f.due(right)[2]
        with pytest.raises(NotAllowed):
            settle_held(actor=team.auditor, line=held, pay=True, reason="non")
        with pytest.raises(AidError):
            settle_held(actor=centre.worker, line=held, pay=True, reason="")
        settle_held(actor=centre.worker, line=held, pay=True, reason="Décision attendue le 12 mai")
        assert run_of(team.payer, date(2026, 5, 1)).payable_total == D("1314.20")
    right.refresh_from_db()
    assert right.state == "running"


def test_the_centre_may_choose_to_pay_on(world):
    from parvis.rules import api as rules

    centre, _team = world
    rules.add_parameter(
        actor=made.ROOT, key="aid.pays_on.aid.ris", valid_from=date(2026, 1, 1), value="1", unit="number", source="Conseil du 12/01/2026"
    )
    right = f.entitlement(f.granted(centre, to_on=date(2026, 3, 31)))
    with made.at(5, month=4):
        extend_all(made.ROOT)
        assert f.months(right)[1:] == [("2026-04", D("1314.20"), "due"), ("2026-05", D("1314.20"), "due")]
        assert all(line.beyond for line in f.due(right)[1:])


def test_the_task_of_a_continuation_closes_when_a_person_proposes(world):
    centre, _team = world
    decision = f.granted(centre, to_on=date(2026, 4, 30))
    with made.at(20):
        propose_all(made.ROOT)
        proposal = decisions.living_proposal(decision.line_id)
        latest = decisions.latest(proposal)
        decisions.save_version(
            actor=centre.worker, proposal=proposal, own={"facts": made.FACTS}, provisions=latest.provisions, base_no=latest.no
        )
        decisions.submit_proposal(actor=centre.worker, proposal=decisions.living_proposal(decision.line_id))
    assert WorkItem.unscoped.get(step="continuation").state == "done"
    assert workflows.where(SubjectRef("entitlement", f.entitlement(decision).pk)) == []
