"""Reactions to what is below."""

from __future__ import annotations

from parvis.connectors.events import AnswerReceived
from parvis.kernel import jobs
from parvis.kernel.events import subscribe
from parvis.kernel.subject import SubjectRef


@subscribe(AnswerReceived)
def read_the_answer(event: AnswerReceived) -> None:
    """The bank answered an order of ours: its files are read by a job, outside this gesture."""
    if event.subject.type == "payment_order":
        jobs.enqueue("accounting.read_answer", SubjectRef("call", event.call_id), version=str(event.round))
