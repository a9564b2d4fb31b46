"""Who sees persons, and who may change what."""

from __future__ import annotations

from django.db.models import Q

from parvis.identity.enums import Function
from parvis.kernel.actor import Actor
from parvis.kernel.scope import EVERYTHING, NOTHING, may_see, scope

from .models import Household, Person

# A person has no unit: matching must find those of other services, or the centre makes duplicates. What is sensitive
# hangs on the dossier, which has one. Committee members see packs, administrators see no person.
READERS = (
    Function.CLERK,
    Function.SOCIAL_WORKER,
    Function.CHIEF,
    Function.LAWYER,
    Function.COMMITTEE_SECRETARY,
    Function.PRESIDENT,
    Function.PAYER,
    Function.RELEASER,
    Function.ACCOUNTANT,
    Function.AUDITOR,
)
EDITORS = (Function.CLERK, Function.SOCIAL_WORKER, Function.CHIEF)
MONEY_EDITORS = (Function.SOCIAL_WORKER, Function.CHIEF)
FULL_NUMBER = (Function.CLERK, Function.SOCIAL_WORKER, Function.CHIEF, Function.COMMITTEE_SECRETARY)


@scope(Person)
def person_scope(actor: Actor) -> Q:
    return EVERYTHING if can_read_persons(actor) else NOTHING


@scope(Household)
def household_scope(actor: Actor) -> Q:
    return EVERYTHING if can_read_persons(actor) else NOTHING


def can_read_persons(actor: Actor) -> bool:
    return actor.is_system or (actor.is_agent and actor.has(*READERS))


def can_edit_person(actor: Actor) -> bool:
    return actor.is_system or (actor.is_agent and actor.has(*EDITORS))


def can_edit_bank_account(actor: Actor) -> bool:
    return actor.is_system or (actor.is_agent and actor.has(*MONEY_EDITORS))


def sees_full_number(actor: Actor) -> bool:
    """Others get the masked form: enough to recognise a person, not to look one up elsewhere."""
    return actor.is_system or actor.has(*FULL_NUMBER)


def sees_bank_accounts(actor: Actor) -> bool:
    return can_read_persons(actor) and may_see(actor, "money")


def sees_relations(actor: Actor) -> bool:
    return can_read_persons(actor) and may_see(actor, "social")
