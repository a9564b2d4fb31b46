"""Taking over in small batches: a refusal touches one line only, and a killed job goes on where it was."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from parvis.contacts.api import (
    Address,
    ContactPoint,
    Household,
    HouseholdMember,
    Identifier,
    Person,
    PersonBirth,
    PersonLanguage,
    PersonName,
    PersonResidence,
    add_identifier,
    add_point,
    create_household,
    create_person,
    indexed_once,
    join_household,
    name_person,
    record_birth,
    set_address,
    set_language,
    set_residence,
)
from parvis.dossiers.api import CustomFact, Dossier, DossierMember, PersonFact, add_member, assign_referent, open_dossier
from parvis.identity.api import Account, Unit
from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.bitemporal import Source
from parvis.kernel.errors import DomainError
from parvis.kernel.gestures import gesture, gesture_scope, part
from parvis.kernel.jobs import JobRef

from ..enums import FileKind, ImportState, Outcome, Result
from ..models import Import, Line, SourceKey, Written
from ..reading import own
from . import own as own_fields
from ._common import TOGETHER, record, source_ref, worker
from .entries import write_entry
from .imports import finish
from .known import all_or_nothing, keep_key, keys_of, known_target
from .money_writing import write_money
from .planning import ADDRESS_PARTS, Plan, created_persons, lines_waiting, plan_again, plan_filing
from .usage import usage_of

FACTS: dict[str, type[Any]] = {
    "contacts.personname": PersonName,
    "contacts.personbirth": PersonBirth,
    "contacts.personlanguage": PersonLanguage,
    "contacts.personresidence": PersonResidence,
    "contacts.identifier": Identifier,
    "contacts.address": Address,
    "contacts.contactpoint": ContactPoint,
    "contacts.householdmember": HouseholdMember,
    "dossiers.customfact": CustomFact,
    "dossiers.dossiermember": DossierMember,
    "dossiers.personfact": PersonFact,
}


def apply_lines(*, ref: JobRef) -> None:
    """Write every line that waits, then the dossiers, then note how often each new thing is referred to."""
    imported = Import.unscoped.filter(pk=ref.subject.id, state=ImportState.APPLYING).first()
    if imported is None:
        return
    actor = worker(imported)
    with translation.override(imported.language), own.loaded(), keys_of(imported.source):
        mine = created_persons(imported)
        _each(imported, ref, actor, mine)
        if imported.kind == FileKind.PERSONS:
            _file_all(imported, ref, actor)
    with gesture_scope():
        _snapshot(imported)
        finish(imported, state=ImportState.APPLIED, applied_at=clock.now())
        record(actor, "takeover.applied", imported, {"counts": Import.unscoped.get(pk=imported.pk).counts})
        ref.complete()
    imported.path.unlink(missing_ok=True)


def _each(imported: Import, ref: JobRef, actor: Actor, mine: set[int]) -> None:
    waiting = lines_waiting(imported)
    total = Line.unscoped.filter(imported=imported).count()
    done = total - waiting.count()
    while batch := list(waiting.select_related("imported")[:TOGETHER]):
        together(actor, batch, lambda line: _apply(actor=actor, line=line, mine=mine))
        done += len(batch)
        Import.unscoped.filter(pk=imported.pk).update(done=done, total=total)
        ref.report(95 * done // max(total, 1))


def together(actor: Actor, lines: Sequence[Line], work: Callable[[Line], int | None]) -> None:
    """Some lines in one transaction, each in a part of its own: a refusal touches one line, and the chains of the journal are locked once.

    ``work`` returns the person whose rows the line wrote. When what follows from the lines together is refused, each is done by itself.
    """
    try:
        with all_or_nothing():
            _together(actor, lines, work)
    except DomainError:
        for line in lines:
            try:
                with all_or_nothing():
                    _together(actor, [line], work)
            except DomainError as error:
                with gesture_scope():
                    _settle(line, Result.FAILED, str(error))


@gesture
def _together(actor: Actor, lines: Sequence[Line], work: Callable[[Line], int | None]) -> None:
    started = clock.now()
    wrote: dict[int, Line] = {}
    for line in lines:
        try:
            with all_or_nothing(), part():
                person_id = work(line)
        except DomainError as error:
            _settle(line, Result.FAILED, _refused(line, error), filed=line.result == Result.DONE)
            continue
        if person_id is None:
            continue
        if person_id in wrote:  # two lines of one person: what the first wrote is noted before the second writes
            _track(actor, wrote, started)
            wrote = {}
        wrote[person_id] = line
    _track(actor, wrote, started)


def _refused(line: Line, error: DomainError) -> str:
    return _("The person is taken over, the dossier is not: %(why)s") % {"why": error} if line.result == Result.DONE else str(error)


def _settle(line: Line, result: str, message: str = "", **more: Any) -> None:
    Line.unscoped.filter(pk=line.pk).update(result=result, message=message[:400], **more)


def _apply(*, actor: Actor, line: Line, mine: set[int]) -> int | None:
    """Write one line. Returns the person whose facts it wrote, or None."""
    imported = line.imported
    if line.outcome == Outcome.ERROR:
        _settle(line, Result.FAILED, _first_problem(line.findings))
        return None
    if imported.kind != FileKind.PERSONS:
        write = write_entry if imported.kind == FileKind.ENTRIES else write_money
        _settle(line, *write(actor=actor, line=line))
        return None
    plan = plan_again(actor=actor, line=line, exclude=frozenset(mine))
    if plan.outcome == Outcome.ERROR:
        _settle(line, Result.FAILED, _first_problem(plan.findings))
        return None
    if plan.outcome == Outcome.DUPLICATE:
        _settle(line, Result.LEFT, _("Perhaps known already, and nobody has decided."))
        return None
    with indexed_once():
        person, made = _person(actor, imported, plan)
        if known_target(imported.source, "person", plan.key) is None:
            keep_key(imported=imported, line=line, kind="person", key=plan.key, target_id=person.pk, created=made)
        if "address" in plan.writes:
            _write_address(actor, imported, person, plan.values)
        if "residence" in plan.writes:
            _write_residence(actor, imported, person, plan.values)
        for kind in ("phone", "email"):
            if kind in plan.writes:
                add_point(actor=actor, person=person, kind=kind, value=plan.values[kind], **_origin(imported))
        if "household" in plan.writes:
            _write_household(actor, imported, line, person, plan.values)
        own_fields.write_person(actor, person, plan.values, set(plan.writes), source_ref(imported))
    _settle(line, Result.DONE, person_id=person.pk)
    if made:
        mine.add(person.pk)  # should the line be taken back, nobody has this number
    return person.pk


def _first_problem(findings: list[dict[str, Any]]) -> str:
    first = next((one for one in findings if one["kind"] == "error"), None)
    return f"{first['problem']} {first['advice']}" if first else ""


def _origin(imported: Import) -> dict[str, Any]:
    return {"source": Source.IMPORT, "source_ref": source_ref(imported)}


def _person(actor: Actor, imported: Import, plan: Plan) -> tuple[Person, bool]:
    values, origin = plan.values, _origin(imported)
    if plan.person_id is None:
        keys = ("family_name", "given_names", "birth_date", "birth_place", "sex", "nationality", "language", "national_number")
        return create_person(actor=actor, **{key: values[key] for key in keys if key in values}, **origin), True
    person = Person.unscoped.get(pk=plan.person_id)
    if "name" in plan.writes:
        row = PersonName.unscoped.filter(person=person, kind="official", live=1).order_by("-valid_from").first()
        given = values.get("given_names") or (row.given_names if row else "")
        name_person(
            actor=actor,
            person=person,
            family_name=values["family_name"],
            given_names=given,
            valid_from=row.valid_from if row else None,
            **origin,
        )
    if "birth" in plan.writes:
        birth = PersonBirth.unscoped.filter(person=person, live=1).order_by("-valid_from").first()
        known = {
            key: getattr(birth, key, None if key == "birth_date" else "") for key in ("birth_date", "birth_place", "sex", "nationality")
        }
        told = {key: values[key] for key in known if key in values and _written(plan, key)}
        record_birth(actor=actor, person=person, **(known | told), valid_from=birth.valid_from if birth else None, **origin)
    if "language" in plan.writes:
        spoken = PersonLanguage.unscoped.filter(person=person, live=1).order_by("-valid_from").first()
        set_language(
            actor=actor,
            person=person,
            language=values["language"],
            spoken=spoken.spoken if spoken else "",
            valid_from=spoken.valid_from if spoken else None,
            **origin,
        )
    if "national_number" in plan.writes:
        add_identifier(actor=actor, person=person, value=values["national_number"], **origin)
    return person, False


def _written(plan: Plan, target: str) -> bool:
    return any(one["field"] == target and one["kind"] == "change" for one in plan.findings)


def _write_address(actor: Actor, imported: Import, person: Person, values: dict[str, Any]) -> None:
    set_address(
        actor=actor,
        person=person,
        **{part: values[part] for part in ADDRESS_PARTS if part in values},
        hidden=True if values.get("protected") else None,
        valid_from=values.get("address_from"),
        **_origin(imported),
    )


def _write_residence(actor: Actor, imported: Import, person: Person, values: dict[str, Any]) -> None:
    """From the day on which the title of before began, or from today; a title that has expired held until then."""
    held = PersonResidence.unscoped.filter(person=person).at(clock.today()).first()
    until = values.get("residence_until")
    if held is not None and until is None and held.title == values["residence"]:
        until = held.expires_on
    start = held.valid_from if held is not None and held.title == values["residence"] else clock.today()
    start = min(start, until) if until else start
    set_residence(actor=actor, person=person, title=values["residence"], expires_on=until, valid_from=start, **_origin(imported))


def _write_household(actor: Actor, imported: Import, line: Line, person: Person, values: dict[str, Any]) -> None:
    origin = _origin(imported)
    start: dt.date = values.get("household_from") or values.get("address_from") or clock.today()
    role = values.get("household_role", "")
    household_id = known_target(imported.source, "household", values["household_key"])
    if household_id is None:
        household = create_household(actor=actor, head=person, valid_from=start, **origin)
        keep_key(imported=imported, line=line, kind="household", key=values["household_key"], target_id=household.pk)
        if role in ("", "head"):
            return
    else:
        household = Household.unscoped.get(pk=household_id)
    join_household(actor=actor, household=household, person=person, role=role or "other", valid_from=start, **origin)


def _track(actor: Actor, wrote: dict[int, Line], started: dt.datetime) -> None:
    """Note every row of these persons that their lines wrote, also those that lower services wrote on the way; one read a table for all."""
    if not wrote:
        return
    known = set(Written.unscoped.filter(line__in=list(wrote.values())).values_list("model", "row_id"))
    rows = []
    for name, model in FACTS.items():
        if model is CustomFact:
            continue  # of a dossier, noted where they are written
        found = model.unscoped.filter(person__in=list(wrote), recorded_at__gte=started, author_label=actor.label).order_by("pk")
        for pk, person_id, at, live in found.values_list("pk", "person_id", "recorded_at", "live"):
            if (name, pk) not in known:
                line = wrote[person_id]
                rows.append(Written(imported=line.imported, line=line, model=name, row_id=pk, recorded_at=at, held=live == 1))
    rows.sort(key=lambda one: one.line.number)
    Written.unscoped.bulk_create(rows)


def _file_all(imported: Import, ref: JobRef, actor: Actor) -> None:
    """Dossiers, once every person is there: the applicant's line first, so that the dossier is filed under the right name."""
    filing = Line.unscoped.filter(imported=imported, result=Result.DONE, filed=False, data__has_key="dossier_key")
    lines = list(filing.select_related("imported"))
    lines.sort(key=lambda line: (line.data["dossier_key"], _is_member(line), line.number))
    for start in range(0, len(lines), TOGETHER):
        together(actor, lines[start : start + TOGETHER], lambda line: _file_line(actor=actor, line=line))
        ref.report(95 + 4 * start // len(lines))


def _is_member(line: Line) -> bool:
    from ..reading.values import BadValue, clean

    try:
        return clean("dossier_role", line.data.get("dossier_role", "")) not in (None, "applicant")
    except BadValue:
        return True


def _file_line(*, actor: Actor, line: Line) -> int | None:
    imported = line.imported
    plan = plan_filing(line=line)
    values = plan.values
    filed = None
    if "dossier" in plan.writes and plan.person_id is not None:
        filed = plan.person_id
        person = Person.unscoped.get(pk=plan.person_id)
        origin = _origin(imported)
        dossier_id = known_target(imported.source, "dossier", values["dossier_key"])
        if dossier_id is None:
            unit = Unit.objects.get(code=values.get("dossier_unit") or imported.options["unit"])
            dossier = open_dossier(actor=actor, person=person, unit=unit, **origin)
            keep_key(imported=imported, line=line, kind="dossier", key=values["dossier_key"], target_id=dossier.pk)
            if values.get("referent"):
                assign_referent(actor=actor, dossier=dossier, account=Account.objects.get(username=values["referent"]))
        else:
            dossier = Dossier.unscoped.get(pk=dossier_id)
            role = values.get("dossier_role", "cohabitant")
            add_member(actor=actor, dossier=dossier, person=person, role="cohabitant" if role == "applicant" else role, **origin)
    _write_own(actor, line, plan, values)
    Line.unscoped.filter(pk=line.pk).update(filed=True)
    return filed


def _write_own(actor: Actor, line: Line, plan: Plan, values: dict[str, Any]) -> None:
    """Own fields, once the file is there; each row that was written is noted, so that it can be taken back."""
    imported = line.imported
    dossier_id = known_target(imported.source, "dossier", values.get("dossier_key", ""))
    keys = set(plan.writes) & set(own_fields.given(values))
    if dossier_id is None or plan.outcome == Outcome.ERROR or not (keys or values.get("dossier_kind")):
        return
    dossier = Dossier.unscoped.get(pk=dossier_id)
    before = set(CustomFact.unscoped.filter(dossier=dossier).values_list("pk", flat=True))
    own_fields.write(actor, dossier, values, keys, source_ref(imported))
    rows = CustomFact.unscoped.filter(dossier=dossier).exclude(pk__in=before).values_list("pk", "recorded_at", "live")
    Written.unscoped.bulk_create(
        Written(imported=imported, line=line, model="dossiers.customfact", row_id=pk, recorded_at=at, held=live == 1)
        for pk, at, live in rows
    )


def _snapshot(imported: Import) -> None:
    """How often each thing made here is referred to now: more, later, means that somebody built upon it."""
    for kind in ("person", "household", "dossier"):
        keys = list(SourceKey.unscoped.filter(imported=imported, kind=kind, created=True, live=1))
        counts = usage_of(kind, [key.target_id for key in keys])
        for key in keys:
            key.usage = counts.get(key.target_id, 0)
        SourceKey.unscoped.bulk_update(keys, ["usage"], batch_size=500)
