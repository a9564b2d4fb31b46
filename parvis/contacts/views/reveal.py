"""A number that is masked for this reader, shown whole once, with a reason that is written down."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from parvis.kernel.actor import Actor
from parvis.kernel.identifiers import format_number
from parvis.ui.http import invalid, page, screen

from .. import access, forms, models, selectors, services
from ._common import visible


@screen(access=access.may_reveal, methods=("GET", "POST"), writes=True)
def number(request: HttpRequest, uuid: UUID) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    person = visible(request, uuid)
    asked = request.GET.get("row", "")
    rows = models.Identifier.objects.visible_to(actor).filter(person=person, live=1)
    row = rows.filter(pk=int(asked)).first() if asked.isdecimal() else None
    if row is None:
        raise Http404("number")
    form = forms.RevealForm(request.POST if request.method == "POST" else None)
    card = selectors.person_card(actor, person.pk)
    context = {"form": form, "card": card, "row": row, "back": reverse("contacts:person", args=[person.uuid])}
    if request.method == "POST":
        if not form.is_valid():
            return invalid(request, "contacts/reveal.html", context)
        shown = services.reveal_number(actor=actor, row=row, reason=form.cleaned_data["reason"])
        context["shown"] = format_number(row.kind, shown)
    return page(request, "contacts/reveal.html", context)
