"""Who may do what here, and which tasks each person sees.

A task is seen by its owner, by whoever holds its queue's function in its unit, and by the chief of the unit, whose queue and
team are visible (a chief sees below, never beside; of a reserved sector only the tasks of files that the chief sees). One that was
done before its file went to another service follows the dated rule of readings: without one, who did it reads it no more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from parvis.identity.enums import Function
from parvis.kernel.registries import kept_scopes, subject_scopes
from parvis.kernel.scope import EVERYTHING, NOTHING, Reaches, may_see, scope

from .models import WorkItem

if TYPE_CHECKING:
    from parvis.kernel.actor import Actor

OVERSEERS = (Function.AUDITOR,)


def _queue_q(function: str, units: frozenset[int | None]) -> Q:
    """Tasks of a function's queue in these units; a task of the whole centre is for every holder of the function."""
    if None in units:
        return Q(queue=function)
    return Q(queue=function) & (Q(unit__in=sorted(unit for unit in units if unit is not None)) | Q(unit__isnull=True))


def queues_q(actor: Actor) -> Q:
    """Tasks in the queues of the functions that this person holds, where they hold them."""
    rows = NOTHING
    for function in sorted(actor.functions):
        rows |= _queue_q(function, actor.units_for(function))
    return rows


def mine_q(actor: Actor) -> Q:
    """Tasks that this person holds, or the colleague acted for; then also those that this person keeps for that colleague."""
    if not actor.stands_for:
        return NOTHING
    rows = Q(owner=actor.stands_for)
    if actor.by_proxy:
        rows |= Q(owner=actor.account_id, away_until__isnull=False, away__account=actor.stands_for)
    return rows


def team_q(actor: Actor) -> Q:
    """Tasks of the units of which this person is the chief."""
    units = actor.units_for(Function.CHIEF)
    if None in units:
        return EVERYTHING
    return Q(unit__in=sorted(unit for unit in units if unit is not None)) if units else NOTHING


def may_read_figures(actor: Actor) -> bool:
    """Hand-overs by service and month: heads of services for theirs, the president and the auditor for all."""
    return actor.is_agent and actor.has(Function.CHIEF, Function.PRESIDENT, Function.AUDITOR)


@scope(WorkItem)
def items_scope(actor: Actor) -> Q:
    if not actor.is_agent:
        return NOTHING
    barred = bool(actor.sectors or actor.barred_sectors) and "dossier" in subject_scopes
    if actor.has(*OVERSEERS) or (None in actor.units_for(Function.CHIEF) and not barred):
        rows = EVERYTHING
    else:
        team = _of_open_files(actor, team_q(actor)) if barred else team_q(actor)
        rows = (mine_q(actor) | queues_q(actor) | team) & (Q(left_at__isnull=True) | _left_q(actor))
    only = actor.only_ids("dossier")
    return rows if only is None else rows & Q(dossier_key__in=sorted(only))


def _of_open_files(actor: Actor, team: Q) -> Q:
    """Of a team's tasks those whose file a chief with sectors, or without a reserved one, sees. What is in hand or in an own queue stays."""
    mine = Q(Reaches(subject_scopes.get("dossier")(actor), "dossier_key")) | Q(dossier_key__isnull=True)
    return mine if team == EVERYTHING else team & mine


def _left_q(actor: Actor) -> Q:
    """Tasks done before their file went to another service: read on as far and as long as that service may still read the file."""
    rows = NOTHING
    for ids, classes in kept_scopes.get("dossier")(actor) if actor.kept and "dossier" in kept_scopes else ():
        if "social" in classes and may_see(actor, "social"):
            rows |= Q(Reaches(ids, "dossier_key"))
    return rows


# Predicates -----------------------------------------------------------------------------------------------------------
def is_agent(actor: Actor) -> bool:
    return actor.is_agent


def may_lead(actor: Actor) -> bool:
    """Sees and hands out the work of a team."""
    return actor.has(Function.CHIEF)


def in_queue(actor: Actor, item: WorkItem) -> bool:
    """Holds the queue's function where the task is."""
    only = actor.only_ids("dossier")
    if not item.queue or (only is not None and item.dossier_key not in only):
        return False
    units = actor.units_for(item.queue)
    return bool(units) and (None in units or item.unit_id is None or item.unit_id in units)


def leads(actor: Actor, item: WorkItem) -> bool:
    return actor.holds(item.unit_id, Function.CHIEF)


def holds(actor: Actor, item: WorkItem) -> bool:
    """In this person's hands: their own, those of the colleague acted for, or kept for that colleague."""
    if actor.stands_for is None or item.owner_id is None:
        return False
    if item.owner_id == actor.stands_for:
        return True
    keeps = actor.by_proxy and item.owner_id == actor.account_id and item.away_until is not None
    return keeps and item.away is not None and item.away.account_id == actor.stands_for


def only_by_proxy(actor: Actor, item: WorkItem) -> bool:
    """Kept for an absent colleague by somebody who has not the function itself: it is done in the colleague's name."""
    if item.away_until is None or item.owner_id is None or actor.by_proxy or item.owner_id != actor.account_id:
        return False
    return not in_queue(actor, item) if item.queue else item.dossier_key is not None


def may_do(actor: Actor, item: WorkItem) -> bool:
    """Do the step itself: its owner, or anyone of its queue."""
    return actor.is_system or holds(actor, item) or in_queue(actor, item)


def may_take(actor: Actor, item: WorkItem) -> bool:
    return actor.account_id is not None and item.owner_id is None and in_queue(actor, item)


def may_give_back(actor: Actor, item: WorkItem) -> bool:
    """Into the queue: its holder, or the chief."""
    return bool(item.queue) and item.owner_id is not None and (holds(actor, item) or leads(actor, item))


def may_assign(actor: Actor, item: WorkItem) -> bool:
    """To a named colleague: the holder hands over, the chief hands out."""
    return actor.is_system or leads(actor, item) or holds(actor, item)


def may_publish(actor: Actor) -> bool:
    """A model changes everybody's work: administrators of the whole centre only."""
    return actor.is_system or (actor.is_agent and None in actor.units_for(Function.ADMINISTRATOR))


def may_read_models(actor: Actor) -> bool:
    """The route is no secret inside the house."""
    return actor.is_agent
