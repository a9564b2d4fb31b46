"""The list of tasks. It is made for each reader: what tasks are about, and their search, depend on what the reader may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parvis.identity.enums import Function
from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.subject import SubjectRef
from parvis.ui import formats
from parvis.ui.grid import Column, Filter, Grid
from parvis.ui.logged import export_log
from parvis.workflows.api import Card, ItemState, WorkItem, cards, holder_of

from . import finding
from .todo import WEEK

Rows = QuerySet[WorkItem]
AT_ONCE = 500
LANGUAGES = ("fr", "nl", "de", "en")


@dataclass(frozen=True)
class Term:
    """A due date as clocks read it."""

    due_on: date | None
    verb: str
    started_on: date | None


def _term(item: WorkItem) -> Term:
    return Term(item.due_on, item.clock, item.due_from)


class About:
    """What tasks are about, read for many at once."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.known: dict[SubjectRef, Card] = {}

    def load(self, rows: Rows) -> None:
        """Before an export: all subjects of the list, some hundreds at a time."""
        pairs = list(rows.order_by().values_list("subject_type", "subject_id").distinct())
        for at in range(0, len(pairs), AT_ONCE):
            self.known |= cards(self.actor, [SubjectRef(kind, number) for kind, number in pairs[at : at + AT_ONCE]])

    def text(self, item: WorkItem) -> str:
        card = self.known.get(item.subject)
        return " · ".join(part for part in (card.title, card.detail) if part) if card else ""


def _due(rows: Rows, value: str) -> Rows:
    today = clock.today()
    if value == "late":
        return rows.filter(due_sort__lt=today)
    if value == "week":
        return rows.filter(due_sort__gte=today, due_sort__lt=today + WEEK)
    return rows.filter(due_on__isnull=True)


def steps(actor: Actor, rows: Rows) -> list[tuple[str, str]]:
    """The steps at which these tasks stand, by their latest title. One query."""
    latest = rows.exclude(step="").order_by().values("step").annotate(last=Max("pk")).values("last")
    found = WorkItem.objects.visible_to(actor).filter(pk__in=latest).order_by("step", "pk").values_list("step", "title")
    return sorted(((step, formats.label(title)) for step, title in found), key=lambda one: one[1].casefold())


def _matching(actor: Actor, rows: Rows, text: str) -> Rows:
    """By the words of the task, by its holder, and by every file that the same words find for this reader."""
    wanted = Q(why__icontains=text) | Q(owner__display_name__icontains=text)
    for language in LANGUAGES:
        wanted |= Q(**{f"title__{language}__icontains": text})
    files = finding.files(actor, text, 50)
    wanted |= Q(dossier_key__in=[file.dossier_id for file in files if file.dossier_id])
    wanted |= Q(subject_type="request_line", subject_id__in=[number for file in files for number in file.lines])
    return rows.filter(wanted)


_logged = export_log("desk", "tasks_exported", "tasks")


def tasks(actor: Actor, rows: Rows, about: About) -> Grid:
    """The grid over ``rows``, which are already those that the reader may see."""
    return Grid(
        key="tasks",
        name=_("Tasks"),
        columns=[
            Column("due", _("Due"), value=_term, sort="due_sort", kind="clock"),
            Column("title", _("Task"), main=True),
            Column("about", pgettext_lazy("of a task", "About"), value=about.text),
            Column("holder", pgettext_lazy("holder of a task", "With"), value=holder_of),
            Column("since", _("Since"), value="held_since", sort="held_since", kind="moment"),
        ],
        filters=[
            Filter("due", _("Due"), choices=[("late", _("Late")), ("week", _("This week")), ("none", _("No date"))], apply=_due),
            Filter(
                "step",
                pgettext_lazy("of a process", "Step"),
                choices=steps(actor, rows),
                apply=lambda found, value: found.filter(step=value),
            ),
            Filter("queue", _("Queue"), choices=list(Function.choices), apply=lambda found, value: found.filter(queue=value)),
            Filter(
                "held",
                _("Holder"),
                choices=[("yes", _("somebody")), ("no", _("nobody"))],
                apply=lambda found, value: found.filter(owner__isnull=value == "no"),
            ),
        ],
        search=lambda found, text: _matching(actor, found, text),
        default_sort="due",
        page_size=25,
        exports=("xlsx", "csv"),
        on_export=_logged,
    )


def open_rows(actor: Actor) -> Rows:
    return WorkItem.objects.visible_to(actor).filter(state=ItemState.OPEN).select_related("owner", "unit")
