"""Who reads which entry, and who may write."""

from __future__ import annotations

from django.db.models import Q

from parvis.dossiers.api import Dossier, can_read_dossiers, former_q
from parvis.identity.enums import Function
from parvis.kernel.actor import Actor
from parvis.kernel.scope import DATA_CLASSES, EVERYTHING, NOTHING, may_see, scope, through

from .models import Entry

READERS = (Function.SOCIAL_WORKER, Function.CHIEF, Function.NURSE, Function.LAWYER, Function.AUDITOR)
WRITERS = (Function.CLERK, Function.SOCIAL_WORKER, Function.CHIEF, Function.NURSE, Function.LAWYER)


@scope(Entry)
def entry_scope(actor: Actor) -> Q:
    """Entries of visible dossiers, of the classes of data that are open, without the restricted notes of others.

    A restricted note is for its author and the chief of the dossier's unit: nobody else reads it, counts it or finds it, the auditor
    included (the mutation journal shows that it exists).
    """
    if actor.is_system:
        return EVERYTHING
    if not actor.is_agent:
        return NOTHING
    classes = [name for name in DATA_CLASSES if may_see(actor, name)]
    if not classes:
        return NOTHING
    open_to = Q(restricted=False, data_class__in=classes)
    if actor.account_id is not None:
        open_to |= Q(author_id=actor.account_id)  # whoever wrote it may read it again, restricted or not
    # A proxy does not open them: they were written for one person.
    units = frozenset() if actor.by_proxy else actor.units_for(Function.CHIEF)
    if None in units:
        open_to |= Q(restricted=True)
    elif units:
        open_to |= Q(restricted=True, dossier__unit__in=sorted(unit for unit in units if unit is not None))
    rows = through(Dossier, actor, "dossier") & open_to
    if not actor.kept:
        return rows
    return rows | former_q(
        actor, lambda open_classes: Q(restricted=False, data_class__in=[name for name in classes if name in open_classes])
    )


def can_read_journal(actor: Actor) -> bool:
    """Anyone who sees dossiers; what they read there is a matter of scope and class."""
    return can_read_dossiers(actor)


def can_write_entry(actor: Actor) -> bool:
    return actor.is_system or (actor.is_agent and actor.has(*WRITERS))


def class_written(actor: Actor, asked: str) -> str:
    """The class of data of what somebody writes: social, unless only health is open to them. A nurse's note is one about health."""
    if actor.is_agent and asked == "social" and not may_see(actor, "social") and may_see(actor, "health"):
        return "health"
    return asked


def can_restrict(actor: Actor) -> bool:
    return actor.is_agent and actor.has(Function.SOCIAL_WORKER, Function.CHIEF)


def can_keep_texts(actor: Actor) -> bool:
    return actor.is_agent and actor.has(Function.CHIEF, Function.ADMINISTRATOR)
