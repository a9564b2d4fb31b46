"""What stands around the rows of a list: the reader's views, the totals, the list in words."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import Count, QuerySet, Sum
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from parvis.kernel import lately
from parvis.kernel.actor import Actor
from parvis.ui import formats, listmemory
from parvis.ui.columns import Column, Filter

SUM_LIMIT = 10_000
#: Sums over so many rows may be up to a minute old.
MANY = 2_000


class Around:
    """The half of ``GridPage`` that draws no row."""

    if TYPE_CHECKING:
        request: HttpRequest
        grid: Any
        actor: Actor

        @cached_property
        def memory(self) -> listmemory.Memory: ...

        @cached_property
        def params(self) -> QueryDict: ...

        @cached_property
        def columns(self) -> list[Column]: ...

        @cached_property
        def filters(self) -> list[Filter]: ...

        @cached_property
        def values(self) -> dict[str, str]: ...

        @cached_property
        def chips(self) -> list[dict[str, str]]: ...

        @cached_property
        def rows(self) -> QuerySet[Any]: ...

        @cached_property
        def sort(self) -> tuple[Column | None, bool]: ...

        @cached_property
        def text(self) -> str: ...

        @property
        def path(self) -> str: ...

        def url(self, **changes: str | None) -> str: ...

    # Views ----------------------------------------------------------------------------------------------------------
    @cached_property
    def address(self) -> str:
        """What the list shows now, as it is kept in a view: every filter, word, column and the order, said in full."""
        said = self.params.copy()
        for one in self.filters:
            if one.default:
                said[one.key] = self.values.get(one.key, "")
        column, down = self.sort
        if column is not None:
            said["sort"] = f"-{column.key}" if down else column.key
        said[listmemory.COLUMNS] = ",".join(c.key for c in self.columns)
        return listmemory.clean_address(said.urlencode())

    @cached_property
    def views(self) -> list[dict[str, Any]]:
        """The reader's views of this list, each with its address here."""
        found = []
        for view in self.memory.views:
            address = QueryDict(view.address, mutable=True)
            address[listmemory.VIEW] = view.key
            current = self.params.get(listmemory.VIEW) == view.key
            found.append(
                {
                    "view": view,
                    "url": f"{self.path}?{address.urlencode()}",
                    "current": current,
                    "changed": current and not listmemory.same(view.address, self.address),
                }
            )
        return found

    @cached_property
    def current_view(self) -> dict[str, Any] | None:
        return next((one for one in self.views if one["current"]), None)

    @property
    def here(self) -> str:
        """This list as it stands, to come back to after a form."""
        return self.url()

    @property
    def here_with_usual_columns(self) -> str:
        """The same without columns in the address: those that the person remembers count."""
        return self.url(**{listmemory.COLUMNS: None})

    # Totals ---------------------------------------------------------------------------------------------------------
    @cached_property
    def _sums(self) -> dict[str, Any]:
        """Sums over the whole list, by the database, in one query that reads at most ``SUM_LIMIT`` rows."""
        summed = {c.key: Sum(c.total) for c in self.columns if c.total}
        if not summed:
            return {}

        def count() -> dict[str, Any]:
            found = self.rows[:SUM_LIMIT].aggregate(rows_summed=Count("pk"), **{f"sum_{key}": value for key, value in summed.items()})
            return {"rows": found["rows_summed"], **{key: found[f"sum_{key}"] for key in summed}}

        if self.params.get("export"):
            return count()  # a file's total is that of its rows
        key = ("grid.sums", self.grid.key, self.actor, self.url(), tuple(summed))
        return lately.told(key, count, large=lambda found: found["rows"] >= MANY)

    def sum_of(self, column: Column) -> Decimal | None:
        value = self._sums.get(column.key) if column.total else None
        if value is None:
            return None
        exact = Decimal(str(value))
        return exact.quantize(Decimal("0.01")) if column.kind == "amount" else exact.normalize()

    @cached_property
    def totals(self) -> list[dict[str, Any]]:
        """The totals row, a cell a column; empty when nothing is summed."""
        if not self._sums:
            return []
        cells: list[dict[str, Any]] = []
        for column in self.columns:
            value = self.sum_of(column)
            text = "" if value is None else formats.amount(value, column.currency) if column.kind == "amount" else formats.number(value)
            cells.append({"title": formats.label(column.title), "text": text, "numeric": column.numeric, "value": value})
        if cells[0]["text"] == "":
            cells[0]["text"] = self.totals_label
        return cells

    @property
    def totals_label(self) -> str:
        """Says when the sum stops before the end of the list."""
        if self._sums.get("rows", 0) >= SUM_LIMIT:
            return _("Total of the first %(n)s rows") % {"n": formats.number(SUM_LIMIT)}
        return _("Total")

    @property
    def sentence(self) -> str:
        """What the list shows, in words: for the head of a printed list and the journal."""
        said = [f"{formats.colon(chip['title'])} {chip['value']}" for chip in self.chips]
        if self.text:
            said.append(_("search: “%(text)s”") % {"text": self.text})
        column, down = self.sort
        if column is not None:
            words = _("order: %(column)s, downwards") if down else _("order: %(column)s")
            said.append(words % {"column": formats.label(column.title)})
        return " · ".join(said)
