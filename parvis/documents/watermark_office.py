"""The line of a copy in files of word processors: at the foot of each page, and in the properties of the file."""

from __future__ import annotations

import io
import zipfile
from typing import Any

_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
_STYLE = "urn:oasis:names:tc:opendocument:xmlns:style:1.0"
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
_META = "urn:oasis:names:tc:opendocument:xmlns:meta:1.0"
_FO = "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"
PARAGRAPH, PROPERTY = "ParvisCopy", "Copy"
FEET = ("footer", "footer-left", "footer-first")


def docx(data: bytes, line: str) -> bytes:
    """In the footers of each section; those that repeat the one before are marked with it.

    Raises:
        KeyError, ValueError, OSError, zipfile.BadZipFile, lxml.etree.XMLSyntaxError: the file cannot be read.
    """
    from docx import Document

    document = Document(io.BytesIO(data))
    even = bool(document.settings.odd_and_even_pages_header_footer)
    for number, section in enumerate(document.sections):
        feet = [section.footer]
        if section.different_first_page_header_footer:
            feet.append(section.first_page_footer)
        if even:
            feet.append(section.even_page_footer)
        for foot in feet:
            if number == 0 or not foot.is_linked_to_previous:
                _small(foot.add_paragraph(), line)
    said = document.core_properties
    said.comments = f"{said.comments}\n{line}".strip()[-255:]
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _small(paragraph: Any, line: str) -> None:
    from docx.shared import Pt, RGBColor

    run = paragraph.add_run(line)
    run.font.size = Pt(7)
    run.font.color.rgb = RGBColor(0x59, 0x59, 0x59)


def odt(data: bytes, line: str) -> bytes | None:
    """In the footers of each kind of page, also where there was none. None when it has no page at all.

    Raises:
        KeyError, ValueError, OSError, zipfile.BadZipFile, lxml.etree.XMLSyntaxError: the file cannot be read.
    """
    from lxml import etree

    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        styles = etree.fromstring(source.read("styles.xml"), parser)
        pages = styles.findall(f".//{{{_STYLE}}}master-page")
        if not pages:
            return None
        _paragraph_style(styles)
        for page in pages:
            _foot(page, line)
        for item in source.infolist():
            content = source.read(item)
            if item.filename == "styles.xml":
                content = etree.tostring(styles, xml_declaration=True, encoding="UTF-8")
            elif item.filename == "meta.xml":
                content = _properties(etree.fromstring(content, parser), line)
            target.writestr(item, content)  # the order and the way of packing stay: "mimetype" comes first, unpacked
    return out.getvalue()


def _paragraph_style(styles: Any) -> None:
    from lxml import etree

    automatic = styles.find(f"{{{_OFFICE}}}automatic-styles")
    if automatic is None:
        automatic = etree.Element(f"{{{_OFFICE}}}automatic-styles")
        styles.insert(list(styles).index(styles.find(f"{{{_OFFICE}}}master-styles")), automatic)
    style = etree.SubElement(automatic, f"{{{_STYLE}}}style", {f"{{{_STYLE}}}name": PARAGRAPH, f"{{{_STYLE}}}family": "paragraph"})
    etree.SubElement(style, f"{{{_STYLE}}}text-properties", {f"{{{_FO}}}font-size": "7pt", f"{{{_FO}}}color": "#595959"})


def _foot(page: Any, line: str) -> None:
    from lxml import etree

    feet = [foot for name in FEET if (foot := page.find(f"{{{_STYLE}}}{name}")) is not None]
    if page.find(f"{{{_STYLE}}}footer") is None:
        foot = etree.Element(f"{{{_STYLE}}}footer")
        heads = [at for at, one in enumerate(page) if etree.QName(one).localname.startswith("header")]
        page.insert(heads[-1] + 1 if heads else 0, foot)
        feet.append(foot)
    for foot in feet:
        foot.attrib.pop(f"{{{_STYLE}}}display", None)
        etree.SubElement(foot, f"{{{_TEXT}}}p", {f"{{{_TEXT}}}style-name": PARAGRAPH}).text = line


def _properties(meta: Any, line: str) -> bytes:
    from lxml import etree

    inside = meta.find(f"{{{_OFFICE}}}meta")
    if inside is not None:
        etree.SubElement(inside, f"{{{_META}}}user-defined", {f"{{{_META}}}name": PROPERTY}).text = line
    return bytes(etree.tostring(meta, xml_declaration=True, encoding="UTF-8"))
