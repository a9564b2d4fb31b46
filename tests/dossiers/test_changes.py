"""What changed since: the heading counts what the page tells, and neither betrays what is hidden."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from parvis.contacts.api import hide_address, set_address
from parvis.dossiers import api
from parvis.dossiers.models import Dossier
from parvis.journal.api import add_entry
from parvis.kernel import changes, clock
from parvis.kernel.registries import Span
from tests.contacts.factories import WORKER as PERSON_EDITOR
from tests.contacts.factories import make_person

from .factories import make_centre, make_dossier

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def at(day: int, hour: int = 9):
    return clock.travel(dt.datetime(2026, 3, day, hour, tzinfo=dt.UTC))


def moment(day: int, hour: int = 9) -> dt.datetime:
    return dt.datetime(2026, 3, day, hour, tzinfo=dt.UTC)


@pytest.fixture
def centre():
    return make_centre()


@pytest.fixture
def dossier(centre) -> Dossier:
    with at(1):
        return make_dossier(centre)


def income(actor, dossier: Dossier, amount: str, start: dt.date, **more):
    return api.record_situation(
        actor=actor,
        dossier=Dossier.unscoped.get(pk=dossier.pk),
        kind="resource",
        label="Salaire",
        amount=Decimal(amount),
        periodicity="month",
        valid_from=start,
        **more,
    )


def told(actor, dossier: Dossier, since: dt.datetime, **more) -> list[tuple[str, str, str, str]]:
    found = changes.tell(actor, Span(dossier.pk, since, **more))
    return [(source.key, one.kind, one.before, one.after) for source, rows in found for one in rows]


def test_added_changed_corrected_and_ended_are_told_apart(centre, dossier) -> None:
    worker = centre.actor("colleague")
    with at(2):
        row = income(worker, dossier, "600.00", dt.date(2026, 1, 1))
    with at(3):
        income(worker, dossier, "650.00", dt.date(2026, 2, 1), item=row.item)
    with at(4):
        income(worker, dossier, "655.00", dt.date(2026, 2, 1), item=row.item)
    with at(5):
        last = api.SituationFact.unscoped.get(item=row.item, live=1, valid_from=dt.date(2026, 2, 1))
        api.end_situation(actor=worker, row=last, on=dt.date(2026, 3, 1))
    with at(6):
        seen = [one for one in told(centre.actor("worker"), dossier, moment(1, 12)) if one[0] == "dossiers.situation"]
        since_third = [one for one in told(centre.actor("worker"), dossier, moment(3, 12)) if one[0] == "dossiers.situation"]
    assert [one[1] for one in seen] == ["ended", "corrected", "changed", "added"]
    assert "600" in seen[3][3]
    assert seen[3][2] == ""
    assert ("600" in seen[2][2], "650" in seen[2][3]) == (True, True)
    assert ("650" in seen[1][2], "655" in seen[1][3]) == (True, True)
    assert since_third == seen[:2]


def test_the_heading_counts_exactly_what_the_page_tells(client, centre, dossier) -> None:
    page = reverse("dossiers:detail", args=[dossier.uuid])
    client.force_login(centre.worker)
    with at(2):
        assert client.get(page).context["changed"] is None
    colleague = centre.actor("colleague")
    with at(3):
        first = income(colleague, dossier, "600.00", dt.date(2026, 1, 1))
        income(colleague, dossier, "650.00", dt.date(2026, 2, 1), item=first.item)
        api.add_member(
            actor=colleague, dossier=Dossier.unscoped.get(pk=dossier.pk), person=make_person("Nzeyimana", "Inès", None), role="child"
        )
        add_entry(actor=colleague, dossier=dossier, kind="call", text="A appelé")
        add_entry(actor=centre.actor("worker"), dossier=dossier, kind="note", text="Ma propre note")
    with at(4):
        client.get(page)
        assert figure(client, page)["count"] == 4
        found = client.get(reverse("dossiers:changes", args=[dossier.uuid]))
        assert found.context["total"] == 4
        assert "Ma propre note" not in found.content.decode()
        everything = client.get(reverse("dossiers:changes", args=[dossier.uuid]) + "?since=2026-03-02")
    assert "Ma propre note" in everything.content.decode()
    assert everything.context["total"] == 5
    assert "<del>" in found.content.decode()


def figure(client, page: str) -> dict[str, object]:
    """What the heading loads after the page."""
    found = client.get(page, headers={"hx-request": "true", "hx-target": "since-visit"})
    assert found.status_code == 200 and "<html" not in found.content.decode()
    return dict(found.context["changed"])


def test_a_page_opened_again_within_half_an_hour_is_the_same_visit(client, centre, dossier) -> None:
    page = reverse("dossiers:detail", args=[dossier.uuid])
    client.force_login(centre.worker)
    with at(2):
        client.get(page)
    with at(3, 9):
        income(centre.actor("colleague"), dossier, "600.00", dt.date(2026, 1, 1))
    with at(3, 10):
        client.get(page)
    with clock.travel(dt.datetime(2026, 3, 3, 10, 20, tzinfo=dt.UTC)):
        assert "Ce qui a changé depuis votre visite" in client.get(page).content.decode()
        assert figure(client, page) == {"at": moment(2), "count": 1}
    with at(3, 11):
        assert figure(client, page)["count"] == 0


def test_classes_and_protected_addresses_are_neither_told_nor_counted(centre, dossier) -> None:
    with at(2):
        income(centre.actor("worker"), dossier, "600.00", dt.date(2026, 1, 1))
        api.record_situation(actor=centre.actor("worker"), dossier=Dossier.unscoped.get(pk=dossier.pk), kind="health", label="Diabète")
        set_address(actor=PERSON_EDITOR, person=dossier.lead, street="Rue Cachée", number="1", postal_code="4999", municipality="Valmont")
    clerk, worker, stranger = centre.actor("clerk"), centre.actor("worker"), centre.actor("stranger")
    with at(3):
        span = Span(dossier.pk, moment(1, 12), (dossier.lead_id,))
        assert "Diabète" in str(told(worker, dossier, span.since))
        assert "Diabète" not in str(told(clerk, dossier, span.since))
        assert any("Rue Cachée" in after for _key, _kind, _before, after in told(worker, dossier, span.since, people=span.people))
        for actor in (worker, clerk):
            assert changes.count(actor, span) == len(told(actor, dossier, span.since, people=span.people))
        assert [one for one in told(stranger, dossier, span.since) if one[0].startswith(("dossiers.", "journal"))] == []
        hide_address(actor=PERSON_EDITOR, person=dossier.lead)
        assert not any("Rue Cachée" in after for *_rest, after in told(worker, dossier, span.since))


def test_a_protected_address_is_not_on_the_page(client, centre, dossier) -> None:
    with at(2):
        set_address(actor=PERSON_EDITOR, person=dossier.lead, street="Rue Cachée", number="1", postal_code="4999", municipality="Valmont")
        hide_address(actor=PERSON_EDITOR, person=dossier.lead)
    client.force_login(centre.worker)
    with at(3):
        page = client.get(reverse("dossiers:changes", args=[dossier.uuid]) + "?since=2026-03-01")
    assert page.status_code == 200
    assert "Rue Cachée" not in page.content.decode()


def test_outside_the_scope_there_is_no_page(client, centre, dossier) -> None:
    client.force_login(centre.stranger)
    assert client.get(reverse("dossiers:changes", args=[dossier.uuid])).status_code == 404
