"""Who books, and which appointments each person sees: those of the files that they see."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from parvis.identity.enums import Function
from parvis.kernel.actor import Actor
from parvis.kernel.registries import subject_scopes, takes_nothing
from parvis.kernel.scope import EVERYTHING, NOTHING, Reaches, may_see, scope
from parvis.kernel.subject import SubjectRef

from .models import Appointment, CalendarFeed

BOOKERS = (Function.CLERK, Function.SOCIAL_WORKER, Function.CHIEF, Function.NURSE, Function.LAWYER)
READERS = (*BOOKERS, Function.AUDITOR)


@scope(Appointment)
def appointment_scope(actor: Actor) -> Q:
    """Appointments of visible subjects. That an agent is taken at an hour is told by the selectors, without saying by what."""
    if actor.is_system:
        return EVERYTHING
    if not actor.is_agent or not actor.has(*READERS):
        return NOTHING
    seen = Q()
    for kind in ("dossier",):
        if kind in subject_scopes:
            seen |= Q(subject_type=kind) & _leads_to(subject_scopes.get(kind)(actor), "subject_id")
    return seen or NOTHING


@scope(CalendarFeed)
def feed_scope(actor: Actor) -> Q:
    """One's own; nobody reads another's calendar by it."""
    return Q(account=actor.account_id) if may_have_feeds(actor) else NOTHING


def _leads_to(rows: Any, path: str) -> Q:
    return Q(Reaches(rows, path)) if isinstance(rows, QuerySet) else Q(**{f"{path}__in": list(rows)})


def sees(actor: Actor, subject: SubjectRef) -> bool:
    """Whether this reader sees what an appointment is about."""
    if subject.type not in subject_scopes:
        return False
    rows = subject_scopes.get(subject.type)(actor)
    return bool(rows.filter(pk=subject.id).exists()) if hasattr(rows, "filter") else subject.id in set(rows)


def can_read(actor: Actor) -> bool:
    return actor.is_system or (actor.is_agent and actor.has(*READERS))


def can_book(actor: Actor) -> bool:
    return actor.is_system or (actor.is_agent and actor.has(*BOOKERS))


def why_nothing_is_added(actor: Actor, subject: SubjectRef) -> Any:
    """Why the file takes nothing from this actor now (open to be read only, archived), or nothing."""
    if actor.is_system or subject.type not in takes_nothing:
        return ""
    return takes_nothing.get(subject.type)(actor, subject.id)


def reads_words(actor: Actor, row: Appointment) -> bool:
    """The words of an appointment have a class of data; the hour and the place have not."""
    return may_see(actor, row.data_class)


def class_written(actor: Actor) -> str:
    """The class of data of the words: social, unless only health is open to who writes them."""
    return "health" if actor.is_agent and not may_see(actor, "social") and may_see(actor, "health") else "social"


def leads(actor: Actor) -> bool:
    return actor.is_agent and actor.has(Function.CHIEF)


def may_have_feeds(actor: Actor) -> bool:
    """In one's own name: the address outlives a proxy."""
    return can_read(actor) and actor.is_agent and not actor.by_proxy and actor.account_id is not None
