"""Reads of the address book. A person with a protected address stands in it by name only, whoever reads."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, Case, CharField, Exists, OuterRef, Q, Value, When
from django.db.models.expressions import F
from django.db.models.functions import Coalesce

from parvis.kernel import asof, clock
from parvis.kernel.actor import Actor
from parvis.kernel.identifiers import format_number
from parvis.kernel.registries import client_secrecy, partner_uses
from parvis.kernel.statements import Statement, one_of
from parvis.kernel.subject import SubjectRef
from parvis.kernel.textmatch import sort_key

from .. import access
from ..enums import CLIENT_ROLES, PartyKind, PointKind
from ..models import (
    Address,
    BookEntry,
    ContactPoint,
    HouseholdMember,
    Organisation,
    OrganisationAddress,
    OrganisationKind,
    OrganisationName,
    OrganisationNumber,
    OrganisationPoint,
    OrganisationProfile,
    Person,
    PersonLanguage,
    PersonRole,
)
from ..selectors import POSTAL_ORDER, PersonCard, hidden_person_ids, letter_language, person_cards, postal_address, shown_point

MOST_ROLES = 500
HIDDEN_WHEN_PROTECTED = ("postal_code", "municipality", "town_key", "phone", "email")


@dataclass(frozen=True)
class BookLine:
    """One entry as lists print it."""

    id: int
    uuid: uuid.UUID
    organisation_id: int | None
    person_id: int | None
    display_name: str
    sort_key: str
    kinds: tuple[str, ...] = ()
    number: str = ""
    postal_code: str = ""
    municipality: str = ""
    phone: str = ""
    email: str = ""
    closed: bool = False
    protected: bool = False


@dataclass(frozen=True)
class OrganisationCard:
    """An organisation on a day."""

    id: int
    uuid: uuid.UUID
    version: int
    name: str
    short_name: str = ""
    legal_form: str = ""
    kinds: tuple[str, ...] = ()
    enterprise_number: str = ""
    address: str = ""
    address_lines: tuple[str, ...] = ()
    phone: str = ""
    email: str = ""
    language: str = "fr"
    website: str = ""
    note: str = ""
    closed: bool = False


@dataclass(frozen=True)
class RoleView:
    """A role with both sides; ``card`` or ``organisation`` is the other side of the page that shows it."""

    row: PersonRole
    label: str
    client: bool
    past: bool
    card: PersonCard | None = None
    organisation: OrganisationCard | None = None


@dataclass(frozen=True)
class Point:
    """A way to reach a party on a day. ``shown`` is the printed form."""

    kind: str
    value: str
    shown: str
    label: str = ""


@dataclass(frozen=True)
class LetterAddress:
    """What stands on the envelope of a letter of a day. ``protected``: nothing is printed, the letter is handed over at the centre."""

    name: str
    lines: tuple[str, ...] = ()
    kind: str = ""
    language: str = "fr"
    protected: bool = False


def book(actor: Actor) -> Any:
    """Entries that the reader may see; ``shown_*`` are empty for a protected person, so that no filter, sort or export tells more."""
    rows = _entries(actor)
    shown = {
        f"shown_{name}": Case(When(protected=True, then=Value("")), default=F(name), output_field=CharField())
        for name in HIDDEN_WHEN_PROTECTED
    }
    return rows.annotate(protected=_protected()).annotate(**shown)


def _entries(actor: Actor) -> Any:
    return BookEntry.objects.visible_to(actor).select_related("organisation", "person")


def _protected() -> Any:
    """The person's own protected address, or that of somebody in the same household: the same rule as ``hidden_person_ids``."""
    today = clock.today()
    own = Address.unscoped.filter(person=OuterRef("person"), live=1, hidden=True, valid_to__gt=today)
    together = Q(valid_from__lte=today, valid_to__gt=today, live=1)
    mates = HouseholdMember.unscoped.filter(
        together,
        person=OuterRef("person"),
        household__members__live=1,
        household__members__valid_from__lte=today,
        household__members__valid_to__gt=today,
        household__members__person__addresses__hidden=True,
        household__members__person__addresses__live=1,
        household__members__person__addresses__valid_to__gt=today,
    )
    return Coalesce(Exists(own), Value(False), output_field=BooleanField()) | Exists(mates)


_LINES = Statement("contacts.book_lines")


def book_lines(actor: Actor, entry_ids: Iterable[int]) -> list[BookLine]:
    """Lines of some entries, in the order of their names."""
    rows = _LINES.rows(
        actor,
        lambda at: _entries(actor).annotate(protected=_protected()).filter(one_of("pk", at["ids"])).order_by("sort_key", "pk"),
        ids=list(entry_ids),
    )
    for row in rows:
        # Hidden here, not in the statement: asked for each of these columns, the protection took PostgreSQL a fifth of the page to plan.
        for name in HIDDEN_WHEN_PROTECTED:
            setattr(row, f"shown_{name}", "" if row.protected else getattr(row, name))
    return [line_of(row) for row in rows]


def line_of(row: Any) -> BookLine:
    """A row of ``book`` as a line."""
    party = row.organisation or row.person
    return BookLine(
        id=row.pk,
        uuid=party.uuid,
        organisation_id=row.organisation_id,
        person_id=row.person_id,
        display_name=row.display_name,
        sort_key=row.sort_key,
        kinds=kind_labels(row.kinds),
        number=format_number("enterprise", row.number),
        postal_code=row.shown_postal_code,
        municipality=row.shown_municipality,
        phone=printed_phone(row.shown_phone),
        email=row.shown_email,
        closed=row.closed,
        protected=row.protected,
    )


def kind_labels(packed: str) -> tuple[str, ...]:
    """ ",doctor,landlord," in words."""
    return tuple(str(PartyKind(kind).label) for kind in packed.split(",") if kind in PartyKind.values)


def printed_phone(value: str) -> str:
    return shown_point(ContactPoint(kind=PointKind.PHONE, value=value)) if value else ""


def organisation_cards(
    actor: Actor, organisation_ids: Iterable[int], day: dt.date | None = None, known_on: dt.datetime | None = None
) -> dict[int, OrganisationCard]:
    """Cards of several organisations on a day, in a fixed number of queries. Those outside the scope are left out."""
    ids = sorted(set(organisation_ids))
    if not ids:
        return {}
    day = day or clock.today()
    anchors = Organisation.objects.visible_to(actor).filter(pk__in=ids).in_bulk()
    names: dict[int, OrganisationName] = {}
    for row in OrganisationName.unscoped.filter(organisation__in=anchors).known(known_on).order_by("valid_from", "pk"):
        held = names.get(row.organisation_id)
        # The name of the day; before the first one, the first one.
        if held is None or row.valid_from <= day:
            names[row.organisation_id] = row
    profiles = {row.organisation_id: row for row in OrganisationProfile.unscoped.filter(organisation__in=anchors).at(day, known_on)}
    kinds: dict[int, list[str]] = {}
    for row in OrganisationKind.unscoped.filter(organisation__in=anchors).at(day, known_on).order_by("kind"):
        kinds.setdefault(row.organisation_id, []).append(str(row.get_kind_display()))
    numbers = {
        row.organisation_id: row.value
        for row in OrganisationNumber.unscoped.filter(organisation__in=anchors, kind="enterprise").at(day, known_on)
    }
    points: dict[tuple[int, str], str] = {}
    for row in OrganisationPoint.unscoped.filter(organisation__in=anchors).at(day, known_on).order_by("-pk"):
        points[row.organisation_id, row.kind] = shown_point(row)
    places: dict[int, dict[str, OrganisationAddress]] = {}
    for row in OrganisationAddress.unscoped.filter(organisation__in=anchors).at(day, known_on):
        places.setdefault(row.organisation_id, {})[row.kind] = row
    cards = {}
    for pk, anchor in anchors.items():
        name, profile = names.get(pk), profiles.get(pk)
        own = places.get(pk, {})
        place = next((own[kind] for kind in ("seat", "site", "postal", "billing") if kind in own), None)
        cards[pk] = OrganisationCard(
            id=pk,
            uuid=anchor.uuid,
            version=anchor.version,
            name=name.name if name else "?",
            short_name=name.short_name if name else "",
            legal_form=name.legal_form if name else "",
            kinds=tuple(kinds.get(pk, ())),
            enterprise_number=format_number("enterprise", numbers.get(pk, "")),
            address=place.one_line if place else "",
            address_lines=tuple(place.lines) if place else (),
            phone=points.get((pk, PointKind.PHONE), ""),
            email=points.get((pk, PointKind.EMAIL), ""),
            language=profile.language if profile else "fr",
            website=profile.website if profile else "",
            note=profile.note if profile else "",
            closed=bool(profile and profile.closed),
        )
    return cards


def organisation_card(
    actor: Actor, organisation_id: int, day: dt.date | None = None, known_on: dt.datetime | None = None
) -> OrganisationCard:
    """One card.

    Raises:
        Organisation.DoesNotExist: no such organisation, or outside the scope of the actor.
    """
    cards = organisation_cards(actor, [organisation_id], day, known_on)
    if organisation_id not in cards:
        raise Organisation.DoesNotExist(organisation_id)
    return cards[organisation_id]


def organisation_facts(organisation_id: int, model: type[Any]) -> list[Any]:
    """Every version of an aspect that is known now, latest first; on a past day those begun by it."""
    rows = model.unscoped.filter(organisation=organisation_id).known(asof.known_on())
    if (view := asof.view()) is not None:
        rows = rows.filter(valid_from__lte=view.day)
    return list(rows.order_by("-valid_from", "-pk"))


def roles_of(actor: Actor, person_id: int, day: dt.date | None = None, *, hidden: bool | None = None) -> list[RoleView]:
    """Roles of a person, those that ended included, as far as the reader's function opens them. None while the address is protected: a
    landlord, a school or an employer tells where somebody is."""
    day = day or clock.today()
    if hidden if hidden is not None else person_id in hidden_person_ids([person_id], day):
        return []
    return _role_views(actor, [person_id], day)


def roles_of_people(actor: Actor, person_ids: Sequence[int], day: dt.date | None = None) -> dict[int, list[RoleView]]:
    """The same for several persons at once, in a fixed number of queries."""
    day = day or clock.today()
    found: dict[int, list[RoleView]] = {}
    for view in _role_views(actor, sorted(set(person_ids) - hidden_person_ids(person_ids, day)), day) if person_ids else []:
        found.setdefault(view.row.person_id, []).append(view)
    return found


def _roles_known(actor: Actor, day: dt.date) -> Any:
    """All known now; on a past day those begun by it, as they were known."""
    rows = PersonRole.objects.visible_to(actor).known(asof.known_on())
    return rows if asof.view() is None else rows.filter(valid_from__lte=day)


def _cards_then(actor: Actor, rows: Sequence[Any], day: dt.date) -> dict[int, OrganisationCard]:
    """Names and phones of a past day, in three queries; nothing when today is read, which the address book knows."""
    ids = {row.organisation_id for row in rows}
    if asof.view() is None or not ids:
        return {}
    names = organisation_names(actor, ids, day)
    points = OrganisationPoint.unscoped.filter(organisation__in=ids, kind=PointKind.PHONE).at(day, asof.known_on()).order_by("-pk")
    phones = {row.organisation_id: shown_point(row) for row in points}
    anchors = Organisation.objects.visible_to(actor).filter(pk__in=ids).values_list("pk", "uuid")
    return {pk: OrganisationCard(id=pk, uuid=uuid, version=0, name=names.get(pk, "?"), phone=phones.get(pk, "")) for pk, uuid in anchors}


def _role_views(actor: Actor, person_ids: Sequence[int], day: dt.date) -> list[RoleView]:
    rows = [
        row
        for row in _roles_known(actor, day).filter(person__in=person_ids).order_by("-valid_to", "-valid_from", "pk")[:MOST_ROLES]
        if access.sees_role(actor, row.role)
    ]
    clients = {row.person_id for row in rows if row.role in CLIENT_ROLES}
    if clients:
        # Clients of another service: whose tenant, patient or pupil somebody is stays there, on this page like on the organisation's.
        secret = set().union(*(find(actor, clients) for find in client_secrecy.all()))
        rows = [row for row in rows if row.role not in CLIENT_ROLES or row.person_id not in secret]
    cards = _cards_then(actor, rows, day) or {
        line.organisation_id: OrganisationCard(id=line.organisation_id, uuid=line.uuid, version=0, name=line.display_name, phone=line.phone)
        for line in map(line_of, book(actor).filter(organisation__in={row.organisation_id for row in rows}) if rows else ())
        if line.organisation_id is not None
    }
    return [
        RoleView(row, str(row.get_role_display()), row.role in CLIENT_ROLES, row.valid_to <= day, organisation=cards[row.organisation_id])
        for row in rows
        if row.organisation_id in cards
    ]


def roles_in(actor: Actor, organisation_id: int, day: dt.date | None = None) -> tuple[list[RoleView], int]:
    """Who is what in an organisation on a day, and how many more there are whom this reader may not know: clients of other services, and
    persons with a protected address."""
    day = day or clock.today()
    rows = list(PersonRole.unscoped.filter(organisation=organisation_id).at(day, asof.known_on()).order_by("role", "pk")[:MOST_ROLES])
    rows = [row for row in rows if access.sees_role(actor, row.role)]
    ids = {row.person_id for row in rows}
    secret = hidden_person_ids(ids, day)
    clients = {row.person_id for row in rows if row.role in CLIENT_ROLES}
    for find in client_secrecy.all():
        secret |= find(actor, clients) if clients else set()
    cards = person_cards(actor, ids - secret, day, asof.known_on(), brief=True)
    shown = [
        RoleView(row, str(row.get_role_display()), row.role in CLIENT_ROLES, False, card=cards[row.person_id])
        for row in rows
        if row.person_id in cards
    ]
    shown.sort(key=lambda one: (one.client, one.row.role, one.card.family_name if one.card else "", one.row.pk))
    return shown, len(ids - set(cards))


def contact_points(party: SubjectRef, day: dt.date | None = None) -> list[Point]:
    """Phones and e-mail addresses of a person or organisation on a day. None of a person whose address is protected."""
    day = day or clock.today()
    if party.type == "organisation":
        rows = OrganisationPoint.unscoped.filter(organisation=resolve_organisation(party.id)).at(day).order_by("kind", "pk")
    elif party.type == "person":
        person_id = resolve_person(party.id)
        if hidden_person_ids([person_id], day):
            return []
        rows = ContactPoint.unscoped.filter(person=person_id).at(day).order_by("kind", "pk")
    else:
        raise ValueError(f"not a party: {party}")
    return [Point(row.kind, row.value, shown_point(row), row.label) for row in rows]


#: Which of an organisation's addresses a letter takes first; those of a person: ``selectors.POSTAL_ORDER``.
OFFICE_ORDER = {
    "letter": ("postal", "seat", "site"),
    "notification": ("seat", "postal", "site"),
    "invoice": ("billing", "postal", "seat", "site"),
    "visit": ("site", "seat"),
}


def address_for_letter(party: SubjectRef, day: dt.date, purpose: str = "letter") -> LetterAddress:
    """The name and address of a party as they held on the day of the letter.

    ``purpose``: letter, notification (of a decision), invoice, visit. Nothing of a protected person is printed.

    Raises:
        ValueError: an unknown purpose or type of party.
    """
    for_organisations = OFFICE_ORDER[purpose] if purpose in OFFICE_ORDER else _unknown(purpose)
    if party.type == "organisation":
        pk = resolve_organisation(party.id)
        names = list(OrganisationName.unscoped.filter(organisation=pk, live=1).order_by("valid_from", "pk"))
        name = ([row for row in names if row.valid_from <= day] or names)[-1]
        profile = OrganisationProfile.unscoped.filter(organisation=pk).at(day).first()
        offices = {row.kind: row for row in OrganisationAddress.unscoped.filter(organisation=pk).at(day)}
        kind = next((one for one in for_organisations if one in offices), "")
        title = f"{name.name} {name.legal_form}".strip()
        return LetterAddress(title, tuple(offices[kind].lines) if kind else (), kind, profile.language if profile else "fr")
    if party.type != "person":
        _unknown(str(party))
    from parvis.kernel.actor import system_actor

    pk = resolve_person(party.id)
    card = person_cards(system_actor("letters"), [pk], day, brief=True)[pk]
    language = letter_language(pk, day)
    if card.hidden:
        return LetterAddress(card.display_name, language=language, protected=True)
    home = postal_address(pk, day, purpose)
    return LetterAddress(card.display_name, tuple(home.lines) if home else (), home.kind if home else "", language)


def office_addresses(actor: Actor, organisation_ids: Iterable[int], day: dt.date, known_on: dt.datetime | None = None) -> dict[int, str]:
    """Where organisations are on a day, on one line each: the address that a visit or letter takes first. One query."""
    ids = set(organisation_ids)
    if not ids or not access.can_read_persons(actor):
        return {}
    order = {kind: place for place, kind in enumerate(("seat", "site", "postal", "billing"))}
    rows = OrganisationAddress.unscoped.filter(organisation__in=ids).at(day, known_on)
    return {row.organisation_id: row.one_line for row in sorted(rows, key=lambda row: (-order.get(row.kind, 9), row.pk))}


def _unknown(what: str) -> Any:
    raise ValueError(f"no such purpose or party: {what}")


def resolve_person(person_id: int) -> int:
    """The person under which this one is kept: itself, or the one into which it was merged."""
    seen = set()
    while person_id not in seen:
        seen.add(person_id)
        onward = Person.unscoped.filter(pk=person_id).values_list("merged_into_id", flat=True).first()
        if onward is None:
            return person_id
        person_id = onward
    return person_id


def resolve_organisation(organisation_id: int) -> int:
    """The organisation under which this one is kept."""
    seen = set()
    while organisation_id not in seen:
        seen.add(organisation_id)
        onward = Organisation.unscoped.filter(pk=organisation_id).values_list("merged_into_id", flat=True).first()
        if onward is None:
            return organisation_id
        organisation_id = onward
    return organisation_id


def frequent(actor: Actor, limit: int = 8) -> list[BookLine]:
    """Those with whom this agent has most to do: contacts noted in the last year count first, then the entries opened in ninety days. For
    the agent alone."""
    from django.db.models import Count

    from parvis.kernel.models import ReadLine

    if actor.account_id is None:
        return []
    since = clock.now() - dt.timedelta(days=90)
    rows = (
        ReadLine.objects.filter(actor_id=actor.account_id, subject_type="organisation", read_at__gte=since)
        .order_by()
        .values("subject_id")
        .annotate(times=Count("pk"))
        .order_by("-times", "subject_id")[: limit * 2]
    )
    uses: dict[tuple[str, int], int] = {}
    for find in partner_uses.all():
        for party, times in find(actor.account_id).items():
            uses[party] = uses.get(party, 0) + times
    noted = sorted(uses, key=lambda party: (-uses[party], party))[: limit * 2]
    order = list(dict.fromkeys([*noted, *(("organisation", row["subject_id"]) for row in rows)]))
    of = Q(organisation__in=[pk for kind, pk in order if kind == "organisation"]) | Q(
        person__in=[pk for kind, pk in order if kind == "person"]
    )
    lines = {}
    for row in book(actor).filter(of, closed=False) if order else ():
        line = line_of(row)
        if not line.protected:
            lines["organisation" if line.organisation_id else "person", line.organisation_id or line.person_id] = line
    return [lines[party] for party in order if party in lines][:limit]


def organisation_names(
    actor: Actor, organisation_ids: Iterable[int], day: dt.date | None = None, known_on: dt.datetime | None = None
) -> dict[int, str]:
    """Names of a day (default: today, or the day of view), also of those that closed; before the first one, the first one. Those outside the
    scope are left out. One query."""
    ids = sorted(set(organisation_ids))
    if not ids:
        return {}
    day, known_on = day or asof.day(), known_on or asof.known_on()
    found: dict[int, str] = {}
    rows = OrganisationName.objects.visible_to(actor).filter(organisation__in=ids).known(known_on).order_by("valid_from", "pk")
    for row in rows:
        if row.organisation_id not in found or row.valid_from <= day:
            found[row.organisation_id] = row.name
    return found


def party_names(actor: Actor, parties: Iterable[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """Names of organisations and of persons in the address book, without those who are closed or protected. One query."""
    wanted = list(parties)
    if not wanted:
        return {}
    of = Q(organisation__in=[pk for kind, pk in wanted if kind == "organisation"]) | Q(
        person__in=[pk for kind, pk in wanted if kind == "person"]
    )
    return {
        ("organisation" if row.organisation_id else "person", row.organisation_id or row.person_id): row.display_name
        for row in book(actor).filter(of, closed=False)
        if not row.protected
    }


def organisations_of(actor: Actor, person_ids: Iterable[int]) -> list[int]:
    """Organisations with which these persons have to do today, as far as the reader's function opens it; none of a protected person."""
    ids = set(person_ids)
    ids -= hidden_person_ids(ids) if ids else set()
    rows = PersonRole.objects.visible_to(actor).filter(person__in=ids).at(clock.today()).order_by("organisation_id", "pk")[:MOST_ROLES]
    return list(dict.fromkeys(row.organisation_id for row in rows if access.sees_role(actor, row.role)))


@dataclass(frozen=True)
class Label:
    """What stands on one envelope. Nothing but the name of a protected person, who gets letters at the centre."""

    name: str
    lines: tuple[str, ...] = ()
    language: str = "fr"
    protected: bool = False


def labels(entries: list[BookLine], day: dt.date, purpose: str = "letter") -> list[Label]:
    """The envelopes of these entries on a day, in their order: as ``address_for_letter`` says for each, in a fixed number of queries.

    Raises:
        ValueError: an unknown purpose.
    """
    offices = OFFICE_ORDER[purpose] if purpose in OFFICE_ORDER else _unknown(purpose)
    orgs = [one.organisation_id for one in entries if one.organisation_id]
    people = [one.person_id for one in entries if one.person_id]
    names: dict[int, OrganisationName] = {}
    for row in OrganisationName.unscoped.filter(organisation__in=orgs, live=1).order_by("valid_from", "pk"):
        if row.organisation_id not in names or row.valid_from <= day:
            names[row.organisation_id] = row
    spoken = dict(OrganisationProfile.unscoped.filter(organisation__in=orgs).at(day).values_list("organisation_id", "language"))
    places: dict[int, dict[str, Any]] = {}
    for row in OrganisationAddress.unscoped.filter(organisation__in=orgs).at(day):
        places.setdefault(row.organisation_id, {})[row.kind] = row
    homes: dict[int, dict[str, Any]] = {}
    for row in Address.unscoped.filter(person__in=people).at(day):
        homes.setdefault(row.person_id, {})[row.kind] = row
    secret = hidden_person_ids(people, day) if people else set()
    languages = dict(PersonLanguage.unscoped.filter(person__in=people).at(day).values_list("person_id", "language"))
    found = []
    for one in entries:
        if one.organisation_id:
            name, own = names.get(one.organisation_id), places.get(one.organisation_id, {})
            kind = next((kind for kind in offices if kind in own), "")
            title = f"{name.name} {name.legal_form}".strip() if name else one.display_name
            found.append(Label(title, tuple(own[kind].lines) if kind else (), spoken.get(one.organisation_id, "fr")))
        elif one.person_id in secret or one.protected:
            found.append(Label(one.display_name, language=languages.get(one.person_id, "fr"), protected=True))
        else:
            own = homes.get(one.person_id or 0, {})
            kind = next((kind for kind in POSTAL_ORDER[purpose] if kind in own), "")
            found.append(Label(one.display_name, tuple(own[kind].lines) if kind else (), languages.get(one.person_id, "fr")))
    return found


def organisation_language(name: str, day: dt.date | None = None) -> str:
    """The language of our letters to the organisation of this name in the address book, as it was on a day; empty when it has none, or several
    of this name differ."""
    entries = BookEntry.unscoped.filter(sort_key=sort_key(name), organisation__isnull=False) if name.strip() else BookEntry.unscoped.none()
    rows = OrganisationProfile.unscoped.filter(organisation__in=entries.order_by().values("organisation")).at(day or clock.today())
    found = set(rows.order_by().values_list("language", flat=True)[:20])
    return str(found.pop()) if len(found) == 1 else ""
