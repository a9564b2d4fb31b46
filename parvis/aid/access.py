"""Who sees, prepares and corrects aid. Rows share the scope of their dossier."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parvis.accounting.api import may_prepare, may_see_payments
from parvis.contacts.api import can_read_persons
from parvis.dossiers.api import can_read_dossiers, only_reads
from parvis.identity.enums import Function
from parvis.kernel.scope import may_see

if TYPE_CHECKING:
    from parvis.dossiers.api import Dossier
    from parvis.kernel.actor import Actor

    from .models import Claim, Entitlement

__all__ = [
    "may_attest",
    "may_correct_account",
    "may_define_types",
    "may_register_claims",
    "may_run",
    "may_see_aid",
    "may_see_attestations",
    "may_see_category",
    "may_see_claims",
    "may_see_run",
    "may_settle_held",
    "may_tell_settled",
]


def may_see_aid(actor: Actor) -> bool:
    """Whoever reads dossiers and may see money in them."""
    return actor.is_system or (can_read_dossiers(actor) and may_see(actor, "money"))


def may_see_category(actor: Actor) -> bool:
    """The category by which a person is helped says with whom she lives and that she is helped: of the class of the aid itself."""
    return can_read_persons(actor) and may_see_aid(actor)


def may_define_types(actor: Actor) -> bool:
    """Kinds of aid are of the whole centre, like its own fields and lists: its administration, in one's own name."""
    return actor.is_system or (actor.is_agent and not actor.by_proxy and None in actor.units_for(Function.ADMINISTRATOR))


def may_see_run(actor: Actor) -> bool:
    return may_see_payments(actor)


def may_run(actor: Actor) -> bool:
    return may_prepare(actor)


def may_correct_account(actor: Actor, entitlement: Entitlement | None = None) -> bool:
    """Worker and chief of the unit, or the payer who got the rejection. Another person still releases."""
    if actor.is_system or not actor.is_agent:
        return False
    if actor.has(Function.PAYER):
        return True
    unit = entitlement.unit_id if entitlement is not None else None
    return actor.has(Function.SOCIAL_WORKER, Function.CHIEF) and (
        entitlement is None or actor.holds(unit, Function.SOCIAL_WORKER, Function.CHIEF)
    )


def may_settle_held(actor: Actor) -> bool:
    """Pay on, or not, while a continuation is being decided: a person says so."""
    return actor.is_agent and actor.has(Function.SOCIAL_WORKER, Function.CHIEF, Function.PAYER)


def may_register_claims(actor: Actor) -> bool:
    return actor.is_agent and actor.has(Function.ACCOUNTANT)


def may_see_claims(actor: Actor) -> bool:
    return actor.is_system or (
        actor.is_agent and actor.has(Function.ACCOUNTANT, Function.AUDITOR, Function.PAYER, Function.RELEASER, Function.CHIEF)
    )


#: Who stands at the counter, or follows the person. The paper says what the person may show to others, and nothing else of the aid.
ATTESTERS = (Function.CLERK, Function.SOCIAL_WORKER, Function.CHIEF)


def may_attest(actor: Actor, dossier: Dossier | None = None) -> bool:
    """Hands an attestation over. Without the class of money: the paper's own words are all that a clerk reads of it. A file opened
    exceptionally is read only."""
    if actor.is_system:
        return True
    if not actor.is_agent or not actor.has(*ATTESTERS):
        return False
    if dossier is None:
        return True
    # A clerk in the own service; a worker also for the files followed in another one.
    mine = actor.holds(dossier.unit_id, *ATTESTERS) or actor.has(Function.SOCIAL_WORKER, Function.CHIEF)
    return mine and not only_reads(actor, dossier)


def may_see_attestations(actor: Actor) -> bool:
    """The register of what was handed over."""
    return actor.is_system or (actor.is_agent and actor.has(*ATTESTERS, Function.AUDITOR))


def may_tell_settled(actor: Actor, claim: Claim | None = None) -> bool:
    """Whoever follows the person: worker and chief, for the files that they may write in."""
    if not may_see_aid(actor) or not actor.is_agent or not actor.has(Function.SOCIAL_WORKER, Function.CHIEF):
        return False
    return claim is None or not only_reads(actor, claim.dossier)
