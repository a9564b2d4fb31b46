"""What a file must have to be read in fifty years and aloud: the rules of PDF/A-2a and PDF/UA-1 that pypdf can check, without Java.

Not a validator: what shows in the structure of a file is checked, the insides of fonts and colour profiles are not.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from lxml import etree
from pypdf import PdfReader
from pypdf.generic import ContentStream, DictionaryObject

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
PDFA = "{http://www.aiim.org/pdfa/ns/id/}"
PDFUA = "{http://www.aiim.org/pdfua/ns/id/}"
DC = "{http://purl.org/dc/elements/1.1/}"
XMP = "{http://ns.adobe.com/xap/1.0/}"
SHOWN = {b"Tj", b"TJ", b"'", b'"', b"Do", b"sh", b"S", b"s", b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*"}


def faults(pdf: bytes) -> list[str]:
    """Each rule that this file breaks, in words; none of a file that can be kept."""
    reader = PdfReader(io.BytesIO(pdf))
    return [*_file(pdf, reader), *_marks(reader), *_structure(reader), *_active(reader), *_fonts(reader), *_pages(reader)]


def _file(pdf: bytes, reader: PdfReader) -> Iterator[str]:
    lines = pdf.split(b"\n", 2)
    if not re.fullmatch(rb"%PDF-1\.[0-7]", lines[0].rstrip(b"\r")) or sum(byte > 127 for byte in lines[1][1:5]) < 4:
        yield "header"
    if "/ID" not in reader.trailer:
        yield "no identifier of the file"
    if "/Encrypt" in reader.trailer:
        yield "encrypted"


def _marks(reader: PdfReader) -> Iterator[str]:
    root = reader.trailer["/Root"]
    if "/Metadata" not in root:
        yield "no metadata"
        return
    told = etree.fromstring(root["/Metadata"].get_data(), etree.XMLParser(resolve_entities=False, no_network=True))

    def one(name: str) -> str:
        return "".join(next(told.iter(name), etree.Element("none")).itertext()).strip()

    if (one(PDFA + "part"), one(PDFA + "conformance"), one(PDFUA + "part")) != ("2", "A", "1"):
        yield "does not call itself PDF/A-2a and PDF/UA-1"
    info = reader.metadata or {}
    for name, key in ((DC + "title", "/Title"), (DC + "creator", "/Author"), (XMP + "CreatorTool", "/Creator")):
        if not info.get(key) or one(name) != info[key]:
            yield f"{key} is not the same in both places"
    for name, key in ((XMP + "CreateDate", "/CreationDate"), (XMP + "ModifyDate", "/ModDate")):
        if re.sub(r"\D", "", one(name))[:14] != re.sub(r"\D", "", str(info.get(key)))[:14]:
            yield f"{key} is not the same in both places"
    if one(DC + "language").lower() != str(root.get("/Lang")).lower():
        yield "the language is not the same in both places"
    intents = [intent.get_object() for intent in root.get("/OutputIntents", ())]
    if [(one["/S"], one["/DestOutputProfile"].get_object().get("/N")) for one in intents] != [("/GTS_PDFA1", 3)]:
        yield "no colour profile"


def _structure(reader: PdfReader) -> Iterator[str]:
    root = reader.trailer["/Root"]
    if not re.fullmatch(r"(fr|nl|de|en)-be", str(root.get("/Lang")).lower()):
        yield "no language"
    if not root.get("/MarkInfo", {}).get("/Marked") or "/StructTreeRoot" not in root:
        yield "not tagged"
    if not root.get("/ViewerPreferences", {}).get("/DisplayDocTitle"):
        yield "the title is not shown"
    elements = [one for one in _dictionaries(reader) if one.get("/Type") == "/StructElem" or ("/S" in one and "/P" in one and "/K" in one)]
    if any(one.get("/S") in ("/Figure", "/Formula") and not (one.get("/Alt") or one.get("/ActualText")) for one in elements):
        yield "a picture without words"


def _active(reader: PdfReader) -> Iterator[str]:
    for one in _dictionaries(reader):
        if one.get("/S") in ("/JavaScript", "/Launch", "/Sound", "/Movie", "/ResetForm", "/ImportData", "/Rendition") or "/AA" in one:
            yield "something is run"
        if one.get("/Type") == "/Filespec" or "/EF" in one or "/XFA" in one:
            yield "another file or form is in it"
        if one.get("/Subtype") == "/Link" and "/Rect" in one and not int(one.get("/F", 0)) & 4:
            yield "a link is not printed"


def _fonts(reader: PdfReader) -> Iterator[str]:
    for font in (one for one in _dictionaries(reader) if one.get("/Type") == "/Font" and one.get("/Subtype") != "/CIDFontType2"):
        if str(font.get("/Subtype")).startswith("/CIDFontType"):
            continue
        name = font.get("/BaseFont")
        if "/ToUnicode" not in font:
            yield f"{name}: its letters are not named"
        inner = [one.get_object() for one in font.get("/DescendantFonts", ())] or [font]
        for one in inner:
            if not {"/FontFile", "/FontFile2", "/FontFile3"} & set(one.get("/FontDescriptor", DictionaryObject()).get_object()):
                yield f"{name}: not in the file"


def _pages(reader: PdfReader) -> Iterator[str]:
    for number, page in enumerate(reader.pages, 1):
        seen: list[int] = []
        depth: list[bool] = []
        for operands, operator in ContentStream(page.get_contents(), reader).operations:
            if operator in (b"BDC", b"BMC"):
                given = operands[1] if operator == b"BDC" else {}
                props = page["/Resources"]["/Properties"][given] if isinstance(given, str) else given
                if "/MCID" in props:
                    seen.append(int(props["/MCID"]))
                depth.append(operands[0] == "/Artifact" or "/MCID" in props)
            elif operator == b"EMC":
                depth.pop()
            elif operator in SHOWN and not any(depth):
                yield f"page {number}: something is drawn that is neither read aloud nor said to be decoration"
                break
        if len(seen) != len(set(seen)):
            yield f"page {number}: two parts have one number"
        if seen and "/StructParents" not in page:
            yield f"page {number}: its parts belong to nothing"
        if page.get("/Annots") and page.get("/Tabs") != "/S":
            yield f"page {number}: the order of its links is not that of the text"


def _dictionaries(reader: PdfReader) -> Iterator[Any]:
    """Every dictionary of the file that something points to."""
    waiting: list[Any] = [reader.trailer["/Root"]]
    seen: set[int] = set()
    while waiting:
        value = waiting.pop()
        value = value.get_object() if hasattr(value, "get_object") else value
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, DictionaryObject):
            yield value
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
