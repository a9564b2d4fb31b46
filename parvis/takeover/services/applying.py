"""Taking over: one transaction a line, so that a refusal touches one line only and a killed job goes on where it was."""

from __future__ import annotations

import datetime as dt
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
    add_identifier,
    add_point,
    create_household,
    create_person,
    join_household,
    name_person,
    record_birth,
    set_address,
    set_language,
)
from parvis.dossiers.api import CustomFact, Dossier, DossierMember, PersonFact, add_member, assign_referent, open_dossier
from parvis.identity.api import Account, Unit
from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.bitemporal import Source
from parvis.kernel.errors import DomainError
from parvis.kernel.gestures import gesture, gesture_scope
from parvis.kernel.jobs import JobRef

from ..enums import ImportState, Outcome, Result
from ..models import Import, Line, SourceKey, Written
from ..reading import own
from . import own as own_fields
from ._common import BATCH, record, source_ref, worker
from .imports import finish
from .planning import ADDRESS_PARTS, Plan, created_persons, known_target, lines_waiting, plan_again
from .usage import usage_of

FACTS: dict[str, type[Any]] = {
    "contacts.personname": PersonName,
    "contacts.personbirth": PersonBirth,
    "contacts.personlanguage": PersonLanguage,
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
    with translation.override(imported.language), own.loaded():
        mine = created_persons(imported)
        _each(imported, ref, lambda line: _apply(actor=actor, line=line, mine=mine), lines_waiting(imported))
        filing = Line.unscoped.filter(imported=imported, result=Result.DONE, filed=False, data__has_key="dossier_key")
        _file_all(imported, ref, actor, filing)
    with gesture_scope():
        _snapshot(imported)
        finish(imported, state=ImportState.APPLIED, applied_at=clock.now())
        record(actor, "takeover.applied", imported, {"counts": Import.unscoped.get(pk=imported.pk).counts})
        ref.complete()
    imported.path.unlink(missing_ok=True)


def _each(imported: Import, ref: JobRef, work: Any, waiting: Any) -> None:
    total = Line.unscoped.filter(imported=imported).count()
    done = total - waiting.count()
    while batch := list(waiting.select_related("imported")[:BATCH]):
        for line in batch:
            work(line)
        done += len(batch)
        Import.unscoped.filter(pk=imported.pk).update(done=done, total=total)
        ref.report(95 * done // max(total, 1))


def _apply(*, actor: Actor, line: Line, mine: set[int]) -> None:
    try:
        person_id = _apply_line(actor=actor, line=line, exclude=frozenset(mine))
    except DomainError as error:
        with gesture_scope():
            _settle(line, Result.FAILED, str(error))
        return
    if person_id is not None:
        mine.add(person_id)


def _settle(line: Line, result: str, message: str = "", **more: Any) -> None:
    Line.unscoped.filter(pk=line.pk).update(result=result, message=message[:400], **more)


@gesture
def _apply_line(*, actor: Actor, line: Line, exclude: frozenset[int]) -> int | None:
    """Write one line. Returns the person that was made, or None."""
    imported = line.imported
    if line.outcome == Outcome.ERROR:
        _settle(line, Result.FAILED, _first_problem(line.findings))
        return None
    plan = plan_again(actor=actor, line=line, exclude=exclude)
    if plan.outcome == Outcome.ERROR:
        _settle(line, Result.FAILED, _first_problem(plan.findings))
        return None
    if plan.outcome == Outcome.DUPLICATE:
        _settle(line, Result.LEFT, _("Perhaps known already, and nobody has decided."))
        return None
    started = clock.now()
    person, made = _person(actor, imported, plan)
    if known_target(imported.source, "person", plan.key) is None:
        SourceKey.unscoped.create(
            source=imported.source, kind="person", key=plan.key, target_id=person.pk, created=made, imported=imported, line=line
        )
    if "address" in plan.writes:
        _write_address(actor, imported, person, plan.values)
    for kind in ("phone", "email"):
        if kind in plan.writes:
            add_point(actor=actor, person=person, kind=kind, value=plan.values[kind], **_origin(imported))
    if "household" in plan.writes:
        _write_household(actor, imported, line, person, plan.values)
    own_fields.write_person(actor, person, plan.values, set(plan.writes), source_ref(imported))
    _track(actor, imported, line, person, started)
    _settle(line, Result.DONE, person_id=person.pk)
    return person.pk if made else None


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


def _write_household(actor: Actor, imported: Import, line: Line, person: Person, values: dict[str, Any]) -> None:
    origin = _origin(imported)
    start: dt.date = values.get("household_from") or values.get("address_from") or clock.today()
    role = values.get("household_role", "")
    household_id = known_target(imported.source, "household", values["household_key"])
    if household_id is None:
        household = create_household(actor=actor, head=person, valid_from=start, **origin)
        SourceKey.unscoped.create(
            source=imported.source, kind="household", key=values["household_key"], target_id=household.pk, imported=imported, line=line
        )
        if role in ("", "head"):
            return
    else:
        household = Household.unscoped.get(pk=household_id)
    join_household(actor=actor, household=household, person=person, role=role or "other", valid_from=start, **origin)


def _track(actor: Actor, imported: Import, line: Line, person: Person, started: dt.datetime) -> None:
    """Note every row of this person that this line wrote, also those that lower services wrote on the way."""
    known = set(Written.unscoped.filter(line=line).values_list("model", "row_id"))
    rows = []
    for name, model in FACTS.items():
        if model is CustomFact:
            continue  # of a dossier, noted where they are written
        found = model.unscoped.filter(person=person, recorded_at__gte=started, author_label=actor.label).values_list(
            "pk", "recorded_at", "live"
        )
        rows += [
            Written(imported=imported, line=line, model=name, row_id=pk, recorded_at=at, held=live == 1)
            for pk, at, live in found
            if (name, pk) not in known
        ]
    Written.unscoped.bulk_create(rows)


def _file_all(imported: Import, ref: JobRef, actor: Actor, filing: Any) -> None:
    """Dossiers, once every person is there: the applicant's line first, so that the dossier is filed under the right name."""
    lines = list(filing.select_related("imported"))
    lines.sort(key=lambda line: (line.data["dossier_key"], _is_member(line), line.number))
    for at, line in enumerate(lines, start=1):
        try:
            _file_line(actor=actor, line=line)
        except DomainError as error:
            with gesture_scope():
                _settle(line, Result.FAILED, _("The person is taken over, the dossier is not: %(why)s") % {"why": error}, filed=True)
        if at % BATCH == 0:
            ref.report(95 + 4 * at // len(lines))


def _is_member(line: Line) -> bool:
    from ..reading.values import BadValue, clean

    try:
        return clean("dossier_role", line.data.get("dossier_role", "")) not in (None, "applicant")
    except BadValue:
        return True


@gesture
def _file_line(*, actor: Actor, line: Line) -> None:
    imported = line.imported
    plan = plan_again(actor=actor, line=line)
    values = plan.values
    if "dossier" in plan.writes and plan.person_id is not None:
        started = clock.now()
        person = Person.unscoped.get(pk=plan.person_id)
        origin = _origin(imported)
        dossier_id = known_target(imported.source, "dossier", values["dossier_key"])
        if dossier_id is None:
            unit = Unit.objects.get(code=values.get("dossier_unit") or imported.options["unit"])
            dossier = open_dossier(actor=actor, person=person, unit=unit, **origin)
            SourceKey.unscoped.create(
                source=imported.source, kind="dossier", key=values["dossier_key"], target_id=dossier.pk, imported=imported, line=line
            )
            if values.get("referent"):
                assign_referent(actor=actor, dossier=dossier, account=Account.objects.get(username=values["referent"]))
        else:
            dossier = Dossier.unscoped.get(pk=dossier_id)
            role = values.get("dossier_role", "cohabitant")
            add_member(actor=actor, dossier=dossier, person=person, role="cohabitant" if role == "applicant" else role, **origin)
        _track(actor, imported, line, person, started)
    _write_own(actor, line, plan, values)
    Line.unscoped.filter(pk=line.pk).update(filed=True)


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
