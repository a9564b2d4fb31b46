"""Numbers and account numbers as words of the index, however they were spaced when they were written or looked for."""

from __future__ import annotations

import re

SHORTEST_NUMBER = 6
_NUMBER = re.compile(r"\d[\d .,/\-]{4,}\d")
# Groups of an account number hold figures, save the bank's letters (NL91 ABNA …): a word that follows is none of it.
_ACCOUNT = re.compile(r"\b[a-z]{2}\d{2}(?: ?[a-z]{4}(?= ?\d))?(?: ?(?=[a-z]{0,3}\d)[a-z0-9]{4}){2,7}(?: ?(?=[a-z]{0,2}\d)[a-z0-9]{1,3})?\b")
_ACCOUNT_SIZE = {"be": 16, "lu": 20, "nl": 18, "de": 22, "fr": 27, "gb": 22, "es": 24, "it": 27, "pt": 25}


def joined(folded: str) -> list[str]:
    """Numbers and accounts typed with spaces, dots or strokes, as one word: each number between spaces, and several of them together where
    they look like one that was typed in groups."""
    rest, accounts = _accounts(folded)
    found: list[str] = []
    for match in _NUMBER.finditer(rest):
        groups = _groups(match[0])
        found += groups
        if len(groups) > 1 and _is_one(groups):
            found.append("".join(groups))
    found += [account[2:] for account in accounts if account[2:].isdecimal()]
    return [one for one in [*found, *accounts] if len(one) >= SHORTEST_NUMBER]


def _accounts(folded: str) -> tuple[str, list[str]]:
    """A text without its account numbers, and these: no longer than those of their country, what stood behind stays in the text."""
    found: list[str] = []

    def take(match: re.Match[str]) -> str:
        whole = "".join(match[0].split())
        size = _ACCOUNT_SIZE.get(whole[:2], len(whole))
        found.append(whole[:size])
        return " " + whole[size:]

    return _ACCOUNT.sub(take, folded), found


def _groups(number: str) -> list[str]:
    return [figures for group in number.split() if (figures := "".join(char for char in group if char.isdecimal()))]


def _is_one(groups: list[str]) -> bool:
    """Groups of two to four figures, a phone number, or a national number: a date beside a number is not one with it."""
    whole = "".join(groups)
    if all(2 <= len(group) <= 4 for group in groups) or (whole[0] == "0" and len(whole) in (9, 10)):
        return True
    return len(whole) == 11 and int(whole[9:]) in (97 - int(whole[:9]) % 97, 97 - int("2" + whole[:9]) % 97)


def numbers_typed(folded: str) -> tuple[str, list[str]]:
    """A query without its long numbers, and these, each once: the whole where it is one, else its parts."""
    rest, found = _accounts(folded)

    def take(match: re.Match[str]) -> str:
        groups = _groups(match[0])
        whole = "".join(groups)
        if len(whole) >= SHORTEST_NUMBER and (len(groups) == 1 or _is_one(groups)):
            found.append(whole)
            return " "
        found.extend(group for group in groups if len(group) >= SHORTEST_NUMBER)
        return " " + " ".join(group for group in groups if len(group) < SHORTEST_NUMBER) + " "

    return _NUMBER.sub(take, rest), found
