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

    @property
    def told(self) -> str:
        """Why it is there, unless what it is about says so already."""
        why = self.item.told
        return "" if why in f"{self.card.title} {self.card.detail}" else why


@dataclass(frozen=True)
class Group:
    """``kind``: late, week or later."""

    kind: str
    title: str
    rows: list[Row]


def rows_of(actor: Actor, items: Iterable[WorkItem], *, mark_next: int | None = None) -> list[Row]:
    """The same number of queries for any number of tasks. ``mark_next``: the place of the one that is taken next."""
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
            next=mark_next is not None and at == mark_next,
        )
        for at, item in enumerate(found)
    ]


def chosen(actor: Actor, items: Iterable[WorkItem], shown: int, new: int) -> tuple[list[WorkItem], int]:
    """The nearest terms, and before them at most ``new`` that came into these hands today and would stand further down; how many those are."""
    found = list(items)
    today = clock.today()
    fresh = [item for item in found[shown:] if item.owner_id == actor.stands_for and clock.date_of(item.held_since) == today]
    fresh = sorted(fresh, key=lambda item: item.held_since, reverse=True)[:new]
    return [*fresh, *found[:shown]], len(fresh)


def grouped(rows: list[Row], today: date | None = None, new: int = 0) -> list[Group]:
    """New with the person today, late, this week, later: only groups that have something. ``new``: how many rows at the head are new."""
    now = today or clock.today()
    if new:
        return [Group("new", _("New with you today"), rows[:new]), *grouped(rows[new:], now)]
    titles = (("late", _("Late")), ("week", _("This week")), ("later", _("Later")))
    by_kind: dict[str, list[Row]] = {kind: [] for kind, _title in titles}
    for row in rows:
        by_kind[_kind(row.item.due_sort, now)].append(row)
    return [Group(kind, title, by_kind[kind]) for kind, title in titles if by_kind[kind]]


def _kind(due: date, now: date) -> str:
    return "late" if due < now else "week" if due < now + WEEK else "later"
