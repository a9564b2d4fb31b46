"""A form and its answers, resolved: what is shown, what is missing, what is sent. Pure; no database.

``resolve`` walks the form once, in order: a condition sees the visible answers before it, a hidden answer counts as null.
Paths name an input everywhere (errors, ids, posts): ``rent``, ``members-0-first_name``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as dc_field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from parvis.kernel import expressions
from parvis.kernel.canonical import plain
from parvis.ui import formats

from . import values
from .enums import SILENT, FieldType

Definition = Mapping[str, Any]
Answers = Mapping[str, Any]


@dataclass
class FieldState:
    """One field, or one field of one row, with its stored value."""

    field: Mapping[str, Any]
    path: str
    value: Any
    typed: Any
    visible: bool
    rows: list[RowState] = dc_field(default_factory=list)
    error: str = ""
    source: str = ""

    @property
    def key(self) -> str:
        return str(self.field["key"])

    @property
    def type(self) -> str:
        return str(self.field["type"])

    @property
    def id(self) -> str:
        return f"f-{self.path}"

    @property
    def target(self) -> str:
        """Id of the element that takes the focus when the error is followed."""
        return {
            FieldType.DATE: f"{self.id}-d",
            FieldType.ADDRESS: f"{self.id}-street",
            FieldType.ROWS: f"{self.id}-add",
            FieldType.YES_NO: f"{self.id}-0",
            FieldType.CHOICES: f"{self.id}-0",
        }.get(self.field["type"], f"{self.id}-0" if self.type == FieldType.CHOICE and not self.long_list else self.id)

    @property
    def long_list(self) -> bool:
        return len(self.field.get("options", ())) > 8

    @property
    def label(self) -> str:
        return formats.label(self.field["label"])

    @property
    def text(self) -> str:
        """The answer in words, in the reader's language."""
        return values.show(self.field, self.typed if self.type == FieldType.COMPUTED else self.value)

    @property
    def raw(self) -> Any:
        """What to put back into the input."""
        if values.is_raw(self.value):
            return self.value["raw"]
        if self.value is None:
            return ""
        if self.type in {FieldType.MONEY, FieldType.NUMBER}:
            return formats.number(Decimal(self.value), 2 if self.type == FieldType.MONEY else None)
        if self.type in {FieldType.NISS, FieldType.IBAN}:
            return values.show(self.field, self.value)
        return self.value

    @property
    def day_parts(self) -> tuple[str, str, str]:
        if values.is_raw(self.value):
            pieces = (list(self.value["raw"]) + ["", "", ""])[:3]
            return pieces[0], pieces[1], pieces[2]
        if not self.value:
            return "", "", ""
        year, month, day = str(self.value).split("-")
        return str(int(day)), str(int(month)), year

    @property
    def parts(self) -> Mapping[str, str]:
        return self.value if isinstance(self.value, dict) else {}


@dataclass
class RowState:
    index: int
    fields: list[FieldState]

    @property
    def digest(self) -> str:
        """The row in a few words: its first answers."""
        return " · ".join(state.text for state in self.fields if state.visible and state.text)


@dataclass
class PageState:
    page: Mapping[str, Any]
    visible: bool
    fields: list[FieldState]
    message: str = ""

    @property
    def key(self) -> str:
        return str(self.page["key"])

    @property
    def title(self) -> str:
        return formats.label(self.page["title"])

    @property
    def shown(self) -> list[FieldState]:
        return [state for state in self.fields if state.visible and not hidden_by_design(state.field)]

    @property
    def single(self) -> FieldState | None:
        """The only question of the page, which then is the page's title."""
        asked = [state for state in self.shown if state.type not in SILENT]
        return asked[0] if len(asked) == 1 and asked[0].type not in {FieldType.ROWS, FieldType.ADDRESS} and len(self.shown) == 1 else None


@dataclass
class FormState:
    definition: Definition
    pages: list[PageState]
    names: dict[str, Any]

    @property
    def visible_pages(self) -> list[PageState]:
        return [page for page in self.pages if page.visible and page.shown]

    def page(self, key: str) -> PageState | None:
        return next((page for page in self.visible_pages if page.key == key), None)

    def after(self, key: str) -> PageState | None:
        keys = [page.key for page in self.visible_pages]
        index = keys.index(key) + 1 if key in keys else 0
        return self.visible_pages[index] if index < len(keys) else None

    def before(self, key: str) -> PageState | None:
        keys = [page.key for page in self.visible_pages]
        index = keys.index(key) - 1 if key in keys else -1
        return self.visible_pages[index] if index >= 0 else None

    def field(self, key: str) -> FieldState | None:
        return next((state for page in self.pages for state in page.fields if state.key == key), None)


@dataclass(frozen=True)
class Problem:
    """An error of one input, for the summary and beside the field."""

    page: str
    path: str
    target: str
    label: str
    text: str


def hidden_by_design(field: Mapping[str, Any]) -> bool:
    return bool(field["type"] == FieldType.COMPUTED and not field.get("visible", True))


def resolve(definition: Definition, answers: Answers, *, today: date, channel: str = "portal") -> FormState:
    """Walk the form once with these answers."""
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


# Problems -------------------------------------------------------------------------------------------------------------


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
        return _("Add at least %(count)d line(s).") % {"count": least}
    return None


# What is kept ---------------------------------------------------------------------------------------------------------


def sendable(state: FormState) -> dict[str, Any]:
    """The answers that are sent: visible ones only, computed values included, as plain JSON. Hidden answers are dropped."""
    out: dict[str, Any] = {}
    for page in state.pages:
        if not page.visible:
            continue
        for field in page.fields:
            value = _sendable(field)
            if value is not None:
                out[field.key] = value
    return out


def _sendable(state: FieldState) -> Any:
    if not state.visible or state.type == FieldType.INFO:
        return None
    if state.type == FieldType.COMPUTED:
        return plain(state.typed)
    if state.type == FieldType.ROWS:
        rows = []
        for row in state.rows:
            kept = {child.key: value for child in row.fields if (value := _sendable(child)) is not None}
            if kept:
                rows.append(kept)
        return rows or None
    return None if values.is_empty(state.value) or values.is_raw(state.value) else state.value


@dataclass(frozen=True)
class Line:
    """One answer in a summary. A row of repeated rows is a line per row, with its own lines."""

    key: str
    label: str
    text: str
    children: tuple[Line, ...] = ()
    value: Any = None
    type: str = ""


@dataclass(frozen=True)
class Section:
    key: str
    title: str
    lines: tuple[Line, ...]


def summary(state: FormState, *, everything: bool = False) -> list[Section]:
    """The answers in words, page by page, in the reader's language. ``everything`` also lists questions left empty."""
    out = []
    for page in state.visible_pages:
        lines = []
        for field in page.shown:
            if field.type == FieldType.INFO or not field.field.get("summary", True):
                continue
            if field.type == FieldType.ROWS:
                lines += [
                    Line(
                        f"{field.key}-{row.index}",
                        f"{formats.label(field.field['row_label'])} {row.index + 1}",
                        row.digest,
                        tuple(Line(c.key, c.label, c.text, (), c.value, c.type) for c in row.fields if c.visible and c.text),
                        None,
                        "row",
                    )
                    for row in field.rows
                ]
                if not field.rows and everything:
                    lines.append(Line(field.key, field.label, ""))
            elif field.text or everything:
                lines.append(Line(field.key, field.label, field.text, (), field.value, field.type))
        if lines:
            out.append(Section(page.key, page.title, tuple(lines)))
    return out


# Reading a POST -------------------------------------------------------------------------------------------------------


def read_page(page: PageState, post: Any, answers: dict[str, Any]) -> dict[str, Any]:
    """The answers after this page was posted. Only fields that were on the page change; uploads are left to the caller."""
    out = dict(answers)
    for state in page.fields:
        field = state.field
        if field["type"] in SILENT or not was_shown(state, post):
            continue
        if field["type"] == FieldType.UPLOAD:
            continue
        if field["type"] == FieldType.ROWS:
            out[field["key"]] = _read_rows(state, post)
        else:
            out[field["key"]] = values.read(field, state.id, post)
    return out


def was_shown(state: FieldState, post: Any) -> bool:
    """True when the field was on the page that was posted (its marker is there): a question just revealed was not refused."""
    return state.path in post.getlist("shown")


def _read_rows(state: FieldState, post: Any) -> list[dict[str, Any]]:
    count = post.get(f"{state.id}-count", "0")
    rows = []
    before = state.value or []
    for index in range(min(int(count) if count.isdigit() else 0, state.field.get("max", 20), 40)):
        old = before[index] if index < len(before) else {}
        row: dict[str, Any] = {}
        for child in state.field["fields"]:
            path = f"{state.path}-{index}-{child['key']}"
            if child["type"] in SILENT:
                continue
            if child["type"] == FieldType.UPLOAD or path not in post.getlist("shown"):
                if child["key"] in old:
                    row[child["key"]] = old[child["key"]]
                continue
            row[child["key"]] = values.read(child, f"f-{path}", post)
        rows.append(row)
    return rows


def add_row(state: FieldState, answers: dict[str, Any]) -> dict[str, Any]:
    rows = list(answers.get(state.key) or [])
    if len(rows) < state.field.get("max", 20):
        rows.append({})
    return {**answers, state.key: rows}


def remove_row(state: FieldState, answers: dict[str, Any], index: int) -> dict[str, Any]:
    rows = list(answers.get(state.key) or [])
    if 0 <= index < len(rows):
        del rows[index]
    return {**answers, state.key: rows}


def upload_states(page: PageState) -> Iterator[FieldState]:
    """Every upload of a page, those of rows included."""
    for state in page.fields:
        if state.type == FieldType.UPLOAD:
            yield state
        for row in state.rows:
            yield from (child for child in row.fields if child.type == FieldType.UPLOAD)


def put(answers: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The answers with one value replaced, at ``key`` or ``rows-0-key``."""
    parts = path.split("-")
    out = dict(answers)
    if len(parts) == 1:
        out[parts[0]] = value
    else:
        key, index, child = parts[0], int(parts[1]), parts[2]
        rows = [dict(row) for row in out.get(key) or []]
        while len(rows) <= index:
            rows.append({})
        rows[index][child] = value
        out[key] = rows
    return out


def stored_files(answers: Any) -> list[dict[str, Any]]:
    """Every file named in answers."""
    found: list[dict[str, Any]] = []
    if isinstance(answers, dict):
        if set(answers) >= {"file", "name"}:
            return [answers]
        for value in answers.values():
            found += stored_files(value)
    elif isinstance(answers, list):
        for value in answers:
            found += stored_files(value)
    return found


def is_unanswered(state: FormState, path: str) -> bool:
    """True when the field at a path has no answer at all: it may be asked later. One that cannot be read must be mended."""
    for page in state.pages:
        for one in page.fields:
            for candidate in [one, *[child for row in one.rows for child in row.fields]]:
                if candidate.path == path:
                    return values.is_empty(candidate.value)
    return True
