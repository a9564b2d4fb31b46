"""All on one page, by rights; the month's budget; the page as of a day in every panel; the urgent column."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from parvis.contacts.api import create_organisation, hide_address, set_address, set_role
from parvis.dossiers import api
from parvis.dossiers.calculations import Budget, budget_of
from parvis.journal.api import add_entry
from parvis.journal.services import raise_urgent
from parvis.kernel import clock
from tests.contacts.factories import WORKER as PERSON_EDITOR

from .factories import BLIND, make_centre, make_dossier

pytestmark = pytest.mark.django_db


@pytest.fixture
def centre():
    return make_centre()


@pytest.fixture
def dossier(centre):
    return make_dossier(centre)


def line(centre, dossier, kind: str, label: str, amount: str, every: str = "month", since: dt.date | None = None):
    dossier.refresh_from_db()
    return api.record_situation(
        actor=centre.actor("worker"), dossier=dossier, kind=kind, label=label, amount=Decimal(amount), periodicity=every, valid_from=since
    )


def page(client, account, name: str, dossier, query: str = "") -> str:
    client.force_login(account)
    answer = client.get(reverse(name, args=[dossier.uuid]) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_budget_counts_months_rounds_once_and_leaves_out_what_comes_once() -> None:
    rows = [
        ("resource", Decimal("1000.00"), "month", "EUR"),
        ("resource", Decimal("100.00"), "quarter", "EUR"),
        ("resource", Decimal("100.00"), "year", "EUR"),
        ("resource", Decimal("500.00"), "once", "EUR"),
        ("expense", Decimal("650.50"), "month", "EUR"),
        ("need", Decimal("80.00"), "month", "EUR"),
        ("expense", None, "", "EUR"),
    ]
    assert budget_of(rows) == Budget(Decimal("1041.67"), Decimal("650.50"), 1)
    assert budget_of(rows).rest == Decimal("391.17")
    assert budget_of([("need", Decimal("1.00"), "month", "EUR")]) is None
    assert budget_of([("resource", Decimal("1.00"), "month", "EUR"), ("expense", Decimal("1.00"), "month", "CHF")]) is None


def test_the_budget_is_that_of_the_day_asked_for(client, centre, dossier) -> None:
    today = clock.today()
    line(centre, dossier, "resource", "Salaire", "1200.00", since=today - dt.timedelta(days=400))
    line(centre, dossier, "expense", "Loyer", "500.00", since=today - dt.timedelta(days=400))
    line(centre, dossier, "expense", "Énergie", "150.00", since=today - dt.timedelta(days=10))
    then = (today - dt.timedelta(days=100)).isoformat()
    assert "700,00" in page(client, centre.worker, "dossiers:detail", dossier, f"?on={then}")
    assert "550,00" in page(client, centre.worker, "dossiers:detail", dossier)


def test_as_known_before_the_facts_there_is_no_budget_and_no_entry(client, centre, dossier) -> None:
    """What was written today was not known yesterday, whatever day it tells of."""
    today = clock.today()
    line(centre, dossier, "resource", "Salaire", "1200.00", since=today - dt.timedelta(days=400))
    add_entry(
        actor=centre.actor("worker"), dossier=dossier, kind="note", text="Écrit après coup", happened_at=clock.now() - dt.timedelta(days=90)
    )
    on, known = (today - dt.timedelta(days=30)).isoformat(), (today - dt.timedelta(days=1)).isoformat()
    now = page(client, centre.worker, "dossiers:detail", dossier, f"?on={on}")
    assert "Écrit après coup" in now and "Budget d’un mois" in now
    then = page(client, centre.worker, "dossiers:detail", dossier, f"?on={on}&known={known}")
    assert "Écrit après coup" not in then and "Budget d’un mois" not in then


def test_the_sheet_has_members_staff_partners_budget_and_events(client, centre, dossier) -> None:
    doctor = create_organisation(actor=PERSON_EDITOR, name="Maison médicale du Parvis", kinds=["doctor"])
    set_role(actor=PERSON_EDITOR, organisation=doctor, person=dossier.lead, role="patient", valid_from=dt.date(2020, 1, 1))
    line(centre, dossier, "resource", "Salaire", "300.00")
    line(centre, dossier, "expense", "Loyer", "500.00")
    add_entry(actor=centre.actor("worker"), dossier=dossier, kind="visit", text="Logement humide")
    add_entry(actor=centre.actor("worker"), dossier=dossier, kind="note", text="Rien que pour moi", restricted=True)
    found = page(client, centre.worker, "dossiers:sheet", dossier)
    for words in ("Marie-Ange", "Amélie Lambrecht", "Maison médicale du Parvis", "Logement humide", "−200,00"):
        assert words in found, words
    assert "Rien que pour moi" not in found


def test_the_sheet_follows_rights(client, centre, dossier) -> None:
    doctor = create_organisation(actor=PERSON_EDITOR, name="Maison médicale du Parvis", kinds=["doctor"])
    set_role(actor=PERSON_EDITOR, organisation=doctor, person=dossier.lead, role="patient", valid_from=dt.date(2020, 1, 1))
    line(centre, dossier, "resource", "Salaire", "300.00")
    clerk = page(client, centre.clerk, "dossiers:sheet", dossier)
    assert "300,00" not in clerk
    assert "Budget d’un mois" in clerk  # said to be hidden
    assert "Maison médicale" not in page(client, centre.payer, "dossiers:sheet", dossier)
    set_address(actor=PERSON_EDITOR, person=dossier.lead, street="Rue Haute", number="1", postal_code="4999", municipality="Valmont")
    dossier.lead.refresh_from_db()
    hide_address(actor=PERSON_EDITOR, person=dossier.lead, hidden=True)
    assert "Maison médicale" not in page(client, centre.worker, "dossiers:sheet", dossier)
    for name in BLIND:
        client.force_login(getattr(centre, name))
        assert client.get(reverse("dossiers:sheet", args=[dossier.uuid])).status_code == 404


def test_the_sheet_costs_the_same_with_more_of_everything(client, centre, dossier) -> None:
    url = reverse("dossiers:sheet", args=[dossier.uuid])
    client.force_login(centre.worker)

    def cost() -> int:
        client.get(url)
        with CaptureQueriesContext(connection) as seen:
            client.get(url)
        return len(seen)

    line(centre, dossier, "resource", "Salaire", "300.00")
    doctor = create_organisation(actor=PERSON_EDITOR, name="Un", kinds=["doctor"])
    set_role(actor=PERSON_EDITOR, organisation=doctor, person=dossier.lead, role="patient", valid_from=dt.date(2020, 1, 1))
    few = cost()
    for number in range(3):
        other = create_organisation(actor=PERSON_EDITOR, name=f"École {number}", kinds=["school"])
        set_role(actor=PERSON_EDITOR, organisation=other, person=dossier.lead, role="pupil", valid_from=dt.date(2020, 1, 1))
        line(centre, dossier, "expense", f"Frais {number}", "10.00")
        add_entry(actor=centre.actor("worker"), dossier=dossier, kind="visit", text=f"Visite {number}")
    assert cost() == few <= 25


def test_urgent_dossiers_stand_out_in_the_list_and_can_be_chosen(client, centre, dossier) -> None:
    from tests.contacts.factories import make_person

    other = make_dossier(centre, make_person("Remacle", "Ghislaine", "1951-10-10"))
    last = clock.today() + dt.timedelta(days=3)
    raise_urgent(actor=centre.actor("worker"), dossier=dossier, reason="Coupure de gaz", last_on=last)
    client.force_login(centre.worker)
    whole = client.get("/dossiers/").content.decode()
    assert dossier.number in whole and other.number in whole
    assert f"{last:%d/%m/%Y}" in whole
    assert "Coupure de gaz" not in whole
    chosen = client.get("/dossiers/?urgent=yes").content.decode()
    assert dossier.number in chosen and other.number not in chosen
    with clock.travel(clock.now() + dt.timedelta(days=4)):
        assert dossier.number not in client.get("/dossiers/?urgent=yes").content.decode()


def test_every_panel_of_a_past_day_is_of_that_day(client, centre, dossier) -> None:
    """What only knows today (where it stands, clocks, the urgent mark, the forms) is left out of a past day, and of a past knowledge."""
    raise_urgent(actor=centre.actor("worker"), dossier=dossier, reason="Coupure de gaz", last_on=clock.today() + dt.timedelta(days=3))
    yesterday = (clock.today() - dt.timedelta(days=1)).isoformat()
    today = page(client, centre.worker, "dossiers:detail", dossier)
    assert "Coupure de gaz" in today
    assert 'id="drawer"' in today
    for query in (f"?on={yesterday}", f"?known={yesterday}"):
        past = page(client, centre.worker, "dossiers:detail", dossier, query)
        assert "Rien ne se modifie depuis cette vue" in past
        assert "Coupure de gaz" not in past
        assert 'id="drawer"' not in past
