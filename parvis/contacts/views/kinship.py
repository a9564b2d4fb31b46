"""The family of a person: picture and list on a day; a relation is added and ends."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from parvis.kernel import asof, clock
from parvis.kernel.actor import Actor
from parvis.ui import formats
from parvis.ui.http import done, errors_on, invalid, page, screen

from .. import access, forms, models, selectors, services
from ..kinship import selectors as kin
from ..kinship import words
from ..kinship.graph import draw
from ._common import visible


def can_change_family(actor: Actor) -> bool:
    return access.can_edit_person(actor) and access.sees_relations(actor)


@screen(access=access.sees_relations)
def family(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Who is what to whom on a day (``?on=``): the same relations as picture and as list."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    person = visible(request, uuid, screen="contacts.family")
    day, problem = _asked(request)
    if (view := asof.view()) is not None:
        day, problem = view.day, ""
    relatives = kin.relatives(actor, person.pk, day, asof.known_on())
    everybody = kin.family(actor, person.pk, day, asof.known_on())
    context = {
        "person": person,
        "card": everybody.cards[person.pk],
        "day": day,
        "today": clock.today(),
        "problem": problem,
        "present": [one for one in relatives if not one.past],
        "ended": [one for one in relatives if one.past],
        "debtors": [one for one in relatives if one.duty],
        "picture": draw(everybody) if len(everybody.generations) > 1 else None,
        "more": everybody.more,
        "may_edit": view is None and can_change_family(actor),
        "view": view,
    }
    return page(request, "contacts/family.html", context)


def _asked(request: HttpRequest) -> tuple[dt.date, str]:
    text = request.GET.get("on", "").strip()
    try:
        day = formats.as_date(text) if text else None
    except ValueError:
        day = None
    problem = _("“%(text)s” is not a date: the page shows today.") % {"text": text[:20]} if text and day is None else ""
    return day or clock.today(), problem


@screen(access=can_change_family, methods=("GET", "POST"), creates=True)
def add(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Find the other person, say what they are to this one."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    person = visible(request, uuid)
    text = request.GET.get("q", "").strip()
    found = [row.pk for row, _why in services.search_persons(actor=actor, query=text, limit=12) if row.pk != person.pk] if text else []
    cards = selectors.person_cards(actor, [*found, person.pk], brief=True)
    form = forms.RelationForm(request.POST if request.method == "POST" else None, initial={"valid_from": clock.today()})
    back = reverse("contacts:family", args=[person.uuid])
    context: dict[str, Any] = {
        "form": form,
        "heading": _("Add a relation"),
        "help": _("It is noted once and read from both sides."),
        "title": cards[person.pk].display_name,
        "back": back,
        "q": text,
        "of": "person",
        "choices": [
            {"uuid": cards[pk].uuid, "name": cards[pk].display_name, "detail": cards[pk].birth_date} for pk in found if pk in cards
        ],
        "picked": request.POST.get("picked", ""),
    }
    if request.method != "POST":
        return page(request, "contacts/add_link.html", context)
    if form.is_valid():
        data = form.cleaned_data
        other = picked_person(actor, context["picked"])
        if other is None:
            form.add_error(None, _("Choose who it is about."))
        else:
            with errors_on(form):
                kind, forward = words.stored(data["side"])
                last = data["last_day"]
                services.relate(
                    actor=actor,
                    person=other if forward else person,
                    other=person if forward else other,
                    kind=kind,
                    valid_from=data["valid_from"],
                    valid_to=last + dt.timedelta(days=1) if last else None,
                    source=data["source"],
                    source_ref=data["source_ref"],
                )
                return done(request, back, _("The relation is noted."))
    return invalid(request, "contacts/add_link.html", context)


def picked_person(actor: Actor, text: str) -> models.Person | None:
    """The person chosen on the page, whom the reader may see."""
    try:
        uuid = UUID(text)
    except ValueError:
        return None
    return models.Person.objects.visible_to(actor).filter(uuid=uuid, merged_into=None).first()  # type: ignore[no-any-return]


@screen(access=can_change_family, methods=("GET", "POST"), writes=True)
def end(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A relation ends (``?row=``); it stays with its days."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    person = visible(request, uuid)
    asked = request.GET.get("row", "")
    row = kin.visible_relation(actor, person, int(asked)) if asked.isdecimal() else None
    if row is None:
        raise Http404("relation")
    view = next((one for one in kin.relatives(actor, person.pk) if one.row.pk == row.pk), None)
    if view is None or view.past:
        raise Http404("relation")
    back = reverse("contacts:family", args=[person.uuid])
    form = forms.EndForm(request.POST if request.method == "POST" else None, initial={"last_day": clock.today()})
    name = selectors.person_card(actor, person.pk).display_name
    context = {"back": back, "title": name, "text": f"{view.card.display_name}, {view.noun}", "row": row, "form": form}
    if request.method == "POST":
        if form.is_valid():
            with errors_on(form):
                services.end_relation(actor=actor, row=row, on=form.cleaned_data["last_day"] + dt.timedelta(days=1))
                return done(request, back, _("Ended. It stays readable with its days."))
        return invalid(request, "contacts/end.html", context)
    return page(request, "contacts/end.html", context)
