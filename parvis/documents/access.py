from __future__ import annotations

from django.db.models import Q

from parvis.documents.models import Document
from parvis.kernel.actor import Actor
from parvis.kernel.registries import subject_scopes
from parvis.kernel.scope import DATA_CLASSES, NOTHING, may_see, scope


def may_open_documents(actor: Actor) -> bool:
    """Agents with a function, and a person who follows a request; which documents is the scope's answer."""
    return bool(actor.functions) or bool(actor.refs) or actor.is_system


def may_attach(actor: Actor) -> bool:
    return actor.has("clerk", "social_worker", "chief", "lawyer", "committee_secretary")


@scope(Document)
def _documents(actor: Actor) -> Q:
    """A document is seen with its subject or its dossier; health and court papers only by functions that see their class.

    Each context registers in ``subject_scopes`` the ids of its subjects that an actor may see.
    """
    seen = Q()
    for kind, visible in subject_scopes.items():
        ids = visible(actor)
        seen |= Q(subject_type=kind, subject_id__in=ids)
        if kind == "dossier":
            seen |= Q(dossier_id__in=ids)
    if not seen:
        return NOTHING
    if actor.kind == "citizen":
        return seen
    return seen & Q(data_class__in=[name for name in DATA_CLASSES if may_see(actor, name)])
