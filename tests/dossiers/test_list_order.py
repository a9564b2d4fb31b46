"""Dossiers by name: the list's own order, kept with the names, the same on each database."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from parvis.contacts import api as contacts
from parvis.dossiers import api
from parvis.dossiers.models import Dossier
from tests.contacts.factories import CHIEF, WORKER, make_person

from .factories import make_centre, make_dossier

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def listed(centre, sort: str = "lead") -> list[str]:
    """Numbers as the page prints them, from top to bottom."""
    client = Client()
    client.force_login(centre.worker)
    return _rows(client, sort)


def _rows(client: Client, sort: str) -> list[str]:
    page = client.get("/dossiers/", {"sort": sort}).content.decode()
    found = {number: page.find(f">{number}<") for number in Dossier.unscoped.values_list("number", flat=True)}
    return sorted((number for number, at in found.items() if at >= 0), key=lambda number: found[number])


def key_of(dossier: Dossier) -> str:
    return Dossier.unscoped.get(pk=dossier.pk).lead_sort


def test_dossiers_are_listed_by_folded_names_both_ways() -> None:
    centre = make_centre()
    names = [("Zorn", "Ada"), ("Émond", "Luc"), ("Eckert", "Eva"), ("ášenov", "Ivo")]
    made = {name: make_dossier(centre, make_person(*name, "1980-01-01")) for name in names}
    order = [made[name].number for name in (("ášenov", "Ivo"), ("Eckert", "Eva"), ("Émond", "Luc"), ("Zorn", "Ada"))]
    assert listed(centre) == order
    assert listed(centre, "-lead") == order[::-1]


def test_the_order_follows_a_new_name() -> None:
    centre = make_centre()
    person = make_person("Zorn", "Ada", "1980-01-01")
    dossier = make_dossier(centre, person)
    assert key_of(dossier) == "zorn ada"
    contacts.name_person(actor=WORKER, person=person, family_name="Álvarez", given_names="Ada", valid_from=dt.date(2020, 1, 1))
    assert key_of(dossier) == "alvarez ada"


def test_the_order_follows_the_lead() -> None:
    centre = make_centre()
    dossier = make_dossier(centre, make_person("Zorn", "Ada", "1980-01-01"))
    other = make_person("Aerts", "Bo", "1981-01-01")
    api.add_member(actor=centre.actor("worker"), dossier=dossier, person=other, role="partner")
    assert key_of(dossier) == "zorn ada"
    api.change_lead(actor=centre.actor("worker"), dossier=dossier, person=other)
    assert key_of(dossier) == "aerts bo"


def test_the_order_follows_a_merge_and_its_undo() -> None:
    centre = make_centre()
    kept, double = make_person("Aerts", "Ada", "1980-01-01"), make_person("Zorn", "Ada", "1980-01-01")
    dossier = make_dossier(centre, double)
    merge = contacts.merge_persons(actor=CHIEF, kept=kept, merged=double, reason="même date de naissance, même visage")
    assert key_of(dossier) == "aerts ada"
    contacts.undo_merge(actor=CHIEF, merge=merge)
    assert key_of(dossier) == "zorn ada"
