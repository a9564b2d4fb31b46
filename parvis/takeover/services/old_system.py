"""The lines of the old system as they came, for whoever may read the person or the dossier that they speak of."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from parvis.contacts.api import Person, can_read_persons, display_names, hidden_person_ids
from parvis.dossiers.api import Dossier, DossierMember, can_read_dossiers
from parvis.kernel.actor import Actor
from parvis.kernel.scope import may_see

from ..enums import FileKind, Result
from ..models import Line, Profile, SourceKey

MOST = 200
ADDRESS = {"street", "number", "box", "postal_code", "municipality", "country", "phone", "email"}


@dataclass(frozen=True)
class OldLine:
    """A line with its cells as they came: name of the column in the file, text. ``masked``: a protected address was left out."""

    line: Line
    cells: tuple[tuple[str, str], ...]
    masked: bool


def may_read_old(actor: Actor) -> bool:
    return bool(actor.is_agent and (can_read_persons(actor) or can_read_dossiers(actor)))


def find_old(actor: Actor, text: str, limit: int = 20) -> list[dict[str, Any]]:
    """Persons and dossiers by their number in an old system, whole or its beginning; only those that the actor may open."""
    text = text.strip()
    if not text or not may_read_old(actor):
        return []
    sources = list(Profile.objects.order_by("source").values_list("source", flat=True).distinct()[:50])
    keys = SourceKey.unscoped.filter(source__in=sources, kind__in=("person", "dossier"), live=1, key__startswith=text)
    rows = list(keys.order_by("source", "kind", "key", "pk")[: limit * 3])
    dossiers: dict[int, Any] = {}
    persons: dict[int, Any] = {}
    if can_read_dossiers(actor):
        wanted = [row.target_id for row in rows if row.kind == "dossier"]
        dossiers = {one.pk: one for one in Dossier.objects.visible_to(actor).filter(pk__in=wanted, destroyed_on__isnull=True)}
    if can_read_persons(actor):
        wanted = [row.target_id for row in rows if row.kind == "person"]
        persons = {one.pk: one for one in Person.objects.visible_to(actor).filter(pk__in=wanted)}
    names = display_names([*persons, *(one.lead_id for one in dossiers.values())])
    out = []
    for row in rows:
        thing = (dossiers if row.kind == "dossier" else persons).get(row.target_id)
        if thing is not None:
            name = names.get(thing.lead_id if row.kind == "dossier" else thing.pk, "")
            out.append({"source": row.source, "key": row.key, "kind": row.kind, "thing": thing, "name": name})
    return out[:limit]


def of_person(actor: Actor, person: Person) -> list[OldLine]:
    return _lines(actor, {person.pk}, set())


def of_dossier(actor: Actor, dossier: Dossier) -> list[OldLine]:
    """Of the dossier itself and of everyone who is or was in it."""
    people = set(DossierMember.unscoped.filter(dossier=dossier, live=1).values_list("person_id", flat=True))
    return _lines(actor, people, {dossier.pk})


def _lines(actor: Actor, person_ids: Collection[int], dossier_ids: Collection[int]) -> list[OldLine]:
    keys = SourceKey.unscoped.filter(
        Q(kind="person", target_id__in=person_ids) | Q(kind="dossier", target_id__in=dossier_ids), live=1
    ).order_by()
    found = Line.unscoped.filter(Q(person_id__in=person_ids) | Q(pk__in=keys.values("line_id"))).exclude(
        result__in=("", Result.FAILED, Result.LEFT, Result.UNDONE)
    )
    if not may_see(actor, "money"):
        found = found.filter(imported__kind=FileKind.PERSONS)
    hidden = hidden_person_ids(list(person_ids))
    rows = found.select_related("imported").order_by("-imported__uploaded_at", "number", "pk")[:MOST]
    return [_told(row, row.person_id in hidden or (row.person_id is None and bool(hidden))) for row in rows]


def _told(line: Line, masked: bool) -> OldLine:
    """In the order of the file. Of somebody whose address is protected, neither the address nor what nobody has named is shown."""
    mapping = line.imported.mapping
    cells = []
    for column in line.imported.table.get("header", []):
        target = mapping.get(column)
        if masked and (target is None or target in ADDRESS):
            continue
        text = line.data.get(target, "") if target else line.rest.get(column, "")
        if text:
            cells.append((column, text))
    return OldLine(line, tuple(cells), masked)
