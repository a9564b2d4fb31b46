"""Words of longer texts, found in any spelling: our own index, so that each database gives the same answer at the same cost.

A context keeps a table of (word, owner) beside what it owns (``WordOf``) and writes it in the gesture that writes the text. The words
themselves stand once in ``kernel.Word``, with their sound. Which texts have the words of a query says ``wordfinding``. Whether a text may be
read is never decided here: what is shown of a text is cut from the row that the reader may see.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Abs, Length
from django.utils.translation import gettext as _

from parvis.kernel import memo
from parvis.kernel.erasure import chunks
from parvis.kernel.models import Word
from parvis.kernel.numberwords import joined, numbers_typed
from parvis.kernel.scope import ScopedModel
from parvis.kernel.statements import Statement
from parvis.kernel.textmatch import distance, fold, phonetic, tokens

LEAST = 3
LONGEST = 60
MOST_WORDS = 4_000
"""Different words kept of one text."""
MOST_TERMS = 4
MOST_SPELLINGS = 200
FREQUENT_SPELLINGS = 12
AROUND = 70

_LETTERS = {
    "a": "aàáâãäå", "c": "cç", "d": "dđð", "e": "eèéêë", "i": "iìíîïı", "l": "lł", "n": "nñ", "o": "oòóôõöø", "s": "sśšß", "u": "uùúûü",
    "y": "yýÿ", "z": "zžźż",
}  # fmt: skip
#: Too common to tell one text from another, in the languages of the centre.
COMMON = frozenset(
    [
        "les",
        "des",
        "une",
        "que",
        "qui",
        "est",
        "pas",
        "pour",
        "par",
        "sur",
        "avec",
        "dans",
        "son",
        "ses",
        "sont",
        "ont",
        "aux",
        "cette",
        "ces",
        "mais",
        "plus",
        "elle",
        "ils",
        "leur",
        "nous",
        "vous",
        "été",
        "fait",
        "het",
        "een",
        "van",
        "dat",
        "die",
        "met",
        "voor",
        "niet",
        "aan",
        "zijn",
        "werd",
        "wordt",
        "ook",
        "door",
        "maar",
        "deze",
        "hij",
        "zij",
        "hun",
        "bij",
        "naar",
        "der",
        "die",
        "das",
        "den",
        "dem",
        "des",
        "ein",
        "eine",
        "einen",
        "und",
        "ist",
        "nicht",
        "mit",
        "von",
        "für",
        "auf",
        "sie",
        "wird",
        "dass",
        "auch",
        "bei",
        "aus",
        "nach",
        "sich",
        "hat",
        "the",
        "and",
        "for",
        "with",
        "that",
        "this",
        "was",
        "are",
        "has",
        "have",
        "not",
        "from",
        "his",
        "her",
        "they",
        "you",
        "been",
    ]
)


def words_of(*texts: str) -> list[str]:
    """The words under which texts are filed: folded, once each; numbers and account numbers also as one word, however they were spaced."""
    found: dict[str, None] = {}
    for text in texts:
        if not text:
            continue
        folded = fold(text)
        for word in tokens(folded):
            if len(word) >= LEAST and word not in _COMMON:
                found[word[:LONGEST]] = None
        for number in joined(folded):
            found[number[:LONGEST]] = None
        if len(found) > MOST_WORDS:
            break
    return list(found)[:MOST_WORDS]


_COMMON = frozenset(fold(word) for word in COMMON)


@lru_cache(maxsize=50_000)
def key_of(word: str) -> int:
    """The key of a word: the same in each database and process, so that it is never looked up before writing. 63 bits of its digest."""
    return int.from_bytes(blake2b(word.encode(), digest_size=8).digest(), "big") >> 1


class WordOf(ScopedModel):
    """One word of one owner. Concrete models add the owner's foreign key and make (word, owner) unique."""

    word_key = models.BigIntegerField()

    class Meta(ScopedModel.Meta):
        abstract = True


def learn(words: Iterable[str]) -> None:
    """Keep the words that nobody has written yet, in the order of their keys: two gestures never wait for each other crosswise."""
    keys = {key_of(word): word for word in words}
    known = set(Word.objects.filter(pk__in=list(keys)).values_list("pk", flat=True))
    new = [Word(pk=key, word=keys[key], sound=phonetic(keys[key])[:12]) for key in sorted(set(keys) - known)]
    if new:
        Word.objects.bulk_create(new, ignore_conflicts=True)


def forget_words() -> int:
    """Words that no text has any more leave: a rare name is not kept for a text that was destroyed. Returns how many. They are few in
    any language, so that a night looks at all of them; a word that somebody writes in that moment is written again with the next text."""
    gone = Word.objects.all()
    for model in apps.get_models():
        if issubclass(model, WordOf):
            gone = gone.exclude(Exists(model._base_manager.filter(word_key=OuterRef("pk"))))
    return sum(Word.objects.filter(pk__in=part).delete()[0] for part in chunks(list(gone.order_by().values_list("pk", flat=True))))


def file_words(model: Any, owner: str, owner_id: int, texts: Sequence[str], *, anew: bool = False, **more: int) -> int:
    """Write the words of an owner, in the running gesture. ``anew``: what was filed before goes; ``more``: other columns of the model, the
    service of the owner above all. Returns how many."""
    words = words_of(*texts)
    if anew:
        model._base_manager.filter(**{f"{owner}_id": owner_id}).delete()
    if words:
        learn(words)
        model._base_manager.bulk_create(
            [model(**{f"{owner}_id": owner_id}, word_key=key_of(word), **more) for word in words], batch_size=500
        )
    return len(words)


@dataclass(frozen=True)
class Term:
    """One word typed. ``strong``: keys of words that begin like it; ``weak``: keys of words spelled or sounding nearly so, with the word.
    ``cut``: there are more such words than are looked for; ``known`` false: no text has such a word."""

    typed: str
    strong: tuple[int, ...] = ()
    weak: dict[int, str] = field(default_factory=dict)
    cut: bool = False
    known: bool = True

    @property
    def keys(self) -> list[int]:
        return [*self.strong, *self.weak]

    @property
    def likely(self) -> list[int]:
        """Some spellings, those as typed first: for words with very many holders."""
        return (
            [*self.strong[: FREQUENT_SPELLINGS - len(self.weak)], *self.weak][:FREQUENT_SPELLINGS]
            if len(self.weak) < 6
            else self.keys[:FREQUENT_SPELLINGS]
        )


def terms_of(query: str) -> list[Term]:
    """The words of a query with the filed words that they may mean. One query for each word; shared by the sources of a page."""
    return memo.once(("kernel.terms", query.strip()), lambda: [_term(word) for word in _typed(query)[:MOST_TERMS]])


def findable(terms: list[Term]) -> bool:
    """Whether some text may have every word: of one that stands nowhere, no index of any context need be asked."""
    return bool(terms) and all(term.known for term in terms)


def _typed(query: str) -> list[str]:
    rest, numbers = numbers_typed(fold(query.strip()))
    return list(dict.fromkeys([*numbers, *(word for word in tokens(rest) if len(word) >= LEAST and word not in _COMMON)]))


def note_of(query: str, *, partial: bool) -> str:
    """What a page of results says beside them: what was left out of the search. ``partial``: not everything was looked through."""
    left = _typed(query)[MOST_TERMS:]
    notes = []
    if partial:
        notes.append(_("A word is too frequent, or the beginning of too many others: not everything was looked through. Add another word."))
    if left:
        notes.append(_("Only four words are looked for; left out: %(words)s.") % {"words": ", ".join(left)})
    return " ".join(notes)


_SPELLINGS = Statement("kernel.spellings")


def _term(typed: str) -> Term:
    """The word as typed, then the words nearest to it in length."""
    near_too = len(typed) >= 4 and not typed.isdecimal()
    shorter = {f"short{cut}": typed[:-cut] for cut in (1, 2) if near_too and len(typed) - cut >= LEAST}

    def read(at: dict[str, Any]) -> Any:
        wanted = Q(word__gte=at["typed"], word__lt=at["after"])
        for name in ("sound", *shorter):
            if name in at:
                wanted |= Q(**{"sound" if name == "sound" else "word": at[name]})
        rows = Word.objects.filter(wanted).annotate(off=Abs(Length("word") - at["length"])).order_by("off", "word")
        return rows.values_list("pk", "word")[: MOST_SPELLINGS + 1]

    sound = phonetic(typed)[:12] if near_too else ""
    known = _SPELLINGS.rows(MOST_SPELLINGS, read, typed=typed, after=_after(typed), length=len(typed), sound=sound or None, **shorter)
    cut, known = len(known) > MOST_SPELLINGS, known[:MOST_SPELLINGS]
    strong = tuple(dict.fromkeys([key_of(typed), *(key for key, word in known if word.startswith(typed))]))
    weak = {} if typed.isdecimal() else {key: word for key, word in known if not word.startswith(typed) and near(typed, word)}
    return Term(typed, strong, weak, cut, known=bool(known))


def near(typed: str, known: str) -> bool:
    """A slip of the hand, another spelling of the same sound, or another ending."""
    if min(len(typed), len(known)) < 4 or typed[:1].isdecimal() != known[:1].isdecimal():
        return False
    edits = distance(typed, known, limit=2)
    return edits == 1 or (edits == 2 and (min(len(typed), len(known)) >= 6 or phonetic(typed) == phonetic(known)))


def _after(prefix: str) -> str:
    """The first text after all those that start with ``prefix``, in letters and figures alone: each database orders these alike."""
    short = prefix.rstrip("z")
    return short[:-1] + ("a" if short[-1] == "9" else chr(ord(short[-1]) + 1)) if short else prefix + "z" * 20


# What is shown of a text -----------------------------------------------------------------------------------------------

Piece = tuple[str, bool]


def patterns_of(terms: list[Term]) -> re.Pattern[str] | None:
    """The words to mark in a text, whatever their accents: as typed, or one of the near spellings."""
    wanted = [_loose(term.typed) + r"\w*" for term in terms]
    wanted += [_loose(word) + r"\b" for term in terms for word in sorted(term.weak.values(), key=len, reverse=True)[:20]]
    return re.compile(r"(?<!\w)(?:" + "|".join(wanted) + ")", re.IGNORECASE) if wanted else None


def _loose(word: str) -> str:
    """A folded word as it may stand in a text; between figures there may be a space, a dot or a stroke."""
    parts = []
    text = word.replace("ss", "\x01").replace("oe", "\x02").replace("ae", "\x03")
    for char in text:
        parts.append(f"[{_LETTERS[char]}]" if char in _LETTERS else _special(char))
    gap = r"[ .,/\-]?" if len(word) >= 6 and any(char.isdecimal() for char in word) else ""
    return gap.join(parts)


def _special(char: str) -> str:
    return {"\x01": "(?:ss|ß)", "\x02": "(?:oe|œ)", "\x03": "(?:ae|æ)"}.get(char, re.escape(char))


def snippet(text: str, pattern: re.Pattern[str] | None, around: int = AROUND) -> tuple[Piece, ...]:
    """The part of a text around the first word found, cut between words, with the words found marked; empty when none is there."""
    first = pattern.search(text) if pattern is not None else None
    if first is None or pattern is None:
        return ()
    start, end = max(0, first.start() - around), min(len(text), first.end() + around * 2)
    if start:
        gap = text.find(" ", start, first.start())
        start = gap + 1 if gap >= 0 else first.start()
    if end < len(text):
        gap = text.rfind(" ", first.end(), end)
        end = gap if gap > 0 else first.end()
    return (("… ", False),) * bool(start) + marked(text[start:end], pattern) + ((" …", False),) * (end < len(text))


def marked(text: str, pattern: re.Pattern[str] | None) -> tuple[Piece, ...]:
    """The whole text in pieces: marked or not."""
    pieces: list[Piece] = []
    at = 0
    for match in pattern.finditer(text) if pattern is not None else ():
        if match.start() > at:
            pieces.append((text[at : match.start()], False))
        pieces.append((match[0], True))
        at = match.end()
    if at < len(text):
        pieces.append((text[at:], False))
    return tuple(pieces)


def found_words(pieces: Iterable[Piece]) -> list[str]:
    """The words marked, once each, as they stand."""
    return list({fold(text): text for text, on in pieces if on}.values())
