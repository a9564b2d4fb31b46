"""Filters of the form's templates: they read a FieldState, nothing else."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import gettext as _

from ..definition import UPLOAD_KINDS
from ..enums import FieldType
from ..states import FieldState

register = template.Library()

_TYPES = {"pdf": "application/pdf", "jpeg": "image/jpeg", "png": "image/png"}


@register.filter
def grouped(state: FieldState) -> bool:
    """Several inputs under one question need a group with the question as its name."""
    return state.type in {FieldType.DATE, FieldType.ADDRESS, FieldType.YES_NO, FieldType.CHOICES} or (
        state.type == FieldType.CHOICE and not state.long_list
    )


@register.filter
def described(state: FieldState) -> str:
    ids = [f"h-{state.path}"] if state.field.get("help") else []
    return " ".join([*ids, f"e-{state.path}"] if state.error else ids)


@register.filter
def chosen(state: FieldState, value: str) -> bool:
    return value in state.value if isinstance(state.value, list) else state.value == value


@register.filter
def day_inputs(state: FieldState) -> list[tuple[str, str, int]]:
    return [("d", _("Day"), 2), ("m", _("Month"), 2), ("y", _("Year"), 4)]


@register.filter
def day_value(state: FieldState, part: str) -> str:
    return state.day_parts["dmy".index(part)]


@register.filter
def birthday(state: FieldState, part: str) -> str:
    if state.field.get("autocomplete") != "bday":
        return "off"
    return {"d": "bday-day", "m": "bday-month", "y": "bday-year"}[part]


@register.filter
def autocomplete(state: FieldState) -> str:
    return str(state.field.get("autocomplete") or {FieldType.EMAIL: "email", FieldType.PHONE: "tel"}.get(state.field["type"], "off"))


@register.filter
def accept(state: FieldState) -> str:
    return ",".join(_TYPES[kind] for kind in state.field.get("accept", UPLOAD_KINDS))


@register.filter
def max_mb(state: FieldState) -> Any:
    return state.field.get("max_mb", 10)
