from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parvis.kernel import clock
from parvis.ui.fields import day_field

from .enums import ExtractState, Flow, MutationKind


class AskForm(forms.Form):
    persons = forms.MultipleChoiceField(
        label=_("About whom"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose members of this dossier.")},
        help_text=_("Each person gets a question and an answer of their own."),
    )
    flows = forms.MultipleChoiceField(
        label=_("What you ask for"),
        choices=Flow.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Say what you ask for.")},
        help_text=_("Only what the inquiry needs."),
    )
    purpose = forms.CharField(
        label=_("Why, and on which legal ground"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The person may read this: they may ask who looked at their data, and what for."),
    )
    line = forms.ChoiceField(label=_("For which request"), required=False)
    wanted_on = day_field(_("Wanted by"))
    again = forms.BooleanField(label=_("I know this, and ask again"), required=False)

    def __init__(self, *args: Any, members: list[tuple[str, str]], lines: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["persons"].choices = members
        self.fields["line"].choices = [("", _("None in particular")), *lines]
        if not lines:
            del self.fields["line"]


class AnswerForm(forms.Form):
    state = forms.ChoiceField(
        label=_("Answer"),
        widget=forms.RadioSelect,
        choices=[
            (ExtractState.ANSWERED.value, _("Here is the extract")),
            (ExtractState.NOTHING.value, _("Nothing known")),
            (ExtractState.REFUSED.value, _("Refused, because…")),
        ],
    )
    file = forms.FileField(
        label=_("Extract"),
        required=False,
        help_text=_("PDF or XML, as the register gave it."),
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.xml,application/pdf,application/xml,text/xml"}),
    )
    data_on = day_field(_("Day on which the data were looked up"), required=False)
    words = forms.CharField(
        label=_("What you say to it"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Needed when you refuse."),
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["data_on"].initial = clock.today


class WordsForm(forms.Form):
    words = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class SettleForm(forms.Form):
    words = forms.CharField(label=_("Why it stays as it is"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))


class MutationFileForm(forms.Form):
    file = forms.FileField(
        label=_("File of the register"),
        help_text=_("JSON, or XML with answers of RetrieveTIGroups; at most 10 MB. Reading it twice changes nothing."),
        widget=forms.ClearableFileInput(attrs={"accept": ".json,.xml,application/json,application/xml,text/xml"}),
    )


class HappeningForm(forms.Form):
    """A tester says what happened to somebody."""

    number = forms.CharField(
        label=_("National number"), max_length=20, widget=forms.TextInput(attrs={"class": "mono", "inputmode": "numeric"})
    )
    kind = forms.ChoiceField(label=_("What changed"), choices=MutationKind.choices)
    on = day_field(pgettext_lazy("a change in the register", "From"))
    street = forms.CharField(label=_("Street"), max_length=120, required=False)
    house = forms.CharField(label=pgettext_lazy("of a house", "Number"), max_length=20, required=False)
    postal_code = forms.CharField(label=_("Postal code"), max_length=12, required=False)
    municipality = forms.CharField(label=_("Municipality"), max_length=80, required=False, help_text=_("Needed for an address."))
    text = forms.CharField(
        label=_("Civil status, nationality or place"),
        max_length=80,
        required=False,
        help_text=_("For a civil status, a nationality or a death."),
    )
    joined = forms.CharField(
        label=_("Who joined the household"), max_length=300, required=False, help_text=_("National numbers, with commas.")
    )
    left = forms.CharField(label=_("Who left the household"), max_length=300, required=False, help_text=_("National numbers, with commas."))

    def value(self) -> dict[str, Any]:
        """The new value, in the form of the register's file."""
        data = self.cleaned_data
        kind = data["kind"]
        if kind == MutationKind.ADDRESS:
            names = ("street", "postal_code", "municipality")
            return {**{name: data[name] for name in names if data[name]}, **({"number": data["house"]} if data["house"] else {})}
        if kind == MutationKind.HOUSEHOLD:
            return {name: [one.strip() for one in data[name].split(",") if one.strip()] for name in ("joined", "left")}
        key = {MutationKind.CIVIL_STATUS: "status", MutationKind.NATIONALITY: "nationality", MutationKind.DEATH: "place"}[
            MutationKind(kind)
        ]
        return {key: data["text"]} if data["text"] else {}
