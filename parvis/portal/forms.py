from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class CodeForm(forms.Form):
    """A code as people copy it: any case, spaces or hyphens."""

    code = forms.CharField(
        label=_("Your code"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "class": "input w-code"}
        ),
        error_messages={"required": _("Write your code.")},
    )


class MultipleFileInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class PieceForm(forms.Form):
    """A document sent later."""

    kind = forms.ChoiceField(label=_("What is it?"))
    file = forms.FileField(
        label=_("Your file"),
        help_text=_("A photo or a PDF. A sharp photo is enough."),
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/jpeg,image/png", "class": "input filein"}),
    )

    def __init__(self, *args: Any, kinds: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
