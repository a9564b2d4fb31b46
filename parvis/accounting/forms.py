from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from parvis.ui.fields import day_field

from .enums import Book


class ReleaseForm(forms.Form):
    """The total is seen before the button: typed nowhere, confirmed once."""

    checked = forms.BooleanField(label=_("I compared payees and total with the list"), required=True)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=191, widget=forms.TextInput())


class BankFileForm(forms.Form):
    files = forms.FileField(
        label=_("File from the bank"),
        help_text=_("Status report (pain.002) or debit and credit notice (camt.054), XML, at most 20 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xml,application/xml,text/xml"}),
    )


class BalanceForm(forms.Form):
    book = forms.ChoiceField(label=_("Book"), required=False)
    until = day_field(_("Up to and including"), required=False)


class CentreAccountForm(forms.Form):
    """The centre's account as the bank and people here know it; the service checks the values."""

    label = forms.CharField(label=_("Name used here"), max_length=120, help_text=_("For example: social aid account."))
    holder = forms.CharField(label=_("Name shown on orders"), max_length=70, help_text=_("As the bank knows it: 70 signs at most."))
    bic = forms.CharField(
        label=_("BIC"),
        max_length=14,
        required=False,
        help_text=_("May stay empty for a Belgian account."),
        widget=forms.TextInput(attrs={"class": "mono", "autocomplete": "off"}),
    )
    enterprise_number = forms.CharField(
        label=_("Enterprise number"), max_length=16, widget=forms.TextInput(attrs={"class": "mono", "inputmode": "numeric"})
    )
    town = forms.CharField(label=_("Town"), max_length=35, required=False)
    channel = forms.ChoiceField(label=_("How orders leave"), choices=[])
    valid_from = day_field(_("First day"), required=False, help_text=_("From this day orders are prepared on it."))
    last_day = day_field(_("Last day"), required=False, help_text=_("Until further notice when empty."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        from .services.accounts import channels

        super().__init__(*args, **kwargs)
        self.fields["channel"].choices = channels()  # type: ignore[attr-defined]


class NewCentreAccountForm(CentreAccountForm):
    iban = forms.CharField(
        label=_("IBAN"),
        max_length=42,
        help_text=_("It cannot be changed later: another number is another account."),
        widget=forms.TextInput(attrs={"class": "mono", "autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    book = forms.ChoiceField(label=_("Book"), choices=Book.choices)
    field_order = ["iban", "book", "label", "holder", "bic", "enterprise_number", "town", "channel", "valid_from", "last_day"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["valid_from"].required = True
