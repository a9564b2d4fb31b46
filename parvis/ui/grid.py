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

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.kernel.actor import ANONYMOUS, Actor
from parvis.kernel.registries import list_actions
from parvis.kernel.scope import may_see
from parvis.ui import drawing, formats, listmemory, stepup
from parvis.ui.bulk import Action
from parvis.ui.columns import Beside, Cell, Choices, Column, Filter, Line, Rows, may_be_missing, reach
from parvis.ui.gridaround import SUM_LIMIT, Around

__all__ = ["COUNT_LIMIT", "SUM_LIMIT", "Beside", "Cell", "Choices", "Column", "Filter", "Grid", "GridPage", "Line", "Rows"]

PAGE_SIZE = 50
COUNT_LIMIT = 1_000
OWN_PARAMETERS = listmemory.PLACE


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
    exports: tuple[str, ...] = ("xlsx", "csv", "pdf")
    on_export: Callable[[Actor, str, int], None] | None = None
    actions: Sequence[Action] = ()
    #: What stands below the rows, for an Excel file.
    beside: Sequence[Beside] = ()
    #: Told the rows of a page, or the next rows of a file, before they are written: what they point at is read once for all of them.
    ready: Callable[[Sequence[Any]], None] | None = None
    # False: only to be looked at (a past day), without the gestures that other contexts add.
    open: bool = True

    def read(self, request: HttpRequest, rows: Rows) -> GridPage:
        return GridPage(self, request, rows)


@dataclass
class GridPage(Around):
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
    def memory(self) -> listmemory.Memory:
        return listmemory.memory(self.request, self.key)

    @cached_property
    def params(self) -> QueryDict:
        return listmemory.parameters(self.request, self.key)

    @cached_property
    def permitted(self) -> list[Column]:
        """Columns of the classes of data that this reader may see: nothing else is shown, sorted, filtered, summed or exported."""
        return [c for c in self.grid.columns if not c.data_class or may_see(self.actor, c.data_class)]

    @cached_property
    def columns(self) -> list[Column]:
        """Those that are shown: as the address says, else as the reader chose for this list, else the usual ones."""
        asked = self.params.get(listmemory.COLUMNS, "")
        wanted = set(asked.split(",")) if asked else set(self.memory.columns)
        wanted &= {c.key for c in self.permitted}
        if not wanted:
            return [c for c in self.permitted if not c.spare or c.main]
        return [c for c in self.permitted if c.key in wanted or c is self._main]

    @cached_property
    def _main(self) -> Column | None:
        return next((c for c in self.permitted if c.main), self.permitted[0] if self.permitted else None)

    @property
    def shown_keys(self) -> set[str]:
        """For a list that draws its own table."""
        return {c.key for c in self.columns}

    @cached_property
    def column_choices(self) -> list[dict[str, Any]]:
        shown = self.shown_keys
        return [
            {
                "key": c.key,
                "id": f"{self.key}-c-{c.key}",
                "title": formats.label(c.title),
                "shown": c.key in shown,
                "fixed": c is self._main,
            }
            for c in self.permitted
        ]

    @cached_property
    def hidden_columns(self) -> int:
        return len(self.grid.columns) - len(self.permitted)

    @cached_property
    def filters(self) -> list[Filter]:
        """A filter shares the class of data of the column of its name."""
        classes = {c.key: c.data_class for c in self.grid.columns}
        named = [(f, f.data_class or classes.get(f.key, "")) for f in self.grid.filters]
        return [f for f, needed in named if not needed or may_see(self.actor, needed)]

    @cached_property
    def text(self) -> str:
        return self.params.get("q", "").strip() if self.grid.search else ""

    @cached_property
    def values(self) -> dict[str, str]:
        """Filter key to the value in force: what the address says, else the default."""
        given = self.params
        found = {f.key: given.get(f.key, f.default).strip() for f in self.filters}
        return {key: value for key, value in found.items() if value}

    @cached_property
    def sort(self) -> tuple[Column | None, bool]:
        """The column that sorts, and whether downwards."""
        asked = self.params.get("sort", "") or self.grid.default_sort
        down = asked.startswith("-")
        column = next((c for c in self.permitted if c.sort and c.key == asked.lstrip("-")), None)
        if column is None and self.grid.default_sort:
            down = self.grid.default_sort.startswith("-")
            column = next((c for c in self.permitted if c.sort and c.key == self.grid.default_sort.lstrip("-")), None)
        return column, down

    @cached_property
    def rows(self) -> Rows:
        """All rows of this list in their order, on every page."""
        rows = self.source
        joined: dict[Any, dict[str, str]] = {}
        for one in self.filters:
            value = self.values.get(one.key)
            if value and self._acceptable(one, value):
                if one.together is not None:
                    joined.setdefault(one.together, {})[one.key] = value
                else:
                    rows = one.apply(rows, value)
            elif value and one.kind != "day":
                rows = rows.none()  # a chip says that the list is narrowed: it is never all of them
        for together, values in joined.items():
            rows = together(rows, values)
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
        if one.named is not None and one.named(self.actor, value):
            return True
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
        if may_be_missing(self.source.model, column.sort):
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
        return further if backwards or not may_be_missing(self.source.model, name) else further | Q(**{f"{name}__isnull": True})

    def _anchor(self, mark: str) -> Any | None:
        column, _down = self.sort
        fields = ["pk", *([column.sort] if column else [])]
        try:
            found = self.rows.filter(**{self.mark_field: mark}).order_by("pk").values_list(*fields)[:1]
            row = next(iter(found), None)
        except (ValueError, ValidationError):
            return None
        return None if row is None else (row[0], row[1] if column else None)

    @cached_property
    def mark_field(self) -> str:
        return "uuid" if any(f.name == "uuid" for f in self.source.model._meta.fields) else "pk"

    @cached_property
    def _window(self) -> tuple[list[Any], bool, bool]:
        found = self._found
        if self.grid.ready is not None:
            self.grid.ready(found[0])
        return found

    @property
    def _found(self) -> tuple[list[Any], bool, bool]:
        """The rows of this page, and whether there are some before and after."""
        given, size = self.params, self.grid.page_size
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

    @property
    def drawn_rows(self) -> SafeString:
        return drawing.rows(self)

    def _line(self, row: Any) -> Line:
        url = self.grid.row_url(row) if self.grid.row_url else ""
        main = self._main
        return Line(row, [self._cell(column, row, url if column is main else "") for column in self.columns], url, self.mark(row))

    def _cell(self, column: Column, row: Any, url: str) -> Cell:
        html: SafeString | str = ""
        if callable(column.cell):
            html = column.cell(row, column.of(row))
        elif column.cell:
            html = render_to_string(column.cell, {"row": row, "value": column.of(row)})
        elif column.kind == "clock" and column.of(row) is not None:
            html = render_to_string("ui/components/clock.html", {"c": column.face(row)})
        detail = formats.label(reach(row, column.detail)) if column.detail else ""
        text = "" if html else column.text(row)
        if column.most and len(text) > column.most:
            html = format_html('<span title="{}">{}…</span>', text, text[: column.most - 1].rstrip(" ,·"))
            text = ""
        return Cell(column, text, html, detail, url)

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
            found["previous"] = self.url(before=self.mark(rows[0]))
        if rows and after:
            found["next"] = self.url(after=self.mark(rows[-1]))
        return found

    def mark(self, row: Any) -> str:
        return str(getattr(row, self.mark_field))

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
        chips, before = [], set()
        for one in self.filters:
            value = self.values.get(one.key)
            if value:
                words = dict(self._choices(one)).get(value) or (one.named(self.actor, value) if one.named else "")
                words = words or (formats.day(value) if one.kind == "day" and self._acceptable(one, value) else value)
                if one.together is not None and one.together in before:
                    words = _("%(value)s, in the same entry") % {"value": words}
                before.add(one.together)
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
                "note": formats.label(one.note),
                "choices": [
                    {"value": key, "label": label, "selected": key == self.values.get(one.key)} for key, label in self._choices(one)
                ],
            }
            for one in self.filters
        ]

    @cached_property
    def kept(self) -> list[tuple[str, str]]:
        """Parameters that the search form must carry along."""
        return [(k, v) for k in self.params for v in self.params.getlist(k) if k not in OWN_PARAMETERS | {"q"}]

    @cached_property
    def kept_by_filters(self) -> list[tuple[str, str]]:
        own = {f.key for f in self.filters}
        return [(k, v) for k in self.params for v in self.params.getlist(k) if k not in OWN_PARAMETERS | own]

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
        words = {"xlsx": ("Excel", "XLSX", "sheet"), "csv": (_("Text"), "CSV", "list"), "pdf": (_("To print"), "PDF", "print")}
        return [{"label": words[k][0], "note": words[k][1], "icon": words[k][2], "url": self.url(export=k)} for k in self.formats]

    def url(self, **changes: str | None) -> str:
        """This list's address with these changes; a changed list starts at its first page. None removes, "" stays as an empty value."""
        params = self.params.copy()
        for name in OWN_PARAMETERS:
            params.pop(name, None)
        for name, value in changes.items():
            if value is None:
                params.pop(name, None)
            else:
                params[name] = value
        if not params and any(view.opens for view in self.memory.views):
            params[listmemory.VIEW] = listmemory.NO_VIEW  # without a word, the list would open with that view again
        text = params.urlencode()
        return f"{self.path}?{text}" if text else self.path

    @property
    def path(self) -> str:
        """A POST about a list says in ``next`` which page it came from."""
        return self.request.path if self.request.method != "POST" else self.request.POST.get("next", "").split("?")[0] or self.request.path

    # Several rows at once -------------------------------------------------------------------------------------------
    @cached_property
    def bulk(self) -> list[dict[str, str]]:
        """The gestures for many rows that this reader may make."""
        return [
            {"key": one.key, "label": formats.label(one.label), "icon": one.icon, "url": reverse(one.url_name)}
            for one in (*self.grid.actions, *(action for key, action in list_actions.all() if key == self.key and self.grid.open))
            if one.access(self.actor)
        ]

    @cached_property
    def everything(self) -> Rows:
        """All rows that the reader may see, whatever the filters, in the list's order."""
        return self.source.order_by(*self._ordering(backwards=False))

    # Exports --------------------------------------------------------------------------------------------------------
    def export(self) -> HttpResponse | None:
        """The file that the address asks for: exactly the columns, filters, order and totals on screen, all pages. None when none is asked."""
        from parvis.ui import sheets

        asked = self.params.get("export", "")
        if asked not in self.formats:
            return None
        if getattr(getattr(self.source, "model", None), "personal_data", "identity") != "none":
            stepup.require(self.request, back=stepup.without(self.request, "export"))
        return sheets.answer(self, asked)

    @cached_property
    def formats(self) -> tuple[str, ...]:
        from parvis.ui import sheets

        return tuple(kind for kind in self.grid.exports if sheets.can_write(kind))
