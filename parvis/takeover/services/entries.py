"""Entries of a section that repeats: what one line would do, and the writing. One line is one entry of a file, or of a person.

The line that comes again finds its entry: by the number that the old system gives it, else by what it says and which of its equals it is.
An entry that a colleague typed and that says the same is the same one.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from hashlib import sha256
from typing import Any

from django.utils.translation import gettext as _

from parvis.contacts.api import Person
from parvis.dossiers.api import (
    CustomFact,
    CustomTarget,
    Dossier,
    DossierProfile,
    DossierStatus,
    PersonFact,
    files_numbered,
    write_custom,
    write_person_custom,
)
from parvis.kernel.actor import Actor
from parvis.kernel.bitemporal import Source
from parvis.kernel.gestures import gesture
from parvis.kernel.periods import OPEN_END

from ..enums import FILE, Outcome, Result
from ..models import Import, Line, Written
from ..reading import own
from ..reading.entries import clean_entry
from ..reading.values import BadValue
from ._common import source_ref
from .known import known_target
from .money import OWN_KEY, person_of
from .planning import Plan, _differ, key_of

NTH = "@nth"
NAMES = uuid.UUID("6f1f0f2e-2a0b-4b0e-9a52-7f1f5b7a9c11")
DAY = dt.timedelta(days=1)


def number_entries(seen: Counter[str], data: dict[str, str]) -> None:
    """Give a line its number in its file: that of the old system, else what it says and which of its equals it is."""
    whose = "|".join(data.get(part, "").strip() for part in ("dossier_key", "key", "national_number"))
    said = "|".join(f"{key}={text.strip()}" for key, text in sorted(data.items()) if key.startswith(own.PREFIX) or key == "entry_from")
    seen[f"{whose}|{said}"] += 1
    data[NTH] = str(seen[f"{whose}|{said}"])
    given = data.get("entry_key", "").strip()
    data[OWN_KEY] = f"{whose}|{given}" if given else f"~{sha256(f'{whose}|{said}'.encode()).hexdigest()[:40]}#{data[NTH]}"


def plan_entry(*, imported: Import, data: dict[str, str]) -> Plan:
    """What this line would do today."""
    plan = Plan()
    _clean(plan, data)
    fields = {key: one for key, one in own.entry_fields().items() if one.section == imported.options.get("section")}
    if not fields:
        plan.wrong("entry_key", _("this section is no longer there"), _("Look at the columns again."))
        return plan
    one = next(iter(fields.values()))
    anchor = _person(plan, imported) if one.of_person else _file(plan, imported, one)
    _complete(plan, fields, one)
    if anchor is not None and plan.outcome != Outcome.ERROR:
        _compare(plan, imported, one, anchor)
    return plan


def _clean(plan: Plan, data: dict[str, str]) -> None:
    for target, text in data.items():
        if target.startswith("@"):
            plan.values[target] = text
            continue
        try:
            value = own.clean_own(target, text) if target.startswith(own.PREFIX) else clean_entry(target, text)
        except BadValue as error:
            plan.wrong(target, error.problem, error.advice)
            continue
        if value is not None:
            plan.values[target] = value


def _complete(plan: Plan, fields: dict[str, CustomTarget], one: CustomTarget) -> None:
    """What the line lacks, whatever file or person it is of."""
    values = plan.values
    faulty = {found["field"] for found in plan.findings}
    for key, field in fields.items():
        if field.required and key not in values and key not in faulty:
            plan.wrong(key, _("empty"), _("An entry needs this answer: fill the column in."))
    if not given(values) and not faulty & set(fields) and not any(field.required for field in fields.values()):
        plan.wrong(next(iter(fields)), _("empty"), _("The line says nothing of the entry."))
    start, last = values.get("entry_from"), values.get("entry_to")
    if one.dated and start is None and "entry_from" not in faulty:
        plan.wrong("entry_from", _("empty"), _("Give the first day: the answers of this section have their days."))
    if not one.dated and (start or last):
        plan.wrong("entry_from", _("the answers of this section have no days"), _("Leave the column out."))
    if start and last and last < start:
        plan.wrong("entry_to", _("before its first day"), _("Correct the period."))


def given(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key.startswith(own.PREFIX)}


def _file(plan: Plan, imported: Import, one: CustomTarget) -> Dossier | None:
    """By its number in the old system, by the one here, or by the one that it bears elsewhere."""
    number = plan.values.get("dossier_key", "")
    if not number:
        plan.wrong("dossier_key", _("empty"), _("Give the number of the dossier: the entry belongs to it."))
        return None
    known = known_target(imported.source, "dossier", number)
    found = [Dossier.unscoped.get(pk=known)] if known is not None else files_numbered(number)
    if len(found) != 1:
        problem = _("several dossiers bear this number: %(text)s") if found else _("no dossier has this number: %(text)s")
        plan.wrong("dossier_key", problem % {"text": number}, _("Correct it, or take the dossiers over first."))
        return None
    dossier = found[0]
    plan.values[FILE] = str(dossier.pk)
    if dossier.status != DossierStatus.OPEN:
        plan.wrong("dossier_key", _("the dossier is closed"), _("Open it again first, or leave the line out."))
        return None
    if not one.general and DossierProfile.unscoped.filter(dossier=dossier).values_list("kind", flat=True).first() != one.kind_id:
        plan.wrong("dossier_key", _("this kind of file has no such section"), _("Give the file its kind first, or leave the line out."))
        return None
    return dossier


def _person(plan: Plan, imported: Import) -> Person | None:
    plan.key = key_of(plan.values)
    if not plan.key:
        plan.wrong("key", _("empty"), _("Give the number of the person in the old system, or the national number."))
        return None
    plan.person_id = person_of(plan, imported.source)
    person = Person.unscoped.filter(pk=plan.person_id).first() if plan.person_id else None
    if person is None:
        plan.wrong("key", _("nobody of the register has this number"), _("Take the persons over first."))
        return None
    if person.merged_into_id is not None:
        plan.person_id = person.merged_into_id
        person = Person.unscoped.get(pk=person.merged_into_id)
    return person


def _facts(anchor: Dossier | Person, section: str) -> Any:
    if isinstance(anchor, Person):
        return PersonFact.unscoped.filter(person=anchor, section=section, live=1)
    return CustomFact.unscoped.filter(dossier=anchor, section=section, live=1)


def item_of(imported: Import, anchor: Dossier | Person, section: str, number: str) -> uuid.UUID:
    """The entry that this line made, or would make: always the same one."""
    return uuid.uuid5(NAMES, f"{imported.source}|{section}|{type(anchor).__name__}:{anchor.pk}|{number}")


def _compare(plan: Plan, imported: Import, one: CustomTarget, anchor: Dossier | Person) -> None:
    values = plan.values
    item = item_of(imported, anchor, one.section, values[OWN_KEY])
    held = {f"{own.PREFIX}{row.field}": row for row in _facts(anchor, one.section).filter(item=item).order_by("valid_from", "pk")}
    if not held:
        plan.outcome = Outcome.SAME
        if not _typed_by_hand(values, one, anchor):
            plan.outcome, plan.writes = Outcome.CREATE, ["entry"]
        return
    for key, value in given(values).items():
        row = held.get(key)
        if row is None or row.value != value:
            words = own.entry_fields()[key].words
            _differ(plan, imported, key, row, words(row.value) if row else "", words(value), key)
    start, end = _period(held)
    if one.dated and start != values["entry_from"]:
        who = next(iter(held.values())).author_label
        told = {"known": f"{start:%d/%m/%Y}", "new": f"{values['entry_from']:%d/%m/%Y}", "ours": True, "who": who}
        plan.findings.append({"kind": "kept", "field": "entry_from", **told})
    if "entry_to" in values and values["entry_to"] != end:
        stranger = next((row for row in held.values() if row.source != Source.IMPORT), next(iter(held.values())))
        _differ(plan, imported, "entry_to", stranger, end, values["entry_to"], "entry_to")
    plan.outcome = Outcome.CHANGE if plan.writes else Outcome.SAME


def _period(held: dict[str, Any]) -> tuple[dt.date, dt.date | None]:
    """First and last day of an entry that is there."""
    end = min(row.valid_to for row in held.values())
    return max(row.valid_from for row in held.values()), None if end == OPEN_END else end - DAY


def _typed_by_hand(values: dict[str, Any], one: CustomTarget, anchor: Dossier | Person) -> bool:
    """Somebody has entered this already: as many entries that say the same as the file has up to this line."""
    entries: dict[uuid.UUID, dict[str, Any]] = {}
    for row in _facts(anchor, one.section).exclude(source=Source.IMPORT):
        entries.setdefault(row.item, {})[f"{own.PREFIX}{row.field}"] = row
    wanted = given(values)
    alike = [
        held
        for held in entries.values()
        if all(key in held and held[key].value == value for key, value in wanted.items())
        and (not one.dated or _period(held)[0] == values["entry_from"])
    ]
    return len(alike) >= int(values[NTH])


@gesture
def write_entry(*, actor: Actor, line: Line) -> tuple[str, str]:
    """Write one line. Returns what became of it, and why where it was refused."""
    imported = line.imported
    plan = plan_entry(imported=imported, data=line.data)
    if plan.outcome == Outcome.ERROR:
        first = next(one for one in plan.findings if one["kind"] == "error")
        return Result.FAILED, f"{first['problem']} {first['advice']}"
    if not plan.writes:
        return Result.DONE, ""
    section = imported.options["section"]
    anchor: Dossier | Person
    anchor = Person.unscoped.get(pk=plan.person_id) if plan.person_id else Dossier.unscoped.get(pk=int(plan.values[FILE]))
    item = item_of(imported, anchor, section, plan.values[OWN_KEY])
    mine = _facts(anchor, section).filter(item=item)
    held = {f"{own.PREFIX}{row.field}": row for row in mine.order_by("valid_from", "pk")}
    dated = next(one.dated for one in own.entry_fields().values() if one.section == section)
    values = plan.values
    answers = given(values) if not held else {key: values[key] for key in plan.writes if key.startswith(own.PREFIX)}
    start, last = values.get("entry_from"), values.get("entry_to")
    if held:
        start, end = _period(held)
        if "entry_to" in plan.writes:  # the whole entry ends on that day
            answers = {key: row.value for key, row in held.items()} | answers
        else:
            last = end
    period: dict[str, Any] = {"valid_from": start, "valid_to": last + DAY if last else None} if dated else {}
    known = set(mine.values_list("pk", flat=True))
    asked = {key.removeprefix(own.PREFIX): value for key, value in answers.items()}
    origin = {"source": Source.IMPORT, "source_ref": source_ref(imported)}
    if isinstance(anchor, Person):
        write_person_custom(actor=actor, person=anchor, section=section, answers=asked, item=item, **period, **origin)
    else:
        write_custom(actor=actor, dossier=anchor, section=section, answers=asked, item=item, **period, **origin)
    model = "dossiers.personfact" if isinstance(anchor, Person) else "dossiers.customfact"
    Written.unscoped.bulk_create(
        Written(imported=imported, line=line, model=model, row_id=row.pk, recorded_at=row.recorded_at, held=True)
        for row in mine.exclude(pk__in=known)
    )
    if plan.person_id:
        Line.unscoped.filter(pk=line.pk).update(person_id=plan.person_id)
    return Result.DONE, ""
