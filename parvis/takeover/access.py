"""Takeovers are the administrator's: who fills the register from a file needs no file of a person for it."""

from __future__ import annotations

from django.db.models import Q

from parvis.identity.enums import Function
from parvis.kernel.actor import Actor
from parvis.kernel.scope import EVERYTHING, NOTHING, scope

from .models import Import


def may_take_over(actor: Actor) -> bool:
    """Administrators of the whole centre, never through one unit."""
    return actor.is_agent and None in actor.units_for(Function.ADMINISTRATOR)


@scope(Import)
def import_scope(actor: Actor) -> Q:
    return EVERYTHING if may_take_over(actor) else NOTHING
