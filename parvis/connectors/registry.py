"""Connectors: typed gates to other systems. Each says whether it is a simulator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from parvis.kernel.registry import Registry

if TYPE_CHECKING:
    from .models import Call


@dataclass(frozen=True)
class Connector:
    """``send(call)`` hands the request over, in a job, outside any transaction; it returns the answer's files (name, content) when
    they come at once, or nothing. It raises to be tried again.
    """

    key: str
    title: Any
    send: Callable[[Call], list[tuple[str, bytes]]]
    simulated: bool = False
    max_attempts: int = 5


connectors: Registry[Connector] = Registry("connectors")

#: How the stored words of a purpose begin, to how a reader is told them. What is stored never changes.
purposes: Registry[Any] = Registry("purposes")


def purpose_in_words(stored: str) -> str:
    """The purpose in the reader's language; what follows the words (a number) stays as it was stored."""
    for words, label in purposes.items():
        if stored == words or stored.startswith(f"{words} "):
            return f"{label}{stored[len(words) :]}"
    return stored
