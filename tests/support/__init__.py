"""Helpers of the tests."""

from __future__ import annotations

from parvis.kernel.actor import Actor, Grant


def actor(*functions: str, unit: int | None = None, account_id: int | None = 1, label: str = "Test Agent", language: str = "fr") -> Actor:
    """An agent with these functions, in one unit or (None) the whole centre, without a database row."""
    return Actor(
        kind="agent",
        account_id=account_id,
        label=label,
        language=language,
        grants=frozenset(Grant(str(name), unit) for name in functions),
    )
