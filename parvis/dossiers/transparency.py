"""What the person sees of who opened their file: the same list on the portal, on paper, and before the chief who prepares it (E11)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.identity.api import Function, functions_held
from parvis.kernel import clock
from parvis.kernel.models import ReadLine
from parvis.kernel.registries import read_parts
from parvis.ui import formats

from .enums import DelayKind
from .lookups import Purpose
from .selectors import log_delays, papers_of, protected_since

MOST = 500

#: What was opened, said to the person.
THINGS = {
    "dossier": gettext_lazy("your file"),
    "person": gettext_lazy("your personal card"),
    "request": gettext_lazy("your request"),
    "document": gettext_lazy("a document of your file"),
    "proposal": gettext_lazy("the proposal about your request"),
    "decision": gettext_lazy("the decision about your request"),
    "entitlement": gettext_lazy("your aid and its payments"),
    "claim": gettext_lazy("a sum that is asked back"),
}
#: Why, said to the person: the relation to the file. What the agent wrote stays with the centre: it may speak of somebody else.
WHY = {
    Purpose.REFERENT: gettext_lazy("follows your file"),
    Purpose.SERVICE: gettext_lazy("works on your file for the centre"),
    Purpose.BEFORE: gettext_lazy("followed your file before, and may still read it until a set day"),
    Purpose.OPENING: gettext_lazy("opened it exceptionally, with a written reason; those responsible for your file were told at once"),
    Purpose.REASON: gettext_lazy("an unusual reading; the reason was asked for at once, and the auditor examines it"),
    Purpose.API: gettext_lazy("works on your file for the centre, through a program"),
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


def persons_list(dossier_id: int, *, person_id: int | None = None, request_id: int | None = None, on_paper: bool = False) -> PersonsList:
    """Who opened a dossier, as the person sees it now.

    Args:
        person_id: the person's own card is told too, of who opened this file on the same day: another file in which the person stands
            may be that of somebody in danger, and who looks from there is not told here.
        request_id: so is the request by which the person came.
        on_paper: the sheet that the chief prints; names, where the centre gives them, stand on it alone. On the portal they would turn
            into functions on the day on which an address is protected, and say so.
    """
    since = protected_since(dossier_id)
    days = int(settings.PARVIS["access_log_delay_days"]) if since is not None else 0
    hidden = withheld(dossier_id, clock.today())
    if since is not None:
        # What was seen before the protection goes on being seen: lines that vanish would tell of it.
        hidden.append((max(since, clock.now() - dt.timedelta(days=days)), _midnight(dt.date.max - dt.timedelta(days=2))))
    found = list(_shown(_of(dossier_id, request_id), hidden))
    rows = found[:MOST]
    if person_id is not None and rows:
        days_of = {(row.actor_id, row.behalf_id, clock.date_of(row.read_at)) for row in rows}
        readers = Q(actor_id__in={row.actor_id for row in rows}, read_at__gte=rows[-1].read_at - dt.timedelta(days=1))
        cards = _shown(Q(subject_type="person", subject_id=person_id) & readers, hidden)
        rows += [row for row in cards if (row.actor_id, row.behalf_id, clock.date_of(row.read_at)) in days_of]
        rows = sorted(rows, key=lambda row: (row.read_at, row.pk), reverse=True)[:MOST]
    named = on_paper and settings.PARVIS["access_shows"] == "name" and not days
    return PersonsList(_told(rows, named=named), days, len(found) > MOST)


def _shown(wanted: Q, hidden: list[tuple[dt.datetime, dt.datetime]]) -> QuerySet[ReadLine]:
    """Readings by agents, the latest first, outside the spans of which nothing is told."""
    rows = ReadLine.objects.filter(wanted, actor_id__isnull=False).exclude(purpose__startswith=Purpose.SIMULATION.value)
    for start, end in hidden:
        rows = rows.exclude(read_at__gte=start, read_at__lt=end)
    return rows.order_by("-read_at", "-pk")[: MOST + 1]


def _of(dossier_id: int, request_id: int | None) -> Q:
    wanted = Q(subject_type="dossier", subject_id=dossier_id)
    wanted |= Q(subject_type="document", subject_id__in=papers_of(dossier_id))
    for kind, ids in read_parts.items():  # a proposal, a decision or a payment is read outside the file too
        wanted |= Q(subject_type=kind, subject_id__in=ids(dossier_id))
    if request_id is not None:
        wanted |= Q(subject_type="request", subject_id=request_id)
    return wanted


def withheld(dossier_id: int, day: dt.date) -> list[tuple[dt.datetime, dt.datetime]]:
    """Spans of time (from, until; half-open) of which the person sees no reading on this day."""
    spans = []
    for row in log_delays(dossier_id):
        running = row.live == 1 and day < row.until
        if running:
            spans.append((_midnight(row.from_day), _midnight(dt.date.max - dt.timedelta(days=2))))
        elif row.kind == DelayKind.WITHHELD:
            # A delay that had lapsed when the next one was ruled ended on its own day.
            lapsed = _midnight(row.until)
            spans.append((_midnight(row.from_day), min(row.ended_at, lapsed) if row.ended_at else lapsed))
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
