"""What the screens of a person share."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest

from parvis.kernel.subject import SubjectRef
from parvis.ui.http import reading

from ..models import Person


def visible(request: HttpRequest, uuid: UUID, *, screen: str = "contacts.person") -> Person:
    """The person, or 404 when there is none for this reader. Of one who was merged only ``person`` leads on: see ``found``. What stands on
    the pages below a person's is read of the person, and asks for a reason where that page does."""
    person = found(request, uuid)
    if person.merged_into_id is not None:
        raise Http404("person")
    reading(request, SubjectRef("person", person.pk), screen=screen)
    return person


def found(request: HttpRequest, uuid: UUID) -> Person:
    """The person, merged into another or not."""
    person = Person.objects.visible_to(request.actor).filter(uuid=uuid).first()  # type: ignore[attr-defined]
    if person is None:
        raise Http404("person")
    return person
