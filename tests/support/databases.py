"""The migrated test database, made once: other processes, and later runs with the same migrations, copy it (SQLite).

The migrations run from nothing when no copy fits, on PostgreSQL and MariaDB always, and in the tests of the commands of an operator.
A copy fits that was made by the same migrations, the same helpers they call, and the same versions of Python, Django and SQLite;
``migrate`` runs on it as on any database, so that a table it lacked would be made.
"""

from __future__ import annotations

import ast
import fcntl
import hashlib
import os
import shutil
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build" / "test-database"


def _called(module: Path) -> Iterator[Path]:
    """The files of ours that a module names in its imports."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        names = (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or "", *[f"{node.module}.{alias.name}" for alias in node.names]]
            if isinstance(node, ast.ImportFrom)
            else []
        )
        for name in names:
            if name.startswith("parvis."):
                place = ROOT / name.replace(".", "/")
                yield from (path for path in (place.with_suffix(".py"), place / "__init__.py") if path.exists())


def key() -> str:
    """What the migrated database depends on, in one word."""
    import django

    files = set((ROOT / "parvis").glob("*/migrations/*.py"))
    waiting = list(files)
    while waiting:  # helpers, and what they call in turn
        more = set(_called(waiting.pop())) - files
        files |= more
        waiting += more
    digest = hashlib.sha256(repr((sys.version, django.VERSION, sqlite3.sqlite_version)).encode())
    for path in sorted(files):
        digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def _alone() -> Iterator[None]:
    """One process at a time: the first makes the database while the others wait for it."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def make_once(creation: Any, make: Any) -> str:
    """The test database of this process, by ``make`` (Django's own), on a copy where there is one."""
    kept = FOLDER / f"{key()}.sqlite3"
    if not kept.exists():
        with _alone():
            if not kept.exists():
                name = make()
                _keep(creation, Path(name), kept)
                return name
    creation.ready = kept
    return make()


def _keep(creation: Any, made: Path, kept: Path) -> None:
    creation.connection.close()
    part = kept.with_suffix(f".{os.getpid()}")
    part.unlink(missing_ok=True)
    with closing(sqlite3.connect(made)) as source:
        source.execute("VACUUM INTO ?", (str(part),))
    for old in FOLDER.glob("*.sqlite3"):
        if old.stat().st_mtime < time.time() - 86_400:
            old.unlink(missing_ok=True)
    part.replace(kept)
    creation.connection.ensure_connection()


def use_copies() -> None:
    """Teach Django's creation of test databases on SQLite to begin with the copy."""
    from django.db.backends.sqlite3.creation import DatabaseCreation

    create, begin = DatabaseCreation.create_test_db, DatabaseCreation._create_test_db

    def create_test_db(self: Any, *arguments: Any, **more: Any) -> str:
        return make_once(self, lambda: create(self, *arguments, **more))

    def _create_test_db(self: Any, *arguments: Any, **more: Any) -> str:
        name = begin(self, *arguments, **more)
        ready = self.__dict__.pop("ready", None)
        if ready is not None:
            shutil.copyfile(ready, name)
        return str(name)

    DatabaseCreation.create_test_db, DatabaseCreation._create_test_db = create_test_db, _create_test_db


def migrated(place: Path) -> bool:
    """Put the copy there, where there is one: for an instance of which the migrations are not what is tested."""
    kept = FOLDER / f"{key()}.sqlite3"
    if not kept.exists():
        return False
    shutil.copyfile(kept, place)
    return True
