"""What several parts of one page read, read once.

Off unless a page opens it: ``with sharing(): …`` around the drawing of a page that changes nothing. Then ``once(key, read)`` keeps the
first answer until the page is drawn; elsewhere it simply reads. The key names everything that the answer depends on, the actor included.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

T = TypeVar("T")

_kept: ContextVar[dict[Hashable, Any] | None] = ContextVar("parvis_memo", default=None)


@contextmanager
def sharing() -> Iterator[None]:
    """Share reads from here to the end of the block; a block within another shares the outer one's."""
    if _kept.get() is not None:
        yield
        return
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


@contextmanager
def apart(held: dict[Hashable, Any]) -> Iterator[None]:
    """Inside the block nothing is known but what is ``held``."""
    token = _kept.set(held)
    try:
        yield
    finally:
        _kept.reset(token)


def once(key: Hashable, read: Callable[[], T]) -> T:
    """The answer kept under ``key``, else that of ``read``, kept where a page shares its reads."""
    kept = _kept.get()
    if kept is None:
        return read()
    if key not in kept:
        kept[key] = read()
    found: T = kept[key]
    return found


def keep(key: Hashable, value: Any) -> None:
    """Leave a figure or a hint for the other parts of the page. Nothing happens where no page shares its reads."""
    kept = _kept.get()
    if kept is not None:
        kept[key] = value


def kept(key: Hashable, default: Any = None) -> Any:
    """What was left under ``key``."""
    held = _kept.get()
    return default if held is None else held.get(key, default)
