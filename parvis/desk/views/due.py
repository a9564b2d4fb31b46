"""The calendar of due actions, and the agent's own as a calendar file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from parvis.agenda.api import Meeting, between, can_book, feed_by, feed_used
from parvis.agenda.enums import Place
from parvis.identity.api import actor_for
from parvis.kernel import asof, clock
from parvis.kernel.actor import Actor
from parvis.kernel.asof import PastView
from parvis.kernel.gestures import gesture_scope
from parvis.kernel.mutations import record
from parvis.kernel.subject import SubjectRef
from parvis.ui import formats, ics
from parvis.ui.http import page, screen
from parvis.workflows.api import WorkItem, cards, item_url

from .. import access
from ..due import MONTH, OTHER, PLANNED, WEEK, beside, due, holders, kinds, meetings, own_days, rows_for
from ..past_due import READ, choices, due_then, open_tasks
from .tasks import MANY, heirs_of

FIRST_LATE = 5
"""Of what is past its day, so many stand open above the calendar; the others are folded."""
FIRST_YEAR, LAST_YEAR = 2000, 2100
#: How far back and ahead another calendar sees appointments.
PAST, AHEAD = dt.timedelta(days=31), dt.timedelta(days=366)


def _asked(text: str) -> dt.date:
    """The day in the address, else the one on which the reader reads."""
    try:
        day = dt.date.fromisoformat(text[:10])
    except ValueError:
        return asof.day()
    return day if FIRST_YEAR <= day.year < LAST_YEAR else asof.day()


@screen(access=access.works_here)
def calendar(request: HttpRequest) -> HttpResponse:
    """What is due, day by day: for oneself, for the team of who leads it; chosen ones go to a colleague in one action (B56)."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    leads = access.may_lead(actor)
    which = request.GET.get("list", "")
    which = which if which in ("todo", "team") else "team" if leads else "todo"
    which = which if leads else "todo"
    view = MONTH if request.GET.get("view") == MONTH else WEEK
    day = _asked(request.GET.get("on", ""))
    if (past := asof.view()) is not None:
        return page(request, "desk/due_then.html", _then(request, past, which, view, day))
    agents, found_kinds = holders(actor, which), kinds(actor, which)
    who, kind = request.GET.get("who", ""), request.GET.get("kind", "")
    who = who if who in dict(agents) else ""
    kind = kind if kind in dict(found_kinds) else ""
    met = [] if kind else meetings(actor, view, day, which, who)
    found = due(actor, rows_for(actor, which, who, kind), view, day, met)
    wanted = request.GET.get("choose", "")
    number = min(int(wanted), 100) if wanted.isdecimal() and len(wanted) < 4 else 0
    in_order = [*found.late, *(row for week in found.weeks for one in week for row in one.rows)]
    address = _addresses(which if leads else "", view, day, who, kind)
    context: dict[str, Any] = {
        "due": found,
        "first_late": FIRST_LATE,
        "late_rest": len(found.late) - FIRST_LATE,
        "nothing": not (found.total or found.late_total or found.meets),
        "may_book": can_book(actor),
        "which": which,
        "leads": leads,
        "view": view,
        "day": day,
        "title": formats.day(day, "month").capitalize() if view == MONTH else _week(found.weeks[0][0].on),
        "who": who,
        "kind": kind,
        "agents": agents,
        "kinds": found_kinds,
        "narrowed": bool(who or kind),
        "heirs": heirs_of(actor) if leads else [],
        "many": MANY,
        "ticked": {row.item.pk for row in in_order[:number]},
        "urls": {
            "here": address(),
            "today": address(on=clock.today().isoformat()),
            "choose": address(choose=str(MANY)),
            "bare": address(who="", kind=""),
        }
        | _steps(address, view, day),
        **_ways(address, which, view),
    }
    return page(request, "desk/due.html", context)


def _addresses(which: str, view: str, day: dt.date, who: str, kind: str) -> Callable[..., str]:
    """The address of this page, with something else in it."""
    own = reverse("desk:due")

    def address(**more: str) -> str:
        kept = {"list": which, "view": view, "on": day.isoformat(), "who": who, "kind": kind} | more
        return f"{own}?{urlencode({key: value for key, value in kept.items() if value})}"

    return address


def _steps(address: Callable[..., str], view: str, day: dt.date) -> dict[str, str]:
    before, after = beside(view, day)
    return {"before": address(on=before.isoformat()), "after": address(on=after.isoformat())}


def _ways(address: Callable[..., str], which: str, view: str) -> dict[str, Any]:
    return {
        "views": [
            {"label": _("Week"), "url": address(view=WEEK), "current": view == WEEK},
            {"label": _("Month"), "url": address(view=MONTH), "current": view == MONTH},
        ],
        "scopes": [
            {"label": _("My team"), "url": address(list="team", who="", kind=""), "current": which == "team"},
            {"label": _("Me"), "url": address(list="todo", who="", kind=""), "current": which == "todo"},
        ],
        "week_url": address(view=WEEK, on="") + "&on=",
    }


def _then(request: HttpRequest, past: PastView, which: str, span: str, day: dt.date) -> dict[str, Any]:
    """What was due, as it stood on a past day: what was open then, with whom, until when; nothing to hand over or to book."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    items, more = open_tasks(actor, past, which)
    agents, found_kinds = choices(items)
    who, kind = request.GET.get("who", ""), request.GET.get("kind", "")
    who = who if who in dict(agents) or who == "nobody" else ""
    kind = kind if kind in dict(found_kinds) else ""
    found = due_then(actor, items, past, span=span, day=day, which=which, who=who, kind=kind, more=more)
    leads = access.may_lead(actor)
    address = _addresses(which if leads else "", span, day, who, kind)
    return {
        "due": found,
        "most": READ,
        "past": past,
        "first_late": FIRST_LATE,
        "late_rest": len(found.late) - FIRST_LATE,
        "nothing": not (found.total or found.late_total or found.meets),
        "which": which,
        "leads": leads,
        "view": span,
        "day": day,
        "title": formats.day(day, "month").capitalize() if span == MONTH else _week(found.weeks[0][0].on),
        "who": who,
        "kind": kind,
        "agents": [*agents, ("nobody", _("Nobody holds it"))],
        "kinds": found_kinds,
        "narrowed": bool(who or kind),
        "urls": {"here": address(), "then": address(on=past.day.isoformat()), "bare": address(who="", kind="")}
        | _steps(address, span, day),
        **_ways(address, which, span),
    }


def _week(monday: dt.date) -> str:
    """ "16/11 – 22/11/2026"."""
    sunday = monday + dt.timedelta(days=6)
    return f"{formats.day(monday, 'short')} – {formats.day(sunday)}"


@screen(access=access.works_here)
def calendar_file(request: HttpRequest) -> HttpResponse:
    """The agent's own due actions for another calendar. It goes outside: fixed words and numbers of files; nothing that somebody wrote."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    days = _days(request, actor)
    with gesture_scope():
        record(
            "context:desk",
            actor=actor,
            verb="calendar_exported",
            subject=SubjectRef("tasks", 0),
            values={"format": "ics", "rows": len(days)},
        )
    body = ics.calendar(days, name=_("My due actions"), now=clock.now())
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="parvis.ics"'
    return response


def _days(request: HttpRequest, actor: Actor) -> list[ics.Day]:
    items = own_days(actor)
    about = cards(actor, [item.subject for item in items])
    days = []
    for item in items:
        number = about[item.subject].detail if item.subject in about else ""
        title = _words(item)
        days.append(
            ics.Day(
                uid=_uid(request, item.uuid),
                on=item.due_on,
                title=f"{title} · {number}" if _is_number(number) else title,
                url=request.build_absolute_uri(item_url(item)),
            )
        )
    return days


def _uid(request: HttpRequest, uuid: UUID) -> str:
    return f"{uuid}@{request.get_host().split(':')[0]}"


@screen(public=True)
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """What another calendar reads under an agent's own address: appointments and due actions, with the rights of that agent at that moment. It
    opens nothing else, and says nothing of what was wrong with an address."""
    found = feed_by(secret)
    if found is None:
        raise Http404("feed")
    actor = replace(actor_for(found.account), origin="calendar", screen="desk.feed")
    if not access.works_here(actor):
        raise Http404("feed")
    with override(found.account.language):
        now = clock.now()
        meets = between(actor, now - PAST, now + AHEAD)
        events = [*(_hours(request, one, names=found.with_names) for one in meets), *_days(request, actor)]
        body = ics.calendar(events, name=_("My calendar"), now=now)
        feed_used(actor=actor, feed=found, rows=len(events))
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response["Cache-Control"] = "private, no-store"
    return response


def _hours(request: HttpRequest, one: Meeting, *, names: bool) -> ics.Hours:
    """The kind of place and the number of the file; its name where the agent asked for it. What it is about stays in the house."""
    row = one.row
    number, _sep, _name = one.title.partition(" · ")
    about = (one.title if names else number) if one.open else _("occupied")
    return ics.Hours(
        uid=_uid(request, row.uuid),
        start=row.starts_at,
        end=row.ends_at,
        title=f"{row.get_place_display()} · {about}" if one.open else about,
        place=row.room if one.open and row.place == Place.OFFICE else "",
        url=request.build_absolute_uri(one.url) if one.url else "",
        number=row.lock,
    )


def _words(item: WorkItem) -> str:
    """What is to be done, by the words of the filter: the title of a step, never one that an agent gave."""
    if item.subject_type == "journal_turn":
        return str(PLANNED)
    return formats.label(item.title) if item.step and not item.subject_type.startswith("journal_") else str(OTHER)


def _is_number(text: str) -> bool:
    """A number of a file ("2026-00417", "2026/00412"), never a name."""
    return bool(text) and len(text) <= 20 and all(char.isdecimal() or char in "-/" for char in text)
