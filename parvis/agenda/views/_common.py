"""What the pages of appointments share."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse

from parvis.kernel.actor import Actor
from parvis.kernel.links import link
from parvis.kernel.subject import SubjectRef
from parvis.ui.http import page, reading

from .. import access
from ..errors import Clashes
from ..models import Appointment
from ..selectors import by_uuid
from ..selectors.reading import file_words


def read(request: HttpRequest, subject: SubjectRef, *, screen: str = "") -> None:
    """Each page about an appointment is a reading of its file, as the file's own pages are; what is unusual asks for a reason first."""
    reading(request, subject, screen=screen)


def file_of(request: HttpRequest, kind: str, number: int) -> dict[str, Any]:
    """The file with its name and address, if the reader sees it; else 404."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    subject = SubjectRef(kind, number)
    if not access.sees(actor, subject):
        raise Http404(kind)
    return about(actor, subject)


def about(actor: Actor, subject: SubjectRef) -> dict[str, Any]:
    number, url = link(actor, subject)
    return {"subject": subject, "file": file_words(actor, [subject.id]).get(subject.id, number), "file_url": url}


def found(request: HttpRequest, uuid: UUID) -> Appointment:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = by_uuid(actor, uuid)
    if row is None:
        raise Http404("appointment")
    return row


def told_first(request: HttpRequest, template: str, context: dict[str, Any], clash: Clashes) -> HttpResponse:
    """What stands in the way, and the same answers again: nothing is saved yet."""
    return page(request, template, context | {"clashes": clash.clashes, "mark": clash.mark}, status=409)
