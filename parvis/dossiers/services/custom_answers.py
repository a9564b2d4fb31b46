"""Own fields in a file and of a person: the kind of file, and the answers."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from parvis.contacts.api import Person
from parvis.form_engine.api import problems
from parvis.kernel import clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.bitemporal import Source, bump, withdraw_fact, write_fact
from parvis.kernel.errors import NotAllowed
from parvis.kernel.gestures import gesture
from parvis.kernel.periods import OPEN_END
from parvis.kernel.scope import may_see
from parvis.kernel.subject import SubjectRef

from .. import access
from ..custom import EVER, Section, Words, every_section, form_of, kind_of, plain, sections_of
from ..errors import InvalidDossier
from ..models import CustomFact, Dossier, DossierKind, DossierProfile, PersonFact
from ..models.custom import ONCE, external_key
from ._common import record, writable


@gesture
def set_profile(
    *, actor: Actor, dossier: Dossier, kind: DossierKind, external_number: str = "", description: str = "", expected: int | None = None
) -> DossierProfile:
    """The kind of file, its number elsewhere, and the line under its name."""
    writable(actor, dossier, allowed=access.can_open_dossier(actor))
    if kind.for_persons:
        raise InvalidDossier(_("This value is not in the list."), field="kind", code="kind")
    bump(dossier, expected)
    row = DossierProfile.unscoped.filter(dossier=dossier).first() or DossierProfile(dossier=dossier)
    before = (row.kind_id, row.external_number, row.description)
    row.kind = kind
    row.external_number = " ".join(external_number.split())[:40]
    row.external_key = external_key(row.external_number)
    row.description = " ".join(description.split())[:191]
    row.save()
    values = {
        "kind": [before[0], row.kind_id],
        "external_number": [before[1], row.external_number],
        "description": [before[2], row.description],
    }
    record(actor, "dossier.profile", dossier, values)
    return row


def files_numbered(number: str) -> list[Dossier]:
    """The files that bear a number, here or elsewhere: for a takeover, which acts for the whole centre."""
    bare = " ".join(number.split())
    here = list(Dossier.unscoped.filter(number=bare, destroyed_on__isnull=True))
    if here or not external_key(bare):
        return here
    rows = DossierProfile.unscoped.filter(external_key=external_key(bare), dossier__destroyed_on__isnull=True)
    return [row.dossier for row in rows.select_related("dossier").order_by("pk")[:2]]


def _section(actor: Actor, dossier: Dossier, key: str) -> Section:
    found = next((one for one in sections_of(dossier, kind_of(dossier, actor)) if one.key == key), None)
    if found is None or not found.all_fields:
        raise InvalidDossier(_("This section does not exist."), code="section")
    return found


@gesture
def write_custom(
    *,
    actor: Actor,
    dossier: Dossier,
    section: str,
    answers: Mapping[str, Any],
    item: uuid.UUID | None = None,
    valid_from: dt.date | None = None,
    valid_to: dt.date | None = None,
    source: str = Source.AGENT,
    source_ref: str = "",
    expected: int | None = None,
) -> list[CustomFact]:
    """Answers of a section, for a period when the section is dated. Only what differs is written; the rest stays as it was known.

    Raises:
        NotAllowed: a field of a class of data that is hidden from the actor.
        InvalidDossier: an unknown field or an answer that the form refuses.
        Conflict: the file changed since ``expected``.
    """
    writable(actor, dossier, allowed=access.can_write_situation(actor))
    own = _section(actor, dossier, section)
    filling = _filling(CustomFact, "dossier", dossier, own, item, valid_from, valid_to, source, source_ref)
    return _write_answers(actor, dossier, filling, answers, expected)


def write_section(
    actor: Actor, dossier: Dossier, section: str, answers: Mapping[str, Any], source: str, source_ref: str
) -> list[CustomFact]:
    """``write_custom`` from today on, for a gesture that has judged the right itself: a file opened for another service is no longer the
    opener's to write in."""
    own = _section(actor, dossier, section)
    filling = _filling(CustomFact, "dossier", dossier, own, None, None, None, source, source_ref)
    return _write_answers(actor, dossier, filling, answers, None)


def _write_answers(actor: Actor, dossier: Dossier, filling: _Filling, answers: Mapping[str, Any], expected: int | None) -> list[CustomFact]:
    for key in answers:
        one = _named(filling.section, key)
        if not actor.is_system and not may_see(actor, one["data_class"]):
            raise NotAllowed(_("This kind of information is not open to your function."))
    written, values = _fill(actor, filling, answers, dossier, expected)
    if written:
        record(actor, "dossier.own_data", dossier, {**values, "section": filling.section.key, "from": filling.told_from})
    return written


@gesture
def write_person_custom(
    *,
    actor: Actor,
    person: Person,
    section: str,
    answers: Mapping[str, Any],
    item: uuid.UUID | None = None,
    valid_from: dt.date | None = None,
    valid_to: dt.date | None = None,
    source: str = Source.AGENT,
    source_ref: str = "",
    expected: int | None = None,
) -> list[PersonFact]:
    """The same for a section of persons.

    Raises:
        NotAllowed: the class of data is hidden from the actor, or beyond identity and no open file of the person is the actor's to write in.
        InvalidDossier: an unknown field, an answer that the form refuses, a person that was merged into another.
        Conflict: the person changed since ``expected``.
    """
    own = _person_section(section)
    if person.merged_into_id is not None:
        raise InvalidDossier(_("This person was merged into another one: write it there."), code="merged")
    _reads, classes = access.person_classes(actor, person.pk)
    for key in answers:
        if _named(own, key)["data_class"] not in classes:
            raise NotAllowed(_("This kind of information is not open to your function."))
    filling = _filling(PersonFact, "person", person, own, item, valid_from, valid_to, source, source_ref)
    return _write_of_person(actor, person, filling, answers, expected)


def write_person_section(
    actor: Actor, person: Person, section: str, answers: Mapping[str, Any], source: str, source_ref: str
) -> list[PersonFact]:
    """``write_person_custom`` from today on, for a gesture that has judged the right itself: who opens a file writes what is needed of its
    applicant, also where another service goes on with it."""
    filling = _filling(PersonFact, "person", person, _person_section(section), None, None, None, source, source_ref)
    return _write_of_person(actor, person, filling, answers, None)


def _person_section(key: str) -> Section:
    found = next((one for one in every_section(persons=True) if one.key == key), None)
    if found is None or not found.all_fields:
        raise InvalidDossier(_("This section does not exist."), code="section")
    return found


def _write_of_person(actor: Actor, person: Person, filling: _Filling, answers: Mapping[str, Any], expected: int | None) -> list[PersonFact]:
    written, values = _fill(actor, filling, answers, None, expected)
    if written:
        said = {**values, "section": filling.section.key, "from": filling.told_from}
        mutations.record("context:dossiers", actor=actor, verb="person.own_data", subject=SubjectRef("person", person.pk), values=said)
    return written


@dataclass(frozen=True)
class _Filling:
    """What is filled in: a section of a file or of a person, one entry of it, for a period."""

    model: type[Any]
    anchor_field: str
    anchor: Any
    section: Section
    item: uuid.UUID
    start: dt.date
    end: dt.date
    source: str
    source_ref: str

    @property
    def mine(self) -> dict[str, Any]:
        return {self.anchor_field: self.anchor, "item": self.item}

    @property
    def told_from(self) -> dt.date | None:
        return None if self.start == EVER else self.start


def _filling(
    model: type[Any],
    anchor_field: str,
    anchor: Any,
    own: Section,
    item: uuid.UUID | None,
    valid_from: dt.date | None,
    valid_to: dt.date | None,
    source: str,
    source_ref: str,
) -> _Filling:
    start, end = _period(own, valid_from, valid_to)
    return _Filling(model, anchor_field, anchor, own, (item or uuid.uuid4()) if own.repeats else ONCE, start, end, source, source_ref)


def _named(own: Section, key: str) -> Mapping[str, Any]:
    found = next((one for one in own.fields if one["key"] == key), None)
    if found is None:
        raise InvalidDossier(_("This field does not exist."), code="field")
    return found


def _period(own: Section, valid_from: dt.date | None, valid_to: dt.date | None) -> tuple[dt.date, dt.date]:
    start = (valid_from or clock.today()) if own.dated else EVER
    end = (valid_to or OPEN_END) if own.dated else OPEN_END
    if end <= start:
        raise InvalidDossier(_("The last day lies before the first."), field="last_day", code="period")
    return start, end


def _fill(
    actor: Actor, one: _Filling, answers: Mapping[str, Any], dossier: Dossier | None, expected: int | None
) -> tuple[list[Any], dict[str, Any]]:
    """Judge the answers as the form does, and write what differs: the rows, and the values before and after."""
    fields = {raw["key"]: raw for raw in one.section.fields}
    day = max(one.start, clock.today()) if one.start == EVER else one.start
    held = {fact.field: fact for fact in one.model.unscoped.filter(**one.mine, section=one.section.key).at(one.start)}
    whole = {key: fact.value for key, fact in held.items()} | dict(answers)
    state = form_of(actor, dossier, one.section, whole, day)
    found = [problem for problem in problems(state, today=clock.today()) if problem.path in answers]
    if found:
        raise InvalidDossier(f"{found[0].label}: {found[0].text}", field=found[0].path, code="answer")
    _offered(actor, one.section, answers, held, day)
    written, values = [], {}
    bump(one.anchor, expected)
    for key, value in answers.items():
        before = held.get(key)
        same = before is not None and before.value == value and before.valid_from == one.start and before.valid_to == one.end
        if same or (before is None and value in (None, "", [])):
            continue
        written.append(_write(actor, one, fields[key], value, before))
        values[key] = [before.value if before else None, value]
    return written, values


def _offered(actor: Actor, own: Section, answers: Mapping[str, Any], held: Mapping[str, Any], day: dt.date) -> None:
    """A code is one that the list offers on the day, or the one that the file holds already."""
    words = Words(actor, own.fields, day=day)
    for one in own.fields:
        value = answers.get(one["key"])
        if one.get("list") and value:
            before = held.get(one["key"])
            offered = {code for code, _name in words.options(one, before.value if before else None)}
            if not set(value if isinstance(value, list) else [value]) <= offered:
                raise InvalidDossier(_("Choose one of the answers."), field=one["key"], code="answer")


def _write(actor: Actor, filling: _Filling, one: Mapping[str, Any], value: Any, before: Any) -> Any:
    row = write_fact(
        filling.model,
        anchor_field=filling.anchor_field,
        anchor=filling.anchor,
        key={"field": one["key"], "item": filling.item},
        values={
            "version": filling.section.version,
            "section": filling.section.key,
            "data_class": one["data_class"],
            "value": value,
            "text": plain(one, value),
        },
        valid_from=filling.start,
        valid_to=filling.end,
        actor=actor,
        source=filling.source,
        source_ref=filling.source_ref,
    )
    if before is not None and before.valid_to > filling.end:  # an earlier end is an end: nothing of before goes on after it
        rest = filling.model.unscoped.filter(**filling.mine, field=one["key"], live=1, valid_from=filling.end).first()
        if rest is not None:
            withdraw_fact(rest, anchor=filling.anchor)
    return row
