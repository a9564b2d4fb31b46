from __future__ import annotations

from django.db.models import Q

from parvis.kernel.actor import Actor
from parvis.kernel.scope import NOTHING, scope

from .models import Draft


@scope(Draft)
def draft_scope(actor: Actor) -> Q:
    """A draft belongs to whoever holds its code, or to the agent who types it. Nobody else reads what was not sent."""
    if actor.is_agent and actor.account_id:
        return Q(holder_id=actor.account_id)
    opened = actor.refers_to("draft")
    return Q(pk__in=sorted(opened)) if opened else NOTHING
