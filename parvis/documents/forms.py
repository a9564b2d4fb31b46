from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from parvis.documents.enums import DocumentKind
from parvis.kernel import clock


class DocumentForm(forms.Form):
    file = forms.FileField(label=_("File"), help_text=_("PDF, photo (JPEG, PNG, HEIC) or letter (DOCX, ODT)."))
    title = forms.CharField(label=_("Title"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), choices=DocumentKind.choices, initial=DocumentKind.OTHER)
    on = forms.DateField(
        label=_("Date of the document"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), initial=clock.today
    )
    note = forms.CharField(label=_("Note"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 2}))
