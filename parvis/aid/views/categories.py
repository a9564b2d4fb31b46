"""The category of a person: beside the other data of the card, as of a day."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.http import Http404, HttpResponse

from parvis.contacts.api import Person, display_names
from parvis.kernel import asof, clock, mutations
from parvis.kernel.subject import SubjectRef
from parvis.ui import formats
from parvis.ui.http import Request, page, screen

from .. import access
from ..categories import categories_of


def _day(request: Request, name: str) -> dt.date | None:
    try:
        return formats.as_date(request.GET.get(name))
    except (ValueError, OverflowError):
        return None


@screen(access=access.may_see_category, parts=("category-of-person",))
def of_person(request: Request, uuid: UUID) -> HttpResponse:
    """By which category the person is helped on a day, since when and by which decision; what was before."""
    person = Person.objects.visible_to(request.actor).filter(uuid=uuid, merged_into__isnull=True).first()
    if person is None:
        raise Http404("person")
    mutations.record_read(actor=request.actor, subject=SubjectRef("person", person.pk), screen=request.screen.name)
    view = asof.view()
    day = view.day if view else _day(request, "on") or clock.today()
    known = view.known_day if view else min(_day(request, "known") or clock.today(), clock.today())
    rows = categories_of(request.actor, person.pk, day, known)
    context = {
        "person": person,
        "name": display_names([person.pk]).get(person.pk, "?"),
        "now": [row for row in rows if row.holds][:1],
        "others": [row for row in rows if not row.holds],
        "day": day,
        "known": known if known < clock.today() else None,
        "past": day < clock.today(),
        "read": True,
    }
    return page(request, "aid/person_category.html", context)
