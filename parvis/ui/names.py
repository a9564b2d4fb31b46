"""A name typed in four languages: one is enough, the missing ones are borrowed and said to be missing (``ui/components/names.html``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from parvis.ui import formats

LANGUAGES = ("fr", "nl", "de", "en")


class LabelForm(forms.Form):
    """A name in four languages. One is enough; the missing ones borrow it, and are said to be missing."""

    label_fr = forms.CharField(label=_("Name in French"), max_length=120, required=False)
    label_nl = forms.CharField(label=_("Name in Dutch"), max_length=120, required=False)
    label_de = forms.CharField(label=_("Name in German"), max_length=120, required=False)
    label_en = forms.CharField(label=_("Name in English"), max_length=120, required=False)

    @property
    def label(self) -> dict[str, str]:
        return {code: self.cleaned_data.get(f"label_{code}", "") for code in LANGUAGES}

    @property
    def own_label(self) -> forms.BoundField:
        """The name in the reader's language, asked first."""
        return self[f"label_{formats.language()}"]

    @property
    def other_labels(self) -> list[forms.BoundField]:
        return [self[f"label_{code}"] for code in LANGUAGES if code != formats.language()]

    @property
    def others_open(self) -> bool:
        return any(one.errors or one.value() for one in self.other_labels)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not any(data.get(f"label_{code}") for code in LANGUAGES):
            self.add_error(f"label_{formats.language()}", _("Give a name in at least one language."))
        return data


def label_initial(label: Mapping[str, str]) -> dict[str, str]:
    return {f"label_{code}": label.get(code, "") for code in LANGUAGES}
