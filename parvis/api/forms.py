"""Forms. They check shape; the services check the rules."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from parvis.kernel import clock
from parvis.ui.fields import day_field

from .enums import CLASSES, Scope

USUAL = dt.timedelta(days=90)


class TokenForm(forms.Form):
    name = forms.CharField(label=_("Name of the program"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    purpose = forms.CharField(
        label=_("What it does with the data"), max_length=191, help_text=_("Kept with the token, for whoever checks who read what.")
    )
    last_day = day_field(_("Works until"), help_text=_("One year at most."))
    scopes = forms.MultipleChoiceField(label=_("It may read"), choices=Scope.choices, widget=forms.CheckboxSelectMultiple)
    classes = forms.MultipleChoiceField(
        label=_("Classes of data"),
        choices=[(one.value, one.label) for one in CLASSES],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Never more than you see yourself. Tick only what the work needs."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        first = {"last_day": clock.today() + USUAL, "classes": ["identity"]}
        super().__init__(*args, initial={**first, **kwargs.pop("initial", {})}, **kwargs)


class ApplicationForm(forms.Form):
    display_name = forms.CharField(
        label=_("Name of the application"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    username = forms.CharField(
        label=_("Name of its account"),
        max_length=150,
        help_text=_("Without spaces, such as “accounting-link”. Nobody signs in with it."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    about = forms.CharField(label=_("What it does with the data"), max_length=191)
