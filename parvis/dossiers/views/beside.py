"""The summary of a file beside the list that it was chosen from (A1): who it is, what runs until when, what happened last."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from parvis.kernel import asof, clock, memo
from parvis.kernel.actor import Actor
from parvis.kernel.errors import StepFirst
from parvis.kernel.registries import panels
from parvis.kernel.scope import within
from parvis.ui.http import page, screen

from .. import access
from ..models import Dossier
from ..past import as_it_stood
from ..selectors import member_views, referents_at
from ._common import visible
from .dossiers import lead_of, opens


@screen(access=access.can_read_dossiers, parts=("beside",))
def beside(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Its head and some of its panels, by the rules of its page. A file that asks for a reason is not opened by passing over its line: it
    shows nothing and leads to the page that asks."""
    whole = reverse("dossiers:detail", args=[uuid])
    try:
        dossier = visible(request, uuid)
    except StepFirst:
        return page(request, "dossiers/beside.html", {"asks": True, "whole": whole, "uuid": uuid})
    actor: Actor = request.actor  # type: ignore[attr-defined]
    view = asof.view()
    day = view.day if view else clock.today()
    known_on = view.known_on if view else None
    if view is not None and not as_it_stood(dossier, view):
        return page(request, "dossiers/beside.html", {"not_yet": day, "whole": whole, "uuid": uuid})
    request.known_on = known_on  # type: ignore[attr-defined]
    request.known_day = view.known_day if view else day  # type: ignore[attr-defined]
    before = access.reads_as_before(actor, dossier)
    with memo.sharing():
        members = member_views(actor, dossier.pk, day, known_on)
        request.dossier_members = members  # type: ignore[attr-defined]
        memo.keep("dossier", dossier.pk)
        memo.keep(("dossiers.reading", actor, dossier.pk), dossier)
        if not before:
            within(Dossier, actor, dossier.pk)
        shown = [panel for panel in panels.all() if panel.beside and opens(panel, actor, before=before)]
        parts = [html for panel in shown if (html := panel.render(request, dossier, day)) is not None]
    context: dict[str, Any] = {
        "dossier": dossier,
        "whole": whole,
        "uuid": uuid,
        "members": members,
        "lead": lead_of(members, dossier),
        "referents": referents_at(dossier.pk, day, known_on),
        "parts": parts,
        "past": view is not None,
    }
    return page(request, "dossiers/beside.html", context)
