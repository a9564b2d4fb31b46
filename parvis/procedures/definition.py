"""What a procedure definition holds, and how it reads the answers of its form. Pure.

``person`` and ``pieces`` say which answer means what, ``lines`` which rights are asked for (each with its terms, provision kind and
mandatory pieces, and a condition on the answers), ``aids`` the question whose answers may be kinds of aid of the centre, ``takes`` what an agent may take over as facts.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from parvis.contacts.enums import PartyKind
from parvis.form_engine.enums import LANGUAGES
from parvis.kernel import expressions, registries

CLOCKS = ("decide", "notify", "pay", "appeal")
PERSON = ("family_name", "given_names", "birth_date", "niss", "address", "iban", "account_holder", "phone", "email", "language")
URGENCY = ("flag", "reason", "amount")
TAKES = ("members", "situation", "situation_rows")


def validate(definition: Any, form: Mapping[str, Any]) -> list[str]:
    """Every fault, as "path: message"; empty when it may be published with this form."""
    found: list[str] = []
    if not isinstance(definition, dict):
        return [_("a procedure is an object")]
    asked = [field for page in form["pages"] for field in page["fields"]]
    fields = {field["key"] for field in asked}
    found += [
        f"form.{field['key']}.book: " + _("unknown kind of contact: %(kind)s") % {"kind": field["book"]}
        for field in [*asked, *(child for one in asked if one["type"] == "rows" for child in one["fields"])]
        if field.get("book", PartyKind.OTHER) not in PartyKind.values
    ]
    for name in ("title", "summary"):
        _label(definition.get(name), name, found)
    for name in ("process", "unit"):
        if not isinstance(definition.get(name), str) or not definition[name]:
            found.append(f"{name}: " + _("missing"))
    person = definition.get("person")
    if not isinstance(person, dict) or not {"family_name", "given_names"} <= set(person):
        found.append("person: " + _("say which answers are the name and the first name"))
    else:
        for role, field in person.items():
            if role not in PERSON:
                found.append(f"person.{role}: " + _("unknown"))
            _field(field, f"person.{role}", fields, found)
    named = {f"urgency.{name}": value for name, value in definition.get("urgency", {}).items() if name in URGENCY}
    for path, field in (named | {name: definition[name] for name in ("aids",) if name in definition}).items():
        _field(field, path, fields, found)
    for field in definition.get("pieces", {}):
        _field(field, f"pieces.{field}", fields, found)
    for index, take in enumerate(definition.get("takes", [])):
        _field(take.get("field"), f"takes[{index}].field", fields, found)
        if take.get("kind") not in TAKES:
            found.append(f"takes[{index}].kind: " + _("unknown"))
    lines = definition.get("lines")
    if not isinstance(lines, list) or not lines:
        found.append("lines: " + _("at least one line is needed"))
        return found
    keys: set[str] = set()
    for index, line in enumerate(lines):
        _line(line, f"lines[{index}]", fields, keys, found)
    return found


def _line(line: Any, path: str, fields: set[str], keys: set[str], found: list[str]) -> None:
    if not isinstance(line, dict) or not line.get("key") or line["key"] in keys:
        found.append(f"{path}.key: " + _("missing or used twice"))
        return
    keys.add(line["key"])
    _label(line.get("label"), f"{path}.label", found)
    terms = line.get("terms")
    if not isinstance(terms, dict) or not set(terms) <= set(CLOCKS) or "decide" not in terms:
        found.append(f"{path}.terms: " + _("name the term to decide, and notify, pay, appeal where they apply"))
    _condition(line.get("when"), f"{path}.when", fields, found)
    for index, piece in enumerate(line.get("mandatory_pieces", [])):
        _label(piece.get("label"), f"{path}.mandatory_pieces[{index}].label", found)
        _condition(piece.get("when"), f"{path}.mandatory_pieces[{index}].when", fields, found)


def _label(value: Any, path: str, found: list[str]) -> None:
    for code in LANGUAGES:
        if not isinstance(value, dict) or not str(value.get(code, "")).strip():
            found.append(f"{path}.{code}: " + _("missing"))


def _field(name: Any, path: str, fields: set[str], found: list[str]) -> None:
    if name not in fields:
        found.append(f"{path}: " + _("the form has no field “%(name)s”") % {"name": name})


def _condition(rule: Any, path: str, fields: set[str], found: list[str]) -> None:
    if rule is None:
        return
    try:
        ast = expressions.parse(rule) if isinstance(rule, str) else rule
        found += [f"{path}: {fault}" for fault in expressions.problems(ast, fields | {"today", "channel"})]
    except expressions.ExpressionError as error:
        found.append(f"{path}: {error}")


def normalise(definition: dict[str, Any]) -> dict[str, Any]:
    """The same with every condition as its tree."""
    out = copy.deepcopy(definition)
    for line in out["lines"]:
        for thing in [line, *line.get("mandatory_pieces", [])]:
            if isinstance(thing.get("when"), str):
                thing["when"] = expressions.parse(thing["when"])
    return out


# Reading answers ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Urgency:
    urgent: bool
    reason: str
    amount: str


def person_answers(definition: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers that say who the person is, by role ("family_name", "niss", …)."""
    return {role: answers[field] for role, field in definition["person"].items() if field in answers}


def applicant_name(definition: Mapping[str, Any], answers: Mapping[str, Any]) -> str:
    """Name as in lists: given names first."""
    person = person_answers(definition, answers)
    return " ".join(str(person[role]) for role in ("given_names", "family_name") if person.get(role))


def urgency(definition: Mapping[str, Any], answers: Mapping[str, Any]) -> Urgency:
    names = definition.get("urgency", {})
    return Urgency(
        urgent=answers.get(names.get("flag", "")) is True,
        reason=str(answers.get(names.get("reason", ""), "")),
        amount=str(answers.get(names.get("amount", ""), "")),
    )


def wants_hearing(definition: Mapping[str, Any], answers: Mapping[str, Any]) -> bool:
    return answers.get(definition.get("hearing", "")) is True


def asked_aids(definition: Mapping[str, Any], answers: Mapping[str, Any]) -> list[str]:
    """Kinds of aid of the centre among the answers to the question that offers them (``aids``): each is a line of the request."""
    given = answers.get(definition.get("aids", ""))
    chosen = given if isinstance(given, list) else [given]
    return [one for one in chosen if isinstance(one, str) and one.startswith(registries.provisions.prefix)]


def piece_kind(definition: Mapping[str, Any], field: str) -> str:
    """The kind of document that a file field brings."""
    return str(definition.get("pieces", {}).get(field, "other"))


def line_wanted(line: Mapping[str, Any], names: Mapping[str, Any]) -> bool:
    """Whether the answers (typed, by name) ask for this line. An error in a condition asks: nobody loses a right to a mistake."""
    if line.get("when") is None:
        return True
    try:
        return expressions.holds(line["when"], names)
    except expressions.ExpressionError:
        return True


def pieces_wanted(line: Mapping[str, Any], names: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Mandatory pieces of a line for these answers, without their condition."""
    return [
        {name: value for name, value in piece.items() if name != "when"}
        for piece in line.get("mandatory_pieces", [])
        if line_wanted(piece, names)
    ]
