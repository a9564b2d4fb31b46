"""The list of tasks."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parvis.identity.enums import Function
from parvis.kernel import clock
from parvis.ui.grid import Column, Filter, Grid
from parvis.workflows.api import WorkItem

from .todo import WEEK

Rows = QuerySet[WorkItem]


def _due(rows: Rows, value: str) -> Rows:
    today = clock.today()
    if value == "late":
        return rows.filter(due_sort__lt=today)
    if value == "week":
        return rows.filter(due_sort__gte=today, due_sort__lt=today + WEEK)
    return rows.filter(due_on__isnull=True)


tasks = Grid(
    key="tasks",
    name=_("Tasks"),
    columns=[
        Column("due", _("Due"), value="due_on", sort="due_sort", kind="clock"),
        Column("title", _("Task"), main=True),
        Column("about", _("About")),
        Column("holder", pgettext_lazy("holder of a task", "With")),
        Column("since", _("Since"), value="held_since", sort="held_since", kind="moment"),
    ],
    filters=[
        Filter("due", _("Due"), choices=[("late", _("Late")), ("week", _("This week")), ("none", _("No date"))], apply=_due),
        Filter("queue", _("Queue"), choices=list(Function.choices), apply=lambda rows, value: rows.filter(queue=value)),
        Filter(
            "held",
            _("Holder"),
            choices=[("yes", _("somebody")), ("no", _("nobody"))],
            apply=lambda rows, value: rows.filter(owner__isnull=value == "no"),
        ),
    ],
    default_sort="due",
    page_size=25,
    exports=(),
)
