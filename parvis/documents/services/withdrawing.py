"""A paper that lies in the wrong file is withdrawn: it stays kept, says so wherever it stood, and nobody opens it there any more."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext as _

from parvis.documents.errors import DocumentError
from parvis.documents.models import Document
from parvis.kernel import clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.gestures import gesture
from parvis.kernel.subject import SubjectRef


@gesture
def withdraw_document(*, actor: Actor, document: Document, reason: str) -> Document:
    """Close a document to the readers of its file. Whether this actor may is asked by the context that filed it.

    Raises:
        DocumentError: no reason, or withdrawn already.
    """
    words = " ".join(reason.split())
    if not words:
        raise DocumentError(_("Say why it is withdrawn."), field="words", code="reason")
    values = {"withdrawn_at": clock.now(), "withdrawn_by_label": actor.label[:191], "withdrawn_reason": words[:500]}
    if not Document.unscoped.filter(pk=document.pk, withdrawn_at__isnull=True).update(**values):
        raise DocumentError(_("This document is withdrawn already."), code="withdrawn")
    document.refresh_from_db()
    mutations.record(
        f"dossier:{document.dossier_id}" if document.dossier_id else "context:documents",
        actor=actor,
        verb="document.withdrawn",
        subject=SubjectRef("document", document.pk),
        values={"sha256": document.file.sha256},
        note=words[:500],
    )
    return document


def withdrawn_about(subject: SubjectRef) -> list[Document]:
    """What was filed for this subject and withdrawn, the latest first; of a subject whose access was checked."""
    rows = Document.unscoped.filter(subject_type=subject.type, subject_id=subject.id, withdrawn_at__isnull=False)
    return list(rows.order_by("-withdrawn_at", "-pk"))


def withdrawn_among(dossier_id: int, digests: Collection[str]) -> list[Document]:
    """Of the files that a pack froze (by SHA-256), the documents of this dossier that were withdrawn since. One query."""
    if not digests:
        return []
    rows = Document.unscoped.filter(dossier_id=dossier_id, withdrawn_at__isnull=False, file__sha256__in=list(digests))
    return list(rows.order_by("withdrawn_at", "pk"))
