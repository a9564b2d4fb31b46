"""Appointments of the demonstration: weeks that are over, with one missed and one that nobody settled yet, and weeks to come, with two series,
one moved after the person was told, and one cancelled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from parvis.agenda import services
from parvis.agenda.errors import AppointmentRefused, Clashes
from parvis.agenda.models import Appointment
from parvis.agenda.services import NewAppointment
from parvis.dossiers.models import Dossier
from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.subject import SubjectRef
from parvis.kernel.terms import is_closed

from . import stage

if TYPE_CHECKING:
    from .stories import Company

UNITS = ("SSG-NORD", "SSG-SUD")
HOURS = (time(9, 0), time(10, 0), time(11, 0), time(13, 30), time(14, 30), time(15, 30))
SUBJECTS = (
    ("Bilan du projet individualisé", "office", "Salle 1"),
    ("Visite du logement", "home", ""),
    ("Factures d’énergie à relire ensemble", "office", "Salle 2"),
    ("Suivi de la recherche d’emploi", "phone", ""),
    ("Renouvellement du droit : pièces à apporter", "office", "Salle 1"),
    ("Accompagnement chez le propriétaire", "elsewhere", "Rue Haute 12"),
)
BEFORE, AFTER = 18, 22


def script(company: Company) -> Iterator[datetime]:
    cal = company.calendar
    yield cal.at(24, 9, 5)
    past = [_book(row, login, 1 + index, number=index) for index, (row, login) in enumerate(_files(company, BEFORE))]
    for days in (15, 9, 4, 1):
        yield cal.at(days, 16, 50)
        _settle([row for row in past if row is not None], last=days == 1)
    yield cal.at(0, 8, 20)
    files = _files(company, AFTER)
    coming = [_book(row, login, index // 2, number=index) for index, (row, login) in enumerate(files)]
    for index, (row, login) in enumerate(files[:2]):
        _book(row, login, 3, number=index * 2, repeat=("w2", "m1")[index], until=clock.today() + timedelta(days=(70, 120)[index]))
    told = [row for row in coming if row is not None][2:]
    for row in told[:6]:
        services.invite(actor=_of(row), appointment=row)
    yield cal.at(0, 8, 40)  # the e-mails have left
    if len(told) > 2:
        _move(told[0])
        services.cancel(actor=_of(told[1]), appointment=told[1], reason="Formation de toute l’équipe ce jour-là")


def _files(company: Company, most: int) -> list[tuple[Dossier, str]]:
    """Open files of the two social services, taken in turn, each with its worker."""
    ids: dict[int, str] = {}
    for play in company.plays:
        if play.request is not None and play.request.dossier_id and play.case.unit in UNITS:
            ids.setdefault(play.request.dossier_id, play.case.unit)
    rows = Dossier.unscoped.filter(pk__in=ids, status="open").select_related("unit").order_by("pk")
    sorted_in = {unit: [row for row in rows if row.unit.code == unit] for unit in UNITS}
    found = [row for pair in zip(*sorted_in.values(), strict=False) for row in pair] or list(rows)
    return [(row, stage.WORKERS[row.unit.code]) for row in found[:most] if row.unit.code in stage.WORKERS]


def _of(row: Appointment) -> Actor:
    unit = Dossier.unscoped.select_related("unit").get(pk=row.subject_id).unit.code
    return stage.agent(stage.WORKERS[unit])


def _open_day(day: date) -> date:
    while is_closed(day):
        day += timedelta(days=1)
    return day


def _book(dossier: Dossier, login: str, days: int, *, number: int, repeat: str = "", until: date | None = None) -> Appointment | None:
    """At the first hour that is free, from so many days ahead on."""
    actor = stage.agent(login)
    text, place, room = SUBJECTS[number % len(SUBJECTS)]
    day = _open_day(clock.today() + timedelta(days=days))
    for step in range(6 * len(HOURS)):
        at = HOURS[(number + step) % len(HOURS)]
        new = NewAppointment(
            day=day,
            at=at,
            minutes=30 if place == "phone" else 45,
            place=place,
            room=room,
            text=text,
            agents=[actor.own_id],
            person_id=dossier.lead_id,
            repeat=repeat,
            until=until,
        )
        try:
            return services.book(actor=actor, subject=SubjectRef("dossier", dossier.pk), new=new)
        except (Clashes, AppointmentRefused):
            if step % len(HOURS) == len(HOURS) - 1:
                day = _open_day(day + timedelta(days=1))
    return None


def _settle(rows: list[Appointment], *, last: bool) -> None:
    """What has begun was held, now and then missed; the very last one is left as it is."""
    begun = [row for row in Appointment.unscoped.filter(pk__in=[row.pk for row in rows], state="booked") if row.is_over]
    for number, row in enumerate(sorted(begun, key=lambda one: one.starts_at)):
        if last and number == len(begun) - 1:
            continue
        if row.pk % 5 == 0:
            services.miss(
                actor=_of(row), appointment=row, reason="Personne à la porte" if row.place == "home" else "Pas venue, pas de nouvelles"
            )
        else:
            services.hold(actor=_of(row), appointment=row)


def _move(row: Appointment) -> None:
    for days in range(1, 10):
        try:
            services.move(actor=_of(row), appointment=row, day=_open_day(row.day + timedelta(days=days)), at=time(16, 15), minutes=45)
        except Clashes:
            continue
        return
