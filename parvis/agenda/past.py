"""Appointments of a file as they stood at the end of a past day.

Hour and state are read from what happened to each, words and colleagues backwards from the journal. Of a move only the new place and length are
kept: of one that was moved since, the place of then is not told, and its length is that of today.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from parvis.identity.api import Account
from parvis.kernel import mutations
from parvis.kernel.actor import Actor, system_actor
from parvis.kernel.asof import PastView
from parvis.kernel.subject import SubjectRef

from .enums import Happened, State
from .models import Appointment, Occurred
from .selectors.reading import with_agents

#: What happened to an appointment is told to whoever sees it: its caller has looked at that.
READER = system_actor("agenda.past")
#: Of a file so many are looked at, the latest first.
MOST = 300
STATES = {Happened.HELD: State.HELD, Happened.MISSED: State.MISSED, Happened.CANCELLED: State.CANCELLED}


def as_they_stood(rows: Sequence[Appointment], view: PastView) -> list[Appointment]:
    """Those that had been booked by then, each with its hour, state, words and colleagues of then (``agents_then``), for a page that only reads.
    ``moved_since``: its place of then is not kept. Three queries."""
    found = [row for row in rows if row.booked_at < view.until]
    ids = [row.pk for row in found]
    lines: dict[int, list[Occurred]] = {}
    for one in Occurred.objects.visible_to(READER).filter(appointment__in=ids, at__lt=view.until).order_by("at", "pk") if ids else ():
        lines.setdefault(one.appointment_id, []).append(one)
    held = mutations.values_before_each("appointment", ids, view.until)
    before = {pk: [int(one) for one in re.findall(r"\d+", values["agents"] or "")] for pk, values in held.items() if "agents" in values}
    names = Account.objects.in_bulk({one for some in before.values() for one in some}) if before else {}
    for row in found:
        _give(row, lines.get(row.pk, []))
        values = held.get(row.pk, {})
        row.text = values.get("text") or row.text
        row.moved_since = "place" in values
        agents = (
            [names[one] for one in before[row.pk] if one in names] if row.pk in before else [one.account for one in row.attendances.all()]
        )
        row.agents_then = sorted(one.display_name for one in agents)
    return found


def _give(row: Appointment, lines: list[Occurred]) -> None:
    """Hour and state by the last lines that tell them."""
    if lines:
        length = row.ends_at - row.starts_at
        row.starts_at, row.ends_at = lines[-1].starts_at, lines[-1].starts_at + length
    ended = next((one for one in reversed(lines) if one.what in STATES), None)
    row.state, row.reason = (STATES[Happened(ended.what)], row.reason) if ended is not None else (State.BOOKED, "")
    row.told_lock = None  # what the person knew is told by the invitations of then


def listed_then(actor: Actor, subject: SubjectRef, view: PastView) -> tuple[list[Appointment], list[Appointment]]:
    """Those that were to come, the next one first, and those that were over or cancelled, the latest first. Five queries."""
    rows = Appointment.objects.visible_to(actor).filter(subject_type=subject.type, subject_id=subject.id, booked_at__lt=view.until)
    found = as_they_stood(list(with_agents(rows.order_by("-booked_at", "-pk"))[:MOST]), view)
    coming = [row for row in found if row.state == State.BOOKED and row.ends_at >= view.until]
    over = [row for row in found if row not in coming]
    return sorted(coming, key=lambda row: (row.starts_at, row.pk)), sorted(over, key=lambda row: (row.starts_at, row.pk), reverse=True)
