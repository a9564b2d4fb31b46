from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


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
    until = forms.DateField(
        label=_("Up to and including"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
