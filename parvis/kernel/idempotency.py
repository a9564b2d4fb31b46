"""A double click does a thing once. The form carries a key; the first POST leaves where it led, the second goes there."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from parvis.kernel import clock

if TYPE_CHECKING:
    from parvis.kernel.actor import Actor

KEEP = timedelta(days=2)


def holder(actor: Actor, session_key: str = "") -> str:
    """Who owns a key: the account, or the session of somebody without one."""
    return f"account:{actor.account_id}" if actor.account_id else f"session:{session_key}"


def claim(key: str, *, actor: str, screen: str) -> tuple[bool, str]:
    """Take the key. Returns (True, "") the first time, (False, location) afterwards; the location is empty while running."""
    from parvis.kernel.models import IdempotencyKey

    try:
        with transaction.atomic():
            IdempotencyKey.objects.create(key=key[:64], actor=actor, screen=screen, created_at=clock.now())
        return True, ""
    except IntegrityError:
        row = IdempotencyKey.objects.filter(key=key[:64], actor=actor, screen=screen).first()
        return False, row.location if row else ""


def settle(key: str, *, actor: str, screen: str, location: str) -> None:
    """Note where the key led."""
    from parvis.kernel.models import IdempotencyKey

    IdempotencyKey.objects.filter(key=key[:64], actor=actor, screen=screen).update(location=location[:500])


def release(key: str, *, actor: str, screen: str) -> None:
    """The gesture did not happen (invalid form): the key may be used again."""
    from parvis.kernel.models import IdempotencyKey

    IdempotencyKey.objects.filter(key=key[:64], actor=actor, screen=screen).delete()
