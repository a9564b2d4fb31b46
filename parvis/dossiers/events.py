"""What others may react to."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from parvis.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class DossierOpened(Event):
    dossier_id: int
    number: str


@dataclass(frozen=True, kw_only=True)
class DossierClosed(Event):
    dossier_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class DossierReopened(Event):
    dossier_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class DossierArchived(Event):
    dossier_id: int


@dataclass(frozen=True, kw_only=True)
class DossierTransferred(Event):
    """The dossier belongs to another service from now on."""

    dossier_id: int
    from_unit_id: int
    to_unit_id: int
    from_label: Any
    to_label: Any
    reason: str


@dataclass(frozen=True, kw_only=True)
class MemberAdded(Event):
    dossier_id: int
    person_id: int
    role: str
    valid_from: dt.date


@dataclass(frozen=True, kw_only=True)
class MemberLeft(Event):
    dossier_id: int
    person_id: int
    valid_to: dt.date


@dataclass(frozen=True, kw_only=True)
class ReferentAssigned(Event):
    dossier_id: int
    account_id: int
    account_label: str
    role: str
    valid_from: dt.date


@dataclass(frozen=True, kw_only=True)
class SituationRecorded(Event):
    dossier_id: int
    situation_id: int
    kind: str
    label: str


@dataclass(frozen=True, kw_only=True)
class AgentChosen(Event):
    """Somebody was chosen whom the program did not propose, or a word was left with the choice."""

    dossier_id: int
    account_label: str
    overruled: bool
    note: str


@dataclass(frozen=True, kw_only=True)
class WorkHandedOver(Event):
    """An agent has left: what was still to do in this dossier is the successor's from now on."""

    dossier_id: int
    from_account_id: int
    to_account_id: int


@dataclass(frozen=True, kw_only=True)
class HandoverSigned(Event):
    """Both have signed."""

    dossier_id: int
    from_label: str
    to_label: str


@dataclass(frozen=True, kw_only=True)
class DossierDestroyed(Event):
    """Everything in it is gone or without names; its number stays."""

    dossier_id: int
    number: str
