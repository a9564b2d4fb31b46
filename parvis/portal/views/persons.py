"""At the desk: give a person an account, confirm who is behind one, close it."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from parvis.contacts import api as contacts
from parvis.documents.api import sender
from parvis.kernel import clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.subject import SubjectRef
from parvis.ui import formats
from parvis.ui.http import done, errors_on, invalid, page, screen

from .. import selectors, services
from ..access import can_open_accounts
from ..enums import Way
from ..forms import CloseForm, OfferForm
from ..models import CitizenAccount

SHOWN_ONCE = "portal.opening"


def _person(request: HttpRequest, uuid: UUID) -> contacts.Person:
    found = contacts.Person.objects.visible_to(request.actor).filter(uuid=uuid, merged_into__isnull=True).first()  # type: ignore[attr-defined]
    if found is None:
        raise Http404("person")
    mutations.record_read(
        actor=request.actor,  # type: ignore[attr-defined]
        subject=SubjectRef("person", found.pk),
        screen="portal.person",
    )
    person: contacts.Person = found
    return person


def _account(request: HttpRequest, person: contacts.Person) -> CitizenAccount:
    found = selectors.account_of(request.actor, request.POST.get("account", ""), person.pk)  # type: ignore[attr-defined]
    if found is None:
        raise Http404("account")
    return found


def _context(request: HttpRequest, person: contacts.Person, **more: Any) -> dict[str, Any]:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    held = selectors.held_by(actor, person.pk)
    reach = services.reach_of(person.pk)
    given = request.session.get(SHOWN_ONCE) or {}
    code = given.get("code", "") if given.get("person") == str(person.uuid) else ""
    return {
        "person": person,
        "reach": reach,
        "held": held,
        "code": code if held.opening is not None else "",
        "link": request.build_absolute_uri(reverse("portal:open_account")),
        "lines": reach.lines if code and not reach.protected else (),
        "sheet": _sheet(reach.language, held.opening.expires_at) if code and held.opening is not None else None,
        "form": OfferForm(email=services.email_of(reach)),
        "close_form": CloseForm(),
        "masked": [(row, selectors.masked(row.email)) for row in held.accounts],
        "waiting": [(row, selectors.masked(row.email), numbers) for row, numbers in held.waiting],
        **more,
    }


def _sheet(language: str, expires_at: dt.datetime) -> dict[str, str]:
    """What is printed around the code, in the language of letters to this person."""
    with translation.override(language):
        return {
            "language": language,
            "before": _("With this code you open your space on the site of %(centre)s. There you see all your requests.")
            % {"centre": sender().name},
            "after": _("It serves once, until %(day)s. Keep it to yourself. You may also do without an account.")
            % {"day": formats.day(clock.date_of(expires_at), "long", language)},
        }


@screen(access=can_open_accounts, methods=("GET", "POST"), creates=True)
def person(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """How the person stands with the portal; a POST gives a code to open an account, shown once."""
    mine = _person(request, uuid)
    if request.method == "POST":
        form = OfferForm(request.POST, email=services.email_of(services.reach_of(mine.pk)))
        if form.is_valid():
            with errors_on(form):
                _opening, code = services.offer_account(
                    actor=request.actor,  # type: ignore[attr-defined]
                    person=mine,
                    way=form.cleaned_data["way"],
                    link=request.build_absolute_uri(reverse("portal:open_account")),
                )
                request.session[SHOWN_ONCE] = {"person": str(mine.uuid), "code": code}
                text = (
                    _("The e-mail with the code leaves now.")
                    if form.cleaned_data["way"] == Way.EMAIL
                    else _("The code is below. Print it now.")
                )
                return done(request, "portal:person", text, mine.uuid)
        return invalid(request, "portal/person.html", _context(request, mine, form=form))
    context = _context(request, mine)
    request.session.pop(SHOWN_ONCE, None)
    return page(request, "portal/person.html", context)


@screen(access=can_open_accounts, methods=("POST",), writes=True)
def withdraw(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The code that was given opens nothing any more."""
    mine = _person(request, uuid)
    services.withdraw_opening(actor=request.actor, person=mine)  # type: ignore[attr-defined]
    return done(request, "portal:person", _("The code opens nothing any more."), mine.uuid)


@screen(access=can_open_accounts, methods=("POST",), writes=True)
def confirm(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The identity of who opened an account with a code was seen."""
    mine = _person(request, uuid)
    services.confirm_identity(actor=request.actor, account=_account(request, mine), person=mine)  # type: ignore[attr-defined]
    return done(request, "portal:person", _("Confirmed. The account shows all requests of this person from now on."), mine.uuid)


@screen(access=can_open_accounts, methods=("POST",), writes=True)
def close(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Close an account, with a reason: it opens nothing from now on."""
    mine = _person(request, uuid)
    form = CloseForm(request.POST)
    if form.is_valid():
        with errors_on(form):
            services.close_account(
                actor=request.actor,  # type: ignore[attr-defined]
                account=_account(request, mine),
                reason=form.cleaned_data["reason"],
            )
            return done(request, "portal:person", _("Closed. It opens nothing any more, in no browser."), mine.uuid)
    return invalid(request, "portal/person.html", _context(request, mine, close_form=form, closing=request.POST.get("account", "")))
