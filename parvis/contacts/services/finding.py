"""Is this person already known? And the search box. Index look-ups only."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from parvis.kernel.actor import Actor
from parvis.kernel.textmatch import tokens

from .. import matching, selectors
from ..models import Identifier, Person, PersonBirth, PersonIndex, PersonName, PersonToken

MOST_KEYS = 3_000
MOST_CANDIDATES = 150


@dataclass(frozen=True)
class Match:
    """A person who may be the one looked for. ``score`` 0 to 100; ``reasons`` in the reader's language."""

    person: Person
    score: int
    reasons: list[str]
    card: selectors.PersonCard

    @property
    def certain(self) -> bool:
        return self.score == 100


def match_persons(
    *,
    actor: Actor,
    family_name: str = "",
    given_names: str = "",
    birth_date: dt.date | None = None,
    national_number: str = "",
    sex: str = "",
    limit: int = 5,
    exclude: Iterable[int] = (),
) -> list[Match]:
    """Known persons like this one, best first. Same answer on each database, at the same cost whatever the size of the register."""
    number = "".join(digit for digit in national_number if digit.isdigit())
    wanted = matching.Wanted(family_name, given_names, birth_date, number, sex)
    found = _candidates(matching.keys_wanted(wanted), set(exclude))
    if not found:
        return []
    scored = []
    for person_id, keys in _keys_of(found).items():
        like = matching.likeness(wanted, keys)
        if like.score >= matching.PROPOSED:
            scored.append((like, person_id))
    scored.sort(key=lambda one: (-one[0].score, one[1]))
    best = scored[:limit]
    persons = Person.objects.visible_to(actor).in_bulk([person_id for _like, person_id in best])
    cards = selectors.person_cards(actor, persons)
    return [
        Match(persons[person_id], like.score, [reason_text(code) for code in like.reasons], cards[person_id])
        for like, person_id in best
        if person_id in persons
    ]


def reason_text(code: str) -> str:
    return {
        "same_number": _("same national number"),
        "near_number": _("national number differs by one digit"),
        "other_number": _("another national number"),
        "same_name": _("same name"),
        "same_name_other_order": _("same name, written in another order"),
        "similar_name": _("similar name"),
        "same_birth_date": _("same birth date"),
        "swapped_birth_date": _("day and month of birth swapped"),
        "near_birth_date": _("birth date differs by one digit"),
        "same_birth_year": _("same year of birth, day not known"),
        "other_birth_date": _("another birth date"),
        "other_sex": _("another sex"),
    }[code]


def _candidates(keys: set[tuple[str, str]], exclude: set[int]) -> list[int]:
    """Persons filed under the most of these keys."""
    if not keys:
        return []
    by_kind: dict[str, list[str]] = {}
    for kind, value in keys:
        by_kind.setdefault(kind, []).append(value)
    hits: Counter[int] = Counter()
    for kind in sorted(by_kind):
        rows = PersonToken.unscoped.filter(kind=kind, value__in=sorted(by_kind[kind])).order_by("value", "person_id")
        for person_id, value in rows.values_list("person_id", "value")[:MOST_KEYS]:
            # The number and the exact birth date weigh more than one more common sound.
            hits[person_id] += {matching.IDENTIFIER: 20, matching.BIRTH: 4}.get(kind, len(value) // 5)
    ranked = sorted((person_id for person_id in hits if person_id not in exclude), key=lambda pk: (-hits[pk], pk))
    return ranked[:MOST_CANDIDATES]


def _keys_of(person_ids: list[int]) -> dict[int, matching.PersonKeys]:
    names: dict[int, list[tuple[str, str]]] = {}
    for row in PersonName.unscoped.filter(person__in=person_ids, live=1).values_list("person_id", "family_name", "given_names"):
        names.setdefault(row[0], []).append((row[1], row[2]))
    births: dict[int, list[tuple[dt.date | None, str]]] = {}
    for row in PersonBirth.unscoped.filter(person__in=person_ids, live=1).values_list("person_id", "birth_date", "sex"):
        births.setdefault(row[0], []).append((row[1], row[2]))
    numbers: dict[int, list[str]] = {}
    for person_id, value in Identifier.unscoped.filter(person__in=person_ids, live=1).values_list("person_id", "value"):
        numbers.setdefault(person_id, []).append(value)
    return {
        pk: matching.PersonKeys(
            names=tuple(names.get(pk, ())),
            birth_dates=tuple(sorted({day for day, _sex in births.get(pk, ()) if day})),
            identifiers=tuple(numbers.get(pk, ())),
            sex=next((sex for _day, sex in births.get(pk, ()) if sex), ""),
        )
        for pk in person_ids
    }


def search_persons(*, actor: Actor, query: str, limit: int = 8) -> list[tuple[PersonIndex, str]]:
    """The search box: parts of names whatever the accents and spelling, "muler 80", a national number. Best first, with the reason."""
    digits = "".join(char for char in query if char.isdigit())
    visible = PersonIndex.objects.visible_to(actor)
    if len(digits) == 11 and len(query) <= 18:
        ids = PersonToken.unscoped.filter(kind=matching.IDENTIFIER, value=digits).values_list("person_id", flat=True)
        return [(row, _("national number")) for row in visible.filter(pk__in=list(ids))]
    words, years = matching.search_words(query)
    if not words:
        return []
    ids = _by_prefix(words) + _by_sound(words, years)
    if len(words) > 1:
        ids += _by_prefix(["".join(words)])  # "van den broucke" is filed as one word
    rows = visible.in_bulk(list(dict.fromkeys(ids)))
    scored = []
    for pk in dict.fromkeys(ids):
        row = rows.get(pk)
        if row is None or (years and (row.birth_date is None or row.birth_date.year not in years)):
            continue
        score, why = _search_score(words, row)
        if score:
            scored.append((-score, row.sort_key, pk, row, why))
    scored.sort(key=lambda one: one[:3])
    return [(row, why) for _score, _key, _pk, row, why in scored[:limit]]


def _by_prefix(words: list[str]) -> list[int]:
    """Persons who have, for each word typed, a word that starts with it. The longest word leads: it is the rarest."""
    lead, *others = sorted(words, key=len, reverse=True)
    rows = Person.unscoped.filter(tokens__in=_tokens_from(lead))
    for other in others:
        rows = rows.filter(tokens__in=_tokens_from(other))
    return list(dict.fromkeys(rows.order_by("pk").values_list("pk", flat=True)[:200]))


def _tokens_from(prefix: str) -> object:
    return PersonToken.unscoped.filter(kind=matching.WORD, value__gte=prefix, value__lt=matching.after_prefix(prefix)).order_by()


def _by_sound(words: list[str], years: list[int]) -> list[int]:
    heard = sorted(matching.sounds(" ".join(words)))
    if years:
        wanted = Q(kind=matching.SOUND_YEAR, value__in=[f"{sound}|{year}" for sound in heard for year in years])
    elif len(words) > 1:
        wanted = Q(kind=matching.SOUND_PAIR, value__in=sorted(matching.pairs(heard, heard)))
    else:
        wanted = Q(kind=matching.SOUND, value__in=heard)
    return list(PersonToken.unscoped.filter(wanted).order_by("value", "person_id").values_list("person_id", flat=True)[:300])


def _search_score(words: list[str], row: PersonIndex) -> tuple[float, str]:
    theirs = tokens(row.sort_key)
    joined = matching.joins(theirs)
    if len(words) > 1 and any(one.startswith("".join(words)) for one in [*theirs, *joined]):
        return 0.97, _("name")
    total, exact = 0.0, True
    for word in words:
        best = max((_word_score(word, other) for other in [*theirs, *joined]), default=0.0)
        exact = exact and best >= 0.95
        total += best
    if total < 0.7 * len(words):
        # A past or other name brought the person here: it is found, and says so.
        return 0.5, _("another name of the person")
    return total / len(words), _("name") if exact else _("similar name")


def _word_score(typed: str, known: str) -> float:
    if known == typed:
        return 1.0
    if known.startswith(typed):
        return 0.96
    return matching.word_likeness(typed, known)
