"""Who may open what here. What each page shows is filtered where it comes from."""

from __future__ import annotations

from parvis.identity.enums import Function
from parvis.kernel.actor import Actor


def is_agent(actor: Actor) -> bool:
    """Signed in, with or without a function."""
    return actor.is_agent


def works_here(actor: Actor) -> bool:
    """An agent who holds at least one function today."""
    return actor.is_agent and bool(actor.grants)


def may_lead(actor: Actor) -> bool:
    """Has a team whose tasks are shown and handed out."""
    return works_here(actor) and actor.has(Function.CHIEF)


def sees_all(actor: Actor) -> bool:
    """Sees tasks that are neither in hand nor in a queue of one's own: a chief below, an auditor everywhere."""
    return works_here(actor) and actor.has(Function.CHIEF, Function.AUDITOR)
