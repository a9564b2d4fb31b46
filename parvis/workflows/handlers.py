"""A running process moves on when something happened to its subject. Last of the handlers, so that it reads settled facts."""

from __future__ import annotations

from parvis.kernel.events import Event, subscribe

from .services import running


@subscribe(Event, order=200)
def complete_steps(event: Event) -> None:
    running.on_event(event)
