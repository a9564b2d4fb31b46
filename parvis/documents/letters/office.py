"""The same blocks as DOCX and ODT, for centres that print or annotate in an office suite.

Real headings, lists and tables, language and title set, page numbers as fields. Fixed dates inside: the same letter gives the
same bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from xml.sax.saxutils import escape

from parvis.documents.letters import markup
from parvis.documents.letters.blocks import COMPUTED, Block
from parvis.documents.letters.envelope import Envelope, fact_word, word
from parvis.documents.letters.head import Logo, logo_of

LOCALES = {"fr": ("fr", "BE"), "nl": ("nl", "BE"), "de": ("de", "BE"), "en": ("en", "GB")}
PETROL = "0F5968"


CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""What XML cannot hold: pasted unseen from elsewhere, and nothing to read."""


def _writable(blocks: Sequence[Block], envelope: Envelope) -> tuple[list[Block], Envelope]:
    kept = [replace(block, text=CONTROL.sub("", block.text), heading=CONTROL.sub("", block.heading)) for block in blocks]
    lines = tuple(CONTROL.sub("", line) for line in envelope.recipient)
    return kept, replace(envelope, recipient=lines, subject=CONTROL.sub("", envelope.subject))


def _right_lines(envelope: Envelope) -> list[str]:
    colon = "\u00a0: " if envelope.language == "fr" else ": "
    lines = [f"{word('reference', envelope.language)}{colon}{envelope.reference}"] if envelope.reference else []
    if envelope.contact:
        lines += [f"{word('contact', envelope.language)}{colon}{envelope.contact[0]}", *envelope.contact[1:]]
    return lines


def _left_lines(envelope: Envelope) -> list[str]:
    who = envelope.sender
    return [line for line in (*who.lines, envelope.service, "  ·  ".join(x for x in (who.phone, who.email) if x)) if line]


def _span_text(span: markup.Span, language: str) -> str:
    return f"[{fact_word(span.text, language)}]" if span.pending else span.text


def _stable(data: bytes) -> bytes:
    """The same zip with fixed times, so that the same letter is the same file."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for item in source.infolist():
            copy = zipfile.ZipInfo(item.filename, (1980, 1, 1, 0, 0, 0))
            copy.compress_type = item.compress_type
            copy.external_attr = 0o600 << 16
            target.writestr(copy, source.read(item.filename))
    return out.getvalue()


# DOCX ---------------------------------------------------------------------------------------------------------------


def _field(paragraph: Any, code: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    for kind, text in (("begin", ""), ("", code), ("separate", ""), ("text", "1"), ("end", "")):
        run = paragraph.add_run()
        if kind == "text":
            run.text = text
            continue
        element = OxmlElement("w:instrText" if not kind else "w:fldChar")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.set(qn("xml:space"), "preserve")
            element.text = f" {text} "
        run._r.append(element)


def _docx_styles(document: Any, language: str) -> None:
    """Type, colours, language and page of the centre's letters."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt, RGBColor

    for name, size in (("Normal", 10.5), ("Heading 1", 14), ("Heading 2", 11.5)):
        style = document.styles[name]
        style.font.name, style.font.size = "Source Serif 4", Pt(size)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(theme), None)
        if name != "Normal":
            style.font.color.rgb = RGBColor.from_string(PETROL) if name == "Heading 2" else RGBColor(0, 0, 0)
    properties = document.styles["Normal"].element.get_or_add_rPr()
    for old in properties.findall(qn("w:lang")):
        properties.remove(old)
    tag = OxmlElement("w:lang")
    tag.set(qn("w:val"), "-".join(LOCALES.get(language, LOCALES["fr"])))
    properties.append(tag)
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin, section.right_margin, section.top_margin, section.bottom_margin = Cm(2.4), Cm(2.2), Cm(2), Cm(2.2)


def _docx_head(document: Any, envelope: Envelope) -> None:
    from docx.shared import Cm, Pt, RGBColor

    head = document.add_table(rows=1, cols=2)
    head.autofit = False
    left, right = head.rows[0].cells
    _widths(head, 9.6, 6.8)
    first = left.paragraphs[0]
    if (logo := logo_of(envelope.sender.logo)) is not None:
        first.add_run().add_picture(io.BytesIO(logo.png), **({"width": Cm(6)} if logo.wide else {"height": Cm(1.5)}))
        first = left.add_paragraph()
    name = first.add_run(envelope.sender.name)
    name.bold, name.font.size, name.font.color.rgb = True, Pt(14), RGBColor.from_string(PETROL)
    for line in _left_lines(envelope):
        left.add_paragraph(line)
    for number, line in enumerate(_right_lines(envelope)):
        (right.add_paragraph() if number else right.paragraphs[0]).add_run(line)
    _close_up(left, right)
    if envelope.draft:
        document.add_paragraph().add_run(word("draft", envelope.language)).bold = True
    if envelope.recipient:
        address = document.add_paragraph("\n".join(envelope.recipient)).paragraph_format
        address.left_indent, address.space_before, address.space_after = Cm(8.6), Cm(1.2), Cm(1)
    if envelope.dateline:
        document.add_paragraph(envelope.dateline).paragraph_format.space_before = Cm(0 if envelope.recipient else 0.8)
    document.add_heading(envelope.title, level=1).paragraph_format.space_after = Cm(0.3)


def _widths(table: Any, *wide: float) -> None:
    """Widths in centimetres, in the grid and in each cell: Word reads the cells, LibreOffice the grid."""
    from docx.shared import Cm

    for column, width in zip(table.columns, wide, strict=True):
        column.width = Cm(width)
        for cell in column.cells:
            cell.width = Cm(width)


def _close_up(*cells: Any) -> None:
    from docx.shared import Pt

    for cell in cells:
        for paragraph in cell.paragraphs:
            paragraph.paragraph_format.space_after = Pt(1)


def _docx_computation(document: Any, block: Block) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    rows = list(block.data.get("rows", ()))
    if rows:
        table = document.add_table(rows=0, cols=2)
        table.style = "Table Grid"
        table.autofit = False
        for row in rows:
            name, amount = table.add_row().cells
            strong = row.get("kind") in {"total", "subtotal"} or None
            name.paragraphs[0].add_run(row["label"]).bold = strong
            if row.get("why"):
                name.add_paragraph().add_run(row["why"]).font.size = Pt(8.5)
            amount.paragraphs[0].add_run(row["amount"]).bold = strong
            amount.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
            _close_up(name, amount)
        _widths(table, 12.6, 3.8)
    for number, note in enumerate(block.data.get("notes", ())):
        document.add_paragraph(note).paragraph_format.space_before = Pt(0 if number or not rows else 6)


def _docx_block(document: Any, block: Block) -> None:
    if block.heading and (block.text or block.kind == COMPUTED):
        document.add_heading(block.heading, level=2)
    if block.kind == COMPUTED:
        _docx_computation(document, block)
        return
    for part in markup.parse(block.text):
        for item in part.items:
            paragraph = document.add_paragraph(style="List Bullet" if part.kind == "ul" else None)
            for span in item:
                paragraph.add_run(_span_text(span, block.language)).bold = span.bold or None


def render_letter_docx(blocks: Sequence[Block], envelope: Envelope, *, date: date) -> bytes:
    """The letter as a Word file."""
    import docx
    from docx.shared import Cm

    blocks, envelope = _writable(blocks, envelope)
    language = envelope.language
    document = docx.Document()
    _docx_styles(document, language)
    _docx_head(document, envelope)
    for block in blocks:
        _docx_block(document, block)
    for who, role in envelope.signatures:
        closing = document.add_paragraph()
        closing.paragraph_format.space_before = Cm(1.4)
        closing.add_run(who).bold = True
        closing.add_run(f"\n{role}")
    footer = document.sections[0].footer.paragraphs[0]
    footer.add_run(f"{envelope.sender.name}  ·  {envelope.reference}  ·  {word('page', language)} ")
    _field(footer, "PAGE")
    footer.add_run(f" {word('of', language)} ")
    _field(footer, "NUMPAGES")
    core = document.core_properties
    core.title, core.author, core.language = envelope.title, envelope.sender.name, "-".join(LOCALES.get(language, LOCALES["fr"]))
    core.created = core.modified = datetime(date.year, date.month, date.day, 12, tzinfo=UTC)
    core.comments = ""
    out = io.BytesIO()
    document.save(out)
    return _stable(out.getvalue())


# ODT ----------------------------------------------------------------------------------------------------------------

_NAMES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:xlink="http://www.w3.org/1999/xlink" office:version="1.3"'
)
_LOGO = "Pictures/logo.png"

_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">'
    '<manifest:file-entry manifest:full-path="/" manifest:version="1.3" manifest:media-type="application/vnd.oasis.opendocument.text"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    '<manifest:file-entry manifest:full-path="styles.xml" manifest:media-type="text/xml"/>'
    '<manifest:file-entry manifest:full-path="meta.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)


def _manifest(logo: Logo | None) -> str:
    if logo is None:
        return _MANIFEST
    entry = f'<manifest:file-entry manifest:full-path="{_LOGO}" manifest:media-type="image/png"/>'
    return _MANIFEST.replace("</manifest:manifest>", f"{entry}</manifest:manifest>")


def _x(text: str) -> str:
    return escape(text).replace("  ", " <text:s/>")


def _odt_spans(spans: Sequence[markup.Span], language: str) -> str:
    return "".join(
        f'<text:span text:style-name="Strong">{_x(_span_text(span, language))}</text:span>' if span.bold else _x(_span_text(span, language))
        for span in spans
    )


def _odt_p(text: str, style: str) -> str:
    return f'<text:p text:style-name="{style}">{text}</text:p>'


def _odt_lines(lines: Sequence[str]) -> str:
    return "<text:line-break/>".join(_x(line) for line in lines)


def _odt_logo(envelope: Envelope) -> str:
    logo = logo_of(envelope.sender.logo)
    if logo is None:
        return ""
    wide, high = (6.0, 6.0 * logo.height / logo.width) if logo.wide else (1.5 * logo.width / logo.height, 1.5)
    frame = (
        f'<draw:frame draw:name="logo" text:anchor-type="as-char" svg:width="{wide:.3f}cm" svg:height="{high:.3f}cm">'
        f'<draw:image xlink:href="{_LOGO}" xlink:type="simple" xlink:show="embed" xlink:actuate="onLoad"/>'
        f"<svg:title>{_x(envelope.sender.name)}</svg:title></draw:frame>"
    )
    return _odt_p(frame, "Small")


def _odt_body(blocks: Sequence[Block], envelope: Envelope) -> str:
    language = envelope.language
    out = [
        '<table:table table:name="head" table:style-name="Head"><table:table-column table:style-name="HeadA"/><table:table-column table:style-name="HeadB"/>'
        f"<table:table-row><table:table-cell>{_odt_logo(envelope)}{_odt_p(_x(envelope.sender.name), 'Sender')}{_odt_p(_odt_lines(_left_lines(envelope)), 'Small')}</table:table-cell>"
        f"<table:table-cell>{_odt_p(_odt_lines(_right_lines(envelope)), 'Small')}</table:table-cell></table:table-row></table:table>"
    ]
    if envelope.draft:
        out.append(_odt_p(_x(word("draft", language)), "Small"))
    if envelope.recipient:
        out.append(_odt_p(_odt_lines(envelope.recipient), "Address"))
    if envelope.dateline:
        out.append(_odt_p(_x(envelope.dateline), "Small" if envelope.recipient else "Dateline"))
    out.append(f'<text:h text:style-name="Heading_20_1" text:outline-level="1">{_x(envelope.title)}</text:h>')
    for number, block in enumerate(blocks):
        if block.heading and (block.text or block.kind == COMPUTED):
            out.append(f'<text:h text:style-name="Heading_20_2" text:outline-level="2">{_x(block.heading)}</text:h>')
        if block.kind == COMPUTED:
            rows = list(block.data.get("rows", ()))
            if rows:
                out.append(
                    f'<table:table table:name="calc{number}" table:style-name="Calc"><table:table-column table:style-name="CalcA"/><table:table-column table:style-name="CalcB"/>'
                )
                for row in rows:
                    strong = row.get("kind") in {"total", "subtotal"}
                    why = _odt_p(_x(row["why"]), "Why") if row.get("why") else ""
                    out.append(
                        '<table:table-row><table:table-cell table:style-name="Cell">'
                        + _odt_p(_x(row["label"]), "CalcStrong" if strong else "CalcText")
                        + why
                        + '</table:table-cell><table:table-cell table:style-name="Cell">'
                        + _odt_p(_x(row["amount"]), "AmountStrong" if strong else "Amount")
                        + "</table:table-cell></table:table-row>"
                    )
                out.append("</table:table>")
            out += [_odt_p(_x(note), "Text_20_body") for note in block.data.get("notes", ())]
            continue
        for part in markup.parse(block.text):
            if part.kind == "ul":
                items = "".join(
                    f"<text:list-item>{_odt_p(_odt_spans(item, language), 'Text_20_body')}</text:list-item>" for item in part.items
                )
                out.append(f'<text:list text:style-name="Bullets">{items}</text:list>')
            else:
                out.append(_odt_p(_odt_spans(part.items[0], language), "Text_20_body"))
    for who, role in envelope.signatures:
        out.append(_odt_p(f'<text:span text:style-name="Strong">{_x(who)}</text:span><text:line-break/>{_x(role)}', "Signature"))
    return "".join(out)


def _odt_content(blocks: Sequence[Block], envelope: Envelope) -> str:
    automatic = (
        '<style:style style:name="Head" style:family="table"><style:table-properties style:width="16.4cm" table:align="left"/></style:style>'
        '<style:style style:name="HeadA" style:family="table-column"><style:table-column-properties style:column-width="9.6cm"/></style:style>'
        '<style:style style:name="HeadB" style:family="table-column"><style:table-column-properties style:column-width="6.8cm"/></style:style>'
        '<style:style style:name="Calc" style:family="table"><style:table-properties style:width="16.4cm" table:align="left" fo:margin-top="0.2cm" fo:margin-bottom="0.3cm"/></style:style>'
        '<style:style style:name="CalcA" style:family="table-column"><style:table-column-properties style:column-width="12.6cm"/></style:style>'
        '<style:style style:name="CalcB" style:family="table-column"><style:table-column-properties style:column-width="3.8cm"/></style:style>'
        '<style:style style:name="Cell" style:family="table-cell"><style:table-cell-properties fo:padding="0.1cm" fo:background-color="#e6f0f1" fo:border-bottom="0.3pt solid #a9cdd2"/></style:style>'
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_NAMES}><office:automatic-styles>{automatic}</office:automatic-styles>'
        f"<office:body><office:text>{_odt_body(blocks, envelope)}</office:text></office:body></office:document-content>"
    )


def _odt_styles(envelope: Envelope) -> str:
    code, country = LOCALES.get(envelope.language, LOCALES["fr"])

    def style(
        name: str, text: str = "", para: str = "", parent: str = "Standard", shown: str = "", family: str = "paragraph", outline: str = ""
    ) -> str:
        display = f' style:display-name="{shown}"' if shown else ""
        up = f' style:parent-style-name="{parent}"' if parent else ""
        level = f' style:default-outline-level="{outline}"' if outline else ""
        p = f"<style:paragraph-properties {para}/>" if para else ""
        t = f"<style:text-properties {text}/>" if text else ""
        return f'<style:style style:name="{name}"{display} style:family="{family}"{up}{level}>{p}{t}</style:style>'

    serif, sans = 'style:font-name="Source Serif 4"', 'style:font-name="Source Sans 3"'
    styles = (
        f'<style:default-style style:family="paragraph"><style:text-properties {serif} fo:font-size="10.5pt" fo:language="{code}" fo:country="{country}"/></style:default-style>'
        + style("Standard", parent="")
        + style("Text_20_body", para='fo:margin-bottom="0.22cm" fo:line-height="135%"', shown="Text body")
        + style(
            "Heading_20_1",
            'fo:font-size="14pt" fo:font-weight="bold"',
            'fo:margin-top="0.3cm" fo:margin-bottom="0.3cm" fo:keep-with-next="always"',
            shown="Heading 1",
            outline="1",
        )
        + style(
            "Heading_20_2",
            f'fo:font-size="11.5pt" fo:font-weight="bold" fo:color="#{PETROL.lower()}"',
            'fo:margin-top="0.45cm" fo:margin-bottom="0.15cm" fo:keep-with-next="always"',
            shown="Heading 2",
            outline="2",
        )
        + style("Sender", f'fo:font-size="14pt" fo:font-weight="bold" fo:color="#{PETROL.lower()}"')
        + style("Small", f'{sans} fo:font-size="9pt"')
        + style("Dateline", para='fo:margin-top="0.8cm"', parent="Small")
        + style("Address", para='fo:margin-left="8.6cm" fo:margin-top="1.3cm" fo:margin-bottom="1cm"')
        + style("CalcText", f'{sans} fo:font-size="9.5pt"')
        + style("CalcStrong", 'fo:font-weight="bold"', parent="CalcText")
        + style("Why", 'fo:font-size="8pt"', parent="CalcText")
        + style("Amount", para='fo:text-align="end"', parent="CalcText")
        + style("AmountStrong", 'fo:font-weight="bold"', parent="Amount")
        + style("Signature", para='fo:margin-top="1.4cm"')
        + style("Footer", f'{sans} fo:font-size="8pt"')
        + style("Strong", 'fo:font-weight="bold"', parent="", family="text")
        + '<text:list-style style:name="Bullets"><text:list-level-style-bullet text:level="1" text:bullet-char="•"><style:list-level-properties text:list-level-position-and-space-mode="label-alignment"><style:list-level-label-alignment text:label-followed-by="listtab" fo:text-indent="-0.5cm" fo:margin-left="0.8cm"/></style:list-level-properties></text:list-level-style-bullet></text:list-style>'
    )
    page = (
        '<style:page-layout style:name="A4"><style:page-layout-properties fo:page-width="21cm" fo:page-height="29.7cm" fo:margin-top="2cm" fo:margin-bottom="1.2cm" '
        'fo:margin-left="2.4cm" fo:margin-right="2.2cm"/><style:footer-style><style:header-footer-properties fo:min-height="0.8cm" fo:margin-top="0.4cm"/></style:footer-style></style:page-layout>'
    )
    foot = (
        f'{_x(envelope.sender.name)}  ·  {_x(envelope.reference)}  ·  {_x(word("page", envelope.language))} <text:page-number text:select-page="current">1</text:page-number> '
        f"{_x(word('of', envelope.language))} <text:page-count>1</text:page-count>"
    )
    master = f'<style:master-page style:name="Standard" style:page-layout-name="A4"><style:footer>{_odt_p(foot, "Footer")}</style:footer></style:master-page>'
    faces = '<style:font-face style:name="Source Serif 4" svg:font-family="\'Source Serif 4\'"/><style:font-face style:name="Source Sans 3" svg:font-family="\'Source Sans 3\'"/>'
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-styles {_NAMES}><office:font-face-decls>{faces}</office:font-face-decls>'
        f"<office:styles>{styles}</office:styles><office:automatic-styles>{page}</office:automatic-styles><office:master-styles>{master}</office:master-styles></office:document-styles>"
    )


def render_letter_odt(blocks: Sequence[Block], envelope: Envelope, *, date: date) -> bytes:
    """The letter as an OpenDocument file, written part by part: everything typed is escaped text."""
    blocks, envelope = _writable(blocks, envelope)
    code = "-".join(LOCALES.get(envelope.language, LOCALES["fr"]))
    meta = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-meta {_NAMES}><office:meta><dc:title>{_x(envelope.title)}</dc:title>'
        f"<dc:creator>{_x(envelope.sender.name)}</dc:creator><dc:language>{code}</dc:language><dc:date>{date.isoformat()}T12:00:00</dc:date>"
        f"<meta:creation-date>{date.isoformat()}T12:00:00</meta:creation-date></office:meta></office:document-meta>"
    )
    logo = logo_of(envelope.sender.logo)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text, packed in (
            ("mimetype", "application/vnd.oasis.opendocument.text", False),  # first and unpacked, says the standard
            ("META-INF/manifest.xml", _manifest(logo), True),
            ("content.xml", _odt_content(blocks, envelope), True),
            ("styles.xml", _odt_styles(envelope), True),
            ("meta.xml", meta, True),
        ):
            item = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            item.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
            archive.writestr(item, text)
        if logo is not None:
            archive.writestr(zipfile.ZipInfo(_LOGO, (1980, 1, 1, 0, 0, 0)), logo.png)
    return out.getvalue()
