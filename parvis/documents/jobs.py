"""After a paper came in: its text is read, away from the gesture that kept it."""

from __future__ import annotations

import logging

from django.db.models import F

from parvis.kernel.actor import system_actor
from parvis.kernel.jobs import JobRef, job, periodic

from .models import Document
from .services.reading import read_file, take_text, unread
from .services.unstoring import throw_away

log = logging.getLogger("parvis.documents")


@job("documents.throw_away")
def throw_away_bytes(ref: JobRef) -> None:
    """An hour after a lawful destruction: what nobody stored again in between leaves the disk."""
    throw_away(ref.payload["digests"])


@job("documents.text")
def read_text(ref: JobRef) -> None:
    """The text layer of one document. A scan leaves no text, and says so."""
    document = Document.unscoped.select_related("file").get(pk=ref.subject.id)
    take_text(actor=system_actor("documents"), document=document, text=read_file(document.file))


@periodic("documents.unread", "20 3 * * *")
def read_what_is_left(ref: JobRef) -> None:
    """Papers that nobody read yet, some hundreds a night. One that cannot be read is told in the log and tried again another night; the
    others do not wait for it."""
    for document in unread():
        try:
            take_text(actor=system_actor("documents"), document=document, text=read_file(document.file))
        except Exception:
            log.exception("document %s could not be read", document.uuid)
            Document.unscoped.filter(pk=document.pk).update(text_tries=F("text_tries") + 1)
