from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from parvis.rules.enums import ParameterStatus
from parvis.ui.fields import day_field


class ParameterForm(forms.Form):
    """A new dated row. The fields of the value depend on the unit of the parameter."""

    valid_from = day_field(_("Valid from"))
    known_until = day_field(
        _("Sure until"),
        required=False,
        help_text=_("Last day for which the source vouches. After it, the rate is said to be the last known one."),
    )
    status = forms.ChoiceField(
        label=_("Status"),
        choices=[(s.value, s.label) for s in (ParameterStatus.CONFIRMED, ParameterStatus.TO_CONFIRM)],
        initial=ParameterStatus.CONFIRMED,
    )
    source = forms.CharField(label=_("Source"), max_length=400, help_text=_("Law, circular or page, with its date."))
    source_url = forms.URLField(label=_("Address of the source"), max_length=400, required=False, assume_scheme="https")
    article = forms.CharField(label=_("Article"), max_length=191, required=False)
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, unit: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unit = unit
        own: dict[str, forms.Field]
        if unit == "term":
            own = {
                "count": forms.IntegerField(label=_("Number"), min_value=0, max_value=9999),
                "term_unit": forms.ChoiceField(
                    label=_("Unit"), choices=[("calendar", _("calendar days")), ("working", _("working days")), ("month", _("months"))]
                ),
                "roll": forms.BooleanField(label=_("A last day that is closed moves to the next open day"), required=False),
            }
        elif unit == "list":
            own = {"value": forms.CharField(label=_("Codes, one per line"), widget=forms.Textarea(attrs={"rows": 6}))}
        else:
            own = {"value": forms.DecimalField(label=_("Value"), min_value=0, max_digits=12, decimal_places=2)}
        self.fields = {**own, **self.fields}

    def parameter_value(self) -> Any:
        given = self.cleaned_data
        if self.unit == "term":
            return {"count": given["count"], "unit": given["term_unit"], "roll": given["roll"]}
        if self.unit == "list":
            return [line.strip() for line in given["value"].splitlines() if line.strip()]
        return given["value"]
