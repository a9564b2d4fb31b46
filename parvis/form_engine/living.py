"""Choices that are not frozen with a form: a question names a list (``registries.choice_lists``), and offers what it holds on the day.

A field says ``"list": "codes:energy_tutors"`` or ``"list": "aids"``, beside options of its own or instead of them; ``list_before`` names
the own option before which the list stands ("other"), else it stands last. What was sent keeps the choices that were shown (``shown_lists``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from parvis.kernel import registries

from .enums import FieldType
from .states import Answers, Definition, FormState

Option = dict[str, Any]
Shown = Mapping[str, list[Option]]
"""Path of a field ("wants", "members.kind") to the choices of its list."""


def source_of(name: str) -> tuple[registries.ChoiceList | None, str]:
    """The source behind the name of a list, and what it calls the list."""
    head, _sep, rest = name.partition(":")
    return (registries.choice_lists.get(head) if head in registries.choice_lists else None), rest


def is_known(name: Any) -> bool:
    source, rest = source_of(name) if isinstance(name, str) else (None, "")
    return source is not None and source.knows(rest)


def living(definition: Definition, answers: Answers, today: date, shown: Shown | None = None) -> Definition:
    """The definition with the choices of its lists: those of the day, or those that were ``shown`` when it was sent."""
    if not any(True for _path, _field in _listed(definition)):
        return definition
    pages = []
    for page in definition["pages"]:
        fields = []
        for field in page["fields"]:
            given = answers.get(field["key"])
            if field["type"] == FieldType.ROWS:
                rows = [row for row in given or () if isinstance(row, Mapping)]
                inner = [
                    _with(one, f"{field['key']}.{one['key']}", [row.get(one["key"]) for row in rows], today, shown)
                    for one in field["fields"]
                ]
                fields.append({**field, "fields": inner})
            else:
                fields.append(_with(field, field["key"], [given], today, shown))
        pages.append({**page, "fields": fields})
    return {**definition, "pages": pages}


def shown_lists(state: FormState) -> dict[str, list[Option]]:
    """What each list offered, to be kept with the answers that are sent."""
    return {path: [one for one in field["options"] if one.get("living")] for path, field in _listed(state.definition)}


def _listed(definition: Definition) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for page in definition["pages"]:
        for field in page["fields"]:
            if field.get("list"):
                yield field["key"], field
            for child in field.get("fields", ()):
                if child.get("list"):
                    yield f"{field['key']}.{child['key']}", child


def _with(field: Mapping[str, Any], path: str, given: Iterable[Any], today: date, shown: Shown | None) -> Mapping[str, Any]:
    name = field.get("list")
    if not name:
        return field
    own = [one for one in field.get("options", ()) if not one.get("living")]
    if shown is not None:
        found = list(shown.get(path, ()))
    else:
        held = frozenset(item for value in given for item in (value if isinstance(value, list) else [value]) if isinstance(item, str))
        source, rest = source_of(name)
        taken = {one["value"] for one in own}
        read = source.read(rest, today, held - taken) if source is not None else []
        found = [{**one, "living": True} for one in read if one["value"] not in taken]
    place = next((at for at, one in enumerate(own) if one["value"] == field.get("list_before")), len(own))
    return {**field, "options": [*own[:place], *found, *own[place:]]}
