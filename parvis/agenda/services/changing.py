"""Moving, changing, cancelling; saying that it was held or missed. What was is kept line by line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.events import publish
from parvis.kernel.gestures import gesture
from parvis.kernel.subject import SubjectRef

from ..enums import Happened, Place, State
from ..errors import AppointmentRefused
from ..events import AppointmentCancelled, AppointmentChanged, AppointmentMissed, AppointmentMoved
from ..models import Appointment, Attendance
from ._common import accounts, happened, held_row, period, record, room_of, save, still_told, to_come, told_first


def _following(row: Appointment) -> list[Appointment]:
    """This one and those of its series that are booked after it."""
    if row.series is None:
        return [row]
    rows = Appointment.unscoped.select_for_update().filter(series=row.series, state=State.BOOKED, starts_at__gt=row.starts_at)
    return [row, *rows.order_by("starts_at", "pk")]


def _agents(row: Appointment) -> list[int]:
    return list(Attendance.unscoped.filter(appointment=row).order_by("account").values_list("account", flat=True))


@gesture
def move(
    *,
    actor: Actor,
    appointment: Appointment,
    day: dt.date,
    at: dt.time,
    minutes: int,
    place: str = "",
    room: str | None = None,
    following: bool = False,
    accepted: str = "",
    expected: int | None = None,
) -> Appointment:
    """To another day or hour, perhaps another place. ``following``: those of the series after it go along, by as many days and to the same hour
    of the centre; the ones before stay.

    Raises:
        NotAllowed, Conflict: as for every change. Clashes: something stands in the way and was not confirmed.
        AppointmentRefused: it is over, or the new hour is past or does not exist.
    """
    row = held_row(actor, appointment, expected)
    chosen = place or row.place
    if chosen not in Place.values:
        raise AppointmentRefused(_("This value is not in the list."), field="place", code="place")
    name, room_key = room_of(chosen, row.room if room is None else room)
    rows = _following(row) if following else [row]
    shift = day - row.day
    wanted = [period(one.day + shift, at, minutes) for one in rows]
    to_come(wanted[0])
    same = all(
        (one.starts_at, one.ends_at) == (new.starts_at, new.ends_at) and (one.place, one.room) == (chosen, name)
        for one, new in zip(rows, wanted, strict=True)
    )
    if same:
        raise AppointmentRefused(_("This is the day and hour that it has already."), field="day", code="same")
    agents = _agents(row)
    accounts(actor, agents, row.subject)
    over = told_first(actor, wanted, agents=agents, room_key=room_key, accepted=accepted, but=[one.pk for one in rows])
    before_at = row.starts_at
    for one, new in zip(rows, wanted, strict=True):
        was, ended, stood, in_room = one.starts_at, one.ends_at, one.place, one.room
        save(one, starts_at=new.starts_at, ends_at=new.ends_at, place=chosen, room=name, room_key=room_key)
        happened(actor, one, Happened.MOVED if was != new.starts_at else Happened.CHANGED, before_at=was if was != new.starts_at else None)
        # What it was before stands beside what it is: a past day is read backwards from here (``agenda.past``).
        values: dict[str, Any] = {
            "starts_at": [was, one.starts_at],
            "ends_at": [ended, one.ends_at],
            "place": [stood, chosen],
            "room": [in_room, name],
        }
        record(actor, "agenda.moved", one, values | ({"over": over} if over else {}))
    row = rows[0]
    publish(
        AppointmentMoved(
            actor=actor,
            appointment_id=row.pk,
            subject=row.subject,
            starts_at=row.starts_at,
            before_at=before_at,
            place=row.place,
            data_class=row.data_class,
            times=len(rows),
        )
    )
    return row


@gesture
def change(
    *,
    actor: Actor,
    appointment: Appointment,
    text: str,
    agents: Sequence[int],
    on_portal: bool,
    accepted: str = "",
    expected: int | None = None,
) -> Appointment:
    """Another subject, other colleagues, shown on the page of the person or not. The hour stays.

    Raises:
        NotAllowed, Conflict, Clashes: as for ``move``. AppointmentRefused: no words, nobody.
    """
    row = held_row(actor, appointment, expected)
    words = " ".join(text.split())[:191]
    if not words:
        raise AppointmentRefused(_("Say in a few words what it is about."), field="text", code="text")
    people = accounts(actor, agents, row.subject)
    before = _agents(row)
    ids = [one.pk for one in people]
    new = [pk for pk in ids if pk not in before]
    if new:
        wanted = [period(row.day, row.starts_at.astimezone(clock.zone()).time(), row.minutes)]
        told_first(actor, wanted, agents=new, room_key="", accepted=accepted, but=[row.pk])
    was = {"text": row.text, "on_portal": row.on_portal}
    Attendance.unscoped.filter(appointment=row).exclude(account__in=ids).delete()
    Attendance.unscoped.bulk_create([Attendance(appointment=row, account=one) for one in people if one.pk not in before])
    save(row, text=words, on_portal=on_portal, **still_told(row))
    happened(actor, row, Happened.CHANGED)
    values = {"text": [was["text"], words], "on_portal": [was["on_portal"], on_portal], "agents": [str(before), str(ids)]}
    record(actor, "agenda.changed", row, values)
    publish(
        AppointmentChanged(
            actor=actor, appointment_id=row.pk, subject=row.subject, starts_at=row.starts_at, place=row.place, data_class=row.data_class
        )
    )
    return row


@gesture
def cancel(*, actor: Actor, appointment: Appointment, reason: str, following: bool = False, expected: int | None = None) -> Appointment:
    """It does not take place, and why. ``following``: nor do those of the series after it.

    Raises:
        NotAllowed, Conflict: as for every change. AppointmentRefused: it is over, or nothing says why.
    """
    row = held_row(actor, appointment, expected)
    words = " ".join(reason.split())[:500]
    if not words:
        raise AppointmentRefused(_("Say why it does not take place."), field="reason", code="reason")
    rows = _following(row) if following else [row]
    for one in rows:
        save(one, state=State.CANCELLED, reason=words)
        happened(actor, one, Happened.CANCELLED, note=words)
        record(actor, "agenda.cancelled", one, {"state": [State.BOOKED.value, State.CANCELLED.value]}, note=words)
    row = rows[0]
    publish(
        AppointmentCancelled(
            actor=actor,
            appointment_id=row.pk,
            subject=row.subject,
            starts_at=row.starts_at,
            place=row.place,
            data_class=row.data_class,
            times=len(rows),
            reason=words,
        )
    )
    return row


def _begun(row: Appointment) -> None:
    if row.starts_at > clock.now():
        raise AppointmentRefused(_("It has not begun yet: move it or cancel it."), code="not_begun")


@gesture
def hold(*, actor: Actor, appointment: Appointment, entry: SubjectRef | None = None) -> Appointment:
    """It took place. ``entry``: what was written about it.

    Raises:
        NotAllowed: as for every change. AppointmentRefused: it has not begun, or was ended otherwise.
    """
    row = held_row(actor, appointment, None)
    _begun(row)
    save(row, state=State.HELD)
    happened(actor, row, Happened.HELD)
    values: dict[str, Any] = {"state": [State.BOOKED.value, State.HELD.value]}
    record(actor, "agenda.held", row, values | ({"entry": str(entry)} if entry else {}))
    return row


@gesture
def miss(*, actor: Actor, appointment: Appointment, reason: str = "") -> Appointment:
    """The person did not come, or nobody was at home.

    Raises:
        NotAllowed: as for every change. AppointmentRefused: it has not begun, or was ended otherwise.
    """
    row = held_row(actor, appointment, None)
    _begun(row)
    words = " ".join(reason.split())[:500]
    save(row, state=State.MISSED, reason=words)
    happened(actor, row, Happened.MISSED, note=words)
    record(actor, "agenda.missed", row, {"state": [State.BOOKED.value, State.MISSED.value]}, note=words)
    publish(
        AppointmentMissed(
            actor=actor,
            appointment_id=row.pk,
            subject=row.subject,
            starts_at=row.starts_at,
            place=row.place,
            data_class=row.data_class,
            reason=words,
        )
    )
    return row
