"""One file holds an instance; it comes back exactly, elsewhere, or nothing is written (D33, A3)."""

from __future__ import annotations

import argparse
import gzip
import io
import json
import sqlite3
import tarfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from parvis.config import backup, cli_backup, instance
from parvis.kernel import clock, mutations, seals
from parvis.kernel.actor import system_actor
from parvis.kernel.gestures import gesture_scope
from parvis.kernel.models import Job, MutationLine, Sequence
from parvis.kernel.subject import SubjectRef
from tests.config.test_instances import Run, run
from tests.support.databases import migrated

__all__ = ["run"]

ACTOR = system_actor("test")


def write_line(number: int) -> None:
    with gesture_scope():
        mutations.record(
            "context:test",
            actor=ACTOR,
            verb="noted",
            subject=SubjectRef("instance", number),
            values={"note": ["", f"Éléonore {number} — naïve “texte”\n"]},
        )


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    """An instance with a file, a journal and a seal, on the database of this run."""
    place = tmp_path / "valmont"
    instance.create(place, "test", name="CPAS de Valmont")
    settings.PARVIS_INSTANCE = place
    settings.PARVIS = {**settings.PARVIS, **instance.parsed((place / "settings.toml").read_text(), "test"), "mail_password": "hush"}
    (place / "media" / "ab").mkdir()
    (place / "media" / "ab" / "abcd").write_bytes(bytes(range(256)) * 10)
    (place / "outbox").mkdir()
    (place / "outbox" / "x.eml").write_text("stays")
    for number in range(1, 4):
        write_line(number)
    seals.seal()
    return place


def members(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as archive:
        return {member.name: archive.extractfile(member).read() for member in archive}  # type: ignore[union-attr]


@pytest.mark.django_db
def test_a_backup_holds_rows_media_seals_and_settings_without_keys(folder: Path, tmp_path: Path) -> None:
    made = backup.write(tmp_path / "b.tar.gz")
    kept = members(tmp_path / "b.tar.gz")
    assert kept["media/ab/abcd"] == bytes(range(256)) * 10
    assert made.tables["kernel.MutationLine"] == MutationLine.objects.count() == 3
    assert len(kept["rows/kernel.MutationLine.jsonl"].splitlines()) == 4
    assert not any(name.startswith("outbox") for name in kept)
    told = instance.parsed(kept["settings.toml"].decode(), "backup")
    assert told["name"] == "CPAS de Valmont" and told["kind"] == "test"
    assert not {"secret_key", "seal_key", "mail_password", "database_url"} & set(told)
    assert (tmp_path / "b.tar.gz").stat().st_mode & 0o077 == 0
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".parvis")] == []


@pytest.mark.django_db
def test_the_keys_are_kept_when_asked(folder: Path, tmp_path: Path) -> None:
    backup.write(tmp_path / "b.tar.gz", secrets=True)
    told = instance.parsed(members(tmp_path / "b.tar.gz")["settings.toml"].decode(), "backup")
    assert told["mail_password"] == "hush" and len(told["seal_key"]) > 40
    assert "database_url" not in told


@pytest.mark.django_db
def test_a_backup_is_never_overwritten(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "b.tar.gz"
    target.write_text("last night's")
    with pytest.raises(backup.BackupError, match="never overwritten"):
        backup.write(target)
    assert target.read_text() == "last night's"


@pytest.mark.django_db
def test_a_seal_made_after_the_rows_is_left_for_the_next_backup(folder: Path, tmp_path: Path) -> None:
    (path,) = (folder / "seals").glob("*.jsonl")
    with path.open("a") as file:
        file.write(json.dumps({"number": 2, "seal": "later"}) + "\n")
    backup.write(tmp_path / "b.tar.gz")
    lines = members(tmp_path / "b.tar.gz")[f"seals/{path.name}"].splitlines()
    assert [json.loads(line)["number"] for line in lines] == [1]


def repack(source: Path, target: Path, change: dict[str, bytes | None]) -> None:
    kept = members(source)
    manifest = kept.pop(backup.MANIFEST)
    kept = {name: data for name, data in {**kept, **change}.items() if data is not None}
    with tarfile.open(target, "w:gz") as archive:
        for name, data in [*kept.items(), (backup.MANIFEST, manifest)]:
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"media/ab/abcd": b"other"}, "was changed or damaged: media/ab/abcd"),
        ({"media/ab/abcd": None}, "was changed or damaged: media/ab/abcd"),
        ({"media/new": b"more"}, "was changed or damaged: media/new"),
        ({"../outside": b"more"}, "does not belong in a backup"),
    ],
)
def test_a_changed_archive_is_refused_whole(folder: Path, tmp_path: Path, change: dict[str, bytes | None], told: str) -> None:
    backup.write(tmp_path / "b.tar.gz")
    repack(tmp_path / "b.tar.gz", tmp_path / "c.tar.gz", change)
    with pytest.raises(backup.BackupError, match=told):
        backup.verify(tmp_path / "c.tar.gz")


@pytest.mark.django_db
def test_a_cut_off_archive_is_refused(folder: Path, tmp_path: Path) -> None:
    backup.write(tmp_path / "b.tar.gz")
    data = (tmp_path / "b.tar.gz").read_bytes()
    (tmp_path / "c.tar.gz").write_bytes(data[: len(data) // 2])
    (tmp_path / "d.tar.gz").write_bytes(gzip.compress(b"not a tar"))
    for name in ("c.tar.gz", "d.tar.gz"):
        with pytest.raises(backup.BackupError, match="Take another copy"):
            backup.verify(tmp_path / name)


@pytest.mark.django_db
def test_a_restore_touches_neither_a_folder_nor_a_database_that_holds_something(folder: Path, tmp_path: Path) -> None:
    backup.write(tmp_path / "b.tar.gz")
    before = sorted(p.name for p in folder.rglob("*"))
    with pytest.raises(backup.BackupError, match="not empty: a restore never overwrites"):
        backup.unpack(tmp_path / "b.tar.gz", folder)
    assert sorted(p.name for p in folder.rglob("*")) == before
    with pytest.raises(backup.BackupError, match="the database is not empty"):
        backup.require_empty_database()
    assert MutationLine.objects.count() == 3


@pytest.mark.db
@pytest.mark.django_db(transaction=True)
def test_rows_come_back_exactly_on_this_engine(folder: Path, tmp_path: Path, django_db_blocker: Any) -> None:
    """Dates to the microsecond, JSON, accents, keys: written out, emptied, loaded, written out again; the same bytes."""
    Sequence.objects.create(series="request", year=2026, last=412)
    Job.objects.create(
        kind="test.job",
        subject_type="instance",
        subject_id=0,
        version="1",
        payload={"ä": [1, None, "€"]},
        queued_at=datetime(2026, 3, 9, 8, 7, 6, 123456, tzinfo=UTC),
        next_at=clock.now(),
    )
    made = backup.write(tmp_path / "b.tar.gz")
    from django.core.management import call_command

    call_command("flush", interactive=False, verbosity=0)
    backup.require_empty_database()
    backup.load(tmp_path / "b.tar.gz", backup.verify(tmp_path / "b.tar.gz"))
    assert Job.objects.get().payload == {"ä": [1, None, "€"]}
    assert Job.objects.get().queued_at == datetime(2026, 3, 9, 8, 7, 6, 123456, tzinfo=UTC)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        MutationLine.objects.update(verb="rewritten")  # the guards are back
    again = backup.write(tmp_path / "c.tar.gz")
    assert again.tables == made.tables
    rows = {name: data for name, data in members(tmp_path / "b.tar.gz").items() if name.startswith("rows/")}
    assert {name: data for name, data in members(tmp_path / "c.tar.gz").items() if name.startswith("rows/")} == rows
    assert seals.verify().ok
    write_line(4)  # the next key is free: sequences were set after the last row
    assert MutationLine.objects.count() == 4


@pytest.mark.django_db(transaction=True)
def test_a_table_that_lacks_a_row_stops_the_load_and_leaves_nothing(folder: Path, tmp_path: Path) -> None:
    backup.write(tmp_path / "b.tar.gz")
    manifest = backup.verify(tmp_path / "b.tar.gz")
    manifest.tables["kernel.MutationLine"] = 4
    from django.core.management import call_command

    call_command("flush", interactive=False, verbosity=0)
    with pytest.raises(backup.BackupError, match="3 rows were loaded, the backup counts 4"):
        backup.load(tmp_path / "b.tar.gz", manifest)
    assert not connection.in_atomic_block
    with transaction.atomic():
        assert MutationLine.objects.count() == 0


@pytest.mark.django_db
def test_a_restore_that_breaks_while_unpacking_leaves_nothing_and_clears_nothing_of_others(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full after the settings were written: what is there is taken away, unless it was there before."""
    new, file = tmp_path / "new", tmp_path / "b.tar.gz"
    backup.write(file)
    monkeypatch.setenv("PARVIS_INSTANCE", str(new))
    read = tarfile.TarFile.extractfile

    def full(archive: tarfile.TarFile, member: Any) -> Any:
        if new.exists() and any(new.iterdir()):
            raise OSError("No space left on device")
        return read(archive, member)

    monkeypatch.setattr(tarfile.TarFile, "extractfile", full)
    options = argparse.Namespace(file=file, settings=None, database_url=None, new_keys=True, as_test=True)
    with pytest.raises(OSError, match="No space left"):
        cli_backup._restore(options)
    assert not new.exists()
    monkeypatch.setattr(tarfile.TarFile, "extractfile", read)
    new.mkdir()
    (new / "mine.txt").write_text("kept")
    with pytest.raises(backup.BackupError, match="never overwrites"):
        cli_backup._restore(options)
    assert (new / "mine.txt").read_text() == "kept"


def test_the_commands_back_up_and_restore_a_whole_instance(tmp_path: Path, run: Run) -> None:
    """As an operator would: another folder, the keys kept apart, the journal verified, a second restore refused, a trial logged."""
    old, new, file = tmp_path / "old", tmp_path / "new", tmp_path / "night.tar.gz"
    run("init", folder=old)
    if not migrated(old / "parvis.sqlite3"):  # the restores below run them all
        run("migrate", "--verbosity=0", folder=old)
    assert run("create_administrator", "admin@valmont.example", "David Kaiser", folder=old).returncode == 0
    done = run("backup", str(file), folder=old)
    assert done.returncode == 0, done.stderr
    done = run("restore", str(file), folder=new)
    assert done.returncode == 2 and "--settings FILE" in done.stderr and not new.exists()
    done = run("restore", str(file), "--settings", str(old / "settings.toml"), "--as-test", folder=new)
    assert done.returncode == 0, done.stderr
    assert "journal intact" in done.stdout
    with closing(sqlite3.connect(new / "parvis.sqlite3")) as restored:  # it knows what it holds before the first page asks
        assert restored.execute("SELECT COUNT(*) FROM sqlite_stat1 WHERE tbl = 'kernel_mutationline'").fetchone()[0] > 0
    lines = run("audit", "verify", "--json", folder=old).stdout
    assert json.loads(run("audit", "verify", "--json", folder=new).stdout) == json.loads(lines)
    assert json.loads(lines)["lines"] > 0
    done = run("restore", str(file), "--settings", str(old / "settings.toml"), folder=new)
    assert done.returncode == 2 and "never overwrites" in done.stderr
    assert 'kind = "test"' in (new / "settings.toml").read_text()
    done = run("decisions", "verify", "--all", folder=new)
    assert (done.returncode, done.stdout) == (0, "0 decision packs: intact\n")
    done = run("restore", str(file), "--try", folder=old)
    assert done.returncode == 0, done.stderr
    (line,) = (old / "log" / "restores.jsonl").read_text().splitlines()
    assert json.loads(line)["ok"] is True and json.loads(line)["file"] == "night.tar.gz"
