"""Relations of a person on a day. Names come from the cards that the reader may see; nothing of an address is read here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from parvis.kernel import clock, memo
from parvis.kernel.actor import Actor

from ..enums import RelationKind
from ..models import Person, Relation
from ..selectors import PersonCard, household_of, person_cards
from .maintenance import Duty, duty, reason_text
from .words import FAMILY, GENERATION, NOUNS, noun, side_of

DEPTH = 3
MOST_PERSONS = 40
MOST_ROWS = 400
_ORDER = {side: number for number, side in enumerate(NOUNS)}


@dataclass(frozen=True)
class Relative:
    """Somebody who is, or was, ``noun`` of the person."""

    row: Relation
    side: str
    noun: str
    card: PersonCard
    past: bool
    duty: Duty | None = None
    because: str = ""


@dataclass(frozen=True)
class Link:
    """A line of the picture, from the older to the younger where there is a difference."""

    upper: int
    lower: int
    side: str
    past: bool


@dataclass(frozen=True)
class Family:
    """Everybody within three steps: cards, generation of each (0 is the person's own), words for the direct relatives, lines."""

    person_id: int
    cards: dict[int, PersonCard]
    generations: dict[int, int]
    nouns: dict[int, str]
    links: tuple[Link, ...]
    home: frozenset[int]
    more: bool = False


def relatives(actor: Actor, person_id: int, day: dt.date | None = None, known_on: dt.datetime | None = None) -> list[Relative]:
    """All relations begun by the day, ended ones with their days; the family first, then those of law."""
    return relatives_beside(actor, person_id, (), day, known_on)[0]


def relatives_beside(
    actor: Actor, person_id: int, others: Iterable[int], day: dt.date | None = None, known_on: dt.datetime | None = None
) -> tuple[list[Relative], dict[int, PersonCard]]:
    """``relatives``, and the brief cards of other persons of the same page, read together."""
    day = day or clock.today()
    every = _rows(actor, [person_id], known_on, landlords=True)
    memo.keep(("contacts.landlords", actor, person_id), [row for row in every if row.kind == RelationKind.LANDLORD])
    rows = [row for row in every if row.kind != RelationKind.LANDLORD and row.valid_from <= day]
    wanted = {*others, *(_other(row, person_id) for row in rows), *((person_id,) if rows else ())}
    cards = person_cards(actor, wanted, day, known_on, brief=True) if wanted else {}
    born = cards[person_id].birth_date if person_id in cards else None
    found = []
    for row in rows:
        card = cards.get(_other(row, person_id))
        if card is None:
            continue
        side = side_of(row.kind, forward=row.person_id == person_id)
        owed = duty(side, row.valid_from, row.valid_to, day, card.birth_date, born)
        found.append(Relative(row, side, noun(side, card.sex), card, row.valid_to <= day, owed, reason_text(owed) if owed else ""))
    found.sort(
        key=lambda one: (
            one.past,
            one.side not in FAMILY,
            GENERATION.get(one.side, 0),
            _ORDER[one.side],
            str(one.card.birth_date or ""),
            one.row.pk,
        )
    )
    return found, cards


def family(actor: Actor, person_id: int, day: dt.date | None = None, known_on: dt.datetime | None = None) -> Family:
    """The family within three steps on a day. Ended relations are followed from the person only."""
    day = day or clock.today()
    generations: dict[int, int] = {person_id: 0}
    links: dict[tuple[int, int, str], Link] = {}
    sides: dict[int, tuple[str, bool]] = {}
    frontier, more = [person_id], False
    for step in range(DEPTH):
        reached: list[int] = []
        asked = set(frontier)
        for row in _rows(actor, frontier, known_on):
            if row.valid_from > day:
                continue
            past = row.valid_to <= day
            for start, forward in ((row.person_id, True), (row.other_id, False)):
                if start not in asked:
                    continue
                side = side_of(row.kind, forward=forward)
                if (step > 0 or start != person_id) and (past or side not in FAMILY):
                    continue
                other = row.other_id if forward else row.person_id
                if other not in generations:
                    if len(generations) >= MOST_PERSONS:
                        more = True
                        continue
                    generations[other] = generations[start] + GENERATION.get(side, 0)
                    reached.append(other)
                if start == person_id and (other not in sides or sides[other][1]):
                    sides[other] = (side, past)
                upper, lower = (other, start) if GENERATION.get(side, 0) < 0 else (start, other)
                if GENERATION.get(side, 0) == 0:
                    upper, lower = min(start, other), max(start, other)
                key = (upper, lower, "line" if GENERATION.get(side, 0) else side)
                if key not in links or links[key].past:
                    links[key] = Link(upper, lower, side, past)
        frontier = reached
        if not frontier:
            break
    cards = person_cards(actor, generations, day, known_on, brief=True)
    home = household_of(person_id, day, known_on)
    return Family(
        person_id,
        cards,
        {pk: level for pk, level in generations.items() if pk in cards},
        {pk: noun(side, cards[pk].sex) for pk, (side, _past) in sides.items() if pk in cards},
        tuple(link for link in links.values() if link.upper in cards and link.lower in cards),
        frozenset(row.person_id for row in home.members) if home else frozenset(),
        more,
    )


def _rows(actor: Actor, person_ids: Iterable[int], known_on: dt.datetime | None, *, landlords: bool = False) -> list[Relation]:
    """``landlords``: those of whom these persons are tenants as well, for the page that prints both."""
    ids = list(person_ids)
    rows = Relation.objects.visible_to(actor).filter(Q(person__in=ids) | Q(other__in=ids)).known(known_on)
    family = ~Q(kind=RelationKind.LANDLORD)
    rows = rows.filter(family | Q(other__in=ids) if landlords else family)
    return list(rows.order_by("valid_from", "pk")[:MOST_ROWS])


def _other(row: Relation, person_id: int) -> int:
    return int(row.other_id if row.person_id == person_id else row.person_id)


def visible_relation(actor: Actor, person: Person, row_id: int) -> Relation | None:
    """A living relation of the person, from whichever side it was noted."""
    rows = (
        Relation.objects.visible_to(actor).filter(Q(person=person) | Q(other=person), pk=row_id, live=1).exclude(kind=RelationKind.LANDLORD)
    )
    return rows.select_related("person", "other").first()
