"""Own fields of a person: a section on a day, its questions, and the list of persons with its own columns."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from parvis.contacts.api import Person, can_edit_person, can_read_persons, display_names
from parvis.form_engine.api import problems, read_page
from parvis.kernel import asof, clock
from parvis.kernel.actor import Actor
from parvis.kernel.errors import Conflict
from parvis.kernel.periods import OPEN_END
from parvis.kernel.subject import SubjectRef
from parvis.ui.http import done, invalid, page, reading, screen

from .. import access, custom
from ..custom_lists import with_custom
from ..custom_persons import Part, own_data
from ..forms_custom import PeriodForm
from ..grids_persons import PERSONS, listed_persons, with_notes
from ..models import PersonFact
from ..models.custom import ONCE
from ..past_persons import persons_listed_then, persons_then
from ..services import custom as services
from ._common import asked_day
from .custom import entry_asked, reading_days
from .custom_both import both_kept, settled


@screen(access=access.can_list_persons, parts={"persons": "ui/components/grid.html"})
def persons(request: HttpRequest) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if (view := asof.view()) is not None:
        then = persons_then(view).read(request, persons_listed_then(actor, view))
        return then.export() or page(request, "dossiers/persons.html", {"grid": then})
    noted, rows = with_notes(PERSONS, listed_persons(actor), actor)
    own, rows = with_custom(noted, rows, actor, persons=True)
    grid = own.read(request, rows)
    return grid.export() or page(request, "dossiers/persons.html", {"grid": grid})


def _person(request: HttpRequest, uuid: UUID) -> Person:
    """The person, or 404; one who was merged has a page no more. Reading is written down, and what is unusual asks for a reason first."""
    person = Person.objects.visible_to(request.actor).filter(uuid=uuid, merged_into__isnull=True).first()  # type: ignore[attr-defined]
    if person is None:
        raise Http404("person")
    reading(request, SubjectRef("person", person.pk))
    return person


def _part(request: HttpRequest, person: Person, key: str, day: dt.date, known_on: dt.datetime | None = None) -> Part:
    """A section that has something for this reader; one of hidden fields only is not there."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = own_data(actor, person.pk, day, known_on=known_on, section=key).parts
    if not found:
        raise Http404("section")
    return found[0]


def _heading(person: Person) -> dict[str, Any]:
    return {"person": person, "name": display_names([person.pk]).get(person.pk, "?")}


@screen(access=can_read_persons, parts=("own-of-person",))
def own(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """All sections of persons, as they stood on a day; the page of the person asks for them alone."""
    person = _person(request, uuid)
    day, known, known_on = reading_days(request)
    data = own_data(request.actor, person.pk, day, known_on=known_on)  # type: ignore[attr-defined]
    return page(request, "dossiers/person_own.html", {**_heading(person), "data": data, "day": day, "known": known})


@screen(access=can_read_persons)
def section(request: HttpRequest, uuid: UUID, section: str) -> HttpResponse:
    """A section on a day, as known on a day, with every filling before and after, and what stands under a merged number."""
    person = _person(request, uuid)
    day, known, known_on = reading_days(request)
    part = _part(request, person, section, day, known_on)
    context = {
        **_heading(person),
        "part": part,
        "section": part.section,
        "day": day,
        "known": known,
        "today": clock.today(),
        "edit_url": reverse("dossiers:person_edit", args=[person.uuid, section]),
    }
    return page(request, "dossiers/person_section.html", context)


@screen(access=can_edit_person, methods=("GET", "POST"), creates=True)
def edit(request: HttpRequest, uuid: UUID, section: str) -> HttpResponse:
    """The questions of a section; ``item`` changes one entry, without it a repeating section gets a new one."""
    person = _person(request, uuid)
    actor: Actor = request.actor  # type: ignore[attr-defined]
    day = asked_day(request, "on") or clock.today()
    part = _part(request, person, section, day)
    if not part.may_write:
        raise Http404("section")
    own, classes = part.section, access.person_classes(actor, person.pk)[1]
    item = entry_asked(request, own)
    rows = PersonFact.objects.visible_to(actor).filter(person=person, section=own.key, item=item)
    held = list(rows.at(day)) if item else []
    answers = {fact.field: fact.value for fact in held}
    start = max((fact.valid_from for fact in held), default=day)
    end = min((fact.valid_to for fact in held), default=OPEN_END)
    initial = {"valid_from": start, "last_day": None if end == OPEN_END else end - dt.timedelta(days=1)}
    period = PeriodForm(request.POST if request.method == "POST" else None, initial=initial) if own.dated else None
    if period is not None and period.is_bound and period.is_valid():
        day = period.cleaned_data["valid_from"]  # codes are those offered on the first day
    state = custom.form_of(actor, None, own, answers, day, classes)
    context = {**_heading(person), "section": own, "period": period, "at": state.pages[0], "version": person.version, "once": ONCE}
    if request.method != "POST":
        return page(request, "dossiers/person_edit.html", context)
    answers = read_page(state.pages[0], settled(request.POST), answers)
    state = custom.form_of(actor, None, own, answers, day, classes)
    found = problems(state, today=clock.today())
    context |= {"at": state.pages[0], "errors": [{"text": one.text, "target": one.target, "label": one.label} for one in found]}
    if (period is None or period.is_valid()) and not found:
        version = request.POST.get("version", "")
        try:
            services.write_person_custom(
                actor=actor,
                person=person,
                section=own.key,
                answers={raw["key"]: answers.get(raw["key"]) for raw in own.fields if raw["data_class"] in classes},
                item=item,
                valid_from=period.cleaned_data["valid_from"] if period else None,
                valid_to=period.end if period else None,
                expected=int(version) if version.isdecimal() else None,
            )
        except Conflict as error:
            person.refresh_from_db(fields=["version"])
            return both_kept(request, person.version, error, state.pages[0], list(rows.at(day)))
        return done(request, "dossiers:person_section", _("Saved."), person.uuid, own.key)
    return invalid(request, "dossiers/person_edit.html", context)
