"""CSV in whatever encoding and separator the old system wrote, and the sheets of an XLSX file."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from ..errors import UnreadableTable
from . import xlsx

MAX_BYTES = 50 * 1024 * 1024
MAX_ROWS = 200_000
MAX_COLUMNS = 200
MAX_CELL = 4_000
SEPARATORS = ";,\t|"
OLD_ENCODINGS = ("cp1252", "cp850", "mac_roman")
#: What accented letters and signs of French, Dutch and German are worth where an encoding is guessed; any other sign speaks against it.
USUAL_LETTERS = dict.fromkeys("èüöäëçà", 2.0) | dict.fromkeys("êïôîâûùñßœ’°€", 1.0) | dict.fromkeys("áíóúãõåøš«»§\u00a0", 0.3) | {"é": 3.0}


@dataclass(frozen=True)
class Row:
    """``number`` is the line as the person sees it in the file (1 is the header)."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A header and where its rows come from. ``kind`` is csv or xlsx; ``sheets`` are the names to choose from."""

    kind: str
    header: tuple[str, ...]
    sample: tuple[Row, ...]
    sheets: tuple[str, ...] = ()
    sheet: str = ""
    encoding: str = ""
    separator: str = ""

    def rows(self, data: bytes) -> Iterator[Row]:
        """Every row below the header that holds something.

        Raises:
            UnreadableTable: too many rows, or the sheet is damaged in the middle.
        """
        source = _csv_rows(data, self.encoding, self.separator) if self.kind == "csv" else xlsx.rows(data, self.sheet)
        seen_header, found = False, 0
        for row in source:
            if not any(cell.strip() for cell in row.cells):
                continue
            if not seen_header:
                seen_header = True
                continue
            found += 1
            if found > MAX_ROWS:
                raise UnreadableTable(
                    _("The table has more than %(most)s lines. Cut it into several files.") % {"most": MAX_ROWS}, field="file", code="rows"
                )
            yield Row(row.number, tuple(cell.strip()[:MAX_CELL] for cell in row.cells))


def read_table(data: bytes, name: str, *, sheet: str = "") -> Table:
    """Recognise the file by its content and read its header and first rows.

    Raises:
        UnreadableTable: with what is wrong and what to do.
    """
    if not data.strip(b"\x00\r\n\t ;,"):
        raise UnreadableTable(_("This file is empty."), field="file", code="empty")
    if len(data) > MAX_BYTES:
        raise UnreadableTable(_("This file is larger than 50 MB. Cut it into several files."), field="file", code="size")
    if data[:4] == b"PK\x03\x04":
        names = xlsx.sheet_names(data)
        chosen = sheet if sheet in names else names[0]
        table = Table("xlsx", (), (), sheets=tuple(names), sheet=chosen)
        source = xlsx.rows(data, chosen)
    elif data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise UnreadableTable(_("This is an old Excel file (.xls). Save it as .xlsx or as CSV."), field="file", code="xls")
    else:
        encoding = _encoding(data)
        text_head = data[:200_000].decode(encoding, "replace")
        if "\x00" in text_head or data[:5] == b"%PDF-":
            raise UnreadableTable(_("This is not a table. Send a CSV or an XLSX file."), field="file", code="kind")
        table = Table("csv", (), (), encoding=encoding, separator=_separator(text_head))
        source = _csv_rows(data, encoding, table.separator)
    header: tuple[str, ...] = ()
    sample: list[Row] = []
    for row in source:
        if not any(cell.strip() for cell in row.cells):
            continue
        if not header:
            header = _header(row.cells)
            continue
        sample.append(Row(row.number, tuple(cell.strip()[:MAX_CELL] for cell in row.cells)))
        if len(sample) == 5:
            break
    if not sample:
        raise UnreadableTable(
            _("The table has no line below its first one, which holds the names of the columns."), field="file", code="no_rows"
        )
    return Table(table.kind, header, tuple(sample), table.sheets, table.sheet, table.encoding, table.separator)


def _header(cells: tuple[str, ...]) -> tuple[str, ...]:
    """Names of the columns, each once: the second "Date" becomes "Date (2)".

    Raises:
        UnreadableTable: too many columns, or only one, which means that the separator was not seen.
    """
    while cells and not cells[-1].strip():
        cells = cells[:-1]
    if len(cells) > MAX_COLUMNS:
        raise UnreadableTable(_("The table has more than 200 columns."), field="file", code="columns")
    if len(cells) < 2:
        raise UnreadableTable(
            _("Only one column was found. Separate the columns by a semicolon, a comma or a tab."), field="file", code="one_column"
        )
    seen: Counter[str] = Counter()
    names = []
    for at, cell in enumerate(cells, start=1):
        name = " ".join(cell.split())[:120] or _("column %(number)s") % {"number": at}
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(names)


def _encoding(data: bytes) -> str:
    """By its mark, else UTF-8 when it is, else the one of old systems in which the letters look like names: Windows, DOS or an old Mac."""
    if data.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        data.decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError:
        # On equal marks the first, which old systems in Belgium write most.
        return max(OLD_ENCODINGS, key=lambda name: _looks_written(data[:200_000].decode(name, "replace")))


def _looks_written(text: str) -> float:
    """How much what is not plain ASCII looks like names and words of ours: "é" does, "‚" and a capital within a word do not."""
    mark = 0.0
    for at, letter in enumerate(text):
        if letter.isascii():
            continue
        before, after = text[at - 1 : at], text[at + 1 : at + 2]
        mark += USUAL_LETTERS.get(letter.lower(), -2)
        if letter.isupper() and before.isalpha() and after.islower():
            mark -= 4
        elif letter.islower() and not before.isalpha() and after.islower():
            mark -= 1
    return mark


def _separator(text: str) -> str:
    """The sign that cuts the first lines most evenly. Excel may name it itself: ``sep=;``."""
    first = text.lstrip("\ufeff").split("\n", 1)[0].strip()
    if first.lower().startswith("sep=") and len(first) == 5:
        return first[4]
    best, chosen = (0, 0), ";"
    lines = text.splitlines()[:20]
    for sign in SEPARATORS:
        widths = [len(cells) for cells in csv.reader(lines, delimiter=sign) if cells]
        if not widths:
            continue
        usual, times = Counter(widths).most_common(1)[0]
        score = (times if usual > 1 else 0, usual)
        if score > best:
            best, chosen = score, sign
    return chosen


def _csv_rows(data: bytes, encoding: str, separator: str) -> Iterator[Row]:
    stream = io.TextIOWrapper(io.BytesIO(data), encoding=encoding, errors="replace", newline="")
    reader = csv.reader(stream, delimiter=separator)
    line, width, spread = 1, 0, False
    last: Row | None = None
    try:
        for cells in reader:
            here, line = line, reader.line_num + 1
            if here == 1 and len(cells) <= 2 and cells and cells[0].lower().startswith("sep="):
                continue
            width = width or sum(bool(cell.strip()) for cell in cells)
            if last is not None:
                yield last
            last, spread = Row(here, tuple(cells)), line - here > 1
            if spread and _swallowed(cells, separator, width):
                line = here
                raise csv.Error("a cell holds the lines below it")
        if last is not None:
            if spread and data.count(b'"') % 2:
                line = last.number
                raise csv.Error("the last cell is never closed")
            yield last
    except csv.Error as error:
        raise UnreadableTable(
            _("Line %(line)s cannot be read: a quotation mark is probably missing there.") % {"line": line}, field="file", code="csv"
        ) from error


def _swallowed(cells: list[str], separator: str, width: int) -> bool:
    """Does a cell hold whole lines of the table? Then a quotation mark is missing, and persons would be lost without a word."""
    return width > 2 and any(
        lower.count(separator) >= width - 1 for cell in cells if "\n" in cell or "\r" in cell for lower in cell.splitlines()[1:]
    )
