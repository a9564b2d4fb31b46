"""Booking: one appointment, or a series."""

from __future__ import annotations

import datetime as dt
import uuid as uuid_module
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from parvis.kernel import clock, registries
from parvis.kernel.actor import Actor
from parvis.kernel.events import publish
from parvis.kernel.gestures import gesture
from parvis.kernel.subject import SubjectRef

from .. import access
from ..calculations import MOST, occurrences, reaches
from ..enums import Happened, Place, Repeat
from ..errors import AppointmentRefused
from ..events import AppointmentBooked
from ..models import Appointment, Attendance
from ._common import accounts, allowed, happened, period, record, room_of, to_come, told_first


@dataclass(frozen=True)
class NewAppointment:
    """What is booked. ``day`` and ``at`` in the time of the centre; ``until`` the last day of a series, included."""

    day: dt.date
    at: dt.time
    minutes: int
    place: str
    text: str
    agents: Sequence[int]
    room: str = ""
    person_id: int | None = None
    repeat: str = ""
    until: dt.date | None = None
    on_portal: bool = True
    accepted: str = field(default="")


@gesture
def book(*, actor: Actor, subject: SubjectRef, new: NewAppointment) -> Appointment:
    """Book it for a file; of a series every occurrence, in the same hour of the centre in summer and winter. Returns the first one.

    Raises:
        NotAllowed: the actor books nothing, or does not see the file.
        AppointmentRefused: an hour that is past or does not exist, no words, nobody, a person of another file, a series without an end.
        Clashes: somebody or a room is taken, absent, or the centre closed, and the actor has not confirmed exactly this.
    """
    allowed(actor, subject)
    text = " ".join(new.text.split())[:191]
    if not text:
        raise AppointmentRefused(_("Say in a few words what it is about."), field="text", code="text")
    if new.place not in Place.values:
        raise AppointmentRefused(_("This value is not in the list."), field="place", code="place")
    if new.person_id is not None and new.person_id not in {pk for find in registries.file_persons.all() for pk in find(subject.id)}:
        raise AppointmentRefused(_("This person does not belong to the dossier."), field="person", code="person")
    people = accounts(actor, new.agents, subject)
    wanted = [period(day, new.at, new.minutes) for day in _days(new)]
    to_come(wanted[0])
    room, room_key = room_of(new.place, new.room)
    ids = [one.pk for one in people]
    over = told_first(actor, wanted, agents=ids, room_key=room_key, accepted=new.accepted)
    series = uuid_module.uuid4() if len(wanted) > 1 else None
    rows = []
    for one in wanted:
        row = Appointment.unscoped.create(
            subject_type=subject.type,
            subject_id=subject.id,
            person_id=new.person_id,
            series=series,
            repeats=new.repeat if series else "",
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            place=new.place,
            room=room,
            room_key=room_key,
            text=text,
            data_class=access.class_written(actor),
            on_portal=new.on_portal,
            booked_at=clock.now(),
            booked_by_id=actor.account_id,
            booked_by_label=actor.label[:191],
        )
        Attendance.unscoped.bulk_create([Attendance(appointment=row, account=account) for account in people])
        happened(actor, row, Happened.BOOKED)
        rows.append(row)
    first = rows[0]
    values = {"starts_at": first.starts_at, "ends_at": first.ends_at, "place": first.place, "room": room, "agents": ids, "text": text}
    if series:
        values |= {"series": str(series), "repeats": new.repeat, "occurrences": len(rows)}
    record(actor, "agenda.booked", first, values | ({"over": over} if over else {}))
    publish(
        AppointmentBooked(
            actor=actor,
            appointment_id=first.pk,
            subject=subject,
            starts_at=first.starts_at,
            place=first.place,
            data_class=first.data_class,
            times=len(rows),
        )
    )
    return first


def _days(new: NewAppointment) -> list[dt.date]:
    if not new.repeat:
        return [new.day]
    if new.repeat not in Repeat.values:
        raise AppointmentRefused(_("This value is not in the list."), field="repeat", code="repeat")
    if new.until is None:
        raise AppointmentRefused(_("Say until which day it comes back."), field="until", code="until")
    if new.until <= new.day:
        raise AppointmentRefused(_("The last day comes after the first one."), field="until", code="until")
    if not reaches(new.day, new.repeat, new.until):
        text = _("A series has at most %(most)s appointments: choose an earlier last day.") % {"most": MOST}
        raise AppointmentRefused(text, field="until", code="too_many")
    return occurrences(new.day, new.repeat, new.until)
