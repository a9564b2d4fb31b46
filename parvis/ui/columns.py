"""What a list declares: its columns and filters, and what a row becomes on screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import QuerySet
from django.utils.safestring import SafeString

from parvis.kernel.actor import Actor
from parvis.ui import clocks, formats

Rows = QuerySet[Any]
Choices = Sequence[tuple[Any, Any]]


@dataclass(frozen=True)
class Column:
    """A column. ``value``: attribute path ("person.name") or function of the row; the key when absent. ``sort``: the database
    field it sorts by. ``cell``: what prints the cell: a template (gets ``row`` and ``value``), or, twenty times quicker, a function of both that escapes
    what it prints; where it prints nothing, the value in words stands there. ``data_class``: whoever may not see that class
    of data has no such column, on screen or in an export. Kinds: text, day, moment, amount, number, label, clock. ``total``: the database
    field that the totals row sums. ``spare``: shown to those who choose it. ``quiet``: printed smaller where a row is a card. ``most``: so many
    characters are shown on screen, the rest when it is pointed at; files hold them all.
    """

    key: str
    title: Any
    value: str | Callable[[Any], Any] = ""
    kind: str = "text"
    sort: str = ""
    cell: str | Callable[[Any, Any], SafeString | str] = ""
    data_class: str = ""
    main: bool = False
    currency: str = "EUR"
    detail: str | Callable[[Any], Any] = ""
    verb: Any = ""
    started_on: str = ""
    total: str = ""
    spare: bool = False
    quiet: bool = False
    most: int = 0

    @property
    def numeric(self) -> bool:
        return self.kind in {"amount", "number"}

    def of(self, row: Any) -> Any:
        return reach(row, self.value or self.key)

    def text(self, row: Any) -> str:
        """The cell in words, as screen and CSV print it."""
        value = self.of(row)
        if self.kind == "day":
            return formats.day(value)
        if self.kind == "moment":
            return formats.moment(value)
        if self.kind == "amount":
            return formats.amount(value, self.currency)
        if self.kind == "number":
            return formats.number(value)
        if self.kind == "clock":
            face = self.face(row)
            return f"{face.days} {face.what}".strip() if value is not None else ""
        return formats.label(value)

    def face(self, row: Any) -> clocks.Face:
        return clocks.read(self.of(row), self.verb, started_on=reach(row, self.started_on) if self.started_on else None)


@dataclass(frozen=True)
class Filter:
    """A filter chip. ``apply(rows, value)``; ``choices`` a list, or a function of the actor; without choices a text or ``kind="day"``.
    ``default`` applies until the reader removes it. ``named(actor, value)``: words for a value beside the choices that may be asked for as
    well (an agent who left); other values find nothing. ``together``: filters that share it are applied by it at once, key to value, where two or
    more of them are chosen: they speak of one and the same thing. ``note`` says so beside the control.
    """

    key: str
    title: Any
    apply: Callable[[Rows, str], Rows]
    choices: Choices | Callable[[Actor], Choices] | None = None
    kind: str = "choice"
    default: str = ""
    data_class: str = ""
    named: Callable[[Actor, str], str] | None = None
    together: Callable[[Rows, dict[str, str]], Rows] | None = None
    note: Any = ""


@dataclass(frozen=True)
class Beside:
    """Lines that stand below a row (the vehicles of a file): an Excel file writes them on a sheet of their own, one a line, after the first
    columns of the row. A column of a line is written when the list shows its column of the same key; those of ``always`` with any of these.
    """

    title: Any
    columns: Sequence[Column]
    lines: Callable[[Any], Sequence[Any]]
    always: Sequence[Column] = ()


@dataclass(frozen=True)
class Cell:
    column: Column
    text: str
    html: SafeString | str
    detail: str
    url: str

    @property
    def title(self) -> str:
        return formats.label(self.column.title)


def may_be_missing(model: Any, path: str) -> bool:
    """True when the value at the end of a path of fields may be absent."""
    for name in path.split("__"):
        if name == "pk":
            return False
        try:
            one = model._meta.get_field(name)
        except FieldDoesNotExist:  # a computed column
            return True
        if one.null or (one.auto_created and not one.concrete):
            return True
        model = one.related_model
    return False


@dataclass(frozen=True)
class Line:
    row: Any
    cells: list[Cell]
    url: str
    mark: str = ""

    @property
    def name(self) -> str:
        """What the row is called, for whoever hears it."""
        return next((cell.text for cell in self.cells if cell.url and cell.text), self.cells[0].text if self.cells else "")


def reach(row: Any, path: str | Callable[[Any], Any]) -> Any:
    if callable(path):
        return path(row)
    value = row
    for step in path.replace("__", ".").split("."):
        value = value.get(step) if isinstance(value, dict) else getattr(value, step, None)
        if value is None:
            return None
    return value() if callable(value) and not hasattr(value, "all") else value
