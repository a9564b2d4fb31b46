from __future__ import annotations

from typing import Any

from parvis.kernel import mutations
from parvis.kernel.actor import Actor
from parvis.kernel.subject import SubjectRef

from ..models import Request, RequestLine


def record(
    actor: Actor, verb: str, request: Request, values: dict[str, Any] | None = None, *, line: RequestLine | None = None, note: str = ""
) -> None:
    """A line of the journal: in the dossier's chain once the request belongs to one, in the context's before."""
    subject = SubjectRef("request_line", line.pk) if line is not None else SubjectRef("request", request.pk)
    stream = f"dossier:{request.dossier_id}" if request.dossier_id else "context:requests"
    mutations.record(stream, actor=actor, verb=verb, subject=subject, values=values, note=note)


def line_ref(line_id: int) -> SubjectRef:
    return SubjectRef("request_line", line_id)
