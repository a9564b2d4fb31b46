"""Rows of persons: names, birth, numbers, households, addresses with their moves, accounts, telephones, search keys."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from random import Random
from typing import Any

from parvis.contacts import matching
from parvis.kernel.textmatch import sort_key

from .. import names
from . import surnames
from .rows import OPEN, Rows, fact, uuid

FIRST_DAY = date(2016, 1, 1)
MAIL = ("courrier", "post", "mail", "poste")


def number_of(birth: date, serial: int) -> str:
    base = f"{birth:%y%m%d}{serial:03d}"
    return f"{base}{97 - int(('2' if birth.year >= 2000 else '') + base) % 97:02d}"


def iban(rng: Random) -> str:
    base = rng.randrange(10**9, 10**10)
    bban = f"{base:010d}{base % 97 or 97:02d}"
    return f"BE{98 - int(bban + '111400') % 97:02d}{bban}"


@lru_cache(maxsize=60_000)
def _words(text: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """Sort key, words and sounds of one name, with the words read as one where ``matching`` does."""
    return sort_key(text), tuple(word[:60] for word in matching.words(text)), tuple(sorted(matching.sounds(text)))


@lru_cache(maxsize=60_000)
def _joined(family: str) -> tuple[str, ...]:
    return tuple(word[:60] for word in matching.joins(matching.tokens(family), at_least=2))


def keys(family: str, given: str, birth: date, number: str) -> set[tuple[str, str]]:
    """What ``matching.keys_of_person`` gives, by way of caches: names come back, persons do not."""
    _, words, family_sounds = _words(family)
    _, more, given_sounds = _words(given)
    found = {(matching.BIRTH, birth.isoformat())}
    if number:
        found.add((matching.IDENTIFIER, number))
    found.update((matching.WORD, word) for word in (*words, *more, *_joined(family)))
    year = f"|{birth.year}"
    for sound in (*family_sounds, *given_sounds):
        found.add((matching.SOUND, sound))
        found.add((matching.SOUND_YEAR, sound + year))
    found.update((matching.SOUND_PAIR, pair) for pair in matching.pairs(family_sounds, given_sounds))
    return found


class People:
    """Draws a batch. ``slot``: its two serials of each birth date, so that no two batches give the same national number."""

    def __init__(self, rng: Random, rows: Rows, first: dict[str, int], slot: int, at: str, today: date) -> None:
        self.rng, self.rows, self.first, self.at, self.today = rng, rows, first, at, today
        self.serials = (slot * 2 + 1, slot * 2 + 2)
        self.births: set[tuple[date, bool]] = set()

    def _birth(self, adult: bool, male: bool) -> date:
        rng = self.rng
        while True:
            years = rng.randrange(19, 84) if adult else rng.randrange(0, 18)
            birth = date(self.today.year - 1 - years, rng.randrange(1, 13), rng.randrange(1, 29))
            if (birth, male) not in self.births:
                self.births.add((birth, male))
                return birth

    def _draw(self, family: str, adult: bool) -> dict[str, Any]:
        rng = self.rng
        male = rng.random() < 0.48
        pool = names.GIVEN_M if male else names.GIVEN_F
        given = rng.choice(pool)
        if rng.random() < 0.25:
            given += ("-" if rng.random() < 0.6 else " ") + rng.choice(pool)
        birth = self._birth(adult, male)
        return {
            "family": family,
            "given": given,
            "name": f"{given} {family}",
            "birth": birth,
            "male": male,
            "adult": adult,
            "number": number_of(birth, self.serials[0 if male else 1]),
            "language": rng.choices(("fr", "nl", "de", "en"), (80, 9, 7, 4))[0],
        }

    def households(self, count: int) -> list[list[dict[str, Any]]]:
        """``count`` persons in households; every row of theirs is written."""
        rng, made, homes = self.rng, 0, []
        while made < count:
            size = min(rng.choices((1, 2, 3, 4, 5), (45, 22, 15, 12, 6))[0], count - made)
            family = surnames.draw(rng)
            adults = 1 if size == 1 or rng.random() < 0.35 else 2
            homes.append([self._draw(family if i == 0 or i >= adults else surnames.draw(rng), i < adults) for i in range(size)])
            made += size
        self._write(homes)
        return homes

    def _write(self, homes: list[list[dict[str, Any]]]) -> None:
        person_id = self.first["person"]
        for home_id, home in enumerate(homes, self.first["household"]):
            self.rows["household"].append((home_id, uuid(self.rng), 1, self.at))
            for person in home:
                person["id"] = person_id
                self._person(person)
                person_id += 1
            self._home(home_id, home)

    def _person(self, person: dict[str, Any]) -> None:
        rng, rows, at, pk = self.rng, self.rows, self.at, person["id"]
        start = fact(max(person["birth"], FIRST_DAY), at)
        rows["person"].append((pk, uuid(rng), 1, at))
        rows["name"].append((*start, pk, "official", person["family"], person["given"]))
        sex = "M" if person["male"] else "F"
        rows["birth"].append((*start, pk, person["birth"], "", sex, rng.choice(names.NATIONALITIES)))
        if rng.random() < 0.97:
            rows["identifier"].append((*start, pk, "niss", person["number"]))
        else:
            person["number"] = ""  # not registered yet
        rows["language"].append((*start, pk, person["language"], ""))
        sort = f"{_words(person['family'])[0]} {_words(person['given'])[0]}"
        rows["index"].append((pk, person["name"], sort[:191], person["birth"], sex, person["language"], 0))
        found = keys(person["family"], person["given"], person["birth"], person["number"])
        rows["token"].extend([(pk, kind, value) for kind, value in sorted(found)])
        if person["number"]:
            rows["piece"].append((pk, matching.NUMBER_BACKWARDS, person["number"][::-1]))
        if person["adult"]:
            if rng.random() < 0.6:
                rows["point"].append((*start, pk, "phone", f"+324{rng.randrange(70, 100)}{rng.randrange(10**6):06d}"))
            if rng.random() < 0.2:
                rows["point"].append((*start, pk, "email", f"{sort.replace(' ', '.')[:40]}.{pk}@{rng.choice(MAIL)}.example"))

    def _home(self, home_id: int, home: list[dict[str, Any]]) -> None:
        rng, rows, at = self.rng, self.rows, self.at
        hidden = 1 if rng.random() < 0.004 else 0
        days = [FIRST_DAY]
        while rng.random() < 0.35 and len(days) < 4:
            days.append(days[-1] + timedelta(days=rng.randrange(300, 1_200)))
        for start, end in zip(days, [*days[1:], None], strict=True):
            code, town = rng.choice(names.TOWNS)
            place = (rng.choice(names.STREETS), str(rng.randrange(1, 180)), "", code, town, "BE", hidden)
            for person in home:
                first = max(start, person["birth"])
                if end is None or first < end:
                    rows["address"].append((*fact(first, at, end or OPEN), person["id"], "domicile", *place))
        for index, person in enumerate(home):
            role = "head" if index == 0 else "partner" if person["adult"] else "child"
            rows["member"].append((*fact(max(person["birth"], FIRST_DAY), at), home_id, person["id"], role))
        head = home[0]
        head["iban"] = iban(rng)
        rows["piece"].extend([(head["id"], kind, value) for kind, value in sorted(matching.pieces_of([head["iban"]], ()))])
        rows["account"].append((*fact(FIRST_DAY, at), head["id"], head["iban"], head["name"][:70]))
        if len(home) > 1 and home[1]["adult"]:
            rows["relation"].append((*fact(max(FIRST_DAY, head["birth"], home[1]["birth"]), at), head["id"], home[1]["id"], "partner"))
        rows["relation"].extend(
            [(*fact(max(FIRST_DAY, child["birth"]), at), head["id"], child["id"], "parent") for child in home[1:] if not child["adult"]]
        )
