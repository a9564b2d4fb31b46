"""Where a value comes from, in words of the file: "request 2026/00412, question “Rent”", with a link for who may follow it.

Facts keep their source as a key of the house ("request:66#rent"); each context says what its keys are called in
``registries.origins``, many at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from parvis.kernel import registries
from parvis.kernel.actor import Actor


@dataclass(frozen=True)
class Origin:
    text: str = ""
    url: str = ""


def _kind(reference: str) -> str:
    kind, sep, rest = reference.partition(":")
    number = rest.partition("#")[0]
    return kind if sep and number.isdecimal() and kind.replace("_", "").isalpha() else ""


def name_origins(actor: Actor, rows: Iterable[Any]) -> None:
    """Give each row (with ``source_ref``) its ``origin``. A typed reference stays as it was typed; a key that nobody explains is left out.
    One query per kind of key."""
    facts = list(rows)
    by_kind: dict[str, set[str]] = {}
    for row in facts:
        kind = _kind(row.source_ref)
        if kind and kind in registries.origins:
            by_kind.setdefault(kind, set()).add(row.source_ref)
    known: dict[str, tuple[str, str]] = {}
    for kind, references in by_kind.items():
        known |= registries.origins.get(kind)(actor, sorted(references))
    for row in facts:
        if row.source_ref in known:
            row.origin = Origin(*known[row.source_ref])
        else:
            row.origin = Origin("" if _kind(row.source_ref) else row.source_ref)
