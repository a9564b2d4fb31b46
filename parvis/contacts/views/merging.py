"""Entered twice: find the other one, compare line by line, make them one; and part them again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from parvis.kernel.actor import Actor
from parvis.ui.http import done, errors_on, invalid, page, screen

from .. import access, forms, models, selectors, services
from ..book import selectors as book
from ..services.merging import CHOOSABLE
from ._common import visible
from .organisations import visible_organisation


@screen(access=access.can_merge, methods=("GET", "POST"), writes=True)
def person(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """This person is kept; ``?with=`` is the file that becomes part of it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    kept = visible(request, uuid)
    card = selectors.person_card(actor, kept.pk)
    other = _other(models.Person, actor, request, kept)
    context: dict[str, Any] = {
        "title": card.display_name,
        "back": reverse("contacts:person", args=[kept.uuid]),
        "kept": kept,
        "of": "person",
    }
    if other is None:
        text = request.GET.get("q", "").strip()
        found = [row.pk for row, _why in services.search_persons(actor=actor, query=text, limit=12)] if text else []
        cards = selectors.person_cards(actor, [pk for pk in found if pk != kept.pk], brief=True)
        context |= {
            "q": text,
            "matches": _like(actor, kept, card) if not text else [],
            "choices": [{"uuid": one.uuid, "name": one.display_name, "detail": one.birth_date} for one in cards.values()],
        }
        return page(request, "contacts/merge_find.html", context)
    return _decide(request, context, kept, other, services.compare_persons, services.merge_persons)


@screen(access=access.can_merge, methods=("GET", "POST"), writes=True)
def organisation(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """This organisation is kept; ``?with=`` is the entry that becomes part of it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    kept = visible_organisation(request, uuid)
    card = book.organisation_card(actor, kept.pk)
    other = _other(models.Organisation, actor, request, kept)
    context: dict[str, Any] = {
        "title": card.name,
        "back": reverse("contacts:organisation", args=[kept.uuid]),
        "kept": kept,
        "of": "organisation",
    }
    if other is None:
        text = request.GET.get("q", "").strip()
        found = [line for line, _why in services.search_book(actor=actor, query=text, limit=12)] if text else []
        like = services.match_organisations(actor=actor, name=card.name, exclude=kept.pk) if not text else []
        lines = [*found, *[match.entry for match in like]]
        context |= {
            "q": text,
            "choices": [
                {
                    "uuid": line.uuid,
                    "name": line.display_name,
                    "detail": ", ".join(part for part in (*line.kinds, line.municipality) if part),
                }
                for line in lines
                if line.organisation_id not in (None, kept.pk)
            ],
        }
        return page(request, "contacts/merge_find.html", context)
    return _decide(request, context, kept, other, services.compare_organisations, services.merge_organisations)


def _decide(
    request: HttpRequest, context: dict[str, Any], kept: Any, other: Any, compare: Callable[..., Any], merge: Callable[..., Any]
) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    form = forms.MergeForm(request.POST if request.method == "POST" else None)
    prefer = {name for name in CHOOSABLE if request.POST.get(f"prefer-{name}") == "right"}
    context |= {"form": form, "other": other, "comparison": compare(actor, kept, other), "prefer": prefer}
    if request.method == "POST":
        if form.is_valid():
            with errors_on(form):
                merge(actor=actor, kept=kept, merged=other, reason=form.cleaned_data["reason"], prefer=prefer)
                return done(request, context["back"], _("Both are one now. It can be undone on this page."))
        return invalid(request, "contacts/merge.html", context)
    return page(request, "contacts/merge.html", context)


def _other(model: Any, actor: Actor, request: HttpRequest, kept: Any) -> Any:
    try:
        uuid = UUID(request.GET.get("with", ""))
    except ValueError:
        return None
    found = model.objects.visible_to(actor).filter(uuid=uuid, merged_into=None).exclude(pk=kept.pk).first()
    if found is None:
        raise Http404("other")
    return found


def _like(actor: Actor, kept: models.Person, card: selectors.PersonCard) -> list[services.Match]:
    return services.match_persons(
        actor=actor,
        family_name=card.family_name,
        given_names=card.given_names,
        birth_date=card.birth_date,
        sex=card.sex,
        exclude=[kept.pk],
    )


@screen(access=access.can_merge, methods=("POST",), writes=True)
def undo_person(request: HttpRequest, uuid: UUID) -> HttpResponse:
    kept = visible(request, uuid)
    return _undo(request, "person", kept, "contacts:person")


@screen(access=access.can_merge, methods=("POST",), writes=True)
def undo_organisation(request: HttpRequest, uuid: UUID) -> HttpResponse:
    kept = visible_organisation(request, uuid)
    return _undo(request, "organisation", kept, "contacts:organisation")


def _undo(request: HttpRequest, party: str, kept: Any, where: str) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    asked = request.POST.get("merge", "")
    found = next((one for one in services.merges_of(actor, party, kept.pk) if str(one.pk) == asked), None)
    if found is None:
        raise Http404("merge")
    services.undo_merge(actor=actor, merge=found)
    return done(request, where, _("They stand apart again, each with its links."), kept.uuid)
