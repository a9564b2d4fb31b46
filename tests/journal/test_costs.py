"""What a service delivered cost (B7): dated tariffs, explained, the same sum in every list; for whoever may see money, and nobody else."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from parvis.identity.api import Account
from parvis.identity.models import OwnPerson
from parvis.journal import api
from parvis.journal.costs import tariffs_for
from parvis.journal.models import Entry
from parvis.journal.selectors import acts_of, sums_by_kind
from parvis.kernel import clock
from parvis.kernel.actor import system_actor
from parvis.rules import api as rules
from tests.contacts.factories import make_person
from tests.dossiers.factories import make_centre, make_dossier

ROOT = system_actor("test")

pytestmark = [pytest.mark.django_db, pytest.mark.db]
NOW = dt.datetime(2026, 3, 9, 10, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def today():
    with clock.travel(NOW):
        yield


@pytest.fixture
def centre():
    return make_centre()


def tariff(key: str, price: str, since: dt.date, unit: str = "EUR/hour") -> None:
    rules.add_parameter(actor=ROOT, key=f"journal.cost.{key}", valid_from=since, value=price, unit=unit, source="House rule")


@pytest.fixture
def tariffs():
    tariff("hour", "58.00", dt.date(2020, 1, 1))
    tariff("hour", "64.00", dt.date(2026, 1, 1))
    tariff("act.visit", "85.00", dt.date(2026, 1, 1), "EUR/act")
    tariff("act.mail", "0.00", dt.date(2020, 1, 1), "EUR/act")


def write(centre, dossier, kind: str, minutes: int | None, at: dt.datetime = NOW, who: str = "worker") -> Entry:
    return api.add_entry(actor=centre.actor(who), dossier=dossier, kind=kind, text="x", minutes=minutes, happened_at=at)


def page(centre, who: str, name: str, *args, **query) -> str:
    client = Client()
    client.force_login(Account.objects.get(pk=centre.actor(who).account_id))
    return client.get(reverse(f"journal:{name}", args=args), query).content.decode().replace("\u202f", " ").replace("\xa0", " ")


def test_an_act_costs_its_minutes_at_the_rate_of_its_day_or_its_fixed_price(centre, tariffs) -> None:
    dossier = make_dossier(centre)
    old = write(centre, dossier, "call", 20, dt.datetime(2025, 12, 31, 22, 59, tzinfo=dt.UTC))
    new = write(centre, dossier, "call", 20, dt.datetime(2025, 12, 31, 23, 0, tzinfo=dt.UTC))
    visit = write(centre, dossier, "visit", 90)
    letter = write(centre, dossier, "mail", 7)
    untimed = write(centre, dossier, "note", None)
    known = tariffs_for(centre.actor("worker"))
    amounts = [one.amount if one else None for one in map(known.cost, (old, new, visit, letter, untimed))]
    assert amounts == [Decimal("19.33"), Decimal("21.33"), Decimal("85.00"), Decimal("7.47"), None]
    assert "20 min" in known.cost(new).how and "64,00" in known.cost(new).how and "01/01/2026" in known.cost(new).how
    html = page(centre, "worker", "entry", new.uuid)
    assert "21,33 €" in html and "20 min" in html


def test_every_sum_is_that_of_the_entries_each_rounded(centre, tariffs) -> None:
    dossier = make_dossier(centre)
    rows = [write(centre, dossier, "call", 20, dt.datetime(2025, 6, day, 10, tzinfo=dt.UTC)) for day in (1, 2, 3)]
    rows += [write(centre, dossier, "call", 20), write(centre, dossier, "visit", 5), write(centre, dossier, "visit", None)]
    actor = centre.actor("worker")
    known = tariffs_for(actor)
    one_by_one = sum((cost.amount for cost in map(known.cost, rows) if cost), Decimal(0))
    assert one_by_one == 3 * Decimal("19.33") + Decimal("21.33") + 2 * Decimal("85.00") == Decimal("249.32")
    sums = sums_by_kind(acts_of(actor), known)
    assert {row.kind: row.cost for row in sums} == {"Appel téléphonique": Decimal("79.32"), "Visite à domicile": Decimal("170.00")}
    assert known.total([(row.happened_at, row.kind, row.minutes) for row in rows]) == one_by_one
    assert "249,32 €" in page(centre, "worker", "acts", dossier.uuid)
    year = page(centre, "worker", "activity", year="2026")
    assert "191,33 €" in year and "249,32" not in year


def test_without_a_tariff_no_page_speaks_of_a_cost(centre) -> None:
    dossier = make_dossier(centre)
    entry = write(centre, dossier, "call", 20)
    for html in (
        page(centre, "worker", "entry", entry.uuid),
        page(centre, "worker", "activity"),
        page(centre, "worker", "acts", dossier.uuid),
    ):
        assert "Coût" not in html


def test_whoever_may_not_see_money_gets_no_column_no_sum_and_no_file_with_costs(centre, tariffs) -> None:
    dossier = make_dossier(centre)
    entry = write(centre, dossier, "call", 20, who="clerk")
    assert not tariffs_for(centre.actor("clerk"))
    pages = [
        page(centre, "clerk", "entry", entry.uuid),
        page(centre, "clerk", "acts", dossier.uuid),
        page(centre, "clerk", "activity", cols="day,kind,cost", sort="cost"),
    ]
    for html in pages:
        assert "Appel téléphonique" in html and "21,33" not in html and "Coût" not in html


def test_the_lists_of_acts_say_how_many_files_they_leave_out(centre) -> None:
    write(centre, make_dossier(centre), "call", 20)
    colleague = make_person("Hardy", "Luc")
    guarded = make_dossier(centre, colleague)
    write(centre, guarded, "call", 30, who="chief")
    assert "demande un motif" not in page(centre, "worker", "activity", agent="")
    OwnPerson.objects.create(account=centre.chief, person_id=colleague.pk, recorded_at=clock.now())
    html = page(centre, "worker", "activity", agent="")
    assert "1 dossier demande un motif" in html and "Hardy" not in html and guarded.number not in html
