"""What the second person is told before releasing, and what waits on the home page (F13, F14)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from parvis.accounting import unusual
from parvis.accounting.api import prepare_order, release_order
from parvis.identity.models import Account
from parvis.kernel.subject import SubjectRef
from tests.contacts.factories import make_person

from .factories import IBANS, a_spec, a_team, answered, sent

D = Decimal
pytestmark = pytest.mark.django_db
APRIL = date(2026, 4, 1)


def a_run(team, month, specs):
    return prepare_order(actor=team.payer, lines=specs, title="Paiements du mois", kind="run", month=month)


def april(n, person, subject, **more):
    return a_spec(n, person_id=person, month=APRIL, subject=SubjectRef("test_due", subject), **more)


@pytest.fixture
def months():
    """Three persons paid in March by a run; April prepared with a change of each sort."""
    team = a_team()
    people = [make_person("Dupont", f"Claire{n}").pk for n in range(1, 5)]
    march = [a_spec(n, person_id=people[n - 1]) for n in (1, 2, 3)]
    release_order(actor=team.releaser, order=a_run(team, date(2026, 3, 1), march))
    specs = [
        april(1, people[0], 2001),
        april(2, people[1], 2002, payee_iban=IBANS[0]),
        april(3, people[2], 2003, amount=D("900.00")),
        april(3, people[2], 2004, amount=D("50.00"), supplement_reason="Rappel de mars"),
        april(4, people[3], 2005, purpose="aid.one_off", amount=D("120.00"), recurring=False),
    ]
    return team, a_run(team, APRIL, specs)


def names(fact):
    return [row["name"] for row in fact.rows]


def test_the_facts_of_an_order(months):
    team, order = months
    found = unusual.of_order(team.releaser, order)
    assert names(found.first) == ["Dupont Claire4"]
    assert [(row["name"], row["before"], row["now"]) for row in found.accounts.rows] == [
        ("Dupont Claire2", "BE43 0689 9999 9501", "BE68 5390 0754 7034")
    ]
    assert [(row["name"], row["before"], row["now"]) for row in found.amounts.rows] == [("Dupont Claire3", D("1314.20"), D("950.00"))]
    assert [(row["name"], row["reason"]) for row in found.second.rows] == [("Dupont Claire3", "Rappel de mars")]
    assert [(one.before, one.now, one.delta) for one in found.sums] == [
        (D("3942.60"), D("3578.40"), D("-364.20")),
        (None, D("120.00"), None),
    ]
    assert found.previous == date(2026, 3, 1) and not found.none


def test_what_is_paid_once_is_compared_with_no_month_before():
    """Coal in March, shoes in April: two needs, no amount that changed."""
    team = a_team()
    person = make_person("Dupont", "Claire").pk
    once = {"person_id": person, "purpose": "aid.one_off", "recurring": False}
    coal = [a_spec(1, person_id=person), a_spec(1, amount=D("300.00"), subject=SubjectRef("test_due", 31), **once)]
    release_order(actor=team.releaser, order=a_run(team, date(2026, 3, 1), coal))
    order = a_run(
        team, APRIL, [april(1, person, 41), a_spec(1, amount=D("80.00"), month=APRIL, subject=SubjectRef("test_due", 42), **once)]
    )
    found = unusual.of_order(team.releaser, order)
    assert (found.amounts.count, found.none) == (0, True)
    assert [(one.before, one.now) for one in found.sums] == [(D("1314.20"), D("1314.20")), (None, D("80.00"))]


def test_a_withdrawn_or_rejected_payment_is_no_payment_before():
    from parvis.accounting.api import withdraw_order

    team = a_team()
    person = make_person("Dupont", "Claire").pk
    withdraw_order(actor=team.payer, order=a_run(team, date(2026, 3, 1), [a_spec(1, person_id=person)]), reason="Erreur")
    found = unusual.of_order(team.releaser, a_run(team, APRIL, [april(1, person, 9)]))
    assert (found.first.count, found.amounts.count, found.accounts.count) == (1, 0, 0)


def test_an_account_changed_after_the_bank_rejected_it_is_shown_to_the_second_person():
    team = a_team()
    person = make_person("Dupont", "Claire").pk
    order = sent(team, a_spec(1, person_id=person))
    answered(team, order, {f"{order.number}-00001": "AC04"})
    again = prepare_order(actor=team.payer, lines=[a_spec(1, person_id=person, payee_iban=IBANS[0])], title="Payé à nouveau")
    found = unusual.of_order(team.releaser, again)
    assert found.first.count == 1
    assert [(row["before"], row["now"]) for row in found.accounts.rows] == [("BE71 0961 2345 6769", "BE68 5390 0754 7034")]


def test_an_order_like_the_month_before_says_so():
    team = a_team()
    person = make_person("Dupont", "Claire").pk
    release_order(actor=team.releaser, order=a_run(team, date(2026, 3, 1), [a_spec(1, person_id=person)]))
    found = unusual.of_order(team.releaser, a_run(team, APRIL, [april(1, person, 9)]))
    assert found.none and [one.delta for one in found.sums] == [D("0.00")]


def test_long_lists_are_counted_in_three_reads(django_assert_num_queries):
    team = a_team()
    people = [make_person("Dupont", f"Claire{n}").pk for n in range(15)]
    order = a_run(team, APRIL, [april(1, person, 100 + n) for n, person in enumerate(people)])
    with django_assert_num_queries(3):
        found = unusual.of_order(team.releaser, order)
    assert (found.first.count, len(found.first.rows), found.first.more) == (15, 12, 3)


def test_the_releaser_reads_them_until_the_order_is_released(months, client):
    team, order = months
    client.force_login(Account.objects.get(pk=team.releaser.account_id))
    for name in ("accounting:order", "accounting:release"):
        page = client.get(reverse(name, args=[order.uuid])).content.decode()
        assert 'id="unusual"' in page and "Rappel de mars" in page and "BE43 0689 9999 9501" in page
        assert "1\u00a0314,20\u00a0€ → 950,00\u00a0€" in page
    release_order(actor=team.releaser, order=order)
    assert 'id="unusual"' not in client.get(reverse("accounting:order", args=[order.uuid])).content.decode()


def test_home_shows_the_releaser_what_waits_and_not_what_he_prepared(client):
    team = a_team()
    mine = prepare_order(actor=team.both, lines=[a_spec(1)], title="Préparé par moi")
    theirs = prepare_order(actor=team.payer, lines=[a_spec(2, amount=D("80.00"))], title="Loyer de mars")
    client.force_login(Account.objects.get(pk=team.both.account_id))
    page = client.get("/desk/")
    text = page.content.decode()
    cell = text[text.index('aria-labelledby="h-release"') :]
    cell = cell[: cell.index("</section>")]
    assert theirs.number in cell and "80,00\u00a0€" in cell and reverse("accounting:release", args=[theirs.uuid]) in cell
    assert mine.number not in cell and "1 ordre que vous avez préparé" in cell
    release_order(actor=team.both, order=theirs)
    text = client.get("/desk/").content.decode()
    cell = text[text.index('aria-labelledby="h-release"') :].split("</section>")[0]
    assert theirs.number not in cell and "Aucun ordre" in cell
    client.force_login(Account.objects.get(pk=team.payer.account_id))
    assert 'aria-labelledby="h-release"' not in client.get("/desk/").content.decode()


def test_a_single_order_compares_no_month():
    team = a_team()
    order = sent(team)
    assert unusual.of_order(team.releaser, order).sums == ()
