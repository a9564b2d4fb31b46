"""What agents type in the journal."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from parvis.kernel import clock

from .enums import WRITTEN_KINDS, EntryKind


class EntryForm(forms.Form):
    kind = forms.ChoiceField(label=_("What was it"), choices=[(kind.value, kind.label) for kind in WRITTEN_KINDS])
    person = forms.ChoiceField(label=_("Whom it concerns"), required=False)
    text = forms.CharField(
        label=_("What happened"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Write at least a few words.")},
    )
    happened_on = forms.DateField(
        label=_("When"),
        required=False,
        help_text=_("Leave empty for now."),
        input_formats=["%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("This is not a date. Write it like 31/12/2026.")},
    )
    restricted = forms.ChoiceField(
        label=_("Who may read it"),
        choices=[("", _("The team of the dossier")), ("1", _("Only me and my head of service"))],
        required=False,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, members: list[tuple[str, str]], may_restrict: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["person"].choices = [("", _("The whole household")), *members]
        if not may_restrict:
            del self.fields["restricted"]
        else:
            self.fields["restricted"].initial = ""

    @property
    def happened_at(self) -> dt.datetime | None:
        """Noon of the day given; the present instant for today."""
        day: dt.date | None = self.cleaned_data.get("happened_on")
        if day is None or day == clock.today():
            return None
        return dt.datetime.combine(day, dt.time(12), clock.zone())


class KindFilter(forms.Form):
    kind = forms.MultipleChoiceField(choices=EntryKind.choices, required=False)
