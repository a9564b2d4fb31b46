"""The address book: organisations, their dated facts, and who is what in them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from parvis.kernel import clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.bitemporal import Fact, Source, end_fact, write_fact
from parvis.kernel.errors import Conflict, NotAllowed
from parvis.kernel.events import publish
from parvis.kernel.gestures import gesture
from parvis.kernel.identifiers import InvalidIdentifier, parse_enterprise_number, parse_inami, parse_siret, parse_uid, parse_vat
from parvis.kernel.subject import SubjectRef

from .. import access
from ..enums import ContactLanguage, OfficeKind, OrgNumberKind, PartyKind, PointKind, RoleKind
from ..errors import InvalidOrganisation, InvalidPerson, NumberTaken
from ..events import OrganisationChanged, OrganisationCreated, PersonChanged
from ..models import (
    Organisation,
    OrganisationAddress,
    OrganisationKind,
    OrganisationName,
    OrganisationNumber,
    OrganisationPoint,
    OrganisationProfile,
    Person,
    PersonCapacity,
    PersonRole,
)
from ._common import STREAM, stale, values_of, wishes_after, write_person_fact
from .book import rebook_organisation, rebook_person
from .reaching import check_point

_PARSERS = {
    OrgNumberKind.ENTERPRISE: parse_enterprise_number,
    OrgNumberKind.VAT: parse_vat,
    OrgNumberKind.INAMI: parse_inami,
    OrgNumberKind.UID: parse_uid,
    OrgNumberKind.SIRET: parse_siret,
}


@gesture
def create_organisation(
    *,
    actor: Actor,
    name: str,
    kinds: Iterable[str] = (),
    legal_form: str = "",
    short_name: str = "",
    language: str = ContactLanguage.FRENCH,
    website: str = "",
    enterprise_number: str = "",
    valid_from: dt.date | None = None,
    source: str = Source.AGENT,
    source_ref: str = "",
) -> Organisation:
    """A new entry of the address book with what is known of it. Whoever is like it is shown first by ``match_organisations``.

    Raises:
        InvalidOrganisation: no name, an unknown kind or language.
        InvalidIdentifier, NumberTaken: about the enterprise number.
    """
    _require(actor)
    start = valid_from or clock.today()
    dated: dict[str, Any] = {"valid_from": start, "source": source, "source_ref": source_ref}
    organisation = Organisation.unscoped.create(created_at=clock.now())
    mutations.record(STREAM, actor=actor, verb="organisation.create", subject=_ref(organisation))
    name_organisation(actor=actor, organisation=organisation, name=name, legal_form=legal_form, short_name=short_name, **dated)
    set_profile(actor=actor, organisation=organisation, language=language, website=website, **dated)
    for kind in kinds:
        add_kind(actor=actor, organisation=organisation, kind=kind, **dated)
    if enterprise_number.strip():
        set_number(actor=actor, organisation=organisation, kind=OrgNumberKind.ENTERPRISE, value=enterprise_number, **dated)
    publish(OrganisationCreated(actor=actor, organisation_id=organisation.pk))
    return organisation


@gesture
def enter_organisation(*, actor: Actor, address: dict[str, str], phone: str = "", email: str = "", **values: Any) -> Organisation:
    """The form of a new organisation in one gesture: all of it is kept, or nothing."""
    organisation = create_organisation(actor=actor, **values)
    if address.get("street") or address.get("municipality"):
        set_office(actor=actor, organisation=organisation, **address)
    for kind, value in ((PointKind.PHONE, phone), (PointKind.EMAIL, email)):
        if value:
            add_office_point(actor=actor, organisation=organisation, kind=kind, value=value)
    return organisation


@gesture
def name_organisation(
    *, actor: Actor, organisation: Organisation, name: str, legal_form: str = "", short_name: str = "", **dated: Any
) -> OrganisationName:
    """A name from a day on; letters of before keep the one of before.

    Raises:
        InvalidOrganisation: no letter or digit in it, or longer than 160 characters.
    """
    text = " ".join((name or "").split())
    if not any(char.isalnum() for char in text):
        raise InvalidOrganisation(_("A name needs at least one letter."), field="name", code="name_empty")
    if len(text) > 160:
        raise InvalidOrganisation(_("This name is longer than 160 characters."), field="name", code="name_long")
    values = {"name": text, "legal_form": legal_form.strip()[:40], "short_name": short_name.strip()[:40]}
    return _write(OrganisationName, actor, organisation, "name", values, **dated)


@gesture
def set_profile(
    *,
    actor: Actor,
    organisation: Organisation,
    language: str = ContactLanguage.FRENCH,
    website: str = "",
    note: str = "",
    closed: bool | None = None,
    channel: str | None = None,
    no_email: bool | None = None,
    no_post: bool | None = None,
    **dated: Any,
) -> OrganisationProfile:
    """Language and way of our letters (None: as it is), website, note; ``closed`` from a day on takes it out of the choices, never out of the past; None: as it is.

    Raises:
        InvalidOrganisation: a language that we do not write, a website that is no address.
    """
    if language not in ContactLanguage.values:
        raise InvalidOrganisation(_("Letters exist in French, Dutch, German and English."), field="language", code="language")
    if closed is None:
        day = dated.get("valid_from") or clock.today()
        closed = OrganisationProfile.unscoped.filter(organisation=organisation, closed=True).at(day).exists()
    site = website.strip()
    if site and not re.match(r"^https?://", site):
        site = f"https://{site}"
    if site and not re.fullmatch(r"https?://[^\s/.]+(\.[^\s/.]+)+(/\S*)?", site):
        raise InvalidOrganisation(_("This is not the address of a website."), field="website", code="website")
    before = OrganisationProfile.unscoped.filter(organisation=organisation).at(dated.get("valid_from") or clock.today()).first()
    wishes = wishes_after(before, channel, no_email, no_post)
    values = {"language": language, "website": site[:160], "note": note.strip()[:191], "closed": closed, **wishes}
    return _write(OrganisationProfile, actor, organisation, "profile", values, **dated)


@gesture
def close_organisation(
    *, actor: Actor, organisation: Organisation, on: dt.date, reason: str = "", closed: bool = True
) -> OrganisationProfile:
    """It no longer works from ``on``; with ``closed=False`` it works again."""
    row = OrganisationProfile.unscoped.filter(organisation=organisation).at(on).first()
    return set_profile(
        actor=actor,
        organisation=organisation,
        language=row.language if row else ContactLanguage.FRENCH,
        website=row.website if row else "",
        note=reason or (row.note if row else ""),
        closed=closed,
        valid_from=on,
    )


@gesture
def add_kind(*, actor: Actor, organisation: Organisation, kind: str, **dated: Any) -> OrganisationKind:
    """What it is to us: landlord, doctor, insurer. Several at once are usual."""
    if kind not in PartyKind.values:
        raise InvalidOrganisation(_("This value is not in the list."), field="kind", code="kind")
    return _write(OrganisationKind, actor, organisation, "kind", {}, key={"kind": kind}, **dated)


@gesture
def set_number(*, actor: Actor, organisation: Organisation, kind: str, value: str, **dated: Any) -> OrganisationNumber:
    """A number given by an authority, checked.

    Raises:
        InvalidIdentifier: it cannot be right.
        NumberTaken: another organisation has it.
    """
    _require(actor)
    bare = check_org_number(kind, value)
    taken = OrganisationNumber.unscoped.filter(kind=kind, value=bare, live=1).exclude(organisation=organisation).first()
    if taken is not None:
        raise NumberTaken(
            _("This number already belongs to another organisation. Open that one instead of making a second one."),
            organisation_id=taken.organisation_id,
            field="value",
        )
    return _write(OrganisationNumber, actor, organisation, "number", {"value": bare}, key={"kind": kind}, **dated)


def check_org_number(kind: str, value: str) -> str:
    """The bare number.

    Raises:
        InvalidOrganisation: an unknown kind.
        InvalidIdentifier: wrong length or check digits.
    """
    if kind not in OrgNumberKind.values:
        raise InvalidOrganisation(_("This value is not in the list."), field="kind", code="kind")
    try:
        return _PARSERS[OrgNumberKind(kind)](value)
    except InvalidIdentifier as error:
        error.field = "value"
        raise


@gesture
def set_office(
    *,
    actor: Actor,
    organisation: Organisation,
    kind: str = OfficeKind.SEAT,
    care_of: str = "",
    street: str = "",
    number: str = "",
    box: str = "",
    postal_code: str = "",
    municipality: str = "",
    country: str = "BE",
    **dated: Any,
) -> OrganisationAddress:
    """An address of an organisation from a day on. The one of before stays for the letters of before.

    Raises:
        InvalidOrganisation: neither street nor municipality, a Belgian postal code that is not four digits.
    """
    if kind not in OfficeKind.values:
        raise InvalidOrganisation(_("This value is not in the list."), field="kind", code="kind")
    if not (street.strip() or municipality.strip()):
        raise InvalidOrganisation(_("Give at least a street or a municipality."), field="street", code="address_empty")
    land = (country or "BE").strip().upper()[:2]
    if land == "BE" and postal_code.strip() and not re.fullmatch(r"[1-9]\d{3}", postal_code.strip()):
        raise InvalidOrganisation(_("A Belgian postal code has four digits."), field="postal_code", code="postal_code")
    values = {
        "care_of": care_of.strip(),
        "street": street.strip(),
        "number": number.strip(),
        "box": box.strip(),
        "postal_code": postal_code.strip(),
        "municipality": municipality.strip(),
        "country": land,
    }
    return _write(OrganisationAddress, actor, organisation, "address", values, key={"kind": kind}, **dated)


@gesture
def add_office_point(
    *, actor: Actor, organisation: Organisation, kind: str, value: str, label: str = "", **dated: Any
) -> OrganisationPoint:
    """A phone number or e-mail address of an organisation; ``label`` says whose or when ("emergency", "invoices").

    Raises:
        InvalidPerson: it cannot be dialled, or written to.
    """
    key = {"kind": kind, "value": check_point(kind, value)}
    return _write(OrganisationPoint, actor, organisation, "point", {"label": label.strip()[:40]}, key=key, **dated)


@gesture
def set_role(
    *,
    actor: Actor,
    person: Person,
    organisation: Organisation,
    role: str,
    title: str = "",
    valid_from: dt.date | None = None,
    valid_to: dt.date | None = None,
    source: str = Source.AGENT,
    source_ref: str = "",
    expected: int | None = None,
) -> PersonRole:
    """``person`` is ``role`` in, or to, ``organisation`` for a period. Other roles, there and elsewhere, stay.

    Raises:
        InvalidPerson: an unknown role.
        NotAllowed: the actor may not see that kind of role.
    """
    _require(actor)
    if role not in RoleKind.values:
        raise InvalidPerson(_("This value is not in the list."), field="role", code="role")
    if not access.sees_role(actor, role):
        raise NotAllowed(_("Your function does not open this kind of role."))
    row: PersonRole = write_person_fact(
        PersonRole,
        actor=actor,
        person=person,
        aspect="role",
        verb="person.role",
        key={"organisation": organisation, "role": role},
        values={"title": title.strip()[:80]},
        valid_from=valid_from or clock.today(),
        valid_to=valid_to,
        source=source,
        source_ref=source_ref,
        expected=expected,
    )
    publish(OrganisationChanged(actor=actor, organisation_id=organisation.pk, aspect="role"))
    return row


@gesture
def set_capacity(
    *,
    actor: Actor,
    person: Person,
    kind: str,
    valid_from: dt.date | None = None,
    source: str = Source.AGENT,
    source_ref: str = "",
    expected: int | None = None,
) -> PersonCapacity:
    """A person who is landlord, doctor or administrator on their own account stands in the address book, as the same person."""
    _require(actor)
    if kind not in PartyKind.values:
        raise InvalidPerson(_("This value is not in the list."), field="kind", code="kind")
    row: PersonCapacity = write_person_fact(
        PersonCapacity,
        actor=actor,
        person=person,
        aspect="capacity",
        verb="person.capacity",
        key={"kind": kind},
        values={},
        valid_from=valid_from or clock.today(),
        source=source,
        source_ref=source_ref,
        expected=expected,
    )
    rebook_person(person)
    return row


@gesture
def end_organisation_fact(*, actor: Actor, row: Any, on: dt.date, aspect: str, expected: int | None = None) -> Any:
    """A version of an aspect of an organisation holds until the day before ``on``."""
    _require(actor)
    closed = end_fact(row, valid_to=on, anchor=row.organisation, actor=actor, expected=expected)
    shown = {key: value for key, value in _values(row).items() if value}
    mutations.record(
        STREAM, actor=actor, verb=f"organisation.{aspect}.end", subject=_ref(row.organisation), values={"valid_to": [None, on], **shown}
    )
    rebook_organisation(row.organisation)
    publish(OrganisationChanged(actor=actor, organisation_id=row.organisation_id, aspect=aspect))
    return closed


@gesture
def end_role(*, actor: Actor, row: PersonRole, on: dt.date) -> PersonRole:
    """The role ends the day before ``on``; it stays readable with its days."""
    _require(actor)
    if not access.sees_role(actor, row.role):
        raise NotAllowed(_("Your function does not open this kind of role."))
    closed: PersonRole = end_fact(row, valid_to=on, anchor=row.person, actor=actor)
    mutations.record(
        STREAM,
        actor=actor,
        verb="person.role.end",
        subject=SubjectRef("person", row.person_id),
        values={"organisation": row.organisation_id, "role": row.role, "valid_to": [None, on]},
    )
    publish(PersonChanged(actor=actor, person_id=row.person_id, aspect="role"))
    return closed


def _write(
    model: type[Any],
    actor: Actor,
    organisation: Organisation,
    aspect: str,
    values: dict[str, Any],
    *,
    key: dict[str, Any] | None = None,
    valid_from: dt.date | None = None,
    source: str = Source.AGENT,
    source_ref: str = "",
    expected: int | None = None,
) -> Any:
    """One version of one aspect, its line, its entry in the book, its event.

    Raises:
        Conflict: the organisation changed since ``expected``; with who, when and both values.
    """
    _require(actor)
    key = key or {}
    before = model.unscoped.filter(organisation=organisation, live=1, **key).order_by("-valid_from", "-pk").first()
    try:
        row = write_fact(
            model,
            anchor_field="organisation",
            anchor=organisation,
            key=key,
            values=values,
            actor=actor,
            valid_from=valid_from or clock.today(),
            source=source,
            source_ref=source_ref,
            expected=expected,
        )
    except Conflict as conflict:
        raise stale(
            conflict, model.unscoped.filter(organisation=organisation), yours={**key, **values}, anchor="organisation"
        ) from conflict
    old = _values(before) if before else {}
    changed = {name: [old.get(name), value] for name, value in _values(row).items() if old.get(name) != value}
    mutations.record(STREAM, actor=actor, verb=f"organisation.{aspect}", subject=_ref(organisation), values=changed)
    rebook_organisation(organisation)
    publish(OrganisationChanged(actor=actor, organisation_id=organisation.pk, aspect=aspect))
    return row


def _values(row: Fact) -> dict[str, Any]:
    return {name: value for name, value in values_of(row).items() if name != "organisation"}


def _ref(organisation: Organisation) -> SubjectRef:
    return SubjectRef("organisation", organisation.pk)


def _require(actor: Actor) -> None:
    if not access.can_edit_organisations(actor):
        raise NotAllowed(_("You may read the address book, not change it."))
