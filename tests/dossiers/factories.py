"""Dossiers for tests, with accounts and units that exist: scope is decided by rows."""

from __future__ import annotations

from dataclasses import dataclass

from parvis.contacts.models import Person
from parvis.dossiers import api
from parvis.dossiers.models import Dossier
from parvis.identity.models import Account, Unit
from parvis.kernel.actor import Actor
from tests.contacts.factories import make_person
from tests.identity.factories import a_unit, an_account, as_actor
from tests.support.replay import replayed


@dataclass
class Centre:
    """Two services, North and South, with an agent of each kind in North and one social worker in South."""

    north: Unit
    south: Unit
    worker: Account
    colleague: Account
    stranger: Account
    chief: Account
    clerk: Account
    payer: Account
    lawyer: Account
    auditor: Account
    member: Account
    administrator: Account

    def actor(self, name: str) -> Actor:
        return as_actor(getattr(self, name))


SEEING = ("worker", "colleague", "chief", "clerk", "payer", "lawyer", "auditor")
BLIND = ("stranger", "member", "administrator")


@replayed
def make_centre() -> Centre:
    north, south = a_unit("NORD"), a_unit("SUD")
    return Centre(
        north=north,
        south=south,
        worker=an_account("social_worker", unit=north, name="Amélie Lambrecht"),
        colleague=an_account("social_worker", unit=north, name="Sami Aerts"),
        stranger=an_account("social_worker", unit=south, name="Ingrid Peeters"),
        chief=an_account("chief", unit=north, name="Karim Benali"),
        clerk=an_account("clerk", unit=north, name="Sofia Ricci"),
        payer=an_account("payer", name="Anne Piette"),
        lawyer=an_account("lawyer", name="Hugo Claes"),
        auditor=an_account("auditor", name="Paul Henin"),
        member=an_account("committee_member", name="Luc Anciaux"),
        administrator=an_account("administrator", name="Root"),
    )


def make_dossier(centre: Centre, person: Person | None = None) -> Dossier:
    return api.open_dossier(
        actor=centre.actor("worker"),
        person=person or make_person("Nzeyimana-Vandenbroucke", "Marie-Ange", "1987-08-14"),
        unit=centre.north,
        referent=centre.worker,
    )


def fresh(dossier: Dossier) -> Dossier:
    """As it stands in the database now."""
    return Dossier.unscoped.select_related("unit").get(pk=dossier.pk)
