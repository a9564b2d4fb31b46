"""The years of a dossier."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from parvis.kernel import asof, clock
from parvis.kernel.actor import Actor
from parvis.ui import formats
from parvis.ui.fields import read_day
from parvis.ui.http import page, part_asked, screen

from .. import access, services
from ..selectors import chronicle, days_of, readings_of, steps_of
from ..years import band_of, hidden_sources, latest_turnings, life_of, months_of, shown_elsewhere
from ._common import name_of, visible


def _say(start: dt.date, end: dt.date | None) -> str:
    return formats.day(start) if end is None else formats.period(start, end)


def _day(text: str) -> dt.date | None:
    return read_day(text)


#: Turning points told in words below the band, where it stands on the page of the dossier.
LATEST = 4


@screen(access=access.can_read_journal, parts=("life",))
def years(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Twenty years at a glance; a year opens its months, with entries a page at a time. ``on`` reads up to a past day. The page of a
    dossier with some years asks for the part that is the glance."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    dossier = visible(request, uuid)
    today = clock.today()
    view = asof.view()
    asked = view.day if view is not None else _day(request.GET.get("on", ""))
    if view is not None and view.day < dossier.opened_on:
        return page(request, "dossiers/not_yet.html", {"dossier": dossier, "lead_name": name_of(dossier), "day": view.day})
    until = asked if asked is not None and dossier.opened_on <= asked < today else today
    life = life_of(actor, dossier, until)
    within = part_asked(request) == "life"
    base = reverse("journal:years", args=[dossier.uuid]) if within else ""
    life = shown_elsewhere(life, base) if within else life
    wanted = request.GET.get("year", "")
    opened = int(wanted) if wanted.isdecimal() and len(wanted) == 4 and life.first <= int(wanted) <= life.last else None
    context: dict[str, Any] = {
        "dossier": dossier,
        "lead_name": name_of(dossier),
        "life": life,
        "band": band_of(life, _say, base=base),
        "latest": latest_turnings(life, LATEST) if within else [],
        "within": within,
        "hidden": hidden_sources(actor),
        "opened": opened,
        "until": until,
        "past": until != today,
        "kept": f"&on={until.isoformat()}" if until != today and view is None else "",
        "may_write": False,
    }
    if opened is not None:
        context |= _opened(request, actor, dossier, opened, until)
    return page(request, "journal/years.html", context)


def _opened(request: HttpRequest, actor: Actor, dossier: Any, year: int, until: dt.date) -> dict[str, Any]:
    months = months_of(actor, dossier, year, until)
    wanted = request.GET.get("month", "")
    month = int(wanted) if wanted.isdecimal() and len(wanted) < 3 and 1 <= int(wanted) <= 12 else None
    first = dt.date(year, month or 1, 1)
    after = dt.date(year + 1, 1, 1) if month in (None, 12) else dt.date(year, month + 1, 1)
    last = min(after - dt.timedelta(days=1), until)
    found = chronicle(actor, dossier, after=request.GET.get("after", ""), since=first, until=last, known_on=asof.known_on())
    services.note_opened(actor=actor, entries=found.entries)
    today = asof.view() is None  # who opened a note and what became of a step is told of today alone
    days = days_of(
        found.entries,
        actor,
        readings=readings_of(actor, found.entries) if today else None,
        steps=steps_of(found.entries) if today else None,
    )
    figures = {one.first: one for one in months}
    grouped: list[dict[str, Any]] = []
    for day, lines in days:
        key = day.replace(day=1)
        if not grouped or grouped[-1]["first"] != key:
            grouped.append({"first": key, "month": figures.get(key), "days": []})
        grouped[-1]["days"].append((day, lines))
    return {"months": months, "month": first if month else None, "groups": grouped, "following": found.following}
