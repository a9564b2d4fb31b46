"""What lists and searches read of a person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.bitemporal import begun
from parvis.kernel.gestures import gesture
from parvis.kernel.statements import Statement
from parvis.kernel.textmatch import sort_key

from .. import matching
from ..enums import IdentifierKind, NameKind
from ..models import (
    BankAccount,
    Identifier,
    NumberPiece,
    Person,
    PersonBirth,
    PersonIndex,
    PersonLanguage,
    PersonName,
    PersonToken,
)
from ._common import require_editor

_NAMES = Statement("contacts.index.names")
_BIRTHS = Statement("contacts.index.births")
_NUMBERS = Statement("contacts.index.numbers")
_LANGUAGE = Statement("contacts.index.language")
_ACCOUNTS = Statement("contacts.index.accounts")


@gesture
def reindex_person(*, actor: Actor, person: Person) -> None:
    """After facts were taken back: a person without any name is found no more."""
    require_editor(actor)
    if PersonName.unscoped.filter(person=person, live=1).exists():
        reindex(person)
        return
    PersonToken.unscoped.filter(person=person).delete()
    index_numbers(person)
    PersonIndex.unscoped.filter(person=person).update(display_name="?", sort_key="", birth_date=None, sex="", language="")


_waiting: ContextVar[dict[int, Person] | None] = ContextVar("contacts_reindex", default=None)


@contextmanager
def indexed_once() -> Iterator[None]:
    """Within, a person of whom several facts are written is indexed at the end, once."""
    if _waiting.get() is not None:
        yield
        return
    waiting: dict[int, Person] = {}
    token = _waiting.set(waiting)
    try:
        yield
    finally:
        _waiting.reset(token)
    for person in waiting.values():
        reindex(person)


def reindex(person: Person) -> None:
    """Rewrite what lists and searches read of a person, from its live facts."""
    waiting = _waiting.get()
    if waiting is not None:
        waiting[person.pk] = person
        return
    day = clock.today()
    pk = person.pk
    names = _NAMES.rows((), lambda at: PersonName.unscoped.filter(person=at["person"], live=1).order_by("valid_from", "pk"), person=pk)
    births = _BIRTHS.rows((), lambda at: PersonBirth.unscoped.filter(person=at["person"], live=1).order_by("valid_from", "pk"), person=pk)
    numbers = _NUMBERS.rows((), lambda at: Identifier.unscoped.filter(person=at["person"], live=1), person=pk)
    language = _LANGUAGE.one(
        (), lambda at: PersonLanguage.unscoped.filter(person=at["person"], live=1).order_by("-valid_from", "-pk")[:1], person=pk
    )
    current = _current([name for name in names if name.kind != NameKind.ALIAS] or names, day)
    birth = _current(births, day)
    if current is None:
        return
    shown = {
        "display_name": current.full[:191],
        "sort_key": sort_key(f"{current.family_name} {current.given_names}"),
        "birth_date": birth.birth_date if birth else None,
        "sex": birth.sex if birth else "",
        "language": language.language if language else "",
        "specimen": any(number.kind == IdentifierKind.SPECIMEN for number in numbers),
    }
    first = begun(person, "index")
    if first:
        PersonIndex.unscoped.create(person=person, **shown)
    else:
        PersonIndex.unscoped.update_or_create(person=person, defaults=shown)
    wanted = matching.keys_of_person(
        matching.PersonKeys(
            names=tuple((name.family_name, name.given_names) for name in names),
            birth_dates=tuple({row.birth_date for row in births if row.birth_date}),
            identifiers=tuple(number.value for number in numbers),
        )
    )
    if person.merged_into_id is not None:
        wanted = set()  # whoever looks finds the kept file
    held = set() if first else set(PersonToken.unscoped.filter(person=person).values_list("kind", "value"))
    for kind, value in held - wanted:
        PersonToken.unscoped.filter(person=person, kind=kind, value=value).delete()
    index_numbers(person, numbers)
    PersonToken.unscoped.bulk_create([PersonToken(person=person, kind=kind, value=value) for kind, value in sorted(wanted - held)])


def index_numbers(person: Person, identifiers: list[Identifier] | None = None) -> None:
    """Rewrite the parts of numbers under which a person is found: accounts and identifiers that are known now (given, when they were read)."""
    wanted: set[tuple[str, str]] = set()
    if person.merged_into_id is None:
        if identifiers is None:
            identifiers = list(Identifier.unscoped.filter(person=person, live=1))
        accounts = _ACCOUNTS.rows(
            (), lambda at: BankAccount.unscoped.filter(person=at["person"], live=1).values_list("iban", flat=True), person=person.pk
        )
        wanted = matching.pieces_of(set(accounts), {one.value for one in identifiers})
    pieces = [] if begun(person, "numbers") else NumberPiece.unscoped.filter(person=person).values_list("pk", "kind", "value")
    rows = {(kind, value): pk for pk, kind, value in pieces}
    if gone := [pk for key, pk in rows.items() if key not in wanted]:
        NumberPiece.unscoped.filter(pk__in=gone).delete()
    NumberPiece.unscoped.bulk_create([NumberPiece(person=person, kind=kind, value=value) for kind, value in sorted(wanted - set(rows))])


def _current(rows: list[Any], day: dt.date) -> Any:
    holding = [row for row in rows if row.valid_from <= day < row.valid_to]
    return (holding or rows or [None])[-1]
