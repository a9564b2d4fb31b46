"""First payments, the list of a month and what is unpaid on a past day (E20): what each said that day is said again, with nothing to prepare."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from parvis.aid import past, past_payments
from parvis.aid.models import DueLine
from parvis.aid.selectors import Run, entitlements_of_line, run_of, unpaid, waiting_first
from parvis.aid.services.paying import pay_again, prepare_run
from parvis.kernel.asof import PastView
from tests.aid import factories as aid

from .test_lists import plain
from .test_one_thing import march, on, reader, story  # noqa: F401  (fixtures)
from .test_reading import look

pytestmark = pytest.mark.django_db
APRIL = dt.date(2026, 4, 1)


def told(run: Run) -> Any:
    """Everything that the page of a list says of it."""
    lines = [(line.due.pk, line.due.state, line.due.amount, line.checks, getattr(line.account, "iban", "")) for line in run.lines]
    return lines, run.total, run.before_total, run.before_count, run.differences, run.same


def test_the_list_of_a_month_is_told_again_as_it_was(client: Client, story: SimpleNamespace) -> None:  # noqa: F811
    """April: listed, its account changed on 7 April, refused by the bank on 10 May, paid again on 20 May."""
    auditor = story.centre.auditor
    days = [
        dt.date(2026, 3, 22),
        dt.date(2026, 3, 28),
        dt.date(2026, 4, 8),
        dt.date(2026, 5, 10),
        dt.date(2026, 5, 15),
        dt.date(2026, 5, 20),
    ]
    april = DueLine.unscoped.get(entitlement=story.right, month=APRIL)
    # The days before were told on them: the fixture has gone past them, so they are read from what was known at each by the rule alone.
    lived: dict[dt.date, Any] = {}
    owed: dict[dt.date, list[int]] = {}
    for day in days[3:]:
        with on(day.day, day.month):
            if day.day == 10:
                order = prepare_run(actor=story.team.payer, month=APRIL, line_ids=[april.pk], checked=True)
                aid.bank(story.team, order, {f"{order.number}-00001": "AC04"})
            elif day.day == 20:
                april.refresh_from_db()
                aid.bank(story.team, pay_again(actor=story.team.payer, lines=[april]))
            lived[day] = told(run_of(auditor, APRIL))
            owed[day] = [line.pk for line in unpaid(auditor)]
    assert owed == {days[3]: [april.pk], days[4]: [april.pk], days[5]: []}
    for day in days[3:]:
        for view in (PastView(day, day), PastView(day)):
            assert told(past_payments.run_then(auditor, APRIL, view)) == lived[day], view
            found = past_payments.unpaid_listed_then(auditor, view, "", 50)
            assert found is not None and [line.pk for line in found[0]] == owed[day], view
    first, second, third = (told(past_payments.run_then(auditor, APRIL, PastView(day)))[0][0] for day in days[:3])
    assert (first[1], second[1], third[1]) == ("due", "due", "due")
    assert first[4] == second[4] != third[4]  # the account of 7 April
    assert [str(check) for check in first[3]] == [] and [str(check) for check in third[3]] == ["account"]
    assert past_payments.run_then(auditor, APRIL, PastView(march(19))).lines == ()  # nothing had been granted

    # The pages: as that day, read only, each line leading to the right of that day.
    client.force_login(story.centre.account("auditor"))
    with on(1, 9):
        look(client, "2026-05-15")
        with CaptureQueriesContext(connection) as seen:
            page = plain(client.get("/payments/unpaid/"))
        assert len(seen) <= 25
        assert "Aya Benali" in page and "Rejeté par la banque" in page and reverse("aid:entitlement", args=[story.right.uuid]) in page
        run = plain(client.get("/payments/run/2026/4/"))
        assert "Rejeté par la banque" in run and "<form" not in run and "list.xlsx" not in run
        assert client.get("/payments/run/").headers["Location"] == "/payments/run/2026/5/"
        look(client, "2026-03-22")
        assert "Aya Benali" not in plain(client.get("/payments/unpaid/"))
        assert "À payer" in plain(client.get("/payments/run/2026/4/"))
        look(client, "2026-03-19")
        assert "Rien n’était encore inscrit" in plain(client.get("/payments/run/2026/4/"))


def test_first_payments_are_those_that_waited(reader: Any, story: SimpleNamespace) -> None:  # noqa: F811
    """Decided on 20, ordered on 25, paid on 26 March."""
    path, one = "/payments/first/", reverse("aid:first_payment", args=[story.line])
    assert "Aya Benali" not in reader(path, march(19), who="auditor")
    before, ordered, after = (reader(path, march(day), who="auditor") for day in (22, 25, 27))
    assert "Aya Benali" in before and "à préparer" in before and story.order.number not in before
    assert "Aya Benali" in ordered and story.order.number in ordered and "à préparer" not in ordered
    assert "Aya Benali" not in after
    assert "<form" not in before and "J-" in before  # the term to pay is counted on the day, not on 1 September
    assert "n’avait pas encore été accordé" in reader(one, march(19), who="auditor")
    due = reader(one, march(22), who="auditor")
    assert story.order.number not in due and "<form" not in due and "IBAN" not in due
    assert story.order.number in reader(one, march(25), who="auditor")
    assert "Le premier paiement est fait" in reader(one, march(27), who="auditor")
    assert entitlements_of_line(story.centre.auditor, story.line) and not list(waiting_first(story.centre.auditor))


def test_too_much_to_be_read_is_said(reader: Any, story: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setattr(past, "MOST_LATE", -1)
    assert "n’est pas établi ici" in reader("/payments/unpaid/", march(27), who="auditor")
