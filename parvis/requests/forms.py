from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from parvis.kernel import clock
from parvis.kernel.errors import DomainError
from parvis.kernel.identifiers import parse_iban, parse_niss

from .enums import DESK_CHANNELS, Channel


class DayField(forms.DateField):
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class RegisterForm(forms.Form):
    """How the demand came, and when it was made if not now."""

    channel = forms.ChoiceField(
        label=_("How did the request come?"), choices=[(c.value, c.label) for c in DESK_CHANNELS], initial=Channel.DESK_VISIT
    )
    made_on = DayField(
        label=_("Made on another day"),
        required=False,
        help_text=_("The day of the call or the visit. The receipt keeps today’s date, and both stay readable."),
    )
    made_why = forms.CharField(label=_("Why another day"), required=False, max_length=300)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        day = data.get("made_on")
        if day and day > clock.today():
            self.add_error("made_on", _("This day is in the future."))
        if day and day != clock.today() and not data.get("made_why"):
            self.add_error("made_why", _("Say why, for example “phone call on Friday evening”."))
        return data


class CorrectForm(forms.Form):
    new_on = DayField(label=_("The request was made on"))
    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The old day, your name and this reason stay in the register."),
    )


class UrgentForm(forms.Form):
    """One short screen: who, what need, how much, how paid."""

    family_name = forms.CharField(label=_("Family name"), max_length=80)
    given_names = forms.CharField(label=_("First name"), max_length=80)
    birth_date = DayField(label=_("Date of birth"), required=False)
    niss = forms.CharField(label=_("National number"), required=False, max_length=30)
    reason = forms.CharField(label=_("What is needed, and why now"), widget=forms.Textarea(attrs={"rows": 3}), max_length=1000)
    amount = forms.DecimalField(label=_("Amount"), required=False, min_value=0, max_digits=8, decimal_places=2, localize=True)
    paid = forms.ChoiceField(
        label=_("Payment"), choices=[("account", _("on the account")), ("cash", _("in cash"))], initial="account", widget=forms.RadioSelect
    )
    iban = forms.CharField(label=_("Bank account"), required=False, max_length=42)
    language = forms.ChoiceField(
        label=_("Language of letters"),
        choices=[("fr", "Français"), ("nl", "Nederlands"), ("de", "Deutsch"), ("en", "English")],
        initial="fr",
    )
    channel = forms.ChoiceField(
        label=_("How did the request come?"), choices=[(c.value, c.label) for c in DESK_CHANNELS], initial=Channel.DESK_VISIT
    )

    def clean_niss(self) -> str:
        return self._identifier("niss", parse_niss)

    def clean_iban(self) -> str:
        return self._identifier("iban", parse_iban)

    def _identifier(self, name: str, parse: Any) -> str:
        text = self.cleaned_data[name].strip()
        if not text:
            return ""
        try:
            return str(parse(text))
        except DomainError as error:
            raise forms.ValidationError(str(error)) from None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("paid") == "account" and not data.get("iban") and "iban" not in self.errors:
            self.add_error("iban", _("Write the account, or choose cash."))
        return data


class MultipleFileInput(forms.FileInput):
    allow_multiple_selected = True


class CardForm(forms.Form):
    card = forms.FileField(label=_("File of the identity card"), widget=MultipleFileInput(attrs={"multiple": True}), required=False)
