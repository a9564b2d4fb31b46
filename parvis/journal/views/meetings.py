"""What was said at an appointment: the entry is ready, and saving it says that the appointment was held (nothing is typed twice)."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from parvis.agenda import api as agenda
from parvis.agenda.enums import Place, State
from parvis.dossiers.api import Dossier
from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.scope import may_see
from parvis.kernel.terms import is_closed
from parvis.ui import formats
from parvis.ui.http import done, errors_on, invalid, page, screen

from .. import access, services
from ..enums import EntryKind
from ._common import blank_form, name_of, visible

KINDS = {Place.OFFICE: EntryKind.INTERVIEW, Place.HOME: EntryKind.VISIT, Place.PHONE: EntryKind.CALL, Place.VIDEO: EntryKind.CALL}
SOON = 3


@screen(access=access.can_write_entry, methods=("GET", "POST"), creates=True)
def meeting(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Held: kind, person, day and minutes stand there. Missed: a note with a next step stands there."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = agenda.by_uuid(actor, uuid)
    found = Dossier.objects.visible_to(actor).filter(pk=row.subject_id).first() if row and row.subject_type == "dossier" else None
    if row is None or found is None:
        raise Http404("appointment")
    dossier = visible(request, found.uuid)
    holds = row.is_booked and row.is_over
    form = blank_form(request, dossier, full=True, initial=_begun(actor, row))
    context = {"dossier": dossier, "lead_name": name_of(dossier), "form": form, "row": row, "holds": holds}
    if request.method == "POST":
        if form.is_valid():
            values = form.values(actor)
            if form.cleaned_data.get("happened_on") in (None, row.day):
                values["happened_at"] = min(row.starts_at, clock.now())
            with errors_on(form):
                services.write_down(actor=actor, dossier=dossier, meeting=row if holds else None, **values)
                message = _("Held, and written in the journal.") if holds else _("Added to the journal.")
                return done(request, reverse("dossiers:detail", args=[dossier.uuid]), message)
        return invalid(request, "journal/meeting.html", context)
    return page(request, "journal/meeting.html", context)


def _begun(actor: Actor, row: agenda.Appointment) -> dict[str, Any]:
    words = row.text if may_see(actor, row.data_class) else ""
    begun: dict[str, Any] = {"person": str(row.person_id or ""), "happened_on": row.day}
    if row.state == State.MISSED:
        missed = _("Appointment on %(when)s missed") % {"when": formats.moment(row.starts_at)}
        text = ". ".join(part for part in (missed, row.reason) if part)
        return begun | {
            "kind": str(EntryKind.NOTE),
            "text": text,
            "next_text": _("Get in touch after the missed appointment"),
            "next_on": _soon(),
        }
    kind = KINDS.get(Place(row.place), EntryKind.INTERVIEW)
    return begun | {"kind": str(kind), "text": f"{words}\n\n" if words else "", "minutes": row.minutes}


def _soon() -> dt.date:
    """Three open days from now."""
    day, left = clock.today(), SOON
    while left:
        day += dt.timedelta(days=1)
        left -= not is_closed(day)
    return day
