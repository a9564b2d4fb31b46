"""What this context announces. None carries a ``process_subject``: they are consequences of a step, never its completion."""

from __future__ import annotations

from dataclasses import dataclass

from parvis.kernel.events import Event
from parvis.kernel.subject import SubjectRef


@dataclass(frozen=True, kw_only=True)
class CaseStarted(Event):
    case_id: int
    process_key: str
    subject: SubjectRef


@dataclass(frozen=True, kw_only=True)
class CaseFinished(Event):
    case_id: int
    process_key: str
    subject: SubjectRef


@dataclass(frozen=True, kw_only=True)
class StepOpened(Event):
    """A step waits for somebody. ``queue`` is a function code; ``owner_id`` is None while nobody holds it."""

    item_id: int
    case_id: int | None
    step: str
    subject: SubjectRef
    owner_id: int | None
    queue: str


@dataclass(frozen=True, kw_only=True)
class StepClosed(Event):
    """A step was done, with the event's ``outcome``."""

    item_id: int
    case_id: int | None
    step: str
    subject: SubjectRef


@dataclass(frozen=True, kw_only=True)
class StepHanded(Event):
    """A task went into the hands of ``owner_id``."""

    item_id: int
    subject: SubjectRef
    owner_id: int
