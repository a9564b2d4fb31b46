"""The lines of the address book and their search keys, rebuilt from the facts; and who in it is like a name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.statements import Statement
from parvis.kernel.textmatch import sort_key, tokens

from .. import matching
from ..book import selectors
from ..enums import OrgNumberKind, PointKind
from ..errors import InvalidPerson
from ..models import (
    Address,
    BookEntry,
    BookToken,
    ContactPoint,
    Organisation,
    OrganisationAddress,
    OrganisationKind,
    OrganisationName,
    OrganisationNumber,
    OrganisationPoint,
    OrganisationProfile,
    Person,
    PersonCapacity,
    PersonIndex,
)
from .reaching import check_point

# Titles and legal forms: they say what somebody is, not who. "Meyer, Dr. med." is "Dr. Meyer".
NOISE = frozenset(
    [
        "dr",
        "docteur",
        "doctor",
        "med",
        "drs",
        "prof",
        "professeur",
        "maitre",
        "me",
        "mr",
        "mme",
        "m",
        "monsieur",
        "madame",
        "herr",
        "frau",
        "mevrouw",
        "meester",
        "cabinet",
        "etude",
        "kanzlei",
        "praxis",
        "praktijk",
        "societe",
        "ste",
        "sa",
        "srl",
        "sprl",
        "bv",
        "bvba",
        "nv",
        "asbl",
        "vzw",
        "aisbl",
        "scrl",
        "sc",
        "cv",
        "gmbh",
        "ag",
        "sarl",
        "vog",
        "ms",
        "snc",
        "commv",
        "scomm",
        "the",
        "de",
        "la",
        "le",
        "les",
        "du",
        "des",
        "den",
        "der",
        "het",
        "et",
        "en",
        "und",
        "and",
    ]
)
PROPOSED = 70
MOST_ROWS = 400
OFFICES = ("seat", "site", "postal", "billing")
HOMES = ("domicile", "residence", "postal", "reference")


@dataclass(frozen=True)
class BookMatch:
    """An entry of the address book that may be the one meant."""

    entry: selectors.BookLine
    score: int
    reasons: list[str]

    @property
    def certain(self) -> bool:
        return self.score == 100


def rebook_organisation(organisation: Organisation) -> None:
    """Rewrite the entry of an organisation from its live facts."""
    today = clock.today()
    names = list(OrganisationName.unscoped.filter(organisation=organisation, live=1).order_by("valid_from", "pk"))
    if not names or organisation.merged_into_id is not None:
        BookEntry.unscoped.filter(organisation=organisation).delete()
        return
    name = ([row for row in names if row.valid_from <= today < row.valid_to] or names)[-1]
    profile = OrganisationProfile.unscoped.filter(organisation=organisation).at(today).first()
    kinds = sorted(set(OrganisationKind.unscoped.filter(organisation=organisation).at(today).values_list("kind", flat=True)))
    numbers = dict(OrganisationNumber.unscoped.filter(organisation=organisation).at(today).values_list("kind", "value"))
    places = {row.kind: row for row in OrganisationAddress.unscoped.filter(organisation=organisation).at(today)}
    place = next((places[kind] for kind in OFFICES if kind in places), None)
    points = list(OrganisationPoint.unscoped.filter(organisation=organisation).at(today).order_by("pk"))
    entry, _made = BookEntry.unscoped.update_or_create(
        organisation=organisation,
        defaults={
            "display_name": name.name[:191],
            "sort_key": sort_key(name.name),
            "kinds": _packed(kinds),
            "legal_form": name.legal_form,
            "number": numbers.get(OrgNumberKind.ENTERPRISE, "") or next(iter(numbers.values()), ""),
            "language": profile.language if profile else "",
            "closed": bool(profile and profile.closed),
            **_reach(place, points),
        },
    )
    # Names and numbers of entries merged into this one still find it.
    mine = Q(organisation=organisation) | Q(organisation__merged_into=organisation)
    every = OrganisationName.unscoped.filter(mine, live=1).values_list("name", "short_name")
    words = [text for pair in every for text in pair if text]
    all_numbers = OrganisationNumber.unscoped.filter(mine, live=1).values_list("value", flat=True)
    _index(entry, words, {key for value in all_numbers for key in _number_keys(value)})


def _number_keys(value: str) -> set[tuple[str, str]]:
    return {(matching.IDENTIFIER, value[:60]), (matching.NUMBER_BACKWARDS, value[::-1][:60].lower())}


def rebook_person(person: Person) -> None:
    """Rewrite the entry of a person with a capacity, or take it away when none is left."""
    today = clock.today()
    kinds = sorted(set(PersonCapacity.unscoped.filter(person=person).at(today).values_list("kind", flat=True)))
    index = PersonIndex.unscoped.filter(person=person).first()
    if not kinds or index is None or Person.unscoped.filter(pk=person.pk, merged_into__isnull=False).exists():
        BookEntry.unscoped.filter(person=person).delete()
        return
    places = {row.kind: row for row in Address.unscoped.filter(person=person).at(today)}
    place = next((places[kind] for kind in HOMES if kind in places), None)
    points = list(ContactPoint.unscoped.filter(person=person).at(today).order_by("pk"))
    entry, _made = BookEntry.unscoped.update_or_create(
        person=person,
        defaults={
            "display_name": index.display_name,
            "sort_key": index.sort_key,
            "kinds": _packed(kinds),
            "language": index.language,
            **_reach(place, points),
        },
    )
    _index(entry, [index.display_name], set())


def _reach(place: object, points: list[object]) -> dict[str, str]:
    town = getattr(place, "municipality", "")
    first = {kind: next((p.value for p in points if p.kind == kind), "") for kind in PointKind.values}  # type: ignore[attr-defined]
    return {
        "postal_code": getattr(place, "postal_code", ""),
        "municipality": town,
        "town_key": sort_key(town)[:80],
        "phone": first[PointKind.PHONE],
        "email": first[PointKind.EMAIL],
    }


def _packed(kinds: list[str]) -> str:
    return f",{','.join(kinds)}," if kinds else ""


def _index(entry: BookEntry, names: list[str], wanted: set[tuple[str, str]]) -> None:
    for name in names:
        wanted |= {(matching.WORD, word[:60]) for word in tokens(name)}
        telling = telling_words(name)
        wanted |= {(matching.WORD, joined[:60]) for joined in matching.joins(telling, at_least=2)}
        wanted |= {(matching.SOUND, sound) for sound in matching.sounds(" ".join(telling))}
    held = set(BookToken.unscoped.filter(entry=entry).values_list("kind", "value"))
    for kind, value in held - wanted:
        BookToken.unscoped.filter(entry=entry, kind=kind, value=value).delete()
    BookToken.unscoped.bulk_create([BookToken(entry=entry, kind=kind, value=value) for kind, value in sorted(wanted - held)])


def telling_words(name: str) -> list[str]:
    """Words of a name without titles and legal forms; all of them when nothing else is left."""
    found = tokens(name.replace(".", " "))
    return [word for word in found if word not in NOISE] or found


def match_organisations(
    *,
    actor: Actor,
    name: str = "",
    enterprise_number: str = "",
    municipality: str = "",
    phone: str = "",
    email: str = "",
    limit: int = 5,
    exclude: int | None = None,
) -> list[BookMatch]:
    """Entries of the address book like this one, best first: same number, phone or e-mail, or a like name in any order and spelling."""
    mine = telling_words(name)
    number = "".join(char for char in enterprise_number if char.isdecimal())
    sounds = sorted(matching.sounds(" ".join(mine)))
    rows = BookToken.unscoped.filter(kind=matching.SOUND, value__in=sounds).order_by("value", "entry_id")
    ids = set(rows.values_list("entry_id", flat=True)[:MOST_ROWS])
    same_number = (
        set(BookToken.unscoped.filter(kind=matching.IDENTIFIER, value=number).values_list("entry_id", flat=True)) if number else set()
    )
    same_reach: set[int] = set()
    for kind, value in ((PointKind.PHONE, phone), (PointKind.EMAIL, email)):
        if value:
            found = OrganisationPoint.unscoped.filter(kind=kind, value=value, live=1).values_list("organisation__entry__pk", flat=True)[:50]
            same_reach |= {pk for pk in found if pk is not None}
    town = sort_key(municipality)
    scored = []
    for line in selectors.book_lines(actor, ids | same_number | same_reach):
        if exclude is not None and line.organisation_id == exclude:
            continue
        score, reasons = 0.0, []
        alike = matching.name_score(mine, telling_words(line.display_name)) if mine else 0.0
        if alike >= 0.75:
            score = 88 * alike
            reasons.append(_("same name") if alike >= 0.95 else _("similar name"))
            if town and sort_key(line.municipality) == town:
                score += 8
                reasons.append(_("same municipality"))
        if line.id in same_reach:
            score = max(score, 80) + 5
            reasons.append(_("same phone or e-mail"))
        if line.id in same_number:
            score, reasons = 100, [_("same enterprise number")]
        if score >= PROPOSED:
            scored.append(BookMatch(line, 100 if line.id in same_number else min(99, round(score)), reasons))
    scored.sort(key=lambda one: (-one.score, one.entry.display_name, one.entry.id))
    return scored[:limit]


def find_parties(*, actor: Actor, query: str, limit: int = 8) -> list[selectors.BookLine]:
    """Entries of the address book by a part of the name, organisations and persons with a capacity alike. Best first."""
    return [line for line, _why in search_book(actor=actor, query=query, limit=limit, persons=True)]


def search_book(*, actor: Actor, query: str, limit: int = 8, persons: bool = False) -> list[tuple[selectors.BookLine, str]]:
    """Organisations (with ``persons`` also those in it on their own account) by a part of the name whatever accents and order, or the enterprise number. Best first, with the reason."""
    digits = "".join(char for char in query if char.isdecimal())
    if len(digits) in {9, 10} and len(query) <= 16:
        bare = digits.zfill(10)
        ids = list(
            BookToken.unscoped.filter(kind=matching.IDENTIFIER, value__in=[bare, f"BE{bare}"]).values_list("entry_id", flat=True)[:20]
        )
        if ids:
            return [(line, _("enterprise number")) for line in selectors.book_lines(actor, ids)]
    if part := matching.part_of_number(query):
        lines = selectors.book_lines(actor, _by_part(part))
        if lines:
            return [(line, _("number with %(part)s") % {"part": part.upper()}) for line in lines[:limit]]
    reached = _by_reach(query, digits)
    if reached is not None:
        why = _("e-mail address") if "@" in query else _("phone number")
        found = [
            line for line in selectors.book_lines(actor, reached) if line.organisation_id is not None or (persons and not line.protected)
        ]
        return [(line, why) for line in found[:limit]]
    words = [word for word in tokens(query) if not (word.isdecimal() and len(word) < 3)]
    if not words:
        return []
    ids = _by_prefix(words)
    exact = set(ids)
    if len(ids) < limit:
        sounds = sorted(matching.sounds(" ".join(telling_words(query))))
        ids += list(
            BookToken.unscoped.filter(kind=matching.SOUND, value__in=sounds).order_by("value").values_list("entry_id", flat=True)[:60]
        )
    found = [line for line in selectors.book_lines(actor, dict.fromkeys(ids)) if line.organisation_id is not None or persons]
    mine = telling_words(query)
    scored = [(matching.name_score(mine, telling_words(line.display_name)), line) for line in found]
    keep = [(line, score) for score, line in scored if line.id in exact or score >= 0.75]
    keep.sort(key=lambda one: (one[0].id not in exact, -one[1], one[0].sort_key, one[0].id))
    return [(line, _("name") if line.id in exact else _("similar name")) for line, _score in keep[:limit]]


def _by_reach(query: str, digits: str) -> list[int] | None:
    """Entries by the beginning of an e-mail address, or by a phone number of the organisation; None when the query is neither."""
    text = "".join(query.split()).lower()
    if "@" in text:
        rows = OrganisationPoint.unscoped.filter(kind=PointKind.EMAIL, value__startswith=text, live=1)
    elif len(digits) >= 8 and text[:1] in "+0" and len(digits) >= len(text) - 5:
        try:
            rows = OrganisationPoint.unscoped.filter(kind=PointKind.PHONE, value=check_point(PointKind.PHONE, query), live=1)
        except InvalidPerson:
            return None
    else:
        return None
    return [pk for pk in rows.order_by("value", "pk").values_list("organisation__entry__pk", flat=True)[:50] if pk is not None]


def _by_part(part: str) -> list[int]:
    """Entries whose number begins or ends so; the nought before a Belgian enterprise number may be left out."""
    starts = [(matching.IDENTIFIER, part.upper()), (matching.IDENTIFIER, f"0{part}"), (matching.NUMBER_BACKWARDS, part[::-1])]
    found: list[int] = []
    for kind, start in starts:
        rows = BookToken.unscoped.filter(kind=kind, value__gte=start, value__lt=_after(kind, start))
        found += rows.order_by("value", "entry_id").values_list("entry_id", flat=True)[:20]
    return list(dict.fromkeys(found))


def _after(kind: str, start: str) -> str:
    """Numbers are filed in capitals, backwards ones in small letters."""
    end = matching.after_prefix(start.lower())
    return end.upper() if kind == matching.IDENTIFIER else end


_BEGIN = Statement("contacts.book_begins")


def _by_prefix(words: list[str]) -> list[int]:
    lead, *others = sorted(words, key=len, reverse=True)
    values = {"lead": lead, "after": matching.after_prefix(lead)}
    for place, other in enumerate(others[:4]):
        values |= {f"other{place}": other, f"after{place}": matching.after_prefix(other)}

    def read(at: dict[str, Any]) -> QuerySet[Any]:
        rows = BookToken.unscoped.filter(kind=matching.WORD, value__gte=at["lead"], value__lt=at["after"])
        for place in range(len(others[:4])):
            rows = rows.filter(
                entry__tokens__kind=matching.WORD,
                entry__tokens__value__gte=at[f"other{place}"],
                entry__tokens__value__lt=at[f"after{place}"],
            )
        return rows.order_by("value", "entry_id").values_list("entry_id", flat=True)[:60]

    return list(dict.fromkeys(_BEGIN.rows((), read, **values)))
