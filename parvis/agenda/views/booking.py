"""Booking, from a file or from a day of the calendar."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from parvis.contacts.api import hidden_person_ids
from parvis.kernel import clock, registries
from parvis.kernel.actor import Actor
from parvis.kernel.registries import Hit
from parvis.kernel.subject import SubjectRef
from parvis.ui.fields import read_day
from parvis.ui.http import done, errors_on, invalid, page, screen

from .. import access, services
from ..errors import AppointmentRefused, Clashes
from ..forms import BookForm
from ..selectors import attendees, by_uuid, rooms_known
from ..selectors.reading import agents_of, file_for_url, person_choices
from ._common import file_of, read, told_first

LEAST = 3
FOUND = 7


def asked_day(text: str) -> dt.date | None:
    """The day that an address names, or nothing."""
    return read_day(text)


def form_for(request: HttpRequest, subject: SubjectRef, *, blank: bool = False) -> BookForm:
    """The form of a file. It begins with what the address says: a day, or another appointment to be taken up (``again``)."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    persons = person_choices(subject)
    posted = request.method == "POST" and not blank
    begun = {} if posted else _begun(request, actor, subject, [pk for pk, _name in persons])
    chosen = [int(pk) for pk in begun.get("agents", ()) if str(pk).isdecimal()]
    return BookForm(
        request.POST if posted else None,
        persons=persons,
        colleagues=attendees(actor, chosen),
        initial=begun,
        auto_id="appointment_%s",
    )


def _begun(request: HttpRequest, actor: Actor, subject: SubjectRef, persons: list[int]) -> dict[str, Any]:
    day = asked_day(request.GET.get("on", ""))
    begun: dict[str, Any] = {
        "day": day if day and day >= clock.today() else None,
        "place": "office",
        "minutes": 30,
        "agents": [str(actor.stands_for)] if actor.stands_for else [],
        # A protected household hears of it by the centre itself, unless somebody decides otherwise.
        "on_portal": not hidden_person_ids(persons, clock.today()),
    }
    try:
        again = by_uuid(actor, UUID(request.GET.get("again", "")))
    except ValueError:
        again = None
    if again is not None and again.subject == subject:
        begun |= {
            "text": again.text if access.reads_words(actor, again) else "",
            "at": again.starts_at.astimezone(clock.zone()).time(),
            "minutes": again.minutes,
            "place": again.place,
            "room": again.room,
            "person": str(again.person_id or ""),
            "agents": [str(one.pk) for one in agents_of(again)],
            "on_portal": again.on_portal,
        }
    return begun


@screen(access=access.can_book, methods=("GET", "POST"), creates=True)
def add(request: HttpRequest, kind: str, number: int) -> HttpResponse:
    """Book an appointment for a file; what stands in the way is told before anything is saved."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    context = file_of(request, kind, number)
    subject: SubjectRef = context["subject"]
    read(request, subject)
    if why := access.why_nothing_is_added(actor, subject):
        raise AppointmentRefused(why, code="takes_nothing")
    form = form_for(request, subject)
    context |= {"form": form, "rooms": rooms_known()}
    if request.method == "POST":
        if form.is_valid():
            try:
                with errors_on(form):
                    row = services.book(actor=actor, subject=subject, new=form.new)
                    return done(request, "agenda:appointment", _("Booked."), row.uuid)
            except Clashes as clash:
                return told_first(request, "agenda/add.html", context, clash)
        return invalid(request, "agenda/add.html", context)
    return page(request, "agenda/add.html", context)


@screen(access=access.can_book)
def choose(request: HttpRequest) -> HttpResponse:
    """For which file? By three letters of the name, or the number; the day of the calendar comes along."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    query = request.GET.get("q", "").strip()[:120]
    day = asked_day(request.GET.get("on", ""))
    return page(request, "agenda/new.html", {"query": query, "short": len(query) < LEAST, "day": day, "hits": _found(actor, query, day)})


def _found(actor: Actor, query: str, day: dt.date | None) -> list[tuple[Hit, str]]:
    if len(query) < LEAST or "dossiers" not in registries.search_sources:
        return []
    source = registries.search_sources.get("dossiers")
    hits: list[Hit] = source.search(actor, query, FOUND) if source.access(actor) else []
    asked = f"?{urlencode({'on': day.isoformat()})}" if day else ""
    found = []
    for hit in hits:
        number = file_for_url(actor, hit.url)
        if number is not None:
            found.append((hit, reverse("agenda:add", args=["dossier", number]) + asked))
    return found
