"""What administrators type about own fields and lists."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from parvis.identity.enums import DataClass
from parvis.kernel import clock
from parvis.ui import formats
from parvis.ui.names import LabelForm

from .enums import CUSTOM_CLASSES, CustomGroup, CustomType
from .forms import LastDayMixin, day_field
from .models import CodeList, DossierKind


class CodeForm(LabelForm, LastDayMixin):
    value = forms.CharField(label=_("Code"), max_length=40, help_text=_("Short and for ever: answers keep it. Letters, digits, hyphens."))
    valid_from = day_field(_("Offered from"), required=True)
    last_day = day_field(_("Last day"), help_text=_("Leave empty while it lasts."))
    field_order = ("value", "label_fr", "label_nl", "label_de", "label_en", "valid_from", "last_day")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["valid_from"].initial = clock.today


class CodeChangeForm(LabelForm, LastDayMixin):
    last_day = day_field(_("Last day"), help_text=_("After it the code is no longer offered. Answers that hold it stay and keep its name."))
    field_order = ("label_fr", "label_nl", "label_de", "label_en", "last_day")


class SectionForm(LabelForm):
    group = forms.ChoiceField(label=_("Where it stands in the tree"), choices=CustomGroup.choices, initial=CustomGroup.OTHER)
    dated = forms.BooleanField(label=_("Dated: holds from a day to a day"), required=False, initial=True)
    repeats = forms.BooleanField(label=_("Repeats: several entries"), required=False)

    def __init__(self, *args: Any, persons: bool = False, **more: Any) -> None:
        super().__init__(*args, **more)
        if persons:  # the page of a person is no tree
            del self.fields["group"]


def _of_persons(form: forms.Form) -> None:
    form.fields["listed"].label = _("Column and filter of the list of persons")


class FieldForm(LabelForm):
    type = forms.ChoiceField(label=_("What it holds"), choices=CustomType.choices)
    list = forms.ChoiceField(label=_("List of codes"), required=False, help_text=_("Only for a choice."))
    values = forms.CharField(
        label=_("Or its values, one a line"),
        required=False,
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("A list of codes is made of them. Other languages and last days are added later, under Code lists."),
    )
    data_class = forms.ChoiceField(label=_("Class of data"), help_text=_("Who may not see the class does not see the field, anywhere."))
    help_fr = forms.CharField(label=_("Help under the field"), max_length=120, required=False)
    required = forms.BooleanField(label=_("An answer is needed"), required=False)
    listed = forms.BooleanField(label=_("Column and filter of the list of files"), required=False, initial=True)
    summary = forms.BooleanField(label=_("Shown in the tree beside the section"), required=False)

    def __init__(self, *args: Any, persons: bool = False, **more: Any) -> None:
        super().__init__(*args, **more)
        if persons:
            _of_persons(self)
            del self.fields["summary"]
            self.fields["type"].choices = [one for one in CustomType.choices if one[0] != CustomType.PERSON]
        self.fields["data_class"].choices = [(key, DataClass(key).label) for key in CUSTOM_CLASSES]
        self.fields["data_class"].initial = "social"
        self.order_fields(["type", "list", "values", "data_class"])
        lists = [(row.key, formats.label(row.label)) for row in CodeList.objects.all()]
        self.fields["list"].choices = [("", "—"), *lists]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        data["values"] = list(dict.fromkeys(" ".join(line.split())[:120] for line in data.get("values", "").splitlines() if line.strip()))
        chosen = bool(data.get("list") or data["values"])
        if data.get("type") == CustomType.TEXT and chosen:
            data["type"] = CustomType.CHOICE  # who names values means a choice
        if data.get("list") and data["values"]:
            self.add_error("values", _("Choose a list, or give the values: not both."))
        elif data.get("type") in (CustomType.CHOICE, CustomType.CHOICES) and not chosen:
            self.add_error("list", _("Choose the list of codes."))
        return data


class FieldChangeForm(LabelForm):
    help_fr = forms.CharField(label=_("Help under the field"), max_length=120, required=False)
    required = forms.BooleanField(label=_("An answer is needed"), required=False)
    listed = forms.BooleanField(label=_("Column and filter of the list of files"), required=False)
    ended = forms.BooleanField(
        label=_("No longer asked"), required=False, help_text=_("Answers already given stay in the files and their history.")
    )
    move = forms.TypedChoiceField(
        label=_("Place"),
        coerce=int,
        empty_value=0,
        required=False,
        choices=[("0", _("where it is")), ("-1", _("one place up")), ("1", _("one place down"))],
    )

    def __init__(self, *args: Any, persons: bool = False, **more: Any) -> None:
        super().__init__(*args, **more)
        if persons:
            _of_persons(self)


class ProfileForm(forms.Form):
    kind = forms.ModelChoiceField(label=_("Kind of file"), queryset=DossierKind.objects.none(), empty_label=None)
    external_number = forms.CharField(
        label=_("Number elsewhere"), max_length=40, required=False, help_text=_("On paper or in the former program. Search finds it.")
    )
    description = forms.CharField(label=_("Line under the name"), max_length=191, required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["kind"].queryset = DossierKind.objects.filter(for_persons=False)
        self.fields["kind"].label_from_instance = lambda row: formats.label(row.label)


class PeriodForm(LastDayMixin):
    """The period of a dated section, above its questions."""

    valid_from = day_field(_("From"), required=True)
    last_day = day_field(_("Last day"), help_text=_("Leave empty while it lasts."))
