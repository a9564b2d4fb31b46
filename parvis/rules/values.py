"""What the engine reads and gives: plain values, no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

Label = dict[str, str]


@dataclass(frozen=True)
class ParameterValue:
    """A parameter as it answers for one day. ``status`` is "last_known" when the day lies after what the source vouches for."""

    key: str
    value: Any
    unit: str
    valid_from: date
    valid_to: date | None
    status: str
    source: str
    article: str = ""
    url: str = ""
    known_until: date | None = None
    row_id: int | None = None
    note: str = ""

    @property
    def decimal(self) -> Decimal:
        return Decimal(str(self.value))

    @property
    def is_last_known(self) -> bool:
        return self.status == "last_known"

    @property
    def is_to_confirm(self) -> bool:
        return self.status == "to_confirm"

    def to_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "valid_from": self.valid_from.isoformat(),
            "valid_to": self.valid_to.isoformat() if self.valid_to else None,
            "known_until": self.known_until.isoformat() if self.known_until else None,
            "status": self.status,
            "source": self.source,
            "url": self.url,
            "row": self.row_id,
        }


@dataclass(frozen=True)
class Resource:
    """One net resource of the person. ``kind``: net_work, maintenance or other; ``periodicity``: month or year.

    ``source`` says what proves it, ``entered_by`` and ``entered_on`` who noted it and when, ``ref`` the fact it comes from.
    """

    kind: str
    amount: Decimal
    periodicity: str = "month"
    label: str = ""
    source: str = ""
    entered_by: str = ""
    entered_on: date | None = None
    ref: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "amount": format(self.amount, "f"),
            "periodicity": self.periodicity,
            "label": self.label,
            **_proof(self),
        }


@dataclass(frozen=True)
class Cohabitant:
    """An adult under the same roof who owes maintenance. ``relation``: partner, parent, adult_child, grandparent, parent_in_law …"""

    name: str
    relation: str
    amount: Decimal
    periodicity: str = "month"
    source: str = ""
    entered_by: str = ""
    entered_on: date | None = None
    ref: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "relation": self.relation,
            "amount": format(self.amount, "f"),
            "periodicity": self.periodicity,
            **_proof(self),
        }


def _proof(one: Resource | Cohabitant) -> dict[str, Any]:
    """Where an amount comes from, as the tree keeps it."""
    return {
        "source": one.source,
        "entered_by": one.entered_by,
        "entered_on": one.entered_on.isoformat() if one.entered_on else None,
        "ref": one.ref,
    }


@dataclass(frozen=True)
class Equity:
    """A motivated deviation: of the cohabitants' resources only ``counted_per_year`` is counted, for ``reason``."""

    counted_per_year: Decimal
    reason: str
    entered_by: str = ""

    def to_json(self) -> dict[str, Any]:
        return {"counted_per_year": format(self.counted_per_year, "f"), "reason": self.reason, "entered_by": self.entered_by}


@dataclass(frozen=True)
class Explanation:
    """A computed amount with the tree that explains it. ``tree`` and ``inputs`` are plain JSON; ``amount`` is per month."""

    ruleset: str
    version: str
    basis: str
    day: date
    inputs: Mapping[str, Any]
    tree: dict[str, Any]
    amount: Decimal
    currency: str = "EUR"
    notes: list[dict[str, Any]] = field(default_factory=list)

    @property
    def note_keys(self) -> list[str]:
        return [note["key"] for note in self.notes]

    @property
    def is_last_known(self) -> bool:
        return "last_known" in self.note_keys

    @property
    def is_to_confirm(self) -> bool:
        return "to_confirm" in self.note_keys

    def to_json(self) -> dict[str, Any]:
        return {
            "ruleset": self.ruleset,
            "version": self.version,
            "basis": self.basis,
            "day": self.day.isoformat(),
            "inputs": dict(self.inputs),
            "tree": self.tree,
            "amount": format(self.amount, "f"),
            "currency": self.currency,
            "notes": self.notes,
        }
