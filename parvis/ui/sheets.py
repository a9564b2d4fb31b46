"""A list as a file: exactly the columns, rows, order and totals on screen, all pages, with the filters in words, who and when.

Text and Excel are written here. PDF is registered by the context that typesets (``writer``): ``ui`` stands below it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.kernel import clock
from parvis.kernel.gestures import gesture_scope
from parvis.kernel.mutations import record
from parvis.kernel.subject import SubjectRef
from parvis.ui import formats
from parvis.ui.columns import Beside, Column

if TYPE_CHECKING:
    from parvis.ui.grid import GridPage

EXPORT_LIMIT = 100_000
#: A book of more pages is nobody's to print; its last line says that the list goes on.
PRINT_LIMIT = 5_000
CHUNK = 1_000
NEGATIVE = re.compile(r"-[\d .,]*\d( \S{1,3})?")


@dataclass(frozen=True)
class Sheet:
    """A list as text, for a writer. ``heads``: title, numeric. ``rows`` may be read once. ``notes``: filters, rows, who and when."""

    title: str
    heads: list[tuple[str, bool]]
    rows: Iterator[list[str]]
    totals: list[str]
    notes: list[str]
    language: str
    day: date


Writer = Callable[[Sheet], bytes]
_writers: dict[str, tuple[str, Writer]] = {}


def writer(kind: str, content_type: str, write: Writer) -> None:
    """Register who writes a kind of file, ``pdf`` for one."""
    _writers[kind] = (content_type, write)


def can_write(kind: str) -> bool:
    return kind in {"csv", "xlsx"} or kind in _writers


def answer(page: GridPage, kind: str) -> HttpResponse:
    """The file. Who took which list out of the product is written down first."""
    limit = EXPORT_LIMIT if kind in {"csv", "xlsx"} else PRINT_LIMIT
    there = int(page.rows.order_by()[: limit + 1].count())
    _log(page, kind, min(there, limit))
    stem = f"{slugify(page.name) or page.key}-{clock.today().isoformat()}"
    response: HttpResponse
    if kind == "csv":
        response = cast(HttpResponse, StreamingHttpResponse(_csv(page, there, limit), content_type="text/csv; charset=utf-8"))
    elif kind == "xlsx":
        response = HttpResponse(_xlsx(page, there, limit), content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    else:
        content_type, write = _writers[kind]
        response = HttpResponse(write(_sheet(page, there, limit)), content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{stem}.{kind}"'
    return response


def _log(page: GridPage, kind: str, rows: int) -> None:
    if page.grid.on_export is not None:
        page.grid.on_export(page.actor, kind, rows)
        return
    with gesture_scope():
        record(
            "context:lists",
            actor=page.actor,
            verb="list_exported",
            subject=SubjectRef("list", 0),
            values={"list": page.key, "format": kind, "rows": rows, "columns": [c.key for c in page.columns], "filters": page.sentence},
        )


def notes(page: GridPage, there: int, limit: int) -> list[str]:
    """Under or beside the rows: what was asked for, how many rows, who took them and when."""
    count = formats.number(min(there, limit))
    said = [page.sentence] if page.sentence else []
    if there > limit:
        said.append(_("The first %(n)s rows; the list goes on.") % {"n": count})
    else:
        said.append(ngettext("%(n)s row in all", "%(n)s rows in all", there) % {"n": count})
    said.append(_("Taken by %(who)s on %(when)s") % {"who": page.actor.label, "when": formats.moment(clock.now())})
    return said


def _rows(page: GridPage, limit: int) -> Iterator[Any]:
    rows = cast(Iterator[Any], page.rows[:limit].iterator(chunk_size=CHUNK))
    while some := list(islice(rows, CHUNK)):
        if page.grid.ready is not None:
            page.grid.ready(some)
        yield from some


def _totals(page: GridPage) -> list[str]:
    return [cell["text"] for cell in page.totals]


def _sheet(page: GridPage, there: int, limit: int) -> Sheet:
    return Sheet(
        title=page.name or page.key,
        heads=[(formats.label(c.title), c.numeric) for c in page.columns],
        rows=([_said(c, row) for c in page.columns] for row in _rows(page, limit)),
        totals=_totals(page),
        notes=notes(page, there, limit),
        language=formats.language(),
        day=clock.today(),
    )


def _csv(page: GridPage, there: int, limit: int) -> Iterator[bytes]:
    """Semicolons and a byte order mark: what a Belgian spreadsheet opens without asking. The notes come after an empty line."""
    buffer = io.StringIO()
    out = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    yield b"\xef\xbb\xbf"
    out.writerow([harmless(formats.label(c.title)) for c in page.columns])
    for row in _rows(page, limit):
        out.writerow([harmless(_said(c, row)) for c in page.columns])
        if buffer.tell() > 32_000:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    if page.totals:
        out.writerow([harmless(text) for text in _totals(page)])
    out.writerow([])
    for note in notes(page, there, limit):
        out.writerow([harmless(note)])
    yield buffer.getvalue().encode()


def _xlsx(page: GridPage, there: int, limit: int) -> bytes:
    """Typed cells on the first sheet, with the totals row in bold; what was asked for, by whom and when on the second; then what stands below
    the rows, each on a sheet of its own."""
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(_sheet_name(book, page.name or page.key))
        about = book.add_worksheet(_("About this list")[:31])
        kinds = {
            "bold": book.add_format({"bold": True}),
            "day": book.add_format({"num_format": "dd/mm/yyyy"}),
            "moment": book.add_format({"num_format": "dd/mm/yyyy hh:mm"}),
            "amount": book.add_format({"num_format": "#,##0.00"}),
            "total": book.add_format({"bold": True, "top": 1}),
            "total amount": book.add_format({"bold": True, "top": 1, "num_format": "#,##0.00"}),
        }
        sheet.freeze_panes(1, 0)
        for at, column in enumerate(page.columns):
            sheet.set_column(at, at, _width(column))
            sheet.write_string(0, at, formats.label(column.title), kinds["bold"])
        lower = [_Lower(book, page, one, kinds) for one in _beside(page)]
        line = 0
        for line, row in enumerate(_rows(page, limit), start=1):
            for at, column in enumerate(page.columns):
                _cell(sheet, line, at, column, row, kinds)
            for each in lower:
                each.write(row)
        for at, cell in enumerate(page.totals):
            if cell["value"] is not None:
                sheet.write_number(
                    line + 1, at, float(cell["value"]), kinds["total amount" if page.columns[at].kind == "amount" else "total"]
                )
            else:
                sheet.write_string(line + 1, at, cell["text"], kinds["total"])
        about.set_column(0, 0, 100)
        for at, note in enumerate([page.name or page.key, *notes(page, there, limit)]):
            about.write_string(at, 0, note.replace(formats.NBSP, " "), kinds["bold"] if at == 0 else None)
    return out.getvalue()


def _width(column: Column) -> int:
    return 16 if column.numeric or column.kind in {"day", "moment"} else 28


def _sheet_name(book: Any, title: str) -> str:
    """A name that Excel takes: short, without its signs, and not given to another sheet."""
    bare = title.translate(str.maketrans("", "", "[]:*?/\\'"))[:31] or "2"
    taken = {one.get_name().lower() for one in book.worksheets()}
    name, number = bare, 2
    while name.lower() in taken:
        name, number = f"{bare[:27]} {number}", number + 1
    return name


def _beside(page: GridPage) -> list[Beside]:
    """What stands below the rows and of which the list shows something."""
    shown = page.shown_keys
    found = [replace(one, columns=[column for column in one.columns if column.key in shown]) for one in page.grid.beside]
    return [one for one in found if one.columns]


class _Lower:
    """The sheet of what stands below the rows: a line for each, which says first whose it is."""

    WHOSE = 3

    def __init__(self, book: Any, page: GridPage, of: Beside, kinds: dict[str, Any]) -> None:
        keys = {column.key for one in page.grid.beside for column in one.columns}
        self.of, self.kinds, self.line = of, kinds, 0
        self.whose = [column for column in page.columns if column.key not in keys][: self.WHOSE]
        self.columns = [*of.always, *of.columns]
        self.sheet = book.add_worksheet(_sheet_name(book, formats.label(of.title)))
        self.sheet.freeze_panes(1, 0)
        for at, column in enumerate([*self.whose, *self.columns]):
            self.sheet.set_column(at, at, _width(column))
            self.sheet.write_string(0, at, formats.label(column.title), kinds["bold"])

    def write(self, row: Any) -> None:
        for one in self.of.lines(row):
            self.line += 1
            for at, column in enumerate(self.whose):
                _cell(self.sheet, self.line, at, column, row, self.kinds)
            for at, column in enumerate(self.columns, start=len(self.whose)):
                _cell(self.sheet, self.line, at, column, one, self.kinds)


def _cell(sheet: Any, line: int, at: int, column: Column, row: Any, kinds: dict[str, Any]) -> None:
    value = column.of(row)
    due = getattr(value, "due_on", value)
    if column.kind in {"day", "clock"} and due is not None and formats.as_date(due) is not None:
        sheet.write_datetime(line, at, formats.as_date(due), kinds["day"])
    elif column.kind == "moment" and isinstance(value, datetime):
        sheet.write_datetime(line, at, value.astimezone(clock.zone()).replace(tzinfo=None, second=0, microsecond=0), kinds["moment"])
    elif column.numeric and value is not None:
        sheet.write_number(line, at, float(Decimal(str(value))), kinds["amount"] if column.kind == "amount" else None)
    else:
        sheet.write_string(line, at, column.text(row))


def harmless(text: str) -> str:
    """A cell that begins like a formula would be run by a spreadsheet."""
    clean = text.replace(formats.NBSP, " ")
    return f"'{clean}" if clean[:1] in {"=", "+", "@", "\t", "\r", "\n"} or (clean[:1] == "-" and not NEGATIVE.fullmatch(clean)) else clean


def _said(column: Column, row: Any) -> str:
    """A cell in words. A term is its day: in a file, the days left would be wrong tomorrow."""
    if column.kind == "clock":
        value = column.of(row)
        return formats.day(getattr(value, "due_on", value))
    return column.text(row)
