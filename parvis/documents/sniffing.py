"""What a file is, read from its bytes. Its name is never believed."""

from __future__ import annotations

import functools
import io
import warnings
import zipfile
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from parvis.documents.errors import UploadRefused

MAX_PIXELS = 60_000_000
MAX_UNZIPPED = 200_000_000


@dataclass(frozen=True)
class Kind:
    mime: str
    extension: str


PDF = Kind("application/pdf", "pdf")
JPEG = Kind("image/jpeg", "jpg")
PNG = Kind("image/png", "png")
HEIC = Kind("image/heic", "heic")
DOCX = Kind("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx")
ODT = Kind("application/vnd.oasis.opendocument.text", "odt")

KINDS: dict[str, Kind] = {"pdf": PDF, "jpeg": JPEG, "png": PNG, "heic": HEIC, "docx": DOCX, "odt": ODT}
XML = Kind("application/xml", "xml")
#: With what only some gestures take: the answer of a register.
EVERY_KIND: dict[str, Kind] = {**KINDS, "xml": XML}
#: What a citizen may send: a scan or a photo.
PICTURES_AND_PDF = ("pdf", "jpeg", "png", "heic")
INLINE = frozenset({PDF.mime, JPEG.mime, PNG.mime})

_PROGRAMS = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xfe\xed\xfa", b"#!", b"\xd0\xcf\x11\xe0")
_HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"}


@dataclass(frozen=True)
class Sniffed:
    kind: Kind
    pages: int | None = None


def _refuse(name: str, why: str, todo: str, code: str) -> UploadRefused:
    return UploadRefused(_("“%(name)s”: %(why)s %(todo)s") % {"name": name, "why": why, "todo": todo}, code=code)


def _what(data: bytes) -> str:
    head = data[:16]
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        return "heic"
    if head.startswith(b"PK\x03\x04"):
        return "zip"
    if data[:64].removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<?xml"):
        return "xml"
    if any(head.startswith(mark) for mark in _PROGRAMS):
        return "program"
    return ""


def _check_pdf(data: bytes, name: str) -> int:
    from pypdf import PdfReader
    from pypdf.errors import PdfReadError

    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted:
            raise _refuse(
                name, _("this PDF is protected by a password."), _("Save it without a password, or take a photo of each page."), "encrypted"
            )
        pages = len(reader.pages)
        root: Any = reader.trailer["/Root"].get_object()
        names = root.get("/Names")
        action = root.get("/OpenAction")
        opened = action.get_object() if action is not None else None
        active = (names is not None and "/JavaScript" in names.get_object()) or (
            isinstance(opened, dict) and opened.get("/S") in {"/JavaScript", "/Launch"}
        )
    except UploadRefused:
        raise
    except (PdfReadError, KeyError, ValueError, TypeError, AttributeError, IndexError, RecursionError, OSError) as fault:
        raise _refuse(
            name, _("this PDF is damaged and cannot be read."), _("Scan or save it again, then send the new file."), "damaged"
        ) from fault
    if active:
        raise _refuse(name, _("this PDF contains a program."), _("Print it to a new PDF, or take a photo of each page."), "active")
    if pages == 0:
        raise _refuse(name, _("this PDF has no page."), _("Scan or save it again, then send the new file."), "damaged")
    return pages


@functools.cache
def opens_heic() -> None:
    """Teach Pillow the photos of telephones. Its decoder takes a moment to load: asked where a picture is opened."""
    from pi_heif import register_heif_opener

    register_heif_opener(thumbnails=False)


def _check_picture(data: bytes, name: str, expected: str) -> None:
    from PIL import Image, UnidentifiedImageError

    opens_heic()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = Image.open(io.BytesIO(data), formats=[expected.upper()])
            if picture.width * picture.height > MAX_PIXELS:
                raise _refuse(
                    name,
                    _("this picture is too large (%(w)s × %(h)s points).") % {"w": picture.width, "h": picture.height},
                    _("Take the photo again with a lower quality."),
                    "too_many_pixels",
                )
            picture.verify()
            Image.open(io.BytesIO(data), formats=[expected.upper()]).load()  # verify() does not see that the end is missing
    except UploadRefused:
        raise
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as fault:
        raise _refuse(
            name, _("this picture is damaged and cannot be read."), _("Take the photo again, then send the new file."), "damaged"
        ) from fault


def _check_office(data: bytes, name: str) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            if sum(item.file_size for item in archive.infolist()) > MAX_UNZIPPED:
                return ""
            if any("vbaProject" in item or item.startswith(("Basic/", "Scripts/")) for item in names):
                raise _refuse(name, _("this document contains macros."), _("Save it without macros, or as PDF."), "active")
            if "word/document.xml" in names and "[Content_Types].xml" in names:
                return "docx"
            if "mimetype" in names and archive.read("mimetype") == ODT.mime.encode() and "content.xml" in names:
                return "odt"
    except zipfile.BadZipFile as fault:
        raise _refuse(
            name, _("this file is damaged and cannot be read."), _("Save it again, then send the new file."), "damaged"
        ) from fault
    return ""


def _check_xml(data: bytes, name: str) -> None:
    """Well formed, and without a document type: what it would bring in is never read."""
    from lxml import etree

    try:
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False))
    except etree.XMLSyntaxError as fault:
        raise _refuse(
            name, _("this file is damaged and cannot be read."), _("Save it again, then send the new file."), "damaged"
        ) from fault
    if root.getroottree().docinfo.doctype:
        raise _refuse(name, _("this XML file brings in parts from elsewhere."), _("Export it again without a document type."), "active")


def sniff(data: bytes, name: str, kinds: tuple[str, ...] = PICTURES_AND_PDF) -> Sniffed:
    """What the bytes are, checked to open.

    Raises:
        UploadRefused: empty, another kind than those asked for, damaged, encrypted or with a program in it.
    """
    if not data:
        raise _refuse(name, _("this file is empty."), _("Choose the file again."), "empty")
    what = _what(data)
    if what == "zip":
        what = _check_office(data, name)
    if what not in kinds:
        wanted = ", ".join(EVERY_KIND[kind].extension.upper() for kind in kinds)
        if what == "program":
            why = _("this file is a program, whatever its name says.")
        elif not what:
            why = _("its content is not of a kind that we can read, whatever its name says.")
        else:
            why = _("%(kind)s files are not accepted here.") % {"kind": EVERY_KIND[what].extension.upper()}
        raise _refuse(name, why, _("Send one of: %(wanted)s. A photo of the paper is good too.") % {"wanted": wanted}, "kind")
    pages = None
    if what == "pdf":
        pages = _check_pdf(data, name)
    elif what in {"jpeg", "png", "heic"}:
        _check_picture(data, name, "heif" if what == "heic" else what)
    elif what == "xml":
        _check_xml(data, name)
    return Sniffed(EVERY_KIND[what], pages)
