"""Who makes and sees tokens, and what an actor becomes behind one."""

from __future__ import annotations

from dataclasses import replace

from django.db.models import Q

from parvis.identity.enums import Function
from parvis.kernel.actor import Actor
from parvis.kernel.scope import EVERYTHING, NOTHING, scope

from .models import Application, Token

#: How the journal and the log of reading name what came through a token.
ORIGIN = "api"
PURPOSE = "API: "


def is_agent(actor: Actor) -> bool:
    return actor.is_agent


def may_have_tokens(actor: Actor) -> bool:
    """In one's own name, with something to read: a proxy is not handed to a program."""
    return actor.is_agent and not actor.by_proxy and bool(actor.grants)


def may_keep_applications(actor: Actor) -> bool:
    """Administrators of the whole centre, in their own name."""
    return actor.is_system or (actor.is_agent and not actor.by_proxy and None in actor.units_for(Function.ADMINISTRATOR))


@scope(Application)
def application_scope(actor: Actor) -> Q:
    return EVERYTHING if may_keep_applications(actor) else NOTHING


@scope(Token)
def token_scope(actor: Actor) -> Q:
    """One's own; an administrator sees that all the others exist, and may end them."""
    if may_keep_applications(actor):
        return EVERYTHING
    if not actor.is_agent or actor.by_proxy or actor.account_id is None:
        return NOTHING
    return Q(account=actor.account_id)


def narrowed(actor: Actor, token: Token) -> Actor:
    """The same person, with the classes of data that the token names and no other. What was opened exceptionally stays on the pages: the
    reason was given for somebody's eyes, not for a program."""
    classes = set(token.classes)
    return replace(
        actor,
        class_rights=frozenset(right for right in actor.class_rights or () if right[0] in classes),
        opened=frozenset(),
        purpose=f"{PURPOSE}{token.name}",
        origin=ORIGIN,
    )
