"""Is this person already known? And the search box. Index look-ups only."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan
from django.utils.translation import gettext as _

from parvis.kernel import memo
from parvis.kernel.actor import Actor
from parvis.kernel.statements import Statement, one_of
from parvis.kernel.textmatch import tokens

from .. import access, matching, selectors
from ..models import Identifier, NumberPiece, Person, PersonBirth, PersonIndex, PersonName, PersonToken

_TOKENS = Statement("contacts.candidates")
MOST_KEYS = 3_000
MOST_CANDIDATES = 60
MOST_FOUND = 120
#: What standing beside each other in the lists weighs among the candidates: less than two long sounds in common.
NEIGHBOUR = 6
MOST_HOLDERS = 400
MOST_WORDS = 4
#: A range of names that begin with fewer letters is not read through.
LEAST_OF_WORD = 3
ENOUGH = 24
"""Names written as typed: with so many of them, those that only sound alike are not looked for."""


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
    number = "".join(digit for digit in national_number if digit.isdecimal())
    wanted = matching.Wanted(family_name, given_names, birth_date, number, sex)
    found = _candidates(wanted, set(exclude))
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


def _tokens(at: dict[str, Any]) -> QuerySet[PersonToken, tuple[int, str]]:
    rows = PersonToken.unscoped.filter(one_of("value", at["values"]), kind=at["kind"]).order_by("value", "person_id")
    return rows.values_list("person_id", "value")[:MOST_KEYS]


def _candidates(wanted: matching.Wanted, exclude: set[int]) -> list[int]:
    """Persons worth a comparison: same number, same birth date, a like date and a like sound, or two like sounds."""
    hits: Counter[int] = Counter()
    by_kind: dict[str, list[str]] = {}
    for kind, value in matching.keys_wanted(wanted):
        by_kind.setdefault(kind, []).append(value)
    near: set[int] = set()
    exact = wanted.birth_date.isoformat() if wanted.birth_date else ""
    for kind in sorted(by_kind):
        for person_id, value in _TOKENS.rows((), _tokens, kind=str(kind), values=sorted(by_kind[kind])):
            if kind == matching.BIRTH and value != exact:
                near.add(person_id)
            else:
                hits[person_id] += {matching.IDENTIFIER: 20, matching.BIRTH: 8}.get(kind, len(value))
    for person_id in _beside_in_lists(wanted):
        hits[person_id] += NEIGHBOUR
        near.discard(person_id)
    near -= set(hits)
    heard = sorted(matching.sounds_wanted(wanted))
    if near and heard:
        # From the index alone, both ways: by the numbers of these persons all their keys would be read, thousands of pages of the table.
        born = PersonToken.unscoped.filter(kind=matching.BIRTH, value__in=sorted(by_kind[matching.BIRTH]))
        rows = PersonToken.unscoped.filter(kind=matching.SOUND, value__in=heard, person__in=born.order_by().values("person")).order_by()
        for person_id, value in rows.values_list("person_id", "value"):
            if person_id in near:
                hits[person_id] += len(value)
    ranked = sorted((person_id for person_id in hits if person_id not in exclude), key=lambda pk: (-hits[pk], pk))
    return ranked[:MOST_CANDIDATES]


def _beside_in_lists(wanted: matching.Wanted) -> list[int]:
    """Who stands in the lists where this name would: the family name as typed with a given name that begins alike, the given name as typed with
    a family name that begins alike. A letter typed wrongly changes the sound of a word, and with it the keys; a birth date finds them by itself."""
    family, given = " ".join(tokens(wanted.family_name)), " ".join(tokens(wanted.given_names))
    if wanted.birth_date is not None or not family or not given:
        return []
    found = {*_begin_so(f"{family} {given[:2]}"), *_begin_so(family[:LEAST_OF_WORD], [given])}
    # Who was merged into another stands in the lists' table still.
    return list(Person.unscoped.filter(pk__in=found, merged_into=None).values_list("pk", flat=True)) if found else []


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


#: A row of ``PersonIndex`` as it was read.
Row = tuple[Any, ...]
_COLUMNS = [field.attname for field in PersonIndex._meta.concrete_fields]
_PK, _SORT_KEY, _BIRTH = (_COLUMNS.index(name) for name in ("person_id", "sort_key", "birth_date"))


def search_person_ids(*, actor: Actor, query: str, limit: int) -> list[int]:
    """The same, for who looks up what hangs on these persons."""
    return [row[_PK] for row, _why in _found(actor, query)[:limit]]


def search_persons(*, actor: Actor, query: str, limit: int = 8) -> list[tuple[PersonIndex, str]]:
    """The search box: parts of names whatever the accents and spelling, "muler 80", a national number. Best first, with the reason."""
    # Of many that are read and compared, few are shown: only these become objects.
    return [(PersonIndex.from_db(DEFAULT_DB_ALIAS, _COLUMNS, row), why) for row, why in _found(actor, query)[:limit]]


def _found(actor: Actor, query: str) -> list[tuple[Row, str]]:
    # Dossiers, requests and persons are searched by the same names on one page: they are looked up once.
    return memo.once(("contacts.search", actor, query.strip()), lambda: _search(actor, query))


def _seen(actor: Actor) -> QuerySet[PersonIndex]:
    return PersonIndex.objects.visible_to(actor).filter(person__merged_into=None)


def _search(actor: Actor, query: str) -> list[tuple[Row, str]]:
    """All that the index look-ups bring, best first."""
    digits = "".join(char for char in query if char.isdecimal())
    if len(digits) == 11 and len(query) <= 18:
        holders = PersonToken.unscoped.filter(kind=matching.IDENTIFIER, value=digits).values_list("person_id", flat=True)
        return [(row, _("national number")) for row in _seen(actor).filter(pk__in=list(holders)).values_list(*_COLUMNS)]
    words, years = matching.search_words(query)
    if not words:
        return []
    ids = _by_prefix(words, years)
    if len(words) > 1:
        ids += _by_prefix(["".join(words)], years)  # "van den broucke" is filed as one word
    if len(ids) < ENOUGH:
        ids += _by_sound(words, years)
    ids = list(dict.fromkeys(ids))
    rows = _read(actor, ids)
    scored = []
    # One word and nothing else: a sound of two or three consonants is then too little to call a name similar that is spelt quite differently.
    alone = len(words) == 1 and not years
    for pk in ids:
        row = rows.get(pk)
        if row is None or (years and (row[_BIRTH] is None or row[_BIRTH].year not in years)):
            continue
        score, why = _search_score(words, row[_SORT_KEY])
        if not (alone and why == "sound"):
            scored.append((-score, row[_SORT_KEY], pk, row, why))
    scored.sort(key=lambda one: one[:3])
    similar = _("similar name")
    told = {
        "name": _("name"),
        "similar": similar,
        "sound": similar,
        "another": _("another name of the person"),
    }  # said once for all of them
    return [(row, told[why]) for _score, _key, _pk, row, why in scored]


def search_numbers(*, actor: Actor, part: str) -> list[tuple[PersonIndex, str]]:
    """Whose account holds this part, for whoever may see accounts; whose number ends with it, for whoever may see numbers whole. Nobody else
    is given even the name: a hit would tell the rest of the number. Ranges of one index, whatever the size of the register."""
    why: dict[int, str] = {}
    if part.isdecimal() and len(part) >= matching.LEAST_OF_NUMBER and access.sees_full_number(actor):
        for pk, value in _pieces(matching.NUMBER_BACKWARDS, part[::-1]):
            why.setdefault(pk, _("number … %(end)s") % {"end": value[::-1][-len(part) :]})
    if len(part) >= matching.LEAST_OF_ACCOUNT and access.sees_bank_accounts(actor):
        for pk, value in _pieces(matching.ACCOUNT_END, part):
            why.setdefault(pk, _("account … %(end)s") % {"end": value[-4:].upper()})
    if not why:
        return []
    rows = PersonIndex.objects.visible_to(actor).filter(pk__in=list(why), person__merged_into=None).order_by("sort_key", "pk")
    return [(row, why[row.pk]) for row in rows]


def _pieces(kind: str, start: str) -> list[tuple[int, str]]:
    rows = NumberPiece.unscoped.filter(kind=kind, value__gte=start, value__lt=matching.after_prefix(start))
    return list(rows.order_by("value", "person_id").values_list("person_id", "value")[:MOST_CANDIDATES])


_BEGIN, _FOUND, _LISTED = Statement("contacts.words_begin"), Statement("contacts.persons_found"), Statement("contacts.persons_listed")
_SOUND, _ALSO = Statement("contacts.words_sound"), Statement("contacts.words_also")
#: Lists are filled up to one of these lengths: one statement for all of them.
LENGTHS = (30, 60, 120)


def _holders(at: dict[str, Any]) -> QuerySet[Any]:
    return _holding(at).order_by("value", "person_id").values_list("person_id", flat=True)[: MOST_HOLDERS + 1]


def _holding(at: dict[str, Any]) -> QuerySet[PersonToken]:
    return PersonToken.unscoped.filter(kind=matching.WORD, value__gte=at["word"], value__lt=at["after"])


def _who_have(word: str, ids: list[int]) -> set[int]:
    """Of these persons, those who have a word that begins so. In pieces of one length: one statement for all."""
    most, found = LENGTHS[-1], set()
    for start in range(0, len(ids), most):
        found.update(_ALSO.rows((), _also, ids=_filled(ids[start : start + most]), word=word, after=matching.after_prefix(word)))
    return found


def _also(at: dict[str, Any]) -> QuerySet[Any]:
    return _holding(at).filter(one_of("person", at["ids"])).order_by().values_list("person_id", flat=True)


def _filled(ids: list[int]) -> list[int]:
    length = next((one for one in LENGTHS if len(ids) <= one), len(ids))
    return ids + ids[:1] * (length - len(ids))


def _read(actor: Actor, ids: list[int]) -> dict[int, Row]:
    """Those of these that the actor may find."""
    if not ids:
        return {}
    read = _FOUND.rows(actor, lambda at: _seen(actor).filter(one_of("pk", at["ids"])).order_by().values_list(*_COLUMNS), ids=_filled(ids))
    return {row[_PK]: row for row in read}


def _by_prefix(words: list[str], years: list[int]) -> list[int]:
    """Persons who have, for each word typed, a word that starts with it.

    Of each word the first ``MOST_HOLDERS`` holders are read, from the index alone. The rarest word decides, when it has no more than
    these; where every word is frequent, names are read in the order of the lists, from each word as the first one, the others anywhere
    behind it, and within the years typed, until there are enough. So the cost has a limit, whatever the size of the register.
    """
    whole: list[set[int]] = []
    first: list[int] = []
    frequent: list[str] = []
    for word in sorted(dict.fromkeys(words), key=lambda one: (-len(one), one))[:MOST_WORDS]:
        found = _BEGIN.rows(MOST_HOLDERS, _holders, word=word, after=matching.after_prefix(word))
        if len(found) <= MOST_HOLDERS:
            whole.append(set(found))
        else:
            frequent.append(word)
        first = first or found
    if whole:
        both = sorted(set.intersection(*whole))[:MOST_HOLDERS]
        for word in frequent:
            both = sorted(_who_have(word, both))
        return _within(both, years)
    return list(dict.fromkeys(_in_lists(words, years) + (_within(first[:MOST_HOLDERS], years) if len(words) == 1 else [])))[:MOST_FOUND]


def _within(person_ids: list[int], years: list[int]) -> list[int]:
    """Those born in one of the years; the first ones by name."""
    if not years:
        return person_ids[:MOST_HOLDERS]
    rows = PersonIndex.unscoped.filter(_born(years), pk__in=person_ids[:MOST_HOLDERS])
    return list(rows.order_by("sort_key", "pk").values_list("pk", flat=True)[:MOST_FOUND])


def _in_lists(words: list[str], years: list[int]) -> list[int]:
    """Names that begin as was typed, in any order of up to three words: a range of the lists' own order."""
    found: list[int] = []
    for order in permutations(words[:3]):
        found += _begin_so(" ".join(order), years=years)
    # "jean lamb" is no beginning of "lambert jean", nor of "lambert marie jean".
    for word in sorted(words[:3], key=len, reverse=True) if len(words) > 1 else ():
        if len(found) >= ENOUGH:
            break
        if len(word) >= LEAST_OF_WORD:
            found += _begin_so(word, [other for other in words[:MOST_WORDS] if other is not word], years)
    return found


def _begin_so(start: str, behind: Sequence[str] = (), years: Sequence[int] = ()) -> list[int]:
    """Persons whose name in the lists begins so, and has words further on that begin like those ``behind``; born in one of the years."""
    values = {"start": start, "after": matching.after_prefix(start), **{f"later{place}": f" {word}" for place, word in enumerate(behind)}}
    return list(_listed(values, years)) if years else _LISTED.rows(MOST_FOUND, _listed, **values)


def _listed(at: dict[str, Any], years: Sequence[int] = ()) -> QuerySet[Any]:
    rows = PersonIndex.unscoped.filter(sort_key__gte=at["start"], sort_key__lt=at["after"])
    behind = [at[one] for one in at if one.startswith("later")]
    for later in behind:
        # Read along the index of the lists, which holds the whole name, until enough of them have the other word too.
        rows = rows.filter(GreaterThan(StrIndex("sort_key", later if not isinstance(later, str) else Value(later)), 0))
    if years:
        rows = rows.filter(_born(list(years)))
    return rows.order_by("sort_key", "pk").values_list("pk", flat=True)[: MOST_FOUND // 2 if behind else MOST_FOUND]


def _born(years: list[int]) -> Q:
    born = Q()
    for year in years:
        born |= Q(birth_date__gte=dt.date(year, 1, 1), birth_date__lt=dt.date(year + 1, 1, 1))
    return born


def _by_sound(words: list[str], years: list[int]) -> list[int]:
    heard = sorted(matching.sounds(" ".join(words)))
    if years:
        kind, values = matching.SOUND_YEAR, [f"{sound}|{year}" for sound in heard for year in years]
    elif len(words) > 1:
        kind, values = matching.SOUND_PAIR, sorted(matching.pairs(heard, heard))
    else:
        kind, values = matching.SOUND, heard
    return _SOUND.rows((), _sounding, kind=str(kind), values=values) if values else []


def _sounding(at: dict[str, Any]) -> QuerySet[Any]:
    rows = PersonToken.unscoped.filter(one_of("value", at["values"]), kind=at["kind"])
    return rows.order_by("value", "person_id").values_list("person_id", flat=True)[:MOST_FOUND]


@lru_cache(maxsize=20_000)
def _filed(sort_key: str) -> tuple[str, ...]:
    """The words of a name, and neighbouring ones read as one: the same names come up in search after search."""
    theirs = tokens(sort_key)
    return (*theirs, *matching.joins(theirs))


#: Words that sound alike have at least this share of their spelling in common to be called similar for that alone: "sjarlie" and "Charly",
#: "mohamed" and "Muhammad" have; "bailleur" and "Palieri", "loyer" and "Leroy" have not.
NEAR_ENOUGH = 0.4


def _search_score(words: list[str], sort_key: str) -> tuple[float, str]:
    """How near, and by what: a name, a similar one, one that has only its sound in common, or another name of the person."""
    theirs = _filed(sort_key)
    if len(words) > 1 and any(one.startswith("".join(words)) for one in theirs):
        return 0.99, "name"
    total, exact, strange, far = 0.0, True, False, False
    for word in words:
        best = alike = 0.0
        for other in theirs:
            score, heard = _likeness(word, other)
            best, alike = score if score > best else best, heard if heard > alike else alike
        if best <= 0.8:
            if alike:
                best, far = max(best, 0.5), far or alike < NEAR_ENOUGH
            else:
                strange = strange or not best
        exact = exact and best >= 0.95
        total += best
    if strange and total < 0.7 * len(words):
        # A past or other name brought the person here: it is found, and says so.
        return 0.5, "another"
    return total / len(words), "name" if exact else "sound" if far else "similar"


@lru_cache(maxsize=100_000)
def _likeness(typed: str, known: str) -> tuple[float, float]:
    """How near a word of a name is to one typed; and the share of the spelling in common when they sound alike."""
    if known == typed:
        return 1.0, 1.0
    if known.startswith(typed):
        return 0.96, 1.0
    return matching.word_likeness(typed, known), matching.heard_as(typed, known)
