"""Who of the desk gives a person an account. What the person sees is in ``visitors``."""

from __future__ import annotations

from parvis.kernel.actor import Actor
from parvis.requests import api as requests


def can_open_accounts(actor: Actor) -> bool:
    """Whoever receives persons and says who they are."""
    return requests.can_identify(actor)
