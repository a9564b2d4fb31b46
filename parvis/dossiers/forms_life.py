"""What agents type about the life of a dossier: its end, its way to another service, who else acts in it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parvis.kernel import clock

from .enums import CloseReason, InterventionRole
from .forms import LastDayMixin, day_field


class CloseForm(forms.Form):
    code = forms.ChoiceField(label=_("Reason"), choices=[("", "—"), *CloseReason.choices])
    reason = forms.CharField(label=_("In your own words"), max_length=191, required=False, widget=forms.Textarea(attrs={"rows": 3}))


class TransferForm(forms.Form):
    unit = forms.ChoiceField(label=_("To which service"))
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, units: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["unit"].choices = units


class AnswerForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("Answer"), choices=[("accept", _("Accept the dossier")), ("return", _("Return it"))], widget=forms.RadioSelect
    )
    referent = forms.ChoiceField(label=_("Who will follow it"), required=False, help_text=_("May be named later."))
    answer = forms.CharField(
        label=_("What you say to it"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed when you return it."),
    )

    read_days = forms.IntegerField(
        label=_("Days for which the service of before may still read it"),
        required=False,
        min_value=0,
        help_text=_("It only reads, and writes nothing; the access ends by itself. 0: from today on it sees nothing of it."),
    )
    read_classes = forms.MultipleChoiceField(
        label=_("What it may read"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Who is in the dossier is always among it; health, court papers and protected addresses never are."),
    )

    def __init__(self, *args: Any, agents: list[tuple[str, str]], days: int, classes: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["read_days"].initial = days
        self.fields["read_days"].max_value = days
        self.fields["read_days"].widget.attrs["max"] = days
        self.fields["read_classes"].choices = classes
        self.fields["read_classes"].initial = [name for name, _label in classes]
        self.fields["referent"].choices = [("", "—"), *agents]


class InterventionForm(LastDayMixin):
    role = forms.ChoiceField(label=pgettext_lazy("of somebody who acts", "Role"), choices=InterventionRole.choices)
    account = forms.ChoiceField(label=_("Agent of the centre"), required=False)
    service = forms.CharField(label=_("Service or organisation"), max_length=120, required=False)
    note = forms.CharField(label=_("In a few words"), max_length=191, required=False)
    valid_from = day_field(_("From"), required=True)
    last_day = day_field(_("Last day"), help_text=_("Leave empty while it lasts."))

    def __init__(self, *args: Any, agents: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["account"].choices = [("", "—"), *agents]
        self.fields["valid_from"].initial = clock.today


class ReadingRuleForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind of file"), required=False)
    days = forms.IntegerField(
        label=_("Days at most"), min_value=0, max_value=730, help_text=_("Who accepts a dossier may leave fewer days, never more.")
    )
    classes = forms.MultipleChoiceField(
        label=_("What may be read"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Who is in the dossier is always among it; health, court papers and protected addresses never are."),
    )
    source = forms.CharField(label=_("Who decided it, and why"), max_length=400, widget=forms.Textarea(attrs={"rows": 2}))
    valid_from = day_field(_("Holds from"), required=True)

    def __init__(self, *args: Any, kinds: list[tuple[str, str]], classes: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["kind"].choices = [("", _("All kinds of files")), *kinds]
        self.fields["classes"].choices = classes
        self.fields["valid_from"].initial = clock.today
