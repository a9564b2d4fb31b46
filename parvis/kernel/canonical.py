"""Canonical JSON: the bytes that are hashed. Keys sorted, no spaces, UTF-8, exact decimals and ISO dates as text."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from parvis.kernel.subject import SubjectRef


def plain(value: Any) -> Any:
    """Turn a value into JSON types without losing exactness.

    Raises:
        TypeError: the type has no canonical form (floats have none: they are not exact).
    """
    if value is None or isinstance(value, bool | int | str):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, float):
        raise TypeError("a float has no canonical form; use Decimal")
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID | SubjectRef):
        return str(value)
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted(plain(item) for item in value)
    if hasattr(value, "__str__") and type(value).__name__ == "__proxy__":
        return str(value)
    raise TypeError(f"no canonical form for {type(value).__name__}")


def dumps(value: Any) -> str:
    """The canonical text of a value."""
    return json.dumps(plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(value: Any) -> str:
    """SHA-256 of the canonical text, hexadecimal."""
    return hashlib.sha256(dumps(value).encode()).hexdigest()
