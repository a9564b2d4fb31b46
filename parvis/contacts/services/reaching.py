"""Where a person lives and how it is reached: addresses, their protection, phones, e-mail."""

from __future__ import annotations

import datetime as dt
import re

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.bitemporal import Source
from parvis.kernel.gestures import gesture
from parvis.kernel.statements import Statement

from ..enums import AddressKind, PointKind
from ..errors import InvalidPerson
from ..models import (
    Address,
    ContactPoint,
    Person,
)
from ..references.suggesting import is_listed
from ._common import require_editor, write_person_fact

_HIDDEN = Statement("contacts.hidden_now")


@gesture
def set_address(
    *,
    actor: Actor,
    person: Person,
    care_of: str = "",
    street: str = "",
    number: str = "",
    box: str = "",
    postal_code: str = "",
    municipality: str = "",
    country: str = "BE",
    kind: str = AddressKind.DOMICILE,
    hidden: bool | None = None,
    valid_from: dt.date | None = None,
    source: str = Source.AGENT,
    source_ref: str = "",
    expected: int | None = None,
) -> Address:
    """An address from a day on. ``hidden=None`` keeps the protection of the address before: moving never lifts it.

    Raises:
        InvalidPerson: neither street nor municipality, a Belgian postal code that is not four digits.
    """
    require_editor(actor)
    if kind not in AddressKind.values:
        raise InvalidPerson(_("This value is not in the list."), field="kind", code="kind")
    if not (street.strip() or municipality.strip()):
        raise InvalidPerson(_("Give at least a street or a municipality."), field="street", code="address_empty")
    country = (country or "BE").strip().upper()
    if country == "BE" and postal_code.strip() and not re.fullmatch(r"[1-9]\d{3}", postal_code.strip()):
        raise InvalidPerson(_("A Belgian postal code has four digits."), field="postal_code", code="postal_code")
    if hidden is None:
        hidden = bool(
            _HIDDEN.rows(
                (),
                lambda at: Address.unscoped.filter(person=at["person"], live=1, hidden=True).at(at["day"])[:1],
                person=person.pk,
                day=clock.today(),
            )
        )
    return write_person_fact(
        Address,
        actor=actor,
        person=person,
        aspect="address",
        verb="person.address",
        key={"kind": kind},
        values={
            "care_of": care_of.strip(),
            "street": street.strip(),
            "number": number.strip(),
            "box": box.strip(),
            "postal_code": postal_code.strip(),
            "municipality": municipality.strip(),
            "country": country[:2],
            "hidden": hidden,
            "listed": is_listed(street, postal_code, country[:2]),
        },
        valid_from=valid_from or clock.today(),
        source=source,
        source_ref=source_ref,
        expected=expected,
    )


@gesture
def hide_address(*, actor: Actor, person: Person, hidden: bool = True, expected: int | None = None) -> Address:
    """Protect all addresses of a person from today on, or lift the protection.

    Raises:
        InvalidPerson: the person has no address to protect.
    """
    require_editor(actor)
    row = Address.unscoped.filter(person=person).at(clock.today()).order_by("kind", "pk").first()
    if row is None:
        raise InvalidPerson(_("There is no address to protect yet."), field="hidden", code="no_address")
    written = None
    for one in Address.unscoped.filter(person=person).at(clock.today()).order_by("-kind", "pk"):
        written = set_address(
            actor=actor,
            person=person,
            kind=one.kind,
            care_of=one.care_of,
            street=one.street,
            number=one.number,
            box=one.box,
            postal_code=one.postal_code,
            municipality=one.municipality,
            country=one.country,
            hidden=hidden,
            valid_from=clock.today(),
            source=one.source,
            source_ref=one.source_ref,
            expected=expected if written is None else None,
        )
    assert written is not None
    return written


@gesture
def add_point(
    *,
    actor: Actor,
    person: Person,
    kind: str,
    value: str,
    label: str = "",
    valid_from: dt.date | None = None,
    source: str = Source.AGENT,
    source_ref: str = "",
    expected: int | None = None,
) -> ContactPoint:
    """A phone number (stored in international form) or an e-mail address.

    Raises:
        InvalidPerson: it cannot be dialled, or written to.
    """
    require_editor(actor)
    value = check_point(kind, value)
    return write_person_fact(
        ContactPoint,
        actor=actor,
        person=person,
        aspect="point",
        verb="person.point",
        key={"kind": kind, "value": value},
        values={"label": label.strip()[:40]},
        valid_from=valid_from or clock.today(),
        source=source,
        source_ref=source_ref,
        expected=expected,
    )


def check_point(kind: str, value: str) -> str:
    """The stored form of a phone number or e-mail address.

    Raises:
        InvalidPerson: it is neither.
    """
    if kind == PointKind.EMAIL:
        try:
            validate_email(value.strip())
        except ValidationError:
            raise InvalidPerson(_("This e-mail address is not complete."), field="value", code="email") from None
        return value.strip().lower()
    import phonenumbers  # heavy tables: only who writes a phone number pays for them

    try:
        number = phonenumbers.parse(value, "BE")
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise InvalidPerson(
            _("This phone number cannot be dialled. Write it like 0470 12 34 56 or +32 470 12 34 56."), field="value", code="phone"
        )
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
