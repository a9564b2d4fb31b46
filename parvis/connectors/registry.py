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
