"""The day of a request can be corrected, never dressed: old value, author and reason stay (F5)."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.errors import NotAllowed
from parvis.kernel.events import publish
from parvis.kernel.gestures import gesture

from .. import access
from ..enums import UNDECIDED, ClockKind
from ..errors import RequestError
from ..events import RequestDateCorrected
from ..models import Request, RequestDateCorrection, RequestLine
from ._common import record
from .clocks import restart_clock

OLDEST = timedelta(days=366)


@gesture
def correct_request_date(*, actor: Actor, request: Request, new_on: date, reason: str) -> Request:
    """The request was made on another day than the register says; the term to decide runs from that day.

    Raises:
        NotAllowed: not an agent who registers in this unit.
        RequestError: no reason, a day after the receipt, more than a year before it, or all is decided.
    """
    if not (actor.is_system or (access.can_correct(actor) and access.registers_in(actor, request.unit_id))):
        raise NotAllowed(_("You may not correct the day of this request."))
    return correct_day(actor, request, new_on, reason)


def correct_day(actor: Actor, request: Request, new_on: date, reason: str) -> Request:
    if not reason.strip():
        raise RequestError(_("Say why the day is corrected."), field="reason", code="no_reason")
    received = clock.date_of(request.received_at)
    if new_on > received:
        raise RequestError(_("A request cannot be later than its receipt (%(day)s).") % {"day": received}, field="new_on", code="later")
    if new_on < received - OLDEST:
        raise RequestError(_("This day is more than a year before the receipt."), field="new_on", code="too_old")
    if new_on == request.requested_on:
        raise RequestError(_("The register says this day already."), field="new_on", code="same")
    open_lines = list(RequestLine.unscoped.filter(request=request, stage__in=UNDECIDED))
    if not open_lines:
        raise RequestError(_("Everything in this request is decided: its day no longer changes."), code="decided")
    old_on = request.requested_on
    RequestDateCorrection.objects.create(
        request=request,
        old_on=old_on,
        new_on=new_on,
        reason=reason.strip(),
        recorded_at=clock.now(),
        author_id=actor.account_id,
        author_label=actor.label[:191],
    )
    Request.unscoped.filter(pk=request.pk).update(requested_on=new_on)
    request.requested_on = new_on
    for line in open_lines:
        restart_clock(actor=actor, line_id=line.pk, kind=ClockKind.DECIDE, on=new_on, started_by=request.number)
    record(actor, "request_day_corrected", request, {"requested_on": [old_on, new_on]}, note=reason.strip())
    publish(
        RequestDateCorrected(
            actor=actor,
            request_id=request.pk,
            number=request.number,
            dossier_id=request.dossier_id,
            old_on=old_on,
            new_on=new_on,
            reason=reason.strip(),
        )
    )
    return request
