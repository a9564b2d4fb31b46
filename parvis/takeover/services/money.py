"""What one line of running aids, or of payments made, would do: pure reading."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from parvis.aid.api import RunningRight, find_taken_over, told_differences
from parvis.contacts.api import Identifier, display_names
from parvis.dossiers.api import Dossier, DossierMember, DossierStatus
from parvis.kernel import clock, registries

from ..calculations import alike
from ..enums import FileKind, Outcome
from ..models import Import, PastPayment
from ..reading.money import ONCE, aid_kind, clean_money
from ..reading.values import BadValue
from .known import known_target
from .planning import NUMBER_KINDS, Plan, key_of

ZERO = Decimal("0.00")
#: The number that a line has for itself when the old system gives none: not a column of the file.
OWN_KEY = "@key"
PAYMENT_FIELDS = ("person_id", "aid", "kind", "month", "gross", "withheld", "paid", "payee_name", "iban", "communication")


def plan_money(*, imported: Import, data: dict[str, str]) -> Plan:
    """What this line would do today."""
    plan = Plan()
    for target, text in data.items():
        if target == OWN_KEY:
            plan.values[target] = text
            continue
        try:
            value = clean_money(target, text)
        except BadValue as error:
            plan.wrong(target, error.problem, error.advice)
            continue
        if value is not None:
            plan.values[target] = value
    plan.key = key_of(plan.values)
    if not plan.key and not any(one["field"] in ("key", "national_number") for one in plan.findings):
        plan.wrong("key", _("empty"), _("Give the number of the person in the old system, or the national number."))
    if not plan.values.get("aid"):
        plan.wrong("aid", _("empty"), _("Say which aid it is."))
    if imported.kind == FileKind.RIGHTS:
        _right(plan, imported)
    else:
        _payment(plan, imported)
    return plan


def number_lines(kind: str, seen: Counter[str], data: dict[str, str]) -> None:
    """Give a line its own number where the old system gives none: what it says, and which of its equals it is in the file.

    Two payments alike in one file are two payments, and the same file read again finds both.
    """
    given = "right_key" if kind == FileKind.RIGHTS else "payment_key"
    if data.get(given):
        data[OWN_KEY] = data[given].strip()
        return
    parts = ("key", "national_number", "aid") if kind == FileKind.RIGHTS else ("key", "national_number", "aid", "month", "paid", "iban")
    said = "|".join("".join(data.get(part, "").split()) for part in parts)
    seen[said] += 1
    data[OWN_KEY] = f"~{sha256(said.encode()).hexdigest()[:40]}#{seen[said]}"


def person_of(plan: Plan, source: str) -> int | None:
    by_key = known_target(source, "person", plan.key)
    number = plan.values.get("national_number", "")
    if by_key is None and number:
        by_key = Identifier.unscoped.filter(kind__in=NUMBER_KINDS, value=number, live=1).values_list("person_id", flat=True).first()
    return by_key


def _right(plan: Plan, imported: Import) -> None:
    values = plan.values
    kind = aid_kind(values.get("aid", ""))
    if values.get("aid") and (not kind or kind == ONCE):
        plan.wrong(
            "aid",
            _("no aid that is paid month by month has this name: %(text)s") % {"text": values["aid"]},
            _("Use one of: %(names)s.") % {"names": ", ".join(kind_names())},
        )
    if values.get("amount", ZERO) <= 0 and not _faulty(plan, "amount"):
        plan.wrong("amount", _("empty"), _("Give what the aid is a month."))
    if "right_from" not in values and not _faulty(plan, "right_from"):
        plan.wrong("right_from", _("empty"), _("Give the first day of the right."))
    if "right_from" in values and values.get("right_to", dt.date.max) < values["right_from"]:
        plan.wrong("right_to", _("before its first day"), _("Correct the period."))
    if values.get("withheld", ZERO) < 0 or ("amount" in values and values.get("withheld", ZERO) >= values["amount"] > 0):
        plan.wrong("withheld", _("more is kept back than the aid pays"), _("Correct the amount, or what is kept back."))
    if plan.outcome == Outcome.ERROR:
        return
    plan.person_id = person_of(plan, imported.source)
    if plan.person_id is None:
        plan.wrong("key", _("nobody of the register has this number"), _("Take the persons over first."))
        return
    found = _dossier(plan, imported)
    if found is None:
        return
    values["kind"] = kind
    right = right_of(plan, imported, *found)
    held = find_taken_over(imported.source, [right.key]).get(right.key)
    if held is None:
        plan.outcome, plan.writes = Outcome.CREATE, ["right"]
        return
    for name, (before, told) in told_differences(held, right).items():
        plan.findings.append({"kind": "change", "field": _FIELD.get(name, name), "known": before, "new": told, "ours": True})
    if not plan.findings:
        plan.outcome = Outcome.SAME
    elif held.state != "waiting":
        plan.wrong("right_key", _("this right is live"), _("It changes by a decision, no longer by a file."))
    else:
        plan.outcome, plan.writes = Outcome.CHANGE, ["right"]


_FIELD = {"kind": "aid", "valid_from": "right_from", "valid_to": "right_to", "payee_name": "payee"}


def _faulty(plan: Plan, target: str) -> bool:
    return any(one["field"] == target for one in plan.findings)


def kind_names() -> list[str]:
    code = (get_language() or "fr")[:2]
    return [
        str(kind.title.get(code, key))
        for key, kind in registries.provisions.items()
        if key.startswith("aid.") and getattr(kind, "periodicity", "") == "month"
    ]


def _dossier(plan: Plan, imported: Import) -> tuple[int, int] | None:
    """The dossier named, else the only open one of the person, with its unit."""
    if plan.values.get("dossier_key"):
        pk = known_target(imported.source, "dossier", plan.values["dossier_key"])
        if pk is None:
            plan.wrong("dossier_key", _("no dossier was taken over under this number"), _("Take the dossiers over first."))
            return None
        return pk, Dossier.unscoped.values_list("unit_id", flat=True).get(pk=pk)
    mine = DossierMember.unscoped.filter(person=plan.person_id, live=1).at(clock.today()).order_by().values("dossier_id")
    rows = list(Dossier.unscoped.filter(pk__in=mine, status=DossierStatus.OPEN).order_by("pk").values_list("pk", "unit_id", "lead_id")[:10])
    led = [row for row in rows if row[2] == plan.person_id]
    if len(led) == 1 or len(rows) == 1:
        pk, unit, _lead = (led or rows)[0]
        return pk, unit
    if rows:
        plan.wrong("dossier_key", _("the person has several dossiers"), _("Give the number of the dossier."))
    else:
        plan.wrong("dossier_key", _("the person has no open dossier"), _("Take the dossiers over first."))
    return None


def right_of(plan: Plan, imported: Import, dossier_id: int, unit_id: int) -> RunningRight:
    values = plan.values
    person_id = plan.person_id or 0
    name = display_names([person_id]).get(person_id, "")
    payee = values.get("payee", "") or name
    return RunningRight(
        key=values[OWN_KEY],
        dossier_id=dossier_id,
        unit_id=unit_id,
        person_id=person_id,
        kind=values["kind"],
        title=dict(registries.provisions.get(values["kind"]).title),
        amount=values["amount"],
        from_on=values["right_from"],
        to_on=values.get("right_to"),
        payee_name=payee,
        payee_person_id=person_id if alike(payee, name) else None,
        iban=values.get("iban", ""),
        withheld=values.get("withheld", ZERO),
        withheld_left=values.get("withheld_left"),
        withheld_reason=values.get("withheld_reason", "") or imported.source,
        told=values.get("told", ""),
    )


def _payment(plan: Plan, imported: Import) -> None:
    values = plan.values
    if "month" not in values and imported.options.get("month") and not _faulty(plan, "month"):
        values["month"] = dt.date.fromisoformat(imported.options["month"])
    if "month" not in values and not _faulty(plan, "month"):
        plan.wrong("month", _("empty"), _("Give the month that was paid."))
    values.setdefault("withheld", ZERO)
    if "paid" not in values and "gross" in values:
        values["paid"] = values["gross"] - values["withheld"]
    if "paid" not in values and not _faulty(plan, "paid"):
        plan.wrong("paid", _("empty"), _("Give what was paid."))
    if "paid" in values:
        values.setdefault("gross", values["paid"] + values["withheld"])
        if not (_faulty(plan, "gross") or _faulty(plan, "withheld")) and values["gross"] - values["withheld"] != values["paid"]:
            plan.wrong("paid", _("not the amount less what is kept back"), _("Correct the amounts, or leave one of them out."))
    if plan.outcome == Outcome.ERROR:
        return
    plan.person_id = person_of(plan, imported.source)
    values["kind"] = aid_kind(values["aid"])
    if plan.person_id is None:
        plan.findings.append({"kind": "note", "field": "key", "text": "unknown"})
    if not values["kind"]:
        plan.findings.append({"kind": "note", "field": "aid", "text": "other_aid"})
    held = PastPayment.unscoped.filter(source=imported.source, key=values[OWN_KEY], live=1).first()
    if held is None:
        plan.outcome, plan.writes = Outcome.CREATE, ["payment"]
        return
    told = payment_values(plan)
    changed = [name for name in PAYMENT_FIELDS if getattr(held, name) != told[name]]
    for name in changed:
        if name in ("person_id", "kind"):
            continue
        plan.findings.append(
            {
                "kind": "change",
                "field": "payee" if name == "payee_name" else name,
                "known": str(getattr(held, name)),
                "new": str(told[name]),
                "ours": True,
            }
        )
    plan.outcome = Outcome.CHANGE if changed else Outcome.SAME
    plan.writes = ["payment"] if changed else []


def payment_values(plan: Plan) -> dict[str, Any]:
    values = plan.values
    return {
        "person_id": plan.person_id,
        "aid": values["aid"][:120],
        "kind": values["kind"],
        "month": values["month"],
        "gross": values["gross"],
        "withheld": values["withheld"],
        "paid": values["paid"],
        "payee_name": values.get("payee", ""),
        "iban": values.get("iban", ""),
        "communication": values.get("communication", ""),
    }
