"""Takeovers are the administrator's: who fills the register from a file needs no file of a person for it."""

from __future__ import annotations

from django.db.models import Q

from parvis.accounting.api import may_prepare, may_release, may_see_payments
from parvis.identity.enums import Function
from parvis.kernel.actor import Actor
from parvis.kernel.scope import EVERYTHING, NOTHING, scope

from .models import GoLive, Import, Rehearsal


def may_take_over(actor: Actor) -> bool:
    """Administrators of the whole centre, never through one unit."""
    return actor.is_agent and None in actor.units_for(Function.ADMINISTRATOR)


@scope(Import)
def import_scope(actor: Actor) -> Q:
    return EVERYTHING if may_take_over(actor) else NOTHING


def may_compare(actor: Actor) -> bool:
    """Compare with the old system, and explain: who prepares payments, and who took the data over."""
    return may_take_over(actor) or (actor.is_agent and may_prepare(actor))


def may_go_live(actor: Actor) -> bool:
    """Who releases payments answers for the first run, too."""
    return actor.is_agent and may_release(actor)


def may_see_rehearsals(actor: Actor) -> bool:
    return may_take_over(actor) or (actor.is_agent and may_see_payments(actor))


@scope(Rehearsal)
def rehearsal_scope(actor: Actor) -> Q:
    return EVERYTHING if may_see_rehearsals(actor) else NOTHING


@scope(GoLive)
def live_scope(actor: Actor) -> Q:
    return EVERYTHING if may_see_rehearsals(actor) else NOTHING
