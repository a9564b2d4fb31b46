"""Addresses under which calendars read."""

from __future__ import annotations

import hashlib

from parvis.kernel.actor import Actor

from ..models import CalendarFeed


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def feed_by(secret: str) -> CalendarFeed | None:
    """The address in force behind a secret; whose account still works."""
    rows = CalendarFeed.unscoped.filter(digest=digest_of(secret), ended_at__isnull=True, account__is_active=True)
    return rows.select_related("account").first()


def feeds_of(actor: Actor) -> list[CalendarFeed]:
    return list(CalendarFeed.objects.visible_to(actor).filter(ended_at__isnull=True)[:50])
