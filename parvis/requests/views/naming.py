"""Whom an answer names: entries of the address book side by side with what was typed, or a new entry after a look for doubles (B8)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from parvis.contacts import api as contacts
from parvis.contacts.enums import PartyKind
from parvis.kernel.actor import Actor
from parvis.kernel.errors import DomainError
from parvis.kernel.gestures import gesture_scope
from parvis.ui.http import done, errors_on, invalid, page, screen

from .. import access, services
from ..forms import NewEntryForm
from ._common import visible


@screen(access=access.can_identify, methods=("GET", "POST"), creates=True)
def named(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Choose the entry that the answer means, or add it to the book. Either leads back to the answers to take over."""
    mine = visible(request, uuid)
    actor: Actor = request.actor  # type: ignore[attr-defined]
    asked = request.GET.get("field", "")
    one = next((row for row in services.named_in(actor, mine) if row.field == asked), None)
    if one is None or not access.registers_in(actor, mine.unit_id):
        raise Http404("answer")
    query = request.GET.get("q", "").strip() or one.text
    adds = contacts.can_edit_organisations(actor)
    adding = request.method == "POST" and "add" in request.POST and adds
    form = NewEntryForm(request.POST if adding else None, initial={"name": one.text})
    context: dict[str, Any] = {
        "mine": mine,
        "named": one,
        "query": query,
        "choices": contacts.choices_like(actor, one.kind, query, limit=8),
        "kind": PartyKind(one.kind).label,
        "form": form,
        "adds": adds,
        "problem": "",
    }
    if adding:
        return _add(request, actor, context, form)
    if request.method == "POST":
        try:
            services.name_party(actor=actor, request=mine, field=one.field, ref=request.POST.get("entry", ""))
        except DomainError as error:
            return invalid(request, "requests/named.html", {**context, "problem": str(error.message)})
        return done(request, "requests:take_over", _("The answer is linked to the address book."), mine.uuid)
    return page(request, "requests/named.html", context)


def _add(request: HttpRequest, actor: Actor, context: dict[str, Any], form: NewEntryForm) -> HttpResponse:
    mine, one = context["mine"], context["named"]
    context["opened"] = True
    if form.is_valid():
        data = form.cleaned_data
        like = {name: data[name] for name in ("name", "enterprise_number", "municipality", "phone", "email")}
        context["matches"] = contacts.match_organisations(actor=actor, **like)
        if context["matches"] and not data["confirmed"]:
            refs = [f"{'organisation' if row.entry.organisation_id else 'person'}:{row.entry.uuid}" for row in context["matches"]]
            offered = contacts.chosen_entries(actor, refs)
            context["choices"] = [offered[ref] for ref in refs if ref in offered]
            return invalid(request, "requests/named.html", {**context, "ask": True})
        with errors_on(form), gesture_scope():
            entered = contacts.enter_organisation(
                actor=actor,
                name=data["name"],
                kinds=[one.kind],
                enterprise_number=data["enterprise_number"],
                address=form.address,
                phone=data["phone"],
                email=data["email"],
            )
            services.name_party(actor=actor, request=mine, field=one.field, ref=f"organisation:{entered.uuid}")
            return done(request, "requests:take_over", _("Added to the address book, and the answer is linked to it."), mine.uuid)
    return invalid(request, "requests/named.html", context)
