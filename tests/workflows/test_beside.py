"""A task beside the list that it was chosen from (A1): by the rules of its sheet, in a bounded number of queries."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from parvis.dossiers.services.known import add_known
from parvis.kernel.models import ReadLine
from parvis.kernel.subject import SubjectRef
from parvis.workflows.api import open_item
from tests.contacts.factories import make_person
from tests.dossiers.factories import make_centre, make_dossier

pytestmark = pytest.mark.django_db
PART = {"HX-Request": "true", "HX-Target": "beside"}


@pytest.fixture
def centre():
    return make_centre()


@pytest.fixture
def item(centre):
    dossier = make_dossier(centre, make_person("Müller", "Greta", "1980-05-17"))
    return open_item(
        actor=centre.actor("worker"), subject=SubjectRef("dossier", dossier.pk), title={"fr": "Vérifier le bail"}, queue="social_worker",
        unit_id=centre.north.pk, dossier_id=dossier.pk, why="Le bail finit en juin",
    )  # fmt: skip


def test_it_is_the_task_and_its_part_is_in_its_own_page(client: Client, centre, item) -> None:
    client.force_login(centre.worker)
    url = reverse("workflows:beside", args=[item.uuid])
    with CaptureQueriesContext(connection) as seen:
        part = client.get(url, headers=PART).content.decode()
    assert len(seen) <= 25
    assert part.lstrip().startswith('<section class="beside" id="beside"') and "<html" not in part
    assert [word in part for word in ("Vérifier le bail", "Le bail finit en juin", "Par quelles mains")] == [True] * 3
    assert f'href="/tasks/{item.uuid}/"' in part and f'action="/tasks/{item.uuid}/take/"' in part
    whole = client.get(url).content.decode()
    assert "<html" in whole and "Le bail finit en juin" in whole
    assert ReadLine.objects.filter(actor_id=centre.worker.pk, screen="workflows.beside").exists()
    for name in ("worker", "colleague", "chief", "stranger", "payer", "member", "auditor"):
        client.force_login(getattr(centre, name))
        sheet = client.get(reverse("workflows:task", args=[item.uuid]) + "?sheet=1").status_code
        assert client.get(url, headers=PART).status_code == sheet, name


def test_one_of_a_file_that_asks_for_a_reason_shows_and_notes_nothing(client: Client, centre, item) -> None:
    add_known(actor=centre.actor("auditor"), family_name="Müller", given_names="Greta", reason="Élue de la commune")
    client.force_login(centre.colleague)
    url = reverse("workflows:beside", args=[item.uuid])
    part = client.get(url, headers=PART)
    page = part.content.decode()
    assert part.status_code == 200 and "demande une raison" in page and f'href="/tasks/{item.uuid}/"' in page
    assert [word in page for word in ("Müller", "Vérifier le bail", "finit en juin")] == [False] * 3
    assert not ReadLine.objects.filter(actor_id=centre.colleague.pk).exists()


def test_the_list_asks_no_more_for_it(client: Client, centre, item) -> None:
    client.force_login(centre.worker)
    page = client.get("/tasks/").content.decode()
    assert 'data-split="beside/"' in page and 'id="beside" hidden' in page
    assert "beside/" not in page.split("<tbody>")[1].split("</tbody>")[0]
