"""Who asks, who answers, who looks at what the registers changed."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q

from parvis.dossiers.api import Dossier, can_read_dossiers, can_write_situation
from parvis.identity.enums import Function
from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.scope import EVERYTHING, NOTHING, may_see, scope, through

from .enums import ExtractState
from .models import ExtractRequest, MutationRun, RegisterAlert, RegisterMutation

#: How long the cell still sees what it answered; afterwards the question is the dossier's alone.
CELL_LOOKS_BACK = timedelta(days=90)


def is_cell(actor: Actor) -> bool:
    """An agent of the cell: answers, reads the files of the registers."""
    return actor.is_agent and actor.has(Function.REGISTER_CELL)


def may_answer(actor: Actor) -> bool:
    return actor.is_system or is_cell(actor)


def may_ask(actor: Actor) -> bool:
    """Who inquires into a situation: the law asks for the purpose of each question, so no one else does."""
    return can_write_situation(actor)


def may_read(actor: Actor) -> bool:
    """Questions, answers and alerts of a dossier: its readers, as far as they see the social class."""
    return actor.is_system or (can_read_dossiers(actor) and may_see(actor, "social"))


def may_open_extract(actor: Actor) -> bool:
    return may_read(actor) or is_cell(actor)


def may_settle(actor: Actor) -> bool:
    """Takes over what the register says, or leaves it."""
    return can_write_situation(actor)


def may_see_times(actor: Actor) -> bool:
    """How long answers take, never by agent: the cell, heads of service, the auditor."""
    return actor.is_agent and actor.has(Function.REGISTER_CELL, Function.CHIEF, Function.AUDITOR)


def may_read_files(actor: Actor) -> bool:
    return actor.is_system or is_cell(actor)


@scope(ExtractRequest)
def extract_scope(actor: Actor) -> Q:
    """The cell: what is open, and what was settled of late; the others: what lies in their dossiers."""
    rows = NOTHING
    if is_cell(actor):
        since = clock.now() - CELL_LOOKS_BACK
        rows = Q(state=ExtractState.ASKED) | Q(settled_at__gte=since)
    if may_read(actor):
        mine = through(Dossier, actor, "dossier")
        return mine if rows == NOTHING or mine == EVERYTHING else rows | mine
    return rows


@scope(RegisterAlert)
def alert_scope(actor: Actor) -> Q:
    return through(Dossier, actor, "dossier") if may_read(actor) else NOTHING


@scope(RegisterMutation)
def mutation_scope(actor: Actor) -> Q:
    """Read through its alerts: by itself it is nobody's."""
    return EVERYTHING if actor.is_system else NOTHING


@scope(MutationRun)
def run_scope(actor: Actor) -> Q:
    return EVERYTHING if may_read_files(actor) else NOTHING
