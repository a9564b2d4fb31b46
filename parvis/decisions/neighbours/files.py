"""Documents: the pieces of a case."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from django.utils.translation import override

from parvis.documents import api as documents
from parvis.kernel.actor import Actor
from parvis.kernel.subject import SubjectRef

from .common import LANGUAGES, READER, kept, label
from .lines import line


@dataclass(frozen=True)
class Piece:
    """A piece of the file. `sha256` of its bytes once present."""

    key: str
    labels: dict[str, str]
    mandatory: bool
    present: bool
    on: date | None = None
    sha256: str = ""
    title: str = ""
    label: str = field(default="")

    def to_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "label": self.labels,
            "mandatory": self.mandatory,
            "present": self.present,
            "on": self.on,
            "sha256": self.sha256,
            "title": self.title,
        }


def pieces(actor: Actor, proposal: Any, language: str) -> list[Piece]:
    """The mandatory pieces of the request line's procedure, then what else is in the file, each present or not."""
    found = _attached(proposal)
    out: list[Piece] = []
    for wanted in line(proposal.line_id).mandatory_pieces:
        key, labels = _piece(wanted)
        have = found.pop(key, None)
        out.append(
            Piece(
                key=key,
                labels=labels,
                mandatory=True,
                present=have is not None,
                on=have["on"] if have else None,
                sha256=have["sha256"] if have else "",
                title=have["title"] if have else "",
                label=label(labels, language),
            )
        )
    for key, have in sorted(found.items()):
        labels = have["labels"]
        out.append(
            Piece(
                key=key,
                labels=labels,
                mandatory=False,
                present=True,
                on=have["on"],
                sha256=have["sha256"],
                title=have["title"],
                label=label(labels, language) or have["title"],
            )
        )
    return out


def withdrawn(dossier_id: int, frozen: list[dict[str, Any]]) -> list[Any]:
    """Of the pieces that a pack froze, those that were withdrawn since; only an extract of a register can be. One query, where there is one."""
    digests = [piece["sha256"] for piece in frozen if piece["key"] == documents.DocumentKind.REGISTER and piece.get("sha256")]
    found: list[Any] = documents.withdrawn_among(dossier_id, digests)
    return found


def _piece(wanted: Any) -> tuple[str, dict[str, str]]:
    if isinstance(wanted, str):
        return wanted, {code: wanted for code in LANGUAGES}
    return str(wanted["key"]), dict(wanted.get("label") or {})


@cache
def _kind_labels(kind: str) -> dict[str, str]:
    labels = {}
    for code in LANGUAGES:
        with override(code):
            labels[code] = str(documents.DocumentKind(kind).label) if kind in documents.DocumentKind.values else kind
    return labels


def _attached(proposal: Any) -> dict[str, dict[str, Any]]:
    return dict(_files(proposal.line_id, proposal.dossier_id))


@kept
def _files(line_id: int, dossier_id: int) -> dict[str, dict[str, Any]]:
    """Documents of the dossier and of the request, latest of each kind."""
    row = line(line_id)
    found: dict[str, dict[str, Any]] = {}
    subjects = [SubjectRef("request_line", row.id), SubjectRef("request", row.request_id)]
    for document in documents.documents_of_case(READER, subjects, dossier_id):
        if document.origin == documents.Origin.PRODUCED:
            continue
        found.setdefault(
            str(document.kind),
            {"on": document.on, "sha256": document.file.sha256, "title": document.title, "labels": _kind_labels(str(document.kind))},
        )
    return found
