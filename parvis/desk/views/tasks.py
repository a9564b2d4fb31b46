"""The list of tasks: mine, my queues, my team; hand out several in one action."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from parvis.identity.api import Account, Function, FunctionGrant
from parvis.kernel import asof, clock
from parvis.kernel.actor import Actor
from parvis.kernel.asof import PastView
from parvis.kernel.errors import DomainError
from parvis.ui.backlog import figure
from parvis.ui.http import done, local_url, page, screen
from parvis.ui.listmemory import parameters
from parvis.workflows.api import WorkItem, counts_for, item_url, items_for, reassign_items, unowned_count

from .. import access, grids, load, past_due, services, todo
from ..past import rows_then, tasks_then

LISTS = ("todo", "mine", "queues", "team", "unowned", "all")
MOST = 200
BOARD = 100
MANY = 20


def _rows(actor: Actor, which: str) -> QuerySet[WorkItem]:
    if which == "unowned":
        return grids.open_rows(actor).filter(Q(owner__isnull=True) | Q(owner__is_active=False))
    return grids.open_rows(actor) if which == "all" else items_for(actor, which)


def _labels(actor: Actor) -> dict[str, str]:
    """The lists that this reader has."""
    labels = {"todo": _("To do"), "mine": pgettext("list of tasks", "Mine"), "queues": _("My queues")}
    if access.may_lead(actor):
        labels["team"] = _("My team")
    labels["unowned"] = _("Nobody holds it")
    if access.sees_all(actor):
        labels["all"] = _("All tasks")
    return labels


def _tabs(labels: dict[str, str], which: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    own = reverse("desk:tasks")
    return [
        {"label": label, "url": own if name == "todo" else f"{own}?list={name}", "current": name == which, "count": counts.get(name, 0)}
        for name, label in labels.items()
    ]


def team_on(actor: Actor, day: dt.date) -> list[Account]:
    """Who held a function on a day in a unit that one leads today, still here or not. One query."""
    units = actor.units_for(Function.CHIEF)
    grants = FunctionGrant.objects.at(day).filter(unit__isnull=False).order_by()
    if None not in units:
        grants = grants.filter(unit__in=sorted(unit for unit in units if unit is not None))
    return list(Account.objects.filter(pk__in=grants.values("account_id")).order_by("display_name", "pk")[:MOST])


def heirs_of(actor: Actor, *, own: bool = False) -> list[Account]:
    """Colleagues to whom a chief may hand tasks: who holds a function today in a unit of the chief; ``own``: there, not for the whole
    centre. One query."""
    units = actor.units_for(Function.CHIEF)
    grants = FunctionGrant.objects.at(clock.today()).order_by()
    if None not in units:
        grants = grants.filter(Q(unit__in=sorted(unit for unit in units if unit is not None)) | Q(unit__isnull=True))
    if own:
        grants = grants.filter(unit__isnull=False)
    return list(Account.objects.filter(is_active=True, pk__in=grants.values("account_id")).order_by("display_name", "pk")[:MOST])


@screen(access=access.works_here, parts={"tasks": "desk/_tasks.html"})
def index(request: HttpRequest) -> HttpResponse:
    """Open tasks in the order of the law."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if (view := asof.view()) is not None:
        return page(request, "desk/tasks_then.html", tasks_then(actor, view))
    labels = _labels(actor)
    which = parameters(request, "tasks").get("list", "todo")
    if which not in labels:
        which = "todo"
    rows, about = _rows(actor, which), grids.About(actor)
    grid = grids.tasks(actor, rows, about).read(request, rows)
    if request.GET.get("export"):
        about.load(grid.rows)
        exported = grid.export()
        if exported is not None:
            return exported
    counts = counts_for(actor)
    counts["unowned"] = unowned_count(actor)
    context = {
        "house": figure(actor, "unowned") if which == "unowned" else None,
        "grid": grid,
        "rows": todo.rows_of(actor, grid.shown),
        "which": which,
        "heirs": heirs_of(actor) if which in {"team", "unowned", "all"} and access.may_lead(actor) else [],
        "counts": counts,
        "leads": access.may_lead(actor),
        "tabs": _tabs(labels, which, counts),
    }
    return page(request, "desk/tasks.html", context)


def _matching(request: HttpRequest) -> list[int]:
    """Every task of the list as it stands (the form carries its address), up to the most that one gesture takes."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    which = parameters(request, "tasks").get("list", "todo")
    rows = _rows(actor, which if which in _labels(actor) else "todo")
    grid = grids.tasks(actor, rows, grids.About(actor)).read(request, rows)
    return [item.pk for item in grid.rows[:MOST]]


@screen(access=access.works_here, methods=("POST",))
def next_task(request: HttpRequest) -> HttpResponse:
    """Take the next task and go to it."""
    item = services.take_next(actor=request.actor)  # type: ignore[attr-defined]
    if item is None:
        return done(request, reverse("desk:home"), _("Nothing waits for you."))
    return done(request, item_url(item))


@screen(access=access.may_lead, methods=("POST",))
def hand(request: HttpRequest) -> HttpResponse:
    """Hand the chosen tasks to one colleague, or back to their queues: shown once more, then all or none (F8, A23)."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    chosen = [value for value in request.POST.getlist("task") if value.isdecimal()][:MOST]
    if "all" in request.POST and "sure" not in request.POST:
        chosen = _matching(request)
    items = list(grids.open_rows(actor).filter(pk__in=chosen).order_by("due_sort", "pk"))
    if not items:
        raise DomainError(_("Choose at least one task."), field="task")
    to = request.POST.get("to", "")
    heir = next((one for one in heirs_of(actor) if str(one.pk) == to), None)
    if to != "queue" and heir is None:
        raise DomainError(_("Choose to whom the tasks go."), field="to")
    back = local_url(request, request.POST.get("next"), reverse("desk:tasks") + "?list=team")
    if "sure" not in request.POST:
        return page(request, "desk/hand.html", {"rows": todo.rows_of(actor, items), "heir": heir, "to": to, "back": back, "most": MOST})
    moved = reassign_items(actor=actor, items=items, owner=heir, note=request.POST.get("note", "")[:500])
    return done(request, back, ngettext("%(n)d task handed over.", "%(n)d tasks handed over.", moved) % {"n": moved})


@screen(access=access.may_lead)
def board(request: HttpRequest) -> HttpResponse:
    """Who of the team holds how much; the tasks of one of them, to choose twenty and hand them over (B27, F8, F11)."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if (view := asof.view()) is not None:
        return page(request, "desk/load_then.html", _board_then(request, view))
    heirs = heirs_of(actor)
    rows = load.loads(actor, heirs_of(actor, own=True))
    who = request.GET.get("who", "")
    chosen = next((one for one in rows if str(one.account_id or "nobody") == who), None)
    items = []
    if chosen is not None:
        held = (
            items_for(actor, "team").filter(owner=chosen.account_id) if chosen.account_id else items_for(actor, "team").filter(owner=None)
        )
        items = list(held[:BOARD])
    wanted = request.GET.get("choose", "")
    ticked = min(int(wanted), BOARD) if wanted.isdecimal() and len(wanted) < 4 else 0
    context = {
        "loads": rows,
        "chosen": chosen,
        "who": who,
        "rows": todo.rows_of(actor, items),
        "ticked": ticked,
        "many": MANY,
        "heirs": [heir for heir in heirs if chosen is None or heir.pk != chosen.account_id],
    }
    return page(request, "desk/load.html", context)


def _board_then(request: HttpRequest, view: PastView) -> dict[str, Any]:
    """Who held how much at the end of a past day; nothing to hand over."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    items, more = past_due.open_tasks(actor, view, "team")
    who = request.GET.get("who", "")
    rows = [] if more else past_due.loads_then(actor, view, team_on(actor, view.day), items)
    chosen = next((one for one in rows if str(one.account_id or "nobody") == who), None)
    held = [item for item in items if item.owner_id == chosen.account_id][:BOARD] if chosen is not None else []
    return {"loads": rows, "more": more, "most": past_due.READ, "chosen": chosen, "rows": rows_then(actor, held, view), "past": view}
