"""The file passes to another agent, and its appointments to come with it. Who may pass the file on was decided by the gesture that does it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from parvis.identity.api import Account
from parvis.kernel import jobs
from parvis.kernel.actor import Actor
from parvis.kernel.events import publish
from parvis.kernel.gestures import gesture
from parvis.kernel.subject import SubjectRef

from ..enums import Fate, Happened
from ..events import AppointmentsPassed
from ..models import Appointment, Attendance, Invitation
from ..selectors.passing import Passing, coming_of, passings
from ..selectors.reading import agents_of
from ._common import happened, record, save, still_told
from .inviting import tell_again


@gesture
def pass_on(
    *, actor: Actor, subject: SubjectRef, leaving: Collection[int], heir: Account | None, on: dt.date, until: dt.date | None = None
) -> list[Passing]:
    """From ``on`` until ``until`` (half-open) the heir is at the appointments of a file in the place of the agents who leave them. One at an hour
    when the heir is taken goes along all the same, and says so: the caller sees that somebody settles it. Without an heir they stand as they
    are. A person who was given the name of who leaves is told the new one. Safe to repeat.
    """
    if heir is not None:
        Account.objects.select_for_update().get(pk=heir.pk)  # two who give the same colleague an hour see each other
    rows = [row for row in coming_of(subject, on) if until is None or row.day < until]
    found = passings(rows, leaving=leaving, heirs={subject.id: heir.pk if heir else None})
    if heir is None or not found:
        return found
    for one in found:
        _pass(actor, one, heir)
    first = found[0].row
    gone = {pk for one in found for pk in one.leaving}
    publish(
        AppointmentsPassed(
            actor=actor,
            appointment_id=first.pk,
            subject=subject,
            starts_at=first.starts_at,
            place=first.place,
            times=len(found),
            from_label=", ".join(sorted(Account.objects.filter(pk__in=gone).values_list("display_name", flat=True))),
            to_label=heir.display_name,
            taken=sum(1 for one in found if one.fate == Fate.TAKEN),
        )
    )
    return found


def _pass(actor: Actor, one: Passing, heir: Account) -> None:
    row = one.row
    before = sorted(agent.pk for agent in agents_of(row))
    names = ", ".join(agent.display_name for agent in agents_of(row) if agent.pk in one.leaving)
    Attendance.unscoped.filter(appointment=row, account__in=one.leaving).delete()
    if one.fate != Fate.THERE:
        Attendance.unscoped.create(appointment=row, account=heir)
    after = sorted({*before, heir.pk} - set(one.leaving))
    save(row, **still_told(row))
    happened(actor, row, Happened.CHANGED, note=f"{names} → {heir.display_name}")
    record(actor, "agenda.passed", row, {"agents": [str(before), str(after)], "fate": one.fate})
    if one.tells:
        last = Invitation.unscoped.filter(appointment=row).order_by("-at", "-pk").first()
        made = tell_again(actor=actor, row=_fresh(row), way=last.way if last else "")
        if made is not None:
            jobs.enqueue("agenda.invitation", SubjectRef("invitation", made.pk), version="1")


def _fresh(row: Appointment) -> Appointment:
    return Appointment.unscoped.get(pk=row.pk)
