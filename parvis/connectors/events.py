"""What comes back from outside."""

from __future__ import annotations

from dataclasses import dataclass

from parvis.kernel.events import Event
from parvis.kernel.subject import SubjectRef


@dataclass(frozen=True, kw_only=True)
class AnswerReceived(Event):
    """``round``: how many times this call has been answered (a bank answers an order several times)."""

    call_id: int
    connector: str
    subject: SubjectRef
    round: int


@dataclass(frozen=True, kw_only=True)
class CallFailed(Event):
    """The last attempt failed: the source is dead for now, and people must know."""

    call_id: int
    connector: str
    subject: SubjectRef
    error: str
