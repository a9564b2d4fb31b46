"""Money recorded for a claim that is not the claim's after all: reversed with words, never taken out, and the claim is open again (C16)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from parvis.accounting import api as accounting
from parvis.accounting.models import Voucher
from parvis.accounting.selectors import balance_of
from parvis.aid.api import (
    AidError,
    prepare_first_payment,
    reconciliation,
    record_receipt,
    register_claim,
    reverse_receipt,
    tell_reopened,
    tell_settled,
)
from parvis.aid.models import Claim, ClaimReceipt
from parvis.aid.reconciling import month_of
from parvis.documents.models import Document
from parvis.identity.models import Account
from parvis.journal.models import Entry
from parvis.kernel import clock, jobs
from parvis.kernel.errors import Conflict, NotAllowed
from parvis.workflows.models import WorkItem
from tests.accounting.factories import SYSTEM
from tests.decisions import factories as made

from . import factories as f
from .test_handing_back import receive, registered, tasks, words
from .test_recovering import _advance

D = Decimal
WHY = "Rappel de la banque REC-77"


def reopened(claim):
    return list(WorkItem.unscoped.filter(subject_type="claim", subject_id=claim.pk, step="reopened"))


def undo(team, claim, reference="CODA-1", reason=WHY):
    reverse_receipt(actor=team.accountant, receipt=ClaimReceipt.unscoped.get(claim=claim, reference=reference, live=1), reason=reason)
    claim.refresh_from_db()


def state(claim):
    return (claim.state, claim.collected, claim.open_amount, claim.settled_at, claim.closing_letter_id, claim.told_at)


def test_a_receipt_of_a_settled_claim_is_reversed_and_the_claim_is_open_again(world):
    _centre, team = world
    claim = registered(world)
    receive(team, claim, "2000.00", "CODA-1")
    receive(team, claim, "628.40", "CODA-2")
    assert claim.state == "settled"
    letter = claim.closing_letter_id
    undo(team, claim, "CODA-2")
    assert state(claim) == ("registered", D("2000.00"), D("628.40"), None, None, None)
    first, second, back = ClaimReceipt.unscoped.filter(claim=claim).order_by("pk")
    assert (first.live, second.live, back.live) == (1, None, None)
    assert (back.reverses, back.amount, back.on, back.reference, back.reason) == (second, D("-628.40"), clock.today(), "CODA-2", WHY)
    assert (back.voucher.reverses, back.voucher.reason) == (second.voucher, WHY)
    assert balance_of(actor=SYSTEM, book="public", role="receivable") == D("628.40")
    assert accounting.trial_balance(actor=SYSTEM).difference == D("0.00")
    assert reconciliation(SYSTEM).agrees
    # The letter had not gone out: the task is taken back, and the letter with it.
    (task,) = tasks(claim)
    assert (task.state, task.outcome) == ("done", "reopened") and reopened(claim) == []
    kept = Document.unscoped.get(pk=letter)
    assert kept.withdrawn_at is not None and kept.withdrawn_reason == WHY
    assert Entry.unscoped.filter(dossier=claim.dossier_id, message__text__startswith="Money received for the recovery").count() == 1


def test_settled_once_more_it_goes_back_to_the_worker_with_a_new_letter(world):
    _centre, team = world
    claim = registered(world)
    receive(team, claim, "2628.40", "CODA-1")
    before = claim.closing_letter_id
    undo(team, claim)
    receive(team, claim, "2628.40", "CODA-1")  # the same reference: the money came after all
    assert claim.state == "settled" and claim.closing_letter_id not in (None, before)
    assert [task.state for task in tasks(claim)] == ["done", "open"]
    assert "2 628,40" in words(Document.unscoped.get(pk=claim.closing_letter_id).file.path.read_bytes())


def test_reversed_before_its_letter_was_written_none_is(world):
    _centre, team = world
    claim = registered(world)
    record_receipt(actor=team.accountant, claim=claim, amount=D("2628.40"), on=date(2026, 3, 2), reference="CODA-1")
    undo(team, claim)
    jobs.run_pending(raise_errors=True)
    claim.refresh_from_db()
    assert claim.closing_letter_id is None
    assert not Document.unscoped.filter(subject_type="claim", subject_id=claim.pk, kind="letter").exists()


def test_where_the_letter_had_gone_out_the_worker_is_told_to_tell_the_person(client, world):
    centre, team = world
    claim = registered(world)
    receive(team, claim, "2628.40", "CODA-1")
    letter = claim.closing_letter_id
    tell_settled(actor=centre.worker, claim=claim)
    undo(team, claim)
    assert Document.unscoped.get(pk=letter).withdrawn_at is None  # it is what the person holds
    (task,) = reopened(claim)
    assert (task.owner_id, task.state, task.screen) == (centre.worker.account_id, "open", "aid.settled")
    assert "2 628,40" in task.why.replace("\u202f", " ").replace("\xa0", " ") and claim.number in task.why
    client.force_login(Account.objects.get(pk=centre.worker.account_id))
    page = reverse("aid:settled", args=[claim.uuid])
    html = client.get(page).content.decode()
    assert "de nouveau ouverte" in html and WHY in html and "La personne est prévenue" in html
    for actor in (team.accountant, centre.clerk, team.auditor):
        with pytest.raises(NotAllowed):
            tell_reopened(actor=actor, claim=claim)
    assert client.post(page).status_code == 303
    (task,) = reopened(claim)
    assert (task.state, task.outcome) == ("done", "told")
    assert "La personne est prévenue" not in client.get(page).content.decode()
    with pytest.raises(Conflict):
        tell_reopened(actor=centre.chief, claim=claim)
    undone = Claim.unscoped.get(pk=claim.pk)
    receive(team, undone, "2628.40", "CODA-9")
    assert undone.state == "settled" and len(tasks(undone)) == 2


def test_settled_again_before_anybody_told_it_the_second_task_is_gone(world):
    centre, team = world
    claim = registered(world)
    receive(team, claim, "2628.40", "CODA-1")
    tell_settled(actor=centre.worker, claim=claim)
    undo(team, claim)
    receive(team, claim, "2628.40", "CODA-2")
    (task,) = reopened(claim)
    assert (task.state, task.outcome) == ("done", "settled")
    assert [one.state for one in tasks(claim)] == ["done", "open"]


def test_booked_on_the_wrong_claim_it_moves_to_the_right_one(world):
    centre, team = world
    wrong = registered(world)
    line = made.make_line(centre, names=("Noé", "Lemmens"))
    with made.at(3):
        decision = f.granted(centre, line_id=line, provision=_advance)
    f.bank(team, prepare_first_payment(actor=team.payer, line_id=line))
    right = register_claim(actor=team.accountant, claim=Claim.unscoped.get(decision=decision), amount=D("2628.40"))
    receive(team, wrong, "300.00", "CODA-5")
    undo(team, wrong, "CODA-5", "Argent de l’autre récupération")
    receive(team, right, "300.00", "CODA-5")
    assert (wrong.open_amount, right.open_amount) == (D("2628.40"), D("2328.40"))
    found = reconciliation(SYSTEM)
    assert found.agrees and found.open_amount == D("4956.80") and found.collected == D("300.00")
    month = month_of(SYSTEM, clock.today())
    assert month.agrees
    by_claim = {row.claim.pk: (row.claimed, row.received, row.closing) for row in month.rows}
    assert by_claim == {
        wrong.pk: (D("2628.40"), D("0.00"), D("2628.40")),
        right.pk: (D("2628.40"), D("300.00"), D("2328.40")),
    }


def test_a_reversal_needs_an_accountant_words_and_something_to_reverse(world):
    centre, team = world
    claim = registered(world)
    receive(team, claim, "2628.40", "CODA-1")
    receipt = ClaimReceipt.unscoped.get()
    before = (state(claim), Voucher.unscoped.count(), ClaimReceipt.unscoped.count())
    for actor in (team.payer, team.releaser, team.auditor, centre.worker, centre.chief, centre.president):
        with pytest.raises(NotAllowed):
            reverse_receipt(actor=actor, receipt=receipt, reason=WHY)
    for reason in ("", "   ", "oups"):
        with pytest.raises(AidError) as refused:
            reverse_receipt(actor=team.accountant, receipt=receipt, reason=reason)
        assert refused.value.code == "reason"
    claim.refresh_from_db()
    assert (state(claim), Voucher.unscoped.count(), ClaimReceipt.unscoped.count()) == before
    undo(team, claim)
    with pytest.raises(AidError) as twice:
        reverse_receipt(actor=team.accountant, receipt=receipt, reason=WHY)
    with pytest.raises(AidError) as back:
        reverse_receipt(actor=team.accountant, receipt=ClaimReceipt.unscoped.get(reverses=receipt), reason=WHY)
    assert (twice.value.code, back.value.code) == ("reversed", "reversal")
    assert ClaimReceipt.unscoped.count() == 2


def test_the_ledger_s_own_reversal_goes_the_same_way_and_never_unbooks_a_decided_claim(world):
    _centre, team = world
    claim = registered(world)
    receive(team, claim, "2628.40", "CODA-1")
    accounting.reverse(actor=team.accountant, voucher=ClaimReceipt.unscoped.get().voucher, reason=WHY)
    claim.refresh_from_db()
    assert state(claim)[:3] == ("registered", D("0.00"), D("2628.40")) and reconciliation(SYSTEM).agrees
    count = Voucher.unscoped.count()
    with pytest.raises(AidError) as refused:
        accounting.reverse(actor=team.accountant, voucher=claim.voucher, reason="Abandonnée")
    assert refused.value.code == "decided" and Voucher.unscoped.count() == count
    claim.refresh_from_db()
    assert claim.state == "registered" and reconciliation(SYSTEM).agrees


def test_the_database_keeps_one_living_row_for_a_reference_and_no_reversal_without_a_reason(world):
    _centre, team = world
    claim = registered(world)
    receive(team, claim, "100.00", "CODA-1")
    row = ClaimReceipt.unscoped.get()
    with pytest.raises(AidError) as known:
        record_receipt(actor=team.accountant, claim=claim, amount=D("1.00"), on=date(2026, 3, 2), reference="CODA-1")
    assert known.value.code == "reference_known"
    with pytest.raises(IntegrityError), transaction.atomic():
        ClaimReceipt.unscoped.create(
            claim=claim, on=row.on, amount=D("-100.00"), reference="X", voucher=claim.voucher, reverses=row, live=None,
            recorded_at=clock.now(), author_label="x",
        )  # fmt: skip


def test_the_accountant_reverses_on_the_page_of_the_claim(client, world):
    _centre, team = world
    claim = registered(world)
    receive(team, claim, "2628.40", "CODA-1")
    receipt = ClaimReceipt.unscoped.get()
    page, send = reverse("aid:claim", args=[claim.uuid]), reverse("aid:claim_reversed", args=[claim.uuid])
    client.force_login(Account.objects.get(pk=team.accountant.account_id))
    assert "Extourner un montant reçu" in client.get(page).content.decode()
    wrong = client.post(send, {"receipt": receipt.pk, "reason": "oups"})
    assert wrong.status_code == 422 and "Indiquez pourquoi" in wrong.content.decode()
    assert client.post(send, {"receipt": receipt.pk, "reason": WHY}).status_code == 303
    html = client.get(page).content.decode()
    assert WHY in html and "Extourner un montant reçu" not in html and "Enregistrer de l’argent reçu" in html
    again = client.post(send, {"receipt": receipt.pk, "reason": WHY})
    assert again.status_code == 422 and ClaimReceipt.unscoped.count() == 2
    client.force_login(Account.objects.get(pk=team.auditor.account_id))
    assert client.post(send, {"receipt": receipt.pk, "reason": WHY}).status_code in (403, 404)
