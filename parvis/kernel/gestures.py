"""One gesture of a person = one transaction.

Only the outermost service owns it. Inside, events go to a queue that is drained before the commit, in order, never
recursively; a handler that fails, fails the gesture. Mutation lines are written last, because they lock the heads of their
chains. Nothing slow happens here: PDF, XML, mail and network are jobs.
"""

from __future__ import annotations

import functools
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

from django.db import transaction

P = ParamSpec("P")
R = TypeVar("R")


@dataclass
class Gesture:
    """What the running gesture has still to do before its commit."""

    events: deque[Any] = field(default_factory=deque)
    mutations: list[Any] = field(default_factory=list)
    after_commit: list[Callable[[], None]] = field(default_factory=list)
    #: Anchors made in this gesture, with what was written of them since: of the rest nothing need be read (``bitemporal.begin``).
    made: dict[tuple[str, int], set[Any]] = field(default_factory=dict)


_current: ContextVar[Gesture | None] = ContextVar("parvis_gesture", default=None)
_finished: ContextVar[int] = ContextVar("parvis_gestures_finished", default=0)


class NoGesture(RuntimeError):
    """A write was attempted outside a gesture: a programming error."""


def current() -> Gesture:
    """The running gesture.

    Raises:
        NoGesture: none is running.
    """
    gesture_now = _current.get()
    if gesture_now is None:
        raise NoGesture("this may only be called inside a service marked @gesture")
    return gesture_now


def running() -> bool:
    return _current.get() is not None


def finished() -> int:
    """How many gestures were carried out here so far: whoever compares two numbers knows whether anything was done between."""
    return _finished.get()


@contextmanager
def gesture_scope() -> Iterator[Gesture]:
    """Join the running gesture, or open the outermost one and its transaction."""
    outer = _current.get()
    if outer is not None:
        yield outer
        return
    from parvis.kernel import events, mutations

    mine = Gesture()
    token = _current.set(mine)
    try:
        with transaction.atomic():
            yield mine
            events.drain(mine)
            mutations.flush(mine)
        _finished.set(_finished.get() + 1)
        for call in mine.after_commit:
            call()
    finally:
        _current.reset(token)


@contextmanager
def part() -> Iterator[None]:
    """One of many equal pieces of the running gesture, which may fail by itself: what it wrote, noted and announced goes with it.

    For bulk work in small batches. Its events are delivered at the end of the gesture, with those of the other pieces.
    """
    mine = current()
    events, mutations, calls = len(mine.events), len(mine.mutations), len(mine.after_commit)
    try:
        with transaction.atomic():
            yield
    except BaseException:
        while len(mine.events) > events:
            mine.events.pop()
        del mine.mutations[mutations:], mine.after_commit[calls:]
        raise


def gesture(service: Callable[P, R]) -> Callable[P, R]:
    """Mark a service: it runs inside a gesture, its own or its caller's."""

    @functools.wraps(service)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        with gesture_scope():
            return service(*args, **kwargs)

    wrapper.is_gesture = True  # type: ignore[attr-defined]
    return wrapper
