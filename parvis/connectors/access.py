"""Who reads the log of calls, and who plays the bank where that is allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Q

from parvis.identity.enums import Function
from parvis.kernel.scope import EVERYTHING, NOTHING, scope

from .models import Call

if TYPE_CHECKING:
    from parvis.kernel.actor import Actor


def may_read_calls(actor: Actor) -> bool:
    """The log holds what was asked about whom: auditors and administrators of the whole centre, and those who pay."""
    return actor.is_agent and actor.has(Function.AUDITOR, Function.ADMINISTRATOR, Function.PAYER, Function.RELEASER, Function.ACCOUNTANT)


def may_play_bank(actor: Actor) -> bool:
    """The simulated bank exists in demonstration and test instances only: there, those who pay, the accountant and the administrator play it."""
    players = (Function.PAYER, Function.RELEASER, Function.ACCOUNTANT, Function.ADMINISTRATOR)
    return settings.PARVIS_KIND in ("demo", "test") and (actor.is_system or (actor.is_agent and actor.has(*players)))


def may_play_register(actor: Actor) -> bool:
    """The simulated register, in demonstration and test instances only: the cell that reads its files, and the administrator."""
    players = (Function.REGISTER_CELL, Function.ADMINISTRATOR)
    return settings.PARVIS_KIND in ("demo", "test") and (actor.is_system or (actor.is_agent and actor.has(*players)))


@scope(Call)
def call_scope(actor: Actor) -> Q:
    return EVERYTHING if may_read_calls(actor) else NOTHING
