"""Proper names of streets for what was typed, however it was spelled. Index look-ups only, in a number that is bounded."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from parvis.kernel.statements import Statement

from ..matching import after_prefix, word_likeness
from ..models import AddressList, ReferenceStreet, ReferenceWord
from .keys import COMMON, key_of, place_key, sound_of, split_number, words_of

_LISTS = Statement("contacts.lists_of_country")
MOST_CANDIDATES = 400
MOST_TYPED = 120


@dataclass(frozen=True)
class AddressSuggestion:
    """A street of an official list, with the house number that was typed behind it."""

    street: str
    postal_code: str
    municipality: str
    country: str
    number: str = ""
    language: str = ""

    @property
    def label(self) -> str:
        return f"{self.street}{' ' + self.number if self.number else ''}, {self.postal_code} {self.municipality}"


def suggest_addresses(query: str, municipality: str | None = None, limit: int = 8) -> list[AddressSuggestion]:
    """Streets like what was typed, best first. ``municipality``: a name or a postal code, to look there first."""
    typed, number = split_number(" ".join(query[:MOST_TYPED].split()))
    words = words_of(typed)
    if len(typed) < 2 or not words:
        return []
    where = _where(municipality or "")
    found = _candidates(words, where) if where is not None else []
    if len(found) < limit:
        found += _candidates(words, None)
    if len(found) < limit:
        found += _by_sound(words, where)
    scored = {}
    for street in found:
        score = _score(words, street, municipality or "")
        if score > 0:
            scored[(street.key, street.postal_code, street.language)] = (-score, street.key, street.postal_code, street.pk, street)
    best = sorted(scored.values(), key=lambda one: one[:4])[:limit]
    return [
        AddressSuggestion(street.name, street.postal_code, street.municipality, street.list.country, number, street.language)
        for *_rank, street in best
    ]


def is_listed(street: str, postal_code: str, country: str) -> bool | None:
    """Is the street on the list of its postal code? None: no list of that country covers the postal code."""
    if (
        not street.strip()
        or not postal_code.strip()
        or not _LISTS.rows((), lambda at: AddressList.objects.filter(country=at["country"])[:1], country=country)
    ):
        return None
    here = ReferenceStreet.objects.filter(postal_code=postal_code.strip(), list__country=country)
    if here.filter(key=key_of(street)).exists():
        return True
    return False if here.exists() else None


def _where(text: str) -> Q | None:
    key = place_key(text)
    if not key:
        return None
    first = key.split()[0]
    if first.isdecimal():
        return Q(street__postal_code=first)
    return Q(street__place_key__gte=key, street__place_key__lt=after_prefix(key))


def _candidates(words: list[str], where: Q | None) -> list[ReferenceStreet]:
    """Streets with a word that begins like the rarest typed one; the others only narrow it further."""
    telling = [word for word in words if word not in COMMON] or words
    lead, *others = sorted(telling, key=len, reverse=True)
    rows = ReferenceWord.objects.filter(word__gte=lead, word__lt=after_prefix(lead))
    for other in others[:3]:
        rows = rows.filter(street__words__word__gte=other, street__words__word__lt=after_prefix(other))
    return _streets(rows.filter(where) if where is not None else rows)


def _by_sound(words: list[str], where: Q | None) -> list[ReferenceStreet]:
    heard = [sound for sound in (sound_of(word) for word in words) if len(sound) > 1]
    if not heard:
        return []
    rows = ReferenceWord.objects.filter(sound=max(heard, key=len))
    return _streets(rows.filter(where) if where is not None else rows)


def _streets(rows: QuerySet[ReferenceWord]) -> list[ReferenceStreet]:
    ids = list(dict.fromkeys(rows.order_by("word", "street_id").values_list("street_id", flat=True)[:MOST_CANDIDATES]))
    return list(ReferenceStreet.objects.filter(pk__in=ids).select_related("list"))


def _score(words: list[str], street: ReferenceStreet, municipality: str) -> float:
    """Each typed word against the best of the street's: whole, begun, or alike."""
    theirs = street.key.split()
    total = 0.0
    for word in words:
        best = max((_word(word, other) for other in theirs), default=0.0)
        if best < 0.6 and word not in COMMON:
            return 0.0
        total += best * (0.2 if word in COMMON else 1.0)
    whole = sum(0.2 if word in COMMON else 1.0 for word in words)
    key = place_key(municipality)
    near = 0.15 if key and (street.postal_code == key.split()[0] or street.place_key.startswith(key)) else 0.0
    return total / whole + near - 0.01 * abs(len(theirs) - len(words)) + min(street.addresses, 500) / 100_000


def _word(typed: str, known: str) -> float:
    if known == typed:
        return 1.0
    if known.startswith(typed):
        return 0.95
    sound = sound_of(typed)
    return max(word_likeness(typed, known), 0.7 if len(sound) > 1 and sound == sound_of(known) else 0.0)
