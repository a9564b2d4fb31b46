from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from parvis.documents.enums import DocumentKind
from parvis.kernel import clock
from parvis.ui.fields import day_field


class DocumentForm(forms.Form):
    file = forms.FileField(label=_("File"), help_text=_("PDF, photo (JPEG, PNG, HEIC) or letter (DOCX, ODT)."))
    title = forms.CharField(label=_("Title"), max_length=200, required=False, help_text=_("Leave empty for the name of the file."))
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[
            (DocumentKind.OTHER.value, _("Let its words propose the kind")),
            *[one for one in DocumentKind.choices if one[0] != DocumentKind.OTHER],
        ],
        initial=DocumentKind.OTHER,
    )
    on = day_field(_("Date of the document"), initial=clock.today)
    note = forms.CharField(label=_("Note"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 2}))


class LetterHeadForm(forms.Form):
    """The head of every letter. The lines are those under the name, as they are printed."""

    name = forms.CharField(label=_("Name of the sender"), max_length=120)
    lines = forms.CharField(
        label=_("Lines under the name"),
        required=False,
        max_length=600,
        help_text=_("Street, town, opening hours: at most five lines, each as it is printed."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    phone = forms.CharField(label=_("Telephone"), max_length=40, required=False)
    email = forms.CharField(label=_("E-mail address"), max_length=120, required=False, widget=forms.TextInput(attrs={"inputmode": "email"}))
    logo = forms.FileField(
        label=_("Logo"), required=False, help_text=_("PNG or JPEG, at most 5 MB. It is printed above the name, 1.5 cm high.")
    )
    no_logo = forms.BooleanField(label=_("Without logo"), required=False)
    after = forms.IntegerField(widget=forms.HiddenInput)
    looked_logo = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean_lines(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["lines"].splitlines() if line.strip()]


class TemplateForm(forms.Form):
    """The text of a template, typed or in a file; ``text`` is what counts: the file, when there is one."""

    file = forms.FileField(
        label=_("File that you changed"), required=False, help_text=_("As downloaded here, in UTF-8. It replaces the text below.")
    )
    source = forms.CharField(
        label=_("Text of the template"),
        required=False,
        strip=False,
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 24, "class": "input textarea mono", "spellcheck": "false"}),
    )
    after = forms.IntegerField(widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        sent = data.get("file")
        data["text"] = str(data.get("source") or "")
        if sent is not None:
            try:
                data["text"] = sent.read(200_001).decode("utf-8-sig")
            except UnicodeDecodeError:
                self.add_error("file", _("This file is no text in UTF-8."))
        if not data["text"].strip():
            self.add_error("source", _("Write the template, or choose its file."))
        return data


class HomeForm(forms.Form):
    """Where a paper belongs: a place that is proposed, or a number. The first proposal is chosen."""

    place = forms.ChoiceField(label=_("Where it belongs"), required=False, widget=forms.RadioSelect)
    number = forms.CharField(
        label=_("Number of the file or request"), max_length=60, required=False, help_text=_("For example 2026-00417 or 2026/00412.")
    )

    def __init__(self, *args: Any, places: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        if places:
            self.fields["place"].choices = [*places, ("", _("Elsewhere: by its number"))]
            self.fields["place"].initial = places[0][0]
        else:
            del self.fields["place"]


class AsideForm(forms.Form):
    why = forms.CharField(
        label=_("Why no file needs it"), max_length=400, widget=forms.Textarea(attrs={"rows": 2}), help_text=_("Kept with your name.")
    )


class AboutForm(forms.Form):
    """``incoming``: only of a paper that came in is the kind said by hand."""

    kind = forms.ChoiceField(label=_("Kind"), choices=DocumentKind.choices)
    person = forms.ChoiceField(label=_("Whom it concerns"), required=False)

    def __init__(self, *args: Any, people: list[tuple[str, str]], incoming: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["person"].choices = [("", _("The whole household")), *people]
        if not incoming:
            del self.fields["kind"]
