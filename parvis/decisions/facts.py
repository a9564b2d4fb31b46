"""What processes may ask about a request line. Read fresh at each gateway."""

from __future__ import annotations

from decimal import Decimal

from parvis.dossiers.api import own_template_fields
from parvis.kernel import registries
from parvis.kernel.actor import system_actor
from parvis.kernel.subject import SubjectRef

from . import neighbours, selectors
from .enums import GRANTING_OUTCOMES


def chief_level(subject: SubjectRef) -> bool:
    proposal = selectors.living_proposal(subject.id)
    return neighbours.chief_level(proposal.unit_id if proposal else None)


def legal_requested(subject: SubjectRef) -> bool:
    """An opinion was asked and is still awaited: one already given asks nothing more of the lawyer."""
    return selectors.opinion_awaited(subject.id)


def urgent(subject: SubjectRef) -> bool:
    proposal = selectors.living_proposal(subject.id)
    return bool(proposal and proposal.urgent)


def outcome(subject: SubjectRef) -> str:
    decision = selectors.last_decision(subject.id)
    return decision.outcome if decision else ""


def has_payment(subject: SubjectRef) -> bool:
    """Something was granted that is paid to somebody."""
    decision = selectors.last_decision(subject.id)
    if decision is None or decision.outcome not in GRANTING_OUTCOMES:
        return False
    return any(Decimal(row["amount"]) > 0 and row["payee"].get("iban") for row in decision.decided_version.provisions)


def has_recovery(subject: SubjectRef) -> bool:
    """ "Recover" was ticked on one of the provisions granted."""
    decision = selectors.last_decision(subject.id)
    if decision is None or decision.outcome not in GRANTING_OUTCOMES:
        return False
    return any(row.get("recover") for row in decision.decided_version.provisions)


registries.facts.register("decisions.chief_level", chief_level)
registries.facts.register("decisions.legal_requested", legal_requested)
registries.facts.register("decisions.urgent", urgent)
registries.facts.register("decisions.outcome", outcome)
registries.facts.register("decisions.has_payment", has_payment)
registries.facts.register("decisions.has_recovery", has_recovery)


def letter_fields(key: str, mailing: bool) -> dict[str, str]:
    """The centre's own fields, which the letters of decisions say: not those of mailings, of attestations or of what was settled."""
    if mailing or key.startswith(("attestation.", "recovery.settled")):
        return {}
    return own_template_fields(system_actor("decisions.letters"))


registries.letter_fields.register("decisions", letter_fields)
