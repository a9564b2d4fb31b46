"""What the author of a mailing types."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from parvis.contacts.enums import ContactLanguage
from parvis.documents.api import LetterTemplate, templates_for_many
from parvis.ui import formats

from .enums import Means, Source
from .models import Mailing

MOST_TEXT = 10_000


class WriteForm(forms.Form):
    """One text by language, or a template."""

    title = forms.CharField(label=_("Name of the mailing"), max_length=120, help_text=_("The files show it as the title of the letter."))
    means = forms.ChoiceField(label=_("How it goes"), choices=Means.choices, widget=forms.RadioSelect)
    template = forms.ChoiceField(label=_("Template"), required=False)
    main_language = forms.ChoiceField(
        label=_("Main language"), choices=ContactLanguage.choices, help_text=_("For whoever speaks a language in which nothing is written.")
    )
    harmless = forms.BooleanField(
        label=_("The text is harmless: it tells nothing of anybody’s situation and may stand in an e-mail"), required=False
    )
    two_sided = forms.BooleanField(label=_("Printed on both sides: each letter begins on a new sheet"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, mailing: Mailing, **more: Any) -> None:
        self.templates: dict[str, LetterTemplate] = {str(one.pk): one for one in templates_for_many()}
        initial = {
            "title": mailing.title,
            "means": mailing.means,
            "template": str(mailing.template_id or ""),
            "main_language": mailing.main_language,
            "harmless": mailing.harmless,
            "two_sided": mailing.two_sided,
            "version": mailing.version,
        }
        for language, one in mailing.texts.items():
            initial |= {f"subject_{language}": one.get("subject", ""), f"text_{language}": one.get("text", "")}
        super().__init__(*args, initial=initial, **more)
        names = [(key, formats.label(one.title)) for key, one in self.templates.items()]
        self.fields["template"].choices = [("", _("No template: I write the text")), *names]  # type: ignore[attr-defined]
        if mailing.source == Source.DOSSIERS:
            self.fields["means"].help_text = _(
                "To persons with a dossier a letter goes. Where somebody prefers e-mail, an e-mail says only that a letter comes, unless the text is harmless."
            )
        for language in ContactLanguage.values:
            self.fields[f"subject_{language}"] = forms.CharField(label=_("Subject"), max_length=150, required=False)
            self.fields[f"text_{language}"] = forms.CharField(
                label=_("Text"), max_length=MOST_TEXT, required=False, widget=forms.Textarea(attrs={"rows": 10, "lang": language})
            )

    @property
    def written(self) -> list[dict[str, Any]]:
        """The languages with their fields, the main one open."""
        main = self["main_language"].value()
        return [
            {
                "language": language,
                "title": spoken,
                "subject": self[f"subject_{language}"],
                "text": self[f"text_{language}"],
                "open": language == main or bool(self[f"text_{language}"].value()),
            }
            for language, spoken in ContactLanguage.choices
        ]

    @property
    def texts(self) -> dict[str, dict[str, str]]:
        given = self.cleaned_data
        return {one: {"subject": given[f"subject_{one}"], "text": given[f"text_{one}"]} for one in ContactLanguage.values}

    @property
    def chosen_template(self) -> LetterTemplate | None:
        return self.templates.get(self.cleaned_data["template"])
