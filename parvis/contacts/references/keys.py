"""How a street's name is compared: no accents, abbreviations spelled out, small words left out."""

from __future__ import annotations

import re

from parvis.kernel.textmatch import phonetic, sort_key

_SHORT = {
    "av": "avenue", "ave": "avenue", "bd": "boulevard", "bld": "boulevard", "bvd": "boulevard", "boul": "boulevard", "bvld": "boulevard", "ch": "chaussee", "chee": "chaussee",
    "chem": "chemin", "crs": "cours", "pl": "place", "r": "rue", "rte": "route", "sq": "square", "imp": "impasse", "all": "allee", "fg": "faubourg", "qu": "quai",
    "st": "saint", "ste": "sainte", "sts": "saints", "dr": "docteur", "gen": "general", "gal": "general", "mal": "marechal", "prof": "professeur", "pres": "president",
    "str": "straat", "ln": "laan", "stwg": "steenweg", "steenwg": "steenweg", "pln": "plein", "burg": "burgemeester",
}  # fmt: skip
_GERMAN = {"strasse": "strasse", "str": "strasse", "pl": "platz", "w": "weg"}
# What most streets have in common: it tells none of them apart, so it is asked for only when nothing else was typed.
COMMON = frozenset(
    {
        "rue", "avenue", "boulevard", "chaussee", "chemin", "place", "route", "square", "impasse", "allee", "cours", "quai", "straat", "laan", "steenweg", "plein", "weg", "dreef",
        "strasse", "platz", "gasse", "de", "du", "des", "la", "le", "les", "l", "d", "a", "au", "aux", "en", "et", "van", "der", "den", "het", "ter", "ten", "te", "op", "in", "am",
        "an", "zum", "zur", "von", "saint", "sainte",
    }
)  # fmt: skip
_NUMBER = re.compile(r"[\s,]+(\d+\s?[a-zA-Z]?)\s*$")
_ENDS = ("straat", "strasse", "laan", "steenweg", "plein", "weg", "platz", "gasse")


def split_number(text: str) -> tuple[str, str]:
    """The street and the house number typed behind it."""
    match = _NUMBER.search(text)
    return (text[: match.start()], match[1].replace(" ", "")) if match and match.start() else (text, "")


def words_of(name: str) -> list[str]:
    """Words as they are compared. ``Hoogstr.`` and ``Hoogstraat`` have the same."""
    found = []
    for word in sort_key(name).split():
        if len(word) > 5 and word.endswith("str"):
            word = word[:-3] + ("strasse" if word[:-3].endswith(("er", "haupt", "bahnhof")) else "straat")
        found.append(_SHORT.get(word, word))
    return found


def key_of(name: str) -> str:
    return " ".join(words_of(name))[:120]


def place_key(name: str) -> str:
    return sort_key(name)[:80]


def sound_of(word: str) -> str:
    """The sound of the part that tells the street apart: "Hoogstraat" sounds like its "Hoog"."""
    for end in _ENDS:
        if word.endswith(end) and len(word) > len(end) + 2:
            word = word[: -len(end)]
            break
    return phonetic(word) if len(word) > 2 and word not in COMMON else ""
