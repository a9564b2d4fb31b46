from __future__ import annotations

from django.db.models import Q

from parvis.kernel.actor import Actor
from parvis.kernel.registries import subject_scopes
from parvis.kernel.scope import NOTHING, scope
from parvis.rules.models import Calculation


def may_read_parameters(actor: Actor) -> bool:
    return actor.has("chief", "accountant", "administrator", "auditor")


def may_change_parameters(actor: Actor) -> bool:
    return actor.is_system or actor.has("administrator")


@scope(Calculation)
def _calculations(actor: Actor) -> Q:
    """A calculation is seen with its subject: each context registers the ids of its subjects that an actor may see."""
    seen = Q()
    for kind, visible in subject_scopes.items():
        seen |= Q(subject_type=kind, subject_id__in=visible(actor))
    return seen or NOTHING
