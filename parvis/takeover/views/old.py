"""As in the old system: the lines taken over, to be read only."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from parvis.contacts.api import Person, can_read_persons, display_names
from parvis.dossiers.api import Dossier, can_read_dossiers, reader_of
from parvis.kernel import mutations
from parvis.kernel.subject import SubjectRef
from parvis.ui.http import page, screen

from ..services import old_system


@screen(access=old_system.may_read_old)
def index(request: HttpRequest) -> HttpResponse:
    """Find a person or a dossier by its number in the old system."""
    query = request.GET.get("q", "").strip()[:100]
    found = old_system.find_old(request.actor, query) if query else []  # type: ignore[attr-defined]
    rows = [{**one, "url": reverse(f"takeover:old_{one['kind']}", args=[one["thing"].uuid])} for one in found]
    return page(request, "takeover/old_index.html", {"query": query, "rows": rows})


@screen(access=can_read_persons)
def person(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What the old system said of a person."""
    row = Person.objects.visible_to(request.actor).filter(uuid=uuid).first()  # type: ignore[attr-defined]
    if row is None:
        raise Http404("person")
    mutations.record_read(actor=request.actor, subject=SubjectRef("person", row.pk), screen=request.screen.name)  # type: ignore[attr-defined]
    name = display_names([row.pk]).get(row.pk, "")
    context = {"name": name, "number": "", "back": "", "lines": old_system.of_person(request.actor, row)}  # type: ignore[attr-defined]
    return page(request, "takeover/old.html", context)


@screen(access=can_read_dossiers)
def dossier(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What the old system said of a dossier and of everyone in it."""
    row: Any = Dossier.objects.visible_to(request.actor).filter(uuid=uuid, destroyed_on__isnull=True).first()  # type: ignore[attr-defined]
    if row is None:
        raise Http404("dossier")
    mutations.record_read(actor=request.actor, subject=SubjectRef("dossier", row.pk), screen=request.screen.name)  # type: ignore[attr-defined]
    actor = reader_of(request.actor, row)  # type: ignore[attr-defined]
    context = {
        "name": display_names([row.lead_id]).get(row.lead_id, ""),
        "number": row.number,
        "back": reverse("dossiers:detail", args=[row.uuid]),
        "lines": old_system.of_dossier(actor, row),
    }
    return page(request, "takeover/old.html", context)
