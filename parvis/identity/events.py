"""What this context announces."""

from __future__ import annotations

from dataclasses import dataclass

from parvis.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class ProxyChanged(Event):
    """A colleague accepted to act in the name of ``giver_id``, or does so no more."""

    giver_id: int
