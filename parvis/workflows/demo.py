"""Reference data: the route that the product brings along."""

from __future__ import annotations

from parvis.kernel.actor import Actor

from .services.publishing import publish_process, seed_xml

SEEDS = ("aid-request",)


def load(*, actor: Actor) -> None:
    """Publish the seeds; a second time changes nothing. ``actor``: the system or an administrator."""
    for key in SEEDS:
        publish_process(actor=actor, xml=seed_xml(key), key=key)
