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
from parvis.ui import formats
from parvis.ui.backlog import figures_then
from parvis.workflows.api import WorkItem, as_they_stood, give_terms, mine_then, open_then

from .changes import on_my_files_then
from .todo import WEEK

MOST = 200
SHOWN = 8
READ = 500


@dataclass(frozen=True)
class Then:
    """A task as it stood, with the file it was about, as far as the reader may open it today."""

    item: WorkItem
    file: str
    url: str
    holder: str

    @property
    def due_on(self) -> dt.date | None:
        return self.item.due_on

    @property
    def started_on(self) -> dt.date | None:
        return self.item.due_from

    @property
    def held(self) -> bool:
        return self.item.owner_id is not None


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
    give_terms(items, view)
    return {"rows": rows_then(actor, items, view), "more": more, "most": MOST, "today": view.day}


def rows_then(actor: Actor, items: Sequence[WorkItem], view: PastView) -> list[Then]:
    """Tasks as they are printed; a file that was opened later was not told yet. Two queries for any number."""
    keys = {item.dossier_key for item in items if item.dossier_key}
    files = Dossier.objects.visible_to(actor).filter(opened_on__lte=view.day).in_bulk(keys) if keys else {}
    names = display_names(row.lead_id for row in files.values())
    rows = []
    for item in items:
        file = files.get(item.dossier_key or 0)
        rows.append(
            Then(
                item,
                f"{file.number} · {names.get(file.lead_id, '?')}" if file else "",
                reverse("dossiers:detail", args=[file.uuid]) if file else "",
                item.holder_then,  # type: ignore[attr-defined]  # given by ``as_they_stood``
            )
        )
    return rows


# The home -------------------------------------------------------------------------------------------------------------
def home_then(request: HttpRequest, view: PastView) -> dict[str, Any]:
    """What the home showed: one's own tasks and queues by their terms, the backlog of the house, the cells, what others had done."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    items, more = mine_then(actor, view.until, READ)
    give_terms(items, view)
    items.sort(key=lambda item: (item.due_sort, item.pk))
    late = sum(1 for item in items if item.due_sort < view.day)
    week = sum(1 for item in items if view.day <= item.due_sort < view.day + WEEK)
    rows = rows_then(actor, items[:SHOWN], view)
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
