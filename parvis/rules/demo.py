"""Reference data: the dated parameters with their sources."""

from __future__ import annotations

from parvis.kernel.actor import Actor
from parvis.rules.services.parameters import load_reference


def load(*, actor: Actor) -> None:
    """Idempotent; also right for an instance that is not a demo."""
    load_reference(actor=actor)
