"""A form with its answers as a page shows it: fields, rows, pages. Pure; no database.

Paths name an input everywhere (errors, ids, posts): ``rent``, ``members-0-first_name``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dc_field
from decimal import Decimal
from typing import Any

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
