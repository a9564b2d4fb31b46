"""Forms of the pages on committees. They check shape; ``services.committees`` checks the rules."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from parvis.identity.api import Account
from parvis.ui.fields import day_field

from .enums import Decider, MemberRole

LANGUAGES = ("fr", "nl", "de", "en")


class CommitteeForm(forms.Form):
    name_fr = forms.CharField(label=_("Name in French"), max_length=120)
    name_nl = forms.CharField(label=_("Name in Dutch"), max_length=120, required=False)
    name_de = forms.CharField(label=_("Name in German"), max_length=120, required=False)
    name_en = forms.CharField(label=_("Name in English"), max_length=120, required=False)
    quorum = forms.IntegerField(
        label=_("Voting members needed to decide a case"),
        min_value=1,
        max_value=99,
        help_text=_("Counted in each case, without those who step aside. Sessions already planned keep theirs."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )

    def names(self) -> dict[str, str]:
        return {code: self.cleaned_data[f"name_{code}"] for code in LANGUAGES}


class AccountChoice(forms.ModelChoiceField):
    def label_from_instance(self, account: Account) -> str:
        return f"{account.display_name} ({account.username})"


class MandateForm(forms.Form):
    account = AccountChoice(
        queryset=Account.objects.none(),
        label=_("Person"),
        help_text=_("Agents who hold a committee function. Another person first gets an account and the function on the page Accounts."),
    )
    role = forms.ChoiceField(label=_("Place in the committee"), choices=MemberRole.choices, initial=MemberRole.MEMBER)
    valid_from = day_field(_("First day"))
    last_day = day_field(_("Last day"), required=False, help_text=_("Until further notice when empty."))

    def __init__(self, *args: Any, candidates: list[Account], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["account"]
        field.queryset = Account.objects.filter(pk__in=[one.pk for one in candidates]).order_by("display_name", "pk")


class EndForm(forms.Form):
    last_day = day_field(
        _("Last day"), help_text=_("The last day on which this person still sits. The day before the first one says that it never held.")
    )


class NewCommitteeForm(CommitteeForm):
    prefix = forms.CharField(
        label=_("Letters before the number of its decisions"),
        max_length=10,
        help_text=_("For example BP for the permanent bureau: its decisions are then numbered BP 2026/0001. It never changes afterwards."),
    )

    field_order = ("name_fr", "name_nl", "name_de", "name_en", "prefix", "quorum")


class LimitForm(forms.Form):
    decider = forms.ChoiceField(label=_("Who decides"), choices=Decider.choices)
    provision_kind = forms.ChoiceField(label=_("Kind of aid"))
    max_amount = forms.DecimalField(
        label=_("Up to"), required=False, min_value=0, max_digits=12, decimal_places=2, localize=True, help_text=_("Empty: without limit.")
    )
    valid_from = day_field(_("First day"), help_text=_("The limit that holds now ends the day before."))
    source = forms.CharField(
        label=_("Decision of the council"), max_length=200, help_text=_("For example: Council of 12 January 2026, item 7.")
    )

    def __init__(self, *args: Any, kinds: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["provision_kind"]
        field.choices = kinds
