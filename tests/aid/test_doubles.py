"""F13: the same person, aid, month and account is never paid twice by mistake, on any path; a second aid takes words."""

from __future__ import annotations

import threading
from datetime import date
from decimal import Decimal

import pytest
from django.db import connections
from django.urls import reverse

from parvis.accounting import api as accounting
from parvis.accounting.api import DoublePayment, LineSpec
from parvis.accounting.models import PaymentLine, PaymentOrder
from parvis.aid.api import AidError, declare_second, prepare_first_payment, prepare_first_payments, prepare_run, run_of
from parvis.aid.enums import Check
from parvis.aid.models import DueLine, Entitlement
from parvis.decisions import api as decisions
from parvis.decisions.models import Proposal, Session
from parvis.journal.models import Entry as ChronicleEntry
from parvis.kernel.errors import DomainError, NotAllowed
from parvis.kernel.models import MutationLine
from parvis.kernel.subject import SubjectRef
from tests.accounting.factories import a_team
from tests.contacts.factories import make_person
from tests.decisions import factories as made

from . import factories as f

D = Decimal
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
REASON = "Chaussures de l’enfant, après le mazout du 2 mars"


def _second_one_off(centre, first, amount: str = "120.00"):
    """Another decision for the same person: another one-off aid in the same month, on the same account."""
    line_id = made.make_line(centre, names=("Autre", "Demande"))
    right = f.entitlement(first)
    person = right.beneficiary_id
    provision = made.replace(f.one_off(line_id, amount), beneficiary_person_id=person, beneficiary_name=right.beneficiary_name)
    proposal = made.validated(centre, line_id=line_id, provision=provision)
    session = made.opened(centre, [proposal], days=7 + Session.unscoped.count())
    return decisions.decide(actor=centre.secretary, item=made.item_of(session, proposal), outcome="granted")


def _first_of(centre, amount: str = "300.00"):
    return f.granted(centre, provision=lambda line_id: f.one_off(line_id, amount))


def test_a_second_one_off_aid_in_the_month_is_caught_at_its_first_payment(world):
    centre, team = world
    first = _first_of(centre)
    order = prepare_first_payment(actor=team.payer, line_id=first.line_id)
    second = _second_one_off(centre, first)
    with pytest.raises(DoublePayment) as caught:
        prepare_first_payment(actor=team.payer, line_id=second.line_id)
    assert [(one.order_number, one.amount) for one in caught.value.doubles] == [(order.number, D("120.00"))]
    assert PaymentOrder.unscoped.count() == 1
    assert [state for _m, _a, state in f.months(f.entitlement(second))] == ["due"]
    # Paid, it is a double all the same.
    f.bank(team, order)
    with pytest.raises(DoublePayment):
        prepare_first_payment(actor=team.payer, line_id=second.line_id)


def test_two_one_off_aids_in_one_order_are_caught_too(world):
    centre, team = world
    first = _first_of(centre)
    second = _second_one_off(centre, first)
    rights = [f.entitlement(first), f.entitlement(second)]
    with pytest.raises(DoublePayment):
        prepare_first_payments(actor=team.payer, entitlements=rights)
    assert not PaymentOrder.unscoped.exists()


def test_a_one_off_aid_of_another_month_or_account_is_no_double(world):
    centre, team = world
    first = _first_of(centre)
    prepare_first_payment(actor=team.payer, line_id=first.line_id)
    other = _second_one_off(centre, first)
    f.due(f.entitlement(other))
    DueLine.unscoped.filter(entitlement__decision=other).update(month=APRIL)
    assert prepare_first_payment(actor=team.payer, line_id=other.line_id).total == D("120.00")
    third = _second_one_off(centre, first, "80.00")
    from parvis.aid.api import correct_account

    correct_account(
        actor=team.payer, entitlement=f.entitlement(third), iban=f.IBAN, payee_name="Magasin Proxi", justification="Facture du magasin"
    )
    assert prepare_first_payment(actor=team.payer, line_id=third.line_id).total == D("80.00")


def test_a_second_aid_takes_words_that_follow_it_to_who_releases(world, client):
    centre, team = world
    first = _first_of(centre)
    prepare_first_payment(actor=team.payer, line_id=first.line_id)
    second = _second_one_off(centre, first)
    line = f.due(f.entitlement(second))[0]
    for actor in (team.releaser, team.auditor, centre.lawyer):
        with pytest.raises(NotAllowed):
            declare_second(actor=actor, line=line, reason=REASON)
    for words in ("", "  ", "ok"):
        with pytest.raises(AidError) as refused:
            declare_second(actor=team.payer, line=line, reason=words)
        assert refused.value.code == "reason"
    line.refresh_from_db()
    assert line.supplement == "" and not MutationLine.objects.filter(verb="due.second").exists()

    declare_second(actor=centre.worker, line=line, reason=f"  {REASON} ")
    kept = MutationLine.objects.get(verb="due.second")
    assert (kept.stream, kept.subject_type) == (f"dossier:{line.entitlement.dossier_id}", "due_line")
    assert ChronicleEntry.unscoped.filter(dossier=line.entitlement.dossier_id, message__values__reason=REASON).count() == 1
    order = prepare_first_payment(actor=team.payer, line_id=second.line_id)
    assert PaymentLine.unscoped.get(order=order).supplement_reason == REASON
    client.force_login(_account(team.releaser))
    assert REASON in client.get(reverse("accounting:order", args=[order.uuid])).content.decode()
    # Words open the way once, not for the same due thing a second time.
    line.refresh_from_db()
    with pytest.raises(AidError) as late:
        declare_second(actor=team.payer, line=line, reason=REASON)
    assert late.value.code == "state"


def test_the_page_offers_the_gesture_and_a_double_click_does_it_once(world, client):
    centre, team = world
    first = _first_of(centre)
    prepare_first_payment(actor=team.payer, line_id=first.line_id)
    second = _second_one_off(centre, first)
    line = f.due(f.entitlement(second))[0]
    client.force_login(_account(team.payer))
    first_page = reverse("aid:first_payment", args=[second.line_id])
    step = reverse("aid:second", args=[line.uuid])
    shown = client.get(first_page)
    assert step in shown.content.decode() and shown.context["may_prepare"] is False
    listed = client.get(reverse("aid:first_payments"))
    assert {row["entitlement"].pk: row["payable"] for row in listed.context["rows"]}[line.entitlement_id] is False
    asked = client.get(step)
    assert first.number in asked.content.decode()
    assert client.post(step, {"reason": "", "idempotency_key": _key(asked)}).status_code == 422
    asked = client.get(step)
    answer = client.post(step, {"reason": REASON, "idempotency_key": _key(asked)})
    assert (answer.status_code, answer.headers["Location"]) == (303, first_page)
    ready = client.get(first_page)
    assert ready.context["may_prepare"] is True
    posted = {"execution_on": "", "idempotency_key": _key(ready)}
    one, two = client.post(first_page, posted), client.post(first_page, posted)
    assert one.status_code == two.status_code == 303 and one.headers["Location"] == two.headers["Location"]
    assert PaymentOrder.unscoped.count() == 2 and PaymentLine.unscoped.count() == 2


def test_the_monthly_list_twice_pays_once(world):
    centre, team = world
    f.bank(team, prepare_first_payment(actor=team.payer, line_id=f.granted(centre).line_id))
    ids = [line.due.pk for line in run_of(team.payer, APRIL).payable]
    order = prepare_run(actor=team.payer, month=APRIL, line_ids=ids)
    with pytest.raises(AidError) as again:
        prepare_run(actor=team.payer, month=APRIL, line_ids=ids)
    assert again.value.code == "blocked" and run_of(team.payer, APRIL).payable == []
    assert list(PaymentOrder.unscoped.filter(kind="run").values_list("pk", flat=True)) == [order.pk]


def test_a_double_of_the_monthly_list_is_freed_by_its_words(world):
    centre, team = world
    first = _first_of(centre)
    prepare_first_payment(actor=team.payer, line_id=first.line_id)
    second = _second_one_off(centre, first)
    line = f.due(f.entitlement(second))[0]
    run = run_of(team.payer, MARCH)
    assert {row.due.pk: row.checks for row in run.lines}[line.pk] == (Check.DOUBLE,) and run.payable == []
    declare_second(actor=team.payer, line=line, reason=REASON)
    assert [row.due.pk for row in run_of(team.payer, MARCH).payable] == [line.pk]


def test_an_urgent_aid_and_the_regular_one_for_the_same_month_meet(world):
    centre, team = world
    urgent_line = made.make_line(centre, urgent=True)
    urgent = decisions.decide_urgent(
        actor=centre.president, line_id=urgent_line, provision=f.one_off(urgent_line, "150.00"), reason="Plus rien à manger"
    )
    f.bank(team, prepare_first_payment(actor=team.payer, line_id=urgent_line))
    regular = _second_one_off(centre, urgent, "150.00")
    with pytest.raises(DoublePayment):
        prepare_first_payment(actor=team.payer, line_id=regular.line_id)
    assert PaymentOrder.unscoped.count() == 1
    assert Proposal.unscoped.filter(line=regular.line_id).exists()
    assert Entitlement.unscoped.get(decision=regular).first_paid_on is None


@pytest.mark.db
@pytest.mark.django_db(transaction=True)
def test_two_payers_at_once_prepare_one_order():
    """The same due thing, and two due things of the same person, aid, month and account."""
    team = a_team()
    person = make_person("Dupont", "Claire")

    def spec(subject: int) -> LineSpec:
        return LineSpec(
            beneficiary_person_id=person.pk,
            beneficiary_name="Claire Dupont",
            payee_name="Claire Dupont",
            payee_iban=made.IBAN,
            amount=D("150.00"),
            purpose="aid.one_off",
            subject=SubjectRef("trial", subject),
            month=MARCH,
        )

    for number, pair in enumerate(((1, 1), (2, 3))):
        if number:
            open_order = PaymentOrder.unscoped.get(state="prepared")
            accounting.withdraw_order(actor=team.releaser, order=open_order, reason="Essai suivant")
        start, outcomes = threading.Barrier(2), []

        def prepare(actor, subject, start=start, outcomes=outcomes) -> None:
            try:
                start.wait(timeout=10)
                accounting.prepare_order(actor=actor, lines=[spec(subject)], title="Au même moment")
                outcomes.append("prepared")
            except DomainError as error:
                outcomes.append(error.code)
            finally:
                connections.close_all()

        threads = [threading.Thread(target=prepare, args=(who, one)) for who, one in zip((team.payer, team.both), pair, strict=True)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        assert sorted(outcomes) == ["double", "prepared"]
        assert PaymentLine.unscoped.filter(double_key__isnull=False).count() == 1
    assert PaymentOrder.unscoped.filter(state="prepared").count() == 1


def _account(actor):
    from parvis.identity.models import Account

    return Account.objects.get(pk=actor.account_id)


def _key(response) -> str:
    text = response.content.decode()
    return text.split('name="idempotency_key" value="')[1].split('"')[0]
