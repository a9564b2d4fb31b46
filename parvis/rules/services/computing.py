"""Computing with the parameters of a day, and keeping the result."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from parvis.kernel import canonical, clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.gestures import gesture
from parvis.kernel.subject import SubjectRef
from parvis.rules import calculations, selectors
from parvis.rules.errors import BadInput, RulesError
from parvis.rules.models import Calculation
from parvis.rules.values import Cohabitant, Equity, Explanation, Resource

_MESSAGES = {
    "category": lambda: _("Choose the category: 1, 2 or 3."),
    "basis": lambda: _("Choose the legal basis."),
    "amount": lambda: _("An amount is positive or zero, with at most two decimals."),
    "periodicity": lambda: _("Say whether the amount is per month or per year."),
    "kind": lambda: _("Choose the kind of resource."),
    "relation": lambda: _("Choose what this person is to the applicant."),
    "equity_reason": lambda: _("A deviation in equity needs its reason in words."),
    "equity_without_cohabitant": lambda: _("A deviation in equity concerns the resources of cohabitants: add them first."),
}


def compute_ris(
    *,
    day: date,
    category: str,
    resources: Sequence[Resource] = (),
    isp: bool = False,
    cohabitants: Sequence[Cohabitant] = (),
    equity: Equity | None = None,
    basis: str = "ris",
    known_on: datetime | None = None,
) -> Explanation:
    """The amount per month of the integration income from ``day``, with its explanation, by the parameters that hold on that day.

    Raises:
        BadInput: an input makes no sense (``field`` names it).
        UnknownParameter: a rate is missing on that day.
    """
    rates = selectors.parameters(calculations.PARAMETERS, day, known_on=known_on)
    try:
        return calculations.compute(
            day=day,
            category=str(category),
            rates=rates,
            resources=resources,
            isp=isp,
            cohabitants=cohabitants,
            equity=equity,
            basis=str(basis),
        )
    except calculations.CalculationError as fault:
        raise BadInput(_MESSAGES[fault.code](), field=fault.field, code=fault.code) from fault


def compute_equivalent_aid(**inputs: Any) -> Explanation:
    """Social aid equivalent to the integration income: the same computation on the organic law of 8 July 1976."""
    return compute_ris(**{**inputs, "basis": "equivalent_aid"})


@gesture
def save_calculation(*, actor: Actor, subject: SubjectRef, explanation: Explanation, dossier_id: int | None = None) -> Calculation:
    """Keep a computed amount as evidence. The tree must give the amount again, or nothing is kept.

    Raises:
        RulesError: tree and amount disagree.
    """
    if calculations.recompute_from_tree(explanation.tree) != explanation.amount:
        raise RulesError(_("The explanation does not give this amount again. Compute once more."), code="drift")
    row = Calculation(
        subject_type=subject.type,
        subject_id=subject.id,
        ruleset=explanation.ruleset,
        version=explanation.version,
        basis=explanation.basis,
        day=explanation.day,
        inputs=canonical.plain(dict(explanation.inputs)),
        tree=canonical.plain(explanation.tree),
        notes=canonical.plain(explanation.notes),
        amount=explanation.amount,
        currency=explanation.currency,
        digest=canonical.digest(explanation.to_json()),
        computed_at=clock.now(),
        author_id=actor.account_id,
        author_label=actor.label[:191],
    )
    row.save(force_insert=True)
    mutations.record(
        f"dossier:{dossier_id}" if dossier_id else "context:rules",
        actor=actor,
        verb="calculation.saved",
        subject=subject,
        values={"calculation": row.pk, "amount": explanation.amount, "digest": row.digest},
    )
    return row


def explanation_of(calculation: Calculation) -> Explanation:
    """A kept calculation as an explanation again."""
    return Explanation(
        ruleset=calculation.ruleset,
        version=calculation.version,
        basis=calculation.basis,
        day=calculation.day,
        inputs=calculation.inputs,
        tree=calculation.tree,
        amount=calculation.amount,
        currency=calculation.currency,
        notes=calculation.notes,
    )
