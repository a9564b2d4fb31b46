from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from parvis.kernel import clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.bitemporal import Source, begin, end_fact, write_fact
from parvis.kernel.events import publish
from parvis.kernel.gestures import gesture
from parvis.kernel.subject import SubjectRef

from ..enums import HouseholdRole, RelationKind
from ..errors import InvalidPerson
from ..events import HouseholdChanged, PersonChanged
from ..kinship import words
from ..models import Household, HouseholdMember, Person, Relation
from ._common import STREAM, end_person_fact, require_editor, write_person_fact

_UPWARD = frozenset(words.INVERSE) - words.SYMMETRIC


@gesture
def create_household(
    *, actor: Actor, head: Person, valid_from: dt.date | None = None, source: str = Source.AGENT, source_ref: str = ""
) -> Household:
    """A household of one; others join it."""
    require_editor(actor)
    household = Household.unscoped.create(created_at=clock.now())
    begin(household)
    join_household(
        actor=actor, household=household, person=head, role=HouseholdRole.HEAD, valid_from=valid_from, source=source, source_ref=source_ref
    )
    return household


@gesture
def join_household(
    *,
    actor: Actor,
    household: Household,
    person: Person,
    role: str = HouseholdRole.OTHER,
    valid_from: dt.date | None = None,
    valid_to: dt.date | None = None,
    source: str = Source.AGENT,
    source_ref: str = "",
) -> HouseholdMember:
    """A person lives in the household from a day on, and has left another one by that day.

    Raises:
        InvalidPerson: the role is not in the list.
    """
    require_editor(actor)
    if role not in HouseholdRole.values:
        raise InvalidPerson(_("This value is not in the list."), field="role", code="role")
    start = valid_from or clock.today()
    elsewhere = HouseholdMember.unscoped.filter(person=person, live=1, valid_to__gt=start).exclude(household=household)
    for row in elsewhere.select_related("household"):
        if row.valid_from < start:
            leave_household(actor=actor, household=row.household, person=person, on=start)
        else:
            raise InvalidPerson(_("This person already lives in another household after that day."), field="valid_from", code="elsewhere")
    row = write_fact(
        HouseholdMember,
        anchor_field="household",
        anchor=household,
        key={"person": person},
        values={"role": role},
        valid_from=start,
        valid_to=valid_to,
        actor=actor,
        source=source,
        source_ref=source_ref,
    )
    _record(actor, "household.join", household, person, [None, start])
    return row


@gesture
def leave_household(*, actor: Actor, household: Household, person: Person, on: dt.date) -> HouseholdMember:
    """The person lives there until the day before ``on``.

    Raises:
        InvalidPerson: the person does not live there.
    """
    require_editor(actor)
    row = HouseholdMember.unscoped.filter(household=household, person=person, live=1, valid_from__lt=on, valid_to__gt=on).first()
    if row is None:
        raise InvalidPerson(_("This person does not live in this household."), field="person", code="not_member")
    closed = end_fact(row, valid_to=on, anchor=household, actor=actor)
    _record(actor, "household.leave", household, person, [row.valid_from, on])
    return closed


@gesture
def relate(
    *,
    actor: Actor,
    person: Person,
    other: Person,
    kind: str,
    valid_from: dt.date | None = None,
    valid_to: dt.date | None = None,
    source: str = Source.AGENT,
    source_ref: str = "",
) -> Relation:
    """``person`` is ``kind`` ``other`` from a day on. "Child of" is written as "parent of" from the other side, and a relation that goes
    both ways is kept once, whoever noted it.

    Raises:
        InvalidPerson: a relation with oneself, of an unknown kind, or the same one already noted the other way round.
    """
    require_editor(actor)
    if person.pk == other.pk:
        raise InvalidPerson(_("A person has no relation with itself."), field="other", code="self")
    if kind not in RelationKind.values:
        raise InvalidPerson(_("This value is not in the list."), field="kind", code="kind")
    if kind == RelationKind.CHILD:
        person, other, kind = other, person, RelationKind.PARENT
    if kind in words.SYMMETRIC and Relation.unscoped.filter(person=other, other=person, kind=kind, live=1).exists():
        person, other = other, person
    start = valid_from or clock.today()
    if kind in _UPWARD and Relation.unscoped.filter(person=other, other=person, kind=kind, live=1, valid_to__gt=start).exists():
        raise InvalidPerson(_("It is noted the other way round: end that relation first."), field="kind", code="loop")
    row: Relation = write_person_fact(
        Relation,
        actor=actor,
        person=person,
        aspect="relation",
        verb="person.relation",
        key={"other": other, "kind": kind},
        values={},
        valid_from=start,
        valid_to=valid_to,
        source=source,
        source_ref=source_ref,
    )
    publish(PersonChanged(actor=actor, person_id=other.pk, aspect="relation"))
    return row


@gesture
def end_relation(*, actor: Actor, row: Relation, on: dt.date) -> Relation:
    """The relation holds until the day before ``on`` and stays readable with its days.

    Raises:
        DomainError: that day lies before its first day.
    """
    require_editor(actor)
    closed: Relation = end_person_fact(actor=actor, row=row, on=on, aspect="relation")
    publish(PersonChanged(actor=actor, person_id=row.other_id, aspect="relation"))
    return closed


def _record(actor: Actor, verb: str, household: Household, person: Person, period: list[dt.date | None]) -> None:
    mutations.record(STREAM, actor=actor, verb=verb, subject=SubjectRef("household", household.pk), values={f"person:{person.pk}": period})
    publish(HouseholdChanged(actor=actor, household_id=household.pk, person_id=person.pk))
