"""What many tests begin with is made once through the services, then written again from its own statements.

``@replayed`` stands on a function of test data. Its first call in a process runs as it is: the statements that write are noted, with the state of
the database they began from and what the function returned. A later call from the same state (an empty test database, or what other replayed
calls left there), at the same frozen instant, with the same arguments, settings, language and registrations, writes the same rows and returns a
copy. From any other state it simply runs: after a write of the test's own, inside a gesture, in a test that replaces code (``monkeypatch``).
Rows get the numbers of the first time: SQLite takes them back with the test, the other engines are told (``Made.numbers``, ``_first_number``).

PARVIS_TEST_REPLAY=no turns it off.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
import os
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.conf import UserSettingsHolder, settings
from django.db import connection
from django.db.models import Model
from django.utils import translation

from parvis.kernel import clock, gestures, registries
from parvis.kernel.registry import Registry

F = TypeVar("F", bound=Callable[..., Any])
Statement = tuple[str, Any, bool, int]  # what the driver takes, its values, whether many times, the first number given (MariaDB)
_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")
_ON = os.environ.get("PARVIS_TEST_REPLAY") != "no"
_FOLDERS = {"MEDIA_ROOT", "PARVIS_INSTANCE"}  # where files lie says nothing of what is written in the database


class _Unnamed(Exception):
    """An argument that has no lasting name."""


@dataclass(frozen=True)
class Made:
    statements: list[Statement]
    result: bytes
    state: str
    files: list[Callable[[], None]]  # written again where they are missing
    media: str  # where those files are, "" when there are none
    told: bytes  # what was added to each watched list
    numbers: dict[str, Any]  # where the sequences stood that were used (PostgreSQL)


@dataclass
class _Noted:
    """What a function that is made for the first time does."""

    statements: list[Statement] = field(default_factory=list)
    began: dict[str, Any] = field(default_factory=dict)  # where a call written again inside it set a sequence back to (PostgreSQL)
    undone: bool = False  # a part was taken back: what is noted says too much


@dataclass
class _Where:
    """What this process knows of its database: in which state with a name it was, and how much was written since."""

    raw: Any = None
    writes: int = 0
    state: str = ""
    patched: Callable[[], bool] = bool


_where = _Where()
_made: dict[Any, Made] = {}
_states = itertools.count()
_watched: list[Callable[[], list[Any]]] = []
_noting: list[_Noted] = []


def watch(kept: Callable[[], list[Any]]) -> None:
    """A list in memory to which replayed functions add: what they added is added again."""
    _watched.append(kept)


def begins() -> None:
    """A test opened its transaction: nothing of its own is there yet."""
    _where.raw = None
    if not connection.in_atomic_block:
        return
    with connection.cursor() as cursor:
        # A world that a file prepared for all its tests may be there, or gone again with the same next numbers.
        # Its lines were numbered anew each time on the engines that take no number back.
        counts = (
            "SELECT 'units' AS name, COUNT(*) AS seq FROM identity_unit UNION ALL SELECT 'lines', COUNT(*) FROM kernel_mutationline"
            " UNION ALL SELECT 'last line', COALESCE(MAX(id), 0) FROM kernel_mutationline"
        )
        more = " UNION ALL SELECT name, seq FROM sqlite_sequence" if connection.vendor == "sqlite" else ""
        cursor.execute(f"{counts}{more} ORDER BY 1")
        _stands(repr(cursor.fetchall()))
    if _watching not in connection.execute_wrappers:
        connection.execute_wrappers.append(_watching)


def _watching(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    if sql.startswith("ROLLBACK"):  # what was written since is gone, and counts no more
        _where.raw = None
        for noted in _noting:
            noted.undone = True
    elif _writes(sql):
        _where.writes += 1
    return execute(sql, params, many, context)


def _writes(sql: str) -> bool:
    return sql.lstrip()[:7].upper().startswith(_WRITES)


def unless(patched: Callable[[], bool]) -> None:
    """How to ask whether the running test replaced code: then nothing is taken from before."""
    _where.patched = patched


def replayed(make: F) -> F:
    """Write again what the function wrote the first time, from the same state of the database."""
    if not _ON:
        return make

    @functools.wraps(make)
    def call(*args: Any, **more: Any) -> Any:
        if not _known():
            return make(*args, **more)
        try:
            key = (f"{make.__module__}.{make.__qualname__}", _where.state, repr(_named((args, more))), _surroundings())
        except _Unnamed:
            return make(*args, **more)
        known = _made.get(key)
        if known is not None and known.media in ("", str(settings.MEDIA_ROOT)):
            return _again(known)
        return _first(key, lambda: make(*args, **more))

    return call  # type: ignore[return-value]


def _stands(state: str) -> None:
    _where.raw, _where.writes, _where.state = connection.connection, 0, state


def _known() -> bool:
    raw = _where.raw
    return raw is not None and raw is connection.connection and not _where.writes and not gestures.running() and not _where.patched()


def _named(value: Any) -> Any:
    """The value as something that is written the same in each test."""
    if isinstance(value, Model):
        return value._meta.label, value.pk
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return type(value).__qualname__, [_named(getattr(value, field.name)) for field in dataclasses.fields(value)]
    if isinstance(value, dict):
        return [(_named(key), _named(item)) for key, item in value.items()]
    if isinstance(value, list | tuple):
        return [_named(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted(repr(_named(item)) for item in value)
    if callable(value):
        name = f"{value.__module__}.{value.__qualname__}" if hasattr(value, "__qualname__") else ""
        if not name or "<" in name:
            raise _Unnamed
        return name
    text = repr(value)
    if " at 0x" in text:
        raise _Unnamed
    return text


def _surroundings() -> tuple[Any, ...]:
    """What else the result hangs on."""
    instant = clock._travelled.get()
    return (instant.isoformat() if instant else clock.today().isoformat(), translation.get_language(), _settings(), _registered())


def _settings() -> str:
    changed: list[Any] = [settings.PARVIS]
    holder = settings._wrapped
    while isinstance(holder, UserSettingsHolder):
        changed.append({name: value for name, value in vars(holder).items() if name.isupper() and name not in _FOLDERS})
        changed.append(sorted(holder._deleted))
        holder = holder.default_settings
    return repr(changed)


def _registered() -> int:
    return hash(
        tuple(
            (key, getattr(item, "__qualname__", type(item).__qualname__))
            for registry in vars(registries).values()
            if isinstance(registry, Registry)
            for key, item in registry._items.items()
        )
    )


@contextmanager
def _note() -> Iterator[_Noted]:
    noted = _Noted()

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        writes = _writes(sql)
        params = [tuple(row) for row in params] if many and writes else params
        done = execute(sql, params, many, context)
        if writes:
            noted.statements.append((_asked(sql, params), params, many, _first_number(sql)))
        return done

    _noting.append(noted)
    try:
        with connection.execute_wrapper(note):
            yield noted
    finally:
        _noting.pop()


def _asked(sql: str, params: Any) -> str:
    """The statement as the driver takes it."""
    return sql.replace("%s", "?").replace("%%", "%") if connection.vendor == "sqlite" and params is not None else sql


def _first_number(sql: str) -> int:
    """Of the rows that MariaDB just numbered; 0 elsewhere."""
    if connection.vendor != "mysql" or not sql.lstrip()[:6].upper().startswith("INSERT"):
        return 0
    return int(connection.connection.insert_id() or _asked_of(connection.connection, "SELECT LAST_INSERT_ID()", ())[0][0])


def _sequences() -> dict[str, Any]:
    """Where each sequence of PostgreSQL stands; nothing elsewhere."""
    if connection.vendor != "postgresql":
        return {}
    return dict(_asked_of(connection.connection, "SELECT schemaname || '.' || sequencename, last_value FROM pg_sequences", ()))


def _asked_of(raw: Any, sql: str, params: Any) -> Any:
    with raw.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def _first(key: Any, make: Callable[[], Any]) -> Any:
    waiting, began = len(connection.run_on_commit), _sequences()
    before = [len(kept()) for kept in _watched]
    with _note() as noted:
        result = make()
    if noted.undone:
        _where.raw = None
        return result
    files = [call for _, call, _ in connection.run_on_commit[waiting:]]
    told = pickle.dumps([kept()[number:] for kept, number in zip(_watched, before, strict=True)])
    state = f"{next(_states)}: {key[0]}"
    try:
        copy = pickle.dumps(result)
    except (pickle.PicklingError, AttributeError, TypeError):
        _where.raw = None
        return result
    began |= noted.began
    numbers = {name: began.get(name) for name, stands in _sequences().items() if name in noted.began or stands != began.get(name)}
    _made[key] = Made(noted.statements, copy, state, files, str(settings.MEDIA_ROOT) if files else "", told, numbers)
    _stands(state)
    return result


def _again(made: Made) -> Any:
    for noted in _noting:  # the callers that are made for the first time
        noted.statements += made.statements
        noted.began = made.numbers | noted.began
    _write(made)
    for write in made.files:
        write()
        connection.on_commit(write)
    for kept, told in zip(_watched, pickle.loads(made.told), strict=True):
        kept().extend(told)
    _stands(made.state)
    return pickle.loads(made.result)


def _write(made: Made) -> None:
    raw = connection.connection
    cursor = raw.cursor()
    if made.numbers:
        cursor.execute(
            "SELECT " + ", ".join(f"setval('{name}', {stood or 1}, {'true' if stood else 'false'})" for name, stood in made.numbers.items())
        )
    for sql, params, many, number in made.statements:
        if number:
            cursor.execute(f"SET INSERT_ID = {number}")
        if many:
            cursor.executemany(sql, params)
        else:
            cursor.execute(sql, params if params is not None or connection.vendor != "sqlite" else ())
        if connection.vendor == "sqlite":
            cursor.fetchall()  # the numbers that an INSERT returns: only then is it finished
    cursor.close()
