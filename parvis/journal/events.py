from __future__ import annotations

from dataclasses import dataclass

from parvis.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class EntryAdded(Event):
    dossier_id: int
    entry_id: int
    kind: str
