"""Own fields in the lists of files and persons: columns, filters, totals, and the sheets of an export.

A section that repeats has a column for each of its listed fields, which says every entry of the day, the latest first: "2 · 1-KLM-204, M-BRT-118"
(amounts are summed); a filter finds who has some entry like that, or so many entries, and several filters of one section speak of one and the
same entry; an Excel file gives each entry a line, on a sheet of its own.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import DecimalField, Exists, OuterRef, Prefetch, QuerySet, Subquery, Sum
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from parvis.kernel import asof
from parvis.kernel.actor import Actor
from parvis.kernel.periods import OPEN_END
from parvis.kernel.scope import may_see
from parvis.kernel.textmatch import fold
from parvis.ui import formats
from parvis.ui.grid import Beside, Column, Filter, Grid

from .access import open_in
from .custom import Section, Words, code_label, every_section, latest_first, typed
from .enums import CustomType
from .models import CustomFact, PersonFact

NOTHING = "-"
"""Filter: the files that hold no answer. No code looks like this."""
KINDS = {CustomType.NUMBER: "number", CustomType.MONEY: "amount", CustomType.DATE: "day"}


ENTRIES = "own_entries_"
"""How the filter "so many entries" of a section is called."""
UNNAMED = (CustomType.PERSON, CustomType.ORGANISATION)


def _listed(sections: Iterable[Section]) -> list[dict[str, Any]]:
    """Their fields for lists. In a list a field of a section that repeats is named with its section: "Vehicles · Plate"."""
    return [
        {
            **one,
            "rows": section.repeats,
            "section": section.key,
            "section_title": section.title,
            "title": f"{section.title} · {formats.label(one['label'])}" if section.repeats else one["label"],
        }
        for section in sections
        for one in section.fields
        if one.get("listed")
    ]


def with_custom(grid: Grid, rows: QuerySet[Any], actor: Actor, *, persons: bool = False) -> tuple[Grid, QuerySet[Any]]:
    """The list of files, or of persons, with the organisation's own columns and filters: values of today, or of the day of view, read in one query per page."""
    if actor.kept and not persons:
        grid = _as_left(grid, actor)
    sections = every_section(persons=persons)
    fields = _listed(sections)
    if not fields:
        return grid, rows
    model, anchor, prefetch = (PersonFact, "person", "own_facts") if persons else (CustomFact, "dossier", "custom_facts")
    own = (
        model.objects.visible_to(actor)
        .filter(field__in=[one["key"] for one in fields])
        .at(asof.day(), asof.known_on())
        .order_by("field", "pk")
    )
    words = Words(actor, fields)
    columns = [_column(one, words) for one in fields]
    sums = {f"own_{one['key']}_n": _number(one, own, anchor) for one in fields if _is_summed(one)}
    filters = _filters(fields, words, own, anchor)
    repeating = [section for section in sections if section.repeats and _shown(section, actor)]
    filters += [_entries_filter(section, own, anchor) for section in repeating]
    beside = [_sheet(section, words) for section in repeating]
    rows = rows.annotate(**sums).prefetch_related(Prefetch(prefetch, queryset=own, to_attr="own_today"))
    own_grid = replace(
        grid,
        columns=[*grid.columns, *columns],
        filters=[*grid.filters, *filters],
        beside=[*grid.beside, *beside],
        ready=lambda holders: words.hold(fact for one in holders for fact in one.own_today),
    )
    return own_grid, rows


def _as_left(grid: Grid, actor: Actor) -> Grid:
    """A service of before finds its files by nothing that was not left to it: counting what a filter leaves would tell it."""

    def narrowed(one: Filter) -> Filter:
        seen = open_in(actor, one.data_class)
        return replace(one, apply=lambda rows, value: one.apply(rows.filter(seen), value))

    return replace(grid, filters=[narrowed(one) if one.data_class else one for one in grid.filters])


def _is_summed(one: Mapping[str, Any]) -> bool:
    """Figures are summed; of several entries only amounts are, since the sum of their years or floors says nothing."""
    return one["type"] == CustomType.MONEY or (one["type"] == CustomType.NUMBER and not one["rows"])


def _column(one: dict[str, Any], words: Words) -> Column:
    title = formats.label(one["title"])
    if one["rows"] and _is_summed(one):
        title = _("%(name)s, in total") % {"name": title}
    return Column(
        f"own_{one['key']}",
        title,
        value=_entries_reader(one, words) if one["rows"] else _reader(one, words),
        kind=KINDS.get(one["type"], "text") if not one["rows"] or _is_summed(one) else "text",
        most=60 if one["rows"] else 0,
        data_class=one["data_class"],
        total=f"own_{one['key']}_n" if _is_summed(one) else "",
    )


def _number(one: Mapping[str, Any], own: QuerySet[Any], anchor: str) -> Subquery:
    """The figure that a file or a person holds today, or the sum over its entries: for the totals."""
    facts = own.filter(field=one["key"], **{anchor: OuterRef("pk")}).exclude(text="")
    figure = Cast("text", DecimalField(max_digits=14, decimal_places=2))
    if one["rows"]:
        return Subquery(facts.order_by().values(anchor).annotate(n=Sum(figure)).values("n")[:1])
    return Subquery(facts.order_by("pk").annotate(n=figure).values("n")[:1])


def _reader(one: dict[str, Any], words: Words) -> Callable[[Any], Any]:
    def value(holder: Any) -> Any:
        fact = next((row for row in getattr(holder, "own_today", ()) if row.field == one["key"]), None)
        return _typed(one, fact, words) if fact is not None else None

    return value


def _typed(one: Mapping[str, Any], fact: CustomFact | PersonFact, words: Words) -> Any:
    if one["type"] in KINDS:
        return typed(one, fact.value)
    return words.text(one["key"], fact.value)


# Sections that repeat ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Entry:
    """One entry of a section that a file or a person holds on the day: its period, and the answers that this reader may see."""

    start: dt.date
    end: dt.date
    facts: Mapping[str, CustomFact | PersonFact]

    @property
    def last_day(self) -> dt.date | None:
        return None if self.end == OPEN_END else self.end - dt.timedelta(days=1)


def entries_held(holder: Any, section: str) -> list[Entry]:
    """The entries of a section, the latest first."""
    found: dict[Any, dict[str, CustomFact | PersonFact]] = {}
    for fact in latest_first(getattr(holder, "own_today", ())):
        if fact.section == section and fact.text:
            found.setdefault(fact.item, {})[fact.field] = fact
    return [Entry(max(f.valid_from for f in one.values()), min(f.valid_to for f in one.values()), one) for one in found.values()]


def in_a_cell(texts: Iterable[str]) -> str:
    """ "1-KLM-204", or "3 · Fiat (2), Volvo": how many, and each once."""
    counted = Counter(text for text in texts if text)
    named = ", ".join(f"{text} ({n})" if n > 1 else text for text, n in counted.items())
    return f"{formats.number(counted.total())} · {named}" if counted.total() > 1 else named


def _entries_reader(one: dict[str, Any], words: Words) -> Callable[[Any], Any]:
    def value(holder: Any) -> Any:
        facts = [fact for fact in latest_first(getattr(holder, "own_today", ())) if fact.field == one["key"] and fact.text]
        if _is_summed(one):
            return sum((typed(one, fact.value) for fact in facts), Decimal("0.00")) if facts else None
        return in_a_cell(words.text(one["key"], fact.value) for fact in facts) or None

    return value


def _shown(section: Section, actor: Actor) -> bool:
    return any(one.get("listed") and may_see(actor, one["data_class"]) for one in section.fields)


def _entries_filter(section: Section, own: QuerySet[Any], anchor: str) -> Filter:
    """Who has an entry, several, or none. Counted are those of which this reader sees an answer."""
    keys = [one["key"] for one in section.fields if one.get("listed")]

    def apply(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        facts = own.filter(field__in=keys, **{anchor: OuterRef("pk")}).exclude(text="").order_by()
        if value == NOTHING:
            return rows.exclude(Exists(facts))
        if value == "two":
            others = own.filter(field__in=keys, item__gt=OuterRef("item"), **{anchor: OuterRef(anchor)}).exclude(text="").order_by()
            facts = facts.filter(Exists(others))
        return rows.filter(Exists(facts))

    choices = [("one", _("at least one entry")), ("two", _("several entries")), (NOTHING, _("nothing noted"))]
    return Filter(f"{ENTRIES}{section.key}", section.title, apply, choices=choices)


def _sheet(section: Section, words: Words) -> Beside:
    """Each entry a line, for an Excel file: its period, and the fields of which the list shows the column."""
    period = [
        Column("start", _("From"), value=lambda entry: entry.start, kind="day"),
        Column("last_day", _("Last day"), value=lambda entry: entry.last_day, kind="day"),
    ]
    columns = [
        Column(
            f"own_{one['key']}",
            formats.label(one["label"]),
            value=_of_entry(one, words),
            kind=KINDS.get(one["type"], "text"),
            data_class=one["data_class"],
        )
        for one in section.fields
        if one.get("listed")
    ]
    return Beside(section.title, columns, lambda holder: entries_held(holder, section.key), always=period if section.dated else ())


def _of_entry(one: dict[str, Any], words: Words) -> Callable[[Any], Any]:
    return lambda entry: _typed(one, entry.facts[one["key"]], words) if one["key"] in entry.facts else None


def _filters(fields: list[dict[str, Any]], words: Words, own: QuerySet[Any], anchor: str) -> list[Filter]:
    """A filter for each field that can be asked for; those of a section that repeats are asked of one entry."""
    asked = [one for one in fields if one["type"] not in UNNAMED]
    by_section: dict[str, list[dict[str, Any]]] = {}
    for one in asked:
        if one["rows"]:
            by_section.setdefault(one["section"], []).append(one)
    joint = {key: _together(some, own, anchor) for key, some in by_section.items() if len(some) > 1}
    return [_filter(one, words, own, anchor, joint.get(one["section"]) if one["rows"] else None) for one in asked]


def _filter(one: dict[str, Any], words: Words, own: QuerySet[Any], anchor: str, together: Any) -> Filter:
    choices = _choices(one, words)

    def apply(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        facts = own.filter(field=one["key"], **{anchor: OuterRef("pk")}).order_by()
        if value == NOTHING and choices is not None:
            return rows.exclude(Exists(facts.exclude(text="")))
        return rows.filter(Exists(_like(facts, one["type"], value)))

    return Filter(
        f"own_{one['key']}",
        formats.label(one["title"]),
        apply,
        choices=choices,
        kind="day" if one["type"] == CustomType.DATE else "choice" if choices is not None else "text",
        data_class=one["data_class"],
        together=together,
        note=_("With other filters of “%(section)s”: one and the same entry.") % {"section": one["section_title"]} if together else "",
    )


def _choices(one: Mapping[str, Any], words: Words) -> list[tuple[str, Any]] | None:
    if one["type"] in (CustomType.CHOICE, CustomType.CHOICES):
        choices: list[tuple[str, Any]] = [(code.value, code_label(code)) for code in words.codes.get(one["list"], [])]
    elif one["type"] == CustomType.YES_NO:
        choices = [("yes", _("Yes")), ("no", _("No"))]
    else:
        return None
    return [*choices, (NOTHING, _("nothing noted"))]


def _like(facts: QuerySet[Any], kind: str, value: str) -> QuerySet[Any]:
    if kind == CustomType.CHOICES:
        return facts.filter(text__contains=f"|{value}|")
    if kind in (CustomType.TEXT, CustomType.LONGTEXT):
        return facts.filter(text__contains=fold(value))
    return facts.filter(text=_bare(kind, value))


def _together(fields: list[dict[str, Any]], own: QuerySet[Any], anchor: str) -> Callable[[QuerySet[Any], dict[str, str]], QuerySet[Any]]:
    """The filters of one section that repeats: some entry that is like all of them. One look into the answers for each filter, whatever the
    number of entries. "Nothing noted" alone means that no entry says it; beside another filter, that this entry does not."""
    named = {f"own_{one['key']}": one for one in fields}
    chosen_from = (CustomType.CHOICE, CustomType.CHOICES, CustomType.YES_NO)

    def apply(rows: QuerySet[Any], values: dict[str, str]) -> QuerySet[Any]:
        asked = [(named[key], value) for key, value in values.items()]
        lacking = [one for one, value in asked if value == NOTHING and one["type"] in chosen_from]
        like = [(one, value) for one, value in asked if one not in lacking]
        if not like:
            for one in lacking:
                rows = rows.exclude(Exists(own.filter(field=one["key"], **{anchor: OuterRef("pk")}).exclude(text="").order_by()))
            return rows
        (first, value), *others = like
        entry = _like(own.filter(field=first["key"], **{anchor: OuterRef("pk")}).order_by(), first["type"], value)
        same = own.filter(item=OuterRef("item"), **{anchor: OuterRef(anchor)}).order_by()
        for one, wanted in others:
            entry = entry.filter(Exists(_like(same.filter(field=one["key"]), one["type"], wanted)))
        for one in lacking:
            entry = entry.exclude(Exists(same.filter(field=one["key"]).exclude(text="")))
        return rows.filter(Exists(entry))

    return apply


def _bare(kind: str, value: str) -> str:
    if kind == CustomType.DATE:
        day = formats.as_date(value)
        return day.isoformat() if day else value
    if kind == CustomType.MONEY:
        text = value.replace(" ", "").replace(",", ".")
        try:
            return f"{Decimal(text):.2f}"
        except InvalidOperation:
            return value
    return value.replace(",", ".") if kind == CustomType.NUMBER else value
