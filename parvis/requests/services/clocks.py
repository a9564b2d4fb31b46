"""Legal clocks of a line. Each starts at an event, never at the moment of encoding."""

from __future__ import annotations

from datetime import date

from parvis.kernel import clock as time
from parvis.kernel.actor import Actor
from parvis.kernel.gestures import gesture
from parvis.kernel.terms import Term
from parvis.rules import api as rules
from parvis.workflows import api as workflows

from ..enums import ClockKind, StopReason
from ..models import Clock, RequestLine
from ._common import line_ref, record


def term_of(line: RequestLine, kind: str, day: date) -> tuple[str, Term] | None:
    """The term of law that the line's procedure names for this clock, as it holds on the day; None when it names none."""
    key = line.terms.get(ClockKind(kind).value)
    return (key, rules.term(key, day)) if key else None


@gesture
def start_clock(*, actor: Actor, line_id: int, kind: str, started_by: str, on: date | None = None) -> Clock | None:
    """Start a clock from the day of its event (today unless ``on``). ``started_by`` names the event ("Accusé de réception 2026/00412").
    One that runs already stays as it is. None when the procedure names no such term.
    """
    day = on or time.today()
    line = RequestLine.unscoped.select_related("request").get(pk=line_id)
    running = Clock.unscoped.filter(line=line, kind=kind, live=1).first()
    if running is not None:
        return running
    found = term_of(line, kind, day)
    if found is None:
        return None
    key, term = found
    row = Clock.unscoped.create(
        line=line,
        kind=kind,
        started_on=day,
        started_by=started_by[:191],
        term_key=key,
        term=term.to_json(),
        due_on=term.due(day),
        recorded_at=time.now(),
    )
    record(actor, "clock_started", line.request, {"kind": kind, "started_on": day, "due_on": row.due_on}, line=line, note=started_by)
    workflows.set_due(actor=actor, subject=line_ref(line.pk), due_on=row.due_on, kind=row.kind, started_on=day)
    return row


@gesture
def meet_clock(*, actor: Actor, line_id: int, kind: str, on: date | None = None) -> Clock | None:
    """What the clock asked for is done. Returns None when no such clock runs."""
    row = Clock.unscoped.select_related("line__request").filter(line_id=line_id, kind=kind, live=1, met_on__isnull=True).first()
    if row is None:
        return None
    row.met_on = on or time.today()
    row.stop_reason = StopReason.MET
    row.save(update_fields=["met_on", "stop_reason"])
    record(actor, "clock_met", row.line.request, {"kind": kind, "met_on": [None, row.met_on]}, line=row.line)
    return row


@gesture
def renew_clock(*, actor: Actor, line_id: int, kind: str, started_by: str, on: date | None = None) -> Clock | None:
    """A further decision on the same line asks for the same again: a met clock makes room for a new one and stays readable. One that
    still runs was not answered, and goes on: its day is the nearer one.
    """
    Clock.unscoped.filter(line_id=line_id, kind=kind, live=1, met_on__isnull=False).update(live=None)
    row: Clock | None = start_clock(actor=actor, line_id=line_id, kind=kind, started_by=started_by, on=on)
    return row


@gesture
def restart_clock(*, actor: Actor, line_id: int, kind: str, on: date, started_by: str) -> Clock | None:
    """Replace a running clock because the day of its event was corrected; the old one stays readable."""
    old = Clock.unscoped.filter(line_id=line_id, kind=kind, live=1).first()
    if old is not None:
        old.live = None
        old.stop_reason = StopReason.CORRECTED
        old.save(update_fields=["live", "stop_reason"])
    row = start_clock(actor=actor, line_id=line_id, kind=kind, on=on, started_by=started_by)
    if row is not None and old is not None and old.met_on is not None:
        row.met_on, row.stop_reason = old.met_on, StopReason.MET
        row.save(update_fields=["met_on", "stop_reason"])
    return row
