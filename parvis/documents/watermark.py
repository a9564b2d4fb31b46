"""A copy that says who took it and when (C18). The bytes that the centre keeps are never touched: their digest is evidence.

PDF, photos, DOCX and ODT carry the mark. A photo of a telephone that office computers cannot show (HEIC) becomes a JPEG with it.
"""

from __future__ import annotations

import io
import logging
import zlib
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from parvis.documents.sniffing import DOCX, HEIC, JPEG, ODT, PNG, opens_heic
from parvis.documents.typesetting import RenderError, render_stamp
from parvis.documents.watermark_office import docx, odt
from parvis.kernel import clock
from parvis.ui import formats

log = logging.getLogger(__name__)


def copy_line(who: str) -> str:
    """In the centre's language: copies travel with its papers, not with the reader's settings."""
    with translation.override(settings.LANGUAGE_CODE):
        return _("Copy taken by %(who)s on %(when)s · %(centre)s · personal data") % {
            "who": who,
            "when": formats.moment(clock.now()),
            "centre": settings.PARVIS["name"],
        }


def marked(data: bytes, mime: str, line: str) -> bytes | None:
    """The same document with the line at the foot and across each page; None when this kind of file carries none."""
    if mime == "application/pdf":
        return _pdf(data, line)
    if mime in (JPEG.mime, PNG.mime, HEIC.mime):
        return _picture(data, mime, line)
    if mime in (DOCX.mime, ODT.mime):
        return _office(data, mime, line)
    return None


def _office(data: bytes, mime: str, line: str) -> bytes | None:
    from docx.opc.exceptions import OpcError
    from lxml.etree import LxmlError

    try:
        return docx(data, line) if mime == DOCX.mime else odt(data, line)
    except (OpcError, LxmlError, BadZipFile, zlib.error, KeyError, ValueError, AttributeError, OSError, EOFError, RuntimeError):
        # Word processors repair what no reader of ours can: the agent must be able to read it. The reading is logged.
        log.warning("document shown without its mark", exc_info=True)
        return None


def _pdf(data: bytes, line: str) -> bytes | None:
    """The fonts of the line go into the copy: a document that says of itself that it can be kept for ever (PDF/A) still can."""
    from pypdf import PdfReader, PdfWriter
    from pypdf.errors import PyPdfError

    stamps: dict[tuple[float, float], Any] = {}
    try:
        writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
        for page in writer.pages:
            page.transfer_rotation_to_content()
            box = page.mediabox
            size = (max(float(box.width), 1.0), max(float(box.height), 1.0))
            if size not in stamps:
                drawn = render_stamp(line, width=size[0], height=size[1], language=settings.LANGUAGE_CODE)
                stamps[size] = PdfReader(io.BytesIO(drawn)).pages[0]
            page.merge_translated_page(stamps[size], float(box.left), float(box.bottom))
        out = io.BytesIO()
        writer.write(out)
    except (PyPdfError, ValueError, KeyError, RenderError):
        # Damaged enough that it cannot be written anew, yet readers show it: the agent must be able to read it. The reading is logged.
        log.warning("document shown without its mark", exc_info=True)
        return None
    return out.getvalue()


def _picture(data: bytes, mime: str, line: str) -> bytes | None:
    from PIL import Image, ImageDraw, ImageOps

    opens_heic()
    try:
        picture = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        # Cut short or damaged, yet browsers show what there is of it. The reading is logged.
        log.warning("picture shown without its mark", exc_info=True)
        return None
    size = max(10, min(picture.width // max(len(line) // 2, 1), picture.height // 20))
    font = _font(size)
    band = Image.new("RGB", (picture.width, int(size * 1.8)), "white")
    ImageDraw.Draw(band).text((size // 2, size // 3), line, fill=(60, 60, 60), font=font)
    across = Image.new("L", picture.size, 0)
    draw = ImageDraw.Draw(across)
    step = max(picture.height // 4, size * 4)
    for y in range(step // 2, picture.height, step):
        draw.text((size, y), line, fill=70, font=font)
    picture.paste((120, 120, 120), mask=across)
    whole = Image.new("RGB", (picture.width, picture.height + band.height), "white")
    whole.paste(picture, (0, 0))
    whole.paste(band, (0, picture.height))
    out = io.BytesIO()
    if mime == PNG.mime:
        whole.save(out, "PNG")
    else:
        whole.save(out, "JPEG", quality=88)
    return out.getvalue()


def _font(size: int) -> Any:
    from PIL import ImageFont

    for path in sorted(Path(settings.PARVIS_FONTS).glob("*.ttf")):
        if "regular" in path.name.lower():
            return ImageFont.truetype(str(path), size)
    return ImageFont.load_default(size)
