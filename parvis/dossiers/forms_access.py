"""Forms about who sees a file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from parvis.identity.api import Account, Sector
from parvis.kernel import clock

from .enums import DelayGround, DelayKind
from .forms import day_field


class AgentChoice(forms.ModelChoiceField):
    def label_from_instance(self, account: Any) -> str:
        return str(account.display_name)


def _reason(label: Any, help_text: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}), help_text=help_text)


class ExceptionalForm(forms.Form):
    number = forms.CharField(label=_("Number of the file"), max_length=20, help_text=_("Exact, like 2026-00417."))
    reason = _reason(_("Why do you need this file?"), _("In a sentence. The referent, the chief and the auditor read it at once."))


class WhyForm(forms.Form):
    reason = _reason(_("Why do you open it?"), _("In a sentence. The auditor can read it; it stands in the log of this file."))


class SimulationForm(forms.Form):
    account = AgentChoice(queryset=Account.objects.none(), label=_("Agent"), empty_label="—")
    number = forms.CharField(label=_("Number of the file"), max_length=20)
    day = day_field(_("On the day"), required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"].queryset = Account.objects.filter(is_active=True)  # type: ignore[attr-defined]


class SectorChoice(forms.ModelMultipleChoiceField):
    def label_from_instance(self, sector: Any) -> str:
        from parvis.ui.formats import label

        return str(label(sector.name)) or sector.code


class SectorsForm(forms.Form):
    sectors = SectorChoice(
        queryset=Sector.objects.none(), label=_("Sectors of the file"), required=False, widget=forms.CheckboxSelectMultiple
    )
    valid_from = day_field(_("From"), required=True)

    def __init__(self, *args: Any, sectors: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sectors"].queryset = sectors  # type: ignore[attr-defined]


class DelayForm(forms.Form):
    ground = forms.ChoiceField(label=_("What asks for it"), choices=DelayGround.choices, widget=forms.RadioSelect)
    kind = forms.ChoiceField(label=_("What becomes of these readings"), choices=DelayKind.choices, widget=forms.RadioSelect)
    from_day = day_field(_("Readings since"), required=True)
    until = day_field(_("The list speaks again on"), required=True, help_text=_("One year at most. You get a task a week before."))
    reason = _reason(_("Reason"), _("In a sentence. The auditor reads it; the person never does."))
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)


class KnownForm(forms.Form):
    family_name = forms.CharField(label=_("Family name"), max_length=120)
    given_names = forms.CharField(label=_("Given name"), max_length=120, help_text=_("The usual one; further given names do not matter."))
    reason = forms.CharField(label=_("Why this name is known"), max_length=400, widget=forms.Textarea(attrs={"rows": 2}))
    valid_from = day_field(_("From"), required=True)
    last_day = day_field(_("Last day"), help_text=_("Leave empty while it lasts."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["valid_from"].initial = clock.today


class OwnPersonForm(forms.Form):
    account = AgentChoice(queryset=Account.objects.none(), label=_("Agent"), empty_label="—")
    number = forms.CharField(label=_("National number"), max_length=20)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"].queryset = Account.objects.filter(is_active=True)  # type: ignore[attr-defined]
