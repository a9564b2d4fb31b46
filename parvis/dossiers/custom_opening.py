"""The answers that the organisation needs of every file and of its applicant, asked while the file is opened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from parvis.contacts.api import can_edit_person
from parvis.form_engine.api import problems, read_page
from parvis.kernel import clock
from parvis.kernel.actor import Actor

from . import access
from .custom import Section, every_section, form_of
from .enums import CustomType
from .models import PersonFact

Wanted = list[tuple[Section, dict[str, Any]]]


@dataclass
class Opening:
    """The questions as the page draws them, what was answered, and what keeps the file from being opened. ``page`` and ``person_page``: of the
    file and of its applicant, each None when nothing is asked of it."""

    page: Any
    person_page: Any
    answers: dict[str, Any]
    sections: dict[str, str]
    """Field of the file to the section that holds it."""
    person_sections: dict[str, str]
    problems: list[Any] = field(default_factory=list)

    def by_section(self) -> dict[str, dict[str, Any]]:
        return self._grouped(self.sections)

    def of_person(self) -> dict[str, dict[str, Any]]:
        """What was said of the person; an answer that is left empty changes nothing."""
        said = {key: section for key, section in self.person_sections.items() if self.answers.get(key) not in (None, "", [])}
        return self._grouped(said)

    def _grouped(self, sections: Mapping[str, str]) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for key, section in sections.items():
            found.setdefault(section, {})[key] = self.answers.get(key)
        return found


def opening_questions(
    actor: Actor,
    answers: Mapping[str, Any] | None = None,
    post: Any = None,
    day: dt.date | None = None,
    person_id: int | None = None,
) -> Opening | None:
    """What is needed of every file and of its applicant and this actor may write; None when nothing is. ``post``: what the page sent;
    ``answers``: by field, from a program; ``person_id``: of whom the file is opened, when known: what is noted of that person already is not
    needed again. Not asked: what repeats, and a link to a person, since the file has no members yet.
    """
    writes = actor.is_system or access.can_write_situation(actor)
    edits = actor.is_system or can_edit_person(actor)
    of_file = _wanted(actor, persons=False) if writes else []
    of_person = [two for two in _wanted(actor, persons=True) if (edits if two[1]["data_class"] == "identity" else writes)]
    if not of_file and not of_person:
        return None
    day = day or clock.today()
    asked = {one["key"] for _section, one in (*of_file, *of_person)}
    given = {key: value for key, value in (answers or {}).items() if key in asked}
    judged = post is not None or answers is not None
    known = _known(actor, person_id, _places(of_person), day) if judged and person_id is not None else set()
    pages: list[Any] = []
    found: list[Any] = []
    for wanted, free in ((of_file, set()), (of_person, known)):
        state = _state(actor, wanted, given, day)
        if state is not None and post is not None:
            given = read_page(state.pages[0], post, given)
            state = _state(actor, wanted, given, day)
        if state is not None and judged:
            found += [one for one in problems(state, today=day) if one.path not in free or given.get(one.path) not in (None, "", [])]
        pages.append(state.pages[0] if state is not None else None)
    return Opening(pages[0], pages[1], given, _places(of_file), _places(of_person), found)


def _wanted(actor: Actor, *, persons: bool) -> Wanted:
    return [
        (section, one)
        for section in every_section(persons=persons)
        if (persons or section.version.kind.is_general) and not section.repeats
        for one in section.seen_by(actor)
        if one.get("required") and one["type"] != CustomType.PERSON
    ]


def _state(actor: Actor, wanted: Wanted, given: Mapping[str, Any], day: dt.date) -> Any:
    if not wanted:
        return None
    whole = Section(wanted[0][0].version, {"key": "opening", "title": {}, "fields": [one for _section, one in wanted]})
    return form_of(actor, None, whole, given, day)


def _places(wanted: Wanted) -> dict[str, str]:
    return {one["key"]: section.key for section, one in wanted}


def _known(actor: Actor, person_id: int, fields: Collection[str], day: dt.date) -> set[str]:
    """Of these fields, those to which this reader sees an answer of the person."""
    rows = PersonFact.objects.visible_to(actor).filter(person=person_id, field__in=fields).at(day)
    return {row.field for row in rows if row.value not in (None, "", [])}
