"""The home and the list of tasks as they stood at the end of a past day: what was to do, until when, in whose hands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from parvis.contacts.api import display_names
from parvis.dossiers.api import Dossier
from parvis.kernel import registries
from parvis.kernel.actor import Actor
from parvis.kernel.asof import PastView
from parvis.requests.api import clocks_then
from parvis.ui import formats
from parvis.ui.backlog import figures_then
from parvis.workflows.api import WorkItem, as_they_stood, mine_then, open_then, queue_label

from .changes import on_my_files_then
from .todo import WEEK

MOST = 200
SHOWN = 8
READ = 500


@dataclass(frozen=True)
class Then:
    """A task with the file it was about, as far as the reader may open it today, who had it, and until when it was due."""

    item: WorkItem
    file: str
    url: str
    holder: str
    due_on: dt.date | None
    started_on: dt.date | None


@dataclass(frozen=True)
class GroupThen:
    kind: str
    title: str
    rows: list[Then]


def tasks_then(actor: Actor, view: PastView) -> dict[str, Any]:
    """The first ``MOST``, in a fixed number of queries."""
    items = list(open_then(actor, view.until)[: MOST + 1])
    more, items = len(items) > MOST, items[:MOST]
    as_they_stood(items, view.until)
    return {"rows": _rows(actor, items, view), "more": more, "most": MOST, "today": view.day}


def _rows(actor: Actor, items: Sequence[WorkItem], view: PastView, dues: dict[int, Any] | None = None) -> list[Then]:
    """Tasks as they are printed. Three queries for any number, one less with ``dues``."""
    keys = {item.dossier_key for item in items if item.dossier_key}
    files = Dossier.objects.visible_to(actor).in_bulk(keys) if keys else {}
    names = display_names(row.lead_id for row in files.values())
    dues = _dues(items, view) if dues is None else dues
    rows = []
    for item in items:
        file = files.get(item.dossier_key or 0)
        due_on, started_on = dues[item.pk]
        rows.append(
            Then(
                item,
                f"{file.number} · {names.get(file.lead_id, '?')}" if file else "",
                reverse("dossiers:detail", args=[file.uuid]) if file else "",
                item.held_by or (queue_label(item.queue, item.unit) if item.queue else ""),  # type: ignore[attr-defined]  # read by ``open_then``
                due_on,
                started_on,
            )
        )
    return rows


def _dues(items: Sequence[WorkItem], view: PastView) -> dict[int, tuple[dt.date | None, dt.date | None]]:
    """Until when each task was to be done, and since when the term ran. The day of a task never changes, save that of a step of a request,
    which follows the term of law of its line: that term is read as it ran then. One query."""
    lines = {item.subject_id for item in items if item.clock and item.subject_type == "request_line"}
    terms = {(line, term.kind): term for line, found in clocks_then(sorted(lines), view).items() for term in found} if lines else {}
    dues: dict[int, tuple[dt.date | None, dt.date | None]] = {}
    for item in items:
        if item.clock and item.subject_type == "request_line":
            term = terms.get((item.subject_id, item.clock))
            dues[item.pk] = (term.due_on, term.started_on) if term is not None else (None, None)
        else:
            dues[item.pk] = (item.due_on, item.due_from)
    return dues


# The home -------------------------------------------------------------------------------------------------------------
def home_then(request: HttpRequest, view: PastView) -> dict[str, Any]:
    """What the home showed: one's own tasks and queues by their terms, the backlog of the house, the cells, what others had done."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    items, more = mine_then(actor, view.until, READ)
    dues = _dues(items, view)
    items.sort(key=lambda item: (dues[item.pk][0] or dt.date.max, item.pk))
    late = sum(1 for item in items if (due := dues[item.pk][0]) is not None and due < view.day)
    week = sum(1 for item in items if (due := dues[item.pk][0]) is not None and view.day <= due < view.day + WEEK)
    rows = _rows(actor, items[:SHOWN], view, dues)
    cells, left_out = _cells(request, actor, view)
    return {
        "view": view,
        "today": view.day,
        "late": late,
        "week": week,
        "groups": _grouped(rows, view.day),
        "shown": len(rows),
        "total": len(items),
        "more": more,
        "backlog": figures_then(view),
        "cells": cells,
        "left_out": left_out,
        "changes": on_my_files_then(actor, view),
    }


def _grouped(rows: Sequence[Then], day: dt.date) -> list[GroupThen]:
    groups = [GroupThen("late", _("Late"), []), GroupThen("week", _("This week"), []), GroupThen("later", _("Later"), [])]
    for row in rows:
        due = row.due_on or dt.date.max
        groups[0 if due < day else 1 if due < day + WEEK else 2].rows.append(row)
    return [group for group in groups if group.rows]


def _cells(request: HttpRequest, actor: Actor, view: PastView) -> tuple[list[str], list[str]]:
    """Cells as they stood, and the names of those that know only today."""
    drawn, left_out = [], []
    for cell in registries.home_cells.all():
        if not cell.access(actor):
            continue
        if cell.then is None:
            left_out.append(formats.label(cell.title))
        elif html := cell.then(request, view):
            drawn.append(mark_safe(html))
    return drawn, left_out
