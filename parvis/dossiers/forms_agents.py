"""What heads of service type about their agents, and when one leaves."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parvis.kernel import clock

from .agents.selectors import language_choices
from .enums import AgentFactKind, Speciality
from .forms import LastDayMixin, day_field


class FactForm(LastDayMixin):
    """One aspect of an agent from a day on; ``kind`` says which fields there are."""

    code = forms.ChoiceField(label=_("Speciality"))
    share = forms.IntegerField(label=_("Share in %"), min_value=1, max_value=100)
    quota = forms.IntegerField(label=_("Files at most"), min_value=0, max_value=2000)
    valid_from = day_field(_("From"), required=True)
    last_day = day_field(_("Last day"), help_text=_("Leave empty while it lasts."))

    def __init__(self, *args: Any, kind: str, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["valid_from"].initial = clock.today
        keeps = {
            AgentFactKind.SPECIALITY: ("code", "share", "quota"),
            AgentFactKind.LANGUAGE: ("code",),
            AgentFactKind.QUOTA: ("quota",),
            AgentFactKind.LEAVE: (),
        }[AgentFactKind(kind)]
        for name in {"code", "share", "quota"} - set(keeps):
            del self.fields[name]
        if kind == AgentFactKind.SPECIALITY:
            self.fields["code"].choices = Speciality.choices
            self.fields["quota"].required = False
        elif kind == AgentFactKind.LANGUAGE:
            self.fields["code"].choices = language_choices()
            self.fields["code"].label = pgettext_lazy("spoken", "Language")
        elif kind == AgentFactKind.LEAVE:
            self.fields["last_day"].required = True
            self.fields["last_day"].help_text = ""


class AskForm(forms.Form):
    """What the file asks for: read from the address, so that the proposal can be linked and done again."""

    about = forms.ChoiceField(label=_("What it is about"), choices=[("", "—"), *Speciality.choices], required=False)
    language = forms.ChoiceField(label=pgettext_lazy("spoken", "Language"), required=False)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["language"].choices = [("", "—"), *language_choices()]


class LeavingForm(forms.Form):
    on = day_field(_("First day without the agent"), required=True)
    note = forms.CharField(
        label=_("What you say to it"),
        max_length=500,
        required=False,
        help_text=_("Needed when somebody who is not proposed gets a file. The dossier keeps it."),
    )


class SignForm(forms.Form):
    digest = forms.CharField(max_length=64, widget=forms.HiddenInput)
    note = forms.CharField(label=_("Why you sign in that place"), max_length=500, required=False)
