"""The appointments of a file, and one of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from parvis.kernel import asof
from parvis.kernel.actor import Actor
from parvis.kernel.links import link
from parvis.kernel.subject import SubjectRef
from parvis.ui.http import page, part_asked, screen

from .. import access
from ..enums import State
from ..forms import MissForm
from ..models import Appointment, Occurred
from ..past import as_they_stood, listed_then
from ..selectors import Clash, Wanted, clashes_of, meetings_of, past_of, to_send
from ..selectors.reading import agents_of, series_of, with_agents
from ._common import about, file_of, found, read

SHOWN, PAST_SHOWN = 3, 2
MOST, MOST_PAST = 60, 100


@screen(access=access.can_read, parts=("appointments",))
def of(request: HttpRequest, kind: str, number: int) -> HttpResponse:
    """Those to come and those that are over. The panel of the file is the part of this page that names the next ones."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    context = file_of(request, kind, number)
    subject = context["subject"]
    panel = part_asked(request) == "appointments"
    # The panel belongs to the file's own page: one reading, not two.
    read(request, subject, screen="dossiers.detail" if panel else "")
    if (view := asof.view()) is not None:
        return page(request, "agenda/of.html", context | _of_then(actor, subject, view, panel=panel))
    coming = meetings_of(actor, subject, limit=(SHOWN if panel else MOST) + 1)
    past = past_of(actor, subject, limit=(PAST_SHOWN if panel else MOST_PAST) + 1)
    most, most_past = (SHOWN, PAST_SHOWN) if panel else (MOST, MOST_PAST)
    context |= {
        "coming": _lines(actor, coming[:most]),
        "past": _lines(actor, past[:most_past]),
        "more": len(coming) > most or len(past) > most_past,
        "may_book": access.can_book(actor) and not access.why_nothing_is_added(actor, subject),
        "loaded": True,
    }
    return page(request, "agenda/of.html", context)


def _of_then(actor: Actor, subject: SubjectRef, view: asof.PastView, *, panel: bool) -> dict[str, Any]:
    """Those of a past day: nothing to book."""
    coming, past = listed_then(actor, subject, view)
    most, most_past = (SHOWN, PAST_SHOWN) if panel else (MOST, MOST_PAST)
    return {
        "coming": _lines(actor, coming[:most]),
        "past": _lines(actor, past[:most_past]),
        "more": len(coming) > most or len(past) > most_past,
        "may_book": False,
        "loaded": True,
    }


def _lines(actor: Actor, rows: list[Appointment]) -> list[dict[str, Any]]:
    return [
        {
            "row": row,
            "text": row.text if access.reads_words(actor, row) else "",
            "agents": ", ".join(_names(row)),
        }
        for row in rows
    ]


def _names(row: Appointment) -> list[str]:
    """Who is there; on a past day, who was to be there then."""
    return list(getattr(row, "agents_then", None) or (one.display_name for one in agents_of(row)))


@screen(access=access.can_read)
def appointment(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One appointment: when, where, who; what can be done with it, and what happened to it."""
    row = found(request, uuid)
    read(request, row.subject)
    if (view := asof.view()) is not None:
        return _then(request, row, view)
    return page(request, "agenda/appointment.html", context_of(request, row))


def _then(request: HttpRequest, row: Appointment, view: asof.PastView) -> HttpResponse:
    """The appointment as it stood on a past day: nothing to move, to tell or to settle."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not as_they_stood([row], view):
        return page(request, "agenda/not_yet.html", {**about(actor, row.subject), "row": row, "day": view.day})
    context = {
        **about(actor, row.subject),
        "row": row,
        "text": row.text if access.reads_words(actor, row) else "",
        "agents": _names(row),
        "person": link(actor, row.person_ref) if row.person_ref else None,
        "others": as_they_stood(list(with_agents(Appointment.objects.visible_to(actor).filter(series=row.series))[:100]), view)
        if row.series
        else [],
        "history": Occurred.objects.visible_to(actor).filter(appointment=row, at__lt=view.until).order_by("-at", "-pk")[:50],
        "invitations": [one for one in to_send(row) if one.at < view.until],
        "miss_form": MissForm(),
    }
    return page(request, "agenda/appointment.html", context)


def _untold(row: Appointment) -> bool:
    """There is something that the person does not know yet."""
    return row.told_lock != row.lock if row.is_booked else row.state == State.CANCELLED and row.told_otherwise


def _in_the_way(actor: Actor, row: Appointment) -> list[Clash]:
    """Who of those who will be there is taken elsewhere at that hour, or absent: it was booked all the same, or taken over with the file."""
    wanted = [Wanted(row.starts_at, row.ends_at)]
    found = clashes_of(actor, wanted, agents=[one.pk for one in agents_of(row)], but=[row.pk])
    return [one for one in found if one.kind in ("agent", "absence")]


def context_of(request: HttpRequest, row: Appointment) -> dict[str, Any]:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    may_write = access.can_book(actor) and not access.why_nothing_is_added(actor, row.subject)
    return {
        **about(actor, row.subject),
        "row": row,
        "text": row.text if access.reads_words(actor, row) else "",
        "agents": [one.display_name for one in agents_of(row)],
        "person": link(actor, row.person_ref) if row.person_ref else None,
        "others": series_of(row),
        "history": Occurred.objects.visible_to(actor).filter(appointment=row).order_by("-at", "-pk")[:50],
        "invitations": to_send(row),
        "may_write": may_write and row.is_booked,
        "may_tell": may_write and not row.is_over and _untold(row),
        "may_follow": may_write and row.state == "missed",
        "over": row.is_over,
        "in_the_way": _in_the_way(actor, row) if may_write and row.is_booked and not row.is_over else [],
        "miss_form": MissForm(),
    }
