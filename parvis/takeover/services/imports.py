"""The steps of an import that a person asks for; the work itself is done by jobs."""

from __future__ import annotations

import hashlib
import os
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from parvis.identity.api import Unit
from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.gestures import gesture
from parvis.kernel.jobs import enqueue, failed_about, waiting

from ..enums import Choice, FileKind, ImportState, Outcome
from ..errors import NotReady, UnreadableTable
from ..models import Import, Line, Profile
from ..reading import MAX_BYTES, own, read_table
from ..reading.money import ALL, month
from ..reading.values import BadValue
from ._common import record, ref, require_administrator, tally


def upload(*, actor: Actor, source: str, name: str, data: bytes, sheet: str = "", kind: str = FileKind.PERSONS) -> Import:
    """Keep a file of a source, and recognise its columns as they were confirmed for that source before.

    Raises:
        UnreadableTable: it is no table, or an empty one.
    """
    require_administrator(actor)
    source = " ".join(source.split())[:60]
    if not source:
        raise UnreadableTable(_("Name the system from which the file comes."), field="source", code="source")
    if len(data) > MAX_BYTES:
        raise UnreadableTable(_("This file is larger than 50 MB. Cut it into several files."), field="file", code="size")
    table = read_table(data, name, sheet=sheet)
    profile = Profile.objects.filter(source=source, kind=kind).first()
    row = Import(
        source=source,
        kind=FileKind(kind),
        file_name=name.replace("\\", "/").rsplit("/", 1)[-1][:191] or "file",
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        table=_as_json(table),
        mapping=own.recognised(kind, table.header, profile.mapping if profile else None),
        options=profile.options if profile else {},
        language=actor.language,
        author_id=actor.account_id,
        author_label=actor.label[:191],
        uploaded_at=clock.now(),
    )
    # The bytes first, under a name that nothing points to yet: a file without its row is harmless, a row without its file is lost.
    row.path.parent.mkdir(parents=True, exist_ok=True)
    part = row.path.with_suffix(".part")
    part.write_bytes(data)
    os.replace(part, row.path)
    return _keep(actor=actor, row=row)


@gesture
def _keep(*, actor: Actor, row: Import) -> Import:
    row.save(force_insert=True)
    record(actor, "takeover.upload", row, {"source": row.source, "file": row.file_name, "sha256": row.sha256})
    return row


def _as_json(table: Any) -> dict[str, Any]:
    return {
        "kind": table.kind,
        "header": list(table.header),
        "sample": [list(row.cells) for row in table.sample],
        "sheets": list(table.sheets),
        "sheet": table.sheet,
        "encoding": table.encoding,
        "separator": table.separator,
    }


@gesture
def confirm_columns(*, actor: Actor, imported: Import, mapping: dict[str, str], options: dict[str, Any], sheet: str = "") -> Import:
    """Say what each column is, remember it for the source, and start the dry run.

    Raises:
        NotReady: the import is past this stage.
        UnreadableTable: a column is missing, or named twice.
    """
    require_administrator(actor)
    if imported.state not in (ImportState.UPLOADED, ImportState.CHECKED):
        raise NotReady(_("This import is past its dry run: upload the file again."), code="state")
    if sheet and sheet != imported.table["sheet"] and sheet in imported.table["sheets"]:
        table = read_table(imported.path.read_bytes(), imported.file_name, sheet=sheet)
        imported.table = _as_json(table)
        imported.mapping = own.recognised(imported.kind, table.header)
        imported.state = ImportState.UPLOADED
        imported.save(update_fields=["table", "mapping", "state"])
        return imported
    known = own.by_key(imported.kind)
    given = {column: target for column, target in mapping.items() if column in imported.table["header"] and target in known}
    targets = list(given.values())
    twice = sorted({str(known[target].label) for target in targets if targets.count(target) > 1})
    if twice:
        raise UnreadableTable(_("Two columns give the same value: %(names)s.") % {"names": ", ".join(twice)}, code="twice")
    if imported.kind == FileKind.PERSONS and "family_name" not in targets:
        raise UnreadableTable(_("Say which column holds the family name."), code="family_name")
    if imported.kind != FileKind.ENTRIES and not {"key", "national_number"} & set(targets):
        raise UnreadableTable(
            _(
                "Say which column holds the number of the person in the old system, or the national number: without it a second run would make everyone twice."
            ),
            code="key",
        )
    if imported.kind == FileKind.ENTRIES:
        kept = _entries_options(targets, options)
    else:
        kept = _persons_options(targets, options) if imported.kind == FileKind.PERSONS else _money_options(imported.kind, targets, options)
    kept["keep"] = bool(options.get("keep"))
    return _start_check(actor=actor, imported=imported, given=given, kept=kept)


def _money_options(kind: str, targets: list[str], options: dict[str, Any]) -> dict[str, Any]:
    """Raises UnreadableTable: a column is missing without which nothing can be compared."""
    needed = ("aid", "amount", "right_from") if kind == FileKind.RIGHTS else ("aid",)
    missing = [str(ALL[target].label) for target in needed if target not in targets]
    if kind == FileKind.PAYMENTS and not {"paid", "gross"} & set(targets):
        missing.append(str(ALL["paid"].label))
    if missing:
        raise UnreadableTable(_("Say which column holds: %(names)s.") % {"names": ", ".join(missing)}, code="missing")
    if kind != FileKind.PAYMENTS:
        return {}
    text = str(options.get("month") or "").strip()
    if not text and "month" not in targets:
        raise UnreadableTable(_("Say which month the file is about."), field="month", code="month")
    try:
        return {"month": month(text).isoformat() if text else ""}
    except BadValue as error:
        raise UnreadableTable(f"{error.problem}. {error.advice}", field="month", code="month") from None


def _entries_options(targets: list[str], options: dict[str, Any]) -> dict[str, Any]:
    """Raises UnreadableTable: no section, two of them, or nothing that says whose the entries are."""
    found = {one.section: one for key, one in own.entry_fields().items() if key in targets}
    if not found:
        raise UnreadableTable(_("Say which columns hold the fields of a section that repeats."), code="section")
    if len(found) > 1:
        names = ", ".join(sorted(one.label.split(" · ")[0] for one in found.values()))
        raise UnreadableTable(_("A file holds the entries of one section: %(names)s.") % {"names": names}, code="section")
    ((section, one),) = found.items()
    if one.of_person and not {"key", "national_number"} & set(targets):
        raise UnreadableTable(_("Say which column holds the number of the person: the entries belong to persons."), code="key")
    if not one.of_person and "dossier_key" not in targets:
        raise UnreadableTable(_("Say which column holds the number of the dossier: the entries belong to dossiers."), code="dossier_key")
    if one.dated and "entry_from" not in targets:
        raise UnreadableTable(_("Say which column holds the first day: the answers of this section have their days."), code="entry_from")
    return {"section": section, "replace": bool(options.get("replace"))}


def _persons_options(targets: list[str], options: dict[str, Any]) -> dict[str, Any]:
    """Raises UnreadableTable: dossiers need a service."""
    unit = str(options.get("unit", ""))
    if "dossier_key" in targets and "dossier_unit" not in targets and not unit:
        raise UnreadableTable(_("Choose the service in which the dossiers are opened."), field="unit", code="unit")
    if unit and not Unit.objects.filter(code=unit, is_active=True).exists():
        raise UnreadableTable(_("This service does not exist."), field="unit", code="unit")
    return {"unit": unit, "replace": bool(options.get("replace"))}


def _start_check(*, actor: Actor, imported: Import, given: dict[str, str], kept: dict[str, Any]) -> Import:
    """Remember the columns, and queue the dry run."""
    Profile.objects.update_or_create(
        source=imported.source,
        kind=imported.kind,
        defaults={
            "mapping": {column: given.get(column, "") for column in imported.table["header"]},
            "options": kept,
            "updated_at": clock.now(),
        },
    )
    changed = Import.unscoped.filter(pk=imported.pk, state=imported.state, round=imported.round).update(
        mapping=given, options=kept, state=ImportState.CHECKING, round=F("round") + 1, done=0, total=0, counts={}, problem=""
    )
    if not changed:
        raise NotReady(_("Somebody else is working on this import."), code="state")
    imported.refresh_from_db()
    record(actor, "takeover.confirm", imported, {"columns": given, **kept})
    enqueue("takeover.check", ref(imported), version=str(imported.round))
    return imported


@gesture
def choose(*, actor: Actor, line: Line, choice: str) -> Line:
    """Decide about a person who is perhaps known already.

    Raises:
        NotReady: the import is past its dry run, or nothing has to be decided for this line.
    """
    require_administrator(actor)
    imported = line.imported
    if imported.state != ImportState.CHECKED or line.outcome != Outcome.DUPLICATE or choice not in Choice.values:
        raise NotReady(_("Nothing can be decided for this line now."), code="state")
    Line.unscoped.filter(pk=line.pk).update(choice=choice)
    line.choice = choice
    record(actor, "takeover.choose", imported, {f"line {line.number}": choice})
    return line


@gesture
def start_apply(*, actor: Actor, imported: Import) -> Import:
    """Take over what the dry run showed.

    Raises:
        NotReady: there was no dry run, or it is applied already.
    """
    require_administrator(actor)
    _move(imported, ImportState.CHECKED, ImportState.APPLYING)
    record(actor, "takeover.apply", imported, {"counts": imported.counts})
    enqueue("takeover.apply", ref(imported), version=str(imported.round))
    return imported


@gesture
def start_undo(*, actor: Actor, imported: Import, reason: str) -> Import:
    """Take a whole import back.

    Raises:
        NotReady: it is not applied, or no reason is given.
    """
    require_administrator(actor)
    if not reason.strip():
        raise NotReady(_("Say why the import is taken back."), field="reason", code="reason")
    Import.unscoped.filter(pk=imported.pk).update(reason=reason.strip()[:191])
    _move(imported, ImportState.APPLIED, ImportState.UNDOING)
    record(actor, "takeover.undo", imported, note=reason.strip())
    enqueue("takeover.undo", ref(imported), version=str(imported.round))
    return imported


@gesture
def discard(*, actor: Actor, imported: Import) -> None:
    """Throw away a file that was not taken over; one whose dry run was given up, too.

    Raises:
        NotReady: something of it is in the register, or its dry run is under way.
    """
    require_administrator(actor)
    if imported.state == ImportState.CHECKING and not given_up(imported):
        raise NotReady(_("The dry run is under way: wait for its end."), code="state")
    if imported.state not in (ImportState.UPLOADED, ImportState.CHECKING, ImportState.CHECKED):
        raise NotReady(_("This import is in the register: take it back instead."), code="state")
    record(actor, "takeover.discard", imported, {"file": imported.file_name})
    path = imported.path
    Line.unscoped.filter(imported=imported).delete()
    Import.unscoped.filter(pk=imported.pk).delete()
    # Only when it is settled: a transaction taken back still needs its file.
    transaction.on_commit(lambda: path.unlink(missing_ok=True))


def given_up(imported: Import) -> bool:
    """The job of this stage failed for good: nothing moves the import any more."""
    return failed_about(ref(imported)) and not waiting(ref(imported))


@gesture
def note_report(*, actor: Actor, imported: Import) -> None:
    """Somebody took the report, with its names, out of the product."""
    require_administrator(actor)
    record(actor, "takeover.report", imported, {"source": imported.source, "lines": imported.total})


def _move(imported: Import, before: str, after: str) -> None:
    if not Import.unscoped.filter(pk=imported.pk, state=before).update(state=after, done=0, problem=""):
        raise NotReady(_("This import is not at this stage any more. Look at it again."), code="state")
    imported.refresh_from_db()


def finish(imported: Import, *, state: str, **more: Any) -> None:
    """End of a job: the new state, and how many lines of each kind. Taken over, the first lines are no longer shown, and go."""
    if state == ImportState.APPLIED:
        more["table"] = {**imported.table, "sample": []}
    Import.unscoped.filter(pk=imported.pk).update(state=state, counts=tally(imported), **more)
