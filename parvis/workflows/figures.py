"""Hand-overs and time in hand, by service and month (C8). Figures of services, never of agents: where few files or few hands are behind a
figure, it is not shown, because it would be somebody's."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, DurationField, ExpressionWrapper, F, IntegerField, Sum, Value, When

from parvis.identity.api import Unit
from parvis.identity.enums import Function
from parvis.kernel import asof, clock
from parvis.kernel.actor import Actor, system_actor

from .enums import HAND_OVERS, ItemState
from .models import WorkItem, WorkItemEvent

READER = system_actor("workflows.figures")
#: Fewer files, or fewer different agents, than these behind a figure: it is left out.
FEWEST_FILES, FEWEST_HANDS = 5, 3
MONTHS = 12


@dataclass(frozen=True)
class Line:
    """One service in one month, by the tasks of files that were done in it. ``per_file``: hand-overs; ``days``: the average time that a
    task lay in one pair of hands, or in a queue. None: too few behind it."""

    month: dt.date
    unit: Unit
    files: int | None
    per_file: float | None
    days: float | None

    @property
    def hidden(self) -> bool:
        return self.files is None


def reaches(actor: Actor) -> frozenset[int] | None:
    """Services of which these figures are open to a reader: one's own for a head, all (None) for the president and the auditor."""
    units = actor.units_for(Function.CHIEF)
    if actor.has(Function.PRESIDENT, Function.AUDITOR) or None in units:
        return None
    return frozenset(unit for unit in units if unit is not None)


def hand_over_lines(actor: Actor) -> list[Line]:
    """The latest twelve months, up to the day on which the reader reads, in three queries whatever the size of the centre. A task that is
    done is never moved nor taken back: on a past day the figures are those that stood there."""
    starts = _starts(asof.day())
    done = {"state": ItemState.DONE, "closed_at__gte": starts[0][1], "closed_at__lt": min(starts[-1][1], asof.until() or starts[-1][1])}
    done |= {"dossier_key__isnull": False, "unit__isnull": False}
    reach = reaches(actor)
    if reach is not None:
        done["unit__in"] = sorted(reach)
    lasted = ExpressionWrapper(F("closed_at") - F("opened_at"), output_field=DurationField())
    items = list(
        WorkItem.objects.visible_to(READER)
        .filter(**done)
        .annotate(month=_month("closed_at", starts))
        .order_by()
        .values("month", "unit")
        .annotate(tasks=Count("pk"), files=Count("dossier_key", distinct=True), lasted=Sum(lasted))
    )
    turns = (
        WorkItemEvent.objects.visible_to(READER)
        .filter(kind__in=[str(kind) for kind in HAND_OVERS], **{f"item__{name}": value for name, value in done.items()})
        .annotate(month=_month("item__closed_at", starts), unit=F("item__unit"))
        .order_by()
        .values("month", "unit")
        .annotate(turns=Count("pk"), hands=Count("owner_id", distinct=True))
    )
    turned = {(row["month"], row["unit"]): row for row in turns}
    units = Unit.objects.in_bulk({row["unit"] for row in items})
    lines = [_line(row, turned.get((row["month"], row["unit"]), {}), starts[row["month"]][0], units[row["unit"]]) for row in items]
    return sorted(lines, key=lambda line: (-line.month.toordinal(), line.unit.path))


def _starts(until: dt.date) -> list[tuple[dt.date, dt.datetime]]:
    """First days of the months, with the instants at which they begin here; one more at the end."""
    day = until.replace(day=1)
    days = [(day + dt.timedelta(days=32)).replace(day=1), day]
    while len(days) <= MONTHS:
        days.append((days[-1] - dt.timedelta(days=1)).replace(day=1))
    return [(one, dt.datetime.combine(one, dt.time(), clock.zone())) for one in reversed(days)]


def _month(field: str, starts: list[tuple[dt.date, dt.datetime]]) -> Case:
    """Which of the months: months of this place, without the tables of zones that a database may lack."""
    whens = [When(**{f"{field}__lt": starts[at + 1][1]}, then=Value(at)) for at in range(MONTHS)]
    return Case(*whens, output_field=IntegerField())


def _line(row: dict[str, Any], turned: dict[str, Any], month: dt.date, unit: Unit) -> Line:
    turns = turned.get("turns", 0)
    if row["files"] < FEWEST_FILES or turned.get("hands", 0) < FEWEST_HANDS:
        return Line(month, unit, None, None, None)
    stretches = row["tasks"] + turns  # each task lies first where it was opened, then with each one who took it
    days = row["lasted"].total_seconds() / 86400 / stretches
    return Line(month, unit, row["files"], round(turns / row["files"], 1), round(days, 1))
