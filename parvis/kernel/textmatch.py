"""Sorting and matching of names by our own columns: databases' collations differ, these do not."""

from __future__ import annotations

import re
import unicodedata

_SPECIAL = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
_WORD = re.compile(r"[a-z0-9]+")


def fold(text: str) -> str:
    """Lower case, without accents, special letters spelled out."""
    lowered = text.casefold().translate(_SPECIAL)
    return "".join(ch for ch in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(ch))


def sort_key(text: str) -> str:
    """What to sort by: folded, inner punctuation dropped, single spaces; at most 191 characters."""
    return " ".join(_WORD.findall(fold(text)))[:191]


def tokens(text: str) -> list[str]:
    """The words of a name, folded, in order, without repetition."""
    return list(dict.fromkeys(_WORD.findall(fold(text))))


_PHONETIC = [
    (r"^(mac|mc)", "mk"),
    (r"(sch|sh|ch|tsch|cz|tch|ts|tz)", "s"),
    (r"(ph|pf|v|w)", "f"),
    (r"(ck|qu|q|c|k|x|kh|gh|g)", "k"),
    (r"(dj|tj|j|y|ij)", "i"),
    (r"(th|dt|d|t)", "t"),
    (r"(b|p)", "p"),
    (r"z", "s"),
    (r"(ou|oe|ow|u|o)", "u"),
    (r"(ae|ai|ei|ey|e|i)", "i"),
    (r"h", ""),
    (r"(m|n)", "n"),
]


def phonetic(word: str) -> str:
    """A rough sound key for Belgian names (French, Dutch, German, transliterated): first letter's sound, then consonants."""
    text = "".join(_WORD.findall(fold(word)))
    for pattern, sound in _PHONETIC:
        text = re.sub(pattern, sound, text)
    if not text:
        return ""
    head, tail = text[0], text[1:]
    head = "a" if head in "aiu" else head
    out = head + re.sub(r"[aiu]", "", tail)
    return re.sub(r"(.)\1+", r"\1", out)[:12]


def distance(left: str, right: str, limit: int = 4) -> int:
    """Edits (insert, delete, replace, swap of neighbours) between two short texts; ``limit`` + 1 when farther."""
    if abs(len(left) - len(right)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        above, row = row, [i] + [0] * len(right)
        for j, b in enumerate(right, 1):
            row[j] = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                row[j] = min(row[j], before[j - 2] + 1)
        if min(row) > limit:
            return limit + 1
        before = above
    return row[-1]


def similarity(left: str, right: str) -> float:
    """1.0 for equal folded texts, falling with the edits needed, 0.0 when nothing is left in common."""
    a, b = sort_key(left), sort_key(right)
    if a == b:
        return 1.0
    longest = max(len(a), len(b))
    return max(0.0, 1.0 - distance(a, b, limit=longest) / longest) if longest else 1.0
