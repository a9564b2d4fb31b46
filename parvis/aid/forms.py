from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from parvis.documents.api import LetterTemplate
from parvis.kernel import clock
from parvis.ui import formats
from parvis.ui.fields import day_field
from parvis.ui.names import LabelForm

from .enums import DebtorKind
from .types import BASES


def amount_field(label: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, max_digits=12, decimal_places=2, localize=True)


class ExecutionForm(forms.Form):
    """Amount and account come from the decision: only the day is chosen."""

    execution_on = day_field(_("Execution date"), required=False)


class RunForm(ExecutionForm):
    checked = forms.BooleanField(label=_("I checked the lines to check"), required=False)


class AccountForm(forms.Form):
    #: The account that the page showed: who changes it at the same time is told.
    instead_of = forms.IntegerField(required=False, widget=forms.HiddenInput)
    payee_name = forms.CharField(label=_("Account in the name of"), max_length=120)
    iban = forms.CharField(
        label=_("New account (IBAN)"), max_length=42, widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    )
    justification = forms.CharField(
        label=_("Where it comes from"),
        help_text=_("For example: bank statement of 3 March, handed over at the counter. Who releases reads this."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class SettleForm(forms.Form):
    decision = forms.ChoiceField(
        label=_("This month"),
        choices=(("pay", _("Pay it while the continuation is being decided")), ("drop", _("Do not pay it"))),
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label=_("Reason"), max_length=191)


class SecondForm(forms.Form):
    reason = forms.CharField(
        label=_("This is a second aid, because"),
        help_text=_("For example: shoes after the heating oil, decided on another day. Who releases reads this."),
        max_length=191,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ClaimForm(forms.Form):
    debtor_name = forms.CharField(label=_("Debtor"), max_length=191)
    debtor_kind = forms.ChoiceField(label=_("Kind of debtor"), choices=DebtorKind.choices)
    debtor_reference = forms.CharField(label=_("Reference at the debtor's"), max_length=120, required=False)
    debtor_address = forms.CharField(
        label=_("Address for the letter"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    valid_from = day_field(_("Period from"))
    last_day = day_field(_("to (included)"))
    amount = amount_field(_("Amount claimed"))
    article = forms.CharField(label=_("Article of law"), max_length=191)
    ahead = forms.BooleanField(label=_("Announce it to the institution before everything is paid (running advance)"), required=False)


class ReceiptForm(forms.Form):
    amount = amount_field(_("Amount received"))
    on = day_field(_("Received on"))
    reference = forms.CharField(label=_("Reference of the bank statement"), max_length=120)


class ReversalForm(forms.Form):
    """Which of the sums that came in is reversed, and why."""

    receipt = forms.ModelChoiceField(label=_("Money received"), queryset=None, widget=forms.RadioSelect, empty_label=None)
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("For example: booked on the wrong recovery, or recalled by the bank, with the reference of the recall."),
        max_length=191,
    )

    def __init__(self, data: Any = None, *, receipts: Any) -> None:
        super().__init__(data)
        field: Any = self.fields["receipt"]
        field.queryset = receipts
        field.label_from_instance = lambda row: (
            f"{formats.day(row.on)} · {formats.amount(row.amount, row.claim.currency)} · {row.reference}"
        )


class WaiverForm(forms.Form):
    amount = amount_field(_("Amount to give up"))


class AttestationForm(forms.Form):
    """This month is filled in: nothing need be typed."""

    first_day = day_field(_("From"))
    last_day = day_field(_("to (included)"))
    recipient = forms.CharField(
        label=_("For whom, or for what"),
        help_text=_("Printed if filled in. For example: housing company, transport subscription."),
        max_length=191,
        required=False,
    )


class WithdrawForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=191)


class TypeChangeForm(LabelForm):
    """Names, letter and last day of a kind of aid of the centre."""

    letter = forms.ChoiceField(label=_("Letter that grants it"), required=False)
    in_forms = forms.BooleanField(
        label=_("Also offered to the citizen"),
        required=False,
        initial=True,
        help_text=_("Among the answers of the form of the portal, at once. Without it, agents alone choose it."),
    )
    last_day = day_field(
        _("Last day"),
        required=False,
        help_text=_("After it the aid is no longer offered. What was decided keeps its name."),
    )
    field_order = ("label_fr", "label_nl", "label_de", "label_en", "letter", "in_forms", "last_day")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        newest = {row.key: row.title for row in LetterTemplate.objects.filter(key__endswith=".grant").order_by("key", "number")}
        named = sorted((formats.label(title), key) for key, title in newest.items())
        letter: Any = self.fields["letter"]
        letter.choices = [("", _("The usual one for this amount")), *((key, name) for name, key in named)]

    @property
    def end(self) -> dt.date | None:
        """The first day on which it is no longer offered."""
        last: dt.date | None = self.cleaned_data.get("last_day")
        return last + dt.timedelta(days=1) if last else None


class TypeForm(TypeChangeForm):
    rests_on = forms.ChoiceField(
        label=_("How its amount comes about"),
        choices=[(key, words) for key, (_base, _monthly, words) in BASES.items()],
        widget=forms.RadioSelect,
        initial="free_once",
    )
    valid_from = day_field(_("Offered from"), required=True)
    field_order = ("label_fr", "label_nl", "label_de", "label_en", "rests_on", "letter", "in_forms", "valid_from", "last_day")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["valid_from"].initial = clock.today

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        start, last = data.get("valid_from"), data.get("last_day")
        if start and last and last < start:
            self.add_error("last_day", _("The last day lies before the first."))
        return data
