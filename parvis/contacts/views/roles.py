"""Who is what where: a role is added from either side, and ends."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.ui.http import done, errors_on, invalid, local_url, page, screen

from .. import access, models, selectors, services
from ..book import forms
from ..book import selectors as book
from ..enums import RoleKind
from ._common import visible
from .organisations import visible_organisation


@screen(access=access.can_edit_organisations, methods=("GET", "POST"), creates=True)
def add_person(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """From the organisation: find a person, say what they are there."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    organisation = visible_organisation(request, uuid)
    text = request.GET.get("q", "").strip()
    found = [row for row, _why in services.search_persons(actor=actor, query=text, limit=12)] if text else []
    cards = selectors.person_cards(actor, [row.pk for row in found])
    choices = [
        {"uuid": cards[row.pk].uuid, "name": cards[row.pk].display_name, "detail": cards[row.pk].birth_date}
        for row in found
        if row.pk in cards
    ]
    card = book.organisation_card(actor, organisation.pk)
    context = {
        "title": card.name,
        "back": reverse("contacts:organisation", args=[organisation.uuid]),
        "choices": choices,
        "q": text,
        "of": "person",
    }

    def write(picked: UUID, values: dict[str, Any]) -> None:
        person = models.Person.objects.visible_to(actor).filter(uuid=picked).first()
        if person is None:
            raise Http404("person")
        services.set_role(actor=actor, person=person, organisation=organisation, **values)

    return _add(request, context, write)


@screen(access=access.can_edit_organisations, methods=("GET", "POST"), creates=True)
def add_organisation(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """From the person: find an organisation, say what the person is there."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    person = visible(request, uuid)
    text = request.GET.get("q", "").strip()
    found = [line for line, _why in services.search_book(actor=actor, query=text, limit=12)] if text else []
    choices = [{"uuid": line.uuid, "name": line.display_name, "detail": ", ".join((*line.kinds, line.municipality))} for line in found]
    card = selectors.person_card(actor, person.pk)
    context = {
        "title": card.display_name,
        "back": reverse("contacts:person", args=[person.uuid]),
        "choices": choices,
        "q": text,
        "of": "organisation",
    }

    def write(picked: UUID, values: dict[str, Any]) -> None:
        organisation = models.Organisation.objects.visible_to(actor).filter(uuid=picked).first()
        if organisation is None:
            raise Http404("organisation")
        services.set_role(actor=actor, person=person, organisation=organisation, **values)

    return _add(request, context, write)


def _add(request: HttpRequest, context: dict[str, Any], write: Any) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    form = forms.RoleForm(request.POST if request.method == "POST" else None, initial={"valid_from": clock.today()})
    form.fields["role"].choices = [(role.value, role.label) for role in RoleKind if access.sees_role(actor, role)]  # type: ignore[attr-defined]
    words = {"heading": _("Add a role"), "help": _("One person may hold several roles, here and elsewhere.")}
    context |= {**words, "form": form, "picked": request.POST.get("picked", "")}
    if request.method != "POST":
        return page(request, "contacts/add_link.html", context)
    if form.is_valid():
        data = form.cleaned_data
        try:
            picked = UUID(context["picked"])
        except ValueError:
            form.add_error(None, _("Choose who it is about."))
        else:
            with errors_on(form):
                last = data["last_day"]
                values = {"role": data["role"], "title": data["title"], "valid_from": data["valid_from"]}
                write(picked, values | {"valid_to": last + dt.timedelta(days=1) if last else None})
                return done(request, context["back"], _("The role is noted."))
    return invalid(request, "contacts/add_link.html", context)


@screen(access=access.can_edit_organisations, methods=("GET", "POST"), writes=True)
def end(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A role of a person ends (``?row=``)."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    person = visible(request, uuid)
    asked = request.GET.get("row", "")
    view = next((one for one in book.roles_of(actor, person.pk) if str(one.row.pk) == asked), None)
    if view is None or view.organisation is None:
        raise Http404("role")
    back = local_url(request, request.GET.get("back"), reverse("contacts:person", args=[person.uuid]))
    form = forms.EndForm(request.POST if request.method == "POST" else None, initial={"last_day": clock.today()})
    name = selectors.person_card(actor, person.pk).display_name
    context = {"back": back, "title": _("Role"), "text": f"{name}, {view.label}, {view.organisation.name}", "row": view.row, "form": form}
    if request.method == "POST":
        if form.is_valid():
            with errors_on(form):
                services.end_role(actor=actor, row=view.row, on=form.cleaned_data["last_day"] + dt.timedelta(days=1))
                return done(request, back, _("Ended. It stays readable with its days."))
        return invalid(request, "contacts/end.html", context)
    return page(request, "contacts/end.html", context)
