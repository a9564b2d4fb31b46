"""Who writes to many, and who sees a mailing."""

from __future__ import annotations

from django.db.models import Q

from parvis.contacts.api import can_read_persons
from parvis.dossiers.api import Dossier, can_read_dossiers
from parvis.identity.enums import Function
from parvis.kernel.actor import Actor
from parvis.kernel.scope import EVERYTHING, NOTHING, scope

from .models import Mailing, Recipient

WRITERS = (Function.CLERK, Function.SOCIAL_WORKER, Function.CHIEF)


def may_write_to_many(actor: Actor) -> bool:
    """Those who keep files and the address book, in their own name: what they see is what they write to."""
    return actor.is_agent and not actor.by_proxy and actor.has(*WRITERS) and can_read_persons(actor)


def may_write_to_dossiers(actor: Actor) -> bool:
    return may_write_to_many(actor) and can_read_dossiers(actor)


@scope(Mailing)
def mailing_scope(actor: Actor) -> Q:
    """The author's own: a chief or colleague does not see the same recipients."""
    if actor.is_system:
        return EVERYTHING
    return Q(author_id=actor.account_id) if may_write_to_many(actor) else NOTHING


@scope(Recipient)
def recipient_scope(actor: Actor) -> Q:
    """Of the author's mailings, and of a dossier only while the author sees it: a file that went elsewhere is neither shown nor counted."""
    if actor.is_system:
        return EVERYTHING
    if not may_write_to_many(actor):
        return NOTHING
    seen = Dossier.objects.visible_to(actor.without_kept).order_by().values("pk")
    return Q(mailing__author_id=actor.account_id) & (Q(dossier__isnull=True) | Q(dossier__in=seen))
