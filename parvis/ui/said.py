"""How a value of a form is told to a reader: the words of a choice, an amount and a day as everywhere else."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms

from parvis.ui import formats


def said(field: forms.Field | None, value: Any) -> str:
    """The value in words; empty when it is to be shown as it is."""
    if value in (None, "") or isinstance(value, bool):
        return ""
    choices = getattr(field, "choices", None)
    if choices is not None:
        for key, label in choices:
            for one, words in label if isinstance(label, list | tuple) else [(key, label)]:
                if str(one) == str(value):
                    return str(words)
    if isinstance(value, Decimal):
        return formats.number(value, 2)
    return formats.day(value) if isinstance(value, dt.date) and not isinstance(value, dt.datetime) else ""
