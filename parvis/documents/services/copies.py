"""What leaves the house when a document is opened or saved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from parvis.documents.access import is_to_send
from parvis.documents.letters.blocks import Block
from parvis.documents.letters.envelope import Envelope
from parvis.documents.letters.office import render_letter_docx, render_letter_odt
from parvis.documents.models import Document
from parvis.documents.services.storing import read_bytes
from parvis.documents.sniffing import DOCX, HEIC, JPEG, ODT
from parvis.documents.watermark import copy_line, marked
from parvis.kernel.actor import Actor


class Taken(NamedTuple):
    """Bytes, their media type, and the name under which they are saved."""

    data: bytes
    mime: str
    name: str


def taken_copy(actor: Actor, document: Document, *, saved: bool) -> Taken:
    """For this reader, whose access was checked and written down: an agent's copy says who took it and when, and is a JPEG where the photo is
    of a kind that office computers do not show. What is made to be posted is shown as it will be, and marked once it is saved."""
    data, mime, name = read_bytes(document.file), document.file.mime, document.file_name
    if not actor.is_agent or (is_to_send(document) and not saved):
        return Taken(data, mime, name)
    copy = marked(data, mime, copy_line(actor.label))
    if copy is None:
        return Taken(data, mime, name)
    if mime == HEIC.mime:
        return Taken(copy, JPEG.mime, f"{Path(name).stem}.{JPEG.extension}")
    return Taken(copy, mime, name)


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
