"""What an administrator says about a file. The rules are in the services."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from parvis.identity.api import Unit

from .reading import own
from .reading.columns import GROUPS


class UploadForm(forms.Form):
    source = forms.CharField(
        label=_("Where the file comes from"),
        max_length=60,
        help_text=_("The name of the old system. Give the same name each time: columns and persons are recognised by it."),
        widget=forms.TextInput(attrs={"list": "sources", "autocomplete": "off"}),
    )
    file = forms.FileField(
        label=_("CSV or XLSX file"), help_text=_("One line per person, the names of the columns on the first line, at most 50 MB.")
    )


class ColumnsForm(forms.Form):
    """One choice per column of the file: ``column_0``, ``column_1`` …"""

    def __init__(self, *args: Any, header: list[str], sheets: list[str], sheet: str, **more: Any) -> None:
        super().__init__(*args, **more)
        targets = own.targets()
        groups = [(title, [(target.key, target.label) for target in targets if target.group == group]) for group, title in GROUPS]
        choices = [("", _("leave this column out")), *[(title, found) for title, found in groups if found]]
        for at, column in enumerate(header):
            self.fields[f"column_{at}"] = forms.ChoiceField(
                label=column, choices=choices, required=False, widget=forms.Select(attrs={"class": "select"})
            )
        if len(sheets) > 1:
            self.fields["sheet"] = forms.ChoiceField(
                label=_("Sheet"), choices=[(name, name) for name in sheets], initial=sheet, required=False
            )
        units = [(unit.code, f"{unit.name_in(get_language() or 'fr')} ({unit.code})") for unit in Unit.objects.filter(is_active=True)]
        self.fields["unit"] = forms.ChoiceField(
            label=_("Service of the dossiers that name none"), choices=[("", _("none")), *units], required=False
        )
        self.fields["replace"] = forms.BooleanField(
            label=_("Also replace what colleagues entered since"),
            required=False,
            help_text=_("Without it, what was entered by hand stays, and the difference is listed."),
        )
        self.header = header

    @property
    def mapping(self) -> dict[str, str]:
        return {
            column: self.cleaned_data.get(f"column_{at}", "")
            for at, column in enumerate(self.header)
            if self.cleaned_data.get(f"column_{at}")
        }


class UndoForm(forms.Form):
    reason = forms.CharField(label=_("Why is it taken back?"), max_length=191)
