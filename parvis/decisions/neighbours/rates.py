"""Rules: calculations kept as evidence, terms and switches that are dated parameters."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.subject import SubjectRef
from parvis.kernel.terms import Term
from parvis.rules import api as rules

from ..provisions import ProvisionKind
from .common import READER


def saved_calculation(actor: Actor, proposal: Any, calculation: Any) -> Any | None:
    """What a kind computed, kept as evidence: an explanation is saved, a saved row passes."""
    if calculation is None or isinstance(calculation, rules.Calculation):
        return calculation
    return rules.save_calculation(
        actor=actor, subject=SubjectRef("proposal", proposal.pk), explanation=calculation, dossier_id=proposal.dossier_id
    )


def calculations(pks: Iterable[int]) -> dict[int, Any]:
    """Kept calculations by their key, in one query: what they belong to was opened already."""
    found: dict[int, Any] = rules.Calculation.objects.visible_to(READER).in_bulk(set(pks))
    return found


def calculation(pk: int) -> Any:
    return rules.calculation(pk)


def calculation_json(pk: int) -> dict[str, Any]:
    row = calculation(pk)
    return {
        "id": row.pk,
        "ruleset": row.ruleset,
        "version": row.version,
        "basis": row.basis,
        "day": row.day,
        "inputs": row.inputs,
        "tree": row.tree,
        "notes": row.notes,
        "amount": row.amount,
        "currency": row.currency,
        "digest": row.digest,
        "parameters": list(rules.parameters_in(row.tree)),
    }


def legal_term(day: date) -> date:
    """Last day for the lawyer: two working days unless the centre's parameter says otherwise."""
    try:
        term = rules.term("be.legal_opinion", day)
    except rules.UnknownParameter:
        term = Term(2, "working")
    return term.due(day)


def chief_level(unit_id: int | None) -> bool:
    """Whether the centre, or this unit, wants a chief between worker and committee. On unless a dated parameter is 0."""
    keys = ([f"decisions.chief_level.{unit_id}"] if unit_id else []) + ["decisions.chief_level"]
    found = rules.first_parameter(keys, clock.today())
    return found is None or found.decimal != 0


def default_details(kind: ProvisionKind, dossier_id: int, person_id: int, day: date) -> dict[str, Any]:
    """The first choice of what must be chosen, unless the kind knows better from the file of that day (its `preset`)."""
    usual = {item.key: item.choices[0][0] for item in getattr(kind, "inputs", ()) if item.choices and item.required}
    preset = getattr(kind, "preset", None)
    return usual | (dict(preset(dossier_id, person_id, day)) if preset is not None else {})
