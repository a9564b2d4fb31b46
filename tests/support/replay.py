"""What many tests begin with is made once through the services, then written again from its own statements.

``@replayed`` stands on a function of test data. Its first call in a process runs as it is: the statements that write are noted, with the state of
the database they began from and what the function returned. A later call from the same state (an empty test database, or what other replayed
calls left there), at the same frozen instant, with the same arguments, settings, language and registrations, writes the same rows and returns a
copy. From any other state it simply runs: on another engine, after a write of the test's own, inside a gesture, in a test that replaces code
(``monkeypatch``). Numbers of rows are those the function would have made: a test that is rolled back gives its numbers back (SQLite).

PARVIS_TEST_REPLAY=no turns it off.
"""

from __future__ import annotations

import dataclasses
import functools
import os
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from django.conf import UserSettingsHolder, settings
from django.db import connection
from django.db.models import Model
from django.utils import translation

from parvis.kernel import clock, gestures, registries
from parvis.kernel.registry import Registry

F = TypeVar("F", bound=Callable[..., Any])
Statement = tuple[str, Any, bool]
_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")
_ON = os.environ.get("PARVIS_TEST_REPLAY") != "no"


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


@dataclass
class _Where:
    """What this process knows of its database: after how many changes it was last in a state with a name, and that name."""

    raw: Any = None
    changes: int = -1
    state: str = ""
    patched: Callable[[], bool] = bool


_where = _Where()
_made: dict[Any, Made] = {}
_watched: list[Callable[[], list[Any]]] = []
_noting: list[list[Statement]] = []


def watch(kept: Callable[[], list[Any]]) -> None:
    """A list in memory to which replayed functions add: what they added is added again."""
    _watched.append(kept)


def begins() -> None:
    """A test opened its transaction: nothing of its own is there yet."""
    _where.raw = None
    if connection.vendor != "sqlite" or not connection.in_atomic_block:
        return
    with connection.cursor() as cursor:
        # A world that a file prepared for all its tests may be there, or gone again with the same next numbers.
        cursor.execute(
            "SELECT name, seq FROM sqlite_sequence UNION ALL SELECT 'units', COUNT(*) FROM identity_unit "
            "UNION ALL SELECT 'lines', COUNT(*) FROM kernel_mutationline ORDER BY 1"
        )
        _stands(repr(cursor.fetchall()))
    if _watching not in connection.execute_wrappers:
        connection.execute_wrappers.append(_watching)


def _watching(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    if sql.startswith("ROLLBACK"):  # what was written since is gone, and counts no more
        _where.raw = None
    return execute(sql, params, many, context)


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
    _where.raw, _where.changes, _where.state = connection.connection, connection.connection.total_changes, state


def _known() -> bool:
    raw = _where.raw
    return (
        raw is not None
        and raw is connection.connection
        and raw.total_changes == _where.changes
        and not gestures.running()
        and not _where.patched()
    )


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
        changed.append({name: value for name, value in vars(holder).items() if name.isupper() and name != "MEDIA_ROOT"})
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
def _noted(statements: list[Statement]) -> Iterator[None]:
    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip()[:7].upper().startswith(_WRITES):
            params = [tuple(row) for row in params] if many else params
            statements.append((_asked(sql, params), params, many))
        return execute(sql, params, many, context)

    _noting.append(statements)
    try:
        with connection.execute_wrapper(note):
            yield
    finally:
        _noting.pop()


def _asked(sql: str, params: Any) -> str:
    """The statement as the driver takes it."""
    return sql.replace("%s", "?").replace("%%", "%") if params is not None else sql


def _first(key: Any, make: Callable[[], Any]) -> Any:
    statements: list[Statement] = []
    waiting = len(connection.run_on_commit)
    before = [len(kept()) for kept in _watched]
    with _noted(statements):
        result = make()
    files = [call for _, call, _ in connection.run_on_commit[waiting:]]
    told = [kept()[number:] for kept, number in zip(_watched, before, strict=True)]
    state = f"{len(_made)}: {key[0]}"
    try:
        made = Made(statements, pickle.dumps(result), state, files, str(settings.MEDIA_ROOT) if files else "", pickle.dumps(told))
    except (pickle.PicklingError, AttributeError, TypeError):
        _where.raw = None
        return result
    _made[key] = made
    _stands(state)
    return result


def _again(made: Made) -> Any:
    raw = connection.connection
    for statements in _noting:  # of the callers that are made for the first time
        statements += made.statements
    for sql, params, many in made.statements:
        if many:
            raw.executemany(sql, params)
        else:
            raw.execute(sql, params if params is not None else ()).fetchall()
    for write in made.files:
        write()
        connection.on_commit(write)
    for kept, told in zip(_watched, pickle.loads(made.told), strict=True):
        kept().extend(told)
    _stands(made.state)
    return pickle.loads(made.result)
