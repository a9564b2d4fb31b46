"""The cells of an XLSX sheet as text, streamed. Formulas are read as the value that was saved; macros and links are not looked at.

A spreadsheet is a ZIP of XML: its sizes are checked before and while it is unpacked, and its XML may name no entity.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Any

from django.utils.translation import gettext as _
from lxml import etree

from ..errors import UnreadableTable

MAX_UNPACKED = 400 * 1024 * 1024
MAX_PART_RATIO = 300
MAX_STRINGS = 2_000_000
NS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
#: All that unpacking bytes in memory can raise: no such part, not XML, a wrong checksum, a broken stream (zlib), an end too early, an offset
#: before the file (ValueError), a password (RuntimeError), a way of packing or a version that zipfile does not know (NotImplementedError).
UNREADABLE = (KeyError, ValueError, etree.XMLSyntaxError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError)
_DATE_FORMATS = {*range(14, 23), 27, 28, 29, 30, 31, 36, 45, 46, 47, 50, 51, 52, 53, 54, 55, 56, 57, 58}


def sheet_names(data: bytes) -> list[str]:
    """Names of the sheets, in their order.

    Raises:
        UnreadableTable: no spreadsheet, damaged, or swollen beyond reason.
    """
    with _open(data) as book:
        names = [name for name, _path in _sheets(book)]
    if not names:
        raise _damaged()
    return names


def rows(data: bytes, sheet: str) -> Iterator[Any]:
    """Rows of a sheet; dates as ISO text, whole numbers without decimals."""
    from .tables import MAX_COLUMNS, Row

    with _open(data) as book:
        paths = dict(_sheets(book))
        strings = _strings(book)
        dated, since = _date_styles(book)
        if sheet not in paths:
            raise _damaged()
        number = 0
        for element in _elements(book, paths[sheet], f"{NS}row"):
            stated = element.get("r", "")
            number = int(stated) if stated.isdecimal() else number + 1
            cells: dict[int, str] = {}
            for at, cell in enumerate(element.iter(f"{NS}c")):
                column = _column(cell.get("r", "")) if cell.get("r") else at
                if 0 <= column <= MAX_COLUMNS + 1:
                    cells[column] = _value(cell, strings, dated, since)
            yield Row(number, tuple(cells.get(at, "") for at in range(max(cells) + 1)) if cells else ())


def _open(data: bytes) -> zipfile.ZipFile:
    try:
        book = zipfile.ZipFile(io.BytesIO(data))
    except UNREADABLE as error:
        raise _damaged() from error
    parts = book.infolist()
    swollen = any(part.file_size > 1024 * 1024 and part.file_size > MAX_PART_RATIO * max(part.compress_size, 1) for part in parts)
    if len(parts) > 2_000 or sum(part.file_size for part in parts) > MAX_UNPACKED or swollen:
        raise UnreadableTable(
            _("Unpacked, this file is larger than any table: it was not opened. Save it again as CSV."), field="file", code="zip_bomb"
        )
    if "xl/workbook.xml" not in book.namelist():
        raise UnreadableTable(_("This is not a spreadsheet. Send a CSV or an XLSX file."), field="file", code="kind")
    return book


def _damaged() -> UnreadableTable:
    return UnreadableTable(_("This spreadsheet is damaged. Open it, and save it again."), field="file", code="damaged")


class _Limited(io.RawIOBase):
    """A part of the ZIP that stops where its header said it would: a lying header does not fill the memory."""

    def __init__(self, source: IO[bytes], most: int) -> None:
        self._source, self._left = source, most

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._source.read(min(size, 1024 * 1024) if size and size > 0 else 1024 * 1024)
        self._left -= len(data)
        if self._left < 0:
            raise _damaged()
        return data


def _elements(book: zipfile.ZipFile, path: str, tag: str) -> Iterator[Any]:
    """Elements of a part, one at a time, each forgotten after use."""
    try:
        with book.open(path) as raw:
            limited = _Limited(raw, book.getinfo(path).file_size)
            for _event, element in etree.iterparse(
                limited, events=("end",), tag=tag, resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False
            ):
                yield element
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
    except UNREADABLE as error:
        raise _damaged() from error


def _sheets(book: zipfile.ZipFile) -> list[tuple[str, str]]:
    targets = {}
    for relation in _elements(
        book, "xl/_rels/workbook.xml.rels", "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
    ):
        target = relation.get("Target", "")
        targets[relation.get("Id")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    found = [(sheet.get("name", ""), targets.get(sheet.get(REL), "")) for sheet in _elements(book, "xl/workbook.xml", f"{NS}sheet")]
    return [(name, path) for name, path in found if path in book.namelist() and "worksheets" in path]


def _strings(book: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in book.namelist():
        return []
    found = []
    for item in _elements(book, "xl/sharedStrings.xml", f"{NS}si"):
        found.append("".join(text.text or "" for text in item.iter(f"{NS}t") if text.getparent().tag != f"{NS}rPh"))
        if len(found) > MAX_STRINGS:
            raise _damaged()
    return found


def _date_styles(book: zipfile.ZipFile) -> tuple[set[int], dt.date]:
    """Which cell styles print a date, and the day that is number 0 (Macs counted from 1904)."""
    since = dt.date(1899, 12, 30)
    for properties in _elements(book, "xl/workbook.xml", f"{NS}workbookPr"):
        if properties.get("date1904") in {"1", "true"}:
            since = dt.date(1904, 1, 1)
    if "xl/styles.xml" not in book.namelist():
        return set(), since
    own = set(_DATE_FORMATS)
    for form in _elements(book, "xl/styles.xml", f"{NS}numFmt"):
        bare = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", form.get("formatCode", "")).lower()
        if re.search(r"[yd]|mm", bare) and form.get("numFmtId", "").isdecimal():
            own.add(int(form.get("numFmtId")))
    dated: set[int] = set()
    for styles in _elements(book, "xl/styles.xml", f"{NS}cellXfs"):
        dated = {
            at
            for at, style in enumerate(styles.iter(f"{NS}xf"))
            if style.get("numFmtId", "").isdecimal() and int(style.get("numFmtId")) in own
        }
    return dated, since


def _column(reference: str) -> int:
    """``AB12`` is column 27, counted from 0."""
    at = 0
    for letter in reference:
        if not letter.isalpha():
            break
        at = at * 26 + ord(letter.upper()) - 64
    return at - 1


def _value(cell: Any, strings: list[str], dated: set[int], since: dt.date) -> str:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return "".join(text.text or "" for text in cell.iter(f"{NS}t"))
    text = cell.findtext(f"{NS}v") or ""
    if kind == "s":
        return strings[int(text)] if text.isdecimal() and int(text) < len(strings) else ""
    if kind == "b":
        return "1" if text == "1" else "0"
    if kind in {"str", "e", "d"}:
        return text
    try:
        number = float(text)
    except ValueError:
        return text
    style = cell.get("s", "")
    if style.isdecimal() and int(style) in dated and 0 < number < 2_958_466:
        return (since + dt.timedelta(days=int(number))).isoformat()
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else text
