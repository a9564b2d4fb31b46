"""Documents that come after the request: from the person by the timeline, and what is still wanted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from parvis.documents import api as documents
from parvis.dossiers import api as dossiers
from parvis.kernel.actor import Actor
from parvis.kernel.gestures import gesture
from parvis.kernel.subject import SubjectRef
from parvis.ui import formats
from parvis.workflows import api as workflows

from ..enums import Stage
from ..errors import RequestError
from ..models import Request, RequestLine
from ._common import record

#: What a person may send, whatever the procedure asks.
OFFERED = ("identity", "income", "housing", "bank", "health", "other")
MOST = 30
_TASK = {
    "fr": "Document reçu de la personne",
    "nl": "Document ontvangen van de persoon",
    "de": "Dokument der Person erhalten",
    "en": "Document received from the person",
}


@dataclass(frozen=True)
class PieceOffer:
    kind: str
    label: str
    wanted: bool


def _present(request: Request) -> list[documents.Document]:
    return [
        document
        for document in documents.documents_about([SubjectRef("request", request.pk)])
        if document.origin == documents.Origin.INCOMING
    ]


def pieces_to_send(request: Request) -> list[PieceOffer]:
    """Kinds of documents that the person may send; those still wanted first."""
    have = {document.kind for document in _present(request)}
    asked: dict[str, Any] = {}
    for line in RequestLine.unscoped.filter(request=request).exclude(stage__in=[Stage.PAID, Stage.CLOSED]).order_by("pk"):
        asked |= {piece["key"]: piece["label"] for piece in line.mandatory_pieces}
    wanted = [PieceOffer(kind, formats.label(label), True) for kind, label in asked.items() if kind in OFFERED and kind not in have]
    rest = [
        PieceOffer(kind, str(documents.DocumentKind(kind).label), False) for kind in OFFERED if kind not in {offer.kind for offer in wanted}
    ]
    return wanted + rest


def pieces_received(request: Request) -> list[documents.Document]:
    """What the person sent, the latest first: not what an agent added."""
    return [document for document in reversed(_present(request)) if documents.is_persons_own(document)]


def add_piece(*, actor: Actor, request: Request, kind: str, upload: Any) -> documents.Document:
    """A document for a running request: checked, filed with it (and its dossier), and told to whoever handles it.

    Raises:
        UploadRefused: not a PDF or photo, too large.
        RequestError: too many documents already.
    """
    if len(_present(request)) >= MOST:
        raise RequestError(_("This request holds many documents already. Bring the others to the desk."), field="file", code="too_many")
    return _file_piece(actor, request, kind, (upload.name or "document")[-120:], documents.accept_upload(upload))


@gesture
def _file_piece(actor: Actor, request: Request, kind: str, title: str, file: documents.StoredFile) -> documents.Document:
    document = documents.attach(
        actor=actor,
        subject=SubjectRef("request", request.pk),
        file=file,
        title=title,
        kind=kind if kind in OFFERED else "other",
        origin=documents.Origin.INCOMING,
        language=request.language,
        dossier_id=request.dossier_id,
    )
    referent = dossiers.referent_of(request.dossier_id) if request.dossier_id else None
    workflows.open_item(
        actor=actor,
        subject=SubjectRef("request", request.pk),
        title=_TASK,
        screen="requests.detail",
        owner=referent,
        queue="" if referent else "clerk",
        unit_id=request.unit_id,
        dossier_id=request.dossier_id,
        why=request.number,
        key="piece",
    )
    record(actor, "piece_received", request, {"kind": kind, "sha256": file.sha256})
    return document
