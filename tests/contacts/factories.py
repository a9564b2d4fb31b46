"""Persons for tests, made through the services: what a test finds is what the product would."""

from __future__ import annotations

import datetime as dt
from typing import Any

from parvis.contacts import api
from parvis.contacts.models import Organisation, Person
from tests.support import actor

CLERK = actor("clerk", account_id=11, label="Sofia Ricci")
WORKER = actor("social_worker", account_id=12, label="Amélie Lambrecht")
CHIEF = actor("chief", account_id=13, label="Karim Benali")
MEMBER = actor("committee_member", account_id=14, label="Luc Anciaux")
PAYER = actor("payer", account_id=15, label="Anne Piette")
AUDITOR = actor("auditor", account_id=16, label="Paul Henin")
ADMINISTRATOR = actor("administrator", account_id=17, label="Admin")


def make_person(
    family_name: str = "Dupont", given_names: str = "Claire", birth_date: str | dt.date | None = "1980-05-17", **more: Any
) -> Person:
    day = dt.date.fromisoformat(birth_date) if isinstance(birth_date, str) else birth_date
    return api.create_person(actor=more.pop("actor", WORKER), family_name=family_name, given_names=given_names, birth_date=day, **more)


def niss(birth_date: str, serial: int = 1) -> str:
    """A national number with right check digits for a birth date."""
    day = dt.date.fromisoformat(birth_date)
    base = f"{day:%y%m%d}{serial:03}"
    whole = int(("2" if day.year >= 2000 else "") + base)
    return base + f"{97 - whole % 97:02}"


def make_organisation(name: str = "Cabinet Meyer", **more: Any) -> Organisation:
    return api.create_organisation(
        actor=more.pop("actor", WORKER), name=name, valid_from=more.pop("valid_from", dt.date(2019, 1, 1)), **more
    )
