"""Own fields that belong to a person: what the organisation notes of them on a day, and what stands under a merged number."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from parvis.contacts.api import Person, display_names
from parvis.kernel import asof, clock
from parvis.kernel.actor import Actor

from .access import person_classes
from .custom import Entry, Section, Words, entries, every_section, missing_of
from .models import PersonFact
from .selectors import members_at


@dataclass
class Part:
    """A section on the page of a person: what holds on the day, what is still needed, what others wrote under a merged number."""

    section: Section
    fields: list[dict[str, Any]]
    now: list[Entry] = field(default_factory=list)
    others: list[Entry] = field(default_factory=list)
    merged: list[Entry] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    may_write: bool = False


@dataclass
class OwnData:
    parts: list[Part]
    closed: list[str]
    """Sections of which fields exist that this reader does not see of this person."""


def person_facts(
    actor: Actor,
    people: Collection[int],
    *,
    day: dt.date | None = None,
    known_on: dt.datetime | None = None,
    section: str = "",
    merged: bool = False,
) -> list[PersonFact]:
    """Answers that this reader may see of some persons; ``merged``: those under a number merged into theirs as well."""
    mine = Q(person__in=people) | Q(person__merged_into__in=people) if merged else Q(person__in=people)
    rows = PersonFact.objects.visible_to(actor).filter(mine).annotate(version_number=F("version__number"))
    rows = rows.filter(section=section) if section else rows
    rows = rows.at(day, known_on) if day else rows.known(known_on)
    return list(rows.order_by("section", "item", "valid_from", "pk"))


def own_data(
    actor: Actor, person_id: int, day: dt.date | None = None, *, known_on: dt.datetime | None = None, section: str = ""
) -> OwnData:
    """The sections of persons as this reader may see them of one person."""
    day = day or clock.today()
    sections = [one for one in every_section(persons=True) if one.fields and section in ("", one.key)]
    if not sections:
        return OwnData([], [])
    open_classes, writable = person_classes(actor, person_id)
    facts = person_facts(actor, [person_id], known_on=known_on, section=section, merged=True)
    if asof.view() is not None:  # what began later had not been filled in
        facts = [fact for fact in facts if fact.valid_from <= day]
    words = Words(actor, [one for each in sections for one in each.all_fields], facts, day)
    own: list[PersonFact] = [fact for fact in facts if fact.person_id == person_id]
    held = {(fact.field, fact.item, str(fact.value)) for fact in own}
    left = [fact for fact in facts if fact.person_id != person_id and (fact.field, fact.item, str(fact.value)) not in held]
    parts, closed = [], []
    for one in sections:
        fields = [raw for raw in one.fields if raw["data_class"] in open_classes]
        if len(fields) < len(one.fields):
            closed.append(one.title)
        if not fields:
            continue
        found = entries(actor, one, [fact for fact in own if fact.section == one.key], day, words)
        parts.append(
            Part(
                one,
                fields,
                now=[entry for entry in found if entry.holds],
                others=[entry for entry in found if not entry.holds],
                merged=entries(actor, one, [fact for fact in left if fact.section == one.key], day, words),
                missing=_missing(one, fields, own, actor, day),
                may_write=known_on is None and asof.view() is None and any(raw["data_class"] in writable for raw in fields),
            )
        )
    return OwnData(parts, closed)


def _missing(one: Section, fields: list[dict[str, Any]], own: list[PersonFact], actor: Actor, day: dt.date) -> list[str]:
    shown = {raw["key"] for raw in fields}
    raw: Mapping[str, Any] = {**one.raw, "fields": [each for each in one.raw["fields"] if each["key"] in shown]}
    return missing_of(actor, Section(one.version, raw), own, day)


@dataclass(frozen=True)
class Line:
    title: str
    label: str
    text: str


@dataclass(frozen=True)
class OfMember:
    uuid: UUID
    name: str
    lines: list[Line]


def of_members(actor: Actor, dossier_id: int, day: dt.date, known_on: dt.datetime | None = None) -> list[OfMember]:
    """What the organisation notes of the persons of a file on a day; nothing when it has no fields of persons."""
    sections = [one for one in every_section(persons=True) if one.seen_by(actor)]
    if not sections:
        return []
    ids = list(dict.fromkeys(row.person_id for row in members_at(dossier_id, day, known_on)))
    facts = person_facts(actor, ids, day=day, known_on=known_on)
    words = Words(actor, [one for each in sections for one in each.all_fields], facts, day)
    names = display_names(ids)
    uuids = dict(Person.objects.visible_to(actor).filter(pk__in=ids).values_list("pk", "uuid"))
    found = []
    for pk in ids:
        lines = [
            Line(one.title, label, text)
            for one in sections
            for entry in entries(actor, one, [fact for fact in facts if fact.person_id == pk and fact.section == one.key], day, words)
            for label, text in entry.lines
        ]
        if pk in uuids:
            found.append(OfMember(uuids[pk], names.get(pk, "?"), lines))
    return found
