"""What one line would do: pure reading. The dry run shows it, and the job plans each line again before it writes."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from parvis.contacts.api import (
    Address,
    ContactPoint,
    HouseholdMember,
    Identifier,
    InvalidPerson,
    PersonBirth,
    PersonLanguage,
    PersonName,
    PersonResidence,
    check_point,
    hidden_person_ids,
    match_persons,
    resolve_person,
)
from parvis.contacts.enums import ResidenceTitle
from parvis.dossiers.api import DossierMember
from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.bitemporal import Source
from parvis.kernel.statements import Statement
from parvis.kernel.textmatch import sort_key

from ..enums import Choice, Outcome
from ..models import Import, Line, SourceKey
from ..reading import own
from ..reading.values import BadValue, clean
from . import own as own_fields
from .known import known_account, known_target, known_unit

_HOLDER = Statement("takeover.holder_of_number")
NUMBER_KINDS = ("niss", "bis")
ADDRESS_PARTS = ("street", "number", "box", "postal_code", "municipality", "country")


@dataclass
class Plan:
    """``writes`` are the aspects that would get a new row; ``findings`` what the person should read."""

    outcome: str = Outcome.SAME
    key: str = ""
    person_id: int | None = None
    values: dict[str, Any] = field(default_factory=dict)
    writes: list[str] = field(default_factory=list)
    findings: list[dict[str, Any]] = field(default_factory=list)

    def wrong(self, target: str, problem: str, advice: str) -> None:
        self.findings.append({"kind": "error", "field": target, "problem": problem, "advice": advice})
        self.outcome = Outcome.ERROR


def key_of(values: dict[str, Any]) -> str:
    """The key of the person in its source; the national number where the old system gives none."""
    return str(values.get("key") or (f"niss:{values['national_number']}" if values.get("national_number") else ""))


def plan_again(*, actor: Actor, line: Line, exclude: Collection[int] = ()) -> Plan:
    """What a line would do today, with what a person decided about it: "the same person" is the one that was shown, nobody else."""
    like = next((one["person"] for one in line.findings if one["kind"] == "like"), None) if line.choice == Choice.KNOWN else None
    return plan_line(actor=actor, imported=line.imported, data=line.data, new=line.choice == Choice.NEW, same_as=like, exclude=exclude)


def plan_line(
    *, actor: Actor, imported: Import, data: dict[str, str], new: bool = False, same_as: int | None = None, exclude: Collection[int] = ()
) -> Plan:
    """What this line would do today. ``exclude``: persons that this import made itself, who are nobody's duplicate.

    ``new`` and ``same_as`` are a person's decision about a likeness; a key or a national number is stronger than both.
    """
    plan = Plan()
    _clean(plan, data)
    values = plan.values
    if not values.get("family_name") and not any(one["field"] == "family_name" for one in plan.findings):
        plan.wrong("family_name", _("empty"), _("Every person needs a family name."))
    plan.key = key_of(values)
    if not plan.key and plan.outcome != Outcome.ERROR:
        plan.wrong("key", _("empty"), _("Give the number of the person in the old system, or the national number."))
    _check(plan, imported)
    if plan.outcome == Outcome.ERROR:
        return plan
    _find(plan, actor, imported, new, same_as, exclude)
    if plan.outcome in (Outcome.ERROR, Outcome.DUPLICATE):
        return plan
    if plan.person_id is None:
        plan.outcome = Outcome.CREATE
        plan.writes = [
            "person",
            *own_fields.given(values, persons=True),
            *(aspect for aspect in ("residence", "address", "phone", "email", "household", "dossier") if _given(aspect, values)),
        ]
        return plan
    _compare(plan, imported)
    plan.outcome = Outcome.CHANGE if plan.writes else Outcome.SAME
    return plan


def plan_filing(*, line: Line) -> Plan:
    """What a line that is taken over would still do: the dossier of its person, and own fields. Its person is known, nothing else is compared."""
    plan = Plan()
    _clean(plan, line.data)
    _check(plan, line.imported)
    plan.person_id = line.person_id
    if plan.outcome == Outcome.ERROR or plan.person_id is None:
        return plan
    _compare_dossier(plan, line.imported)
    _compare_own(plan, line.imported)
    return plan


def _clean(plan: Plan, data: dict[str, str]) -> None:
    for target, text in data.items():
        try:
            value = own.clean_own(target, text) if target.startswith(own.PREFIX) else clean(target, text)
        except BadValue as error:
            plan.wrong(target, error.problem, error.advice)
            continue
        if value is not None and (value is not False or target.startswith(own.PREFIX)):
            plan.values[target] = value
    values = plan.values
    if values.get("street") and not values.get("number"):
        match = re.fullmatch(r"(.+?),?\s+(\d+\s?[A-Za-z]?)(?:\s*(?:bus|bte|boîte|boite|/)\s*(\S+))?", values["street"])
        if match:
            values["street"], values["number"] = match[1], match[2].replace(" ", "")
            values.setdefault("box", match[3] or "")


def _check(plan: Plan, imported: Import) -> None:
    """What can be seen without looking for the person."""
    values = plan.values
    birth: dt.date | None = values.get("birth_date")
    if birth and not dt.date(1880, 1, 1) <= birth <= clock.today():
        plan.wrong("birth_date", _("this day cannot be a birth date: %(day)s") % {"day": f"{birth:%d/%m/%Y}"}, _("Correct the year."))
    if not any(letter.isalpha() for letter in values.get("family_name", "a")):
        plan.wrong("family_name", _("no letter in it"), _("Every person needs a family name."))
    code = values.get("postal_code", "")
    if code and values.get("country", "BE") == "BE" and not re.fullmatch(r"[1-9]\d{3}", code):
        plan.wrong(
            "postal_code", _("a Belgian postal code has four digits: %(text)s") % {"text": code}, _("Correct it, or give the country.")
        )
    for target in ("phone", "email"):
        if target in values:
            try:
                values[target] = check_point(target, values[target])
            except InvalidPerson as error:
                plan.wrong(target, str(error), _("Correct it, or leave it empty."))
    opens = values.get("dossier_role", "applicant") == "applicant"
    held = known_target(imported.source, "dossier", values["dossier_key"]) if values.get("dossier_key") else None
    for target, problem, advice in own_fields.faults(values, held, opens=opens, mapped=imported.mapping.values()):
        if not any(one["field"] == target for one in plan.findings):
            plan.wrong(target, problem, advice)
    if values.get("dossier_key"):
        unit = values.get("dossier_unit") or imported.options.get("unit", "")
        if not known_unit(unit):
            plan.wrong(
                "dossier_unit", _("no service has this code: %(text)s") % {"text": unit}, _("Use the code of a service, or leave it empty.")
            )
        if values.get("referent") and not known_account(values["referent"]):
            plan.wrong(
                "referent",
                _("no agent signs in as %(text)s") % {"text": values["referent"]},
                _("Make the account first, or leave it empty."),
            )


def _find(plan: Plan, actor: Actor, imported: Import, new: bool, same_as: int | None, exclude: Collection[int]) -> None:
    """By the key of the source, by the national number, or by likeness, which a person decides."""
    values = plan.values
    by_key = known_target(imported.source, "person", plan.key)
    number = values.get("national_number", "")
    holder = (
        _HOLDER.one(
            (),
            lambda at: Identifier.unscoped.filter(kind__in=NUMBER_KINDS, value=at["number"], live=1).values_list("person_id", flat=True)[
                :1
            ],
            number=number,
        )
        if number
        else None
    )
    if by_key and holder and by_key != holder:
        plan.wrong(
            "national_number",
            _("this number belongs to another person of the register"),
            _("One of the two is wrong: compare both before the next run."),
        )
        return
    plan.person_id = by_key or holder or (resolve_person(same_as) if same_as is not None else None)
    if plan.person_id is not None or new:
        return
    matches = match_persons(
        actor=actor,
        family_name=values["family_name"],
        given_names=values.get("given_names", ""),
        birth_date=values.get("birth_date"),
        national_number=number,
        sex=values.get("sex", ""),
        limit=1,
        exclude=exclude,
    )
    if not matches:
        return
    plan.outcome = Outcome.DUPLICATE
    plan.findings.append(
        {"kind": "like", "field": "family_name", "score": matches[0].score, "reasons": matches[0].reasons, "person": matches[0].person.pk}
    )


def _given(aspect: str, values: dict[str, Any]) -> bool:
    if aspect == "address":
        return bool(values.get("street") or values.get("municipality"))
    return bool(values.get({"household": "household_key", "dossier": "dossier_key"}.get(aspect, aspect)))


def _compare(plan: Plan, imported: Import) -> None:
    """Aspect by aspect beside what is known today. An empty cell never erases anything."""
    values, today = plan.values, clock.today()
    assert plan.person_id is not None
    mine = {"person": plan.person_id}
    name = _latest(PersonName.unscoped.filter(**mine, kind="official", live=1), today)
    new_name = {"family_name": values["family_name"], "given_names": values.get("given_names") or (name.given_names if name else "")}
    _differ(plan, imported, "name", name, name.full if name else "", f"{new_name['given_names']} {new_name['family_name']}".strip())
    birth = _latest(PersonBirth.unscoped.filter(**mine, live=1), today)
    for target in ("birth_date", "birth_place", "sex", "nationality"):
        if target in values:
            _differ(plan, imported, "birth", birth, getattr(birth, target, None), values[target], target)
    language = _latest(PersonLanguage.unscoped.filter(**mine, live=1), today)
    if "language" in values:
        _differ(plan, imported, "language", language, language.language if language else "", values["language"])
    title = _latest(PersonResidence.unscoped.filter(**mine, live=1), today) if "residence" in values else None
    if "residence" in values:
        _differ(plan, imported, "residence", title, _title(title.title if title else ""), _title(values["residence"]))
    if "residence" in values and "residence_until" in values:
        _differ(plan, imported, "residence", title, title.expires_on if title else None, values["residence_until"], "residence_until")
    if "national_number" in values:
        held = Identifier.unscoped.filter(**mine, kind__in=NUMBER_KINDS, live=1).order_by("-kind", "pk").first()
        _differ(plan, imported, "national_number", held, held.value if held else "", values["national_number"])
    if _given("address", values):
        _compare_address(plan, imported, today)
    for target in ("phone", "email"):
        if target in values and not ContactPoint.unscoped.filter(**mine, kind=target, value=values[target]).at(today).exists():
            _write(plan, target, "", values[target])
    if "household_key" in values:
        household = known_target(imported.source, "household", values["household_key"])
        member = HouseholdMember.unscoped.filter(**mine).at(today).first()
        if household is None or member is None or member.household_id != household:
            _differ(plan, imported, "household", member, "", values["household_key"])
    _compare_dossier(plan, imported)
    _compare_own(plan, imported)


def _compare_dossier(plan: Plan, imported: Import) -> None:
    key = plan.values.get("dossier_key")
    if key:
        dossier = known_target(imported.source, "dossier", key)
        if dossier is None or not DossierMember.unscoped.filter(person=plan.person_id, dossier=dossier, live=1).exists():
            _write(plan, "dossier", "", key)


def _title(value: str) -> str:
    return str(ResidenceTitle(value).label) if value else ""


def _compare_own(plan: Plan, imported: Import) -> None:
    """Own fields beside what the file and the person hold today."""
    mine = own_fields.given(plan.values) | own_fields.given(plan.values, persons=True)
    if not mine:
        return
    dossier = known_target(imported.source, "dossier", plan.values["dossier_key"]) if plan.values.get("dossier_key") else None
    held = own_fields.held_today(dossier, plan.person_id, mine)
    for key, value in mine.items():
        row = held.get(key)
        if row is None or row.value != value:
            words = own.fields()[key].words
            _differ(plan, imported, key, row, words(row.value) if row else "", words(value), key)


def _compare_address(plan: Plan, imported: Import, today: dt.date) -> None:
    values = plan.values
    person_id = plan.person_id or 0
    known = Address.unscoped.filter(person=person_id, kind="domicile").at(today).first()
    told = Address(**{part: values.get(part, "BE" if part == "country" else "") for part in ADDRESS_PARTS})
    protected = bool(known and known.hidden) or person_id in hidden_person_ids([person_id], today)
    if values.get("protected") and not protected:
        _write(plan, "address", "", _("protected"), "protected")
    _differ(plan, imported, "address", known, known.one_line if known else "", told.one_line, "street")
    if protected:
        for one in plan.findings:
            if one["field"] in ("street", "protected") and one["kind"] != "error":
                one["known"] = one["new"] = _("protected")


def _differ(plan: Plan, imported: Import, aspect: str, row: Any, known: Any, new: Any, target: str = "") -> None:
    """Note a difference. What colleagues entered stays, unless the import was told to replace it."""
    if _plain(known) == _plain(new):
        return
    ours = row is None or row.source == Source.IMPORT
    empty = known in (None, "")
    if ours or empty or imported.options.get("replace"):
        _write(plan, aspect, known, new, target, ours=ours)
        return
    plan.findings.append(
        {
            "kind": "kept",
            "field": target or _field(aspect),
            "known": _shown(known),
            "new": _shown(new),
            "ours": False,
            "who": row.author_label,
        }
    )


def _write(plan: Plan, aspect: str, known: Any, new: Any, target: str = "", *, ours: bool = True) -> None:
    if aspect not in plan.writes:
        plan.writes.append(aspect)
    plan.findings.append({"kind": "change", "field": target or _field(aspect), "known": _shown(known), "new": _shown(new), "ours": ours})


def _field(aspect: str) -> str:
    return {"name": "family_name", "household": "household_key", "dossier": "dossier_key"}.get(aspect, aspect)


def _plain(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, dt.date) else sort_key(str(value))


def _shown(value: Any) -> str:
    if value in (None, ""):
        return ""
    return f"{value:%d/%m/%Y}" if isinstance(value, dt.date) else str(value)


def _latest(rows: Any, day: dt.date) -> Any:
    """The row that holds today, else the last one."""
    found = list(rows.order_by("valid_from", "pk"))
    return next((row for row in reversed(found) if row.valid_from <= day < row.valid_to), found[-1] if found else None)


def raw(row_cells: tuple[str, ...], header: list[str], mapping: dict[str, str]) -> dict[str, str]:
    """The mapped cells of a row. What was not mapped is not kept."""
    return {mapping[column]: cell for column, cell in zip(header, row_cells, strict=False) if column in mapping}


def left_out(row_cells: tuple[str, ...], header: list[str], mapping: dict[str, str]) -> dict[str, str]:
    """The cells that mean nothing here, as they came: kept only where the import was told to, to be read as in the old system."""
    return {column: cell for column, cell in zip(header, row_cells, strict=False) if column not in mapping and cell}


def created_persons(imported: Import) -> set[int]:
    return set(SourceKey.unscoped.filter(imported=imported, kind="person", created=True, live=1).values_list("target_id", flat=True))


def lines_waiting(imported: Import) -> Any:
    return Line.unscoped.filter(imported=imported, result="").order_by("number")
