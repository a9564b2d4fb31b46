"""Appointments for tests: in a centre with two services, on a Monday of March 2026."""

from __future__ import annotations

import datetime as dt
from typing import Any

from parvis.agenda import services
from parvis.agenda.models import Appointment
from parvis.agenda.services import NewAppointment
from parvis.dossiers.models import Dossier
from parvis.kernel.subject import SubjectRef
from tests.dossiers.factories import Centre

MONDAY = dt.datetime(2026, 3, 16, 9, tzinfo=dt.UTC)


def of(dossier: Dossier) -> SubjectRef:
    return SubjectRef("dossier", dossier.pk)


def march(day: int) -> dt.date:
    return dt.date(2026, 3, day)


def wanted(centre: Centre, day: dt.date | None = None, at: str = "10:00", **more: Any) -> NewAppointment:
    given: dict[str, Any] = {"minutes": 45, "place": "office", "text": "Bilan du projet", "agents": [centre.worker.pk]}
    return NewAppointment(day=day or march(18), at=dt.time.fromisoformat(at), **{**given, **more})


def booked(
    centre: Centre, dossier: Dossier, day: dt.date | None = None, at: str = "10:00", *, by: str = "worker", **more: Any
) -> Appointment:
    return services.book(actor=centre.actor(by), subject=of(dossier), new=wanted(centre, day, at, **more))
