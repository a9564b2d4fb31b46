"""Is it the same person? Pure functions: keys under which a person is filed and looked for, and a score with its reasons.

Candidates come from exact look-ups of keys (never a scan), so the cost does not grow with the register. The score compares
what the keys brought together, and decides.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from parvis.kernel.textmatch import distance, phonetic, tokens

PROPOSED = 70
"""From this score on, a person is proposed. At 100 the number is the same."""

# Kinds of keys. Two letters, because they are written some fifteen times per person.
IDENTIFIER, WORD, BIRTH, SOUND, SOUND_YEAR, SOUND_PAIR = "id", "w", "b", "s", "sy", "sp"
# Parts of numbers, in a table of their own for persons.
ACCOUNT_END, NUMBER_BACKWARDS = "ac", "nb"
LEAST_OF_ACCOUNT, LEAST_OF_NUMBER = 6, 5
_PART = re.compile(r"[A-Z]{0,2}[0-9]{2,}[0-9A-Z]*")

_LONGEST_JOIN = 4  # "van den broucke", "de la fontaine", "ben abd el kader"
_MIN_WORD = 3


@dataclass(frozen=True)
class PersonKeys:
    """What the score needs of a filed person. ``names``: (family, given), past and other names included."""

    names: tuple[tuple[str, str], ...]
    birth_dates: tuple[dt.date, ...] = ()
    identifiers: tuple[str, ...] = ()
    sex: str = ""


@dataclass(frozen=True)
class Wanted:
    """What is known of the person looked for; any part may be missing."""

    family_name: str = ""
    given_names: str = ""
    birth_date: dt.date | None = None
    national_number: str = ""
    sex: str = ""


@dataclass(frozen=True)
class Likeness:
    """0 to 100, and the codes of its reasons."""

    score: int
    reasons: tuple[str, ...] = ()


def keys_of_person(person: PersonKeys) -> set[tuple[str, str]]:
    """Keys under which a person is filed."""
    keys = {(IDENTIFIER, value[:60]) for value in person.identifiers}
    keys |= {(BIRTH, day.isoformat()) for day in person.birth_dates}
    for family, given in person.names:
        keys |= {(WORD, word[:60]) for word in words(family) + words(given)}
        keys |= {(WORD, joined[:60]) for joined in joins(tokens(family), at_least=2)}
        heard = sounds(family) | sounds(given)
        keys |= {(SOUND, sound) for sound in heard}
        keys |= {(SOUND_YEAR, f"{sound}|{day.year}") for sound in heard for day in person.birth_dates}
        keys |= {(SOUND_PAIR, pair) for pair in pairs(sounds(family), sounds(given))}
    return keys


def part_of_number(query: str) -> str:
    """What was typed as a part of an account or identifier, bare; empty when it reads like a name, a word or a year. Nothing but figures,
    with at most the two letters of a country before them and the few letters that foreign accounts hold."""
    bare = "".join(char for char in query.upper() if char not in " .-/\u00a0\u202f")
    digits = sum(char.isdecimal() for char in bare)
    least = (
        LEAST_OF_NUMBER - 1 if query.strip()[:3].isalnum() and query.strip()[:2].isalpha() else LEAST_OF_NUMBER
    )  # "be68 53", not "an 2026"
    if digits < least or not bare.isascii() or not _PART.fullmatch(bare) or 2 * digits < len(bare):
        return ""
    return bare[:34].lower()


def pieces_of(accounts: Iterable[str], numbers: Iterable[str]) -> set[tuple[str, str]]:
    """Keys under which parts of these numbers are found."""
    keys = {(ACCOUNT_END, account[at:].lower()) for account in accounts for at in range(len(account) - LEAST_OF_ACCOUNT + 1)}
    return keys | {(NUMBER_BACKWARDS, number[::-1][:40].lower()) for number in numbers if len(number) > LEAST_OF_NUMBER}


def keys_wanted(wanted: Wanted) -> set[tuple[str, str]]:
    """Keys to look up. Bounded: some dozens, whatever is typed."""
    keys: set[tuple[str, str]] = set()
    if wanted.national_number:
        keys |= {(IDENTIFIER, number) for number in number_variants(wanted.national_number)}
    heard = sounds_wanted(wanted)
    if wanted.birth_date is not None:
        keys |= {(BIRTH, day.isoformat()) for day in date_variants(wanted.birth_date)}
        keys.add((BIRTH, f"{wanted.birth_date.year}-01-01"))  # registers write 01/01 when only the year is known
        if (wanted.birth_date.month, wanted.birth_date.day) == (1, 1):
            keys |= {(SOUND_YEAR, f"{sound}|{wanted.birth_date.year}") for sound in heard}
    elif heard:
        keys |= {(SOUND_PAIR, pair) for pair in pairs(heard, heard)}
    return keys


def sounds_wanted(wanted: Wanted) -> set[str]:
    """Sounds of the names looked for, whatever the order in which they were given."""
    return sounds(" ".join(tokens(f"{wanted.family_name} {wanted.given_names}")[:8]))


def number_variants(number: str) -> Iterator[str]:
    """The number itself, and those one wrong digit or one swap away whose check digits are right."""
    yield number
    if len(number) != 11 or not number.isdecimal():
        return
    digits = list(number)
    seen = {number}
    for at, digit in enumerate(digits):
        for other in "0123456789":
            if other != digit:
                seen.add("".join([*digits[:at], other, *digits[at + 1 :]]))
    for at in range(10):
        swapped = [*digits[:at], digits[at + 1], digits[at], *digits[at + 2 :]]
        seen.add("".join(swapped))
    seen.discard(number)
    yield from sorted(variant for variant in seen if _checks(variant))


def _checks(number: str) -> bool:
    base, check = int(number[:9]), int(number[9:])
    return check in (97 - base % 97, 97 - (2_000_000_000 + base) % 97)


def date_variants(day: dt.date) -> list[dt.date]:
    """The date, day and month swapped, and the years that one wrong or swapped digit gives."""
    found = [day]
    _add(found, day.year, day.day, day.month)
    text = str(day.year)
    for at in (2, 3):
        for digit in "0123456789":
            _add(found, int(text[:at] + digit + text[at + 1 :]), day.month, day.day)
    _add(found, int(text[:2] + text[3] + text[2]), day.month, day.day)
    for other in range(1, 32):
        if distance(f"{other:02}", f"{day.day:02}") == 1:
            _add(found, day.year, day.month, other)
    for other in range(1, 13):
        if distance(f"{other:02}", f"{day.month:02}") == 1:
            _add(found, day.year, other, day.day)
    return found


def _add(found: list[dt.date], year: int, month: int, day: int) -> None:
    try:
        candidate = dt.date(year, month, day)
    except ValueError:
        return
    if candidate not in found and 1880 <= year <= 2200:
        found.append(candidate)


def likeness(wanted: Wanted, person: PersonKeys) -> Likeness:
    """How probable it is that both are the same person."""
    if wanted.national_number and wanted.national_number in person.identifiers:
        return Likeness(100, ("same_number",))
    near_number = bool(wanted.national_number and any(other in person.identifiers for other in number_variants(wanted.national_number)))
    other_number = bool(wanted.national_number and not near_number and any(len(number) == 11 for number in person.identifiers))
    name, name_reason = _best_name(wanted, person.names)
    birth, birth_reason = _best_birth(wanted.birth_date, person.birth_dates)
    reasons = [reason for reason in (name_reason, birth_reason) if reason]
    if wanted.birth_date is not None and person.birth_dates:
        score = 60 * name + 40 * birth if name >= 0.62 else 45 * name + 20 * birth
    else:
        score = 85 * name if name >= 0.83 else 60 * name
    if near_number:
        reasons.insert(0, "near_number")
        score = max(score, 75.0) + 5
    if other_number:
        # Two different valid numbers: most often a homonym, sometimes a bis number that became a national number.
        reasons.append("other_number")
        score -= 12
    if wanted.sex and person.sex and wanted.sex != person.sex:
        reasons.append("other_sex")
        score -= 25
    return Likeness(max(0, min(99, round(score))), tuple(reasons))


def _best_birth(wanted: dt.date | None, known: Sequence[dt.date]) -> tuple[float, str]:
    if wanted is None or not known:
        return 0.0, ""
    return max((_birth_score(wanted, day) for day in known), key=lambda scored: scored[0])


def _birth_score(wanted: dt.date, known: dt.date) -> tuple[float, str]:
    if wanted == known:
        return 1.0, "same_birth_date"
    if wanted.year == known.year and (wanted.day, wanted.month) == (known.month, known.day):
        return 0.9, "swapped_birth_date"
    if distance(wanted.strftime("%d%m%Y"), known.strftime("%d%m%Y"), limit=1) <= 1:
        return 0.75, "near_birth_date"
    if (wanted.month, wanted.day) == (1, 1) and wanted.year == known.year:
        return 0.7, "same_birth_year"  # registers write 01/01 when only the year is known
    if (known.month, known.day) == (1, 1) and wanted.year == known.year:
        return 0.7, "same_birth_year"
    return 0.0, "other_birth_date"


def _best_name(wanted: Wanted, names: Iterable[tuple[str, str]]) -> tuple[float, str]:
    mine = tokens(f"{wanted.family_name} {wanted.given_names}")
    best = (0.0, "")
    for family, given in names:
        score = name_score(mine, tokens(f"{family} {given}"))
        if score > best[0]:
            theirs = tokens(f"{family} {given}")
            if mine == tokens(f"{family} {given}"):
                reason = "same_name"
            elif sorted("".join(mine)) == sorted("".join(theirs)) and score > 0.95:
                reason = "same_name_other_order"
            elif score > 0.95:
                reason = "same_name"
            else:
                reason = "similar_name"
            best = (score, reason)
    return best


def name_score(mine: Sequence[str], theirs: Sequence[str]) -> float:
    """0 to 1. Words are paired whatever their order; neighbouring words may count as one ("van den broucke")."""
    if not mine or not theirs:
        return 0.0
    if "".join(mine) == "".join(theirs):
        return 1.0
    options = sorted(_pairings(mine, theirs), key=lambda option: (-option[0], -option[1], option[2:]))
    used_mine: set[int] = set()
    used_theirs: set[int] = set()
    weight_mine = weight_theirs = 0.0
    pairs = 0
    for alike, _size, left, right in options:
        if used_mine & left or used_theirs & right:
            continue
        used_mine |= left
        used_theirs |= right
        weight_mine += alike * sum(len(mine[i]) for i in left)
        weight_theirs += alike * sum(len(theirs[i]) for i in right)
        pairs += 1
    cover_mine = weight_mine / sum(map(len, mine))
    cover_theirs = weight_theirs / sum(map(len, theirs))
    score = 0.7 * max(cover_mine, cover_theirs) + 0.3 * min(cover_mine, cover_theirs)
    # One word in common is a family, not a person.
    return score if pairs >= 2 or len(mine) == 1 or len(theirs) == 1 else score * 0.8


def _pairings(mine: Sequence[str], theirs: Sequence[str]) -> Iterator[tuple[float, int, frozenset[int], frozenset[int]]]:
    left_parts, right_parts = list(_parts(mine)), list(_parts(theirs))
    for left, left_text in left_parts:
        for right, right_text in right_parts:
            if len(left) > 1 and len(right) > 1:
                continue
            alike = word_likeness(left_text, right_text)
            if alike:
                yield alike, len(left_text), left, right


def _parts(words: Sequence[str]) -> Iterator[tuple[frozenset[int], str]]:
    for start in range(len(words)):
        for end in range(start + 1, min(start + _LONGEST_JOIN, len(words)) + 1):
            yield frozenset(range(start, end)), "".join(words[start:end])


@lru_cache(maxsize=100_000)
def word_likeness(left: str, right: str) -> float:
    """1 for the same word, less for typing errors and spellings of the same sound, 0 for another word."""
    if left == right:
        return 1.0
    longest, shortest = max(len(left), len(right)), min(len(left), len(right))
    if shortest == 1 and left[0] == right[0]:
        return 0.7  # an initial
    if shortest < _MIN_WORD:
        return 0.0
    edits = distance(left, right, limit=3)
    if edits == 1 and shortest >= 4:
        return 0.92
    if edits == 2 and shortest >= 6:
        return 0.86
    same_sound = _sound(left) == _sound(right)
    if same_sound and (edits <= 2 or len(_sound(left)) >= 3):
        return 0.86 if edits <= 2 and longest - shortest <= 1 else 0.8
    if edits == 3 and shortest >= 9:
        return 0.8
    return 0.0


@lru_cache(maxsize=100_000)
def _sound(word: str) -> str:
    return phonetic(word)


@lru_cache(maxsize=100_000)
def heard_as(left: str, right: str) -> float:
    """Of two words that sound alike, the share of the spelling that they have in common; 0 for another sound."""
    if min(len(left), len(right)) < _MIN_WORD or _sound(left) != _sound(right):
        return 0.0
    longest = max(len(left), len(right))
    return max(1.0 - distance(left, right, limit=longest) / longest, 0.01)


def words(text: str) -> list[str]:
    found = tokens(text)
    return [word for word in found if len(word) >= _MIN_WORD] or found


def joins(words: Sequence[str], *, at_least: int = 1) -> list[str]:
    return [text for positions, text in _parts(words) if len(positions) >= at_least]


def sounds(text: str) -> set[str]:
    """Sounds of the words and of neighbouring words read as one."""
    found = set()
    for text_part in joins(tokens(text)):
        if len(text_part) >= _MIN_WORD:
            sound = _sound(text_part)
            if len(sound) >= 2:
                found.add(sound)
    return found


def pairs(left: Iterable[str], right: Iterable[str]) -> set[str]:
    right = list(right)
    return {"+".join(sorted((one, other))) for one in left for other in right if one != other}


def search_words(query: str) -> tuple[list[str], list[int]]:
    """Split "muler 80" into words and birth years; "12/03/1980" gives its year."""
    words: list[str] = []
    years: list[int] = []
    for word in tokens(query):
        if word.isdecimal() and len(word) == 4 and 1880 <= int(word) <= 2200:
            years.append(int(word))
        elif word.isdecimal() and len(word) == 2:
            years += [1900 + int(word), 2000 + int(word)]
        elif not word.isdecimal():
            words.append(word)
    return words, years


def after_prefix(prefix: str) -> str:
    """The first text after all those that start with ``prefix``: a range look-up uses the index on each database."""
    short = prefix.rstrip("z")
    if not short:
        return prefix + "z" * 20
    return short[:-1] + ("a" if short[-1] == "9" else chr(ord(short[-1]) + 1))


__all__ = [
    "PROPOSED",
    "Likeness",
    "PersonKeys",
    "Wanted",
    "keys_of_person",
    "part_of_number",
    "pieces_of",
    "keys_wanted",
    "likeness",
    "name_score",
    "search_words",
]
