"""Who lives with a landlord who is a person: noted as a relation, read like the clients of an organisation (B10)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q

from parvis.kernel import asof, clock, memo
from parvis.kernel.actor import Actor
from parvis.kernel.registries import client_secrecy

from .. import access
from ..enums import RelationKind
from ..models import Person, Relation
from ..selectors import PersonCard, hidden_person_ids, person_cards

MOST = 500


@dataclass(frozen=True)
class Tenancy:
    """One side of a tenancy with the card of the other side."""

    row: Relation
    card: PersonCard
    past: bool = False


def tenants_of(actor: Actor, landlord_id: int, day: dt.date | None = None) -> tuple[list[Tenancy], int]:
    """Clients housed by this person on a day, and how many more there are whom this reader may not know: clients of other services, and
    persons with a protected address, whom nobody is shown."""
    if not access.sees_relations(actor):
        return [], 0
    day = day or clock.today()
    rows = list(
        Relation.unscoped.filter(person=landlord_id, kind=RelationKind.LANDLORD)
        .at(day, asof.known_on())
        .order_by("valid_from", "pk")[:MOST]
    )
    ids = {row.other_id for row in rows}
    secret = hidden_person_ids(ids, day) if ids else set()
    for find in client_secrecy.all():
        secret |= find(actor, ids) if ids else set()
    cards = person_cards(actor, ids - secret, day, asof.known_on(), brief=True) if ids - secret else {}
    shown = [Tenancy(row, cards[row.other_id]) for row in rows if row.other_id in cards]
    shown.sort(key=lambda one: (one.card.family_name, one.card.given_names, one.row.pk))
    return shown, len(ids - set(cards))


def landlords_of(actor: Actor, person_id: int, day: dt.date | None = None, *, hidden: bool) -> list[Tenancy]:
    """Persons with whom this one lives as tenant, ended ones with their days. None while the address is protected: it would tell where; none
    of a client of another service, like on the landlord's page."""
    if hidden or not access.sees_relations(actor):
        return []
    day = day or clock.today()
    read = memo.kept(("contacts.landlords", actor, person_id))
    rows = _landlords(actor, person_id, day) if read is None else sorted(read, key=lambda row: (-row.valid_to.toordinal(), row.pk))
    if asof.view() is not None:
        rows = [row for row in rows if row.valid_from <= day]
    if not rows or any(person_id in find(actor, {person_id}) for find in client_secrecy.all()):
        return []
    cards = person_cards(actor, [row.person_id for row in rows], day, asof.known_on(), brief=True)
    return [Tenancy(row, cards[row.person_id], row.valid_to <= day) for row in rows if row.person_id in cards]


def _landlords(actor: Actor, person_id: int, day: dt.date) -> list[Relation]:
    found = (
        Relation.objects.visible_to(actor)
        .filter(other=person_id, kind=RelationKind.LANDLORD)
        .known(asof.known_on())
        .order_by("-valid_to", "pk")
    )
    if asof.view() is not None:
        found = found.filter(valid_from__lte=day)
    return list(found[:MOST])


def visible_tenancy(actor: Actor, person: Person, row_id: int, day: dt.date | None = None) -> Relation | None:
    """A tenancy that may be ended from either side: one that the reader sees there."""
    day = day or clock.today()
    rows = Relation.objects.visible_to(actor).filter(Q(person=person) | Q(other=person), pk=row_id, kind=RelationKind.LANDLORD)
    row = rows.at(day).select_related("person", "other").first()
    if row is None:
        return None
    shown, _rest = tenants_of(actor, row.person_id, day)
    return row if any(one.row.pk == row.pk for one in shown) else None
