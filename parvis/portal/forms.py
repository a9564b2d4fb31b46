from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .enums import Way

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


class EmailForm(forms.Form):
    """Where the figures go."""

    email = forms.EmailField(
        label=_("Your e-mail address"),
        help_text=_("We send you a code of six figures. There is no password."),
        max_length=191,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autocapitalize": "none", "spellcheck": "false", "class": "input"}),
        error_messages={"required": _("Write your e-mail address."), "invalid": _("This is no e-mail address. An example: aya@example.be")},
    )


class FiguresForm(forms.Form):
    """The six figures of the e-mail."""

    figures = forms.CharField(
        label=_("Code of the e-mail"),
        help_text=_("Six figures. A space between them does not matter."),
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false", "class": "input w-code"}
        ),
        error_messages={"required": _("Write the six figures of the e-mail.")},
    )


class OpenForm(EmailForm, CodeForm):
    """The code of the centre, and the address with which the person signs in from now on."""

    field_order = ("code", "email")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code of the centre")
        self.fields["email"].help_text = _("With it you sign in from now on. We send a code there first.")


class OfferForm(forms.Form):
    """How the code reaches the person before the agent."""

    way = forms.ChoiceField(label=_("How does the code reach the person?"), choices=Way.choices, widget=forms.RadioSelect)
    seen = forms.BooleanField(
        label=_("I have seen the identity of this person, who is here."),
        error_messages={"required": _("An account shows a whole file: see the identity first.")},
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ways = [(Way.PAPER.value, Way.PAPER.label)]
        if email:
            ways.append((Way.EMAIL.value, f"{Way.EMAIL.label} ({email})"))
        self.fields["way"].choices = ways  # type: ignore[attr-defined]
        self.fields["way"].initial = Way.PAPER


class CloseForm(forms.Form):
    """Why an account ends."""

    reason = forms.CharField(
        label=_("Why is the account closed?"),
        help_text=_("For example: linked to the wrong person, the telephone was stolen, the person asks for it."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "class": "input"}),
        error_messages={"required": _("Say why the account is closed.")},
    )
