"""A register that tells what changed about people. Its files are of our own form: the network's mutation flows need a contract and a
certificate, which no tester has. It knows national numbers only, never our tables."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

FORMAT = "parvis-register-mutations/1"


@dataclass(frozen=True)
class Happening:
    """One mutation. ``kind``: address, death, civil_status, household or nationality; ``value`` what the register holds from ``on``."""

    id: str
    national_number: str
    kind: str
    on: date
    value: Mapping[str, Any] = field(default_factory=dict)


def register_file(happenings: Iterable[Happening], *, made_on: date) -> bytes:
    """The file that the register would send: JSON, UTF-8, one object for each mutation."""
    rows = [
        {"id": one.id, "national_number": one.national_number, "kind": one.kind, "on": one.on.isoformat(), "value": dict(one.value)}
        for one in happenings
    ]
    text = json.dumps({"format": FORMAT, "made_on": made_on.isoformat(), "mutations": rows}, ensure_ascii=False, indent=1)
    return text.encode("utf-8")
