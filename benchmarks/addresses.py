"""Pages that need a thing: (name, who, URL name, thing, arguments)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Arguments = Callable[[dict[str, Any]], list[Any]]


def _one(thing: str) -> Arguments:
    return lambda things: [things[thing].uuid]


ADDRESSES: list[tuple[str, str, str, str, Arguments]] = [
    ("dossier", "worker", "dossiers:detail", "dossier", _one("dossier")),
    ("chronicle", "worker", "journal:index", "dossier", _one("dossier")),
    ("proposal", "worker", "decisions:proposal", "proposal", _one("proposal")),
    ("agenda", "secretary", "decisions:agenda", "session", _one("session")),
    ("committee item", "secretary", "decisions:item", "item", lambda things: [things["session"].uuid, things["item"].uuid]),
    ("payment order", "payer", "accounting:order", "order", _one("order")),
    ("portal timeline", "citizen", "portal:timeline", "request", _one("request")),
]
