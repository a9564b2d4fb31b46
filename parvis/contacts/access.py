"""Who sees persons, and who may change what."""

from __future__ import annotations

from django.db.models import Q

from parvis.identity.enums import Function
from parvis.kernel.actor import Actor
from parvis.kernel.scope import EVERYTHING, NOTHING, may_see, scope

from .enums import CLIENT_ROLES, RoleKind
from .models import BookEntry, Household, Merge, Organisation, Person

# A person has no unit: matching must find those of other services, or the centre makes duplicates. What is sensitive
# hangs on the dossier, which has one. Committee members see packs, administrators see no person.
READERS = (
    Function.CLERK,
    Function.SOCIAL_WORKER,
    Function.CHIEF,
    Function.NURSE,
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
REVEALERS = (Function.LAWYER, Function.PAYER, Function.RELEASER, Function.ACCOUNTANT, Function.AUDITOR)
FULL_NUMBER = (Function.CLERK, Function.SOCIAL_WORKER, Function.CHIEF, Function.COMMITTEE_SECRETARY)


@scope(Person)
def person_scope(actor: Actor) -> Q:
    return EVERYTHING if can_read_persons(actor) else NOTHING


@scope(Household)
def household_scope(actor: Actor) -> Q:
    return EVERYTHING if can_read_persons(actor) else NOTHING


@scope(Organisation)
def organisation_scope(actor: Actor) -> Q:
    return EVERYTHING if can_read_persons(actor) else NOTHING


@scope(BookEntry)
def book_scope(actor: Actor) -> Q:
    return EVERYTHING if can_read_persons(actor) else NOTHING


@scope(Merge)
def merge_scope(actor: Actor) -> Q:
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


def sees_residence(actor: Actor) -> bool:
    """The title on which somebody stays is a legal matter, not one of identity."""
    return can_read_persons(actor) and may_see(actor, "legal")


def sees_relations(actor: Actor) -> bool:
    return can_read_persons(actor) and may_see(actor, "social")


def can_edit_organisations(actor: Actor) -> bool:
    """The address book is kept by those who keep persons."""
    return can_edit_person(actor)


def can_merge(actor: Actor) -> bool:
    """Making two files one touches every service: the head does it."""
    return actor.is_system or (actor.is_agent and actor.has(Function.CHIEF))


def may_reveal(actor: Actor) -> bool:
    """Who sees a number masked and may, with a reason that is written down, see it whole once."""
    return can_read_persons(actor) and not sees_full_number(actor) and actor.has(*REVEALERS)


def sees_role(actor: Actor, role: str) -> bool:
    """Who works somewhere is a matter of identity; whose tenant, patient or pupil a person is, is not."""
    if role == RoleKind.PATIENT:
        return can_read_persons(actor) and may_see(actor, "health")
    if role in CLIENT_ROLES:
        return can_read_persons(actor) and may_see(actor, "social")
    return can_read_persons(actor)
