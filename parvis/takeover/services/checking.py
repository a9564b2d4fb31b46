"""The dry run: every line planned, nothing written but the plan."""

from __future__ import annotations

from collections import Counter

from django.utils import translation
from django.utils.translation import gettext as _

from parvis.kernel.gestures import gesture_scope
from parvis.kernel.jobs import JobRef

from ..enums import FILE, FileKind, ImportState, Outcome
from ..errors import UnreadableTable
from ..models import Import, Line
from ..reading import Row, Table, own
from ._common import BATCH, worker
from .entries import number_entries, plan_entry
from .imports import finish
from .known import keys_of
from .money import OWN_KEY, number_lines, plan_money
from .planning import Plan, key_of, left_out, plan_line, raw


def check_lines(*, ref: JobRef) -> None:
    """Read the file and plan each line; safe to repeat from the start."""
    imported = Import.unscoped.filter(pk=ref.subject.id, state=ImportState.CHECKING, round=int(ref.version)).first()
    if imported is None:
        return
    with translation.override(imported.language):
        with gesture_scope():
            Line.unscoped.filter(imported=imported).delete()
        try:
            with own.loaded(), keys_of(imported.source):
                _check(imported, ref)
        except UnreadableTable as error:
            with gesture_scope():
                finish(imported, state=ImportState.UPLOADED, problem=str(error)[:400])
                ref.complete()
            return
        with gesture_scope():
            finish(imported, state=ImportState.CHECKED)
            ref.complete()


def _check(imported: Import, ref: JobRef) -> None:
    data = imported.path.read_bytes()
    shape = imported.table
    table = Table(shape["kind"], (), (), tuple(shape["sheets"]), shape["sheet"], shape["encoding"], shape["separator"])
    rows = list(table.rows(data))
    actor = worker(imported)
    seen: dict[str, int] = {}
    alike: Counter[str] = Counter()
    for start in range(0, len(rows), BATCH):
        batch = []
        for row in rows[start : start + BATCH]:
            cells = raw(row.cells, shape["header"], imported.mapping)
            if imported.kind == FileKind.PERSONS:
                plan = plan_line(actor=actor, imported=imported, data=cells)
                _once(plan, row, seen)
            elif imported.kind == FileKind.ENTRIES:
                number_entries(alike, cells)
                plan = plan_entry(imported=imported, data=cells)
                _once(plan, row, seen, "entry_key")
                cells |= {key: plan.values[key] for key in (FILE,) if key in plan.values}
            else:
                number_lines(imported.kind, alike, cells)
                plan = plan_money(imported=imported, data=cells)
                _once(plan, row, seen, "right_key" if imported.kind == FileKind.RIGHTS else "payment_key")
            batch.append(
                Line(
                    imported=imported,
                    number=row.number,
                    data={target: text for target, text in cells.items() if text},
                    rest=left_out(row.cells, shape["header"], imported.mapping) if imported.options.get("keep") else {},
                    outcome=plan.outcome,
                    findings=plan.findings,
                    person_id=plan.person_id,
                )
            )
        with gesture_scope():
            Line.unscoped.bulk_create(batch)
            Import.unscoped.filter(pk=imported.pk).update(done=start + len(batch), total=len(rows))
        ref.report(100 * (start + len(batch)) // max(len(rows), 1))


def _once(plan: Plan, row: Row, seen: dict[str, int], field: str = "") -> None:
    """A person stands on one line, as does a right, an entry or a payment (``field``: its number): the second one is an error that names the
    first."""
    if field:
        first = seen.setdefault(str(plan.values.get(OWN_KEY, row.number)), row.number)
        if first != row.number and plan.outcome != Outcome.ERROR:
            plan.wrong(field, _("already on line %(line)s") % {"line": first}, _("Give each line a number of its own."))
        return
    keys = {key_of(plan.values): "key"}
    if plan.values.get("national_number"):
        keys[f"niss:{plan.values['national_number']}"] = "national_number"
    for key, target in keys.items():
        if not key:
            continue
        first = seen.setdefault(key, row.number)
        if first != row.number and plan.outcome != Outcome.ERROR:
            plan.wrong(target, _("already on line %(line)s") % {"line": first}, _("Keep one line per person."))
