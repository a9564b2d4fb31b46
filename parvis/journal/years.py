"""Twenty years of a dossier at a glance: exact figures for each year, turning points, a band drawn on the server.

The cost does not grow with the chronicle: figures are counted by the database in one query, entries are read a page at a time.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Case, Count, IntegerField, Min, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.dossiers.api import Dossier, can_read_dossiers
from parvis.kernel import asof, clock, registries
from parvis.kernel.actor import Actor
from parvis.kernel.registries import Stretch, TimeSource, Turning
from parvis.kernel.scope import may_see

from .enums import EntryKind, KeyEvent
from .models import Entry
from .selectors import end_of, line_of

MOST_YEARS = 60
MOST_POINTS = 300
#: Steps of the chronicle that the dossier's own days do not tell: closed and opened again leaves no day there.
STATUS_STEPS = {
    "Dossier closed": ("closed", "archive"),
    "Dossier opened again": ("reopened", "folder"),
    "Dossier goes from %(before)s to %(after)s": ("moved", "swap"),
}


@dataclass(frozen=True)
class Figure:
    kind: str
    label: str
    count: int


@dataclass
class Year:
    year: int
    figures: list[Figure] = field(default_factory=list)
    turnings: list[Turning] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(one.count for one in self.figures)


@dataclass(frozen=True)
class Month:
    first: dt.date
    figures: list[Figure]

    @property
    def total(self) -> int:
        return sum(one.count for one in self.figures)


def instant(day: dt.date) -> dt.datetime:
    """The first instant of a day in the instance's zone."""
    return dt.datetime.combine(day, dt.time(), clock.zone())


def _counted(rows: Any, starts: Sequence[tuple[int, dt.datetime]]) -> dict[int, list[Figure]]:
    """Entries by period and kind in one query: ``starts`` holds the key and the first instant of each period, the latest first."""
    when = [When(happened_at__gte=at, then=Value(key)) for key, at in starts]
    found: dict[int, dict[str, int]] = {}
    grouped = rows.order_by().annotate(span=Case(*when, default=Value(0), output_field=IntegerField()))
    for row in grouped.values("span", "kind").annotate(n=Count("pk")):
        found.setdefault(row["span"], {})[row["kind"]] = row["n"]
    return {
        span: [Figure(str(kind), str(kind.label), kinds[str(kind)]) for kind in EntryKind if kinds.get(str(kind))]
        for span, kinds in found.items()
    }


def rows_of(actor: Actor, dossier: Dossier, until: dt.date) -> Any:
    """Entries that the reader may read, up to a day: what is restricted is in no figure either."""
    rows = Entry.objects.visible_to(actor).filter(dossier=dossier, happened_at__lt=end_of(until))
    known = asof.known_on()
    return rows if known is None else rows.filter(recorded_at__lt=known)


def sources(actor: Actor) -> list[TimeSource]:
    found = [one for one in registries.timeline.all() if one.access(actor) and may_see(actor, one.data_class)]
    return sorted(found, key=lambda one: one.order)


def hidden_sources(actor: Actor) -> list[str]:
    shown = {one.key for one in sources(actor)}
    return [str(one.title) for one in sorted(registries.timeline.all(), key=lambda one: one.order) if one.key not in shown]


@dataclass(frozen=True)
class Life:
    """The years of a dossier, the latest first, and what is drawn of them."""

    years: list[Year]
    lanes: list[tuple[TimeSource, list[Stretch], list[Turning]]]
    first: int
    last: int
    total: int


def life_of(actor: Actor, dossier: Dossier, until: dt.date) -> Life:
    rows = rows_of(actor, dossier, until)
    lanes = [(one, *_ordered(*one.read(actor, dossier, until))) for one in sources(actor)]
    lanes = [(one, _parted(bars, lanes) if one.key == "file" else bars, points) for one, bars, points in lanes]
    oldest = rows.order_by().aggregate(at=Min("happened_at"))["at"]
    days = [dossier.opened_on, *([clock.date_of(oldest)] if oldest else [])]
    days += [point.on for _s, _b, points in lanes for point in points] + [bar.start for _s, bars, _p in lanes for bar in bars]
    last = until.year
    first = max(min(min(day.year for day in days), last), last - MOST_YEARS + 1)
    starts = [(year, instant(dt.date(year, 1, 1))) for year in range(last, first, -1)]
    # What is older than the first year shown counts with it.
    counted = _counted(rows, [*starts, (first, instant(dt.date(1, 1, 2)))])
    years = {year: Year(year, counted.get(year, [])) for year in range(last, first - 1, -1)}
    for _source, _bars, points in lanes:
        for point in points:
            years[min(max(point.on.year, first), last)].turnings.append(point)
    for year in years.values():
        year.turnings.sort(key=lambda point: point.on)
    return Life(list(years.values()), lanes, first, last, sum(year.total for year in years.values()))


def _parted(bars: list[Stretch], lanes: list[tuple[TimeSource, list[Stretch], list[Turning]]]) -> list[Stretch]:
    """The time in which the dossier was open, without that between a closing and the opening that followed, as the chronicle tells them."""
    steps = sorted((point for _one, _bars, points in lanes for point in points if point.kind in ("closed", "reopened")), key=lambda p: p.on)
    parted, rest = [], list(bars)
    for closing, opening in itertools.pairwise(steps):
        if (closing.kind, opening.kind) == ("closed", "reopened") and rest and rest[-1].start < closing.on < opening.on < rest[-1].end:
            whole = rest.pop()
            parted.append(Stretch(whole.start, closing.on, whole.title))
            rest.append(Stretch(opening.on, whole.end, whole.title))
    return parted + rest


def _ordered(points: list[Turning], bars: list[Stretch]) -> tuple[list[Stretch], list[Turning]]:
    return [bar for bar in bars if bar.end > bar.start], sorted(points, key=lambda point: point.on)


def months_of(actor: Actor, dossier: Dossier, year: int, until: dt.date) -> list[Month]:
    """Months of a year with something written, the latest first, with exact figures. One query."""
    after = instant(dt.date(year + 1, 1, 1))
    starts = [(number, instant(dt.date(year, number, 1))) for number in range(12, 0, -1)]
    rows = rows_of(actor, dossier, until).filter(happened_at__gte=starts[-1][1], happened_at__lt=after)
    counted = _counted(rows, starts)
    return [Month(dt.date(year, number, 1), counted[number]) for number in range(12, 0, -1) if number in counted]


# The band -------------------------------------------------------------------------------------------------------------
LANE, TOP = 34, 6
#: Bars narrower than this share of the band hold no words; those narrower than the second hold none on a phone.
WORDS_FROM, WORDS_NARROW = 5.0, 22.0


@dataclass(frozen=True)
class Mark:
    """A drawn bar or point: where and how wide in percent of the band, so that it fits every screen; which tint, the words that a reader hears."""

    x: float
    y: int
    width: float
    tint: int
    words: str
    short: str
    url: str
    inset: int = 6
    """How far the words stand from the left of a bar, in pixels: more where a point is drawn over its beginning."""

    @property
    def left(self) -> str:
        return _percent(self.x)

    @property
    def wide(self) -> str:
        return _percent(self.width)

    @property
    def tight(self) -> bool:
        """Too narrow for words on a phone."""
        return self.width < WORDS_NARROW


def _percent(share: float) -> str:
    """As an SVG says it, whatever the reader's language writes for a decimal point."""
    return f"{share:.3f}%"


@dataclass(frozen=True)
class Lane:
    title: str
    y: int
    bars: list[Mark]
    points: list[Mark]
    gaps: list[Mark]


@dataclass(frozen=True)
class Tick:
    left: str
    year: int
    named: bool
    """Every year of a short life, every second or fifth of a long one; on a phone every fifth at most."""
    wide_only: bool


@dataclass(frozen=True)
class Band:
    height: int
    lanes: list[Lane]
    ticks: list[Tick]


def band_of(life: Life, say: Any, *, gaps: frozenset[str] = frozenset({"aid", "file"}), base: str = "") -> Band:
    """Where everything stands on the band. ``say(start, end)`` puts a period into words; of lanes in ``gaps`` what lies between is drawn
    as an interruption. ``base`` is the address of the years, for a band that is shown elsewhere."""
    start, end = dt.date(life.first, 1, 1), dt.date(life.last + 1, 1, 1)
    days = (end - start).days

    def place(day: dt.date) -> float:
        return min(max((day - start).days, 0), days) * 100 / days

    lanes: list[Lane] = []
    for source, bars, points in life.lanes:
        if not bars and not points:
            continue
        y = TOP + len(lanes) * LANE
        tints: dict[str, int] = {}
        drawn, between = [], []
        reach: dt.date | None = None
        for bar in bars:
            if reach is not None and source.key in gaps and bar.start > reach:
                words = f"{_('Interruption')}, {say(reach, bar.start)}"
                between.append(Mark(place(reach), y, max(place(bar.start) - place(reach), 0.2), 0, words, "", ""))
            reach = max(reach or bar.end, bar.end)
            tint = tints.setdefault(str(bar.title), len(tints)) % 4
            words = " · ".join(part for part in (str(bar.title), bar.detail, say(bar.start, bar.end)) if part)
            width = max(place(bar.end) - place(bar.start), 0.3)
            inset = 13 if any(point.on == bar.start for point in points) else 6
            short = str(bar.title) if width >= WORDS_FROM else ""
            drawn.append(Mark(place(bar.start), y, width, tint, words, short, bar.url, inset))
        dots = [
            Mark(place(point.on), y, 0, 0, f"{point.title}, {say(point.on, None)}", "", point.url or f"{base}#y{point.on.year}")
            for point in points
        ]
        lanes.append(Lane(str(source.title), y, drawn, dots, between))
    span = life.last - life.first
    step = 1 if span < 12 else 2 if span < 26 else 5
    ticks = [
        Tick(
            _percent(place(dt.date(year, 1, 1))),
            year,
            (year - life.first) % step == 0,
            span > 4 and (year - life.first) % (10 if span > 26 else 6 if span > 12 else 4) != 0,
        )
        for year in range(life.first, life.last + 1)
    ]
    return Band(TOP + len(lanes) * LANE + 24, lanes, ticks)


def shown_elsewhere(life: Life, base: str) -> Life:
    """The same life with addresses that lead to the page of its years (``base``), for a page that is another one."""

    def led(url: str) -> str:
        return f"{base}{url}" if url.startswith(("?", "#")) else url

    lanes = [
        (source, [replace(bar, url=led(bar.url)) for bar in bars], [replace(point, url=led(point.url)) for point in points])
        for source, bars, points in life.lanes
    ]
    return replace(life, lanes=lanes)


def latest_turnings(life: Life, most: int) -> list[Turning]:
    """What turned last, the latest first."""
    points = [point for _source, _bars, points in life.lanes for point in points]
    return sorted(points, key=lambda point: point.on, reverse=True)[:most]


# What the chronicle itself adds ---------------------------------------------------------------------------------------
def _read(actor: Actor, dossier: Any, until: dt.date) -> tuple[list[Turning], list[Stretch]]:
    """Key events of the life, and closings and openings, which the dossier's own days do not keep."""
    rows = rows_of(actor, dossier, until)
    found = [
        Turning(
            clock.date_of(entry.happened_at),
            "key",
            str(KeyEvent(entry.key_event).label),
            "" if entry.restricted else entry.text[:120],
            "flag",
            f"?year={clock.date_of(entry.happened_at).year}#e{entry.pk}",
        )
        for entry in rows.exclude(key_event="").order_by("-happened_at", "-pk")[:MOST_POINTS]
    ]
    steps = rows.filter(kind=EntryKind.STEP, subject_type="dossier").order_by("-happened_at", "-pk")[:MOST_POINTS]
    for entry in steps:
        kind, icon = STATUS_STEPS.get((entry.message or {}).get("text", ""), ("", ""))
        if kind:
            found.append(Turning(clock.date_of(entry.happened_at), kind, line_of(entry), entry.text[:120], icon))
    return found, []


registries.timeline.register("journal", TimeSource("key", gettext_lazy("Key events"), 15, _read, can_read_dossiers, data_class="social"))
