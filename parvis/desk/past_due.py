"""The calendar of due actions and the load of a team as they stood at the end of a past day.

Both read the tasks that were open then, with the holder, the service and the term of then; a centre where more were open than are read here is
told that the figures are not worked out, never a part of them as if it were all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from parvis.agenda.api import Meeting, between_then
from parvis.identity.api import Account, FunctionGrant
from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.asof import PastView
from parvis.ui import formats
from parvis.workflows.api import WorkItem, give_terms, mine_then, team_then

from .due import A_DAY, MONTH, MOST_LATE, MOST_SHOWN, OTHER, PLANNED, OneDay, span_of
from .load import Load
from .past import Then, rows_then
from .todo import WEEK as A_WEEK

#: So many open tasks of a past day are read for figures; beyond, they are not worked out.
READ = 2000
Choices = list[tuple[str, str]]


@dataclass
class DayThen(OneDay[Then]):
    """``seen``: the day that is read."""

    seen: bool = False


@dataclass(frozen=True)
class DueThen:
    """``late``: the tasks past their day then. ``more``: more tasks were open than are read; no figure is given. ``cut``: the same of
    appointments."""

    weeks: list[list[DayThen]]
    late: list[Then]
    late_total: int
    total: int
    undated: int
    meets: int
    more: bool
    cut: bool


def open_tasks(actor: Actor, view: PastView, which: str) -> tuple[list[WorkItem], bool]:
    """One's own tasks and queues, or those of the services that one leads today, by their terms of then; whether there were more. At most five
    queries."""
    items, more = (team_then if which == "team" else mine_then)(actor, view.until, READ)
    give_terms(items, view)
    items.sort(key=lambda item: (item.due_sort, item.pk))
    return items, more


def kind_of(item: WorkItem) -> str:
    """The kinds of the filter of today's calendar."""
    if item.subject_type == "journal_turn":
        return "planned"
    return item.step or "other"


def choices(items: Sequence[WorkItem]) -> tuple[Choices, Choices]:
    """Who held tasks of the list, and the kinds that there were."""
    agents = {str(item.owner_id): item.holder_then for item in items if item.owner_id}  # type: ignore[attr-defined]
    steps = {item.step: formats.label(item.title) for item in items if item.step and item.subject_type != "journal_turn"}
    named = sorted(agents.items(), key=lambda one: (one[1].casefold(), one[0]))
    return named, [("planned", str(PLANNED)), *sorted(steps.items(), key=lambda one: one[1].casefold()), ("other", str(OTHER))]


def due_then(
    actor: Actor, items: Sequence[WorkItem], view: PastView, *, span: str, day: dt.date, which: str, who: str, kind: str, more: bool
) -> DueThen:
    """The days shown, with what was due on them and the appointments that stood there. At most nine queries."""
    start, end = span_of(span, day)
    if who:
        items = [item for item in items if (str(item.owner_id) if item.owner_id else "nobody") == who]
    if kind:
        items = [item for item in items if kind_of(item) == kind]
    late = [item for item in items if item.due_sort < view.day]
    coming = [item for item in items if max(start, view.day) <= item.due_sort < end]
    drawn = rows_then(actor, [*late[:MOST_LATE], *coming[:MOST_SHOWN]], view)
    behind = min(len(late), MOST_LATE)
    days: dict[dt.date, DayThen] = {}
    for number in range((end - start).days):
        on = start + dt.timedelta(days=number)
        days[on] = DayThen(on, outside=span == MONTH and on.month != day.month, seen=on == view.day)
    for item in items:
        if item.due_sort in days:
            days[item.due_sort].total += 1
    room = A_DAY if span == MONTH else MOST_SHOWN
    for row in drawn[behind:]:
        cell = days[row.item.due_sort]
        if len(cell.rows) < room:
            cell.rows.append(row)
    meets = 0
    met, cut = ([], False) if kind or who == "nobody" else _meetings(actor, view, start, end, which, who)
    for one in met:
        if one.row.day in days:
            days[one.row.day].meets.append(one)
            meets += 1
    ordered = list(days.values())
    weeks = [ordered[at : at + 7] for at in range(0, len(ordered), 7)]
    undated = sum(1 for item in items if item.due_on is None)
    return DueThen(weeks, drawn[:behind], len(late), sum(one.total for one in ordered), undated, meets, more, cut)


def _meetings(actor: Actor, view: PastView, start: dt.date, end: dt.date, which: str, who: str) -> tuple[list[Meeting], bool]:
    first, last = (dt.datetime.combine(on, dt.time(), clock.zone()) for on in (start, end))
    return between_then(actor, view, first, last, team=which == "team", account_id=int(who) if who.isdecimal() else None)


# The load of a team -----------------------------------------------------------------------------------------------------
def loads_then(actor: Actor, view: PastView, agents: Sequence[Account], items: Sequence[WorkItem]) -> list[Load]:
    """Who held how much then, by name; colleagues of today's team who held nothing too. First what nobody held. One query."""
    sums: dict[int | None, list[Any]] = {}
    for item in items:
        row = sums.setdefault(item.owner_id, ["", 0, 0, 0])
        row[0] = item.holder_then if item.owner_id else ""  # type: ignore[attr-defined]
        row[1] += 1
        row[2] += item.due_sort < view.day
        row[3] += view.day <= item.due_sort < view.day + A_WEEK
    owners = sorted(pk for pk in sums if pk is not None)
    working = set(FunctionGrant.objects.at(view.day).filter(account__in=owners).order_by().values_list("account_id", flat=True))
    found = [Load(pk, row[0], row[1], row[2], row[3], pk not in working) for pk, row in sums.items() if pk is not None]
    found += [Load(agent.pk, agent.display_name, 0, 0, 0) for agent in agents if agent.pk not in sums]
    found.sort(key=lambda one: (one.name.casefold(), one.account_id or 0))
    free = sums.get(None)
    return [Load(None, "", free[1], free[2], free[3]), *found] if free else found
