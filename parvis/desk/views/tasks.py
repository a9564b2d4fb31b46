"""The list of tasks: mine, my queues, my team; hand out several in one action."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.identity.api import Account, Unit
from parvis.kernel.actor import Actor
from parvis.kernel.errors import DomainError
from parvis.ui.http import done, local_url, page, screen
from parvis.workflows.api import ItemState, WorkItem, counts_for, item_url, items_for, reassign_items

from .. import access, grids, services, todo

LISTS = ("todo", "mine", "queues", "team", "unowned")


def _rows(actor: Actor, which: str) -> QuerySet[WorkItem]:
    if which == "unowned":
        rows = WorkItem.objects.visible_to(actor).filter(state=ItemState.OPEN)
        return rows.filter(Q(owner__isnull=True) | Q(owner__is_active=False)).select_related("owner", "unit")
    return items_for(actor, which)


def _tabs(actor: Actor, which: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    own = reverse("desk:tasks")
    labels = {"todo": _("To do"), "mine": _("Mine"), "queues": _("My queues"), "unowned": _("Nobody holds it")}
    if access.may_lead(actor):
        labels["team"] = _("My team")
    order = [name for name in LISTS if name in labels]
    return [
        {"label": labels[name], "url": own if name == "todo" else f"{own}?list={name}", "current": name == which, "count": counts.get(name, 0)}
        for name in order
    ]


def _heirs(actor: Actor) -> list[Account]:
    """Colleagues to whom a chief may hand tasks: who holds a function in a unit of the chief. Two queries."""
    units = actor.units_for("chief")
    rows = Account.objects.filter(is_active=True)
    if None not in units:
        paths = Unit.objects.filter(pk__in=[unit for unit in units if unit is not None])
        rows = rows.filter(Q(grants__unit__in=paths) | Q(grants__unit__isnull=True, grants__isnull=False))
    return list(rows.distinct().order_by("display_name", "pk")[:200])


@screen(access=access.is_agent, parts={"tasks": "desk/_tasks.html"})
def index(request: HttpRequest) -> HttpResponse:
    """Open tasks in the order of the law."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    which = request.GET.get("list", "todo")
    if which not in LISTS or (which == "team" and not access.may_lead(actor)):
        which = "todo"
    grid = grids.tasks.read(request, _rows(actor, which))
    context = {
        "grid": grid,
        "rows": todo.rows_of(actor, grid.shown),
        "which": which,
        "heirs": _heirs(actor) if which in {"team", "unowned"} and access.may_lead(actor) else [],
        "tabs": _tabs(actor, which, counts_for(actor)),
    }
    return page(request, "desk/tasks.html", context)


@screen(access=access.is_agent, methods=("POST",))
def next_task(request: HttpRequest) -> HttpResponse:
    """Take the next task and go to it."""
    item = services.take_next(actor=request.actor)  # type: ignore[attr-defined]
    if item is None:
        return done(request, reverse("desk:home"), _("Nothing waits for you."))
    return done(request, item_url(item))


@screen(access=access.may_lead, methods=("POST",))
def hand(request: HttpRequest) -> HttpResponse:
    """Hand the chosen tasks to one colleague, or back to their queues: all or none (F8, A23)."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    chosen = [value for value in request.POST.getlist("task") if value.isdigit()]
    items = list(WorkItem.objects.visible_to(actor).filter(pk__in=chosen[:200]).order_by("pk"))
    to = request.POST.get("to", "")
    if to != "queue" and not to.isdigit():
        raise DomainError(_("Choose to whom the tasks go."), field="to")
    moved = reassign_items(actor=actor, items=items, owner=None if to == "queue" else int(to), note=request.POST.get("note", ""))
    back = local_url(request, request.POST.get("next"), reverse("desk:tasks") + "?list=team")
    return done(request, back, ngettext("%(n)d task handed over.", "%(n)d tasks handed over.", moved) % {"n": moved})
