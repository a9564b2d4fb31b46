"""Tasks as the home shows them: by legal deadline, each with its clock and what it is about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.workflows.api import Card, WorkItem, cards, holder_of, holds, may_assign, may_take

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Row:
    item: WorkItem
    card: Card
    holder: str
    takes: bool
    mine: bool
    held: bool
    hands: bool
    next: bool = False


@dataclass(frozen=True)
class Group:
    """``kind``: late, week or later."""

    kind: str
    title: str
    rows: list[Row]


def rows_of(actor: Actor, items: Iterable[WorkItem], *, mark_next: bool = False) -> list[Row]:
    """The same number of queries for any number of tasks."""
    found = list(items)
    known = cards(actor, [item.subject for item in found])
    nothing = Card()
    return [
        Row(
            item,
            known.get(item.subject, nothing),
            holder_of(item),
            may_take(actor, item),
            holds(actor, item),
            item.owner_id is not None,
            may_assign(actor, item),
            next=mark_next and at == 0,
        )
        for at, item in enumerate(found)
    ]


def grouped(rows: list[Row], today: date | None = None) -> list[Group]:
    """Late, this week, later: only groups that have something."""
    now = today or clock.today()
    titles = (("late", _("Late")), ("week", _("This week")), ("later", _("Later")))
    by_kind: dict[str, list[Row]] = {kind: [] for kind, _title in titles}
    for row in rows:
        by_kind[_kind(row.item.due_sort, now)].append(row)
    return [Group(kind, title, by_kind[kind]) for kind, title in titles if by_kind[kind]]


def _kind(due: date, now: date) -> str:
    return "late" if due < now else "week" if due < now + WEEK else "later"
