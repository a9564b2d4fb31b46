"""The lines of the old system as they came, for whoever may read the person or the dossier that they speak of."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from parvis.accounting.api import may_see_payments
from parvis.contacts.api import Person, can_read_persons, display_names, hidden_person_ids, sees_full_number
from parvis.dossiers.api import Dossier, DossierMember, can_read_dossiers
from parvis.kernel.actor import Actor
from parvis.kernel.identifiers import mask_niss
from parvis.kernel.scope import may_see

from ..enums import FileKind, Result
from ..models import Line, Profile, SourceKey
from ..reading import own

MOST = 200
ANYTHING = ("social", "health", "money", "legal")
RESIDENCE = {"residence", "residence_until"}
ADDRESS = {"street", "number", "box", "postal_code", "municipality", "country", "phone", "email"}


@dataclass(frozen=True)
class OldLine:
    """A line with its cells as they came: name of the column in the file, text. ``masked``: a protected address was left out;
    ``closed``: cells of classes of data that are not open to the reader were."""

    line: Line
    cells: tuple[tuple[str, str], ...]
    masked: bool
    closed: bool = False


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
    found = found.filter(Q(imported__kind=FileKind.PERSONS) | Q(person_id__in=_followed(actor, person_ids)))
    hidden = hidden_person_ids(list(person_ids))
    rows = found.select_related("imported").order_by("-imported__uploaded_at", "number", "pk")[:MOST]
    rows = list(rows)
    own_used = any(target.startswith(own.PREFIX) for row in rows for target in row.imported.mapping.values())
    with own.loaded() if own_used else nullcontext():
        return [_told(actor, row, row.person_id in hidden or (row.person_id is None and bool(hidden))) for row in rows]


def _followed(actor: Actor, person_ids: Collection[int]) -> Any:
    """Of whom rights and payments are read: as here, of those in a dossier that the reader sees, and of all by who sees every payment. A
    name is found more widely than money."""
    if not may_see(actor, "money"):
        return []
    if may_see_payments(actor):
        return person_ids
    mine = DossierMember.objects.visible_to(actor.without_kept).filter(person__in=person_ids, live=1)
    return mine.order_by().values("person_id")


def _told(actor: Actor, line: Line, masked: bool) -> OldLine:
    """In the order of the file. Of somebody whose address is protected, neither the address nor what nobody has named is shown; of nobody
    what the same field here would not show to this reader."""
    mapping = line.imported.mapping
    cells = []
    closed = False
    for column in line.imported.table.get("header", []):
        target = mapping.get(column)
        if masked and (target is None or target in ADDRESS):
            continue
        text = line.data.get(target, "") if target else line.rest.get(column, "")
        if not text:
            continue
        if not all(may_see(actor, one) for one in _classes(target)):
            closed = True
            continue
        if target == "national_number" and not sees_full_number(actor):
            text = mask_niss("".join(sign for sign in text if sign.isdecimal()))
        cells.append((column, text))
    return OldLine(line, tuple(cells), masked, closed)


def _classes(target: str | None) -> Collection[str]:
    """Classes of data that a cell asks for. What nobody has named, or what no field here names any more, may be anything."""
    if target is None:
        return ANYTHING
    if target.startswith(own.PREFIX):
        field = own.field(target)
        return (field.data_class,) if field is not None else ANYTHING
    return ("legal",) if target in RESIDENCE else ()
