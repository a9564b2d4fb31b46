"""What agents type about appointments."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parvis.kernel import clock
from parvis.ui import fields

from .enums import Place, Repeat
from .models import Appointment
from .services import NewAppointment

HOURS = ["%H:%M", "%Hh%M", "%Hh", "%H.%M"]


def hour_field(label: Any) -> forms.TimeField:
    """An hour of the centre, typed in the usual ways: 14:30, 14h30, 14h."""
    return forms.TimeField(
        label=label,
        input_formats=HOURS,
        widget=forms.TimeInput(attrs={"type": "time", "step": 300}, format="%H:%M"),
        error_messages={"invalid": _("This is not an hour. Write it like 14:30.")},
    )


def minutes_field() -> forms.IntegerField:
    return forms.IntegerField(label=_("How long, in minutes"), min_value=5, max_value=720, initial=30)


def agents_field() -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=_("Who will be there"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose who will be there.")},
    )


def portal_field() -> forms.BooleanField:
    return forms.BooleanField(
        label=_("The person sees day, hour and place on the follow-up page"),
        required=False,
        help_text=_("Never what it is about."),
    )


class _WithPlace(forms.Form):
    day = fields.day_field(pgettext_lazy("of an appointment", "Day"))
    at = hour_field(pgettext_lazy("of an appointment", "Hour"))
    minutes = minutes_field()
    place = forms.ChoiceField(label=pgettext_lazy("of an appointment", "Where"), choices=Place.choices)
    room = forms.CharField(
        label=_("Room or place"), required=False, max_length=80, widget=forms.TextInput(attrs={"list": "rooms", "autocomplete": "off"})
    )


class BookForm(_WithPlace):
    text = forms.CharField(
        label=_("What it is about"), max_length=191, error_messages={"required": _("Say in a few words what it is about.")}
    )
    person = forms.ChoiceField(label=_("With whom"), required=False)
    agents = agents_field()
    repeat = forms.ChoiceField(label=_("Comes back"), required=False, choices=[("", _("once only")), *Repeat.choices])
    until = fields.day_field(_("Until, that day included"), required=False)
    on_portal = portal_field()
    accepted = forms.CharField(required=False, widget=forms.HiddenInput)

    field_order = ("text", "day", "at", "minutes", "place", "room", "person", "agents", "repeat", "until", "on_portal", "accepted")

    def __init__(self, *args: Any, persons: list[tuple[int, str]], colleagues: list[tuple[int, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["person"].choices = [("", _("The whole household")), *[(str(pk), name) for pk, name in persons]]  # type: ignore[attr-defined]
        self.fields["agents"].choices = [(str(pk), name) for pk, name in colleagues]  # type: ignore[attr-defined]

    @property
    def new(self) -> NewAppointment:
        data = self.cleaned_data
        return NewAppointment(
            day=data["day"],
            at=data["at"],
            minutes=data["minutes"],
            place=data["place"],
            room=data["room"],
            text=data["text"],
            person_id=int(data["person"]) if data["person"] else None,
            agents=[int(pk) for pk in data["agents"]],
            repeat=data["repeat"],
            until=data["until"],
            on_portal=data["on_portal"],
            accepted=data["accepted"],
        )


WHICH = [("", _("Only this one")), ("1", _("This one and those after it"))]


def which_field() -> forms.ChoiceField:
    return forms.ChoiceField(label=_("Which of the series"), choices=WHICH, required=False, widget=forms.RadioSelect, initial="")


class MoveForm(_WithPlace):
    following = which_field()
    accepted = forms.CharField(required=False, widget=forms.HiddenInput)
    lock = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, row: Appointment, **more: Any) -> None:
        local = row.starts_at.astimezone(clock.zone())
        begun = {"day": local.date(), "at": local.time(), "minutes": row.minutes, "place": row.place, "room": row.room, "lock": row.lock}
        super().__init__(*args, initial=begun, **more)
        if row.series is None:
            del self.fields["following"]

    @property
    def values(self) -> dict[str, Any]:
        data = self.cleaned_data
        kept = {name: data[name] for name in ("day", "at", "minutes", "place", "room", "accepted")}
        return {**kept, "following": bool(data.get("following")), "expected": data["lock"]}


class CancelForm(forms.Form):
    reason = forms.CharField(
        label=_("Why it does not take place"), max_length=500, error_messages={"required": _("Say why it does not take place.")}
    )
    following = which_field()
    lock = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, row: Appointment, **more: Any) -> None:
        super().__init__(*args, initial={"lock": row.lock}, **more)
        if row.series is None:
            del self.fields["following"]


class ChangeForm(forms.Form):
    text = forms.CharField(
        label=_("What it is about"), max_length=191, error_messages={"required": _("Say in a few words what it is about.")}
    )
    agents = agents_field()
    on_portal = portal_field()
    accepted = forms.CharField(required=False, widget=forms.HiddenInput)
    lock = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, row: Appointment, present: list[int], colleagues: list[tuple[int, str]], **more: Any) -> None:
        begun = {"text": row.text, "agents": [str(pk) for pk in present], "on_portal": row.on_portal, "lock": row.lock}
        super().__init__(*args, initial=begun, **more)
        self.fields["agents"].choices = [(str(pk), name) for pk, name in colleagues]  # type: ignore[attr-defined]


class MissForm(forms.Form):
    reason = forms.CharField(label=_("What is known of it"), required=False, max_length=500)


class FeedForm(forms.Form):
    name = forms.CharField(
        label=_("Which calendar reads it"),
        max_length=60,
        help_text=_("For example: phone, mail program."),
        error_messages={"required": _("Give it a name by which you recognise the calendar.")},
    )
    with_names = forms.BooleanField(
        label=_("With the names of the persons"),
        required=False,
        help_text=_("They then stand in a calendar outside the centre, and whoever knows the address reads them."),
    )


class InviteForm(forms.Form):
    way = forms.ChoiceField(label=_("How the person is told"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, ways: list[tuple[str, Any]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["way"].choices = ways  # type: ignore[attr-defined]
        self.fields["way"].initial = ways[0][0] if ways else ""
