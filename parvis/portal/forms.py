from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

CODE_ATTRIBUTES = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "class": "input w-code"}


class CodeForm(forms.Form):
    """A code as people copy it: any case, spaces or hyphens."""

    code = forms.CharField(
        label=_("Your code"),
        help_text=_("12 letters and figures, for example 7KQM-2XWD-94PT. Capitals and hyphens do not matter."),
        max_length=40,
        widget=forms.TextInput(attrs=CODE_ATTRIBUTES),
        error_messages={"required": _("Write your code.")},
    )


class TrackForm(CodeForm):
    """Number and code of a request; both are on the page shown after sending."""

    number = forms.CharField(
        label=_("Number of your request"),
        help_text=_("For example 2026/00412. It is also on your receipt."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "input w-code"}),
        error_messages={"required": _("Write the number of your request.")},
    )
    field_order = ("number", "code")


class PaperForm(CodeForm):
    """Number and code printed at the foot of an attestation."""

    number = forms.CharField(
        label=_("Number of the attestation"),
        help_text=_("For example A2026-0007. It stands at the foot of the paper."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "input w-code"}),
        error_messages={"required": _("Write the number of the attestation.")},
    )
    field_order = ("number", "code")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code of the attestation")
        self.fields["code"].error_messages["required"] = _("Write the code of the attestation.")


class PieceForm(forms.Form):
    """A document sent later."""

    kind = forms.ChoiceField(label=_("What is it?"))
    file = forms.FileField(
        label=_("Your file"),
        help_text=_("A photo or a PDF. A sharp photo is enough."),
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/jpeg,image/png", "class": "input filein"}),
        error_messages={"required": _("Choose a file."), "empty": _("This file is empty. Choose another one.")},
    )

    def __init__(self, *args: Any, kinds: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
