"""Form fields that every context uses."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

DAY_FORMATS = ["%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y"]


def day_field(label: Any, *, required: bool = True, error_messages: dict[str, Any] | None = None, **more: Any) -> forms.DateField:
    """A date: the browser's picker, or typed in the usual ways."""
    return forms.DateField(
        label=label,
        required=required,
        input_formats=DAY_FORMATS,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("This is not a date. Write it like 31/12/2026."), **(error_messages or {})},
        **more,
    )
