"""Taking an import back: what it wrote is superseded, what held before holds again; a line on which somebody built stays, and says so."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from parvis.contacts.api import Person, reindex_person
from parvis.dossiers.api import Dossier, DossierMember, DossierStatus, close_dossier
from parvis.kernel import clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.bitemporal import bump
from parvis.kernel.errors import DomainError
from parvis.kernel.gestures import gesture, gesture_scope
from parvis.kernel.jobs import JobRef
from parvis.kernel.subject import SubjectRef

from ..enums import FileKind, ImportState, Result
from ..errors import NotReady
from ..models import Import, Line, SourceKey, Written
from ._common import BATCH, STREAM, record, worker
from .applying import FACTS
from .imports import finish
from .money_writing import unwrite_money
from .usage import usage_of

_BOOKKEEPING = {"valid_from", "valid_to", "recorded_at", "superseded_at", "live", "source", "source_ref", "author_id", "author_label"}


def undo_lines(*, ref: JobRef) -> None:
    """Take back line after line, the last one first; safe to repeat."""
    imported = Import.unscoped.filter(pk=ref.subject.id, state=ImportState.UNDOING).first()
    if imported is None:
        return
    actor = worker(imported)
    with translation.override(imported.language):
        used = _built_upon(imported) if imported.kind == FileKind.PERSONS else {}
        half_done = Written.unscoped.filter(imported=imported).order_by().values("line_id")
        wrote = Q(result=Result.DONE) | Q(result=Result.FAILED, pk__in=half_done)
        lines = Line.unscoped.filter(wrote, imported=imported).order_by("-number").select_related("imported")
        total = lines.count()
        for at, line in enumerate(list(lines), start=1):
            try:
                _undo_line(actor=actor, line=line, why=used.get(line.pk, ""))
            except DomainError as error:
                with gesture_scope():
                    Line.unscoped.filter(pk=line.pk).update(result=Result.KEPT, message=str(error)[:400])
            if at % BATCH == 0:
                Import.unscoped.filter(pk=imported.pk).update(done=at, total=total)
                ref.report(95 * at // total)
    with gesture_scope():
        finish(imported, state=ImportState.UNDONE, undone_at=clock.now())
        record(actor, "takeover.undone", imported, {"counts": Import.unscoped.get(pk=imported.pk).counts})
        ref.complete()


def _built_upon(imported: Import) -> dict[int, str]:
    """Lines that stay, and why: something new points at what they made, or they belong to a dossier that stays."""
    kept: dict[int, str] = {}
    stays: set[int] = set()
    words = {
        "person": _("Something was added to this person since: it stays."),
        "household": _("Something was added to this household since: it stays."),
        "dossier": _("Something was added to this dossier since: it stays, with its members."),
    }
    for kind, why in words.items():
        keys = list(SourceKey.unscoped.filter(imported=imported, kind=kind, created=True, live=1))
        counts = usage_of(kind, [key.target_id for key in keys])
        for key in keys:
            if counts.get(key.target_id, 0) != key.usage:
                kept.setdefault(key.line_id, why)
                if kind == "dossier":
                    stays.add(key.target_id)
    if stays:
        persons = set(DossierMember.unscoped.filter(dossier__in=stays, live=1).values_list("person_id", flat=True))
        for pk in Line.unscoped.filter(imported=imported, person_id__in=persons).values_list("pk", flat=True):
            kept.setdefault(pk, words["dossier"])
    return kept


@gesture
def _undo_line(*, actor: Actor, line: Line, why: str) -> None:
    """Raises: NotReady: somebody built upon it."""
    if why:
        raise NotReady(why, code="built_upon")
    if line.imported.kind not in (FileKind.PERSONS, FileKind.ENTRIES):
        unwrite_money(actor=actor, line=line)
        Line.unscoped.filter(pk=line.pk).update(result=Result.UNDONE, message="")
        return
    rows = list(Written.unscoped.filter(line=line).order_by("-pk"))
    held = [(one, FACTS[one.model].unscoped.filter(pk=one.row_id, live=1).first()) for one in rows if one.held]
    if any(row is None for _one, row in held):
        raise NotReady(_("A fact of this line was changed since: it stays."), code="changed")
    touched: set[tuple[str, int]] = set()
    for model in {one.model for one in rows}:
        _restore(FACTS[model], [one for one in rows if one.model == model], touched)
    for key in SourceKey.unscoped.filter(line=line, live=1):
        if key.kind == "dossier":
            dossier = Dossier.unscoped.get(pk=key.target_id)
            if dossier.status == DossierStatus.OPEN:
                close_dossier(actor=actor, dossier=dossier, reason=_("Takeover taken back: %(reason)s") % {"reason": line.imported.reason})
        SourceKey.unscoped.filter(pk=key.pk).update(live=None)
    for dossier_id in {pk for field, pk in touched if field == "dossier"} if line.imported.kind == FileKind.ENTRIES else ():
        values = {"line": line.number, "rows": len(rows)}
        mutations.record(STREAM, actor=actor, verb="takeover.undo_line", subject=SubjectRef("dossier", dossier_id), values=values)
    if line.person_id:
        person = Person.unscoped.get(pk=line.person_id)
        reindex_person(actor=actor, person=person)
        mutations.record(
            STREAM,
            actor=actor,
            verb="takeover.undo_line",
            subject=SubjectRef("person", person.pk),
            values={"line": line.number, "rows": len(rows)},
        )
    Line.unscoped.filter(pk=line.pk).update(result=Result.UNDONE, message="")


def _restore(model: type[Any], written: list[Written], touched: set[tuple[str, int]]) -> None:
    """Supersede what was written, and the cut copies made with it; let what it had superseded hold again."""
    mine = {one.row_id for one in written}
    instants = {one.recorded_at for one in written}
    rows = list(model.unscoped.filter(pk__in=mine))
    anchor_field = {"HouseholdMember": "household", "DossierMember": "dossier", "CustomFact": "dossier"}.get(model.__name__, "person")
    at = clock.now()
    again = []
    for row in rows:
        same = _key(model, row)
        siblings = model.unscoped.filter(**same, recorded_at__in=instants, live=1).exclude(pk__in=mine)
        siblings.update(live=None, superseded_at=at)
        before = model.unscoped.filter(**same, superseded_at__in=instants).exclude(pk__in=mine)
        again += [one for one in before if one.pk not in {other.pk for other in again}]
        anchor = getattr(row, anchor_field)
        if (anchor_field, anchor.pk) not in touched:
            bump(anchor)
            touched.add((anchor_field, anchor.pk))
    model.unscoped.filter(pk__in=mine, live=1).update(live=None, superseded_at=at)
    for one in again:
        values = {field.attname: getattr(one, field.attname) for field in one._meta.concrete_fields if not field.primary_key}
        model(**(values | {"recorded_at": at, "superseded_at": None, "live": 1})).save(force_insert=True)


def _key(model: type[Any], row: Any) -> dict[str, Any]:
    """Anchor and key of a fact, read from its version constraint."""
    constraint = next(one for one in model._meta.constraints if one.name.endswith(("_version_unique", "_fact_unique")))
    return {name: getattr(row, model._meta.get_field(name).attname) for name in constraint.fields if name not in _BOOKKEEPING}
