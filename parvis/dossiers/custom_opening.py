"""The answers that the organisation needs of every file, asked while the file is opened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from parvis.form_engine.api import problems, read_page
from parvis.kernel import clock
from parvis.kernel.actor import Actor

from . import access
from .custom import Section, every_section, form_of
from .enums import CustomType


@dataclass
class Opening:
    """The questions as the page draws them, what was answered, and what keeps the file from being opened."""

    page: Any
    answers: dict[str, Any]
    sections: dict[str, str]
    """Field to the section that holds it."""
    problems: list[Any] = field(default_factory=list)

    def by_section(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for key, section in self.sections.items():
            found.setdefault(section, {})[key] = self.answers.get(key)
        return found


def opening_questions(
    actor: Actor, answers: Mapping[str, Any] | None = None, post: Any = None, day: dt.date | None = None
) -> Opening | None:
    """What is needed of every file and this actor may write; None when nothing is. ``post``: what the page sent; ``answers``: by field, from a
    program. Not asked: what repeats, and a link to a person, since the file has no members yet.
    """
    if not (actor.is_system or access.can_write_situation(actor)):
        return None
    wanted = [
        (section, one)
        for section in every_section()
        if section.version.kind.is_general and not section.repeats
        for one in section.seen_by(actor)
        if one.get("required") and one["type"] != CustomType.PERSON
    ]
    if not wanted:
        return None
    day = day or clock.today()
    whole = Section(wanted[0][0].version, {"key": "opening", "title": {}, "fields": [one for _section, one in wanted]})
    given = {key: value for key, value in (answers or {}).items() if key in {one["key"] for _section, one in wanted}}
    state = form_of(actor, None, whole, given, day)
    if post is not None:
        given = read_page(state.pages[0], post, given)
        state = form_of(actor, None, whole, given, day)
    found = problems(state, today=day) if post is not None or answers is not None else []
    return Opening(state.pages[0], given, {one["key"]: section.key for section, one in wanted}, found)
