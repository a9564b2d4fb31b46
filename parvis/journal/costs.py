"""What a service delivered cost (B7): a fixed price of its kind, else minutes at the hourly rate, as they held on its day.

The tariffs are dated parameters that the centre sets (*Rates and terms*); one of zero, or none, means that no cost is told. A cost is never stored:
it follows from the entry and the tariff of its day, so that a corrected tariff corrects every list at once and the sums are those of the entries.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Case, Count, IntegerField, QuerySet, Value, When
from django.utils.translation import gettext as _

from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.scope import may_see
from parvis.rules.api import Parameter
from parvis.ui import formats

from .enums import WRITTEN_KINDS
from .models import Entry

HOUR = "journal.cost.hour"
ACT = "journal.cost.act."
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Cost:
    """An amount and how it came about, in words."""

    amount: Decimal
    how: str


@dataclass(frozen=True)
class Tariff:
    key: str
    price: Decimal
    since: dt.date
    until: dt.date


@dataclass(frozen=True)
class Tariffs:
    """The tariffs that are known now; false when none says a price."""

    rows: tuple[Tariff, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.rows)

    def _on(self, key: str, day: dt.date) -> Tariff | None:
        return next((row for row in self.rows if row.key == key and row.since <= day < row.until), None)

    def amount(self, kind: str, day: dt.date, minutes: int | None) -> Decimal | None:
        """To the cent, half up; None when there is no price on that day, or no time was noted for an hourly one."""
        fixed = self._on(f"{ACT}{kind}", day)
        if fixed is not None:
            return fixed.price.quantize(CENT)
        hourly = self._on(HOUR, day)
        if hourly is None or not minutes:
            return None
        return (hourly.price * minutes / 60).quantize(CENT, ROUND_HALF_UP)

    def cost(self, entry: Entry) -> Cost | None:
        """The cost of one entry with its explanation."""
        day = clock.date_of(entry.happened_at)
        amount = self.amount(entry.kind, day, entry.minutes)
        if amount is None:
            return None
        fixed = self._on(f"{ACT}{entry.kind}", day)
        if fixed is not None:
            return Cost(amount, _("fixed price of this kind of act since %(day)s") % {"day": formats.day(fixed.since)})
        hourly = self._on(HOUR, day)
        assert hourly is not None
        words = {"minutes": entry.minutes, "rate": formats.amount(hourly.price), "day": formats.day(hourly.since)}
        return Cost(amount, _("%(minutes)s min at %(rate)s an hour, the rate since %(day)s") % words)

    def total(self, acts: Iterable[tuple[dt.datetime, str, int | None]]) -> Decimal:
        """The sum of the entries' own costs, each rounded."""
        return sum((self.amount(kind, clock.date_of(at), minutes) or Decimal(0) for at, kind, minutes in acts), Decimal("0.00"))

    def by_kind(self, rows: QuerySet[Entry]) -> dict[str, Decimal]:
        """The same sums by kind for a whole list: counted by the database by kind, minutes and tariff period, priced here. One query."""
        edges = sorted({day for row in self.rows for day in (row.since, row.until) if dt.date(1900, 1, 1) < day < dt.date(9000, 1, 1)})
        starts = [dt.datetime(day.year, day.month, day.day, tzinfo=clock.zone()) for day in edges]
        cases = [When(happened_at__lt=start, then=Value(at)) for at, start in enumerate(starts)]
        period = Case(*cases, default=Value(len(starts)), output_field=IntegerField())
        counted = (
            rows.select_related(None).order_by().annotate(period=period).values("kind", "minutes", "period").annotate(acts=Count("pk"))
        )
        first = edges[0] - dt.timedelta(days=1) if edges else clock.today()
        found: dict[str, Decimal] = {}
        for row in counted:
            day = edges[row["period"] - 1] if row["period"] else first
            amount = self.amount(row["kind"], day, row["minutes"])
            if amount is not None:
                found[row["kind"]] = found.get(row["kind"], Decimal("0.00")) + amount * row["acts"]
        return found


def tariffs_for(actor: Actor) -> Tariffs:
    """The tariffs, for whoever may see money; none for the others: they get no column, no sum, no file with costs. One query."""
    if not may_see(actor, "money"):
        return Tariffs()
    keys = [HOUR, *(f"{ACT}{kind}" for kind in WRITTEN_KINDS)]
    rows = Parameter.objects.filter(key__in=keys, live=1).order_by("key", "valid_from", "pk")
    return Tariffs(tuple(Tariff(row.key, price, row.valid_from, row.valid_to) for row in rows if (price := _price(row.value)) > 0))


def _price(value: Any) -> Decimal:
    return Decimal(str(value))
