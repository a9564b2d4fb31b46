"""What changed in a dossier since an instant: each context tells its own part (registry ``changes``).

A change is known by its source, the thing and the instant. ``marks`` gives these three for counting, many sources in one statement;
``tell`` gives them in words. Both stand on the same rows, so that the figure in a heading is the length of the page.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast

from parvis.kernel.registries import Change, ChangeSource, Span, changes
from parvis.kernel.scope import may_see

if TYPE_CHECKING:
    from parvis.kernel.actor import Actor
    from parvis.kernel.bitemporal import Fact

MOST = 200
"""Changes that one source tells on a page; more than these, and the page says so."""


def mark(rows: QuerySet[Any], key: str, thing: str, instant: str) -> QuerySet[Any]:
    """Source, thing and instant of each row, in the same three columns of text whatever the table."""
    text = CharField(max_length=64)
    return rows.order_by().values_list(Value(key, output_field=text), Cast(thing, text), Cast(instant, text))


def others(rows: QuerySet[Any], span: Span, field: str = "author_id") -> QuerySet[Any]:
    return rows if span.but is None else rows.exclude(**{field: span.but})


def _withdrawn(rows: QuerySet[Any], span: Span, thing: str, anchor: str) -> QuerySet[Any]:
    """Versions that ended their life without a successor."""
    after = rows.model._base_manager.filter(**{anchor: OuterRef(anchor), thing: OuterRef(thing), "recorded_at": OuterRef("superseded_at")})
    return rows.filter(superseded_at__gt=span.since).exclude(Exists(after))


def fact_marks(rows: QuerySet[Any], span: Span, *, key: str, thing: str, anchor: str = "dossier") -> list[QuerySet[Any]]:
    """Marks of dated facts that the reader may see. ``thing``: the field that keeps a fact's identity through its versions."""
    written = others(rows.filter(recorded_at__gt=span.since), span)
    return [mark(written, key, thing, "recorded_at"), mark(_withdrawn(rows, span, thing, anchor), key, thing, "superseded_at")]


def fact_changes(
    rows: QuerySet[Any],
    span: Span,
    *,
    thing: str,
    title: Callable[[Any], Any],
    words: Callable[[Any], str],
    url: Callable[[Any], str] = lambda row: "",
    last_day: Callable[[dt.date], str] = str,
) -> list[Change]:
    """The same facts in words: before and after, one change per thing and instant, latest first."""
    found = list(rows.filter(Q(recorded_at__gt=span.since) | Q(superseded_at__gt=span.since)).order_by("-recorded_at", "-pk")[: MOST * 3])
    groups: dict[tuple[Any, dt.datetime], tuple[list[Fact], list[Fact]]] = {}
    for row in found:
        if row.recorded_at > span.since:
            groups.setdefault((getattr(row, thing), row.recorded_at), ([], []))[1].append(row)
        if row.superseded_at is not None and row.superseded_at > span.since:
            groups.setdefault((getattr(row, thing), row.superseded_at), ([], []))[0].append(row)
    told = []
    for (_thing, at), (gone, come) in groups.items():
        if come and span.but is not None and all(row.author_id == span.but for row in come):
            continue
        told.append(_told(at, gone, come, title, words, url, last_day))
    return sorted(told, key=lambda one: one.at, reverse=True)


def _told(at: dt.datetime, gone: list[Any], come: list[Any], title: Any, words: Any, url: Any, last_day: Any) -> Change:
    if not come:
        row = gone[0]
        return Change(at, "withdrawn", title(row), before=words(row), url=url(row))
    gone = sorted(gone, key=lambda row: (row.valid_from, row.pk))
    fresh = [row for row in come if not any(_is_part(row, old, words) for old in gone)]
    if not fresh:  # nothing new was said: the period got shorter
        row, old = come[-1], gone[0]
        shorter = min(come, key=lambda one: one.valid_to)
        day = last_day(shorter.valid_to - dt.timedelta(days=1))
        return Change(at, "ended", title(row), before=words(old), after=day, author=row.author_label, url=url(row))
    row = fresh[0]
    if not gone:
        return Change(at, "added", title(row), after=words(row), author=row.author_label, url=url(row), from_on=row.valid_from)
    old = next((one for one in gone if one.valid_from <= row.valid_from < one.valid_to), gone[0])
    kind = "corrected" if row.valid_from <= old.valid_from else "changed"
    return Change(at, kind, title(row), words(old), words(row), row.author_label, url(row), row.valid_from)


def _is_part(row: Any, old: Any, words: Any) -> bool:
    """The same words for a part of the same period: what was left when another version cut it, or what ended."""
    return bool(
        words(row) == words(old)
        and row.valid_from >= old.valid_from
        and row.valid_to <= old.valid_to
        and (row.valid_from, row.valid_to) != (old.valid_from, old.valid_to)
    )


def _sources(actor: Actor) -> list[ChangeSource]:
    return [source for source in changes.all() if source.access(actor) and may_see(actor, source.data_class)]


def count(actor: Actor, span: Span) -> int:
    """How many changes the reader would be told, in one statement."""
    marks = [rows for source in _sources(actor) for rows in source.marks(actor, span)]
    return int(marks[0].union(*marks[1:]).count()) if marks else 0


def tell(actor: Actor, span: Span) -> list[tuple[ChangeSource, list[Change]]]:
    """Sources that have something to say, each with its changes, latest first."""
    found = [(source, source.tell(actor, span)) for source in _sources(actor)]
    return [(source, rows) for source, rows in found if rows]
