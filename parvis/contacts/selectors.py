"""Shared reads. Each takes the day on which the facts are read; ``known_on`` reads as it was known at an instant."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from parvis.kernel import asof, clock, memo
from parvis.kernel.actor import Actor
from parvis.kernel.asof import PastView
from parvis.kernel.identifiers import format_niss, mask_niss
from parvis.kernel.statements import Statement, one_of

from . import access
from .enums import IdentifierKind, PointKind
from .models import (
    Address,
    BankAccount,
    ContactPoint,
    HouseholdMember,
    Identifier,
    Person,
    PersonBirth,
    PersonIndex,
    PersonLanguage,
    PersonName,
    Relation,
)

LEAST_OF_STREET = 4
NUMBER_KINDS = (IdentifierKind.NISS, IdentifierKind.BIS, IdentifierKind.SPECIMEN)
#: The number that a card shows when a person has several: the last of these.
NUMBER_RANK = {kind: place for place, kind in enumerate(sorted(NUMBER_KINDS, reverse=True))}


@dataclass(frozen=True)
class PersonCard:
    """What one reader may see of a person on a day. ``address`` is empty when ``hidden``."""

    id: int
    uuid: uuid.UUID
    version: int
    display_name: str
    family_name: str = ""
    given_names: str = ""
    birth_date: dt.date | None = None
    birth_place: str = ""
    sex: str = ""
    nationality: str = ""
    niss_masked: str = ""
    number: str = ""
    number_kind: str = ""
    address: str = ""
    address_lines: tuple[str, ...] = ()
    language: str = "fr"
    hidden: bool = False
    specimen: bool = False
    phone: str = ""
    email: str = ""
    age: int | None = None
    initials: str = ""


@dataclass(frozen=True)
class HouseholdView:
    """Members of a household on a day; ``left`` are those gone in the twelve months before."""

    id: int
    uuid: uuid.UUID
    members: tuple[HouseholdMember, ...] = ()
    left: tuple[HouseholdMember, ...] = field(default=())


def person_card(actor: Actor, person_id: int, day: dt.date | None = None, known_on: dt.datetime | None = None) -> PersonCard:
    """One card.

    Raises:
        Person.DoesNotExist: no such person, or outside the scope of the actor.
    """
    cards = person_cards(actor, [person_id], day, known_on)
    if person_id not in cards:
        raise Person.DoesNotExist(person_id)
    return cards[person_id]


def person_cards(
    actor: Actor,
    person_ids: Iterable[int],
    day: dt.date | None = None,
    known_on: dt.datetime | None = None,
    *,
    brief: bool = False,
    homes_of: Collection[int] = (),
) -> dict[int, PersonCard]:
    """Cards of several persons in a fixed number of queries. Persons outside the scope are left out. ``brief`` leaves out language,
    address, phone, e-mail and all of the birth but its day and the sex (the address is told of ``homes_of`` alone), for pages that show many things beside."""
    ids = sorted(set(person_ids))
    if not ids:
        return {}
    day = day or clock.today()
    indexed = brief and known_on is None  # of the birth, lists print what is known now
    names = _names(actor, ids, day, known_on, with_hidden=brief)
    persons = {pk: name.person for pk, name in names.items()}
    nameless = [pk for pk in ids if pk not in persons]
    if nameless:
        persons |= {person.pk: person for person in Person.objects.visible_to(actor).filter(pk__in=nameless)}
    seen = list(persons)
    births = {} if indexed else _latest(_facts(PersonBirth, seen, known_on), day)
    languages = {} if brief else _latest(_facts(PersonLanguage, seen, known_on), day)
    numbers = {
        row.person_id: row
        for row in sorted(_facts(Identifier, seen, known_on), key=lambda row: (NUMBER_RANK.get(row.kind, -1), row.pk))
        if row.kind in NUMBER_KINDS
    }
    points = [] if brief else sorted(_facts(ContactPoint, seen, known_on), key=lambda row: row.pk)
    points = [row for row in points if row.valid_from <= day < row.valid_to]
    phones = {point.person_id: point.value for point in points if point.kind == PointKind.PHONE}
    emails = {point.person_id: point.value for point in points if point.kind == PointKind.EMAIL}
    addresses: dict[int, Address] = {}
    if brief:
        hidden = {pk for pk, name in names.items() if name.hides}  # type: ignore[attr-defined]  # annotated in _names
        hidden |= hidden_person_ids(nameless, day)
        wanted = [pk for pk in homes_of if pk in persons and pk not in hidden]
        if wanted:
            addresses = {row.person_id: row for row in _homes_at(wanted, day, known_on)}
    else:
        hidden, known_now = _homes(set(seen), day)
        rows = known_now if known_on is None else Address.unscoped.filter(person__in=seen).at(day, known_on).order_by("-kind", "pk")
        addresses = {row.person_id: row for row in rows if row.person_id not in hidden and row.valid_from <= day < row.valid_to}
    full = access.sees_full_number(actor)
    cards = {}
    labels: dict[int, str] = {}
    for pk, person in persons.items():
        name, birth = names.get(pk), births.get(pk)
        number, address, language = numbers.get(pk), addresses.get(pk), languages.get(pk)
        value = number.value if number else ""
        birth_date, sex = (birth.birth_date, birth.sex) if birth else (None, "")
        if indexed:
            filed = getattr(person, "index", None)
            if filed is not None:
                labels[pk] = filed.display_name
            birth_date, sex = getattr(filed, "birth_date", None), getattr(filed, "sex", "")
        cards[pk] = PersonCard(
            id=pk,
            uuid=person.uuid,
            version=person.version,
            display_name=name.full if name else "?",
            family_name=name.family_name if name else "",
            given_names=name.given_names if name else "",
            birth_date=birth_date,
            birth_place=birth.birth_place if birth else "",
            sex=sex,
            nationality=birth.nationality if birth else "",
            niss_masked=mask_niss(value) if value else "",
            number=(format_niss(value) if full else mask_niss(value)) if value else "",
            number_kind=number.kind if number else "",
            address=address.one_line if address else "",
            address_lines=tuple(address.lines) if address else (),
            language=language.language if language else "fr",
            hidden=pk in hidden,
            specimen=bool(number and number.kind == IdentifierKind.SPECIMEN),
            phone=phones.get(pk, "") if pk not in hidden else "",
            email=emails.get(pk, "") if pk not in hidden else "",
            age=age_on(birth_date, day),
            initials=initials(name.given_names, name.family_name) if name else "?",
        )
    memo.keep("contacts.labels", memo.kept("contacts.labels", {}) | labels)
    return cards


def age_on(birth_date: dt.date | None, day: dt.date) -> int | None:
    if birth_date is None or birth_date > day:
        return None
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def initials(given_names: str, family_name: str) -> str:
    return (given_names[:1] + family_name[:1]).upper()


def hidden_person_ids(person_ids: Collection[int], day: dt.date | None = None) -> set[int]:
    """Persons whose address, phone and e-mail are shown to nobody.

    One hidden address, on ``day``, today or later, hides all of the person's addresses, and those of everyone in the same household: what
    one of them shows gives the others away. Reading an earlier day does not open them again.
    """
    return _homes(set(person_ids), day or clock.today())[0] if person_ids else set()


def _homes(ids: set[int], day: dt.date) -> tuple[set[int], list[Address]]:
    """Which of the persons are hidden, and their addresses known now (those of the hidden ones included: the caller leaves them out)."""
    today = clock.today()
    on_days = Q(valid_from__lte=day, valid_to__gt=day) | Q(valid_from__lte=today, valid_to__gt=today)

    def mates(among: Any) -> QuerySet[Any]:
        mine = HouseholdMember.unscoped.filter(on_days, among, live=1).order_by().values("household_id")
        return HouseholdMember.unscoped.filter(on_days, live=1, household__in=mine).values_list("household_id", "person_id")

    together: dict[int, set[int]] = {}
    for household_id, person_id in _MATES.rows(day, lambda at: mates(one_of("person", at["people"])), people=sorted(ids)):
        together.setdefault(household_id, set()).add(person_id)
    housemates: dict[int, set[int]] = {}
    for persons in together.values():
        for person_id in persons:
            housemates.setdefault(person_id, set()).update(persons & ids)
    concerned = ids | set(housemates)
    # An address to come is protected before it begins.
    addresses = _CONCERNED.rows(
        (),
        lambda at: Address.unscoped.filter(one_of("person", at["people"]), live=1, valid_to__gt=at["since"]).order_by("-kind", "pk"),
        people=sorted(concerned),
        since=min(day, today),
    )
    found = {row.person_id for row in addresses if row.hidden}
    hidden = (found & ids) | {pk for one in found for pk in housemates.get(one, set())}
    return hidden, [row for row in addresses if row.person_id in ids]


def display_names(person_ids: Iterable[int]) -> dict[int, str]:
    """Names as lists print them today; on a page that reads a past day, those of that day. For labels only; a dated page reads
    ``person_cards``."""
    if (view := asof.view()) is not None:
        return _names_then(set(person_ids), view)
    return names_today(person_ids)


def names_today(person_ids: Iterable[int]) -> dict[int, str]:
    """Those whose cards the page in hand has read are not read again."""
    wanted = set(person_ids)
    known: dict[int, str] = memo.kept("contacts.labels", {})
    if wanted <= known.keys():
        return {pk: known[pk] for pk in sorted(wanted)}
    rows = _LABELS.rows(
        (),
        lambda at: PersonIndex.unscoped.filter(one_of("person", at["people"])).order_by().values_list("person_id", "display_name"),
        people=sorted(wanted),
    )
    return dict(rows)


def _names_then(ids: set[int], view: PastView) -> dict[int, str]:
    """The name that held; a person whose name was noted later keeps the nearest one."""
    rows = PersonName.unscoped.filter(person__in=ids).exclude(kind="alias").known(view.known_on).order_by("-kind", "valid_from", "pk")
    return {pk: row.full for pk, row in _latest(rows, view.day).items()}


def names_and_uuids(persons: QuerySet[Person]) -> list[tuple[int, str, uuid.UUID]]:
    """What links to persons need, of persons that the reader may see."""
    rows = PersonIndex.unscoped.filter(pk__in=persons.order_by().values("pk"))
    return list(rows.values_list("pk", "display_name", "person__uuid"))


def shown_point(row: ContactPoint) -> str:
    """+32 470 12 34 56: numbers are stored bare and printed in groups."""
    if row.kind != PointKind.PHONE:
        return row.value
    import phonenumbers

    try:
        return str(phonenumbers.format_number(phonenumbers.parse(row.value, None), phonenumbers.PhoneNumberFormat.INTERNATIONAL))
    except phonenumbers.NumberParseException:
        return row.value


def bank_accounts(person_id: int, day: dt.date | None = None, known_on: dt.datetime | None = None) -> list[BankAccount]:
    """Accounts on which the person may be paid on a day, newest first. None for the holder of a specimen card."""
    if not is_payable(person_id):
        return []
    return list(BankAccount.unscoped.filter(person=person_id).at(day or clock.today(), known_on).order_by("-valid_from", "-pk"))


def bank_accounts_of(person_ids: Iterable[int], day: dt.date | None = None) -> dict[int, list[BankAccount]]:
    """The same for several persons, in two queries."""
    ids = sorted(set(person_ids))
    found: dict[int, list[BankAccount]] = {}
    tests = {
        row[0]
        for row in _SPECIMENS.rows(
            (),
            lambda at: (
                Identifier.unscoped.filter(one_of("person", at["people"]), kind=IdentifierKind.SPECIMEN, live=1)
                .order_by()
                .values_list("person_id")
            ),
            people=ids,
        )
    }
    for pk in ids:
        memo.keep(("contacts.payable", pk), pk not in tests)
    rows = _ACCOUNTS.rows(
        (),
        lambda at: BankAccount.unscoped.filter(one_of("person", at["people"])).at(at["day"]).order_by("-valid_from", "-pk"),
        people=ids,
        day=day or clock.today(),
    )
    for row in rows:
        if row.person_id in tests:
            continue
        found.setdefault(row.person_id, []).append(row)
    return found


def is_payable(person_id: int) -> bool:
    """A person known by a specimen card is a test, and is never paid."""
    known = memo.kept(("contacts.payable", person_id))
    return (
        bool(known)
        if known is not None
        else not Identifier.unscoped.filter(person=person_id, kind=IdentifierKind.SPECIMEN, live=1).exists()
    )


def specimens(person_ids: Collection[int]) -> set[int]:
    """Those of these persons who are never paid (see ``is_payable``), in one read per five hundred."""
    rows = Identifier.unscoped.filter(kind=IdentifierKind.SPECIMEN, live=1).order_by()
    return {pk for part in _parts(person_ids) for pk in rows.filter(person__in=part).values_list("person_id", flat=True)}


def _parts(ids: Collection[int], size: int = 500) -> Iterator[list[int]]:
    wanted = sorted(set(ids))
    return (wanted[start : start + size] for start in range(0, len(wanted), size))


#: Which of a person's addresses a letter takes first, by what it is for.
POSTAL_ORDER = {
    "letter": ("postal", "residence", "domicile", "reference"),
    "notification": ("postal", "domicile", "reference", "residence"),
    "invoice": ("postal", "domicile", "residence", "reference"),
    "visit": ("residence", "domicile"),
}


def postal_address(person_id: int, day: dt.date, purpose: str = "letter") -> Address | None:
    """The address that a letter of that day takes. None when hidden: the letter is then handed over at the centre.

    Raises:
        KeyError: an unknown purpose.
    """
    order = POSTAL_ORDER[purpose]
    hidden, known = _homes({person_id}, day)
    if person_id in hidden:
        return None
    rows = {row.kind: row for row in known if row.valid_from <= day < row.valid_to}
    return next((rows[kind] for kind in order if kind in rows), None)


def postal_lines(person_id: int, day: dt.date, purpose: str = "letter") -> tuple[str, ...]:
    """The lines of ``postal_address`` for the envelope."""
    found = postal_address(person_id, day, purpose)
    return tuple(found.lines) if found is not None else ()


def letter_language(person_id: int, day: dt.date | None = None) -> str:
    row = PersonLanguage.unscoped.filter(person=person_id).at(day or clock.today()).first()
    return row.language if row else "fr"


def letter_languages(person_ids: Collection[int], day: dt.date | None = None) -> dict[int, str]:
    """The language of our letters to each, as ``letter_language`` gives it, in one read per five hundred."""
    found = dict.fromkeys(person_ids, "fr")
    for part in _parts(person_ids):
        found |= dict(PersonLanguage.unscoped.filter(person__in=part).at(day or clock.today()).values_list("person_id", "language"))
    return found


_HOUSEHOLD = Statement("contacts.household_of")


def _of_one_household(at: dict[str, Any]) -> QuerySet[HouseholdMember]:
    known_on = at.get("known_on")
    mine = HouseholdMember.unscoped.filter(person=at["person"]).at(at["day"], known_on).order_by().values("household_id")
    return HouseholdMember.unscoped.filter(household__in=mine).select_related("household").known(known_on)


def household_of(person_id: int, day: dt.date | None = None, known_on: dt.datetime | None = None) -> HouseholdView | None:
    """The household where a person lives on a day: its members come with it."""
    day = day or clock.today()
    rows = _HOUSEHOLD.rows((), _of_one_household, person=person_id, day=day, known_on=known_on)
    if not rows:
        return None
    first = min(row.household_id for row in rows)
    return _composition([row for row in rows if row.household_id == first], day)


def household_at(household_id: int, day: dt.date | None = None, known_on: dt.datetime | None = None) -> HouseholdView:
    """Composition of a household on a day."""
    rows = list(HouseholdMember.unscoped.filter(household=household_id).select_related("household").known(known_on))
    if rows:
        return _composition(rows, day or clock.today())
    from .models import Household

    household = Household.unscoped.get(pk=household_id)
    return HouseholdView(id=household.pk, uuid=household.uuid, members=(), left=())


def _composition(rows: list[HouseholdMember], day: dt.date) -> HouseholdView:
    """Who is there, and who left in the year before, from all that is known of one household."""
    there = [row for row in rows if row.valid_from <= day < row.valid_to]
    here = {row.person_id for row in there}
    year_before = day - dt.timedelta(days=365)
    left = [row for row in rows if year_before < row.valid_to <= day and row.person_id not in here]
    household = rows[0].household
    order = {"head": 0, "partner": 1}
    there.sort(key=lambda row: (order.get(row.role, 2), row.valid_from, row.pk))
    return HouseholdView(id=household.pk, uuid=household.uuid, members=tuple(there), left=tuple(left))


def relations_of(actor: Actor, person_id: int, day: dt.date | None = None) -> list[tuple[str, int]]:
    """(relation in words from the person's side, id of the other one)."""
    day = day or clock.today()
    rows = Relation.objects.visible_to(actor).at(day).exclude(kind="landlord")
    mine = [(row.get_kind_display(), row.other_id) for row in rows.filter(person=person_id)]
    return mine + [(inverse_label(row.kind), row.person_id) for row in rows.filter(other=person_id)]


def inverse_label(kind: str) -> str:
    from .enums import RelationKind

    inverse = {RelationKind.PARENT: RelationKind.CHILD, RelationKind.CHILD: RelationKind.PARENT}
    return str(RelationKind(inverse.get(RelationKind(kind), kind)).label)


def live_facts(person_id: int, model: type[Any]) -> list[Any]:
    """Every version of an aspect that is known now, latest first: the past of the person, not of our knowledge. A row that is or
    was protected is left out, also after its protection was lifted."""
    rows = model.unscoped.filter(person=person_id, live=1)
    if model is Address:
        rows = rows.exclude(hidden=True)
    found = list(rows.order_by("-valid_from", "-pk"))
    memo.keep(("contacts.facts", person_id, model, None), found)
    return found


def facts_then(person_id: int, model: type[Any], view: PastView) -> list[Any]:
    """Versions of an aspect that had begun by a past day, as they were known, those that held first. Rows that were ever protected are left
    out, like today."""
    rows = model.unscoped.filter(person=person_id, valid_from__lte=view.day).known(view.known_on)
    if model is Address:
        rows = rows.exclude(hidden=True)
    found = sorted(rows.order_by("-valid_from", "-pk"), key=lambda row: row.valid_to <= view.day)
    memo.keep(("contacts.facts", person_id, model, view.known_on), found)
    return found


def living_at(text: str, view: PastView, limit: int) -> list[int]:
    """Persons who lived that day at an address as typed ("tanneurs 27", "rue des tanneurs, 4999"); nobody whose address is, was or will be
    protected. The addresses of that day are read once: there is no index by street, so the cost grows with the register."""
    words = [word for word in text.replace(",", " ").split() if word]
    street = [word for word in words if not any(char.isdecimal() for char in word)]
    numbers = [word for word in words if any(char.isdecimal() for char in word)]
    if not street or len("".join(street)) < LEAST_OF_STREET:
        return []
    rows = Address.unscoped.filter(person__merged_into=None).at(view.day, view.known_on)
    for word in street[:6]:
        rows = rows.filter(Q(street__icontains=word) | Q(municipality__icontains=word))
    for number in numbers[:2]:
        rows = rows.filter(Q(number=number) | Q(postal_code=number))
    ids = list(dict.fromkeys(rows.order_by("person_id", "pk").values_list("person_id", flat=True)[: limit * 4]))
    secret = hidden_person_ids(ids, view.day) if ids else set()
    secret |= set(Address.unscoped.filter(person__in=ids, hidden=True).order_by().values_list("person_id", flat=True)) if ids else set()
    return [pk for pk in ids if pk not in secret][:limit]


_FACTS, _HOMES, _NAMES, _LABELS, _MATES, _CONCERNED, _SPECIMENS, _ACCOUNTS = (
    Statement(f"contacts.{name}") for name in ("facts", "homes", "names", "labels", "mates", "concerned", "specimens", "accounts")
)


def _facts(model: type[Any], ids: Sequence[int], known_on: dt.datetime | None) -> list[Any]:
    """Versions of an aspect of some persons; those that the page of one person has read already are not read again."""
    if len(ids) == 1 and (held := memo.kept(("contacts.facts", ids[0], model, known_on))) is not None:
        return list(held)
    return _FACTS.rows(
        model.__name__,
        lambda at: model.unscoped.filter(one_of("person", at["people"])).known(at.get("known_on")),
        people=list(ids),
        known_on=known_on,
    )


def _homes_at(ids: Sequence[int], day: dt.date, known_on: dt.datetime | None) -> list[Address]:
    return _HOMES.rows(
        (),
        lambda at: Address.unscoped.filter(one_of("person", at["people"])).at(at["day"], at.get("known_on")).order_by("-kind", "pk"),
        people=list(ids),
        day=day,
        known_on=known_on,
    )


def _names(
    actor: Actor, ids: Sequence[int], day: dt.date, known_on: dt.datetime | None, *, with_hidden: bool = False
) -> dict[int, PersonName]:
    def read(at: dict[str, Any]) -> QuerySet[PersonName]:
        rows = PersonName.objects.visible_to(actor).filter(one_of("person", at["people"])).exclude(kind="alias").known(at.get("known_on"))
        if with_hidden:
            rows = rows.annotate(hides=_hides(day))
        return rows.select_related("person__index").order_by("-kind", "valid_from", "pk")

    return _latest(_NAMES.rows((actor, day if with_hidden else None), read, people=list(ids), known_on=known_on), day)


def _hides(day: dt.date) -> Q:
    """``hidden_person_ids`` as a condition on rows about a person, for cards that show no address anyway."""
    today = clock.today()
    on_days = Q(valid_from__lte=day, valid_to__gt=day) | Q(valid_from__lte=today, valid_to__gt=today)
    # Three queries up: from the homes through the mates and the addresses to the row about a person.
    person = OuterRef(OuterRef(OuterRef("person_id")))
    homes = HouseholdMember.unscoped.filter(on_days, live=1, person=person).order_by().values("household_id")
    mates = HouseholdMember.unscoped.filter(on_days, live=1, household__in=homes).order_by().values("person_id")
    protected = Address.unscoped.filter(live=1, hidden=True, valid_to__gt=min(day, today))
    # Two looks, each at the addresses of these few: an "or" of them has PostgreSQL read all the hidden addresses of the centre.
    own = Exists(protected.filter(person=OuterRef("person_id")))
    return own | Exists(protected.filter(person__in=mates))


def _latest(rows: Any, day: dt.date) -> dict[int, Any]:
    """Per person the row that holds on the day; else the nearest one: a person never lacks a name because it was noted late."""
    found: dict[int, Any] = {}
    for row in rows:
        held = found.get(row.person_id)
        if held is None or _rank(row, day) > _rank(held, day):
            found[row.person_id] = row
    return found


def _rank(row: Any, day: dt.date) -> tuple[int, int]:
    if row.valid_from <= day < row.valid_to:
        return 2, 1 if getattr(row, "kind", "") == "official" else 0
    return (1 if row.valid_from <= day else 0), row.valid_from.toordinal() if row.valid_from <= day else -row.valid_from.toordinal()
