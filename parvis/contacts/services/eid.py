"""From a card to the register: read, compare field by field, take over what the agent ticks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509
from django.conf import settings
from django.utils.translation import gettext as _

from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.bitemporal import Source
from parvis.kernel.gestures import gesture
from parvis.kernel.identifiers import format_niss
from parvis.kernel.textmatch import sort_key

from ..eid import EidReading, UnreadableCard, decode, document_type_label, signatures
from ..enums import AddressKind, IdentifierKind
from ..errors import InvalidPerson, UnreadableFile
from ..models import Address, Identifier, Person, PersonBirth, PersonName
from ..selectors import NUMBER_KINDS, hidden_person_ids
from . import persons, reaching
from ._common import Origin, require_editor

FIELDS = ("name", "birth", "identifier", "address")


@dataclass(frozen=True)
class FieldDifference:
    """One thing that the card says, beside what we know. ``known`` is empty when we know nothing."""

    field: str
    label: str
    known: str
    card: str
    same: bool


def read_eid(files: Mapping[str, bytes]) -> EidReading:
    """What the uploaded files of one card say.

    Raises:
        UnreadableFile: with the reason, in words.
    """
    try:
        return decode(files, trusted_roots=trusted_roots())
    except UnreadableCard as error:
        raise UnreadableFile(
            {
                "empty": _("No file was sent, or it is empty."),
                "too_large": _("This file is too large to be an identity card. Nothing was read."),
                "damaged": _("This export is damaged and cannot be read. Export it again from the eID viewer."),
            }.get(error.code, _("No identity was found in this file. Send the export of the eID viewer (.eid) or the card files.")),
            field="files",
            code=f"eid_{error.code}",
        ) from error


def warning_text(code: str) -> str:
    return {
        "not_verified": _("Not verified: no signature of the National Register came with it."),
        "specimen": _("Specimen card: for tests only, never paid."),
        "photo_differs": _("The photo is not the one that the card names."),
        "photo_damaged": _("The photo cannot be read."),
        "address_damaged": _("The address file cannot be read."),
        "certificate_unknown_root": _(
            "The signature fits, but its certificate was not checked against the Belgian roots of this instance."
        ),
        "certificate_broken": _("The certificate does not come from the root that is on the card."),
        "certificate_absent": _("The certificate of the National Register is missing: the signature cannot be checked."),
        "weak_signature": _("Old card: its signature uses SHA-1, which is no longer proof enough alone."),
        "identity_signature_invalid": _("The signature of the identity does not fit: do not trust this file."),
        "address_not_verified": _("The address is not signed: compare it with another document."),
        "address_signature_invalid": _("The signature of the address does not fit: do not trust this address."),
    }[code]


def document_kind(code: str) -> str:
    """The card's kind in the reader's language; an unknown type is shown by its number."""
    if code == "1":
        return _("Belgian identity card")
    if code == "6":
        return _("Kids-ID")
    return _("card of type %(kind)s") % {"kind": document_type_label(code)}


def trusted_roots() -> list[x509.Certificate]:
    """Root certificates that the operator put in ``<instance>/eid-roots``."""
    folder = Path(getattr(settings, "PARVIS_INSTANCE", "")) / "eid-roots"
    if not folder.is_dir():
        return []
    loaded = (signatures.load_certificate(path.read_bytes()) for path in sorted(folder.iterdir()) if path.is_file())
    return [certificate for certificate in loaded if certificate is not None]


def compare_eid(person_id: int, reading: EidReading) -> list[FieldDifference]:
    """The card beside what is known today, field by field. A hidden address is not shown, only that the card has another one."""
    day = clock.today()
    name = PersonName.unscoped.filter(person=person_id, kind="official").at(day).first()
    birth = PersonBirth.unscoped.filter(person=person_id).at(day).first()
    number = Identifier.unscoped.filter(person=person_id, kind__in=NUMBER_KINDS).at(day).order_by("-kind").first()
    address = Address.unscoped.filter(person=person_id, kind=AddressKind.DOMICILE).at(day).first()
    found = [
        _difference("name", _("Name"), name.full if name else "", f"{reading.given_names} {reading.name}".strip()),
        _difference("birth", _("Birth, sex, nationality"), _birth(birth), _card_birth(reading)),
        _difference("identifier", _("National number"), format_niss(number.value) if number else "", format_niss(reading.national_number)),
    ]
    if reading.address:
        parts = reading.address
        on_card = ", ".join(filter(None, (parts.street, f"{parts.postal_code} {parts.municipality}".strip())))
        known = address.one_line if address else ""
        one = _difference("address", _("Address"), known, on_card)
        if person_id in hidden_person_ids([person_id], day):
            one = FieldDifference(
                "address", one.label, _("protected"), one.card if one.same else _("another address than the protected one"), one.same
            )
            if one.same:
                one = FieldDifference("address", one.label, _("protected"), _("protected"), True)
        found.append(one)
    return found


def _difference(field: str, label: str, known: str, card: str) -> FieldDifference:
    return FieldDifference(field, label, known, card, _comparable(known) == _comparable(card))


def _comparable(text: str) -> str:
    # Cards write "Meirplaats 1 bus 1" where we write "1/1".
    return " ".join(word for word in sort_key(text).split() if word not in {"bus", "bte", "boite", "box"})


def _birth(row: PersonBirth | None) -> str:
    if row is None:
        return ""
    day = row.birth_date.strftime("%d/%m/%Y") if row.birth_date else ""
    return ", ".join(filter(None, (day, row.birth_place, row.sex, row.nationality)))


def _card_birth(reading: EidReading) -> str:
    day = reading.birth_date.strftime("%d/%m/%Y") if reading.birth_date else reading.birth_date_text
    return ", ".join(filter(None, (day, reading.birth_place, reading.sex, reading.nationality)))


def _refuse_forged(reading: EidReading) -> None:
    """One part whose signature does not fit spoils the whole card."""
    if reading.state == signatures.INVALID:
        part = "identity" if reading.signature == signatures.INVALID else "address"
        raise InvalidPerson(warning_text(f"{part}_signature_invalid"), field="files", code="signature_invalid")


@gesture
def apply_eid(*, actor: Actor, person_id: int, reading: EidReading, fields: Collection[str], expected: int | None = None) -> Person:
    """Take over the ticked fields, each as a fact with the card as its source.

    Raises:
        InvalidPerson: an unknown field, or a card whose signature does not fit.
        Conflict: the person changed since the comparison was shown.
    """
    require_editor(actor)
    if set(fields) - set(FIELDS):
        raise InvalidPerson(_("This value is not in the list."), field="fields", code="fields")
    _refuse_forged(reading)
    person = Person.unscoped.get(pk=person_id)
    origin: Origin = {"source": Source.EID, "source_ref": reading.card_number}
    for field in FIELDS:
        if field not in fields:
            continue
        if field == "name":
            persons.name_person(
                actor=actor,
                person=person,
                family_name=reading.name,
                given_names=reading.given_names,
                valid_from=_since(reading),
                **origin,
                expected=expected,
            )
        elif field == "birth":
            persons.record_birth(
                actor=actor,
                person=person,
                birth_date=reading.birth_date,
                birth_place=reading.birth_place,
                sex=reading.sex,
                nationality=reading.nationality,
                **origin,
                expected=expected,
            )
        elif field == "identifier":
            persons.add_identifier(
                actor=actor,
                person=person,
                kind=IdentifierKind.NISS,
                value=reading.national_number,
                from_card=True,
                **origin,
                expected=expected,
            )
        elif field == "address":
            reaching.set_address(
                actor=actor, person=person, kind=AddressKind.DOMICILE, **_card_address(reading), **origin, expected=expected
            )
        expected = None  # the first write moves the version that was seen
    return person


@gesture
def create_person_from_eid(*, actor: Actor, reading: EidReading, language: str = "") -> Person:
    """A new person from a card: name, birth, number and address with the card as source."""
    require_editor(actor)
    _refuse_forged(reading)
    person = persons.create_person(
        actor=actor,
        family_name=reading.name,
        given_names=reading.given_names,
        birth_date=reading.birth_date,
        birth_place=reading.birth_place,
        sex=reading.sex,
        nationality=reading.nationality,
        language=language,
        source=Source.EID,
        source_ref=reading.card_number,
    )
    fields = ["identifier"] + (["address"] if reading.address else [])
    return apply_eid(actor=actor, person_id=person.pk, reading=reading, fields=fields)


def _since(reading: EidReading) -> dt.date:
    return reading.birth_date or clock.today()


def _card_address(reading: EidReading) -> dict[str, Any]:
    """The card writes street, number and box in one line; they are split where that is certain."""
    import re

    line = reading.address.street
    match = re.fullmatch(r"(.+?)\s+(\d+[A-Za-z]?)(?:\s*(?:bus|bte|boîte|boite|/)\s*(\S+))?", line.strip())
    parts = {"street": match[1], "number": match[2], "box": match[3] or ""} if match else {"street": line}
    return parts | {"postal_code": reading.address.postal_code, "municipality": reading.address.municipality}
