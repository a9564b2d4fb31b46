"""The file of a register, read line by line: one line that is wrong never stops the others."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from parvis.connectors.api import REGISTER_FORMAT
from parvis.kernel.identifiers import InvalidIdentifier, parse_niss

from .enums import MutationKind
from .errors import InvalidMutation
from .register_answers import is_answer, rows_of_answers

MOST_LINES = 20_000
_TEXTS = {
    MutationKind.ADDRESS: ("street", "number", "box", "postal_code", "municipality", "country"),
    MutationKind.CIVIL_STATUS: ("status",),
    MutationKind.NATIONALITY: ("nationality",),
    MutationKind.DEATH: ("place",),
    MutationKind.HOUSEHOLD: (),
}
_NEEDED = {MutationKind.ADDRESS: "municipality", MutationKind.CIVIL_STATUS: "status", MutationKind.NATIONALITY: "nationality"}


@dataclass(frozen=True)
class Line:
    """A readable line. ``joined`` and ``left`` are national numbers, for a household only; ``digest`` tells a changed line from the same."""

    id: str
    number: str
    kind: str
    on: dt.date
    value: dict[str, str]
    joined: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    digest: str = ""
    holds: bool = False
    """It comes from an answer that says what holds, which may be what is known here."""


def rows_of(content: bytes) -> list[Any]:
    """The rows of a file, not looked at yet.

    Raises:
        InvalidMutation: not a file of this form, or too long a one.
    """
    if is_answer(content):
        return _few(rows_of_answers(content))
    try:
        data = json.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise InvalidMutation(_("This is not a file of mutations: it cannot be read as JSON."), field="file", code="not_json") from None
    rows = data.get("mutations") if isinstance(data, dict) else None
    if not isinstance(rows, list) or data.get("format") != REGISTER_FORMAT:
        message = _("This is not a file of mutations: it should say “%(format)s”.") % {"format": REGISTER_FORMAT}
        raise InvalidMutation(message, field="file", code="format")
    return _few(rows)


def _few(rows: list[Any]) -> list[Any]:
    if len(rows) > MOST_LINES:
        message = _("This file has more than %(most)s lines. Split it.") % {"most": f"{MOST_LINES:,}"}
        raise InvalidMutation(message, field="file", code="long")
    return rows


def line_of(row: Any) -> Line:
    """One row as a line.

    Raises:
        InvalidMutation: something in it is absent or impossible. The message names no value: the person may be unknown here.
    """
    if not isinstance(row, dict) or not isinstance(row.get("value", {}), dict) or not _storable(row):
        raise InvalidMutation(_("The line is not an object."), code="shape")
    key, kind, given = str(row.get("id") or "").strip(), row.get("kind"), row.get("value") or {}
    if not key or len(key) > 100:
        raise InvalidMutation(_("The line has no number of its own."), code="id")
    if kind not in MutationKind.values:
        raise InvalidMutation(_("The kind of mutation is not known."), code="kind")
    kind = MutationKind(kind)
    on = _day(row.get("on"))
    value = {name: _text(given.get(name)) for name in _TEXTS[kind] if given.get(name)}
    if kind in _NEEDED and not value.get(_NEEDED[kind]):
        raise InvalidMutation(_("The new value is missing."), code="value")
    body = json.dumps(row, sort_keys=True, ensure_ascii=False, default=str)
    return Line(
        id=key,
        number=_number(row.get("national_number")),
        kind=kind.value,
        on=on,
        value=value,
        joined=_numbers(given.get("joined")) if kind == MutationKind.HOUSEHOLD else (),
        left=_numbers(given.get("left")) if kind == MutationKind.HOUSEHOLD else (),
        digest=hashlib.sha256(body.encode()).hexdigest(),
        holds=row.get("holds") is True,
    )


def _storable(value: Any) -> bool:
    """JSON may hold half a character or a zero, which no database takes: one such line must not stop the file."""
    if isinstance(value, dict):
        return all(_storable(one) for pair in value.items() for one in pair)
    if isinstance(value, list):
        return all(_storable(one) for one in value)
    return not isinstance(value, str) or ("\x00" not in value and not any("\ud800" <= sign <= "\udfff" for sign in value))


def _text(value: Any) -> str:
    return " ".join(str(value).split())[:120]


def _day(value: Any) -> dt.date:
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError:
        raise InvalidMutation(_("The day of the mutation cannot be read."), code="on") from None


def _number(value: Any) -> str:
    try:
        return parse_niss(str(value or ""))
    except InvalidIdentifier:
        raise InvalidMutation(_("The national number cannot be right."), code="number") from None


def _numbers(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > 40:
        raise InvalidMutation(_("The new value is missing."), code="value")
    return tuple(_number(one) for one in value)
