"""What gateways may ask about a request line."""

from __future__ import annotations

from typing import Any

from parvis.dossiers import api as dossiers
from parvis.kernel import registries
from parvis.kernel.subject import SubjectRef

from .selectors import line_card


def urgent_line(subject: SubjectRef) -> Any:
    """True for the line that the president may decide alone."""
    return subject.type == "request_line" and line_card(subject.id).kind == "urgent_aid"


def kind(subject: SubjectRef) -> Any:
    return line_card(subject.id).kind if subject.type == "request_line" else None


def wants_hearing(subject: SubjectRef) -> Any:
    return line_card(subject.id).wants_hearing if subject.type == "request_line" else None


registries.facts.register("requests.urgent", urgent_line)
registries.facts.register("requests.kind", kind)
registries.facts.register("requests.wants_hearing", wants_hearing)


def referent(subject: SubjectRef) -> int | None:
    """Who follows the dossier that the line joined; nobody before."""
    dossier_id = line_card(subject.id).dossier_id if subject.type == "request_line" else None
    return dossiers.referent_of(dossier_id) if dossier_id else None


registries.assignees.register("requests.referent", referent)
