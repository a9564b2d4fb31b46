"""A landlord who is a person: every client housed there whom one may see, the rest as a number (B10)."""

from __future__ import annotations

import datetime as dt

import pytest

from parvis.contacts import api
from parvis.contacts.models import Relation
from parvis.contacts.tenancy.selectors import landlords_of, tenants_of
from tests.contacts.factories import PAYER, WORKER, make_person
from tests.dossiers.factories import make_centre
from tests.identity.factories import an_account

pytestmark = pytest.mark.django_db
SINCE = dt.date(2024, 1, 1)


@pytest.fixture
def landlord():
    person = make_person("Delhez", "Luc", "1966-02-20")
    api.set_capacity(actor=WORKER, person=person, kind="landlord", valid_from=SINCE)
    person.refresh_from_db()
    return person


def house(landlord, tenant) -> Relation:
    landlord.refresh_from_db()
    return api.relate(actor=WORKER, person=landlord, other=tenant, kind="landlord", valid_from=SINCE)


def names(landlord, actor=WORKER) -> tuple[list[str], int]:
    shown, rest = tenants_of(actor, landlord.pk)
    return [one.card.display_name for one in shown], rest


@pytest.mark.db
def test_tenants_are_named_and_those_whom_nobody_may_know_are_a_number(landlord) -> None:
    house(landlord, make_person("Legrand", "Rita", "1972-10-10"))
    protected = make_person("Caché", "Zoé", "1990-01-01")
    house(landlord, protected)
    assert names(landlord) == (["Zoé Caché", "Rita Legrand"], 0)
    api.set_address(
        actor=WORKER, person=protected, kind="domicile", street="Rue", number="1", postal_code="4999", municipality="Valmont",
        valid_from=SINCE, hidden=True,
    )  # fmt: skip
    assert names(landlord) == (["Rita Legrand"], 1)
    assert landlords_of(WORKER, protected.pk, hidden=True) == []
    assert names(landlord, PAYER) == ([], 0)  # whose tenant somebody is, is a social matter


def test_clients_of_another_service_are_a_number(landlord) -> None:
    from parvis.dossiers import api as dossiers

    centre = make_centre()
    tenant = make_person("Ailleurs", "Ana", "1985-03-03")
    dossiers.open_dossier(actor=centre.actor("stranger"), person=tenant, unit=centre.south, referent=centre.stranger)
    house(landlord, tenant)
    assert names(landlord, centre.actor("stranger")) == (["Ana Ailleurs"], 0)
    assert names(landlord, centre.actor("worker")) == ([], 1)
    assert [one.card.display_name for one in landlords_of(centre.actor("stranger"), tenant.pk, hidden=False)] == ["Luc Delhez"]
    assert landlords_of(centre.actor("worker"), tenant.pk, hidden=False) == []


def test_a_tenancy_is_no_family(landlord) -> None:
    tenant = make_person("Legrand", "Rita", "1972-10-10")
    house(landlord, tenant)
    assert api.relatives(WORKER, landlord.pk) == api.relatives(WORKER, tenant.pk) == []
    assert api.relations_of(WORKER, landlord.pk) == []


def test_a_tenant_is_noted_and_leaves_from_the_pages(client, landlord) -> None:
    tenant = make_person("Legrand", "Rita", "1972-10-10")
    client.force_login(an_account("social_worker"))
    add = f"/persons/{landlord.uuid}/tenants/"
    assert "Rita Legrand" in client.get(add + "?q=legrand").content.decode()
    sent = client.post(add, {"picked": str(tenant.uuid), "valid_from": "2024-01-01", "source": "declared", "idempotency": "t1"})
    assert sent.status_code == 303
    row = Relation.unscoped.get(kind="landlord")
    assert (row.person_id, row.other_id) == (landlord.pk, tenant.pk)
    assert "Rita Legrand" in client.get(f"/persons/{landlord.uuid}/").content.decode()
    assert "Luc Delhez" in client.get(f"/persons/{tenant.uuid}/").content.decode()
    ended = client.post(f"/persons/{tenant.uuid}/tenants/end/?row={row.pk}", {"last_day": "2025-06-30"})
    assert ended.status_code == 303
    assert names(landlord) == ([], 0)
    assert [one.past for one in landlords_of(WORKER, tenant.pk, hidden=False)] == [True]


def test_whoever_may_not_edit_notes_no_tenant(client, landlord) -> None:
    client.force_login(an_account("auditor"))
    assert client.get(f"/persons/{landlord.uuid}/tenants/").status_code == 404
    assert not Relation.unscoped.filter(kind="landlord").exists()
