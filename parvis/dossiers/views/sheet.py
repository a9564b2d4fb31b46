"""The 360° sheet: everything that this reader may know of the household today, on one page to print."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from parvis.kernel import clock, memo
from parvis.ui.http import page, screen

from .. import access
from ..sheet import parts_for
from ._common import crumbs, visible


@screen(access=access.can_read_dossiers)
def sheet(request: HttpRequest, uuid: UUID) -> HttpResponse:
    dossier = visible(request, uuid)
    today = clock.today()
    with memo.sharing():
        parts, hidden = parts_for(request.actor, dossier, today)  # type: ignore[attr-defined]
    return page(request, "dossiers/sheet.html", {**crumbs(dossier), "parts": parts, "hidden": hidden, "today": today})
