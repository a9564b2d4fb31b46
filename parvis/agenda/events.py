"""What happens to appointments, for contexts above."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from parvis.kernel.events import Event
from parvis.kernel.subject import SubjectRef


@dataclass(frozen=True, kw_only=True)
class _OfAppointment(Event):
    """``subject``: what it is about (a dossier). ``times``: how many occurrences the gesture touched."""

    appointment_id: int
    subject: SubjectRef
    starts_at: dt.datetime
    place: str
    data_class: str = "social"
    times: int = 1


@dataclass(frozen=True, kw_only=True)
class AppointmentBooked(_OfAppointment):
    pass


@dataclass(frozen=True, kw_only=True)
class AppointmentMoved(_OfAppointment):
    before_at: dt.datetime


@dataclass(frozen=True, kw_only=True)
class AppointmentChanged(_OfAppointment):
    """Other colleagues, or other words; the hour stays."""


@dataclass(frozen=True, kw_only=True)
class AppointmentsPassed(_OfAppointment):
    """The file passed to another agent, and ``times`` appointments to come with it; at ``taken`` of them that agent is taken or absent."""

    from_label: str
    to_label: str
    taken: int = 0


@dataclass(frozen=True, kw_only=True)
class AppointmentCancelled(_OfAppointment):
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class AppointmentMissed(_OfAppointment):
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class PersonInvited(_OfAppointment):
    way: str
