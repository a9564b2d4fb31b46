"""Reference data: the letter templates."""

from __future__ import annotations

from parvis.documents.services.templates import load_reference
from parvis.kernel.actor import Actor


def load(*, actor: Actor) -> None:
    """Idempotent; also right for an instance that is not a demo."""
    load_reference(actor=actor)
