"""Facts that contexts tell each other, as frozen dataclasses, delivered inside the gesture that made them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from parvis.kernel import gestures

if TYPE_CHECKING:
    from parvis.kernel.actor import Actor
    from parvis.kernel.subject import SubjectRef


@dataclass(frozen=True, kw_only=True)
class Event:
    """Base of all events. ``process_subject`` and ``outcome`` let a running process complete its step."""

    actor: Actor
    process_subject: SubjectRef | None = None
    outcome: str = ""
    name: ClassVar[str] = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        parts = cls.__module__.split(".")
        context = parts[1] if parts[0] == "parvis" and len(parts) > 2 else parts[0]
        cls.name = f"{context}.{cls.__name__}"


E = TypeVar("E", bound=Event)
Handler = Callable[[Any], None]

_handlers: dict[type[Event], list[tuple[int, str, Handler]]] = defaultdict(list)

MAX_EVENTS = 5_000


def subscribe(*event_types: type[Event], order: int = 100) -> Callable[[Handler], Handler]:
    """Register a handler for these events (and their subclasses; ``Event`` hears all). Lower order runs first."""

    def register(handler: Handler) -> Handler:
        key = f"{handler.__module__}.{handler.__qualname__}"
        for event_type in event_types:
            entries = _handlers[event_type]
            if all(name != key for _, name, _ in entries):
                entries.append((order, key, handler))
                entries.sort(key=lambda entry: (entry[0], entry[1]))
        return handler

    return register


def publish(event: Event) -> None:
    """Queue an event of the running gesture."""
    gestures.current().events.append(event)


def handlers_of(event_type: type[Event]) -> list[Handler]:
    """Handlers for an event of this type, in the order in which they run."""
    found: dict[str, tuple[int, str, Handler]] = {}
    for base in event_type.__mro__:
        for entry in _handlers.get(base, ()):
            found.setdefault(entry[1], entry)
    return [handler for _, _, handler in sorted(found.values(), key=lambda entry: (entry[0], entry[1]))]


def drain(gesture: gestures.Gesture) -> None:
    """Deliver the queue, first in first out, until it is empty.

    Raises:
        RuntimeError: handlers keep publishing (more than MAX_EVENTS in one gesture).
    """
    delivered = 0
    while gesture.events:
        event = gesture.events.popleft()
        delivered += 1
        if delivered > MAX_EVENTS:
            raise RuntimeError(f"more than {MAX_EVENTS} events in one gesture; last: {event.name}")
        for handler in handlers_of(type(event)):
            handler(event)


def all_handlers() -> dict[str, list[str]]:
    """Event name to handler names, for the generated page."""
    return {cls.name or "Event": [name for _, name, _ in entries] for cls, entries in _handlers.items()}
