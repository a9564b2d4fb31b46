"""Who reads and who handles requests."""

from __future__ import annotations

from django.db.models import Q

from parvis.dossiers.api import former_classes, former_q, within_sectors
from parvis.identity.enums import Function
from parvis.kernel.actor import Actor
from parvis.kernel.scope import EVERYTHING, NOTHING, scope

from .models import Request
from .selectors import undecided

READERS = (
    Function.CLERK,
    Function.SOCIAL_WORKER,
    Function.CHIEF,
    Function.LAWYER,
    Function.COMMITTEE_SECRETARY,
    Function.PRESIDENT,
    Function.AUDITOR,
)
REGISTRARS = (Function.CLERK, Function.SOCIAL_WORKER, Function.CHIEF)
ANSWER_READERS = (Function.SOCIAL_WORKER, Function.CHIEF, Function.LAWYER, Function.PRESIDENT, Function.CLERK, Function.AUDITOR)


def can_read(actor: Actor) -> bool:
    return actor.is_agent and actor.has(*READERS)


def can_register(actor: Actor) -> bool:
    """At the desk, for a visit, a call, a letter, an e-mail; urgent ones too."""
    return actor.is_agent and actor.has(*REGISTRARS)


def can_identify(actor: Actor) -> bool:
    return actor.is_agent and actor.has(*REGISTRARS)


def can_correct(actor: Actor) -> bool:
    """Correct the day in the register: whoever registers."""
    return actor.is_agent and actor.has(*REGISTRARS)


def registers_in(actor: Actor, unit_id: int) -> bool:
    return actor.is_system or actor.holds(unit_id, *REGISTRARS)


def social(classes: frozenset[str]) -> Q:
    """What a person asked for is told with what is social in a file."""
    return EVERYTHING if "social" in classes else NOTHING


def decided(actor: Actor) -> Q:
    """What waits is the new service's alone. Asked of the files that were given away only: all that waits in the house is a long list."""
    return ~Q(pk__in=undecided(former_classes(actor)))


@scope(Request)
def request_scope(actor: Actor) -> Q:
    """Agents: the requests of their units; those of a file that their service gave away, as long and as far as it may still read it. The
    person: the request that the tracking code opened. Nobody else."""
    if actor.is_agent:
        units = actor.units_for(*READERS)
        rows = EVERYTHING if None in units else Q(unit_id__in=sorted(unit for unit in units if unit is not None)) if units else NOTHING
        only = actor.only_ids("dossier")  # a proxy for some files: their requests, and no other
        if only is not None:
            rows &= Q(dossier_id__in=sorted(only))
        rows &= within_sectors(actor)
        return rows | (former_q(actor, social) & decided(actor)) if actor.kept else rows
    opened = actor.refers_to("request")
    return Q(pk__in=sorted(opened)) if opened else NOTHING
