"""What changed in a dossier since the reader's last visit, the last decision or a day."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from parvis.kernel import asof, clock, registries
from parvis.kernel import changes as kernel_changes
from parvis.kernel.actor import Actor
from parvis.kernel.registries import Span
from parvis.ui import formats
from parvis.ui.http import page, screen

from .. import access
from ..models import Dossier
from ..selectors import MemberView, member_views, names_of_members
from ._common import asked_day, crumbs, visible


def addresses_told(members: list[MemberView]) -> tuple[int, ...]:
    """Members of whose addresses the page may speak: a protected one is left out, its changes too."""
    return tuple(sorted(view.member.person_id for view in members if view.card is not None and not view.card.hidden))


def since_visit(actor: Actor, dossier: Dossier, members: list[MemberView]) -> dict[str, Any] | None:
    """The short line of the heading: how much others changed since the reader's last visit."""
    at: dt.datetime | None = dossier.visited_at  # type: ignore[attr-defined]
    if at is None:
        return None
    span = Span(dossier.pk, at, addresses_told(members), but=actor.account_id)
    return {"at": at, "count": kernel_changes.count(actor, span)}


def _landmarks(actor: Actor, dossier: Dossier) -> dict[str, tuple[dt.datetime, Any]]:
    found = {key: of(actor, dossier.pk) for key, of in registries.landmarks.items()}
    until = asof.until()
    return {key: value for key, value in found.items() if value is not None and (until is None or value[0] < until)}


@screen(access=access.can_read_dossiers)
def changes(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Facts added, corrected and ended with before and after; members, referents, aid, payments, documents, notes."""
    dossier = visible(request, uuid)
    actor: Actor = request.actor  # type: ignore[attr-defined]
    visit: dt.datetime | None = dossier.visited_at  # type: ignore[attr-defined]
    view, until = asof.view(), asof.until()
    if visit is not None and until is not None and visit >= until:
        visit = None
    marks = _landmarks(actor, dossier)
    day = asked_day(request, "since")
    asked = request.GET.get("since", "").strip()
    opened = dt.datetime.combine(dossier.opened_on, dt.time(), clock.zone())
    but = None
    if day is not None:
        since, chosen = dt.datetime.combine(day, dt.time(), clock.zone()), "day"
    elif asked in marks:
        since, chosen = marks[asked][0], asked
    elif visit is not None:
        since, chosen, but = visit, "visit", actor.account_id
    else:
        since, chosen = max(opened, (until or clock.now()) - dt.timedelta(days=31)), "day"
    people = addresses_told(member_views(actor, dossier.pk, asof.day(), asof.known_on(), homes=False))
    names = names_of_members(dossier.pk)
    span = Span(dossier.pk, since, people, but, dossier.uuid, names)
    groups = kernel_changes.tell(actor, span)
    cut = any(len(rows) >= kernel_changes.MOST for _source, rows in groups)
    if until is not None:  # the latest are read first: where there are too many since, the page says so
        told = [(source, [row for row in rows if row.at < until]) for source, rows in groups]
        groups = [(source, rows) for source, rows in told if rows]
    ways = [{"key": "visit", "label": _("my last visit, %(when)s") % {"when": formats.moment(visit)}}] if visit else []
    ways += [{"key": key, "label": _("decision %(number)s") % {"number": label}} for key, (_at, label) in marks.items()]
    context = {
        **(crumbs(dossier) if view is None else {"dossier": dossier, "lead_name": names.get(dossier.lead_id, "?")}),
        "since": since,
        "when": formats.day(since) if chosen == "day" else formats.moment(since),
        "chosen": chosen,
        "ways": ways,
        "groups": [{"source": source, "rows": rows[: kernel_changes.MOST]} for source, rows in groups],
        "total": sum(len(rows) for _source, rows in groups),
        "most": cut,
        "view": view,
        "others": but is not None,
        "problem": bool(asked) and day is None and asked not in marks and asked != "visit",
    }
    return page(request, "dossiers/changes.html", context)
