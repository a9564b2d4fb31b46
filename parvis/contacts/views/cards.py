"""An identity card beside what is known, field by field. Nothing is kept of the files: what was read travels signed in the page."""

from __future__ import annotations

import base64
import datetime as dt
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.errors import Conflict
from parvis.ui.http import conflict, done, errors_on, invalid, page, screen

from .. import access, forms, selectors, services
from ..eid import EidAddress, EidReading
from ..models import Person
from ..services.eid import FIELDS, document_kind, warning_text
from ._common import visible
from .handovers import forget, handed

SALT = "parvis.contacts.eid"
HOURS = 2


@screen(access=access.can_edit_person, methods=("GET", "POST"), writes=True)
def compare(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Upload a card, see the differences, take over what is ticked."""
    person = visible(request, uuid)
    card = selectors.person_card(request.actor, person.pk)  # type: ignore[attr-defined]
    if request.method == "POST" and "reading" in request.POST:
        return _take_over(request, person)
    form = forms.CardForm(request.POST, request.FILES) if request.method == "POST" else forms.CardForm()
    context: dict[str, Any] = {"person": person, "card": card, "form": form}
    if request.method == "GET" and (files := handed(request)):
        return page(request, "contacts/card.html", context | _shown(person, services.read_eid(files)))
    if request.method == "POST":
        if form.is_valid():
            with errors_on(form):
                reading = services.read_eid({one.name: one.read() for one in form.cleaned_data["files"]})
                return page(request, "contacts/card.html", context | _shown(person, reading))
        return invalid(request, "contacts/card.html", context)
    return page(request, "contacts/card.html", context)


def _take_over(request: HttpRequest, person: Person) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    reading = unpack(request.POST["reading"])
    if reading is None:
        return done(request, "contacts:card", _("The card was read too long ago. Read it again."), person.uuid, level=30)
    chosen = [field for field in request.POST.getlist("fields") if field in FIELDS]
    version = request.POST.get("version", "")
    try:
        services.apply_eid(
            actor=actor, person_id=person.pk, reading=reading, fields=chosen, expected=int(version) if version.isdecimal() else None
        )
    except Conflict as error:
        person.refresh_from_db(fields=["version"])
        return conflict(request, error, refresh={"version": person.version}, theirs={})
    forget(request)
    return done(request, "contacts:person", _("Taken over from the card.") if chosen else _("Nothing was changed."), person.uuid)


def _shown(person: Person, reading: EidReading) -> dict[str, Any]:
    return {
        "reading": reading,
        "differences": services.compare_eid(person.pk, reading),
        "packed": pack(reading),
        "warnings": [warning_text(code) for code in reading.warnings],
        "trusted": reading.signature == "valid" and reading.certificate == "trusted",
        "forged": reading.state == "invalid",
        "kind": document_kind(reading.document_type),
        "photo": _photo(reading),
        "expired": _expired(reading),
    }


def _photo(reading: EidReading) -> str:
    """The picture for this one page; it is not kept. One that the card does not name is not shown."""
    return base64.b64encode(reading.photo).decode() if reading.photo[:2] == b"\xff\xd8" and reading.photo_fits is not False else ""


def _expired(reading: EidReading) -> bool:
    return reading.valid_to is not None and reading.valid_to < clock.today()


@screen(access=access.can_edit_person, methods=("GET", "POST"), creates=True)
def new_from_card(request: HttpRequest) -> HttpResponse:
    """A card first: the person is found by it, or made from it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if request.method == "POST" and "reading" in request.POST:
        reading = unpack(request.POST["reading"])
        if reading is None:
            return done(request, "contacts:new_card", _("The card was read too long ago. Read it again."), level=30)
        person = services.create_person_from_eid(actor=actor, reading=reading, language=request.POST.get("language", ""))
        forget(request)
        return done(request, "contacts:person", _("The person is entered."), person.uuid)
    form = forms.CardForm(request.POST, request.FILES) if request.method == "POST" else forms.CardForm()
    context: dict[str, Any] = {"form": form}
    if request.method == "GET" and (files := handed(request)):
        return page(request, "contacts/new_card.html", context | _found(actor, services.read_eid(files)))
    if request.method == "POST":
        if form.is_valid():
            with errors_on(form):
                reading = services.read_eid({one.name: one.read() for one in form.cleaned_data["files"]})
                context |= _found(actor, reading)
                return page(request, "contacts/new_card.html", context)
        return invalid(request, "contacts/new_card.html", context)
    return page(request, "contacts/new_card.html", context)


def _found(actor: Actor, reading: EidReading) -> dict[str, Any]:
    """The card, and who of the register it may be."""
    matches = services.match_persons(
        actor=actor,
        family_name=reading.name,
        given_names=reading.given_names,
        birth_date=reading.birth_date,
        national_number=reading.national_number,
        sex=reading.sex,
    )
    return {
        "reading": reading,
        "matches": matches,
        "packed": pack(reading),
        "warnings": [warning_text(code) for code in reading.warnings],
        "forged": reading.state == "invalid",
        "known": any(match.certain for match in matches),
        "kind": document_kind(reading.document_type),
        "photo": _photo(reading),
        "expired": _expired(reading),
    }


def pack(reading: EidReading) -> str:
    """What was read, without the photo, signed: the browser carries it to the next step and cannot change it."""
    values = asdict(reading)
    values.pop("photo")
    for name in ("birth_date", "valid_from", "valid_to"):
        values[name] = values[name].isoformat() if values[name] else None
    return signing.dumps(values, salt=SALT, compress=True)


def unpack(text: str) -> EidReading | None:
    """The reading, or None when the text is too old or was changed."""
    try:
        values = signing.loads(text, salt=SALT, max_age=dt.timedelta(hours=HOURS))
    except signing.BadSignature:
        return None
    for name in ("birth_date", "valid_from", "valid_to"):
        values[name] = dt.date.fromisoformat(values[name]) if values[name] else None
    values["address"] = EidAddress(**values["address"])
    values["warnings"] = tuple(values["warnings"])
    return EidReading(**values)
