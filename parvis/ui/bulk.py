"""One gesture for many rows of a list: chosen rows, a page that shows what will happen to each, a page that says what happened.

    Grid(..., actions=[Action("referent", _("Give to a colleague"), "dossiers:give", access=may_assign)])

    @screen(access=may_assign, methods=("GET", "POST"), creates=True)
    def give(request):
        if request.method != "POST":
            return bulk.back(request, "dossiers:index")
        grid = DOSSIERS.read(request, listed(request.actor))
        chosen = bulk.picked(request, grid)
        form = GiveForm(request.POST if bulk.is_sure(request) else None)
        if bulk.is_sure(request) and form.is_valid():
            return bulk.report(request, grid, bulk.run(chosen, lambda row: services.assign(...), name=str), title=_("Given"))
        return bulk.confirm(request, grid, chosen, form=form, title=..., does=lambda row: ..., name=str)

What is shown on the confirming page is what is done: "all that match" is turned into rows there, never again afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.kernel.actor import Actor
from parvis.kernel.errors import Conflict, DomainError
from parvis.ui.http import done, local_url, page

if TYPE_CHECKING:
    from parvis.ui.grid import GridPage

MOST = 200


@dataclass(frozen=True)
class Action:
    """A button over a list. ``url_name``: the page that confirms and does it."""

    key: str
    label: Any
    url_name: str
    access: Callable[[Actor], bool]
    icon: str = "check"


@dataclass(frozen=True)
class Picked:
    """``more``: rows that matched beyond the most that one gesture takes."""

    rows: list[Any]
    more: bool = False


@dataclass(frozen=True)
class Outcome:
    name: str
    url: str
    done: bool
    said: str


def is_sure(request: HttpRequest) -> bool:
    return request.method == "POST" and "sure" in request.POST


def picked(request: HttpRequest, grid: GridPage, most: int = MOST) -> Picked:
    """The rows that were chosen, among those that the reader may see and in the list's order; ``most`` of them.

    Raises:
        DomainError: nothing was chosen.
    """
    if request.POST.get("all") and not is_sure(request):
        rows = list(grid.rows[: most + 1])
        return _some(Picked(rows[:most], len(rows) > most))
    marks = request.POST.getlist("pick")
    try:
        found = list(grid.everything.filter(**{f"{grid.mark_field}__in": marks[:most]}))
    except (ValueError, ValidationError):
        found = []
    return _some(Picked(found, len(marks) > most))


def _some(chosen: Picked) -> Picked:
    if not chosen.rows:
        raise DomainError(_("Choose at least one line."), field="pick")
    return chosen


def run(chosen: Picked, do: Callable[[Any], Any], *, name: Callable[[Any], str], url: Callable[[Any], str] | None = None) -> list[Outcome]:
    """Each row is a gesture of its own: what is refused for one is said, and the others are done. ``do`` may return a sentence."""
    outcomes = []
    for row in chosen.rows:
        target = url(row) if url else ""
        try:
            said = do(row)
            outcomes.append(Outcome(name(row), target, True, said if isinstance(said, str) else _("Done")))
        except Conflict:
            outcomes.append(Outcome(name(row), target, False, _("Somebody else changed it a moment ago.")))
        except DomainError as error:
            outcomes.append(Outcome(name(row), target, False, str(error.message)))
    return outcomes


def list_url(request: HttpRequest, grid: GridPage) -> str:
    return local_url(request, request.POST.get("next"), grid.request.path)


def back(request: HttpRequest, url_name: str) -> HttpResponse:
    """Opened without a choice, by a repeated sending for one: the list."""
    return done(request, url_name)


def confirm(
    request: HttpRequest,
    grid: GridPage,
    chosen: Picked,
    *,
    title: str,
    name: Callable[[Any], str],
    does: Callable[[Any], str] | None = None,
    form: forms.Form | None = None,
    button: str = "",
    text: str = "",
) -> HttpResponse:
    """Every chosen row with what will be done to it."""
    context = {
        "title": title,
        "text": text,
        "form": form,
        "button": button or title,
        "lines": [{"mark": grid.mark(row), "name": name(row), "does": does(row) if does else ""} for row in chosen.rows],
        "more": chosen.more,
        "most": MOST,
        "back": list_url(request, grid),
        "address": grid.address,
        "action": request.path,
    }
    return page(request, "ui/bulk_confirm.html", context, status=422 if form is not None and form.is_bound else 200)


def report(request: HttpRequest, grid: GridPage, outcomes: list[Outcome], *, title: str) -> HttpResponse:
    """What happened to each, the refused ones first."""
    well = sum(1 for one in outcomes if one.done)
    context = {
        "title": title,
        "lines": sorted(outcomes, key=lambda one: one.done),
        "well": ngettext("%(n)d done", "%(n)d done", well) % {"n": well},
        "wrong": len(outcomes) - well,
        "back": list_url(request, grid),
    }
    return page(request, "ui/bulk_done.html", context)
