"""Names, birth, language, numbers."""

from __future__ import annotations

import datetime as dt
import re

from django.utils.translation import gettext as _
from stdnum.ch import ssn as swiss_number
from stdnum.exceptions import ValidationError as NumberError

from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.bitemporal import Source, begin, untouched
from parvis.kernel.events import publish
from parvis.kernel.gestures import gesture
from parvis.kernel.identifiers import InvalidIdentifier, bare_of, is_specimen_niss, parse_nir, parse_niss
from parvis.kernel.statements import Statement

from ..enums import ContactLanguage, IdentifierKind, NameKind, Sex
from ..errors import IdentifierTaken, InvalidPerson
from ..events import PersonCreated
from ..models import (
    Identifier,
    Person,
    PersonBirth,
    PersonLanguage,
    PersonName,
)
from ._common import Origin, record_person, require_editor, wishes_after, write_person_fact
from .indexing import indexed_once, reindex

_TAKEN = Statement("contacts.number_taken")
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
    begin(person)
    record_person(actor, "person.create", person)
    start = birth_date or clock.today()
    origin: Origin = {"source": source, "source_ref": source_ref}
    with indexed_once():
        _first_facts(
            actor, person, start, origin, family_name, given_names, birth_date, birth_place, sex, nationality, language, national_number
        )
    publish(PersonCreated(actor=actor, person_id=person.pk))
    return person


def _first_facts(
    actor: Actor,
    person: Person,
    start: dt.date,
    origin: Origin,
    family_name: str,
    given_names: str,
    birth_date: dt.date | None,
    birth_place: str,
    sex: str,
    nationality: str,
    language: str,
    national_number: str,
) -> None:
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
    channel: str | None = None,
    no_email: bool | None = None,
    no_post: bool | None = None,
    valid_from: dt.date | None = None,
    source: str = Source.AGENT,
    source_ref: str = "",
    expected: int | None = None,
) -> PersonLanguage:
    """Language of our letters to the person, and by which way they go, from a day on. A way that is not given (None) stays as it was.

    Raises:
        InvalidPerson: a language that we do not write; e-mail preferred and refused at once.
    """
    require_editor(actor)
    if language not in ContactLanguage.values:
        raise InvalidPerson(_("Letters exist in French, Dutch, German and English."), field="language", code="language")
    start = valid_from or clock.today()
    held = None if untouched(person, PersonLanguage) else PersonLanguage.unscoped.filter(person=person).at(start).first()
    wishes = wishes_after(held, channel, no_email, no_post)
    row: PersonLanguage = write_person_fact(
        PersonLanguage,
        actor=actor,
        person=person,
        aspect="language",
        verb="person.language",
        values={"language": language, "spoken": spoken.strip(), **wishes},
        valid_from=start,
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
    taken = _TAKEN.one(
        (),
        lambda at: Identifier.unscoped.filter(kind=at["kind"], value=at["value"], live=1).exclude(person=at["person"])[:1],
        kind=str(kind),
        value=value,
        person=person.pk,
    )
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
    bare = bare_of(value)
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
            return kind, str(swiss_number.validate(bare)).replace(".", "")
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
