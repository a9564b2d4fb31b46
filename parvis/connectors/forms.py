from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class AnswerForm(forms.Form):
    notice = forms.BooleanField(label=_("Also send the debit notice (camt.054) for accepted lines"), required=False, initial=True)
