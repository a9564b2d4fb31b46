"""Owners of words (``wordindex``) among what a reader may see, at a cost that does not grow with the centre.

Two questions, never mixed. *Where to look* is a matter of speed: the word index keeps beside each word the service of its owner, so that an
agent of one service walks the words of that service (``Reach``) and not those of the whole centre. *What may be seen* is the scope's answer alone,
asked of every owner found (``pick``). A reach that is too wide costs time; it never shows anything. It must not be too narrow: its test compares
both ways for every function.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connections
from django.db.models import Q

from parvis.kernel.wordindex import Term, findable

MOST_HOLDERS = 1_000
"""A word with more holders within reach is frequent: then its latest holders are looked through instead of all."""
WINDOW = 4_000
"""So many of the latest holders of a frequent word."""
MOST_SERVICES = 8
#: So many times what a page shows are asked of the scope first: most of what lies within reach may be seen.
FIRST = 2

Pick = Callable[[list[int]], Collection[int]]


@dataclass(frozen=True)
class Reach:
    """Where to look: words whose ``column`` holds one of these ``services``, and those that fulfil ``beyond`` (a few files elsewhere)."""

    column: str
    services: tuple[int, ...] = ()
    beyond: Q | None = None


@dataclass(frozen=True)
class Found:
    """Keys of owners, best first. ``partial``: a word is so frequent that only its latest holders were looked through, or begins more words
    than were looked for, and the page is not full."""

    ids: list[int] = field(default_factory=list)
    partial: bool = False


def of(rows: Any) -> Pick:
    """What of some numbers is among these rows (scoped already)."""
    return lambda ids: set(rows.filter(pk__in=sorted(ids)).order_by().values_list("pk", flat=True))


def find(pick: Pick, words: Any, owner: str, terms: list[Term], limit: int, reach: Reach | None = None) -> Found:
    """Owners that have every word typed and that ``pick`` lets through: those that have it as typed first, then the latest ones.

    ``words``: the ``WordOf`` model, ``owner`` its foreign key; ``reach`` None: everywhere. One query for each word typed and at most four more.
    """
    if not findable(terms):
        return Found()
    strong: set[int] | None = None
    every: set[int] | None = None
    frequent: list[Term] = []
    cut = any(term.cut for term in terms)
    for term in terms:
        held = _held(words, f"{owner}_id", term.keys, reach)
        if len(held) > MOST_HOLDERS:
            frequent.append(term)
            continue
        keys = set(term.strong)
        mine, sure = {one for _key, one in held}, {one for key, one in held if key in keys}
        every = mine if every is None else every & mine
        strong = sure if strong is None else strong & sure
        if not every:
            return Found(partial=cut)  # the other words need not be looked up
    if every is not None and strong is not None:
        if frequent and every:
            every = _having(words, f"{owner}_id", frequent, every)
        ranked = sorted(every, key=lambda pk: (pk not in strong, -pk))
        ids = _picked(pick, (ranked[: FIRST * limit], ranked[FIRST * limit :]), limit)
        return Found(ids, partial=len(ids) < limit and cut)
    found: list[int] = []
    before: int | None = None
    for most in (FIRST * limit, WINDOW - FIRST * limit):
        if most > 0 and len(found) < limit:
            latest, before = _latest(words, f"{owner}_id", frequent, reach, before, most)
            found += _picked(pick, (latest,), limit - len(found))
            if before is None:
                break
    return Found(found, partial=len(found) < limit and (before is not None or cut))


def _held(words: Any, owner: str, keys: Iterable[int], reach: Reach | None) -> list[tuple[int, int]]:
    """(word, owner) within reach, one more than would be looked through."""
    rows = words._base_manager.filter(word_key__in=list(keys)).order_by().values_list("word_key", owner)
    if reach is not None:
        elsewhere = None if reach.beyond is None else rows.filter(reach.beyond)
        rows = rows.filter(**{f"{reach.column}__in": reach.services})
        rows = rows if elsewhere is None else rows.union(elsewhere, all=True)
    return list(rows[: MOST_HOLDERS + 1])


def _having(words: Any, owner: str, terms: list[Term], owners: set[int]) -> set[int]:
    """Those of a few owners that have these frequent words too."""
    for term in terms:
        held = words._base_manager.filter(word_key__in=term.keys, **{f"{owner}__in": sorted(owners)})
        owners = set(held.order_by().values_list(owner, flat=True))
    return owners


def _picked(pick: Pick, parts: Iterable[list[int]], limit: int) -> list[int]:
    """The first ``limit`` that may be seen, in their order; a part is asked about only when those before do not fill the page."""
    found: list[int] = []
    for part in parts:
        if part and len(found) < limit:
            seen = pick(part)
            found += [pk for pk in part if pk in seen][: limit - len(found)]
    return found


def _latest(words: Any, owner: str, terms: list[Term], reach: Reach | None, before: int | None, most: int) -> tuple[list[int], int | None]:
    """The latest owners of frequent words, before a number, and the number down to which nothing is missing (None: to the end).

    SQL by hand: each spelling in each service is a stretch of the index, read from its end; ``IN`` would have every engine read all stretches
    whole and sort them, and the embedded database takes no limit in the parts of Django's unions.
    """
    connection = connections[words._base_manager.db]
    quote = connection.ops.quote_name
    table, column = quote(words._meta.db_table), quote(words._meta.get_field(owner).column)
    first, *others = terms
    older, end = (f" AND {column} < %s", [before]) if before is not None else ("", [])
    tail = f"{older} ORDER BY {column} DESC LIMIT {int(most)}"
    legs: list[str] = []
    values: list[Any] = []
    for key in first.likely:
        for where, services in _places(words, reach, quote):
            legs.append(f"SELECT {column} AS holder FROM {table} WHERE word_key = %s{where}{tail}")
            values += [key, *services, *end]
    if reach is not None and reach.beyond is not None:
        rows = words._base_manager.filter(reach.beyond, word_key__in=first.likely)
        rows = rows if before is None else rows.filter(**{f"{owner}__lt": before})
        sql, params = rows.order_by(f"-{owner}").values_list(owner)[:most].query.get_compiler(connection=connection).as_sql()
        legs.append(f"SELECT b.{column} AS holder FROM ({sql}) AS b")
        values += params
    if not legs:
        return [], None
    every = " UNION ALL ".join(f"SELECT l{number}.holder FROM ({leg}) AS l{number}" for number, leg in enumerate(legs))
    tests, asked = [], []
    for term in others:
        marks = ", ".join(["%s"] * len(term.likely))
        tests.append(f"EXISTS (SELECT 1 FROM {table} AS o WHERE o.{column} = h.holder AND o.word_key IN ({marks}))")
        asked += term.likely
    told = f"CASE WHEN {' AND '.join(tests)} THEN 1 ELSE 0 END" if tests else "1"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT h.holder, {told} FROM (SELECT u.holder FROM ({every}) AS u ORDER BY u.holder DESC LIMIT {int(most)}) AS h "
            "ORDER BY h.holder DESC",
            [*asked, *values],
        )
        held = cursor.fetchall()
    return list(dict.fromkeys(holder for holder, has in held if has)), held[-1][0] if len(held) >= most else None


def _places(words: Any, reach: Reach | None, quote: Callable[[str], str]) -> list[tuple[str, list[int]]]:
    """The stretches of one word: (condition, values). More than a few services are read as one."""
    if reach is None:
        return [("", [])]
    column = quote(words._meta.get_field(reach.column).column)
    if len(reach.services) <= MOST_SERVICES:
        return [(f" AND {column} = %s", [service]) for service in reach.services]
    return [(f" AND {column} IN ({', '.join(['%s'] * len(reach.services))})", list(reach.services))]
