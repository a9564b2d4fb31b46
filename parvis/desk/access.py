"""Who may open what here. What each page shows is filtered where it comes from."""

from __future__ import annotations

from parvis.identity.enums import Function
from parvis.kernel.actor import Actor


def is_agent(actor: Actor) -> bool:
    return actor.is_agent


def may_lead(actor: Actor) -> bool:
    """Has a team whose tasks are shown and handed out."""
    return actor.has(Function.CHIEF)
