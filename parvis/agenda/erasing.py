"""Lawful destruction: the appointments of a file go with it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from parvis.kernel import registries
from parvis.kernel.erasure import Target
from parvis.kernel.registries import Eraser

from .models import Appointment, Attendance, Invitation, Occurred


def _collect(target: Target) -> None:
    rows = Appointment.unscoped.filter(subject_type="dossier", subject_id=target.id)
    target.name("appointment", rows.values_list("pk", flat=True))
    target.persons |= set(rows.filter(person_id__isnull=False).values_list("person_id", flat=True))


def _erase(target: Target) -> None:
    ids = target.ids("appointment")
    what = gettext_noop("Appointments")
    target.delete_guarded(what, Occurred.unscoped.filter(appointment__in=ids))
    target.delete(what, Invitation.unscoped.filter(appointment__in=ids))
    target.delete(what, Attendance.unscoped.filter(appointment__in=ids))
    target.delete(what, Appointment.unscoped.filter(pk__in=ids))


registries.erasers.register(
    "agenda",
    Eraser(
        title=_("Appointments"),
        order=45,
        collect=_collect,
        erase=_erase,
        holds={f"agenda.{name}": "gone" for name in ("Occurred", "Invitation", "Attendance", "Appointment")},
    ),
)
