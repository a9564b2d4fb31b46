"""Reading the chronicle, newest first, page by page without counting or skipping."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from parvis.dossiers.api import Dossier
from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.ui import formats

from .enums import ICONS, EntryKind
from .models import Entry

PAGE = 30


@dataclass(frozen=True)
class Chronicle:
    entries: list[Entry]
    following: str = ""


def chronicle(
    actor: Actor,
    dossier: Dossier,
    *,
    kinds: list[str] | None = None,
    after: str = "",
    limit: int = PAGE,
    until: dt.date | None = None,
) -> Chronicle:
    """A page of entries that the actor may read. ``after`` is the mark that the page before gave; ``until`` reads up to a day."""
    rows: QuerySet[Entry] = Entry.objects.visible_to(actor).filter(dossier=dossier)
    if kinds:
        rows = rows.filter(kind__in=kinds)
    if until is not None:
        rows = rows.filter(happened_at__lt=end_of(until))
    if after:
        instant, _sep, number = after.partition("_")
        try:
            mark = dt.datetime.fromisoformat(instant)
            rows = rows.filter(Q(happened_at__lt=mark) | Q(happened_at=mark, pk__lt=int(number)))
        except ValueError:
            pass  # a mark that somebody edited: start from the top
    found = list(rows.order_by("-happened_at", "-pk")[: limit + 1])
    following = ""
    if len(found) > limit:
        last = found[limit - 1]
        following = f"{last.happened_at.isoformat()}_{last.pk}"
    return Chronicle(found[:limit], following)


def count_entries(actor: Actor, dossier_id: int, until: dt.date | None = None) -> int:
    """Entries that the actor may read; what is restricted does not show in the count either."""
    rows = Entry.objects.visible_to(actor).filter(dossier=dossier_id)
    return int((rows.filter(happened_at__lt=end_of(until)) if until else rows).count())


def end_of(day: dt.date) -> dt.datetime:
    """The first instant after a day, in the instance's zone."""
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), clock.zone())


def line_of(entry: Entry) -> str:
    """The headline of an entry, in the reader's language for steps."""
    message: dict[str, Any] | None = entry.message
    if message:
        try:
            return gettext(message["text"]) % {name: formats.label(value) for name, value in message["values"].items()}
        except (KeyError, TypeError, ValueError):
            return str(message.get("text", ""))
    return entry.title or str(EntryKind(entry.kind).label)


TINTS = {EntryKind.NOTE: "", EntryKind.INTERVIEW: "p", EntryKind.VISIT: "o", EntryKind.CALL: "", EntryKind.MAIL: "l", EntryKind.STEP: "p"}


@dataclass(frozen=True)
class Line:
    """An entry as a page prints it."""

    entry: Entry
    title: str
    icon: str
    tint: str
    mine: bool


def days_of(entries: list[Entry], actor: Actor) -> list[tuple[dt.date, list[Line]]]:
    """Entries under the days on which they happened, in the instance's zone."""
    days: list[tuple[dt.date, list[Line]]] = []
    for entry in entries:
        day = clock.date_of(entry.happened_at)
        if not days or days[-1][0] != day:
            days.append((day, []))
        mine = entry.author_id is not None and entry.author_id == actor.account_id
        tint = "h" if entry.restricted else TINTS[EntryKind(entry.kind)]
        days[-1][1].append(Line(entry, line_of(entry), icon_of(entry), tint, mine))
    return days


def icon_of(entry: Entry) -> str:
    return "lock" if entry.restricted else ICONS[EntryKind(entry.kind)]
