"""What must I do now."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from parvis.documents.api import may_bring_home
from parvis.identity.api import Function, agents_with
from parvis.kernel import asof, clock, memo, registries
from parvis.kernel.actor import Actor
from parvis.ui.backlog import figures
from parvis.ui.http import page, screen
from parvis.ui.shell import address
from parvis.workflows.api import counts_for, items_for

from .. import access, changes, todo
from ..past import home_then

SHOWN = 8
NEW = 2
#: Read in the one statement of the list; a new task that stands further down than this is found in the list of tasks.
READ = 60


def cells(request: HttpRequest, actor: Actor) -> list[dict[str, Any]]:
    """What other contexts add beside the list: sessions of today, alerts."""
    found = []
    for cell in registries.home_cells.all():
        if cell.access(actor):
            html = cell.render(request)
            if html:
                found.append({"key": cell.key, "title": cell.title, "html": mark_safe(html)})
    return found


def new_request(actor: Actor) -> str:
    """Where a request is registered at the desk, for who may."""
    if "requests.new" not in registries.palette:
        return ""
    action = registries.palette.get("requests.new")
    return address(action.url_name) if action.access(actor) else ""


@screen(access=access.is_agent, parts=("todo",))
def home(request: HttpRequest) -> HttpResponse:
    """My tasks by legal deadline, the backlog in the open, what today holds."""
    with memo.sharing():
        return _home(request)


def _home(request: HttpRequest) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not access.works_here(actor):
        # Signed in, and nothing to do yet: whoever gives functions is named here, instead of "page not found".
        return page(request, "desk/no_function.html", {"administrators": agents_with(Function.ADMINISTRATOR)[:5]})
    if (view := asof.view()) is not None:
        return page(request, "desk/home_then.html", home_then(request, view))
    counts = counts_for(actor)
    leads = access.may_lead(actor)
    which = "team" if leads and request.GET.get("list") == "team" else "todo"
    items, new = todo.chosen(actor, items_for(actor, which)[:READ], SHOWN, NEW if which == "todo" else 0)
    rows = todo.rows_of(actor, items, mark_next=new if which == "todo" else None)
    own = reverse("desk:home")
    scopes = [{"label": _("Me"), "url": own, "current": which == "todo"}]
    if leads:
        scopes.append({"label": _("My team"), "url": f"{own}?list=team", "current": which == "team"})
    context = {
        "first_name": actor.label.split(" ")[0] if actor.label else "",
        "today": clock.today(),
        "counts": counts,
        "groups": todo.grouped(rows, new=new),
        "shown": len(rows),
        "total": counts[which],
        "which": which,
        "scopes": scopes,
    }
    if request.headers.get("HX-Target") != "todo":
        context |= {"backlog": figures(actor), "cells": cells(request, actor)}
        context |= {"changes": changes.on_my_files(actor), "new_request": new_request(actor)}
        context["papers"] = may_bring_home(actor)  # a link; the figure comes after the page
    return page(request, "desk/home.html", context)
