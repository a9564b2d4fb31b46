"""How a value of a form is told to a reader: the words of a choice, an amount and a day as everywhere else."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from parvis.ui import formats


def words_of(field: forms.Field | None) -> dict[str, str]:
    """The words of a choice, by what is sent for it; of a tick, yes and no."""
    if field is not None and isinstance(field.widget, forms.CheckboxInput):
        return {"on": _("yes"), "": _("no")}
    found: dict[str, str] = {}
    for value, label in getattr(field, "choices", ()):
        found |= {str(one): str(text) for one, text in label} if isinstance(label, list | tuple) else {str(value): str(label)}
    return found


def said(field: forms.Field | None, value: Any) -> str:
    """The value in words; empty when it is to be shown as it is."""
    if value in (None, "") or isinstance(value, bool):
        return ""
    if words := words_of(field).get(str(value)):
        return words
    if isinstance(value, Decimal):
        return formats.number(value, 2)
    return formats.day(value) if isinstance(value, dt.date) and not isinstance(value, dt.datetime) else ""
