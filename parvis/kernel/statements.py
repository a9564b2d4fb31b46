"""Statements compiled once and run with other values.

Django builds and compiles a query anew each time it is asked. On a page that asks twenty-five of them, each with the condition of who may
see what, that was half of the time of the processor. A ``Statement`` keeps what was compiled and puts in the values of the moment::

    _MEMBERS = Statement("dossiers.members")

    def members(dossier_id, day):
        return _MEMBERS.rows((), lambda at: DossierMember.objects.at(at["day"]).filter(dossier=at["dossier"]), dossier=dossier_id, day=day)

``at[name]`` stands in the query for a value (for a list of numbers, a list: ``one_of("person", at["people"])``); the ``key`` names everything else that shapes it, the actor above all. Today, the past day
that is read and the language are part of each key. What is compiled holds conditions, never rows: a right taken back makes another actor
and so another key.

A page that is about one row (``scope.within``) says so to its statements by itself: that row is a value like the others.

A key that forgets something would answer one reader with the conditions of another. So the tests set ``VERIFY``: when a
kept statement is used it is also built anew, and a difference of one word or value raises ``StatementError``. Each file of tests does so at the
first use of each statement under each key after the one that made it; the whole check (``make check``) at every use.
"""

from __future__ import annotations

import copy
import datetime as dt
import threading
import uuid
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections, models
from django.db.models import Expression, F
from django.db.models.lookups import In
from django.utils import translation

from parvis.kernel import asof, clock, memo
from parvis.kernel.prepared import preparing
from parvis.kernel.scope import WITHIN, all_within

#: Kept in each process, the least used go first. One holds some 50 kB: its text and the columns it reads.
KEEP = 600
#: How many uses of each kept statement are compared with the query built anew (set by the tests; ``forget_checks`` counts from none).
VERIFY = 0

#: Lists up to this long are worth keeping a statement for each length; a longer one is compiled for the once.
FEW = 120

_FIELDS: dict[type, models.Field[Any, Any]] = {
    int: models.BigIntegerField(),
    str: models.TextField(),
    dt.date: models.DateField(),
    dt.datetime: models.DateTimeField(),
    uuid.UUID: models.UUIDField(),
}


class StatementError(RuntimeError):
    """A kept statement is not what its query would be now: its key forgets something. A programming error."""


class Slot(Expression):
    """A value that comes when the statement is run."""

    def __init__(self, name: str, field: models.Field[Any, Any]) -> None:
        super().__init__(output_field=field)
        self.name = name

    __hash__ = Expression.__hash__

    def __eq__(self, other: object) -> Any:
        # "Is this file among those?", asked in Python while the query is built, would be answered once for all files.
        if other != "" and isinstance(other, (int, str, dt.date, uuid.UUID)):  # Django asks about the empty one
            raise StatementError(f"“{self.name}” was compared with {other!r}, but has no value yet: decide before, and name it in the key")
        return super().__eq__(other)

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [self]

    def told(self, values: dict[str, Any], connection: Any) -> Any:
        value = values[self.name]
        # Numbers and texts go to each engine as they are; a list of them would else take its time.
        return value if type(value) is int or type(value) is str else self.output_field.get_db_prep_value(value, connection)


def one_of(path: str, slots: list[Slot]) -> In:
    """The condition that a number is among those of a list: ``path__in`` would have Django read the values before they are there."""
    return In(F(path), slots)


class _Kept:
    """A query as compiled for one engine."""

    def __init__(self, rows: models.QuerySet[Any], asked: list[str]) -> None:
        if rows._prefetch_related_lookups or rows._known_related_objects:  # type: ignore[attr-defined]
            raise StatementError("a statement reads in one query: nothing is prefetched, nothing comes from a related object")
        self.rows, self.using, self.asked = rows, rows.db, asked
        self.compiler = rows.query.get_compiler(self.using)
        try:
            self.sql, self.params = self.compiler.as_sql()
        except EmptyResultSet:
            self.sql, self.params = "", ()

    def run(self, values: dict[str, Any]) -> list[Any]:
        if not self.sql:
            return []
        iterable: Any = self.rows._iterable_class
        with preparing(connections[self.using]):
            return list(iterable(_Told(self, values)))

    def told(self, values: dict[str, Any], connection: Any) -> tuple[Any, ...]:
        return tuple([one.told(values, connection) if type(one) is Slot else one for one in self.params])

    def plain(self) -> list[Any]:
        return [("slot", one.name) if type(one) is Slot else one for one in self.params]

    def same(self, other: _Kept) -> bool:
        return self.sql == other.sql and self.plain() == other.plain()

    def __str__(self) -> str:
        return f"{self.sql}\n{self.plain()}"


class _Told:
    """What Django's iterables ask of a query set and of its query, with the values in place."""

    _known_related_objects: dict[Any, Any] = {}

    def __init__(self, kept: _Kept, values: dict[str, Any]) -> None:
        self._kept, self._values = kept, values
        self.db, self.query, self.model, self._fields = kept.using, self, kept.rows.model, kept.rows._fields  # type: ignore[attr-defined]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._kept.rows.query, name)

    def get_compiler(self, *_using: Any, **_options: Any) -> Any:
        # A copy: a compiler belongs to the connection of one thread.
        compiler, connection = copy.copy(self._kept.compiler), connections[self.db]
        compiler.connection = connection
        told = self._kept.sql, self._kept.told(self._values, connection)
        compiler.as_sql = lambda *_args, **_options: told
        return compiler


Build = Callable[[dict[str, Any]], models.QuerySet[Any]]
_WITHIN = "within"
_all: OrderedDict[Hashable, _Kept] = OrderedDict()
_checked: Counter[Hashable] = Counter()
_lock = threading.Lock()


class Statement:
    """One query of the code, under a name that no other has."""

    _names: set[str] = set()

    def __init__(self, name: str) -> None:
        if name in Statement._names:
            raise ValueError(f"two statements are called {name}")
        Statement._names.add(name)
        self.name = name

    def rows(self, key: Hashable, build: Build, **values: Any) -> list[Any]:
        """The rows of the query that ``build`` makes, with these ``values``: int, str, date, datetime, UUID or a list of int.
        One that is None is not there (``at.get``): the statement with it is another one.

        Raises:
            ScopeError: the query is of a model that is read for somebody, and does not say for whom.
            StatementError: in tests, when the kept statement differs from what the query would be now.
        """
        inside, longest = all_within(), 0
        values = {name: value for name, value in values.items() if value is not None}
        lists = [name for name, value in values.items() if isinstance(value, list)]
        for name in lists:
            several = values.pop(name)
            longest = max(longest, len(several))
            values |= {f"{name}.{place}": one for place, one in enumerate(several)}
        values |= {f"{_WITHIN}.{place}": pk for place, pk in enumerate(inside.values())}
        shape = (self.name, key, tuple((name, type(value)) for name, value in values.items()), tuple(inside))
        key = (*shape, connections["default"].vendor, clock.today(), asof.view(), translation.get_language())
        kept = _all.get(key)
        if kept is None:
            kept = self._compile(build, values, lists, inside)
            if kept.asked or longest > FEW:  # a condition that was read from the database holds for this once
                return kept.run(values)
            with _lock:
                _all[key] = kept
                while len(_all) > KEEP:
                    _all.popitem(last=False)
        else:
            with _lock:
                if key in _all:
                    _all.move_to_end(key)
            if VERIFY and _checked[key] < VERIFY:
                _checked[key] += 1
                now = self._compile(build, values, lists, inside)
                if not kept.same(now):
                    raise StatementError(f"{self.name}: its key does not name all that the query depends on\n{kept}\n{now}")
        return kept.run(values)

    def one(self, key: Hashable, build: Build, **values: Any) -> Any:
        """The first row, None when there is none."""
        return next(iter(self.rows(key, build, **values)), None)

    @staticmethod
    def _compile(build: Build, values: dict[str, Any], lists: list[str], inside: dict[Any, int]) -> _Kept:
        slots = {name: Slot(name, _FIELDS[type(value)]) for name, value in values.items()}
        several = {name: [slot for place, slot in slots.items() if place.startswith(f"{name}.")] for name in lists}
        about = {pair: slots[f"{_WITHIN}.{place}"] for place, pair in enumerate(inside)}
        asked: list[str] = []

        def note(execute: Any, sql: str, *rest: Any) -> Any:
            asked.append(sql)
            return execute(sql, *rest)

        # What the page has read so far holds for its own row and reader: nothing of it comes in here, save that the page is about one row.
        with memo.apart({WITHIN: about}), connections["default"].execute_wrapper(note):
            rows = build(slots | several)
            require = getattr(rows, "_require", None)
            if require is not None:
                require()  # a scoped model: who reads must have been said
            return _Kept(rows, asked)


def forget_checks() -> None:
    """A new test begins: what an earlier one compared is compared again."""
    _checked.clear()


def forget() -> None:
    """Nothing is kept: before a measure, or after the tables changed."""
    with _lock:
        _all.clear()
