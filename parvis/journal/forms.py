"""What agents type in the journal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parvis.documents.api import StoredFile, accept_upload
from parvis.identity.enums import Function
from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.subject import SubjectRef
from parvis.ui import fields

from .enums import LETTERS, WRITTEN_KINDS, EntryKind, Every, KeyEvent, ObjectiveStatus
from .models import NoteTemplate
from .services import NextStep
from .services.actions import QUEUES

day_field = partial(fields.day_field, required=False, error_messages={"required": _("Choose a day.")})


class EntryForm(forms.Form):
    """``full``: with templates, colleagues, a file and what comes back; without it, the few fields beside a dossier, which cost no query."""

    kind = forms.ChoiceField(label=_("What was it"), choices=[(kind.value, kind.label) for kind in WRITTEN_KINDS])
    person = forms.ChoiceField(label=_("Whom it concerns"), required=False)
    template = forms.ChoiceField(label=_("Begin with a text of the centre"), required=False)
    text = forms.CharField(
        label=_("What happened"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Write at least a few words.")},
    )
    happened_on = day_field(_("When"), help_text=_("Leave empty for now."))
    minutes = forms.IntegerField(label=_("Time spent, in minutes"), required=False, min_value=1, max_value=1440)
    partner = forms.ChoiceField(
        label=_("With whom"), required=False, help_text=_("Partners of this household and those you deal with most.")
    )
    partner_name = forms.CharField(label=_("Another partner, by name"), required=False, max_length=120)
    key_event = forms.ChoiceField(label=_("Key event of a life"), required=False)
    indicator = forms.CharField(label=_("How one will see that the objective is reached"), required=False, max_length=191)
    review_on = day_field(_("Objective to be looked at again on"))
    restricted = forms.ChoiceField(
        label=_("Who may read it"),
        choices=[("", _("The team of the dossier")), ("1", _("Only me and my head of service"))],
        required=False,
        widget=forms.RadioSelect,
    )
    mentions = forms.MultipleChoiceField(
        label=_("Colleagues to tell"),
        required=False,
        help_text=_("They get a task to read it. Type @ in the text to choose one."),
        widget=forms.SelectMultiple(attrs={"size": 4}),
    )
    file = forms.FileField(label=pgettext_lazy("attached to a note", "File"), required=False, help_text=_("PDF or picture."))
    next_text = forms.CharField(label=_("What comes next"), required=False, max_length=191)
    next_on = day_field(_("By when"))
    next_owner = forms.ChoiceField(label=_("Who does it"), required=False)
    next_every = forms.ChoiceField(label=_("Comes back"), required=False, choices=[("", _("once only")), *Every.choices])

    LINES = ("person", "template", "partner", "partner_name", "key_event", "indicator", "review_on", "mentions", "file", "next_every")
    """Only in the full form."""

    def __init__(
        self,
        *args: Any,
        members: list[tuple[str, str]],
        may_restrict: bool,
        colleagues: list[tuple[int, str]] | None = None,
        templates: list[Any] | None = None,
        full: bool = False,
        partners: list[tuple[str, str]] | None = None,
        find_partner: Callable[[str], list[tuple[str, str]]] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        self.find_partner = find_partner
        self.fields["partner"].choices = [("", _("Nobody in particular")), *(partners or [])]
        if (
            self.is_bound
            and find_partner
            and self.data.get("partner")
            and not any(key == self.data["partner"] for key, _n in partners or ())
        ):
            # A choice that the page before offered by name: offered again, and looked at by the service.
            self.fields["partner"].choices += find_partner(self.data.get("partner_name", "")) or []
        self.templates = templates or []
        people = colleagues or []
        self.fields["person"].choices = [("", _("The whole household")), *members]
        self.fields["template"].choices = [("", _("No text")), *[(str(one.pk), one.title) for one in self.templates]]
        self.fields["key_event"].choices = [("", _("No key event")), *KeyEvent.choices]
        self.fields["mentions"].choices = [(str(pk), name) for pk, name in people]
        self.fields["next_owner"].choices = [
            ("", pgettext_lazy("who does it", "Me")),
            *[(f"q:{function.value}", _queue_name(function)) for function in QUEUES],
            *[(f"a:{pk}", name) for pk, name in people],
        ]
        if not may_restrict:
            del self.fields["restricted"]
        else:
            self.fields["restricted"].initial = ""
        if not full:
            for name in set(self.LINES) - {"person"}:
                del self.fields[name]

    @property
    def kinds(self) -> list[dict[str, Any]]:
        """The kinds as keys: one letter each."""
        chosen = str(self["kind"].value() or EntryKind.NOTE)
        return [
            {"value": kind.value, "label": kind.label, "letter": LETTERS[kind], "on": kind.value == chosen, "id": self.auto_id % kind.value}
            for kind in WRITTEN_KINDS
        ]

    @property
    def text_ids(self) -> list[dict[str, Any]]:
        return [{"id": one.pk, "text": one.text, "kind": one.kind} for one in self.templates]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        asked = [name for name in ("next_text", "next_on") if data.get(name)]
        if len(asked) == 1 and not any(name in self.errors for name in ("next_text", "next_on")):
            if asked == ["next_text"]:
                self.add_error("next_on", _("Say by when."))
            else:
                self.add_error("next_text", _("Say what is to be done."))
        self._find_partner(data)
        return data

    def _find_partner(self, data: dict[str, Any]) -> None:
        """A partner typed by name: the only one of that name is taken, several are offered."""
        typed = (data.get("partner_name") or "").strip()
        if not typed or data.get("partner") or self.find_partner is None:
            return
        found = self.find_partner(typed)
        if len(found) == 1:
            data["partner"] = found[0][0]
        elif found:
            self.fields["partner"].choices += found  # type: ignore[attr-defined]
            self.add_error("partner", _("Several partners have such a name: choose one here."))
        else:
            self.add_error("partner_name", _("Nobody in the address book has such a name. Enter the partner there first."))

    @property
    def happened_at(self) -> dt.datetime | None:
        """Noon of the day given; the present instant for today."""
        day: dt.date | None = self.cleaned_data.get("happened_on")
        if day is None or day == clock.today():
            return None
        return dt.datetime.combine(day, dt.time(12), clock.zone())

    def values(self, actor: Actor) -> dict[str, Any]:
        """As ``write_down`` takes them. A file is checked and kept here, before the gesture."""
        data = self.cleaned_data
        upload = data.get("file")
        stored: StoredFile | None = accept_upload(upload, actor=actor) if upload else None
        return {
            "kind": data["kind"],
            "text": data["text"],
            "happened_at": self.happened_at,
            "person_id": int(data["person"]) if data.get("person") else None,
            "restricted": bool(data.get("restricted")),
            "minutes": data.get("minutes"),
            "key_event": data.get("key_event") or "",
            "indicator": data.get("indicator") or "",
            "review_on": data.get("review_on"),
            "mentions": [int(pk) for pk in data.get("mentions") or ()],
            "file": stored,
            "file_name": upload.name if upload else "",
            "follow": self._follow(actor),
            "partner": self._partner(),
        }

    def _partner(self) -> SubjectRef | None:
        kind, _sep, number = (self.cleaned_data.get("partner") or "").partition(":")
        return SubjectRef(kind, int(number)) if number.isdecimal() else None

    def _follow(self, actor: Actor) -> NextStep | None:
        data = self.cleaned_data
        if not data.get("next_text"):
            return None
        who = data.get("next_owner") or ""
        queue = who[2:] if who.startswith("q:") else ""
        owner = int(who[2:]) if who.startswith("a:") else None if queue else actor.account_id
        return NextStep(data["next_text"], data["next_on"], owner=owner, queue=queue, every=data.get("next_every") or "")


def _queue_name(function: Function) -> Any:
    return {
        Function.SOCIAL_WORKER: _("Whoever is free: social workers"),
        Function.CHIEF: _("Whoever is free: heads of service"),
        Function.CLERK: _("Whoever is free: front desk"),
        Function.LAWYER: _("Whoever is free: lawyers"),
    }[function]


class KindFilter(forms.Form):
    kind = forms.MultipleChoiceField(choices=EntryKind.choices, required=False)


class UrgentForm(forms.Form):
    reason = forms.CharField(
        label=_("What is urgent"), max_length=300, error_messages={"required": _("Say in a few words what is urgent.")}
    )
    last_on = day_field(_("Until"), help_text=_("Leave empty for the usual time. The mark falls by itself after that day."))


class ObjectiveForm(forms.Form):
    state = forms.ChoiceField(label=_("Where it stands"), choices=ObjectiveStatus.choices)
    note = forms.CharField(label=_("In a few words"), required=False, max_length=500)
    review_on = day_field(_("Look at it again on"))


class PeriodForm(forms.Form):
    """A period and what to keep of it."""

    since = day_field(_("From"))
    until = day_field(_("To"))
    kind = forms.MultipleChoiceField(
        label=_("Which entries"), choices=EntryKind.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    key = forms.MultipleChoiceField(label=_("Key events"), choices=KeyEvent.choices, required=False, widget=forms.CheckboxSelectMultiple)
    author = forms.ChoiceField(label=_("Written by"), required=False)

    def __init__(self, *args: Any, authors: list[tuple[int, str]] | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["author"].choices = [("", _("Everybody")), *[(str(pk), name) for pk, name in authors or []]]


class TextForm(forms.Form):
    """A text of the centre in the four languages."""

    LANGUAGES = (("fr", "Français"), ("nl", "Nederlands"), ("de", "Deutsch"), ("en", "English"))

    kind = forms.ChoiceField(label=_("For which entries"), choices=[(kind.value, kind.label) for kind in WRITTEN_KINDS])
    active = forms.BooleanField(label=_("Offered to agents"), required=False)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for code, name in self.LANGUAGES:
            self.fields[f"title_{code}"] = forms.CharField(label=format_lazy("{} · {}", _("Title"), name), required=False, max_length=120)
            self.fields[f"text_{code}"] = forms.CharField(
                label=format_lazy("{} · {}", _("Text"), name),
                required=False,
                max_length=5000,
                widget=forms.Textarea(attrs={"rows": 4, "lang": code}),
            )

    @staticmethod
    def of(row: NoteTemplate) -> dict[str, Any]:
        said = {f"title_{code}": text for code, text in row.titles.items()} | {f"text_{code}": text for code, text in row.texts.items()}
        return {"kind": row.kind, "active": row.active, **said}

    @property
    def words(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "kind": data["kind"],
            "active": data["active"],
            "titles": {code: data[f"title_{code}"] for code, _name in self.LANGUAGES},
            "texts": {code: data[f"text_{code}"] for code, _name in self.LANGUAGES},
        }
