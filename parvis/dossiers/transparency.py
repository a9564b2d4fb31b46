"""What the person sees of who opened their file: the same list on the portal, on paper, and before the chief who prepares it (E11)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.identity.api import Function, functions_held
from parvis.kernel import clock
from parvis.kernel.models import ReadLine
from parvis.ui import formats

from .enums import DelayKind
from .lookups import Purpose
from .selectors import in_safety, log_delays, papers_of

MOST = 500

#: What was opened, said to the person.
THINGS = {
    "dossier": gettext_lazy("your file"),
    "person": gettext_lazy("your personal card"),
    "request": gettext_lazy("your request"),
    "document": gettext_lazy("a document of your file"),
}
#: Why, said to the person: the relation to the file. What the agent wrote stays with the centre: it may speak of somebody else.
WHY = {
    Purpose.REFERENT: gettext_lazy("follows your file"),
    Purpose.SERVICE: gettext_lazy("works on your file for the centre"),
    Purpose.OPENING: gettext_lazy("opened it exceptionally, with a written reason; those responsible for your file were told at once"),
    Purpose.REASON: gettext_lazy("an unusual reading; the reason was asked for at once, and the auditor examines it"),
}


@dataclass(frozen=True)
class Shown:
    """One line of the person's list: a day, a function and service (or a name), why, what, and how often."""

    day: dt.date
    who: str
    service: str
    why: str
    what: str
    times: int
    exceptional: bool


@dataclass(frozen=True)
class PersonsList:
    lines: list[Shown]
    safety_days: int
    most: bool


def persons_list(dossier_id: int, *, person_id: int | None = None, request_id: int | None = None) -> PersonsList:
    """Who opened a dossier, as the person sees it now.

    Args:
        person_id: the person's own card is told too.
        request_id: so is the request by which the person came.
    """
    now = clock.now()
    days = _safety_days(dossier_id)
    rows = ReadLine.objects.filter(_of(dossier_id, person_id, request_id), actor_id__isnull=False)
    rows = rows.exclude(purpose__startswith=Purpose.SIMULATION.value)
    if days:
        rows = rows.filter(read_at__lte=now - dt.timedelta(days=days))
    for start, end in withheld(dossier_id, clock.today()):
        rows = rows.exclude(read_at__gte=start, read_at__lt=end)
    found = list(rows.order_by("-read_at", "-pk")[: MOST + 1])
    return PersonsList(_told(found[:MOST], named=settings.PARVIS["access_shows"] == "name" and not days), days, len(found) > MOST)


def _of(dossier_id: int, person_id: int | None, request_id: int | None) -> Q:
    wanted = Q(subject_type="dossier", subject_id=dossier_id)
    wanted |= Q(subject_type="document", subject_id__in=papers_of(dossier_id))
    if person_id is not None:
        wanted |= Q(subject_type="person", subject_id=person_id)
    if request_id is not None:
        wanted |= Q(subject_type="request", subject_id=request_id)
    return wanted


def _safety_days(dossier_id: int) -> int:
    return int(settings.PARVIS["access_log_delay_days"]) if in_safety(dossier_id) else 0


def withheld(dossier_id: int, day: dt.date) -> list[tuple[dt.datetime, dt.datetime]]:
    """Spans of time (from, until; half-open) of which the person sees no reading on this day."""
    spans = []
    for row in log_delays(dossier_id):
        running = row.live == 1 and day < row.until
        if running:
            spans.append((_midnight(row.from_day), _midnight(dt.date.max - dt.timedelta(days=2))))
        elif row.kind == DelayKind.WITHHELD:
            spans.append((_midnight(row.from_day), row.ended_at or _midnight(row.until)))
    return spans


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), clock.zone())


def _told(rows: list[ReadLine], *, named: bool) -> list[Shown]:
    """One line per day, reader's function, reason and thing: the pages of one visit are one reading to the person."""
    held = functions_held({pk for row in rows for pk in (row.actor_id, row.behalf_id) if pk is not None})
    found: dict[tuple[object, ...], list[object]] = {}
    for row in rows:
        day = clock.date_of(row.read_at)
        who, service, audits = _function(held.get(row.behalf_id or row.actor_id or 0, []), day)
        if row.behalf_id is not None:
            who = _("%(function)s (a replacement)") % {"function": who}
        if named:
            who = f"{row.actor_label} · {who}"
        code = row.purpose.partition(":")[0]
        why = str(WHY[Purpose(code)]) if code in WHY else _("for the work on your file")
        if code == Purpose.SERVICE and audits:
            why = _("checks the work of the centre")
        key = (day, who, service, why, str(THINGS[row.subject_type]), code in (Purpose.OPENING, Purpose.REASON))
        found.setdefault(key, []).append(row)
    return [
        Shown(day=key[0], who=key[1], service=key[2], why=key[3], what=key[4], times=len(rows_), exceptional=key[5])  # type: ignore[arg-type]
        for key, rows_ in found.items()
    ]


def _function(held: list[tuple[dt.date, dt.date, str, dict[str, str] | None]], day: dt.date) -> tuple[str, str, bool]:
    """The function of that day, its service, and whether it is the auditor's."""
    of_day = [(function, unit) for start, end, function, unit in held if start <= day < end]
    if not of_day:
        return _("an agent of the centre"), "", False
    function, unit = of_day[0]
    return function, formats.label(unit) if unit else "", function == str(Function.AUDITOR.label)
