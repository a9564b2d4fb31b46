"""Shared reads."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from parvis.kernel import clock
from parvis.kernel.actor import Actor

from .models import Application, Token

MOST = 200
MARK = "parvis_"


def digest_of(secret: str) -> str:
    """Of what was shown once. It has 256 bits of chance in it: nothing is gained by a slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def token_behind(secret: str) -> Token | None:
    """The token that somebody shows, with its account; ended and past ones too, so that the answer can say what is the matter."""
    if not secret.startswith(MARK) or len(secret) > 100:
        return None
    return Token.unscoped.select_related("account").filter(digest=digest_of(secret)).first()


@dataclass(frozen=True)
class TokenLine:
    """A token as lists print it. ``state``: "works", "revoked", "over", "closed" (its account)."""

    token: Token
    state: str

    @property
    def works(self) -> bool:
        return self.state == "works"


def state_of(token: Token) -> str:
    if token.revoked_at is not None:
        return "revoked"
    if token.valid_to <= clock.today():
        return "over"
    return "works" if token.account.is_active else "closed"


def tokens_of(actor: Actor) -> list[TokenLine]:
    """One's own, the latest first."""
    rows = Token.objects.visible_to(actor).filter(account=actor.account_id).select_related("account")
    return [TokenLine(row, state_of(row)) for row in rows[:MOST]]


def all_tokens(actor: Actor) -> list[TokenLine]:
    """What an administrator looks after, the latest first."""
    rows = Token.objects.visible_to(actor).select_related("account")
    return [TokenLine(row, state_of(row)) for row in rows[:MOST]]


def applications(actor: Actor) -> list[Application]:
    return list(Application.objects.visible_to(actor).select_related("account").order_by("account__display_name", "pk")[:MOST])
