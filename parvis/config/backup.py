"""One file that holds an instance: the rows of its database, free of the engine, its media, its seals, its settings.

A gzipped tar. ``manifest.json``, its last member, names every other member with its size and SHA-256, and every table with its
rows. Rows are written by ``rows/<app>.<model>.jsonl``: a line of column names, then one JSON array a row, ordered by primary key.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path, PurePosixPath
from typing import IO, Any
from uuid import UUID

from parvis import __version__
from parvis.config import instance

FORMAT = "parvis.backup/1"
MANIFEST = "manifest.json"
CHUNK = 2000
FOLDERS = ("media", "seals", "theme", "eid-roots")
# Sessions are not taken along: whoever is signed in on the old machine is not so on the new one.
LEFT_OUT = {"identity.WebSession", "sessions.Session"}


class BackupError(Exception):
    """The archive cannot be written, read or loaded. The message says what to do."""


@dataclass
class Manifest:
    version: str
    kind: str
    name: str
    engine: str
    made_at: str
    secrets: bool
    migrations: list[list[str]]
    tables: dict[str, int] = field(default_factory=dict)
    files: dict[str, list[Any]] = field(default_factory=dict)
    format: str = FORMAT

    def dumps(self) -> bytes:
        return (json.dumps(vars(self), ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()

    @property
    def rows(self) -> int:
        return sum(self.tables.values())

    @property
    def media(self) -> int:
        return sum(name.startswith("media/") for name in self.files)


# Rows -----------------------------------------------------------------------------------------------------------------------


def tables() -> list[Any]:
    """Every table of the product whose rows are kept, parents before children as far as one can say."""
    from django.apps import apps

    own = [model for model in apps.get_models(include_auto_created=True) if model.__module__.startswith("parvis.")]
    return [model for model in own if model._meta.managed and not model._meta.proxy and model._meta.label not in LEFT_OUT]


def _columns(model: Any) -> list[Any]:
    return [column for column in model._meta.concrete_fields if not getattr(column, "generated", False)]


def _plain(column: Any, value: Any) -> Any:
    """A value as JSON. ``_value`` is its inverse."""
    from django.db.models import JSONField

    if isinstance(column, JSONField):
        return None if value is None else json.dumps(value, cls=column.encoder, ensure_ascii=False)
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, bytes | memoryview | bytearray):
        return base64.b64encode(bytes(value)).decode()
    raise BackupError(f"{column}: a value of type {type(value).__name__} cannot be kept")


def _value(column: Any, plain: Any) -> Any:
    from django.db.models import BinaryField, JSONField

    if plain is None:
        return None
    if isinstance(column, JSONField):
        return json.loads(plain, cls=column.decoder)
    if isinstance(column, BinaryField):
        return base64.b64decode(plain)
    return column.to_python(plain)


def _lines(model: Any) -> Iterator[str]:
    from django.db.models import QuerySet

    columns = _columns(model)
    names = [column.attname for column in columns]
    at = names.index(model._meta.pk.attname)
    yield json.dumps([column.column for column in columns])
    last: Any = None
    while True:
        # A bare query set: a backup holds every row, whoever may see it.
        rows: Any = QuerySet(model).order_by("pk")
        page = list((rows if last is None else rows.filter(pk__gt=last)).values_list(*names)[:CHUNK])
        for row in page:
            yield json.dumps([_plain(column, value) for column, value in zip(columns, row, strict=True)], ensure_ascii=False)
        if len(page) < CHUNK:
            return
        last = page[-1][at]


@contextmanager
def _snapshot() -> Iterator[None]:
    """All tables as they are at one moment, without keeping anybody from writing."""
    from django.db import connection

    connection.ensure_connection()
    if connection.in_atomic_block:  # a test's transaction
        yield
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        elif connection.vendor == "mysql":
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT")
        else:
            cursor.execute("BEGIN DEFERRED")  # not IMMEDIATE: that would hold the writers up
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def _migrations() -> list[list[str]]:
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    return sorted([app, name] for app, name in MigrationRecorder(connection).applied_migrations())


# Writing --------------------------------------------------------------------------------------------------------------------


class _Measured(io.RawIOBase):
    """Reads a file and keeps its digest and size, so that each file is read once."""

    def __init__(self, source: IO[bytes], size: int) -> None:
        self.source, self.left, self.size, self.digest = source, size, 0, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self.source.read(self.left if size < 0 else min(size, self.left))
        self.left -= len(data)
        self.size += len(data)
        self.digest.update(data)
        return data


def _add(archive: tarfile.TarFile, manifest: Manifest, name: str, source: IO[bytes], size: int) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    measured = _Measured(source, size)
    archive.addfile(member, measured)
    manifest.files[name] = [measured.size, measured.digest.hexdigest()]


def _known_seals(path: Path, last: int) -> bytes:
    """The seals up to the one that the rows know: a later one would say that rows are missing."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return "".join(f"{line}\n" for line in lines if json.loads(line)["number"] <= last).encode()


def _settings(values: dict[str, Any], secrets: bool) -> bytes:
    kept = {key: value for key, value in values.items() if key != "database_url" and (secrets or not instance.BY_KEY[key].secret)}
    return instance.written(kept).encode()


def write(target: Path, *, secrets: bool = False) -> Manifest:
    """Write the whole instance into one file. Safe while it is served.

    Raises:
        BackupError: the file exists already.
    """
    from django.conf import settings
    from django.db import connection

    from parvis.kernel import clock
    from parvis.kernel.models import MasterSeal

    if target.exists():
        raise BackupError(f"{target} exists already: a backup is never overwritten. Choose another name.")
    folder = Path(settings.PARVIS_INSTANCE)
    values = dict(settings.PARVIS)
    with _snapshot(), tempfile.TemporaryDirectory(dir=target.parent, prefix=".parvis-backup-") as work:
        manifest = Manifest(__version__, values["kind"], values["name"], connection.vendor, clock.now().isoformat(), secrets, _migrations())
        part = Path(work, "archive")
        part.touch(mode=0o600)
        with tarfile.open(part, "w:gz", compresslevel=3) as archive:
            data = _settings(values, secrets)
            _add(archive, manifest, "settings.toml", io.BytesIO(data), len(data))
            for model in tables():
                written = Path(work, "rows")
                count = -1
                with written.open("w", encoding="utf-8") as out:
                    for line in _lines(model):
                        out.write(line + "\n")
                        count += 1
                with written.open("rb") as source:
                    _add(archive, manifest, f"rows/{model._meta.label}.jsonl", source, written.stat().st_size)
                manifest.tables[model._meta.label] = count
            last = MasterSeal.objects.order_by("-number").values_list("number", flat=True).first() or 0
            # After the rows: a file is written before the row that names it, so every file that the rows know is there.
            for name in FOLDERS:
                for path in sorted(p for p in (folder / name).rglob("*") if p.is_file() and not p.name.startswith(".gone-")):
                    member = path.relative_to(folder).as_posix()
                    if name == "seals" and path.suffix == ".jsonl":
                        data = _known_seals(path, last)
                        if data:
                            _add(archive, manifest, member, io.BytesIO(data), len(data))
                        continue
                    with path.open("rb") as source:
                        _add(archive, manifest, member, source, path.stat().st_size)
            text = manifest.dumps()
            last_member = tarfile.TarInfo(MANIFEST)
            last_member.size, last_member.mode = len(text), 0o600
            archive.addfile(last_member, io.BytesIO(text))
        try:
            target.hardlink_to(part)  # not rename: that would replace a file made meanwhile
        except FileExistsError:
            raise BackupError(f"{target} exists already: a backup is never overwritten. Choose another name.") from None
        except OSError:  # a disk without hard links
            part.rename(target)
    return manifest


# Reading --------------------------------------------------------------------------------------------------------------------


def verify(source: Path) -> Manifest:
    """Read the whole archive and compare every byte with its manifest. Writes nothing.

    Raises:
        BackupError: not an archive of this kind, or a member is missing, added or changed.
    """
    seen: dict[str, list[Any]] = {}
    manifest: Manifest | None = None
    try:
        with tarfile.open(source, "r:gz") as archive:
            for member in archive:
                file = archive.extractfile(member)
                path = PurePosixPath(member.name)
                if file is None or path.is_absolute() or ".." in path.parts or member.name in seen or manifest is not None:
                    raise BackupError(f"{source}: {member.name!r} does not belong in a backup")
                if member.name == MANIFEST:
                    told = json.loads(file.read())
                    if told.get("format") != FORMAT:
                        raise BackupError(f"{source}: format {told.get('format')!r} is not known; {FORMAT} is")
                    manifest = Manifest(**told)
                    continue
                digest = hashlib.sha256()
                while data := file.read(1 << 20):
                    digest.update(data)
                seen[member.name] = [member.size, digest.hexdigest()]
    except (tarfile.TarError, OSError, EOFError, ValueError, TypeError) as error:
        raise BackupError(f"{source} cannot be read as a backup: {error}. Take another copy.") from None
    if manifest is None:
        raise BackupError(f"{source} is not complete: its list of contents is missing. Take another copy.")
    wrong = sorted(name for name in seen.keys() | manifest.files.keys() if seen.get(name) != manifest.files.get(name))
    if wrong:
        raise BackupError(f"{source} was changed or damaged: {', '.join(wrong[:5])}. Nothing was restored; take another copy.")
    return manifest


def require_new(folder: Path) -> None:
    """
    Raises:
        BackupError: the folder is there and not empty.
    """
    if folder.exists() and any(folder.iterdir()):
        raise BackupError(f"{folder} is there and not empty: a restore never overwrites. Name another folder in PARVIS_INSTANCE.")


def unpack(source: Path, folder: Path, **given: Any) -> None:
    """Write settings, media and seals of a verified archive into a folder that is not there yet.

    Raises:
        BackupError: the folder is there and not empty.
    """
    require_new(folder)
    with tarfile.open(source, "r:gz") as archive:
        for member in archive:
            file = archive.extractfile(member)
            if file is None:
                continue
            if member.name == "settings.toml":
                instance.create(folder, **{**instance.parsed(file.read().decode(), str(source)), **given})
            elif member.name.split("/")[0] in FOLDERS:
                path = folder / member.name
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open("wb") as out:
                    while data := file.read(1 << 20):
                        out.write(data)


def require_empty_database() -> None:
    """
    Raises:
        BackupError: the database that the settings name holds rows of the product.
    """
    from django.db import connection

    there = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for model in tables():
            table = model._meta.db_table
            if table in there:
                cursor.execute(f"SELECT 1 FROM {connection.ops.quote_name(table)} LIMIT 1")
                if cursor.fetchone():
                    raise BackupError(
                        "the database is not empty: a restore never overwrites. Make an empty one, or name it in --database-url."
                    )


def require_same_migrations(manifest: Manifest) -> None:
    """
    Raises:
        BackupError: the archive was made by another version of the program.
    """
    here, there = _migrations(), manifest.migrations
    if here != there:
        missing = [f"{app}.{name}" for app, name in there if [app, name] not in here]
        more = [f"{app}.{name}" for app, name in here if [app, name] not in there]
        raise BackupError(
            f"the backup was made with version {manifest.version}, whose tables differ ({', '.join((missing + more)[:4])}): "
            "restore it with that version, then upgrade"
        )


def load(source: Path, manifest: Manifest) -> None:
    """Load the rows into the migrated, empty database, in one transaction: all or nothing.

    Raises:
        BackupError: a table is unknown, or its rows are not those that the manifest counts.
    """
    from django.core.management.color import no_style
    from django.db import DatabaseError, connection, transaction

    known = {model._meta.label: model for model in tables()}
    if set(known) != set(manifest.tables):
        raise BackupError(
            f"the tables differ: {', '.join(sorted(set(known) ^ set(manifest.tables))[:5])}. Use the version that made the backup."
        )
    # MariaDB ends the transaction at each change of a table: there the triggers are lifted around it, elsewhere within it.
    around: AbstractContextManager[None] = _triggers_lifted()
    within: AbstractContextManager[None] = nullcontext()
    if connection.vendor != "mysql":
        around, within = within, around
    try:
        with connection.constraint_checks_disabled(), around, transaction.atomic(), within, tarfile.open(source, "r:gz") as archive:
            for member in archive:
                file = archive.extractfile(member)
                if file is not None and member.name.startswith("rows/"):
                    label = member.name.removeprefix("rows/").removesuffix(".jsonl")
                    _insert(known[label], io.TextIOWrapper(file, encoding="utf-8"))
            with connection.cursor() as cursor:
                for label, model in known.items():
                    cursor.execute(f"SELECT COUNT(*) FROM {connection.ops.quote_name(model._meta.db_table)}")
                    if (count := cursor.fetchone()[0]) != manifest.tables[label]:
                        raise BackupError(f"{label}: {count} rows were loaded, the backup counts {manifest.tables[label]}")
                for statement in connection.ops.sequence_reset_sql(no_style(), list(known.values())):
                    cursor.execute(statement)
            connection.check_constraints()
    except DatabaseError as error:
        raise BackupError(f"the rows cannot be loaded, and none was: {str(error).strip().splitlines()[0]}") from error


@contextmanager
def _triggers_lifted() -> Iterator[None]:
    """Rows that were right when they were written come back in another order than they came in: a voucher before its entries."""
    from django.db import connection

    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table whose checks still wait is not altered
            cursor.execute(
                "SELECT DISTINCT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace "
                "WHERE NOT t.tgisinternal AND n.nspname = current_schema()"
            )
            guarded = [row[0] for row in cursor.fetchall()]
            for table in guarded:
                cursor.execute(f"ALTER TABLE {quote(table)} DISABLE TRIGGER USER")
            yield
            for table in guarded:
                cursor.execute(f"ALTER TABLE {quote(table)} ENABLE TRIGGER USER")
            return
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
        else:
            cursor.execute("SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = DATABASE() ORDER BY action_order")
            triggers = []
            for (name,) in cursor.fetchall():
                cursor.execute(f"SHOW CREATE TRIGGER {quote(name)}")
                triggers.append((name, cursor.fetchone()[2]))
        for name, _ in triggers:
            cursor.execute(f"DROP TRIGGER {quote(name)}")
        try:
            yield
        finally:
            for _, statement in triggers:
                cursor.execute(statement)


def _insert(model: Any, lines: IO[str]) -> None:
    """Raw inserts: no default, no `save`, no time of today; exactly what was there."""
    from django.db import connection

    quote = connection.ops.quote_name
    columns = _columns(model)
    told = json.loads(lines.readline())
    if told != [column.column for column in columns]:
        raise BackupError(f"{model._meta.label}: the columns differ. Use the version that made the backup.")
    statement = f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(map(quote, told))}) VALUES ({', '.join(['%s'] * len(told))})"
    batch: list[list[Any]] = []
    with connection.cursor() as cursor:
        for line in lines:
            values = zip(columns, json.loads(line), strict=True)
            batch.append([column.get_db_prep_save(_value(column, plain), connection) for column, plain in values])
            if len(batch) == CHUNK:
                cursor.executemany(statement, batch)
                batch = []
        if batch:
            cursor.executemany(statement, batch)
