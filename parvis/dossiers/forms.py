"""What agents type about a dossier. Texts to values; the rules are in the services."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from functools import partial
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parvis.kernel import clock
from parvis.kernel.bitemporal import Source
from parvis.kernel.scope import may_see
from parvis.ui import fields

from .enums import DATA_CLASS_OF, MemberRole, Periodicity, ReferentRole, SituationKind

day_field = partial(fields.day_field, required=False)


class AmountField(forms.DecimalField):
    """ "1 314,20", "1.314,20" and "1314.20" are the same amount."""

    widget = forms.TextInput

    def __init__(self, **more: Any) -> None:
        super().__init__(
            max_digits=12, decimal_places=2, error_messages={"invalid": _("This is not an amount. Write it like 1314,20.")}, **more
        )

    def to_python(self, value: Any) -> Decimal | None:
        if isinstance(value, str):
            value = re.sub(r"[\s  €]", "", value)
            if "," in value:
                value = value.replace(".", "").replace(",", ".")
        return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        return str(value).replace(".", ",") if isinstance(value, Decimal) else value


class LastDayMixin(forms.Form):
    """On screen the last day is included; in data the end is the day after."""

    @property
    def end(self) -> dt.date | None:
        last: dt.date | None = self.cleaned_data.get("last_day")
        return last + dt.timedelta(days=1) if last else None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        start, last = data.get("valid_from"), data.get("last_day")
        if start and last and last < start:
            self.add_error("last_day", _("The last day lies before the first."))
        return data


class SituationForm(LastDayMixin):
    kind = forms.ChoiceField(label=_("What is it about"))
    label = forms.CharField(label=_("In a few words"), max_length=191)
    person = forms.ChoiceField(label=_("Whom it concerns"), required=False)
    amount = AmountField(label=_("Amount"), required=False)
    periodicity = forms.ChoiceField(label=_("How often"), choices=[("", "—"), *Periodicity.choices], required=False)
    valid_from = day_field(_("From"), required=True)
    last_day = day_field(_("Last day"), help_text=_("Leave empty while it lasts."))
    source = forms.ChoiceField(label=_("Source"), choices=Source.choices, initial=Source.DECLARED)
    source_ref = forms.CharField(label=_("Which document or visit"), max_length=191, required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, actor: Any, members: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in SituationKind if may_see(actor, DATA_CLASS_OF[kind])]
        self.fields["person"].choices = [("", _("The whole household")), *members]
        self.fields["valid_from"].initial = clock.today

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("amount") is not None and not data.get("periodicity"):
            self.add_error("periodicity", _("Say whether the amount is per month, per quarter, per year or once."))
        return data


class EndForm(forms.Form):
    last_day = day_field(_("Last day"), required=True)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    @property
    def on(self) -> dt.date:
        last: dt.date = self.cleaned_data["last_day"]
        return last + dt.timedelta(days=1)


class MemberForm(forms.Form):
    role = forms.ChoiceField(
        label=pgettext_lazy("in a dossier", "Role"), choices=[one for one in MemberRole.choices if one[0] != MemberRole.APPLICANT]
    )
    valid_from = day_field(_("From"), required=True)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["valid_from"].initial = clock.today


class ReferentForm(forms.Form):
    account = forms.ChoiceField(label=_("Agent"), widget=forms.RadioSelect)
    role = forms.ChoiceField(label=pgettext_lazy("in a dossier", "Role"), choices=ReferentRole.choices)
    valid_from = day_field(_("From"), required=True)
    note = forms.CharField(
        label=_("Why this agent"),
        max_length=500,
        required=False,
        help_text=_("Needed when you choose somebody who is not proposed. The journal of the dossier keeps it."),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, agents: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["account"].choices = [("", _("Choose a colleague")), *agents]
        self.fields["valid_from"].initial = clock.today


class GiveForm(forms.Form):
    """Several dossiers to one colleague, as main referent."""

    account = forms.ChoiceField(label=_("Agent"))
    valid_from = day_field(_("From"), required=True)
    note = forms.CharField(
        label=_("Why this agent"),
        max_length=500,
        required=False,
        help_text=_("Needed when you choose somebody who is not proposed. The journal of the dossier keeps it."),
    )

    def __init__(self, *args: Any, agents: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["account"].choices = [("", _("Choose a colleague")), *agents]
        self.fields["valid_from"].initial = clock.today


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=191, widget=forms.Textarea(attrs={"rows": 3}))
