"""The one list. Sort, filters, free text, pages and exports on the server; rows come already scoped (``visible_to``).

    cases = Grid(
        key="cases",
        columns=[Column("number", _("Number"), sort="number", main=True), Column("due_on", _("Due"), kind="clock", sort="due_on"),
                 Column("amount", _("Amount"), kind="amount", data_class="money")],
        filters=[Filter("state", _("State"), choices=State.choices, apply=lambda rows, v: rows.filter(state=v))],
        search=lambda rows, text: rows.filter(sort_key__contains=sort_key(text)),
        default_sort="due_on",
        row_url=lambda row: reverse("requests:detail", args=[row.uuid]),
    )

    @screen(access=..., parts={"cases": "ui/components/grid.html"})
    def index(request):
        grid = cases.read(request, Case.objects.visible_to(request.actor))
        return grid.export() or page(request, "requests/index.html", {"grid": grid})

Pages are found by key, not by counting rows: page 10,000 costs what page 1 costs. The address holds the last row's id, never its name.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any, cast

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.kernel import clock
from parvis.kernel.actor import ANONYMOUS, Actor
from parvis.kernel.scope import may_see
from parvis.ui import clocks, formats

Rows = QuerySet[Any]
Choices = Sequence[tuple[Any, Any]]

PAGE_SIZE = 50
COUNT_LIMIT = 1_000
EXPORT_LIMIT = 100_000
OWN_PARAMETERS = frozenset({"after", "before", "export"})


@dataclass(frozen=True)
class Column:
    """A column. ``value``: attribute path ("person.name") or function of the row; the key when absent. ``sort``: the database
    field it sorts by. ``cell``: a template that prints the cell (gets ``row`` and ``value``). ``data_class``: whoever may not see that class
    of data has no such column, on screen or in an export. Kinds: text, day, moment, amount, number, label, clock.
    """

    key: str
    title: Any
    value: str | Callable[[Any], Any] = ""
    kind: str = "text"
    sort: str = ""
    cell: str = ""
    data_class: str = ""
    main: bool = False
    currency: str = "EUR"
    detail: str | Callable[[Any], Any] = ""
    verb: Any = ""
    started_on: str = ""

    @property
    def numeric(self) -> bool:
        return self.kind in {"amount", "number"}

    def of(self, row: Any) -> Any:
        return _reach(row, self.value or self.key)

    def text(self, row: Any) -> str:
        """The cell in words, as screen and CSV print it."""
        value = self.of(row)
        if self.kind == "day":
            return formats.day(value)
        if self.kind == "moment":
            return formats.moment(value)
        if self.kind == "amount":
            return formats.amount(value, self.currency)
        if self.kind == "number":
            return formats.number(value)
        if self.kind == "clock":
            face = self.face(row)
            return f"{face.days} {face.what}".strip() if value is not None else ""
        return formats.label(value)

    def face(self, row: Any) -> clocks.Face:
        return clocks.read(self.of(row), self.verb, started_on=_reach(row, self.started_on) if self.started_on else None)


@dataclass(frozen=True)
class Filter:
    """A filter chip. ``apply(rows, value)``; ``choices`` a list, or a function of the actor; without choices a text or ``kind="day"``.
    ``default`` applies until the reader removes it.
    """

    key: str
    title: Any
    apply: Callable[[Rows, str], Rows]
    choices: Choices | Callable[[Actor], Choices] | None = None
    kind: str = "choice"
    default: str = ""
    data_class: str = ""


@dataclass(frozen=True)
class Cell:
    column: Column
    text: str
    html: SafeString | str
    detail: str
    url: str

    @property
    def title(self) -> str:
        return formats.label(self.column.title)


def _may_be_missing(model: Any, path: str) -> bool:
    """True when the value at the end of a path of fields may be absent."""
    for name in path.split("__"):
        if name == "pk":
            return False
        try:
            one = model._meta.get_field(name)
        except FieldDoesNotExist:  # a computed column
            return True
        if one.null or (one.auto_created and not one.concrete):
            return True
        model = one.related_model
    return False


@dataclass(frozen=True)
class Line:
    row: Any
    cells: list[Cell]
    url: str


@dataclass(frozen=True)
class Grid:
    """What a list is made of. One per list, at module level; ``read`` makes a page of it."""

    key: str
    columns: Sequence[Column]
    filters: Sequence[Filter] = ()
    search: Callable[[Rows, str], Rows] | None = None
    default_sort: str = ""
    row_url: Callable[[Any], str] | None = None
    page_size: int = PAGE_SIZE
    name: Any = ""
    empty_title: Any = ""
    empty_text: Any = ""
    empty_url: str = ""
    empty_action: Any = ""
    exports: tuple[str, ...] = ("xlsx", "csv")
    on_export: Callable[[Actor, str, int], None] | None = None

    def read(self, request: HttpRequest, rows: Rows) -> GridPage:
        return GridPage(self, request, rows)


@dataclass
class GridPage:
    """One page of a list, as the reader asked for it."""

    grid: Grid
    request: HttpRequest
    source: Rows
    actor: Actor = field(init=False)

    def __post_init__(self) -> None:
        self.actor = getattr(self.request, "actor", ANONYMOUS)

    # What is shown --------------------------------------------------------------------------------------------------
    @property
    def key(self) -> str:
        return self.grid.key

    @property
    def name(self) -> str:
        return formats.label(self.grid.name)

    @cached_property
    def columns(self) -> list[Column]:
        return [c for c in self.grid.columns if not c.data_class or may_see(self.actor, c.data_class)]

    @cached_property
    def hidden_columns(self) -> int:
        return len(self.grid.columns) - len(self.columns)

    @cached_property
    def filters(self) -> list[Filter]:
        return [f for f in self.grid.filters if not f.data_class or may_see(self.actor, f.data_class)]

    @cached_property
    def text(self) -> str:
        return self.request.GET.get("q", "").strip() if self.grid.search else ""

    @cached_property
    def values(self) -> dict[str, str]:
        """Filter key to the value in force: what the address says, else the default."""
        given = self.request.GET
        found = {f.key: given.get(f.key, f.default).strip() for f in self.filters}
        return {key: value for key, value in found.items() if value}

    @cached_property
    def sort(self) -> tuple[Column | None, bool]:
        """The column that sorts, and whether downwards."""
        asked = self.request.GET.get("sort", "") or self.grid.default_sort
        down = asked.startswith("-")
        column = next((c for c in self.columns if c.sort and c.key == asked.lstrip("-")), None)
        if column is None and self.grid.default_sort:
            down = self.grid.default_sort.startswith("-")
            column = next((c for c in self.columns if c.sort and c.key == self.grid.default_sort.lstrip("-")), None)
        return column, down

    @cached_property
    def rows(self) -> Rows:
        """All rows of this list in their order, on every page."""
        rows = self.source
        for one in self.filters:
            value = self.values.get(one.key)
            if value and self._acceptable(one, value):
                rows = one.apply(rows, value)
        if self.text and self.grid.search:
            rows = self.grid.search(rows, self.text)
        return rows.order_by(*self._ordering(backwards=False))

    def _acceptable(self, one: Filter, value: str) -> bool:
        if one.kind == "day":
            try:
                return formats.as_date(value) is not None
            except ValueError:
                return False
        choices = self._choices(one)
        return not choices or value in {str(key) for key, _label in choices}

    def _choices(self, one: Filter) -> list[tuple[str, str]]:
        choices = one.choices(self.actor) if callable(one.choices) else one.choices
        return [(str(key), formats.label(label)) for key, label in choices or ()]

    def _ordering(self, *, backwards: bool) -> list[Any]:
        column, down = self.sort
        if column is None:
            return ["-pk" if backwards else "pk"]
        # The key follows the column's direction, and nothing is said of values that cannot be missing: an index then gives the order.
        key = "-pk" if down != backwards else "pk"
        # Rows without a value come last, whatever the direction; backwards they come first.
        nulls: dict[str, Any] = {}
        if _may_be_missing(self.source.model, column.sort):
            nulls = {"nulls_first": True} if backwards else {"nulls_last": True}
        order = F(column.sort).desc(**nulls) if down != backwards else F(column.sort).asc(**nulls)
        return [order, key]

    def _beyond(self, anchor: Any, *, backwards: bool) -> Q:
        """The rows after (or before) the anchor row in the present order."""
        column, down = self.sort
        pk, value = anchor
        if column is None:
            return Q(pk__lt=pk) if backwards else Q(pk__gt=pk)
        tie = Q(pk__lt=pk) if down != backwards else Q(pk__gt=pk)
        name = column.sort
        if value is None:
            same = Q(**{f"{name}__isnull": True}) & tie
            return same | Q(**{f"{name}__isnull": False}) if backwards else same
        way = "lt" if down != backwards else "gt"
        # The first bound says nothing more than the rest, but lets an index start there instead of at the list's top.
        further = Q(**{f"{name}__{way}e": value}) & (Q(**{f"{name}__{way}": value}) | tie)
        return further if backwards or not _may_be_missing(self.source.model, name) else further | Q(**{f"{name}__isnull": True})

    def _anchor(self, mark: str) -> Any | None:
        column, _down = self.sort
        fields = ["pk", *([column.sort] if column else [])]
        try:
            found = self.rows.filter(**{self._mark_field: mark}).order_by("pk").values_list(*fields)[:1]
            row = next(iter(found), None)
        except (ValueError, ValidationError):
            return None
        return None if row is None else (row[0], row[1] if column else None)

    @cached_property
    def _mark_field(self) -> str:
        return "uuid" if any(f.name == "uuid" for f in self.source.model._meta.fields) else "pk"

    @cached_property
    def _window(self) -> tuple[list[Any], bool, bool]:
        """The rows of this page, and whether there are some before and after."""
        given, size = self.request.GET, self.grid.page_size
        for name, backwards in (("after", False), ("before", True)):
            mark = given.get(name, "")
            anchor = self._anchor(mark) if mark else None
            if anchor is None:
                continue
            found = list(
                self.rows.filter(self._beyond(anchor, backwards=backwards)).order_by(*self._ordering(backwards=backwards))[: size + 1]
            )
            more, found = len(found) > size, found[:size]
            if backwards:
                return found[::-1], more, True
            return found, True, more
        found = list(self.rows[: size + 1])
        return found[:size], False, len(found) > size

    @property
    def shown(self) -> list[Any]:
        """The rows of this page, for a list that draws its own table."""
        return self._window[0]

    @cached_property
    def lines(self) -> list[Line]:
        return [self._line(row) for row in self._window[0]]

    def _line(self, row: Any) -> Line:
        url = self.grid.row_url(row) if self.grid.row_url else ""
        main = next((c for c in self.columns if c.main), self.columns[0] if self.columns else None)
        return Line(row, [self._cell(column, row, url if column is main else "") for column in self.columns], url)

    def _cell(self, column: Column, row: Any, url: str) -> Cell:
        html: SafeString | str = ""
        if column.cell:
            html = render_to_string(column.cell, {"row": row, "value": column.of(row)})
        elif column.kind == "clock" and column.of(row) is not None:
            html = render_to_string("ui/components/clock.html", {"c": column.face(row)})
        detail = formats.label(_reach(row, column.detail)) if column.detail else ""
        return Cell(column, "" if html else column.text(row), html, detail, url)

    # What surrounds the rows ----------------------------------------------------------------------------------------
    @cached_property
    def total(self) -> int:
        """Rows of the list, counted up to a limit: a count that never scans a million rows."""
        return int(self.rows.order_by()[: COUNT_LIMIT + 1].count())

    @property
    def total_text(self) -> str:
        if self.total > COUNT_LIMIT:
            return _("more than %(n)s rows") % {"n": formats.number(COUNT_LIMIT)}
        return ngettext("%(n)s row", "%(n)s rows", self.total) % {"n": formats.number(self.total)}

    @cached_property
    def pager(self) -> dict[str, str]:
        rows, before, after = self._window
        found = {"text": self.total_text}
        if rows and before:
            found["previous"] = self.url(before=self._mark(rows[0]))
        if rows and after:
            found["next"] = self.url(after=self._mark(rows[-1]))
        return found

    def _mark(self, row: Any) -> str:
        return str(getattr(row, self._mark_field))

    @cached_property
    def heads(self) -> list[dict[str, Any]]:
        column, down = self.sort
        heads = []
        for one in self.columns:
            active = one is column
            target = f"-{one.key}" if active and not down else one.key
            heads.append(
                {
                    "title": formats.label(one.title),
                    "numeric": one.numeric,
                    "url": self.url(sort=target) if one.sort else "",
                    "aria": ("descending" if down else "ascending") if active else "",
                    "icon": ("sortdown" if down else "sortup") if active else "",
                }
            )
        return heads

    @cached_property
    def chips(self) -> list[dict[str, str]]:
        """Filters in force, each with the address that removes it."""
        chips = []
        for one in self.filters:
            value = self.values.get(one.key)
            if value:
                words = dict(self._choices(one)).get(value) or (
                    formats.day(value) if one.kind == "day" and self._acceptable(one, value) else value
                )
                chips.append({"title": formats.label(one.title), "value": words, "url": self.url(**{one.key: "" if one.default else None})})
        return chips

    @cached_property
    def controls(self) -> list[dict[str, Any]]:
        """What the filter menu shows."""
        return [
            {
                "key": one.key,
                "id": f"{self.key}-f-{one.key}",
                "title": formats.label(one.title),
                "kind": one.kind,
                "value": self.values.get(one.key, ""),
                "choices": [
                    {"value": key, "label": label, "selected": key == self.values.get(one.key)} for key, label in self._choices(one)
                ],
            }
            for one in self.filters
        ]

    @cached_property
    def kept(self) -> list[tuple[str, str]]:
        """Parameters that the search form must carry along."""
        return [(k, v) for k in self.request.GET for v in self.request.GET.getlist(k) if k not in OWN_PARAMETERS | {"q"}]

    @cached_property
    def kept_by_filters(self) -> list[tuple[str, str]]:
        own = {f.key for f in self.filters}
        return [(k, v) for k in self.request.GET for v in self.request.GET.getlist(k) if k not in OWN_PARAMETERS | own]

    @property
    def searchable(self) -> bool:
        return self.grid.search is not None

    @property
    def is_narrowed(self) -> bool:
        return bool(self.values or self.text)

    @property
    def clear_url(self) -> str:
        return self.url(q=None, **{f.key: "" if f.default else None for f in self.filters})

    @property
    def exports(self) -> list[dict[str, str]]:
        words = {"xlsx": ("Excel", "XLSX", "sheet"), "csv": (_("Text"), "CSV", "list")}
        return [{"label": words[k][0], "note": words[k][1], "icon": words[k][2], "url": self.url(export=k)} for k in self.grid.exports]

    def url(self, **changes: str | None) -> str:
        """This list's address with these changes; a changed list starts at its first page. None removes, "" stays as an empty value."""
        params = self.request.GET.copy()
        for name in OWN_PARAMETERS:
            params.pop(name, None)
        for name, value in changes.items():
            if value is None:
                params.pop(name, None)
            else:
                params[name] = value
        text = params.urlencode()
        return f"{self.request.path}?{text}" if text else self.request.path

    # Exports --------------------------------------------------------------------------------------------------------
    def export(self) -> HttpResponse | None:
        """The file that the address asks for: exactly the columns, filters and order on screen, all pages. None when none is asked."""
        asked = self.request.GET.get("export", "")
        if asked not in self.grid.exports:
            return None
        if self.grid.on_export is not None:
            self.grid.on_export(self.actor, asked, self.total)
        stem = f"{slugify(self.name) or self.key}-{clock.today().isoformat()}"
        if asked == "csv":
            stream = StreamingHttpResponse(self._csv(), content_type="text/csv; charset=utf-8")
            stream.headers["Content-Disposition"] = f'attachment; filename="{stem}.csv"'
            return cast(HttpResponse, stream)
        response = HttpResponse(self._xlsx(), content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        response.headers["Content-Disposition"] = f'attachment; filename="{stem}.xlsx"'
        return response

    def _csv(self) -> Iterator[bytes]:
        """Semicolons and a byte order mark: what a Belgian spreadsheet opens without asking."""
        buffer = io.StringIO()
        writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
        yield b"\xef\xbb\xbf"
        writer.writerow([formats.label(c.title) for c in self.columns])
        for row in self.rows[:EXPORT_LIMIT].iterator(chunk_size=1000):
            writer.writerow([_harmless(c.text(row)) for c in self.columns])
            if buffer.tell() > 32_000:
                yield buffer.getvalue().encode()
                buffer.seek(0)
                buffer.truncate()
        yield buffer.getvalue().encode()

    def _xlsx(self) -> bytes:
        import xlsxwriter

        out = io.BytesIO()
        with xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
            sheet = book.add_worksheet((self.name or self.key)[:31].translate(str.maketrans("", "", "[]:*?/\\")))
            bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "dd/mm/yyyy"})
            money = book.add_format({"num_format": "#,##0.00"})
            sheet.freeze_panes(1, 0)
            for at, column in enumerate(self.columns):
                sheet.set_column(at, at, 16 if column.numeric or column.kind == "day" else 28)
                sheet.write_string(0, at, formats.label(column.title), bold)
            for line, row in enumerate(self.rows[:EXPORT_LIMIT].iterator(chunk_size=1000), start=1):
                for at, column in enumerate(self.columns):
                    value = column.of(row)
                    due = formats.as_date(value) if column.kind in {"day", "clock"} and not hasattr(value, "due_on") else None
                    if due is not None:
                        sheet.write_datetime(line, at, due, day)
                    elif column.numeric and value is not None:
                        sheet.write_number(line, at, float(Decimal(str(value))), money if column.kind == "amount" else None)
                    else:
                        sheet.write_string(line, at, column.text(row))
        return out.getvalue()


def _harmless(text: str) -> str:
    """A cell that begins like a formula would be run by a spreadsheet."""
    clean = text.replace(formats.NBSP, " ")
    return f"'{clean}" if clean[:1] in {"=", "+", "@", "\t", "\r"} or (clean[:1] == "-" and not clean[1:2].isdigit()) else clean


def _reach(row: Any, path: str | Callable[[Any], Any]) -> Any:
    if callable(path):
        return path(row)
    value = row
    for step in path.replace("__", ".").split("."):
        value = value.get(step) if isinstance(value, dict) else getattr(value, step, None)
        if value is None:
            return None
    return value() if callable(value) and not hasattr(value, "all") else value
