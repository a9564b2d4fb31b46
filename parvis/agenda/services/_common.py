"""What all gestures on appointments share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from parvis.identity.api import Account, actor_for
from parvis.kernel import clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.errors import Conflict, NotAllowed
from parvis.kernel.subject import SubjectRef
from parvis.kernel.textmatch import fold

from .. import access
from ..calculations import NoSuchHour, instant
from ..enums import Happened, Place, State
from ..errors import AppointmentRefused, Clashes
from ..models import Appointment, Invitation, Occurred
from ..selectors.clashes import Wanted, clashes_of, mark_of

MOST_AGENTS = 10
LONGEST = 12 * 60
FARTHEST = dt.timedelta(days=3 * 366)


def record(actor: Actor, verb: str, row: Appointment, values: dict[str, Any] | None = None, note: str = "") -> None:
    """A line in the chain of the file that it is about."""
    mutations.record(f"{row.subject_type}:{row.subject_id}", actor=actor, verb=verb, subject=row.ref, values=values, note=note)


def happened(actor: Actor, row: Appointment, what: Happened, *, before_at: dt.datetime | None = None, note: str = "") -> None:
    Occurred.unscoped.create(
        appointment=row,
        what=what,
        at=clock.now(),
        actor_id=actor.account_id,
        actor_label=actor.label[:191],
        starts_at=row.starts_at,
        before_at=before_at,
        note=note[:500],
    )


def allowed(actor: Actor, subject: SubjectRef) -> None:
    """
    Raises:
        NotAllowed: the actor books nothing, or does not see the file. AppointmentRefused: the file takes nothing now.
    """
    if not access.can_book(actor):
        raise NotAllowed(_("Your function books no appointments."))
    if not actor.is_system and not access.sees(actor, subject):
        raise NotAllowed(_("You do not see this file."))
    if why := access.why_nothing_is_added(actor, subject):
        raise AppointmentRefused(why, code="takes_nothing")


def held_row(actor: Actor, appointment: Appointment, expected: int | None) -> Appointment:
    """The row, locked, still booked, and as the actor saw it.

    Raises:
        AppointmentRefused: it is over or was cancelled. Conflict: somebody changed it since.
    """
    row = Appointment.unscoped.select_for_update().get(pk=appointment.pk)
    allowed(actor, row.subject)
    if row.state != State.BOOKED:
        raise AppointmentRefused(
            _("This appointment is no longer booked: it was %(state)s.") % {"state": row.get_state_display()}, code="state"
        )
    if expected is not None and row.lock != expected:
        last = Occurred.unscoped.filter(appointment=row).order_by("-at", "-pk").first()
        raise Conflict(
            _("Somebody changed this appointment since you opened it. Look at it again."),
            who=last.actor_label if last else "",
            when=last.at if last else None,
        )
    return row


def save(row: Appointment, **values: Any) -> Appointment:
    Appointment.unscoped.filter(pk=row.pk).update(lock=F("lock") + 1, **values)
    row.refresh_from_db()
    return row


def still_told(row: Appointment) -> dict[str, Any]:
    """For a change that leaves the hour as it is: who was told of it still knows it, and an invitation on its way goes on."""
    if row.told_lock != row.lock:
        return {}
    Invitation.unscoped.filter(appointment=row, lock=row.lock).update(lock=row.lock + 1)
    return {"told_lock": row.lock + 1}


def period(day: dt.date, at: dt.time, minutes: int) -> Wanted:
    """
    Raises:
        AppointmentRefused: the hour does not exist, is past, or too far; or it lasts too long.
    """
    if not 5 <= minutes <= LONGEST:
        raise AppointmentRefused(_("It lasts from 5 minutes to 12 hours."), field="minutes", code="minutes")
    try:
        start = instant(day, at, clock.zone())
    except NoSuchHour as error:
        text = _("On that night the clock jumps over this hour: choose another one.")
        raise AppointmentRefused(text, field="at", code="no_such_hour") from error
    if start - clock.now() > FARTHEST:
        raise AppointmentRefused(_("This day is more than three years away."), field="day", code="far")
    return Wanted(start, start + dt.timedelta(minutes=minutes))


def to_come(wanted: Wanted) -> None:
    """
    Raises:
        AppointmentRefused: it would begin in the past.
    """
    if wanted.starts_at <= clock.now():
        raise AppointmentRefused(
            _("This hour is past. What took place already is written in the journal."),
            field="day" if wanted.day < clock.today() else "at",
            code="past",
        )


def accounts(actor: Actor, ids: Sequence[int], subject: SubjectRef) -> list[Account]:
    """Who will be there, locked in a fixed order: two who book the same colleague at once see each other.

    Raises:
        AppointmentRefused: nobody, too many, or somebody who may not open the file.
    """
    wanted = sorted(dict.fromkeys(ids))
    if not wanted:
        raise AppointmentRefused(_("Choose who will be there."), field="agents", code="agents")
    if len(wanted) > MOST_AGENTS:
        raise AppointmentRefused(_("Ten colleagues at most."), field="agents", code="agents")
    found = list(Account.objects.select_for_update().filter(pk__in=wanted, is_active=True).order_by("pk"))
    if len(found) < len(wanted):
        raise AppointmentRefused(_("This colleague does not work here any more."), field="agents", code="agents")
    for one in found:
        if one.pk not in (actor.account_id, actor.on_behalf_of_id) and not access.sees(actor_for(one), subject):
            text = _("%(who)s may not open this dossier: choose somebody else.") % {"who": one.display_name}
            raise AppointmentRefused(text, field="agents", code="not_told")
    return found


def room_of(place: str, room: str) -> tuple[str, str]:
    """The room as it is written and as it is compared; only what is at the centre has one that can be taken, and
    is proposed to colleagues: a place elsewhere may name a refuge."""
    name = " ".join(room.split())[:80]
    return name, fold(name)[:80] if place == Place.OFFICE else ""


def told_first(
    actor: Actor, wanted: Sequence[Wanted], *, agents: Sequence[int], room_key: str, accepted: str, but: Sequence[int] = ()
) -> list[str]:
    """What stands in the way is told before anything is saved; what was told and confirmed passes. Returns it, for the journal.

    Raises:
        Clashes: something that the actor has not confirmed.
    """
    found = clashes_of(actor, wanted, agents=agents, room_key=room_key, but=but)
    mark = mark_of(found)
    if found and accepted != mark:
        raise Clashes(_("Something stands in the way. Nothing is saved yet."), clashes=found, mark=mark)
    return [one.key for one in found]
