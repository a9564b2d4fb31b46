"""Who may do what here."""

from __future__ import annotations

from parvis.kernel.actor import Actor
from parvis.kernel.scope import data_class

from .enums import Function


def may_administer(actor: Actor) -> bool:
    """Accounts, functions and units: administrators only, and never through a unit alone."""
    return actor.kind == "agent" and None in actor.units_for(Function.ADMINISTRATOR)


def may_audit(actor: Actor) -> bool:
    """Reads who opened what, for the whole centre."""
    return actor.kind == "agent" and None in actor.units_for(Function.AUDITOR)


def may_simulate(actor: Actor) -> bool:
    """Sees what another agent would see of a file, without its content."""
    return may_administer(actor) or may_audit(actor)


def may_give_proxy(actor: Actor) -> bool:
    """In one's own name only, and with something to hand on."""
    return actor.is_agent and not actor.by_proxy and bool(actor.grants)


def may_share_with_centre(actor: Actor) -> bool:
    """Views of lists for everybody: a head of the whole centre, or an administrator of it."""
    return actor.is_agent and None in actor.units_for(Function.CHIEF, Function.ADMINISTRATOR)


def may_share_with_unit(actor: Actor, unit_id: int) -> bool:
    """Views of lists for a service: its head, or an administrator."""
    return actor.is_agent and actor.holds(unit_id, Function.CHIEF, Function.ADMINISTRATOR)


def may_keep_lists(actor: Actor) -> bool:
    """Views and columns belong to an account."""
    return actor.is_agent and actor.account_id is not None


def is_agent(actor: Actor) -> bool:
    return actor.kind == "agent"


def anyone(actor: Actor) -> bool:
    return True


# Which functions open which class of data. Rows are a matter of scope: a committee member sees packs, not files.
_FIELD = {Function.SOCIAL_WORKER, Function.CHIEF}
_COMMITTEE = {Function.COMMITTEE_MEMBER, Function.COMMITTEE_SECRETARY, Function.PRESIDENT}
_MONEY = {Function.PAYER, Function.RELEASER, Function.ACCOUNTANT}

data_class(
    "identity", {Function.CLERK, Function.NURSE, Function.LAWYER, Function.REGISTER_CELL, Function.AUDITOR, *_FIELD, *_COMMITTEE, *_MONEY}
)
data_class("social", {Function.LAWYER, Function.AUDITOR, *_FIELD, *_COMMITTEE})
data_class("health", {Function.NURSE, *_FIELD})
data_class("money", {Function.LAWYER, Function.AUDITOR, *_FIELD, *_COMMITTEE, *_MONEY})
data_class("legal", {Function.LAWYER, Function.AUDITOR, *_FIELD, *_COMMITTEE})
data_class("security", {Function.ADMINISTRATOR, Function.AUDITOR})
