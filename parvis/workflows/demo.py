"""Reference data: the route that the product brings along."""

from __future__ import annotations

from parvis.kernel.actor import Actor

from .models import ProcessVersion
from .services.publishing import publish_process, seed_xml

SEEDS = ("aid-request",)


def load(*, actor: Actor) -> None:
    """Publish the seeds that are absent; a route that the centre drew under the same key stays. ``actor``: the system or an administrator."""
    for key in SEEDS:
        if ProcessVersion.objects.filter(key=key).exists():
            continue
        publish_process(actor=actor, xml=seed_xml(key), key=key)
