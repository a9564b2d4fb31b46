"""Appointments of a file as they stood at the end of a past day.

Hour and state are read from what happened to each; words, colleagues, place and length backwards from the journal. Moves of before the journal
kept the place that was left say so: of such a one the place of then is not told, and its length is that of today.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q

from parvis.identity.api import Account
from parvis.kernel import mutations
from parvis.kernel.actor import Actor, system_actor
from parvis.kernel.asof import PastView
from parvis.kernel.models import MutationValue
from parvis.kernel.subject import SubjectRef

from . import access
from .enums import Happened, State
from .models import Appointment, Attendance, Occurred
from .selectors.reading import Meeting, team_of, told, with_agents

#: What happened to an appointment is told to whoever sees it: its caller has looked at that.
READER = system_actor("agenda.past")
#: Of a file so many are looked at, the latest first.
MOST = 300
#: Of the appointments of some weeks so many are read.
MOST_BETWEEN = 600
STATES = {Happened.HELD: State.HELD, Happened.MISSED: State.MISSED, Happened.CANCELLED: State.CANCELLED}


def as_they_stood(rows: Sequence[Appointment], view: PastView) -> list[Appointment]:
    """Those that had been booked by then, each with its hour, state, words and colleagues of then (``agents_then``), for a page that only reads.
    ``moved_since``: it was moved when the place that it left was not kept yet. Three queries."""
    found = [row for row in rows if row.booked_at < view.until]
    ids = [row.pk for row in found]
    lines: dict[int, list[Occurred]] = {}
    for one in Occurred.objects.visible_to(READER).filter(appointment__in=ids, at__lt=view.until).order_by("at", "pk") if ids else ():
        lines.setdefault(one.appointment_id, []).append(one)
    held = mutations.values_before_each("appointment", ids, view.until)
    before = {pk: [int(one) for one in re.findall(r"\d+", values["agents"] or "")] for pk, values in held.items() if "agents" in values}
    names = Account.objects.in_bulk({one for some in before.values() for one in some}) if before else {}
    for row in found:
        values = held.get(row.pk, {})
        _give(row, lines.get(row.pk, []), values)
        row.text = values.get("text") or row.text
        agents = (
            [names[one] for one in before[row.pk] if one in names] if row.pk in before else [one.account for one in row.attendances.all()]
        )
        row.agents_then = sorted(one.display_name for one in agents)
        row.agent_ids_then = {one.pk for one in agents}
    return found


def _give(row: Appointment, lines: list[Occurred], values: dict[str, Any]) -> None:
    """Hour and state by the last lines that tell them; place and length by what the first move after the day left."""
    if lines:
        length = row.ends_at - row.starts_at
        row.starts_at, row.ends_at = lines[-1].starts_at, lines[-1].starts_at + length
    row.moved_since = "place" in values and not values["place"]
    if values.get("place"):
        row.place, row.room = values["place"], values.get("room") or ""
    if values.get("ends_at"):
        row.ends_at = dt.datetime.fromisoformat(values["ends_at"])
    ended = next((one for one in reversed(lines) if one.what in STATES), None)
    row.state, row.reason = (STATES[Happened(ended.what)], row.reason) if ended is not None else (State.BOOKED, "")
    row.told_lock = None  # what the person knew is told by the invitations of then


def between_then(
    actor: Actor,
    view: PastView,
    start: dt.datetime,
    end: dt.datetime,
    *,
    team: bool = False,
    account_id: int | None = None,
    limit: int = MOST_BETWEEN,
) -> tuple[list[Meeting], bool]:
    """Appointments that stood between two instants on a past day, for who was to be there then: the reader, or who worked that day in the
    services that the reader leads today; without those that had been cancelled. Whether there are more than are read. At most eight queries."""
    accounts: set[int] | None = {actor.stands_for or 0}
    if team and access.leads(actor):
        own = team_of(actor, view.day)
        accounts = None if own is None else set(own.values_list("account", flat=True))
    if account_id is not None:
        accounts = {account_id} if accounts is None else accounts & {account_id}
    rows = Appointment.objects.visible_to(READER).filter(booked_at__lt=view.until)
    rows = rows.filter(
        Exists(
            Occurred.objects.visible_to(READER).filter(
                appointment=OuterRef("pk"), at__lt=view.until, starts_at__gte=start, starts_at__lt=end
            )
        )
    )
    if accounts is not None:
        # Who is there now, and whoever was replaced since: looked at one by one below.
        changed = MutationValue.objects.filter(
            field="agents", line__subject_type="appointment", line__subject_id=OuterRef("pk"), line__recorded_at__gte=view.until
        )
        attends = Attendance.objects.visible_to(READER).filter(account__in=sorted(accounts)).order_by().values("appointment")
        rows = rows.filter(Q(pk__in=attends) | Exists(changed))
    read = list(with_agents(rows.order_by("-booked_at", "-pk"))[: limit + 1])
    found = as_they_stood(read[:limit], view)
    there = [row for row in found if start <= row.starts_at < end and row.state != State.CANCELLED]
    if accounts is not None:
        there = [row for row in there if accounts & row.agent_ids_then]
    return told(actor, sorted(there, key=lambda row: (row.starts_at, row.pk))), len(read) > limit


def listed_then(actor: Actor, subject: SubjectRef, view: PastView) -> tuple[list[Appointment], list[Appointment]]:
    """Those that were to come, the next one first, and those that were over or cancelled, the latest first. Five queries."""
    rows = Appointment.objects.visible_to(actor).filter(subject_type=subject.type, subject_id=subject.id, booked_at__lt=view.until)
    found = as_they_stood(list(with_agents(rows.order_by("-booked_at", "-pk"))[:MOST]), view)
    coming = [row for row in found if row.state == State.BOOKED and row.ends_at >= view.until]
    over = [row for row in found if row not in coming]
    return sorted(coming, key=lambda row: (row.starts_at, row.pk)), sorted(over, key=lambda row: (row.starts_at, row.pk), reverse=True)
