"""Answers: read from a POST, kept, sent, and summed up. Pure; no database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from parvis.kernel.canonical import plain
from parvis.ui import formats

from . import values
from .enums import SILENT, FieldType
from .states import FieldState, FormState, PageState


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


def sent_path(state: FormState, path: str) -> str | None:
    """Where an answer of the form stands among what is sent (``rows-1-key``): rows without any answer are left out there. None: it is not sent."""
    key, _sep, rest = path.partition("-")
    if not rest:
        return path
    number, _sep, child = rest.partition("-")
    for page in state.pages:
        for field in page.fields if page.visible else ():
            if field.key == key:
                sent = [str(row.index) for row in field.rows if any(_sendable(one) is not None for one in row.fields)]
                return f"{key}-{sent.index(number)}-{child}" if number in sent else None
    return None


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
    for index in range(min(int(count) if count.isdecimal() else 0, state.field.get("max", 20), 40)):
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
