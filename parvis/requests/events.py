"""What requests tell the others. ``process_subject`` is the line, where a line is meant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from parvis.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class RequestSent(Event):
    """A demand entered the register, whatever the door."""

    request_id: int
    number: str
    channel: str
    urgent: bool = False


@dataclass(frozen=True, kw_only=True)
class RequestJoined(Event):
    """One per line: the request now belongs to a person and a dossier."""

    request_id: int
    number: str
    line_id: int
    dossier_id: int
    person_id: int
    channel: str
    requested_on: date
    label: str = ""


@dataclass(frozen=True, kw_only=True)
class RequestDateCorrected(Event):
    request_id: int
    number: str
    dossier_id: int | None
    old_on: date
    new_on: date
    reason: str


@dataclass(frozen=True, kw_only=True)
class StageReached(Event):
    """A line moved; ``outcome`` is free for the mover ("granted")."""

    line_id: int
    request_id: int
    stage: str
