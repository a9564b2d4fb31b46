"""What an administrator says about a file. The rules are in the services."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from parvis.identity.api import Unit

from .enums import FileKind
from .reading import own
from .reading.columns import GROUPS
from .reading.money import MONEY_GROUPS, month
from .reading.values import BadValue


class UploadForm(forms.Form):
    source = forms.CharField(
        label=_("Where the file comes from"),
        max_length=60,
        help_text=_("The name of the old system. Give the same name each time: columns and persons are recognised by it."),
        widget=forms.TextInput(attrs={"list": "sources", "autocomplete": "off"}),
    )
    kind = forms.ChoiceField(label=_("What the file holds"), choices=FileKind.choices, initial=FileKind.PERSONS, required=False)
    file = forms.FileField(label=_("CSV or XLSX file"), help_text=_("The names of the columns on the first line, at most 50 MB."))

    def clean_kind(self) -> str:
        return self.cleaned_data.get("kind") or FileKind.PERSONS


class ColumnsForm(forms.Form):
    """One choice per column of the file: ``column_0``, ``column_1`` …"""

    def __init__(self, *args: Any, header: list[str], sheets: list[str], sheet: str, kind: str = FileKind.PERSONS, **more: Any) -> None:
        super().__init__(*args, **more)
        targets = own.targets(kind)
        groups = [
            (title, [(target.key, target.label) for target in targets if target.group == group])
            for group, title in (*GROUPS, *MONEY_GROUPS)
        ]
        choices = [("", _("leave this column out")), *[(title, found) for title, found in groups if found]]
        for at, column in enumerate(header):
            self.fields[f"column_{at}"] = forms.ChoiceField(
                label=column, choices=choices, required=False, widget=forms.Select(attrs={"class": "select"})
            )
        if len(sheets) > 1:
            self.fields["sheet"] = forms.ChoiceField(
                label=_("Sheet"), choices=[(name, name) for name in sheets], initial=sheet, required=False
            )
        self.fields["keep"] = forms.BooleanField(
            label=_("Also keep the columns left out, to be read as in the old system"),
            required=False,
            help_text=_("They are not used for anything else, and go with the dossier."),
        )
        self.header = header
        if kind == FileKind.PAYMENTS:
            self.fields["month"] = forms.CharField(
                label=_("Month that the file is about"),
                required=False,
                help_text=_("For lines that name none."),
                widget=forms.TextInput(attrs={"type": "month"}),
            )
        if kind in (FileKind.RIGHTS, FileKind.PAYMENTS):
            return
        self.fields["replace"] = forms.BooleanField(
            label=_("Also replace what colleagues entered since"),
            required=False,
            help_text=_("Without it, what was entered by hand stays, and the difference is listed."),
        )
        if kind == FileKind.ENTRIES:
            return
        units = [(unit.code, f"{unit.name_in(get_language() or 'fr')} ({unit.code})") for unit in Unit.objects.filter(is_active=True)]
        self.fields["unit"] = forms.ChoiceField(
            label=_("Service of the dossiers that name none"), choices=[("", _("none")), *units], required=False
        )

    @property
    def mapping(self) -> dict[str, str]:
        return {
            column: self.cleaned_data.get(f"column_{at}", "")
            for at, column in enumerate(self.header)
            if self.cleaned_data.get(f"column_{at}")
        }


class UndoForm(forms.Form):
    reason = forms.CharField(label=_("Why is it taken back?"), max_length=191)


class ExplainForm(forms.Form):
    words = forms.CharField(
        label=_("Why is it as it should be?"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Your name and the day stand beside it, here and on the certificate."),
    )


class LiveForm(forms.Form):
    first_month = forms.CharField(label=_("First month paid here"), widget=forms.TextInput(attrs={"type": "month"}), max_length=20)

    def clean_first_month(self) -> Any:
        try:
            return month(self.cleaned_data["first_month"])
        except BadValue as error:
            raise forms.ValidationError(f"{error.problem}. {error.advice}") from None
