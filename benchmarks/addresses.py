"""Pages that need a thing: (name, who, URL name, thing, arguments)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Arguments = Callable[[dict[str, Any]], list[Any]]


def _one(thing: str) -> Arguments:
    return lambda things: [things[thing].uuid]


ADDRESSES: list[tuple[str, str, str, str, Arguments]] = [
    ("dossier", "worker", "dossiers:detail", "dossier", _one("dossier")),
    ("dossier as of a year ago", "worker", "dossiers:detail", "dossier", _one("dossier")),
    ("chronicle", "worker", "journal:index", "dossier", _one("dossier")),
    ("proposal", "worker", "decisions:proposal", "proposal", _one("proposal")),
    ("agenda", "secretary", "decisions:agenda", "session", _one("session")),
    ("committee item", "secretary", "decisions:item", "item", lambda things: [things["session"].uuid, things["item"].uuid]),
    ("payment order", "payer", "accounting:order", "order", _one("order")),
    ("portal timeline", "citizen", "portal:timeline", "request", _one("request")),
]

#: Lists and searches that need no thing: (name, who, address).
LISTS: list[tuple[str, str, str]] = [
    ("home", "worker", "/desk/"),
    ("home of the chief", "chief", "/desk/"),
    ("task list", "worker", "/tasks/"),
    ("task list of the secretary", "secretary", "/tasks/"),
    ("search by sound and year", "worker", "/search/?q=muler+80"),
    ("search by a frequent name", "worker", "/search/?q=lambert"),
    ("search by two names", "worker", "/search/?q=jurgen+hoff"),
    ("search by two frequent names", "worker", "/search/?q=an+vand"),
    ("search by dossier number", "worker", "/search/?q=2024-12"),
    ("search by a frequent word of notes", "worker", "/search/?q=loyer"),
    ("search by two words, one misspelt", "worker", "/search/?q=mutuele+indemnite"),
    ("search of every unit by a frequent word", "auditor", "/search/?q=loyer"),
    ("palette by a word of notes", "worker", "/palette/?q=bailleur"),
    ("acts of an agent", "worker", "/journal/acts/"),
    ("acts of every unit", "auditor", "/journal/acts/"),
    ("dossiers, first page", "worker", "/dossiers/"),
    ("dossiers of every unit, first page", "auditor", "/dossiers/"),
    ("dossiers of every unit, filtered", "auditor", "/dossiers/?status=closed"),
    ("dossiers of every unit, by name", "auditor", "/dossiers/?sort=lead"),
    ("dossiers of every unit, deep page", "auditor", "/dossiers/"),
    ("dossiers of every unit, by name, deep page", "auditor", "/dossiers/?sort=lead"),
    ("dossiers of every unit, by day", "auditor", "/dossiers/?sort=-opened_on"),
]
