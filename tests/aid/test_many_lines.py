"""The 28th of the month in a large centre: a list of many lines is read, shown and ordered in a bounded way (F11)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from parvis.accounting.models import PaymentLine
from parvis.aid.api import prepare_run, run_of
from parvis.aid.models import DueLine, Entitlement, PaymentAccount
from parvis.identity.models import Account
from parvis.kernel import clock
from tests.decisions import factories as made

from . import factories as f

D = Decimal


def iban(number: int) -> str:
    bban = f"{1_000_000_000 + number:010d}"
    bban += f"{int(bban) % 97 or 97:02d}"
    return f"BE{98 - int(bban + '111400') % 97:02d}{bban}"


def rights_like(one: Entitlement, month: date, count: int) -> None:
    """As many rights as wanted, each due in the month on an account of its own."""
    rows = [
        Entitlement(
            decision_id=one.decision_id, provision_key=f"{month:%Y-%m}-{n}", dossier_id=one.dossier_id, line_id=one.line_id,
            unit_id=one.unit_id, kind=one.kind, title=one.title, beneficiary_id=one.beneficiary_id, beneficiary_name=f"Personne {n:04d}",
            amount=D("100.00"), periodicity="month", valid_from=month, valid_to=date(2027, 12, 31), first_paid_on=month,
            created_at=clock.now(),
        )
        for n in range(count)
    ]  # fmt: skip
    Entitlement.unscoped.bulk_create(rows)
    PaymentAccount.unscoped.bulk_create(
        [
            PaymentAccount(
                entitlement=right, payee_name=right.beneficiary_name, payee_person_id=right.beneficiary_id,
                iban=iban(month.month * 1_000 + n), changed_at=clock.now(), author_label="test",
            )
            for n, right in enumerate(rows)
        ]
    )  # fmt: skip
    DueLine.unscoped.bulk_create([DueLine(entitlement=right, month=month, amount=right.amount, created_at=clock.now()) for right in rows])


def test_an_order_of_forty_lines_costs_the_reads_of_two(world):
    centre, team = world
    right = f.entitlement(f.granted(centre))
    asked = {}
    for month, count in ((date(2026, 7, 1), 2), (date(2026, 8, 1), 40)):
        rights_like(right, month, count)
        ids = [line.due.pk for line in run_of(team.payer, month).payable]
        with CaptureQueriesContext(connection) as queries:
            order = prepare_run(actor=team.payer, month=month, line_ids=ids)
        asked[count] = len(queries)
        assert (order.count, order.total) == (count, D("100.00") * count)
        placed = DueLine.unscoped.filter(month=month).values_list("pk", "state", "payment_line__subject_id")
        assert {(state, pk == subject) for pk, state, subject in placed} == {("ordered", True)}
        assert set(PaymentLine.unscoped.filter(order=order).values_list("recurring", flat=True)) == {True}
    assert asked[40] <= asked[2] < 40  # the first order of a year also opens its series of numbers


def test_a_long_list_comes_by_pages_and_says_which_lines_it_shows(world, client):
    centre, team = world
    month = date(2026, 7, 1)
    rights_like(f.entitlement(f.granted(centre)), month, 203)
    client.force_login(Account.objects.get(pk=team.payer.account_id))
    page = reverse("aid:run", args=[2026, 7])
    first = client.get(page, {"view": "all"}).content.decode()
    assert first.count("<tr data-row>") == 200 and "Lignes 1 à 200 sur 203" in first and "?view=all&amp;after=200" in first
    assert "20\u00a0300,00\u00a0€" in first
    second = client.get(page, {"view": "all", "after": "200"}).content.decode()
    assert second.count("<tr data-row>") == 3 and "Personne 0202" in second and "?view=all&amp;after=0" in second
    assert "sur 203" not in client.get(page, {"view": "check"}).content.decode()


def test_first_payments_that_are_ready_go_into_one_order_at_once(world, client):
    """What the bank rejected stays out until somebody looked at it."""
    centre, team = world
    lines = [made.make_line(centre, names=names) for names in made.NAMES[:3]]
    proposals = [made.validated(centre, line_id=line_id, provision=f.ris(line_id)) for line_id in lines]
    session = made.opened(centre, proposals)
    decisions = [made.api.decide(actor=centre.secretary, item=made.item_of(session, one), outcome="granted") for one in proposals]
    right = f.entitlement(decisions[0])
    DueLine.unscoped.filter(entitlement=right, first=True).update(state="rejected", reason_code="AC04")
    client.force_login(Account.objects.get(pk=team.payer.account_id))
    page = reverse("aid:first_payments")
    text = client.get(page).content.decode()
    assert "Les 2 qui sont prêts, 2\u00a0628,40\u00a0€" in text
    assert reverse("aid:rejected", args=[DueLine.unscoped.get(entitlement=right, first=True).uuid]) in text
    answer = client.post(page, {"all": "1", "idempotency_key": "a" * 32})
    assert answer.status_code == 303
    paid = set(PaymentLine.unscoped.values_list("dossier_ref", flat=True))
    assert paid == {one.dossier_id for one in decisions[1:]}
