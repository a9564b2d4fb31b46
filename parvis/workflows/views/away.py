"""An absence: which tasks it moved, who has them, what was done meanwhile."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from parvis.kernel.actor import Actor
from parvis.ui.http import done, page, screen
from parvis.ui.shell import address

from .. import access
from .. import selectors_away as selectors
from ..models import Away
from ..services import away as services


def _away(actor: Actor, uuid: UUID) -> Away:
    """For the agent, and for whom a task told of it: who stands in, the heads of the services concerned."""
    found = selectors.away_by(actor, uuid)
    if found is None:
        raise Http404("away")
    return found


@screen(access=access.is_agent)
def away(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Which tasks an absence moved, and where each is now."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = _away(actor, uuid)
    context: dict[str, Any] = {
        "away": row,
        "own": row.account_id == actor.stands_for,
        "groups": selectors.moved_by(actor, row),
        "proxies": selectors.own_proxies(actor, row),
        "told": selectors.told_of(actor, row),
    }
    return page(request, "workflows/away.html", context)


@screen(access=access.is_agent, methods=("POST",))
def away_read(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The task that told of it is done."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    services.note_read(actor=actor, away=_away(actor, uuid))
    return done(request, address("desk:home") or "/", _("Noted as read."))
