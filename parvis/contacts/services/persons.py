"""Names, birth, language, numbers, addresses, phones."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from stdnum.ch import ssn as swiss_number
from stdnum.exceptions import ValidationError as NumberError

from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.bitemporal import Source
from parvis.kernel.events import publish
from parvis.kernel.gestures import gesture
from parvis.kernel.identifiers import InvalidIdentifier, is_specimen_niss, parse_nir, parse_niss
from parvis.kernel.textmatch import sort_key

from .. import matching
from ..enums import AddressKind, ContactLanguage, IdentifierKind, NameKind, PointKind, Sex
from ..errors import IdentifierTaken, InvalidPerson
from ..events import PersonCreated
from ..models import (
    Address,
    ContactPoint,
    Identifier,
    Person,
    PersonBirth,
    PersonIndex,
    PersonLanguage,
    PersonName,
    PersonToken,
)
from ..references.suggesting import is_listed
from ._common import Origin, record_person, require_editor, write_person_fact

OLDEST_BIRTH = dt.date(1880, 1, 1)


@gesture
def create_person(
    *,
    actor: Actor,
    family_name: str,
    given_names: str = "",
    birth_date: dt.date | None = None,
    birth_place: str = "",
    sex: str = "",
    nationality: str = "",
    language: str = "",
    national_number: str = "",
    source: str = Source.AGENT,
    source_ref: str = "",
) -> Person:
    """A new person with what is known of it. Facts hold from birth where the date is known, else from today.

    Raises:
        InvalidPerson: no name, impossible birth date.
        InvalidIdentifier, IdentifierTaken: the national number is wrong or belongs to somebody.
    """
    require_editor(actor)
    family_name, given_names = clean_name(family_name), clean_name(given_names, optional=True)
    check_birth_date(birth_date)
    person = Person.unscoped.create(created_at=clock.now())
    record_person(actor, "person.create", person)
    start = birth_date or clock.today()
    origin: Origin = {"source": source, "source_ref": source_ref}
    name_person(actor=actor, person=person, family_name=family_name, given_names=given_names, valid_from=start, **origin)
    if birth_date or birth_place or sex or nationality:
        record_birth(
            actor=actor,
            person=person,
            birth_date=birth_date,
            birth_place=birth_place,
            sex=sex,
            nationality=nationality,
            valid_from=start,
            **origin,
        )
    if language:
        set_language(actor=actor, person=person, language=language, valid_from=start, **origin)
    if national_number:
        add_identifier(actor=actor, person=person, kind=IdentifierKind.NISS, value=national_number, valid_from=start, **origin)
    publish(PersonCreated(actor=actor, person_id=person.pk))
    return person


@gesture
def name_person(
    *,
    actor: Actor,
    person: Person,
    family_name: str,
    given_names: str = "",
    kind: str = NameKind.OFFICIAL,
    valid_from: dt.date | None = None,
    source: str = Source.AGENT,
    source_ref: str = "",
    expected: int | None = None,
) -> PersonName:
    """Give a name from a day on; the name of before stays for the days before.

    Raises:
        InvalidPerson: the name is empty or holds no letter.
    """
    require_editor(actor)
    values = {"family_name": clean_name(family_name), "given_names": clean_name(given_names, optional=True)}
    row: PersonName = write_person_fact(
        PersonName,
        actor=actor,
        person=person,
        aspect="name",
        verb="person.name",
        key={"kind": kind},
        values=values,
        valid_from=valid_from or clock.today(),
        source=source,
        source_ref=source_ref,
        expected=expected,
    )
    reindex(person)
    return row


@gesture
def record_birth(
    *,
    actor: Actor,
    person: Person,
    birth_date: dt.date | None,
    birth_place: str = "",
    sex: str = "",
    nationality: str = "",
    valid_from: dt.date | None = None,
    source: str = Source.AGENT,
    source_ref: str = "",
    expected: int | None = None,
) -> PersonBirth:
    """Birth, sex and nationality from a day on.

    Raises:
        InvalidPerson: a birth date in the future or before 1880, an unknown sex.
    """
    require_editor(actor)
    check_birth_date(birth_date)
    if sex not in Sex.values:
        raise InvalidPerson(_("This value is not in the list."), field="sex", code="sex")
    row: PersonBirth = write_person_fact(
        PersonBirth,
        actor=actor,
        person=person,
        aspect="birth",
        verb="person.birth",
        values={"birth_date": birth_date, "birth_place": birth_place.strip(), "sex": sex, "nationality": nationality.strip()},
        valid_from=valid_from or birth_date or clock.today(),
        source=source,
        source_ref=source_ref,
        expected=expected,
    )
    reindex(person)
    return row


@gesture
def set_language(
    *,
    actor: Actor,
    person: Person,
    language: str,
    spoken: str = "",
    valid_from: dt.date | None = None,
    source: str = Source.AGENT,
    source_ref: str = "",
    expected: int | None = None,
) -> PersonLanguage:
    """Language of our letters to the person, from a day on."""
    require_editor(actor)
    if language not in ContactLanguage.values:
        raise InvalidPerson(_("Letters exist in French, Dutch, German and English."), field="language", code="language")
    row: PersonLanguage = write_person_fact(
        PersonLanguage,
        actor=actor,
        person=person,
        aspect="language",
        verb="person.language",
        values={"language": language, "spoken": spoken.strip()},
        valid_from=valid_from or clock.today(),
        source=source,
        source_ref=source_ref,
        expected=expected,
    )
    reindex(person)
    return row


@gesture
def add_identifier(
    *,
    actor: Actor,
    person: Person,
    value: str,
    kind: str = IdentifierKind.NISS,
    valid_from: dt.date | None = None,
    source: str = Source.AGENT,
    source_ref: str = "",
    from_card: bool = False,
    expected: int | None = None,
) -> Identifier:
    """Note a number. A bis number is recognised as such; a specimen is accepted from a card only.

    Raises:
        InvalidIdentifier: wrong length, check digits or date, or a specimen that was typed.
        IdentifierTaken: the number belongs to another person.
    """
    require_editor(actor)
    kind, value = check_identifier(kind, value, from_card=from_card)
    taken = Identifier.unscoped.filter(kind=kind, value=value, live=1).exclude(person=person).first()
    if taken is not None:
        raise IdentifierTaken(
            _("This number already belongs to another person of the register. Open that person instead of making a second one."),
            person_id=taken.person_id,
            field="value",
        )
    row: Identifier = write_person_fact(
        Identifier,
        actor=actor,
        person=person,
        aspect="identifier",
        verb="person.identifier",
        key={"kind": kind},
        values={"value": value},
        valid_from=valid_from or clock.today(),
        source=source,
        source_ref=source_ref,
        expected=expected,
    )
    reindex(person)
    return row


def check_identifier(kind: str, value: str, *, from_card: bool = False) -> tuple[str, str]:
    """Kind and bare value as they are stored.

    Raises:
        InvalidIdentifier: the value cannot be right for its kind.
    """
    bare = re.sub(r"[\s.\-/]", "", value)
    if kind in (IdentifierKind.NISS, IdentifierKind.BIS, IdentifierKind.SPECIMEN):
        if from_card and is_specimen_niss(bare):
            return IdentifierKind.SPECIMEN, bare
        try:
            bare = parse_niss(value)
        except InvalidIdentifier as error:
            error.field = "value"
            raise
        return (IdentifierKind.BIS if int(bare[2:4]) > 12 else IdentifierKind.NISS), bare
    if kind == IdentifierKind.AVS:
        try:
            return kind, str(swiss_number.validate(value)).replace(".", "")
        except NumberError:
            raise InvalidIdentifier(
                _("A Swiss social insurance number has 13 digits and starts with 756."), field="value", code="avs"
            ) from None
    if kind == IdentifierKind.NIR:
        try:
            return kind, parse_nir(value)
        except InvalidIdentifier as error:
            error.field = "value"
            raise
    if kind == IdentifierKind.CARD and re.fullmatch(r"[A-Z]?\d{9,12}", bare.upper()):
        return kind, bare.upper()
    raise InvalidIdentifier(_("This card number does not have the usual form."), field="value", code="card")


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
        hidden = Address.unscoped.filter(person=person, live=1, hidden=True).at(clock.today()).exists()
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


def clean_name(text: str, *, optional: bool = False) -> str:
    """Single spaces, no line break.

    Raises:
        InvalidPerson: no letter in a name that is needed, or longer than 120 characters.
    """
    name = " ".join((text or "").split())
    if not name and optional:
        return ""
    if not any(letter.isalpha() for letter in name):
        raise InvalidPerson(_("A name needs at least one letter."), field="family_name", code="name_empty")
    if len(name) > 120:
        raise InvalidPerson(_("This name is longer than 120 characters."), field="family_name", code="name_long")
    return name


def check_birth_date(birth_date: dt.date | None) -> None:
    if birth_date is not None and birth_date > clock.today():
        raise InvalidPerson(_("The birth date lies in the future."), field="birth_date", code="birth_future")
    if birth_date is not None and birth_date < OLDEST_BIRTH:
        raise InvalidPerson(_("The birth date lies before 1880. Check the year."), field="birth_date", code="birth_old")


@gesture
def reindex_person(*, actor: Actor, person: Person) -> None:
    """After facts were taken back: a person without any name is found no more."""
    require_editor(actor)
    if PersonName.unscoped.filter(person=person, live=1).exists():
        reindex(person)
        return
    PersonToken.unscoped.filter(person=person).delete()
    PersonIndex.unscoped.filter(person=person).update(display_name="?", sort_key="", birth_date=None, sex="", language="")


def reindex(person: Person) -> None:
    """Rewrite what lists and searches read of a person, from its live facts."""
    day = clock.today()
    names = list(PersonName.unscoped.filter(person=person, live=1).order_by("valid_from", "pk"))
    births = list(PersonBirth.unscoped.filter(person=person, live=1).order_by("valid_from", "pk"))
    numbers = list(Identifier.unscoped.filter(person=person, live=1))
    language = PersonLanguage.unscoped.filter(person=person, live=1).order_by("-valid_from", "-pk").first()
    current = _current([name for name in names if name.kind != NameKind.ALIAS] or names, day)
    birth = _current(births, day)
    if current is None:
        return
    PersonIndex.unscoped.update_or_create(
        person=person,
        defaults={
            "display_name": current.full[:191],
            "sort_key": sort_key(f"{current.family_name} {current.given_names}"),
            "birth_date": birth.birth_date if birth else None,
            "sex": birth.sex if birth else "",
            "language": language.language if language else "",
            "specimen": any(number.kind == IdentifierKind.SPECIMEN for number in numbers),
        },
    )
    wanted = matching.keys_of_person(
        matching.PersonKeys(
            names=tuple((name.family_name, name.given_names) for name in names),
            birth_dates=tuple({row.birth_date for row in births if row.birth_date}),
            identifiers=tuple(number.value for number in numbers),
        )
    )
    if person.merged_into_id is not None:
        wanted = set()  # whoever looks finds the kept file
    held = set(PersonToken.unscoped.filter(person=person).values_list("kind", "value"))
    for kind, value in held - wanted:
        PersonToken.unscoped.filter(person=person, kind=kind, value=value).delete()
    PersonToken.unscoped.bulk_create([PersonToken(person=person, kind=kind, value=value) for kind, value in sorted(wanted - held)])


def _current(rows: list[Any], day: dt.date) -> Any:
    holding = [row for row in rows if row.valid_from <= day < row.valid_to]
    return (holding or rows or [None])[-1]
