"""After a paper came in: its text is read, away from the gesture that kept it."""

from __future__ import annotations

from parvis.kernel.actor import system_actor
from parvis.kernel.jobs import JobRef, job, periodic

from .models import Document
from .services.reading import read_file, take_text, unread


@job("documents.text")
def read_text(ref: JobRef) -> None:
    """The text layer of one document. A scan leaves no text, and says so."""
    document = Document.unscoped.select_related("file").get(pk=ref.subject.id)
    take_text(actor=system_actor("documents"), document=document, text=read_file(document.file))


@periodic("documents.unread", "20 3 * * *")
def read_what_is_left(ref: JobRef) -> None:
    """Papers that nobody read yet, some hundreds a night."""
    for document in unread():
        take_text(actor=system_actor("documents"), document=document, text=read_file(document.file))
