"""What leaves the house when a document is opened or saved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from parvis.documents.access import is_to_send
from parvis.documents.letters.blocks import Block
from parvis.documents.letters.envelope import Envelope
from parvis.documents.letters.office import render_letter_docx, render_letter_odt
from parvis.documents.models import Document
from parvis.documents.services.storing import read_bytes
from parvis.documents.sniffing import DOCX, ODT
from parvis.documents.watermark import copy_line, marked
from parvis.kernel.actor import Actor


def taken_copy(actor: Actor, document: Document, *, saved: bool) -> bytes:
    """The bytes for this reader, whose access was checked and written down: an agent's copy says who took it and when. What is made to be
    posted is shown as it will be, and marked once it is saved."""
    data = read_bytes(document.file)
    if actor.is_agent and (saved or not is_to_send(document)):
        return marked(data, document.file.mime, copy_line(actor.label)) or data
    return data


#: The formats of office suites in which a letter that was made can be taken along, as the address asks for them.
OFFICE = {"docx": (DOCX, render_letter_docx), "odt": (ODT, render_letter_odt)}


def office_copy(actor: Actor, asked: str, blocks: Sequence[Block], envelope: Envelope, *, date: date) -> tuple[bytes, str] | None:
    """The same letter for an office suite, with its media type; nothing for another format. It leaves the house as a copy, and says who
    took it: what counts is the PDF that is kept."""
    if asked not in OFFICE:
        return None
    kind, render = OFFICE[asked]
    data = render(blocks, envelope, date=date)
    return marked(data, kind.mime, copy_line(actor.label)) or data, kind.mime


def file_response(data: bytes, mime: str, name: str) -> HttpResponse:
    """Bytes to be saved on the reader's computer, under this name."""
    response = HttpResponse(data, content_type=mime)
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
