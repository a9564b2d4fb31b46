"""Which dossiers an actor sees, and what of them."""

from __future__ import annotations

from django.db.models import Q

from parvis.identity.enums import Function
from parvis.kernel.actor import Actor
from parvis.kernel.scope import EVERYTHING, NOTHING, may_see, scope

from .enums import DATA_CLASS_OF, SituationKind
from .models import Dossier, SituationFact
from .selectors import followed_by

# Committee members and the president see packs, administrators see accounts: none of them sees a dossier.
BY_UNIT = (
    Function.CLERK,
    Function.SOCIAL_WORKER,
    Function.CHIEF,
    Function.LAWYER,
    Function.COMMITTEE_SECRETARY,
    Function.PAYER,
    Function.RELEASER,
    Function.ACCOUNTANT,
    Function.AUDITOR,
)
WRITERS = (Function.SOCIAL_WORKER, Function.CHIEF)
OPENERS = (Function.CLERK, Function.SOCIAL_WORKER, Function.CHIEF)


@scope(Dossier)
def dossier_scope(actor: Actor) -> Q:
    """Dossiers of the units where the actor has a function, and those that the actor follows whatever their unit."""
    if actor.is_system:
        return EVERYTHING
    if not actor.is_agent:
        return NOTHING
    units = actor.units_for(*BY_UNIT)
    if None in units:
        return EVERYTHING
    mine = Q(unit__in=sorted(unit for unit in units if unit is not None)) if units else NOTHING
    if actor.account_id is not None and actor.has(*WRITERS):
        mine |= Q(pk__in=followed_by(actor.account_id))
    return mine


@scope(SituationFact)
def situation_scope(actor: Actor) -> Q:
    """Lines of visible dossiers, of the classes of data that the actor's functions open."""
    if actor.is_system:
        return EVERYTHING
    kinds = [str(kind) for kind in SituationKind if may_see(actor, DATA_CLASS_OF[kind])]
    return Q(kind__in=kinds, dossier__in=Dossier.objects.visible_to(actor).order_by().values("pk")) if kinds else NOTHING


def can_read_dossiers(actor: Actor) -> bool:
    return actor.is_system or (actor.is_agent and actor.has(*BY_UNIT))


def can_open_dossier(actor: Actor) -> bool:
    return actor.is_system or (actor.is_agent and actor.has(*OPENERS))


def can_write_situation(actor: Actor) -> bool:
    return actor.is_system or (actor.is_agent and actor.has(*WRITERS))


def can_assign(actor: Actor) -> bool:
    return actor.is_system or (actor.is_agent and actor.has(Function.CHIEF, Function.CLERK, Function.SOCIAL_WORKER))


def can_close(actor: Actor) -> bool:
    return actor.is_system or (actor.is_agent and actor.has(*WRITERS))


def hidden_kinds(actor: Actor) -> list[SituationKind]:
    """Kinds of situation that this actor may not see."""
    return [kind for kind in SituationKind if not may_see(actor, DATA_CLASS_OF[kind])]
