"""What agents type about a person. Texts to values; the rules are in the services."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parvis.kernel import clock
from parvis.kernel.bitemporal import Source
from parvis.kernel.identifiers import InvalidIdentifier, parse_niss
from parvis.ui import fields

from .enums import AddressKind, Channel, ContactLanguage, IdentifierKind, NameKind, PartyKind, PointKind, ResidenceTitle, Sex
from .kinship import words

day_field = partial(fields.day_field, required=False)


def way_field() -> forms.ChoiceField:
    """By which way our mail goes, where there is a choice."""
    return forms.ChoiceField(label=_("Preferred way for our mail"), choices=Channel.choices, required=False)


class FactForm(forms.Form):
    """What every fact has: its first day, its source, and the version of the person that the agent was looking at."""

    valid_from = day_field(_("From"), required=True)
    source = forms.ChoiceField(label=_("Source"), choices=Source.choices, initial=Source.DECLARED)
    source_ref = forms.CharField(label=_("Which document or visit"), max_length=191, required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["valid_from"].initial = clock.today
        own = [name for name in self.fields if name not in FactForm.base_fields]
        self.order_fields([*own, *FactForm.base_fields])

    @property
    def dated(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {"valid_from": data["valid_from"], "source": data["source"], "source_ref": data["source_ref"], "expected": data["version"]}

    @property
    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name not in FactForm.base_fields}


class NameForm(FactForm):
    family_name = forms.CharField(label=_("Family name"), max_length=120)
    given_names = forms.CharField(label=_("Given names"), max_length=120, required=False)
    kind = forms.ChoiceField(label=_("Kind of name"), choices=NameKind.choices)


class BirthForm(FactForm):
    birth_date = day_field(_("Born on"))
    birth_place = forms.CharField(label=_("Place of birth"), max_length=120, required=False)
    sex = forms.ChoiceField(label=_("Sex"), choices=Sex.choices, required=False)
    nationality = forms.CharField(label=_("Nationality"), max_length=60, required=False)


class ResidenceForm(FactForm):
    title = forms.ChoiceField(label=_("Residence title"), choices=ResidenceTitle.choices)
    expires_on = day_field(_("Valid until"), help_text=_("The day printed on the paper. Leave empty where there is none."))
    note = forms.CharField(label=_("Note"), max_length=120, required=False)


class LanguageForm(FactForm):
    language = forms.ChoiceField(label=_("Language of our letters"), choices=ContactLanguage.choices)
    spoken = forms.CharField(label=_("Other languages spoken"), max_length=60, required=False)
    channel = way_field()
    no_email = forms.BooleanField(label=_("Wants no e-mail"), required=False)
    no_post = forms.BooleanField(label=_("Wants no post"), required=False)


class IdentifierForm(FactForm):
    kind = forms.ChoiceField(
        label=_("Kind of number"),
        choices=[(kind.value, kind.label) for kind in (IdentifierKind.NISS, IdentifierKind.AVS, IdentifierKind.NIR, IdentifierKind.CARD)],
        help_text=_("A bis number is recognised as such."),
    )
    value = forms.CharField(label=_("Number"), max_length=40)


class AddressForm(FactForm):
    kind = forms.ChoiceField(label=_("Kind of address"), choices=AddressKind.choices)
    care_of = forms.CharField(label=_("Care of (c/o)"), max_length=120, required=False)
    street = forms.CharField(
        label=_("Street"),
        max_length=120,
        required=False,
        widget=forms.TextInput(
            attrs={"data-suggest": reverse_lazy("contacts:suggest"), "data-suggest-label": _("Streets of the official list")}
        ),
    )
    number = forms.CharField(label=pgettext_lazy("in an address", "Number"), max_length=20, required=False)
    box = forms.CharField(label=_("Box"), max_length=20, required=False)
    postal_code = forms.CharField(label=_("Postal code"), max_length=12, required=False)
    municipality = forms.CharField(label=_("Municipality"), max_length=80, required=False)
    country = forms.CharField(label=_("Country (two letters)"), max_length=2, initial="BE")
    hidden = forms.BooleanField(label=_("Protect this address: it is then shown to nobody, anywhere"), required=False)


class PointForm(FactForm):
    kind = forms.ChoiceField(label=pgettext_lazy("phone or e-mail", "Kind"), choices=PointKind.choices)
    value = forms.CharField(label=_("Phone number or e-mail address"), max_length=120)
    label = forms.CharField(
        label=_("Which one"), max_length=40, required=False, help_text=_("For example: work, neighbour, evenings only.")
    )


class AccountForm(FactForm):
    iban = forms.CharField(label=_("Account number (IBAN)"), max_length=42)
    holder = forms.CharField(
        label=_("Account holder"), max_length=120, required=False, help_text=_("Leave empty when it is the person itself.")
    )


class CapacityForm(FactForm):
    kind = forms.ChoiceField(label=_("Kind of contact"), choices=PartyKind.choices)


class RelationForm(forms.Form):
    """``side`` is what the other one is: "daughter or son of this person"."""

    side = forms.ChoiceField(label=_("The person chosen is the …"))
    valid_from = day_field(_("From"), required=True)
    last_day = day_field(_("Last day, if it has ended"))
    source = forms.ChoiceField(label=_("Source"), choices=Source.choices, initial=Source.DECLARED)
    source_ref = forms.CharField(label=_("Which document or visit"), max_length=191, required=False)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["side"].choices = words.choices()  # type: ignore[attr-defined]


class TenancyForm(forms.Form):
    """Since when somebody lives with a landlord who is a person."""

    valid_from = day_field(_("From"), required=True)
    last_day = day_field(_("Last day, if it has ended"))
    source = forms.ChoiceField(label=_("Source"), choices=Source.choices, initial=Source.DECLARED)
    source_ref = forms.CharField(label=_("Which document or visit"), max_length=191, required=False)


class EndForm(forms.Form):
    last_day = day_field(_("Last day"), required=True)


class MergeForm(forms.Form):
    reason = forms.CharField(label=_("Why both are the same"), max_length=191)
    sure = forms.BooleanField(label=_("I compared both files line by line"))


class RevealForm(forms.Form):
    reason = forms.CharField(label=_("What do you need the number for?"), max_length=191, min_length=5)


class NewPersonForm(forms.Form):
    family_name = forms.CharField(label=_("Family name"), max_length=120)
    given_names = forms.CharField(label=_("Given names"), max_length=120, required=False)
    birth_date = day_field(_("Born on"))
    sex = forms.ChoiceField(label=_("Sex"), choices=Sex.choices, required=False)
    national_number = forms.CharField(label=_("National number"), max_length=20, required=False)
    language = forms.ChoiceField(label=_("Language of our letters"), choices=ContactLanguage.choices, initial="fr")
    confirmed = forms.BooleanField(label=_("None of these persons is the right one: enter a new person"), required=False)

    def clean_national_number(self) -> str:
        value = str(self.cleaned_data["national_number"]).strip()
        if not value:
            return ""
        try:
            return parse_niss(value)
        except InvalidIdentifier as error:
            raise forms.ValidationError(str(error), code=error.code) from error


class SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One or several files, checked for size only: the reader knows the rest."""

    widget = SeveralFiles
    MOST = 12

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        many = data if isinstance(data, list | tuple) else [data]
        files = [super(FilesField, self).clean(one, initial) for one in many if one]
        if not files:
            super().clean(None, initial)
        if len(files) > self.MOST:
            raise forms.ValidationError(_("These are more files than one card has."), code="many")
        return files


class CardForm(forms.Form):
    files = FilesField(
        label=_("Export of the eID viewer (.eid), or the card files"),
        help_text=_("The signature files and certificates beside them let us check that the card is genuine."),
    )


__all__ = [
    "AccountForm",
    "AddressForm",
    "BirthForm",
    "CapacityForm",
    "CardForm",
    "EndForm",
    "IdentifierForm",
    "LanguageForm",
    "MergeForm",
    "NameForm",
    "NewPersonForm",
    "PointForm",
    "RelationForm",
    "RevealForm",
]
