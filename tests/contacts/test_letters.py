"""Labels for letters: to all landlords of a place, with the addresses of the day (B11)."""

from __future__ import annotations

import datetime as dt

import pytest

from parvis.contacts import api
from parvis.contacts.views import organisations as views
from parvis.kernel.models import MutationLine
from tests.contacts.factories import WORKER, make_organisation, make_person
from tests.identity.factories import an_account

pytestmark = pytest.mark.django_db


def office(organisation, street: str, town: str, since: str, code: str = "1870"):
    return api.set_office(
        actor=WORKER, organisation=organisation, kind="seat", street=street, number="1", postal_code=code, municipality=town,
        valid_from=dt.date.fromisoformat(since),
    )  # fmt: skip


def landlord(family: str, given: str, town: str = "Monthey", *, hidden: bool = False):
    person = make_person(family, given, "1970-01-01")
    api.set_capacity(actor=WORKER, person=person, kind="landlord", valid_from=dt.date(2019, 1, 1))
    api.set_address(
        actor=WORKER, person=person, kind="domicile", street="Rue du Pont", number="5", postal_code="1870", municipality=town,
        valid_from=dt.date(2019, 1, 1), hidden=hidden,
    )  # fmt: skip
    return person


@pytest.mark.db
def test_all_landlords_of_a_place_with_the_addresses_of_the_day(client) -> None:
    immo = make_organisation("Immo Lac", kinds=["landlord"])
    office(immo, "Rue Vieille", "Monthey", "2019-01-01")
    office(immo, "Rue Neuve", "Monthey", "2026-01-01")
    make_organisation("Clinique", kinds=["care"])
    landlord("Dubuis", "Anne")
    landlord("Rey", "Paul", hidden=True)
    client.force_login(an_account("clerk"))
    page = client.get("/contacts/letters/?kind=landlord&town=monthey&day=2025-06-30&purpose=letter")
    assert [(one.name, one.lines[0]) for one in page.context["labels"]] == [
        ("Anne Dubuis", "Rue du Pont 5"),
        ("Immo Lac", "Rue Vieille 1"),
    ]
    assert page.context["protected"] == 0  # a protected person is in no list by place
    assert [one.lines[0] for one in client.get("/contacts/letters/?kind=landlord&town=monthey").context["labels"]] == [
        "Rue du Pont 5",
        "Rue Neuve 1",
    ]
    everywhere = client.get("/contacts/letters/?kind=landlord")
    assert everywhere.context["protected"] == 1
    assert "Rue du Pont" in everywhere.content.decode()
    text = client.get("/contacts/letters/?kind=landlord&town=monthey&as=csv").content.decode("utf-8-sig")
    assert text.splitlines()[1:] == ["Anne Dubuis;Rue du Pont 5;1870 Monthey;;;fr", "Immo Lac;Rue Neuve 1;1870 Monthey;;;fr"]
    line = MutationLine.objects.filter(verb="contacts.export").order_by("-number").first()
    assert {value.field: value.new for value in line.values.all()} == {"format": "labels", "rows": 2}


def test_a_list_that_is_too_long_says_so(client, monkeypatch) -> None:
    monkeypatch.setattr(views, "MOST_ADDRESSES", 2)
    for name in ("A", "B", "C"):
        office(make_organisation(f"Immo {name}", kinds=["landlord"]), "Rue Haute", "Monthey", "2019-01-01")
    client.force_login(an_account("clerk"))
    for address in ("/contacts/letters/", "/contacts/mailing/"):
        assert "Seules les 2 premières entrées" in client.get(address).content.decode()
    assert len(client.get("/contacts/letters/").context["labels"]) == 2


def test_more_addresses_than_a_link_holds_are_copied(client, monkeypatch) -> None:
    monkeypatch.setattr(views, "MOST_IN_A_LINK", 1)
    for name in ("a", "b"):
        api.add_office_point(actor=WORKER, organisation=make_organisation(f"Immo {name}"), kind="email", value=f"{name}@example.org")
    client.force_login(an_account("clerk"))
    text = client.get("/contacts/mailing/").content.decode()
    assert "mailto:?bcc" not in text
    assert "a@example.org; b@example.org" in text


@pytest.mark.db
def test_an_organisation_is_found_by_phone_and_e_mail() -> None:
    immo = make_organisation("Immo Lac")
    api.add_office_point(actor=WORKER, organisation=immo, kind="phone", value="087 12 34 56")
    api.add_office_point(actor=WORKER, organisation=immo, kind="email", value="gerance@immolac.example")
    for query in ("087 12 34 56", "+3287123456", "gerance@immolac.example", "Gerance@immo"):
        assert [line.display_name for line, _why in api.search_book(actor=WORKER, query=query)] == ["Immo Lac"], query
