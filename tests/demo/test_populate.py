"""``parvis populate``: bulk data obey what the services obey (idea E12; scale of the third stage)."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest

from parvis.accounting.api import trial_balance
from parvis.accounting.models import PaymentLine, PaymentOrder, Voucher
from parvis.aid.models import DueLine
from parvis.contacts import matching
from parvis.contacts.models import Address, HouseholdMember, Identifier, Person, PersonIndex, PersonName, PersonToken
from parvis.decisions.models import Decision, Pack
from parvis.demo import reference
from parvis.demo.bulk import people, run
from parvis.demo.bulk.plan import plan_for
from parvis.dossiers.models import Dossier
from parvis.identity.api import Account, actor_for
from parvis.identity.demo import username
from parvis.journal.models import Entry
from parvis.kernel import canonical, seals
from parvis.kernel.actor import system_actor
from parvis.kernel.identifiers import parse_niss
from parvis.requests.models import Request
from parvis.workflows.models import WorkItem

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.db]


@pytest.fixture
def filled(tmp_path: Path, settings: Any) -> dict[str, Any]:
    settings.PARVIS_INSTANCE = tmp_path / "instance"
    settings.MEDIA_ROOT = tmp_path / "instance" / "media"
    reference.load()
    return run.populate(persons=300, seed=7)


def test_bulk_data_pass_every_check_of_the_product(filled: dict[str, Any]) -> None:
    assert filled["there"] == 300
    assert Person.unscoped.count() == 300
    assert seals.verify().problems == []
    # numbers of each year follow each other without a gap
    for model, split in ((Dossier, "-"), (Request, "/")):
        by_year: dict[str, list[int]] = {}
        for number in model.unscoped.values_list("number", flat=True):
            year, place = number.split(split)
            by_year.setdefault(year, []).append(int(place))
        assert all(sorted(places) == list(range(1, len(places) + 1)) for places in by_year.values())
        assert len(by_year) >= 10
    # every national number is right and nobody has two households at once
    for value in Identifier.unscoped.filter(kind="niss").values_list("value", flat=True):
        assert parse_niss(value) == value
    assert HouseholdMember.unscoped.filter(live=1).values("person").distinct().count() == 300
    # dates of an address follow each other
    ends: dict[int, date] = {}
    for row in Address.unscoped.order_by("person_id", "valid_from"):
        assert ends.get(row.person_id, date.min) <= row.valid_from < row.valid_to
        ends[row.person_id] = row.valid_to
    # what is closed has no referent's work left open
    assert set(Dossier.unscoped.values_list("status", flat=True)) == {"open", "closed"}
    assert Entry.unscoped.count() > 300
    assert {"identify", "inquiry"} <= set(WorkItem.unscoped.filter(state="open").values_list("step", flat=True))


def test_bulk_money_balances_and_each_paid_month_has_its_line(filled: dict[str, Any]) -> None:
    paid = DueLine.unscoped.filter(state="paid")
    assert paid.count() == PaymentLine.unscoped.count() > 100
    assert not Voucher.unscoped.filter(posted=False).exists()
    for order in PaymentOrder.unscoped.all():
        lines = list(PaymentLine.unscoped.filter(order=order).values_list("amount", flat=True))
        assert (order.count, order.total) == (len(lines), sum(lines))
    balance = trial_balance(actor=system_actor("test"))
    assert sum(row.debit for row in balance.rows) == sum(row.credit for row in balance.rows) > 0
    for pack in Pack.unscoped.select_related("decision")[:20]:
        assert pack.sha256 == pack.decision.pack_sha256
    assert Decision.unscoped.filter(outcome="refused").exists()


def test_search_keys_are_those_of_the_services(filled: dict[str, Any]) -> None:
    names = {row.person_id: (row.family_name, row.given_names) for row in PersonName.unscoped.all()}
    numbers = dict(Identifier.unscoped.values_list("person_id", "value"))
    held: dict[int, set[tuple[str, str]]] = {}
    for token in PersonToken.unscoped.all():
        held.setdefault(token.person_id, set()).add((token.kind, token.value))
    for row in PersonIndex.unscoped.all():
        known = tuple(numbers[row.pk] for _ in range(row.pk in numbers))
        assert held[row.pk] == matching.keys_of_person(matching.PersonKeys((names[row.pk],), (row.birth_date,), known))


def test_a_second_call_writes_nothing_and_a_larger_one_adds_the_rest(filled: dict[str, Any]) -> None:
    again = run.populate(persons=300, seed=7)
    assert (again["rows"], Person.unscoped.count()) == (0, 300)
    more = run.populate(persons=340, seed=7)
    assert (more["persons"], Person.unscoped.count()) == (40, 340)
    assert seals.verify().problems == []


def test_a_worker_sees_the_bulk_dossiers_of_the_own_unit_alone(filled: dict[str, Any]) -> None:
    actor = actor_for(Account.objects.get(username=username("amelie.lambrecht")))
    seen = set(Dossier.objects.visible_to(actor).values_list("unit__code", flat=True))
    every = Counter(Dossier.unscoped.values_list("unit__code", flat=True))
    assert seen == {"SSG-NORD"}
    assert len(every) > 1


def test_production_is_refused_and_nothing_is_written(settings: Any, tmp_path: Path) -> None:
    settings.PARVIS_INSTANCE, settings.MEDIA_ROOT = tmp_path / "instance", tmp_path / "instance" / "media"
    reference.load()
    settings.PARVIS_KIND = "production"
    with pytest.raises(run.Refused, match="production"):
        run.populate(persons=10)
    assert Person.unscoped.count() == 0


def test_without_agents_it_says_what_is_missing(settings: Any) -> None:
    with pytest.raises(run.Refused, match="parvis demo"):
        run.populate(persons=10)


def test_the_same_seed_draws_the_same_people_and_another_seed_others() -> None:
    def drawn(seed: int) -> str:
        from parvis.demo.bulk.rows import empty

        rows = empty()
        people.People(Random(f"{seed}:0"), rows, {"person": 1, "household": 1}, 0, "2026-01-01 00:00:00", date(2026, 1, 1)).households(60)
        return canonical.digest([list(row) for row in rows["name"]])

    assert drawn(1) == drawn(1) != drawn(2)
    plan = plan_for(500, date(2026, 1, 1))
    assert {one.stage for one in plan.requests} >= {"received", "inquiry", "paid", "notified"}
