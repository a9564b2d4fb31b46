"""``parvis backup`` and ``parvis restore``."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from parvis.config import instance
from parvis.config.backup import BackupError

__all__ = ["BackupError", "backup", "restore"]

KEYS = ("secret_key", "seal_key")


def backup(arguments: list[str]) -> int:
    """Write the whole instance into one file: rows, media, seals, settings (without keys and passwords). Safe while it is served."""
    parser = argparse.ArgumentParser(prog="parvis backup", description=backup.__doc__)
    parser.add_argument("file", type=Path, help="file to write, .tar.gz; refused when it exists")
    parser.add_argument("--with-secrets", action="store_true", help="keep secret_key, seal_key and mail_password in the file too")
    options = parser.parse_args(arguments)
    _require_instance()
    if not options.file.parent.is_dir():
        raise BackupError(f"{options.file.parent} is not a folder: make it first")
    import django

    django.setup()
    from parvis.config import backup as archive

    started = time.monotonic()
    made = archive.write(options.file, secrets=options.with_secrets)
    size = options.file.stat().st_size / 1_000_000
    print(
        f"{options.file}: {made.rows} rows in {len(made.tables)} tables, {made.media} media files, {size:.1f} MB, {time.monotonic() - started:.1f} s"
    )
    if not options.with_secrets:
        print("Without keys: keep a copy of settings.toml where the backups are not. A restore asks for it.")
    return 0


def restore(arguments: list[str]) -> int:
    """Make an instance from a backup, in the folder that PARVIS_INSTANCE names, which must not be there yet; then verify it."""
    parser = argparse.ArgumentParser(prog="parvis restore", description=restore.__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--settings", type=Path, help="the settings.toml kept elsewhere: its keys and its database_url are taken")
    parser.add_argument("--database-url", default=None, help="an empty database; without it, the one of --settings, else the embedded one")
    parser.add_argument("--new-keys", action="store_true", help="make new keys: sessions, authenticators, codes and old seals lose theirs")
    parser.add_argument("--as-test", action="store_true", help="the copy is a test instance: marked on every page, its e-mail never leaves")
    parser.add_argument("--try", dest="trial", action="store_true", help="only try: restore into a folder that is thrown away, and log it")
    options = parser.parse_args(arguments)
    return _try(options.file) if options.trial else _restore(options)


def _require_instance() -> dict[str, Any]:
    folder = instance.folder()
    if not (folder / "settings.toml").exists():
        raise BackupError(f"there is no instance in {folder}: name it in PARVIS_INSTANCE")
    return instance.load(folder)


def _restore(options: argparse.Namespace) -> int:
    from parvis.config import backup as archive

    started = time.monotonic()
    manifest = archive.verify(options.file)
    print(
        f"{options.file}: whole. {manifest.kind} instance “{manifest.name}”, {manifest.made_at}, {manifest.rows} rows, {manifest.media} media files."
    )
    given: dict[str, Any] = {}
    if options.settings:
        kept = instance.parsed(options.settings.read_text(encoding="utf-8"), str(options.settings))
        given = {key: value for key, value in kept.items() if instance.BY_KEY[key].secret}
    given |= {key: os.environ[f"PARVIS_{key.upper()}"] for key in KEYS if os.environ.get(f"PARVIS_{key.upper()}")}
    if options.as_test:
        given["kind"] = "test"
        if options.database_url is None:
            given.pop("database_url", None)  # never beside the original by oversight
    if options.database_url is not None:
        given["database_url"] = options.database_url
    if not (manifest.secrets or options.new_keys or all(given.get(key) for key in KEYS)):
        raise BackupError(
            "the backup holds no keys. Give the settings.toml that was kept elsewhere (--settings FILE), or PARVIS_SECRET_KEY and "
            "PARVIS_SEAL_KEY, or accept new ones (--new-keys)."
        )
    folder = instance.folder()
    was_there = folder.exists()
    archive.require_new(folder)  # before anything that a failure would clear away
    try:
        archive.unpack(options.file, folder, **given)
        report = _load(options.file, manifest)
    except BaseException:
        if folder.exists():
            for left in [*folder.iterdir()] if was_there else [folder]:
                shutil.rmtree(left) if left.is_dir() else left.unlink()
        raise
    for problem in report.problems:
        print(f"BROKEN  {problem}")
    state = "intact" if report.ok else "NOT intact"
    print(f"Restored into {folder} in {time.monotonic() - started:.1f} s; journal {state}: {report.lines} lines, {report.seals} seals.")
    return 0 if report.ok else 1


def _load(source: Path, manifest: Any) -> Any:
    import django
    from django.core.management import call_command
    from django.db import connection

    django.setup()
    from parvis.config import backup as archive
    from parvis.kernel import planner, seals

    archive.require_empty_database()
    call_command("migrate", verbosity=0)
    archive.require_same_migrations(manifest)
    archive.load(source, manifest)
    planner.count_rows(connection)
    return seals.verify()


def _try(source: Path) -> int:
    """In a process and a folder of its own; the outcome is one line in ``log/restores.jsonl`` of this instance."""
    values = _require_instance()
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="parvis-restore-") as place:
        environment = {**os.environ, "PARVIS_INSTANCE": str(Path(place, "instance"))}
        environment.pop("PARVIS_DATABASE_URL", None)
        environment |= {f"PARVIS_{key.upper()}": values[key] for key in KEYS}
        done = subprocess.run(
            [sys.executable, "-m", "parvis", "restore", str(source)], env=environment, capture_output=True, text=True, check=False
        )
    from parvis.config.logs import stamp

    line = {"at": stamp(), "file": source.name, "ok": done.returncode == 0, "seconds": round(time.monotonic() - started, 1)}
    log = instance.folder() / "log" / "restores.jsonl"
    log.parent.mkdir(exist_ok=True)
    with log.open("a", encoding="utf-8") as out:
        out.write(json.dumps(line) + "\n")
    print(done.stdout + done.stderr, end="")
    print(f"The trial {'succeeded' if line['ok'] else 'FAILED'}; noted in {log}.")
    return done.returncode
