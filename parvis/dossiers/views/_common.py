"""What the screens of a dossier share."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest

from parvis.contacts.api import display_names
from parvis.kernel import asof, clock, memo
from parvis.kernel.statements import Statement
from parvis.kernel.subject import SubjectRef
from parvis.ui.fields import read_day
from parvis.ui.http import reading

from .. import access
from ..models import Dossier
from ..selectors import VISIT, beside, members_at, reading_beside

_VISIBLE = Statement("dossiers.visible")


def visible(request: HttpRequest, uuid: UUID, *, destroyed: bool = False, **also: Any) -> Dossier:
    """The dossier, or 404 when there is none for this reader: both look the same. ``also``: what a page reads with it. ``destroyed``: also one
    of which only the number is left."""
    actor = request.actor  # type: ignore[attr-defined]
    reads = request.method in ("GET", "HEAD")

    def read(at: dict[str, Any]) -> Any:
        rows = Dossier.objects.visible_to(actor).select_related("unit", "lead__index", "profile__kind").filter(uuid=at["uuid"])
        guard = reading_beside(actor, at["now"]) if reads else {}
        return rows.annotate(**beside(actor, at["visited_before"]), **guard, **also).order_by()

    now = clock.now()
    dossier = _VISIBLE.one((actor, reads, *sorted(also)), read, uuid=uuid, now=now, visited_before=now - VISIT)
    if dossier is None or (dossier.destroyed_on is not None and not destroyed):
        raise Http404("dossier")
    # A service of before reads in the classes of data that were left to it: the rest of the request is that reader's.
    request.actor = actor = access.reader_of(actor, dossier)  # type: ignore[attr-defined]
    with memo.sharing():  # each page of a file is a reading of it; what is unusual asks for a reason first
        if reads:
            memo.keep(("dossiers.reading", actor, dossier.pk), dossier)
        reading(request, SubjectRef("dossier", dossier.pk))
    return dossier


def asked_day(request: HttpRequest, name: str = "on") -> dt.date | None:
    """The day in the address, typed in one of the usual ways; None when absent or unreadable."""
    return read_day(request.GET.get(name, ""))


def end_of(day: dt.date) -> dt.datetime:
    """The last instant of a day in the instance's zone, as an exclusive bound."""
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), clock.zone())


def member_choices(dossier: Dossier) -> list[tuple[str, str]]:
    ids = [row.person_id for row in members_at(dossier.pk)]
    names = display_names(ids)
    return [(str(pk), names.get(pk, "?")) for pk in ids]


def crumbs(dossier: Dossier) -> dict[str, Any]:
    """What every page below a dossier needs for its heading."""
    if asof.view() is not None:
        return {"dossier": dossier, "lead_name": display_names([dossier.lead_id]).get(dossier.lead_id, "?")}
    index = getattr(dossier.lead, "index", None)
    return {"dossier": dossier, "lead_name": index.display_name if index else "?"}
