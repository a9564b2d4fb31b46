"""What the product prints can be kept for ever, whatever was typed and whoever takes a copy of it (B3)."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import docx
import pytest
from lxml import etree
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject, TextStringObject

from parvis.documents.api import Section, edit_block, render_letter_docx, render_letter_odt, render_letter_pdf, render_sheet_pdf
from parvis.documents.watermark import marked
from tests.documents.factories import envelope, letter

from .kept import faults
from .test_rendering import ON, words


@pytest.fixture
def paper(templates: None) -> bytes:
    return render_letter_pdf(letter(language="de", golden=1), envelope("de"), date=ON)


def changed(paper: bytes, change: Callable[[Any, Any], object]) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(paper)))
    change(writer, writer._root_object)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def font(writer: Any) -> Any:
    return next(iter(writer.pages[0]["/Resources"]["/Font"].values())).get_object()


def run_something(writer: Any, root: Any) -> None:
    root[NameObject("/OpenAction")] = DictionaryObject(
        {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
    )


def draw_on(writer: Any, root: Any) -> None:
    blank = PdfWriter().add_blank_page(595, 842)
    line = DecodedStreamObject()
    line.set_data(b"0 0 m 10 10 l S")
    blank[NameObject("/Contents")] = line
    writer.pages[0].merge_page(blank)


BROKEN: dict[str, Callable[[Any, Any], object]] = {
    "its letters are not named": lambda writer, root: font(writer).pop("/ToUnicode"),
    "not in the file": lambda writer, root: [
        font(writer)["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object().pop(key, None)
        for key in ("/FontFile2", "/FontFile3")
    ],
    "/Title is not the same": lambda writer, root: writer.add_metadata({"/Title": "Something else"}),
    "encrypted": lambda writer, root: writer.encrypt("", "owner"),
    "no language": lambda writer, root: root.pop("/Lang"),
    "not tagged": lambda writer, root: root.pop("/StructTreeRoot"),
    "no colour profile": lambda writer, root: root.pop("/OutputIntents"),
    "no metadata": lambda writer, root: root.pop("/Metadata"),
    "something is run": run_something,
    "neither read aloud": draw_on,
}


def test_each_broken_rule_is_found(paper: bytes) -> None:
    assert faults(paper) == []
    assert faults(changed(paper, lambda writer, root: None)) == []
    for fault, change in BROKEN.items():
        found = faults(changed(paper, change))
        assert [one for one in found if fault in one], (fault, found)


def test_the_copy_that_says_who_took_it_can_be_kept_as_well(paper: bytes) -> None:
    """It calls itself PDF/A as the kept one does: the line brings its font along, and is said to be decoration."""
    line = "Copie prise par Zoë Łęcka le 23/11/2026 · CPAS de Valmont"
    wide = render_sheet_pdf("list", envelope(), [Section("Liste", text="une ligne")], date=ON, landscape=True)
    for kept in (paper, wide):
        copy = marked(kept, "application/pdf", line) or b""
        assert words(copy).count(line) == 2 * len(PdfReader(io.BytesIO(copy)).pages)
        assert faults(copy) == []


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Merci 😀👍🏽 beaucoup", "Merci � beaucoup"),
        ("Wang Xiaoming 王小明", "Wang Xiaoming �"),
        ("un\x07deux\ufefftrois", "undeuxtrois"),
        ("Олександр Ωμέγα", "Олександр Ωμέγα"),
        ('\\u{7} "\\" \ue000', '\\u{7} "\\" �'),
    ],
)
def test_what_no_font_has_does_not_keep_a_letter_from_being_made(templates: None, typed: str, printed: str) -> None:
    pdf = render_letter_pdf(edit_block(letter(), "facts", f"Vous écrivez : {typed}."), envelope(recipient=(typed,)), date=ON)
    assert words(pdf).replace(" ", "").count(printed.replace(" ", "")) == 2
    assert faults(pdf) == []


def test_what_nobody_sees_does_not_break_the_letter_for_an_office_suite(templates: None) -> None:
    blocks, framed = edit_block(letter(), "facts", "un\x07deux 😀"), envelope(recipient=("Madame\x00 Marie",))
    text = "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(render_letter_docx(blocks, framed, date=ON))).paragraphs)
    assert "undeux 😀" in text
    with zipfile.ZipFile(io.BytesIO(render_letter_odt(blocks, framed, date=ON))) as archive:
        content = etree.fromstring(archive.read("content.xml"))
    text = "".join(content.itertext())
    assert "undeux 😀" in text and "Madame Marie" in text
