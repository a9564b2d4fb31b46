"""From a decision to what is due: rights, months, what replaces what."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from parvis.aid.api import RunningRight, go_live, take_over_right
from parvis.aid.models import Claim, DueLine, Entitlement, PaymentAccount
from parvis.decisions import api as decisions
from parvis.dossiers.api import Dossier
from parvis.kernel import registries
from parvis.kernel.models import MutationLine
from parvis.requests import api as requests
from parvis.workflows.models import WorkItem
from tests.decisions import factories as made

from . import factories as f

D = Decimal


def test_the_kinds_answer_to_the_protocol():
    keys = [key for key in registries.provisions if key.startswith("aid.")]
    assert keys == ["aid.advance", "aid.equivalent", "aid.one_off", "aid.ris", "aid.waiver"]
    for key in keys:
        kind = registries.provisions.get(key)
        assert isinstance(kind, decisions.ProvisionKind)
        assert set(kind.title) == {"fr", "nl", "de", "en"}
        assert all(set(item.label) == {"fr", "nl", "de", "en"} for item in kind.inputs)


def test_a_granting_decision_opens_the_right_and_its_months(world):
    centre, _team = world
    decision = f.granted(centre)
    right = f.entitlement(decision)
    assert (right.kind, right.amount, right.periodicity) == ("aid.ris", D("1314.20"), "month")
    assert (right.valid_from, right.valid_to) == (date(2026, 3, 1), date(2027, 1, 1))
    assert f.months(right) == [("2026-03", D("1314.20"), "due"), ("2026-04", D("1314.20"), "due")]
    assert [line.first for line in f.due(right)] == [True, False]
    account = PaymentAccount.unscoped.get(entitlement=right, live=1)
    assert (account.iban, account.payee_name) == (made.IBAN, "Aya Benali")
    stream = f"dossier:{right.dossier_id}"
    assert MutationLine.objects.filter(stream=stream, verb="entitlement.opened", subject_id=right.pk).exists()


def test_applying_twice_opens_one_right(world):
    centre, _team = world
    decision = f.granted(centre)
    kind = registries.provisions.get("aid.ris")
    provision = decisions.provision_from_json(decision.decided_version.provisions[0])
    from parvis.kernel.gestures import gesture_scope

    with gesture_scope():
        kind.apply(centre.secretary, decision, provision)
    assert Entitlement.unscoped.count() == 1 and DueLine.unscoped.count() == 2


def test_a_refusal_opens_nothing(world):
    centre, _team = world
    with made.kinds():
        refusal = made.make_refusal(centre)
    decisions.submit_proposal(actor=centre.worker, proposal=refusal)
    refusal = decisions.review_proposal(actor=centre.chief, proposal=refusal, outcome="validated")
    session = made.opened(centre, [refusal])
    decisions.decide(
        actor=centre.secretary,
        item=made.item_of(session, refusal),
        outcome="refused",
        reason="Vos ressources de mars dépassent le montant : 2 140,00 € nets chez Delhaize à Valmont, selon la fiche de paie.",
    )
    assert not Entitlement.unscoped.exists() and not DueLine.unscoped.exists()


def test_whole_months_only_and_it_is_said(world):
    centre, _team = world
    line_id = made.make_line(centre)
    provision = f.ris(line_id, from_on=date(2026, 2, 13), to_on=date(2026, 5, 20))
    lines = registries.provisions.get("aid.ris").describe(provision, "fr")["lines"]
    assert "Mois entiers : février 2026 est dû en entier" in lines
    decision = made.decided(centre, line_id=line_id, provision=provision)
    right = f.entitlement(decision)
    assert [month for month, _amount, _state in f.months(right)] == ["2026-02", "2026-03", "2026-04"]
    with made.at(10, month=6):
        from parvis.aid.api import extend_all

        extend_all(made.ROOT)
        # May is the last month of the right; what follows is held, never silently gone.
        assert f.months(right)[3:] == [
            ("2026-05", D("1314.20"), "due"),
            ("2026-06", D("1314.20"), "held"),
            ("2026-07", D("1314.20"), "held"),
        ]


def test_a_one_off_aid_is_due_once_to_its_own_payee(world):
    centre, _team = world
    decision = f.granted(centre, provision=lambda line: f.to_another(f.one_off(line, "385.40"), "Immo Clair-Val SA"))
    right = f.entitlement(decision)
    assert f.months(right) == [("2026-03", D("385.40"), "due")]
    account = PaymentAccount.unscoped.get(entitlement=right)
    assert (account.payee_name, account.iban, account.payee_person_id) == ("Immo Clair-Val SA", f.IBAN, None)
    assert right.beneficiary_name != account.payee_name


@pytest.mark.parametrize(
    ("category", "resources", "isp", "amount"),
    [
        ("1", [("Pension de mes parents", "relatives", "300.00")], "no", D("589.05")),
        ("2", [("Salaire net Delhaize", "wage", "600.00")], "yes", D("1044.51")),
        ("3", [("Allocations familiales", "family", "180.00")], "no", D("1776.07")),
    ],
)
def test_the_amount_comes_from_the_rules_and_the_situation(world, category, resources, isp, amount):
    """Golden tests of the field notes, through the provision kind."""
    kind = registries.provisions.get("aid.ris")
    facts = {
        "person_id": None,
        "dossier_id": None,
        "details": {"category": category, "isp": isp},
        "resources": [
            {"label": label, "details": {"code": code}, "amount": value, "periodicity": "month", "source": "document", "author": "AL"}
            for label, code, value in resources
        ],
    }
    explanation = kind.compute(None, facts, date(2025, 3, 1))
    assert explanation.amount == amount
    assert any("Allocations familiales".lower() in str(note).lower() for note in explanation.notes) == (category == "3")


def test_validation_names_what_is_missing(world, samples):
    centre, _team = world
    line_id = made.make_line(centre)
    kind = registries.provisions.get("aid.advance")
    bare = f.ris(line_id, kind="aid.advance", details={}, payee=decisions.Payee())
    faults = kind.validate(bare)
    assert len(faults) == 4  # amount, account, awaited right, institution
    good = f.ris(line_id, kind="aid.advance", details={"awaited_right": "le chômage", "institution": "l’Office national de l’emploi"})
    from dataclasses import replace

    assert kind.validate(replace(good, amount=D("1314.20"))) == []


def test_a_new_decision_replaces_the_right_and_pays_only_the_difference(world):
    centre, team = world
    first = f.granted(centre)
    old = f.entitlement(first)
    from parvis.aid.api import prepare_first_payment

    f.bank(team, prepare_first_payment(actor=team.payer, line_id=first.line_id))
    with made.at(20):
        second = f.granted(centre, line_id=first.line_id, category="3")
    new = f.entitlement(second)
    old.refresh_from_db()
    assert (old.state, new.replaces_id, new.amount) == ("replaced", old.pk, D("1776.07"))
    assert f.months(old) == [("2026-03", D("1314.20"), "paid"), ("2026-04", D("1314.20"), "cancelled")]
    assert f.months(new) == [("2026-03", D("461.87"), "due"), ("2026-04", D("1776.07"), "due")]
    assert f.due(new)[0].supplement and not f.due(new)[1].supplement
    assert not Claim.unscoped.exists()


def test_too_much_paid_becomes_a_task_never_a_claim(world):
    centre, team = world
    first = f.granted(centre, category="3")
    from parvis.aid.api import prepare_first_payment

    f.bank(team, prepare_first_payment(actor=team.payer, line_id=first.line_id))
    with made.at(20):
        second = f.granted(centre, line_id=first.line_id, category="1")
    assert f.months(f.entitlement(second)) == [("2026-04", D("876.13"), "due")]
    item = WorkItem.unscoped.get(step="overpaid")
    assert item.owner_id == centre.account("worker").pk and "899,94" in item.why.replace("\u00a0", " ")
    assert not Claim.unscoped.exists()


def test_what_was_paid_under_a_right_replaced_before_the_last_one_is_not_paid_again(world):
    """Three decisions on one month: 1314.20 was paid under the first, the second owed 461.87 more and did not pay it yet."""
    centre, team = world
    first = f.granted(centre)
    from parvis.aid.api import prepare_first_payment

    f.bank(team, prepare_first_payment(actor=team.payer, line_id=first.line_id))
    with made.at(20):
        second = f.granted(centre, line_id=first.line_id, category="3")
    with made.at(21):
        third = f.granted(centre, line_id=first.line_id, category="2")
    assert f.months(f.entitlement(second)) == [("2026-03", D("461.87"), "cancelled"), ("2026-04", D("1776.07"), "cancelled")]
    assert f.months(f.entitlement(third)) == [("2026-04", D("1314.20"), "due")]
    with made.at(22):
        fourth = f.granted(centre, line_id=first.line_id, category="1")
    assert f.months(f.entitlement(fourth)) == [("2026-04", D("876.13"), "due")]
    item = WorkItem.unscoped.get(step="overpaid")
    assert "438,07" in item.why.replace("\u00a0", " ")


def test_too_much_is_told_of_all_parts_of_a_right_that_was_taken_over(world):
    """The landlord's 550.00 and the person's 764.20 are one right: the new one of 876.13 is 438.07 less, and not more than each of them."""
    centre, _team = world
    line_id = made.make_line(centre)
    person_id = f.ris(line_id).beneficiary_person_id
    dossier = Dossier.unscoped.get(pk=requests.line_card(line_id).dossier_id)
    for key, amount in (("landlord", "550.00"), ("person", "764.20")):
        take_over_right(
            actor=centre.worker,
            source="Ancien",
            right=RunningRight(
                key=key, dossier_id=dossier.pk, unit_id=dossier.unit_id, person_id=person_id, kind="aid.ris", title={"fr": "RIS"},
                amount=D(amount), from_on=date(2025, 1, 1), to_on=None, payee_name="", payee_person_id=None, iban="",
            ),
        )  # fmt: skip
    go_live(actor=centre.worker, source="Ancien", first_month=date(2026, 3, 1))
    DueLine.unscoped.filter(month=date(2026, 3, 1)).update(state="paid", paid_on=date(2026, 3, 5))
    with made.at(20):
        second = f.granted(centre, line_id=line_id, category="1")
    assert f.months(f.entitlement(second)) == [("2026-04", D("876.13"), "due")]
    [item] = WorkItem.unscoped.filter(step="overpaid")
    assert "438,07" in item.why.replace("\u00a0", " ")
    assert not Claim.unscoped.exists()


def test_rows_share_the_scope_of_their_dossier(world):
    centre, _team = world
    right = f.entitlement(f.granted(centre))
    seen = {
        name: Entitlement.objects.visible_to(getattr(centre, name)).count()
        for name in ("worker", "chief", "payer", "anciaux", "administrator")
    }
    assert seen == {"worker": 1, "chief": 1, "payer": 1, "anciaux": 0, "administrator": 0}
    assert DueLine.objects.visible_to(centre.anciaux).count() == 0
    assert requests.line_card(right.line_id).stage == "decided"
