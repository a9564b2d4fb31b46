from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parvis.contacts import api as contacts
from parvis.kernel import clock
from parvis.kernel.errors import DomainError
from parvis.kernel.identifiers import parse_iban, parse_niss
from parvis.ui.fields import day_field

from .enums import DESK_CHANNELS, Channel
from .lines import own_aids


class RegisterForm(forms.Form):
    """How the demand came, and when it was made if not now."""

    channel = forms.ChoiceField(
        label=_("How did the request come?"), choices=[(c.value, c.label) for c in DESK_CHANNELS], initial=Channel.DESK_VISIT
    )
    made_on = day_field(
        label=_("Made on another day"),
        required=False,
        help_text=_("The day of the call or the visit. The receipt keeps today’s date, and both stay readable."),
    )
    made_why = forms.CharField(label=_("Why another day"), required=False, max_length=300)
    aids = forms.MultipleChoiceField(
        label=_("Aid of your centre that is asked for"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Each one ticked is a line of its own, beside what the answers ask for."),
    )

    def __init__(self, *args: Any, asked: bool = False, **more: Any) -> None:
        """``asked``: a question of the form offers the aid of the centre itself."""
        super().__init__(*args, **more)
        own = [] if asked else own_aids()
        aids: Any = self.fields["aids"]
        aids.choices = own
        if not own:
            del self.fields["aids"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        day = data.get("made_on")
        if day and day > clock.today():
            self.add_error("made_on", _("This day is in the future."))
        if day and day != clock.today() and not data.get("made_why"):
            self.add_error("made_why", _("Say why, for example “phone call on Friday evening”."))
        return data


class AidForm(forms.Form):
    aid = forms.ChoiceField(label=_("Aid that is asked for too"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        aid: Any = self.fields["aid"]
        aid.choices = own_aids()


class CorrectForm(forms.Form):
    new_on = day_field(label=_("The request was made on"))
    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The old day, your name and this reason stay in the register."),
    )


class UrgentForm(forms.Form):
    """One short screen: who, what need, how much, how paid."""

    family_name = forms.CharField(label=_("Family name"), max_length=80)
    given_names = forms.CharField(label=_("First name"), max_length=80)
    birth_date = day_field(label=_("Date of birth"), required=False)
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


class NewEntryForm(forms.Form):
    """A landlord, doctor, administrator or insurer who is not in the address book yet: what stands on a letter to them."""

    name = forms.CharField(label=_("Name"), max_length=160)
    enterprise_number = forms.CharField(label=_("Enterprise number"), max_length=20, required=False)
    street = forms.CharField(label=_("Street"), max_length=120, required=False)
    number = forms.CharField(label=pgettext_lazy("in an address", "Number"), max_length=20, required=False)
    postal_code = forms.CharField(label=_("Postal code"), max_length=12, required=False)
    municipality = forms.CharField(label=_("Municipality"), max_length=80, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    email = forms.CharField(label=_("E-mail address"), max_length=120, required=False)
    confirmed = forms.BooleanField(label=_("None of these is the right one: enter a new organisation"), required=False)

    def clean_phone(self) -> str:
        return self._point("phone")

    def clean_email(self) -> str:
        return self._point("email")

    def _point(self, name: str) -> str:
        value = str(self.cleaned_data[name]).strip()
        try:
            return contacts.check_point(name, value) if value else ""
        except DomainError as error:
            raise forms.ValidationError(str(error)) from error

    @property
    def address(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("street", "number", "postal_code", "municipality")}


class MultipleFileInput(forms.FileInput):
    allow_multiple_selected = True


class CardForm(forms.Form):
    card = forms.FileField(label=_("File of the identity card"), widget=MultipleFileInput(attrs={"multiple": True}), required=False)
