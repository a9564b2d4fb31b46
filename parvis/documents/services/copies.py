"""What leaves the house when a document is opened or saved."""

from __future__ import annotations

from parvis.documents.access import is_to_send
from parvis.documents.models import Document
from parvis.documents.services.storing import read_bytes
from parvis.documents.watermark import copy_line, marked
from parvis.kernel.actor import Actor


def taken_copy(actor: Actor, document: Document, *, saved: bool) -> bytes:
    """The bytes for this reader, whose access was checked and written down: an agent's copy says who took it and when. What is made to be
    posted is shown as it will be, and marked once it is saved."""
    data = read_bytes(document.file)
    if actor.is_agent and (saved or not is_to_send(document)):
        return marked(data, document.file.mime, copy_line(actor.label)) or data
    return data
