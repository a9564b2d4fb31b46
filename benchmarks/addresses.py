"""Pages that need a thing: (name, who, URL name, thing, arguments)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

ADDRESSES: list[tuple[str, str, str, str, Callable[[dict[str, Any]], list[Any]]]] = []
