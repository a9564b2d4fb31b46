"""Money claimed back: decided, registered, limited to the overlap, booked, told, collected, reconciled."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from parvis.accounting import api as accounting
from parvis.accounting.models import Voucher
from parvis.accounting.selectors import balance_of
from parvis.aid.api import AidError, overlap, prepare_first_payment, proposed_amount, reconciliation, record_receipt, register_claim
from parvis.aid.letters import claim_letter_pdf
from parvis.aid.models import Claim
from parvis.aid.reconciling import month_of
from parvis.decisions.api import Recover
from parvis.identity.api import actor_for
from parvis.identity.models import Account
from parvis.kernel import jobs
from parvis.kernel.errors import Conflict, NotAllowed
from parvis.workflows.models import WorkItem
from tests.accounting.factories import SYSTEM
from tests.decisions import factories as made
from tests.identity.factories import a_unit, an_account

from . import factories as f

D = Decimal


def _advance(line_id, announced="2628.40", months=2):
    base = f.ris(
        line_id,
        kind="aid.advance",
        details={"awaited_right": "les allocations de chômage", "institution": "l’Office national de l’emploi"},
        from_on=date(2026, 2, 1),
        to_on=date(2026, 1 + months, 28),
    )
    recover = Recover("Office national de l’emploi", "Avance sur allocations de chômage", date(2026, 2, 1), date(2026, 3, 31), D(announced))
    return replace(base, amount=D("1314.20"), recover=recover)


@pytest.fixture
def claim(world):
    centre, team = world
    decision = f.granted(centre, provision=_advance)
    f.bank(team, prepare_first_payment(actor=team.payer, line_id=decision.line_id))
    return team, Claim.unscoped.get(decision=decision)


def test_a_ticked_recovery_waits_for_the_accountant(world):
    centre, _team = world
    decision = f.granted(centre, provision=_advance)
    claim = Claim.unscoped.get()
    assert (claim.state, claim.debtor_kind, claim.debtor_name, claim.announced, claim.amount) == (
        "to_register", "institution", "Office national de l’emploi", D("2628.40"), None,
    )  # fmt: skip
    assert WorkItem.unscoped.filter(step="recover", queue="accountant", state="open", subject_id=decision.line_id).exists()
    assert not Voucher.unscoped.exists()


def test_registering_books_the_receivable_and_ends_the_step(claim):
    team, claim = claim
    assert overlap(claim) == D("2628.40") and proposed_amount(claim) == D("2628.40")
    claim = register_claim(actor=team.accountant, claim=claim, amount=D("2628.40"))
    assert (claim.number, claim.state, claim.pay_by) == ("R2026-0001", "registered", date(2026, 4, 1))
    assert balance_of(actor=SYSTEM, role="receivable") == D("2628.40") and balance_of(actor=SYSTEM, role="revenue:recovery") == D(
        "-2628.40"
    )
    assert accounting.trial_balance(actor=SYSTEM).difference == 0
    assert not WorkItem.unscoped.filter(step="recover", state="open").exists()
    with pytest.raises(Conflict):
        register_claim(actor=team.accountant, claim=claim, amount=D("1.00"))
    assert Voucher.unscoped.filter(journal="REC").count() == 1


def test_a_claim_never_exceeds_the_decision_nor_the_overlap(claim):
    team, claim = claim
    for changes, code in (
        ({"amount": D("2628.41")}, "announced"),
        ({"amount": D("1314.21"), "valid_to": date(2026, 3, 1)}, "overlap"),
        ({"amount": D("0.00")}, "amount"),
        ({"amount": D("10.00"), "valid_to": date(2026, 2, 1)}, "period"),
    ):
        with pytest.raises(AidError) as refusal:
            register_claim(actor=team.accountant, claim=claim, **changes)
        assert refusal.value.code == code
    claim.refresh_from_db()
    assert claim.state == "to_register" and claim.number is None and not Voucher.unscoped.filter(journal="REC").exists()
    half = register_claim(actor=team.accountant, claim=claim, amount=D("1314.20"), valid_to=date(2026, 3, 1))
    assert half.amount == D("1314.20")


def test_only_the_accountant_registers_and_collects(claim):
    team, claim = claim
    for actor in (team.payer, team.releaser, team.auditor, team.worker):
        with pytest.raises(NotAllowed):
            register_claim(actor=actor, claim=claim, amount=D("1.00"))
        with pytest.raises(NotAllowed):
            record_receipt(actor=actor, claim=claim, amount=D("1.00"), on=date(2026, 3, 2), reference="x")
    claim.refresh_from_db()
    assert claim.state == "to_register"


def test_the_letter_is_a_job_and_the_same_bytes_each_time(claim):
    team, claim = claim
    claim = register_claim(
        actor=team.accountant, claim=claim, amount=D("2628.40"), debtor_address="Boulevard de l’Empereur 7\n1000 Bruxelles"
    )
    assert claim.letter_id is None
    jobs.run_pending(raise_errors=True)
    claim.refresh_from_db()
    assert claim.letter_id and len(claim.letter_sha256) == 64
    pypdfium2 = pytest.importorskip("pypdfium2")
    content = claim_letter_pdf(claim)
    assert content == claim_letter_pdf(claim)
    text = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content))
    assert "Office national de l" in text and "R2026-0001" in text and "[" not in text.replace("\r", "")


def test_money_received_is_reconciled_with_the_ledger(claim):
    team, claim = claim
    claim = register_claim(actor=team.accountant, claim=claim, amount=D("2628.40"))
    record_receipt(actor=team.accountant, claim=claim, amount=D("1314.20"), on=date(2026, 3, 2), reference="2026/031 ligne 4")
    state = reconciliation(team.accountant)
    assert (state.claimed, state.collected, state.open_amount, state.ledger, state.agrees) == (
        D("2628.40"), D("1314.20"), D("1314.20"), D("1314.20"), True,
    )  # fmt: skip
    for changes, code in (
        ({"reference": "2026/031 ligne 4"}, "reference_known"),
        ({"amount": D("1314.21")}, "amount"),
        ({"on": date(2026, 3, 3)}, "future"),
        ({"reference": " "}, "reference"),
    ):
        values = {"amount": D("10.00"), "on": date(2026, 3, 2), "reference": "autre"} | changes
        claim.refresh_from_db()
        with pytest.raises(AidError) as refusal:
            record_receipt(actor=team.accountant, claim=claim, **values)
        assert refusal.value.code == code
    assert reconciliation(team.accountant).agrees
    record_receipt(
        actor=team.accountant, claim=Claim.unscoped.get(pk=claim.pk), amount=D("1314.20"), on=date(2026, 3, 2), reference="2026/045 ligne 1"
    )
    claim.refresh_from_db()
    assert (claim.state, claim.open_amount) == ("settled", D("0.00"))
    assert balance_of(actor=SYSTEM, role="receivable") == D("0.00")
    # Posting by hand on the receivable account shows at once.
    accounting.post(
        actor=team.accountant,
        book="public",
        journal="OD",
        booked_on=date(2026, 3, 2),
        text="Erreur",
        legs=[accounting.Leg("receivable", debit=D("5.00")), accounting.Leg("bank", credit=D("5.00"))],
    )
    assert not reconciliation(team.accountant).agrees


def test_whoever_does_not_read_the_ledger_gets_the_figures_of_the_own_cases_on_both_pages(claim, client):
    """The head of a service sees its cases, reconciled; nothing tells how much the centre claims elsewhere."""
    team, claim = claim
    claim = register_claim(actor=team.accountant, claim=claim, amount=D("2628.40"))
    record_receipt(actor=team.accountant, claim=claim, amount=D("1314.20"), on=date(2026, 3, 2), reference="2026/031 ligne 4")
    here = actor_for(an_account("chief", unit=claim.dossier.unit, name="Chef d’ici"))
    elsewhere = actor_for(an_account("chief", unit=a_unit("AUT"), name="Chef d’ailleurs"))
    # What is posted by hand belongs to no case: whoever reads the ledger is warned, the head is not.
    accounting.post(
        actor=team.accountant, book="public", journal="OD", booked_on=date(2026, 3, 2), text="Erreur",
        legs=[accounting.Leg("receivable", debit=D("5.00")), accounting.Leg("bank", credit=D("5.00"))],
    )  # fmt: skip
    march = date(2026, 3, 1)
    got = {
        name: [(one.whole, one.agrees) for one in (reconciliation(actor), month_of(actor, march))]
        for name, actor in (("accountant", team.accountant), ("here", here), ("elsewhere", elsewhere))
    }
    assert got == {"accountant": [(True, False)] * 2, "here": [(False, True)] * 2, "elsewhere": [(False, True)] * 2}
    state, month = reconciliation(here), month_of(here, march)
    assert (state.count, state.claimed, state.open_amount, state.ledger) == (1, D("2628.40"), D("1314.20"), D("1314.20"))
    assert (month.total.claimed, month.total.closing, month.account, month.hidden) == (D("2628.40"), D("1314.20"), D("1314.20"), 0)
    state, month = reconciliation(elsewhere), month_of(elsewhere, march)
    assert (state.count, state.claimed, state.ledger, month.rows, month.hidden, month.total.claimed) == (0, D(0), D(0), (), 0, D(0))
    client.force_login(Account.objects.get(pk=elsewhere.account_id))
    for url in (reverse("aid:claims"), reverse("aid:claims_month", args=[2026, 3])):
        page = client.get(url).content.decode()
        assert "Seuls les dossiers que vous pouvez ouvrir" in page and "628,40" not in page and "314,20" not in page


def test_every_flow_leaves_the_trial_balance_at_zero(claim):
    team, claim = claim
    register_claim(actor=team.accountant, claim=claim, amount=D("2628.40"))
    balance = accounting.trial_balance(actor=SYSTEM)
    assert balance.difference == D("0.00") and balance_of(actor=SYSTEM, role="clearing") == D("0.00")
    assert made.IBAN


def test_each_month_has_its_opening_movements_and_closing_per_case(claim, client):
    team, claim = claim
    claim = register_claim(actor=team.accountant, claim=claim, amount=D("2628.40"))
    record_receipt(actor=team.accountant, claim=claim, amount=D("1314.20"), on=date(2026, 3, 2), reference="2026/031 ligne 4")
    with made.at(15, month=4):
        claim.refresh_from_db()
        record_receipt(actor=team.accountant, claim=claim, amount=D("314.20"), on=date(2026, 4, 14), reference="2026/061 ligne 2")
    got = {}
    for month in (2, 3, 4, 5):
        found = month_of(team.accountant, date(2026, month, 1))
        got[month] = [(row.claim.pk, row.opening, row.claimed, row.received, row.closing) for row in found.rows]
        assert found.agrees and found.hidden == 0
    zero = D("0.00")
    assert got == {
        2: [],
        3: [(claim.pk, zero, D("2628.40"), D("1314.20"), D("1314.20"))],
        4: [(claim.pk, D("1314.20"), zero, D("314.20"), D("1000.00"))],
        5: [(claim.pk, D("1000.00"), zero, zero, D("1000.00"))],
    }
    claim.refresh_from_db()
    assert claim.open_amount == D("1000.00")
    # An entry that belongs to no case shows as a difference of its month, and of no earlier one.
    accounting.post(
        actor=team.accountant, book="public", journal="OD", booked_on=date(2026, 4, 20), text="Erreur",
        legs=[accounting.Leg("receivable", debit=D("5.00")), accounting.Leg("bank", credit=D("5.00"))],
    )  # fmt: skip
    assert month_of(team.accountant, date(2026, 3, 1)).agrees and not month_of(team.accountant, date(2026, 4, 1)).agrees
    client.force_login(Account.objects.get(pk=team.accountant.account_id))
    text = client.get(reverse("aid:claims_month", args=[2026, 4])).content.decode()
    assert claim.number in text and "1\u00a0000,00\u00a0€" in text
    client.force_login(Account.objects.get(pk=team.payer.account_id))
    assert client.get(reverse("aid:claims_month", args=[2026, 13])).status_code == 404
