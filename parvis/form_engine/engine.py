"""A form and its answers, resolved: what is shown, what is missing, what is sent. Pure; no database but for lists of choices that live on.

``resolve`` walks the form once, in order: a condition sees the visible answers before it, a hidden answer counts as null.
Paths name an input everywhere (errors, ids, posts): ``rent``, ``members-0-first_name``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.utils.translation import ngettext

from parvis.kernel import expressions
from parvis.ui import formats

from . import values
from .enums import SILENT, FieldType
from .living import Shown, living
from .states import Answers, Definition, FieldState, FormState, PageState, Problem, RowState


def resolve(definition: Definition, answers: Answers, *, today: date, channel: str = "portal", shown: Shown | None = None) -> FormState:
    """Walk the form once with these answers. ``shown``: the choices that lists offered when the answers were sent; without it those of ``today``."""
    definition = living(definition, answers, today, shown)
    names: dict[str, Any] = {"today": today, "channel": channel}
    pages: list[PageState] = []
    for page in definition["pages"]:
        on = _holds(page.get("when"), names)
        fields = [_resolve(field, answers.get(field["key"]), field["key"], names, on) for field in page["fields"]]
        pages.append(PageState(page, on, fields))
    return FormState(definition, pages, names)


def _holds(condition: Any, names: Mapping[str, Any]) -> bool:
    """A condition that cannot be computed hides: nobody is asked a thing by mistake."""
    if condition is None:
        return True
    try:
        return expressions.holds(condition, names)
    except expressions.ExpressionError:
        return False


def _compute(field: Mapping[str, Any], names: Mapping[str, Any]) -> Any:
    try:
        return expressions.evaluate(field["compute"], names)
    except expressions.ExpressionError:
        return None


def _resolve(field: Mapping[str, Any], value: Any, path: str, names: dict[str, Any], parent: bool) -> FieldState:
    visible = parent and _holds(field.get("when"), names)
    rows: list[RowState] = []
    if field["type"] == FieldType.ROWS:
        typed_rows = []
        for index, row in enumerate(value or []):
            inner: dict[str, Any] = {}
            scope = {**names, "row": inner}
            states = []
            for child in field["fields"]:
                state = _resolve(child, row.get(child["key"]), f"{path}-{index}-{child['key']}", scope, visible)
                inner[child["key"]] = state.typed
                states.append(state)
            rows.append(RowState(index, states))
            typed_rows.append(inner)
        typed: Any = typed_rows if visible else None
    elif field["type"] == FieldType.COMPUTED:
        typed = _compute(field, names) if visible else None
    elif field["type"] == FieldType.INFO:
        typed = None
    else:
        typed = values.typed(field, value) if visible else None
    if "row" not in names and field["type"] != FieldType.INFO:
        names[field["key"]] = typed
    return FieldState(field, path, value, typed, visible, rows)


def problems(state: FormState, *, today: date, page: str | None = None) -> list[Problem]:
    """What keeps the form (or one page) from being sent. Also marks the fields' ``error``."""
    found: list[Problem] = []
    for at in state.visible_pages:
        if page is not None and at.key != page:
            continue
        for field in at.shown:
            found += _field_problems(at, field, state.names, today)
        if not any(problem.page == at.key for problem in found):
            for check in at.page.get("check", ()):
                if _fails(check["rule"], state.names):
                    at.message = formats.label(check["message"])
                    found.append(Problem(at.key, "", at.shown[0].target, at.title, at.message))
    return found


def _fails(rule: Any, names: Mapping[str, Any]) -> bool:
    """A rule fails only when it is false: unknown is left to "required"."""
    try:
        return expressions.evaluate(rule, names) is False
    except expressions.ExpressionError:
        return False


def _field_problems(page: PageState, state: FieldState, names: Mapping[str, Any], today: date) -> Iterator[Problem]:
    if state.type in SILENT:
        return
    text = _row_fault(state) if state.type == FieldType.ROWS else values.fault(state.field, state.value, today)
    if text is None and not values.is_empty(state.value):
        text = next((formats.label(check["message"]) for check in state.field.get("check", ()) if _fails(check["rule"], names)), None)
    if text:
        state.error = text
        yield Problem(page.key, state.path, state.target, state.label, text)
    for row in state.rows:
        scope = {**names, "row": {child.key: child.typed for child in row.fields}}
        for child in row.fields:
            if child.visible:
                for problem in _field_problems(page, child, scope, today):
                    label = f"{formats.label(state.field['row_label'])} {row.index + 1}, {problem.label}"
                    yield Problem(problem.page, problem.path, problem.target, label, problem.text)


def _row_fault(state: FieldState) -> str | None:
    least = max(state.field.get("min", 0), 1 if state.field.get("required") else 0)
    if len(state.rows) < least:
        return ngettext("Add at least %(count)d line.", "Add at least %(count)d lines.", least) % {"count": least}
    return None
