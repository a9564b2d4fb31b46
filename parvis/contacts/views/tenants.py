"""A landlord who is a person: a tenant is noted, and leaves."""

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

from .. import forms, selectors, services
from ..enums import RelationKind
from ..tenancy import selectors as book
from ._common import visible
from .kinship import can_change_family, picked_person


@screen(access=can_change_family, methods=("GET", "POST"), creates=True)
def add(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Find the person who lives there, say since when."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    person = visible(request, uuid)
    text = request.GET.get("q", "").strip()
    found = [row.pk for row, _why in services.search_persons(actor=actor, query=text, limit=12) if row.pk != person.pk] if text else []
    cards = selectors.person_cards(actor, [*found, person.pk], brief=True)
    form = forms.TenancyForm(request.POST if request.method == "POST" else None, initial={"valid_from": clock.today()})
    back = reverse("contacts:person", args=[person.uuid])
    context: dict[str, Any] = {
        "form": form,
        "title": cards[person.pk].display_name,
        "heading": _("Add a tenant"),
        "back": back,
        "q": text,
        "of": "person",
        "choices": [
            {"uuid": cards[pk].uuid, "name": cards[pk].display_name, "detail": cards[pk].birth_date} for pk in found if pk in cards
        ],
        "picked": request.POST.get("picked", ""),
    }
    if request.method != "POST":
        return page(request, "contacts/tenant.html", context)
    if form.is_valid():
        data = form.cleaned_data
        other = picked_person(actor, context["picked"])
        if other is None:
            form.add_error(None, _("Choose who it is about."))
        else:
            with errors_on(form):
                last = data["last_day"]
                services.relate(
                    actor=actor,
                    person=person,
                    other=other,
                    kind=RelationKind.LANDLORD,
                    valid_from=data["valid_from"],
                    valid_to=last + dt.timedelta(days=1) if last else None,
                    source=data["source"],
                    source_ref=data["source_ref"],
                )
                return done(request, back, _("The tenant is noted."))
    return invalid(request, "contacts/tenant.html", context)


@screen(access=can_change_family, methods=("GET", "POST"), writes=True)
def end(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The tenant leaves (``?row=``); it stays with its days."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    person = visible(request, uuid)
    asked = request.GET.get("row", "")
    row = book.visible_tenancy(actor, person, int(asked)) if asked.isdecimal() else None
    if row is None:
        raise Http404("tenancy")
    back = local_url(request, request.GET.get("back"), reverse("contacts:person", args=[person.uuid]))
    form = forms.EndForm(request.POST if request.method == "POST" else None, initial={"last_day": clock.today()})
    names = selectors.display_names([row.person_id, row.other_id])
    text = _("%(tenant)s, tenant of %(landlord)s") % {"tenant": names.get(row.other_id, "?"), "landlord": names.get(row.person_id, "?")}
    context = {"back": back, "title": names.get(person.pk, "?"), "text": text, "row": row, "form": form}
    if request.method == "POST":
        if form.is_valid():
            with errors_on(form):
                services.end_relation(actor=actor, row=row, on=form.cleaned_data["last_day"] + dt.timedelta(days=1))
                return done(request, back, _("Ended. It stays readable with its days."))
        return invalid(request, "contacts/end.html", context)
    return page(request, "contacts/end.html", context)
