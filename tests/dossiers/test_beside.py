"""The summary of a file beside the list (A1): by the rules of its page, in a bounded number of queries, never a visit."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from parvis.dossiers.services.known import add_known
from parvis.journal.api import add_entry
from parvis.kernel import clock
from parvis.kernel.models import ReadLine
from tests.contacts.factories import make_person
from tests.past.test_reading import look, noon

from .factories import BLIND, SEEING, make_centre, make_dossier

pytestmark = pytest.mark.django_db
PART = {"HX-Request": "true", "HX-Target": "beside"}


@pytest.fixture
def centre():
    return make_centre()


@pytest.fixture
def dossier(centre):
    found = make_dossier(centre, make_person("Müller", "Greta", "1980-05-17"))
    add_entry(actor=centre.actor("worker"), dossier=found, kind="note", title="Visite du 3", text="Tout va bien")
    return found


def beside(dossier) -> str:
    return reverse("dossiers:beside", args=[dossier.uuid])


def test_it_shows_who_what_runs_and_what_happened_last(client: Client, centre, dossier) -> None:
    client.force_login(centre.worker)
    part = client.get(beside(dossier), headers=PART).content.decode()
    assert part.lstrip().startswith('<section class="beside" id="beside"') and "<html" not in part
    assert [word in part for word in ("Greta Müller", dossier.number, "Amélie Lambrecht", "Visite du 3", "h-requests")] == [True] * 5
    assert f'href="/dossiers/{dossier.uuid}/"' in part
    assert "<form" not in part
    whole = client.get(beside(dossier)).content.decode()
    assert "<html" in whole and part.strip() in whole


def test_it_is_read_by_whoever_reads_the_page_and_by_nobody_else(client: Client, centre, dossier) -> None:
    for name in (*SEEING, *BLIND):
        client.force_login(getattr(centre, name))
        page = client.get(reverse("dossiers:detail", args=[dossier.uuid])).status_code
        assert client.get(beside(dossier), headers=PART).status_code == page, name
        assert page == (200 if name in SEEING else 404), name


def test_what_is_hidden_on_the_page_is_hidden_beside(client: Client, centre, dossier) -> None:
    """A clerk reads no note: neither there nor here."""
    client.force_login(centre.clerk)
    page = client.get(reverse("dossiers:detail", args=[dossier.uuid])).content.decode()
    part = client.get(beside(dossier), headers=PART).content.decode()
    assert ("Tout va bien" in page) == ("Tout va bien" in part)
    client.force_login(centre.worker)
    assert "Tout va bien" in client.get(beside(dossier), headers=PART).content.decode()


def test_it_is_a_reading_and_not_a_visit(client: Client, centre, dossier) -> None:
    client.force_login(centre.worker)
    client.get(beside(dossier), headers=PART)
    lines = ReadLine.objects.filter(subject_type="dossier", subject_id=dossier.pk, actor_id=centre.worker.pk)
    assert list(lines.values_list("screen", flat=True)) == ["dossiers.beside"]
    with clock.travel(clock.now() + dt.timedelta(hours=1)):
        add_entry(actor=centre.actor("colleague"), dossier=dossier, kind="note", title="Plus tard", text="x")
        # Since the last visit: there was none, whatever was passed over in the list.
        assert (
            "Depuis"
            not in client.get(reverse("dossiers:detail", args=[dossier.uuid])).content.decode().split("dos-body")[0].split("refs")[1]
        )


def test_a_file_that_asks_for_a_reason_shows_nothing_and_notes_nothing(client: Client, centre, dossier) -> None:
    add_known(actor=centre.actor("auditor"), family_name="Müller", given_names="Greta", reason="Élue de la commune")
    client.force_login(centre.colleague)
    assert client.get(reverse("dossiers:detail", args=[dossier.uuid])).status_code == 303
    part = client.get(beside(dossier), headers=PART)
    assert part.status_code == 200 and "HX-Redirect" not in part.headers
    page = part.content.decode()
    assert "demande une raison" in page and f'href="/dossiers/{dossier.uuid}/"' in page
    assert [word in page for word in ("Greta", dossier.number, "Visite du 3")] == [False] * 3
    assert not ReadLine.objects.filter(subject_type="dossier", subject_id=dossier.pk).exists()


def test_it_costs_a_bounded_number_of_queries(client: Client, centre, dossier) -> None:
    client.force_login(centre.worker)
    client.get(beside(dossier), headers=PART)
    with CaptureQueriesContext(connection) as seen:
        client.get(beside(dossier), headers=PART)
    few = len(seen)
    for number in range(12):
        add_entry(actor=centre.actor("worker"), dossier=dossier, kind="note", title=f"Note {number}", text="x")
    with CaptureQueriesContext(connection) as seen:
        client.get(beside(dossier), headers=PART)
    assert len(seen) <= few <= 22


def test_the_list_asks_no_more_for_it(client: Client, centre, dossier) -> None:
    client.force_login(centre.worker)
    page = client.get("/dossiers/").content.decode()
    assert 'data-split="beside/"' in page and 'id="beside" hidden' in page
    assert f'href="/dossiers/{dossier.uuid}/"' in page and "beside/" not in page.split("<tbody>")[1].split("</tbody>")[0]


def test_on_a_past_day_it_is_of_that_day(client: Client) -> None:
    with clock.travel(noon(2026, 3, 2)):
        centre = make_centre()
        dossier = make_dossier(centre, make_person("Müller", "Greta", "1980-05-17"))
        add_entry(actor=centre.actor("worker"), dossier=dossier, kind="note", title="Première note", text="x")
    with clock.travel(noon(2026, 6, 2)):
        add_entry(actor=centre.actor("worker"), dossier=dossier, kind="note", title="Note de juin", text="x")
        client.force_login(centre.worker)
        look(client, "2026-04-01")
        part = client.get(beside(dossier)).content.decode()
        assert "Première note" in part and "Note de juin" not in part
        look(client, "2026-02-01")
        assert "n’existait pas encore" in client.get(beside(dossier)).content.decode()
