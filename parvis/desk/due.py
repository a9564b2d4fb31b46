"""The calendar of due actions: who owes what by which day, for a week or a month (B56, A17)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.agenda.api import Meeting, between
from parvis.identity.api import Account
from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.workflows.api import ItemState, WorkItem, items_for

from . import grids
from .todo import Row, rows_of

Rows = QuerySet[WorkItem]

WEEK, MONTH = "week", "month"
MOST_LATE = 100
MOST_SHOWN = 400
PLANNED, OTHER = gettext_lazy("Planned in a journal"), gettext_lazy("Other tasks")
A_DAY = 4
"""Actions of a day that a month has room for; the others are behind the day's week."""


R = TypeVar("R")


@dataclass
class OneDay(Generic[R]):
    """A day of a calendar, of today or of a past day. ``total`` is exact whatever is shown."""

    on: dt.date
    total: int = 0
    rows: list[R] = field(default_factory=list)
    meets: list[Meeting] = field(default_factory=list)
    outside: bool = False

    @property
    def more(self) -> int:
        return self.total - len(self.rows)


@dataclass
class Day(OneDay[Row]):
    today: bool = False

    @property
    def past(self) -> bool:
        return self.on < clock.today()

    @property
    def empty(self) -> bool:
        return not (self.total or self.meets)


@dataclass(frozen=True)
class Due:
    weeks: list[list[Day]]
    late: list[Row]
    late_total: int
    total: int
    undated: int
    meets: int = 0


def week_of(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


def span_of(view: str, day: dt.date) -> tuple[dt.date, dt.date]:
    """First day shown, and the first one no longer shown: whole weeks from Monday on."""
    if view == MONTH:
        first = day.replace(day=1)
        after = (first + dt.timedelta(days=32)).replace(day=1)
        return week_of(first), week_of(after - dt.timedelta(days=1)) + dt.timedelta(days=7)
    return week_of(day), week_of(day) + dt.timedelta(days=7)


def beside(view: str, day: dt.date) -> tuple[dt.date, dt.date]:
    """A day of the week or month before, and of the one after."""
    if view == MONTH:
        first = day.replace(day=1)
        return (first - dt.timedelta(days=1)).replace(day=1), (first + dt.timedelta(days=32)).replace(day=1)
    return day - dt.timedelta(days=7), day + dt.timedelta(days=7)


def rows_for(actor: Actor, which: str, who: str, kind: str) -> Rows:
    """Open tasks of a list, of one holder ("nobody": in a queue), of one kind (see ``kinds``)."""
    rows = items_for(actor, which)
    if who == "nobody":
        rows = rows.filter(owner__isnull=True)
    elif who.isdecimal():
        rows = rows.filter(owner=int(who))
    if kind == "planned":
        rows = rows.filter(subject_type="journal_turn")
    elif kind == "other":
        rows = rows.filter(step="").exclude(subject_type="journal_turn")
    elif kind:
        rows = rows.filter(step=kind)
    return rows


def kinds(actor: Actor, which: str) -> list[tuple[str, str]]:
    """What was planned in a journal, what no process asks, and the steps at which tasks of the list stand."""
    return [("planned", str(PLANNED)), *grids.steps(actor, items_for(actor, which)), ("other", str(OTHER))]


def holders(actor: Actor, which: str) -> list[tuple[str, str]]:
    """Who holds tasks of the list, by name."""
    held = items_for(actor, which).filter(owner__isnull=False).order_by().values("owner_id")
    rows = Account.objects.filter(pk__in=held).order_by("display_name", "pk").values_list("pk", "display_name")[:200]
    return [*((str(pk), name) for pk, name in rows), ("nobody", _("Nobody holds it"))]


def meetings(actor: Actor, view: str, day: dt.date, which: str, who: str) -> list[Meeting]:
    """Appointments of the days shown: one's own, or those of the team, in words as far as the reader may see their files."""
    start, end = (dt.datetime.combine(on, dt.time(), clock.zone()) for on in span_of(view, day))
    if who and not who.isdecimal():
        return []
    return between(actor, start, end, team=which == "team", account_id=int(who) if who else None)


def due(actor: Actor, rows: Rows, view: str, day: dt.date, meets: Iterable[Meeting] = ()) -> Due:
    """Days with their appointments and actions, the nearest first, and what is past its day. Figures count every task, lists have an end."""
    today = clock.today()
    start, end = span_of(view, day)
    late = Q(due_sort__lt=today)
    figures = (
        rows.select_related(None).order_by().aggregate(late=Count("pk", filter=late), undated=Count("pk", filter=Q(due_on__isnull=True)))
    )
    counted: dict[dt.date, int] = {}
    for on, total in (
        rows.select_related(None).order_by().filter(due_sort__gte=start, due_sort__lt=end).values_list("due_sort").annotate(n=Count("pk"))
    ):
        counted[on] = total
    # What is late has a list of its own above: it is not drawn again on its past day.
    shown = list(rows.filter(due_sort__gte=max(start, today), due_sort__lt=end)[:MOST_SHOWN])
    behind = list(rows.filter(late)[:MOST_LATE])
    drawn = rows_of(actor, [*behind, *shown])
    days: dict[dt.date, Day] = {}
    for number in range((end - start).days):
        on = start + dt.timedelta(days=number)
        outside = view == MONTH and on.month != day.month
        days[on] = Day(on, counted.get(on, 0), outside=outside, today=on == today)
    room = A_DAY if view == MONTH else MOST_SHOWN
    for row in drawn[len(behind) :]:
        cell = days[row.item.due_sort]
        if len(cell.rows) < room:
            cell.rows.append(row)
    shown_meets = 0
    for one in meets:
        if one.row.day in days:
            days[one.row.day].meets.append(one)
            shown_meets += 1
    ordered = list(days.values())
    weeks = [ordered[at : at + 7] for at in range(0, len(ordered), 7)]
    return Due(weeks, drawn[: len(behind)], figures["late"], sum(counted.values()), figures["undated"], shown_meets)


def own_days(actor: Actor, limit: int = 1000) -> list[WorkItem]:
    """What the agent holds and owes by a day, for a calendar file."""
    rows: Any = items_for(actor, "mine").filter(state=ItemState.OPEN, due_on__isnull=False)
    return list(rows[:limit])
