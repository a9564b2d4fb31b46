"""Words and the reader by which this context reads the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from parvis.kernel.actor import system_actor
from parvis.ui import formats

READER = system_actor("decisions.read")


ZERO = Decimal("0.00")


LANGUAGES = ("fr", "nl", "de", "en")


def label(labels: Mapping[str, str], language: str) -> str:
    return formats.label(dict(labels), language)


def amount(value: Decimal | str, currency: str = "EUR") -> str:
    return formats.amount(Decimal(str(value)), currency)


# Reading once -----------------------------------------------------------------------------------------------------------
P = ParamSpec("P")
R = TypeVar("R")
_kept: ContextVar[dict[Any, Any] | None] = ContextVar("decisions_kept", default=None)


@contextmanager
def one_reading() -> Iterator[None]:
    """While a page is built nothing changes: what was asked of another context once is not asked again."""
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def kept(function: Callable[P, R]) -> Callable[P, R]:
    """Inside `one_reading`, the second call with the same arguments gives the first answer. Gestures always read fresh."""

    @wraps(function)
    def read(*args: P.args, **kwargs: P.kwargs) -> R:
        store = _kept.get()
        if store is None:
            return function(*args, **kwargs)
        key = (function, args, tuple(sorted(kwargs.items())))
        if key not in store:
            store[key] = function(*args, **kwargs)
        found: R = store[key]
        return found

    return read


def kept_names() -> dict[int, str] | None:
    """Names already read while this page is built; None outside."""
    store = _kept.get()
    return None if store is None else store.setdefault("names", {})
