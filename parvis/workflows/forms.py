"""Forms of tasks and models."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from parvis.ui import formats

from .bpmn.reading import MAX_BYTES, StepDef
from .models import WorkItem
from .selectors import colleagues
from .selectors_away import absent_now


class OutcomeForm(forms.Form):
    """How a step without a page of its own ended."""

    outcome = forms.ChoiceField(label=_("Outcome"), widget=forms.RadioSelect)
    note = forms.CharField(label=_("Note"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, step: StepDef | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        outcomes = [(one.code, formats.label(one.label)) for one in step.outcomes] if step else []
        choice = self.fields["outcome"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = outcomes or [("done", _("It is done"))]
        if len(choice.choices) == 1:
            choice.widget = forms.HiddenInput()
            choice.initial = outcomes[0][0] if outcomes else "done"


class HandForm(forms.Form):
    """To whom a task goes."""

    owner = forms.ChoiceField(label=_("Colleague"))
    note = forms.CharField(
        label=_("Why"), required=False, max_length=500, help_text=_("The colleague reads it, and it stays in the history.")
    )

    def __init__(self, item: WorkItem, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["owner"]
        assert isinstance(choice, forms.ChoiceField)
        people = colleagues(item)
        away = absent_now([one.pk for one in people])
        choice.choices = [("", _("Choose a colleague")), *[(str(one.pk), self._named(one, away.get(one.pk))) for one in people]]

    @staticmethod
    def _named(colleague: Any, absent: date | None) -> str:
        if absent is None:
            return str(colleague.display_name)
        return gettext("%(who)s (absent until %(day)s)") % {"who": colleague.display_name, "day": formats.day(absent)}


class PublishForm(forms.Form):
    """A model to check, then to publish."""

    file = forms.FileField(label=_("BPMN file"), help_text=_("A BPMN 2.0 file with one process; each step names its queue."))
    note = forms.CharField(label=_("What changes"), required=False, max_length=500)

    def clean_file(self) -> bytes:
        upload = self.cleaned_data["file"]
        if upload.size > MAX_BYTES:
            raise forms.ValidationError(_("The file is larger than 1 MB: a model never is."))
        return upload.read()


class PublishTextForm(forms.Form):
    """The file that was checked, sent back to be published as it is."""

    xml = forms.CharField(widget=forms.HiddenInput, strip=False)
    note = forms.CharField(required=False, max_length=500, widget=forms.HiddenInput)
