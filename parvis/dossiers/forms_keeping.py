"""What is typed about keeping and destroying."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from parvis.kernel import clock

from .enums import CloseReason
from .forms import day_field


class RuleForm(forms.Form):
    sector = forms.ChoiceField(label=_("Field of work"), required=False)
    close_code = forms.ChoiceField(label=_("Reason of closing"), required=False, choices=[("", _("All reasons")), *CloseReason.choices])
    years = forms.IntegerField(label=_("Years after closing"), min_value=1, max_value=200)
    money_years = forms.IntegerField(
        label=_("Years after the last payment"),
        min_value=0,
        max_value=200,
        initial=10,
        help_text=_("A dossier is never destroyed sooner: pieces of the accounts must name whom was paid."),
    )
    keep_reads = forms.BooleanField(
        label=_("Keep the log of reading"),
        required=False,
        initial=True,
        help_text=_("Who opened the dossier and when stays after the destruction, beside its number. The reasons they gave go."),
    )
    source = forms.CharField(label=_("Where this term comes from"), max_length=400, widget=forms.Textarea(attrs={"rows": 2}))
    confirmed = forms.BooleanField(label=_("Confirmed by the State Archives"), required=False)
    valid_from = day_field(_("Holds from"), required=True)

    def __init__(self, *args: Any, sectors: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["sector"].choices = [("", _("All fields of work")), *sectors]
        self.fields["valid_from"].initial = clock.today


class HoldForm(forms.Form):
    reason = forms.CharField(
        label=_("Why it may not be destroyed"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("A lawsuit, an inquiry, research: in a sentence that a colleague understands in five years."),
    )
    review_on = day_field(_("Look at it again on"), required=True)


class KeepHoldForm(forms.Form):
    review_on = day_field(_("Look at it again on"), required=True)
    reason = forms.CharField(label=_("Why it goes on"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class ReasonOnlyForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class ProposeForm(forms.Form):
    note = forms.CharField(label=_("Note for the second person"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))


class ApproveForm(forms.Form):
    permission = forms.CharField(
        label=_("Permission of the State Archives"),
        max_length=191,
        help_text=_("Reference and date of the permission. Without it nothing may be destroyed."),
    )
