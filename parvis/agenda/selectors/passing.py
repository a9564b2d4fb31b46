"""What becomes of the appointments of a file that passes to another agent: worked out once, the same for the page and for the gesture."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.outgoing import MailState
from parvis.kernel.subject import SubjectRef

from .. import access
from ..enums import FATE_ICONS, FATE_TINTS, Fate, Happened, State
from ..models import Appointment, Attendance, Invitation
from .clashes import Busy, midnight
from .reading import agents_of, told, with_agents

MOST = 500
_TOLD = (MailState.NONE, MailState.WAITING, MailState.SENDING, MailState.SENT, MailState.UNSURE)


@dataclass(frozen=True)
class Passing:
    """One appointment to come, and who leaves it. ``fate`` at the hour of ``heir``; ``heir`` None: nobody is named yet. ``tells``: the person
    was given the name of who leaves, and is told the new one as soon as there is one."""

    row: Appointment
    leaving: tuple[int, ...]
    heir: int | None
    fate: str
    tells: bool


@dataclass(frozen=True)
class PassingLine:
    """The same for one reader. Unless it is ``open``, the reader is told the hour and who is there alone."""

    passing: Passing
    open: bool
    title: str
    text: str
    url: str
    agents: str
    taken: tuple[str, ...] = ()

    @property
    def fate(self) -> Fate:
        return Fate(self.passing.fate)

    @property
    def tint(self) -> str:
        return FATE_TINTS[self.fate]

    @property
    def icon(self) -> str:
        return FATE_ICONS[self.fate]

    @property
    def named(self) -> bool:
        return self.passing.tells


def beginning(on: dt.date) -> dt.datetime:
    """From when appointments pass: the first hour of that day, and nothing that has begun already."""
    return max(clock.now(), midnight(on))


def _booked(start: dt.datetime, until: dt.date | None) -> Any:
    rows = Appointment.unscoped.filter(state=State.BOOKED, starts_at__gte=start)
    return rows if until is None or until.year >= 9999 else rows.filter(starts_at__lt=midnight(until))


def coming_with(account_id: int, on: dt.date, *, subject: SubjectRef | None = None, until: dt.date | None = None) -> list[Appointment]:
    """Booked appointments of an agent from a day on, in the order of time; of one file where it is named."""
    rows = _booked(beginning(on), until).filter(pk__in=Attendance.unscoped.filter(account=account_id).values("appointment"))
    if subject is not None:
        rows = rows.filter(subject_type=subject.type, subject_id=subject.id)
    return list(with_agents(rows.order_by("starts_at", "pk"))[:MOST])


def coming_of(subject: SubjectRef, on: dt.date) -> list[Appointment]:
    """Booked appointments of a file from a day on, in the order of time."""
    rows = _booked(beginning(on), None).filter(subject_type=subject.type, subject_id=subject.id)
    return list(with_agents(rows.order_by("starts_at", "pk"))[:MOST])


def numbers_of(account_by_file: Mapping[int, int], on: dt.date) -> dict[int, int]:
    """How many appointments to come each agent has in each of these files (``{dossier: account}``). One query."""
    rows = Attendance.unscoped.filter(
        appointment__state=State.BOOKED,
        appointment__starts_at__gte=beginning(on),
        appointment__subject_type="dossier",
        appointment__subject_id__in=list(account_by_file),
        account__in=sorted(set(account_by_file.values())),
    )
    found: dict[int, int] = {}
    for subject, account in rows.order_by().values_list("appointment__subject_id", "account"):
        if account_by_file[subject] == account:
            found[subject] = found.get(subject, 0) + 1
    return found


def passings(rows: Sequence[Appointment], *, leaving: Collection[int], heirs: Mapping[int, int | None]) -> list[Passing]:
    """What becomes of each when these agents leave it and the heir of its file (``{dossier: account}``) takes their place. A file that is not
    named is left out. Two that pass to one agent at the same hour: the first is free, the second is taken. A fixed number of queries."""
    mine = [row for row in rows if row.subject_id in heirs]
    gone = {row.pk: tuple(one.pk for one in agents_of(row) if one.pk in set(leaving)) for row in mine}
    mine = [row for row in mine if gone[row.pk]]
    if not mine:
        return []
    named = _named(mine, set(leaving))
    busy = Busy.of(mine, {heir for heir in heirs.values() if heir is not None})
    found = []
    for row in mine:
        heir = heirs[row.subject_id]
        if heir is None:
            fate = Fate.NOBODY
        elif any(one.pk == heir for one in agents_of(row)):
            fate = Fate.THERE
        else:
            fate = Fate.TAKEN if busy.why(heir, row) else Fate.PASSES
            busy.take(heir, row)
        found.append(Passing(row, gone[row.pk], heir, fate, row.pk in named))
    return found


def _named(rows: Sequence[Appointment], leaving: set[int]) -> set[int]:
    """Appointments whose last invitation, as the person knows it, bears the name of one who leaves: whoever wrote it, or was named in it."""
    told_of = {row.pk: row for row in rows if row.told_lock is not None}
    latest: dict[int, Invitation] = {}
    for one in Invitation.unscoped.filter(appointment__in=list(told_of), mail_state__in=_TOLD).order_by("at", "pk"):
        latest[one.appointment_id] = one
    found = set()
    for pk, one in latest.items():
        attending = {agent.pk for agent in agents_of(told_of[pk])}
        if (one.kind == Happened.CHANGED and attending & leaving) or (
            one.kind != Happened.CHANGED and one.author_id in leaving & attending
        ):
            found.add(pk)
    return found


def in_words(
    actor: Actor, found: Sequence[Passing], candidates: Mapping[int, str] | None = None, *, seen: bool = False
) -> list[PassingLine]:
    """For a reader: in words as far as the files are theirs. ``candidates``: of these agents (``{account: name}``), who is taken at each hour.
    ``seen``: the file is the reader's, and was looked at; its name is left out."""
    names = dict(candidates or {})
    busy = Busy.of([one.row for one in found], set(names))
    meetings = [] if seen else told(actor, [one.row for one in found])
    lines = []
    for at, one in enumerate(found):
        agents = agents_of(one.row)
        there = {agent.pk for agent in agents}
        taken = sorted((name for pk, name in names.items() if pk not in there and busy.why(pk, one.row)), key=str.casefold)
        if seen:
            words, title, url = _words(actor, one.row), "", reverse("agenda:appointment", args=[one.row.uuid])
        else:
            words, title, url = meetings[at].words, meetings[at].title, meetings[at].url
        known = seen or meetings[at].open
        lines.append(PassingLine(one, known, title, words, url, ", ".join(agent.display_name for agent in agents), tuple(taken)))
    return lines


def _words(actor: Actor, row: Appointment) -> str:
    return row.text if access.reads_words(actor, row) else ""


def still_taken(appointment_ids: Collection[int]) -> set[int]:
    """Of these, the booked ones still to come at which an agent is taken elsewhere or absent at that hour."""
    rows = Appointment.unscoped.filter(pk__in=list(appointment_ids), state=State.BOOKED, starts_at__gt=clock.now()).order_by("pk")
    found = list(with_agents(rows))
    busy = Busy.of(found, {one.pk for row in found for one in agents_of(row)})
    return {row.pk for row in found if any(busy.why(one.pk, row) for one in agents_of(row))}


def attendances_to_come(actor: Actor, subject: SubjectRef) -> Any:
    """Who is at the booked appointments of a file still to come, as this reader sees them; ``taken``: that agent has another one at that hour."""
    other = Attendance.unscoped.filter(
        account=OuterRef("account"),
        appointment__state=State.BOOKED,
        appointment__starts_at__lt=OuterRef("appointment__ends_at"),
        appointment__ends_at__gt=OuterRef("appointment__starts_at"),
    ).exclude(appointment=OuterRef("appointment"))
    rows = Attendance.objects.visible_to(actor).filter(
        appointment__subject_type=subject.type,
        appointment__subject_id=subject.id,
        appointment__state=State.BOOKED,
        appointment__ends_at__gt=clock.now(),
    )
    rows = rows.select_related("appointment", "account").annotate(taken=Exists(other))
    return rows.order_by("appointment__starts_at", "appointment", "account__display_name", "pk")


def gone_at(subject: SubjectRef, on: dt.date, stays: Any) -> set[int]:
    """Agents at appointments to come of a file for whom ``stays(account)`` says no."""
    return {one.pk for row in coming_of(subject, on) for one in agents_of(row) if not stays(one)}


def among_day(starts_at: dt.datetime) -> Q:
    """Appointments about that hour: what may stop clashing when one of them moves."""
    span = dt.timedelta(hours=24)
    return Q(starts_at__gt=starts_at - span, starts_at__lt=starts_at + span)
