"""Dossiers with rents and addresses, written through the services."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from parvis.contacts import api as contacts
from parvis.contacts.models import Organisation
from parvis.documents.services.templates import load_reference
from parvis.dossiers import api as dossiers
from parvis.dossiers.models import Dossier
from parvis.kernel.actor import system_actor
from parvis.mailings import services
from parvis.mailings.models import Mailing
from tests.contacts.factories import WORKER, make_organisation, make_person
from tests.dossiers.factories import Centre, make_dossier

SINCE = dt.date(2020, 1, 1)
TEXT = "Bonjour {name},\n\nvotre loyer est de **{rent}** (dossier {reference})."


def home(
    centre: Centre, name: str, *, rent: str = "", language: str = "fr", address: bool = True, hidden: bool = False, **wishes: Any
) -> Dossier:
    """A dossier whose person lives somewhere, and pays a rent."""
    actor = centre.actor("worker")
    person = make_person(name, "Anna", "1980-01-01", actor=actor)
    contacts.set_language(actor=actor, person=person, language=language, valid_from=SINCE, **wishes)
    if address:
        contacts.set_address(
            actor=actor,
            person=person,
            street="Rue des Postes",
            number="7",
            postal_code="4000",
            municipality="Liège",
            hidden=hidden,
            valid_from=SINCE,
        )
    row = make_dossier(centre, person)
    if rent:
        dossiers.record_situation(
            actor=actor,
            dossier=row,
            kind="expense",
            label="Loyer",
            amount=Decimal(rent),
            periodicity="month",
            valid_from=SINCE,
            source="declared",
        )
    return Dossier.unscoped.get(pk=row.pk)


def mailing(centre: Centre, rows: list[Dossier], **given: Any) -> Mailing:
    """Written in French and German by the worker of the North, ready to be checked."""
    actor = centre.actor("worker")
    row = services.start(actor=actor, dossiers=[one.pk for one in rows])
    texts = given.pop(
        "texts", {"fr": {"subject": "Votre loyer", "text": TEXT}, "de": {"subject": "Ihre Miete", "text": "{name}: {rent} ({reference})"}}
    )
    return services.write(actor=actor, mailing=row, title=given.pop("title", "Loyers"), texts=texts, expected=row.version, **given)


def templates() -> None:
    load_reference(actor=system_actor("test"))


def office(name: str, address: str = "", kind: str = "landlord", town: str = "") -> Organisation:
    """A line of the address book, with an e-mail address and a seat where given."""
    row = make_organisation(name, kinds=[kind])
    if address:
        contacts.add_office_point(actor=WORKER, organisation=row, kind="email", value=address, valid_from=SINCE)
    if town:
        contacts.set_office(
            actor=WORKER,
            organisation=row,
            kind="seat",
            street="Rue du Pont",
            number="3",
            postal_code="1870",
            municipality=town,
            country="CH",
            valid_from=SINCE,
        )
    return row
