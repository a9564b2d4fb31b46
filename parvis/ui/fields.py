"""Form fields that every context uses."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

DAY_FORMATS = ["%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y"]


#: Years of a date that somebody means. Pickers of browsers give the year 26 for a hasty 2026, other systems 9999 for “no end”.
YEARS = range(1800, 2200)


class DayField(forms.DateField):
    """A date whose year can be meant: the services count days on it."""

    def to_python(self, value: Any) -> dt.date | None:
        day: dt.date | None = super().to_python(value)
        if day is not None and day.year not in YEARS:
            raise ValidationError(_("Check the year."), code="year")
        return day


def day_field(label: Any, *, required: bool = True, error_messages: dict[str, Any] | None = None, **more: Any) -> DayField:
    """A date: the browser's picker, or typed in the usual ways."""
    return DayField(
        label=label,
        required=required,
        input_formats=DAY_FORMATS,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("This is not a date. Write it like 31/12/2026."), **(error_messages or {})},
        **more,
    )


def read_day(text: str) -> dt.date | None:
    """The day that an address or a bare input names, in one of the usual ways; None when it is none, or of a year that nobody means."""
    for pattern in DAY_FORMATS:
        try:
            day = dt.datetime.strptime(text.strip()[:10], pattern).date()  # noqa: DTZ007  (a date of law)
        except ValueError:
            continue
        return day if day.year in YEARS else None
    return None
