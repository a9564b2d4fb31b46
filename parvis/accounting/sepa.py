"""What the SEPA rules allow in a payment file: characters, lengths, references, days. Pure functions."""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date, timedelta

import holidays

NAME_MAX = 70
TEXT_MAX = 140
REFERENCE_MAX = 35

ALLOWED = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-?:().,'+ ")

# What decomposition does not undo. Everything else unknown becomes a full stop: a character is replaced, never dropped.
REPLACED = {
    "œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss", "ẞ": "SS", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D",
    "ð": "d", "Ð": "D", "þ": "th", "Þ": "TH", "ı": "i", "İ": "I", "’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "“": "'",
    "”": "'", "„": "'", "«": "'", "»": "'", '"': "'", "–": "-", "—": "-", "‐": "-", "‑": "-", "_": "-", "&": "+", "@": "(at)",
    "€": "EUR", "£": "GBP", "°": "o", "º": "o", "ª": "a", "…": "...", ";": ",", "!": ".", "=": "-", "*": ".", "#": ".", "%": ".",
    "[": "(", "]": ")", "{": "(", "}": ")", "<": "(", ">": ")", "\\": "/", "|": "/", "~": "-", "\u00a0": " ", "\u202f": " ",
    "\t": " ", "\n": " ", "\r": " ", "ə": "e", "Ə": "E", "ŋ": "n", "ħ": "h", "Ħ": "H",
}  # fmt: skip

REFERENCE_SHAPE = re.compile(r"[A-Za-z0-9/\-?:().,'+ ]{1,35}")


@dataclass
class Changes:
    """The table of changes of one file: which text was written otherwise."""

    rows: list[dict[str, str]] = field(default_factory=list)

    def note(self, where: str, what: str, before: str, after: str) -> None:
        if before != after:
            self.rows.append({"where": where, "field": what, "from": before, "to": after})


def transliterate(text: str) -> str:
    """The text in the characters that banks take: accents taken off, the rest replaced, blanks collapsed."""
    out: list[str] = []
    for char in unicodedata.normalize("NFC", text):
        if char in ALLOWED:
            out.append(char)
        elif char in REPLACED:
            out.append(REPLACED[char])
        else:
            base = "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c))
            out.append(base if base and all(c in ALLOWED for c in base) else "".join(REPLACED.get(c, ".") for c in base) or ".")
    return re.sub(r" {2,}", " ", "".join(out)).strip()


def written(text: str, limit: int, changes: Changes, where: str, what: str) -> str:
    """Transliterated and cut to the limit; what differs is noted."""
    after = transliterate(text)[:limit].strip()
    changes.note(where, what, text, after)
    return after


def reference_fault(text: str) -> str:
    """Why a reference may not be used in a payment file; empty = it may."""
    if not REFERENCE_SHAPE.fullmatch(text):
        return "characters or length"
    if text.startswith("/") or "//" in text or text.endswith("/"):
        return "slashes"
    if text != text.strip():
        return "blanks"
    return ""


def structured_is_valid(digits: str) -> bool:
    """A Belgian structured communication: twelve digits, the last two = the first ten modulo 97, 97 for 0."""
    return len(digits) == 12 and digits.isdecimal() and int(digits[10:]) == (int(digits[:10]) % 97 or 97)


@functools.lru_cache(maxsize=16)
def _closed(year: int) -> frozenset[date]:
    return frozenset(holidays.financial_holidays("ECB", years=year))


def is_bank_day(day: date) -> bool:
    """A day on which euro transfers are settled (TARGET)."""
    return day.weekday() < 5 and day not in _closed(day.year)


def next_bank_day(day: date) -> date:
    """The day itself when banks work, else the next day they do."""
    while not is_bank_day(day):
        day += timedelta(days=1)
    return day
