"""Words and the reader by which this context reads the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import wraps
from typing import ParamSpec, TypeVar

from parvis.kernel import memo
from parvis.kernel.actor import system_actor
from parvis.ui import formats

READER = system_actor("decisions.read")


ZERO = Decimal("0.00")


LANGUAGES = ("fr", "nl", "de", "en")


def label(labels: Mapping[str, str], language: str) -> str:
    return formats.label(dict(labels), language)


def amount(value: Decimal | str, currency: str = "EUR") -> str:
    return formats.amount(Decimal(str(value)), currency)


P = ParamSpec("P")
R = TypeVar("R")


def kept(function: Callable[P, R]) -> Callable[P, R]:
    """While a page shares its reads (``kernel.memo``), the second call with the same arguments gives the first answer. Gestures read fresh."""

    @wraps(function)
    def read(*args: P.args, **kwargs: P.kwargs) -> R:
        found: R = memo.once((function, args, tuple(sorted(kwargs.items()))), lambda: function(*args, **kwargs))
        return found

    return read


def kept_names() -> dict[int, str]:
    """Names already read while a page shares its reads; elsewhere none."""
    return memo.once(("decisions.names",), dict)
