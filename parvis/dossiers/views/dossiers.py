"""The list, and the 360° page."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from parvis.kernel import asof, clock, memo
from parvis.kernel.actor import Actor
from parvis.kernel.registries import Panel, panels
from parvis.kernel.scope import may_see, within
from parvis.ui.http import page, part_asked, screen
from parvis.workflows.api import ItemEventKind, history, queue_label, where_dossier, where_then

from .. import access, services
from ..custom import definitions_beside
from ..custom_lists import with_custom
from ..grids import DOSSIERS, listed
from ..models import Dossier
from ..past import as_it_stood, dossiers_then, listed_then
from ..selectors import member_views, referents_at
from ._common import asked_day, crumbs, end_of, visible
from .changes import since_visit

HALF_FROM, HALF_TO = 30, 50
"""Main panels of these orders stand two by two."""


@screen(access=access.can_read_dossiers, parts={"dossiers": "ui/components/grid.html"})
def index(request: HttpRequest) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    past = asof.view()
    if past is not None:
        grid = dossiers_then(past).read(request, listed_then(actor, past))
    else:
        own, rows = with_custom(DOSSIERS, listed(actor), actor)
        grid = own.read(request, rows)
    return grid.export() or page(request, "dossiers/index.html", {"grid": grid})


@screen(access=access.can_read_dossiers, parts=("drawer", "since-visit"))
def detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The whole dossier as it stood on ``on`` (default today), as it was known on ``known`` (default now)."""
    dossier = visible(request, uuid, destroyed=True, **definitions_beside())
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if dossier.destroyed_on is not None:
        return page(request, "dossiers/destroyed.html", {"dossier": dossier, "line": services.destroyed_by(dossier)})
    today = clock.today()
    if part_asked(request) == "since-visit":  # the heading's figure costs as much as the rest of the page: it comes after it
        changed = since_visit(actor, dossier, member_views(actor, dossier.pk, today))
        return page(request, "dossiers/detail.html", {"dossier": dossier, "changed": changed})
    view = asof.view()
    day = view.day if view else asked_day(request, "on") or today
    known = view.known if view else asked_day(request, "known")
    problem = ""
    for name, text in (("on", request.GET.get("on", "")), ("known", request.GET.get("known", ""))):
        if text.strip() and asked_day(request, name) is None:
            problem = _("“%(text)s” is not a date: the page shows today.") % {"text": text.strip()[:20]}
    known_on = end_of(known) if known and known < today else None
    past = day != today or known_on is not None
    if day < today and not as_it_stood(dossier, asof.PastView(day, known if known_on else None)) and view:
        return page(request, "dossiers/not_yet.html", {**crumbs(dossier), "day": day})
    request.known_on = known_on  # type: ignore[attr-defined]
    request.known_day = min(day, known) if known_on and known else day  # type: ignore[attr-defined]
    before = access.reads_as_before(actor, dossier)
    with memo.sharing():
        members = member_views(actor, dossier.pk, day, known_on)
        request.dossier_members = members  # type: ignore[attr-defined]
        memo.keep("dossier", dossier.pk)
        memo.keep(("dossiers.reading", actor, dossier.pk), dossier)
        if not before:  # what hangs on a file that a service of before may read is not all open to it
            within(Dossier, actor, dossier.pk)
        main, side, hidden = _panels(request, dossier, day, before=before)
    writes = not access.only_reads(actor, dossier)
    side = side if writes and not past else []
    context = {
        "dossier": dossier,
        "day": day,
        "today": today,
        "known": known if known_on else None,
        "past": past,
        "view": view,
        "problem": problem,
        "members": members,
        "lead": lead_of(members, dossier),
        "referents": referents_at(dossier.pk, day, known_on),
        "rows": _paired(main),
        "sections": [part for part in main if part["panel"].nav],
        "hidden": hidden,
        "side": side,
        "chosen": next((part for part in side if part["panel"].key == request.GET.get("add")), side[0] if side else None),
        "kept": services.kept(dossier) if dossier.status == "closed" and not past else None,
        "before": dossier.kept_until - dt.timedelta(days=1) if before else None,  # type: ignore[attr-defined]
        "may_hold": writes and access.may_hold(actor),
        "changed": None if past or dossier.visited_at is None else {"at": dossier.visited_at, "count": None},
        "may_write": writes and access.can_write_situation(actor),
        "may_open": writes and access.can_open_dossier(actor),
        "may_assign": writes and access.can_assign(actor),
        "may_close": writes and access.can_close(actor),
    }
    return page(request, "dossiers/detail.html", context)


@screen(access=access.can_read_dossiers, parts=("where-then",))
def where(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Where is this dossier, since when, who has it; and through whose hands it went."""
    dossier = visible(request, uuid)
    hands = [
        {
            "title": event.item.title,
            "kind": ItemEventKind(event.kind).label,
            "at": event.at,
            "author": event.actor_label,
            "to": event.owner_label or (queue_label(event.queue, event.item.unit) if event.queue else ""),
            "note": event.note,
        }
        for event in reversed(history(dossier_id=dossier.pk))
    ]
    view = asof.view()
    places = where_dossier(dossier.pk) if view is None else [place for _pk, place in where_then(view, dossier_ids=[dossier.pk])]
    return page(request, "dossiers/where.html", {**crumbs(dossier), "places": places, "hands": hands, "view": view, "today": asof.day()})


def lead_of(members: list[Any], dossier: Dossier) -> Any:
    return next((view for view in members if view.member.person_id == dossier.lead_id), members[0] if members else None)


def _panels(
    request: HttpRequest, dossier: Dossier, day: dt.date, *, before: bool
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[str]]:
    """Main and side panels that this reader may see and that have something to show, and the titles of those that are hidden."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    main: list[dict[str, Any]] = []
    side: list[dict[str, Any]] = []
    hidden: list[str] = []
    asked = request.GET.get("add", "")
    for panel in panels.all():
        if not opens(panel, actor, before=before):
            if panel.column == "main" and panel.nav:
                hidden.append(str(panel.title))
            continue
        if panel.column == "side":
            # Only the chosen form is drawn; the others are one click away.
            side.append({"panel": panel, "html": None})
            continue
        html = panel.render(request, dossier, day)
        if html is not None:
            main.append(
                {"panel": panel, "html": html, "count": panel.count(actor, dossier) if panel.count and day == clock.today() else None}
            )
    if side:
        chosen = next((part for part in side if part["panel"].key == asked), side[0])
        chosen["html"] = chosen["panel"].render(request, dossier, day)
    return main, side, hidden


def opens(panel: Panel, actor: Actor, *, before: bool = False) -> bool:
    """``before``: read by a service that had the dossier before, to which only some panels stay open."""
    if before and not panel.kept:
        return False
    return bool(panel.access(actor)) and (not panel.data_class or may_see(actor, panel.data_class))


def _paired(main: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Rows of the page: half-width panels two by two, the others alone."""
    rows: list[list[dict[str, Any]]] = []
    for part in main:
        half = HALF_FROM <= part["panel"].order < HALF_TO
        if half and rows and len(rows[-1]) == 1 and HALF_FROM <= rows[-1][0]["panel"].order < HALF_TO:
            rows[-1].append(part)
        else:
            rows.append([part])
    return rows
