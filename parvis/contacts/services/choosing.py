"""The address book offered where a form names a doctor, a landlord, an administrator: to agents, never to the person who asks (B8).

Whoever has a protected address is offered to nobody, not even by name. A choice travels as "organisation:<uuid>" or "person:<uuid>".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from parvis.kernel.actor import Actor
from parvis.kernel.bitemporal import Source
from parvis.kernel.gestures import gesture

from .. import access
from ..book.selectors import BookLine, book, line_of
from ..enums import PartyKind, RelationKind, RoleKind
from ..models import Organisation, Person, PersonRole, Relation
from .book import match_organisations, search_book
from .households import relate
from .organisations import set_role

LEAST = 2
#: What somebody is to an organisation of this kind. Of the other kinds the answer is only linked.
ROLE_OF: dict[str, str] = {
    PartyKind.LANDLORD: RoleKind.TENANT,
    PartyKind.DOCTOR: RoleKind.PATIENT,
    PartyKind.CARE: RoleKind.PATIENT,
    PartyKind.PHARMACY: RoleKind.PATIENT,
    PartyKind.CURATOR: RoleKind.PROTECTED,
    PartyKind.INSURER: RoleKind.INSURED,
    PartyKind.SCHOOL: RoleKind.PUPIL,
    PartyKind.EMPLOYER: RoleKind.EMPLOYEE,
    PartyKind.UTILITY: RoleKind.CUSTOMER,
}
#: Persons in the book on their own account may be chosen for these: there is a relation to write.
RELATION_OF: dict[str, str] = {PartyKind.LANDLORD: RelationKind.LANDLORD, PartyKind.CURATOR: RelationKind.CURATOR}


@dataclass(frozen=True)
class BookChoice:
    """One entry as a choice. ``detail`` tells like names apart: kinds, town, phone."""

    ref: str
    name: str
    detail: str = ""
    why: str = ""


def _choice(line: BookLine, why: str = "") -> BookChoice:
    kind = "organisation" if line.organisation_id else "person"
    return BookChoice(
        f"{kind}:{line.uuid}",
        line.display_name,
        " · ".join(part for part in (", ".join(line.kinds), line.municipality, line.phone) if part),
        why,
    )


def choices_like(actor: Actor, kind: str, text: str, limit: int = 6) -> list[BookChoice]:
    """Entries like what was typed, those of this kind first; none for less than two letters, closed or protected ones never."""
    if not access.can_read_persons(actor) or sum(char.isalnum() for char in text) < LEAST:
        return []
    found = {line.id: (line, why) for line, why in search_book(actor=actor, query=text, limit=limit * 3, persons=kind in RELATION_OF)}
    for match in match_organisations(actor=actor, name=text, limit=limit):
        found.setdefault(match.entry.id, (match.entry, ", ".join(match.reasons)))
    label = str(PartyKind(kind).label) if kind in PartyKind.values else ""
    rows = [
        (line, why)
        for line, why in found.values()
        if not line.closed and not line.protected and (line.organisation_id or kind in RELATION_OF)
    ]
    rows.sort(key=lambda one: label not in one[0].kinds)  # stable: best first within each
    return [_choice(line, why) for line, why in rows[:limit]]


def chosen_entries(actor: Actor, refs: Iterable[str]) -> dict[str, BookChoice]:
    """The entries that these choices name, as far as they may be offered to this reader. One query."""
    wanted = {ref: part for ref in refs if (part := _parts(ref)) is not None}
    if not wanted:
        return {}
    orgs = [uuid for kind, uuid in wanted.values() if kind == "organisation"]
    people = [uuid for kind, uuid in wanted.values() if kind == "person"]
    rows = book(actor).filter(organisation__uuid__in=orgs) | book(actor).filter(person__uuid__in=people)
    lines = [line_of(row) for row in rows]
    return {choice.ref: choice for line in lines if not line.protected for choice in [_choice(line)] if choice.ref in wanted}


def parties_of(ref: str) -> tuple[Organisation | None, Person | None]:
    """The anchors behind a choice that was checked by ``chosen_entries``."""
    parts = _parts(ref)
    if parts is None:
        raise ValueError(f"not a choice: {ref}")
    kind, uuid = parts
    return (Organisation.unscoped.get(uuid=uuid), None) if kind == "organisation" else (None, Person.unscoped.get(uuid=uuid))


def may_tie(actor: Actor, kind: str) -> bool:
    """Whether this agent may write whose patient, tenant or pupil somebody is."""
    role = ROLE_OF.get(kind)
    return access.can_edit_person(actor) and (role is None or access.sees_role(actor, role))


@gesture
def tie_to_entry(
    *,
    actor: Actor,
    person: Person,
    kind: str,
    organisation: Organisation | None,
    owner: Person | None = None,
    valid_from: dt.date,
    source: str = Source.AGENT,
    source_ref: str = "",
) -> None:
    """``person`` is tenant, patient, insured … of an entry from a day on. What stands already is left as it is.

    Raises:
        NotAllowed: the actor may not see that kind of role.
        InvalidPerson: a landlord of oneself.
    """
    if organisation is not None and kind in ROLE_OF:
        held = PersonRole.unscoped.filter(organisation=organisation, person=person, role=ROLE_OF[kind], live=1)
        if not held.filter(valid_to__gt=valid_from).exists():
            set_role(
                actor=actor,
                person=person,
                organisation=organisation,
                role=ROLE_OF[kind],
                valid_from=valid_from,
                source=source,
                source_ref=source_ref,
            )
    elif owner is not None and kind in RELATION_OF:
        relation = RELATION_OF[kind]
        if not Relation.unscoped.filter(person=owner, other=person, kind=relation, live=1, valid_to__gt=valid_from).exists():
            relate(actor=actor, person=owner, other=person, kind=relation, valid_from=valid_from, source=source, source_ref=source_ref)


def _parts(ref: str) -> tuple[str, UUID] | None:
    kind, _sep, text = ref.partition(":")
    try:
        return (kind, UUID(text)) if kind in {"organisation", "person"} else None
    except ValueError:
        return None
