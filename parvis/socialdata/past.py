"""Questions to the registers and what they told, as they stood at the end of a past day.

A question that was answered since waited then. One whose answer was withdrawn since was answered then: that is read backwards from the journal of
changes. Nothing of it is written anew, and who may see what is today's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Q

from parvis.kernel import clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.asof import PastView

from .enums import ANSWERS, AlertState, ExtractState
from .models import ExtractRequest, RegisterAlert
from .selectors import READER, SHOWN


def extracts_stood(rows: Sequence[ExtractRequest], view: PastView) -> list[ExtractRequest]:
    """Those that had been asked by then, each with its state and answer of then, for a page that only reads. One query."""
    found = [row for row in rows if row.asked_at < view.until]
    held = mutations.values_before_each("extract_request", [row.pk for row in found], view.until)
    for row in found:
        values = held.get(row.pk, {})
        if "state" not in values:
            continue
        row.state = values["state"]
        # Of an answer that was withdrawn since: when it came is kept; the paper is told with the withdrawal.
        came = values.get("settled_at") if row.state in ANSWERS else None
        row.settled_at = dt.datetime.fromisoformat(came) if came else None
        row.settled_by_label, row.words, row.document, row.data_on = values.get("settled_by_label") or "", "", None, None
        if row.state in ANSWERS and values.get("data_on"):
            row.data_on = dt.date.fromisoformat(values["data_on"])
    return found


def alerts_stood(rows: Sequence[RegisterAlert], view: PastView) -> list[RegisterAlert]:
    """Those that had been told by then; one that was settled since was open."""
    found = [row for row in rows if row.made_at < view.until]
    for row in found:
        if row.settled_at is not None and row.settled_at >= view.until:
            row.state, row.settled_at, row.settled_by_label, row.words = AlertState.OPEN, None, "", ""
    return found


def _unsettled(rows: Any, view: PastView) -> Any:
    """Asked by then, and without an answer of before then today: what waited, and what was answered by a paper withdrawn since."""
    return rows.filter(asked_at__lt=view.until).filter(Q(settled_at__isnull=True) | Q(settled_at__gte=view.until))


def desk_then(actor: Actor, view: PastView, most: int = 20) -> tuple[list[ExtractRequest], list[ExtractRequest], bool]:
    """What waited for an answer, the first wanted first; what had been answered of late; whether more waited. Three queries."""
    every: Any = ExtractRequest.objects.visible_to(actor).select_related("dossier")
    read = list(_unsettled(every, view).order_by("wanted_on", "pk")[: SHOWN * 2 + 1])
    found = extracts_stood(read, view)
    waiting = [row for row in found if row.state == ExtractState.ASKED]
    settled = list(every.filter(state__in=ANSWERS, settled_at__lt=view.until).order_by("-settled_at", "-pk")[:most])
    settled += [row for row in found if row.state in ANSWERS and row.settled_at is not None]
    settled.sort(key=lambda row: (row.settled_at or row.asked_at, row.pk), reverse=True)
    return waiting[:SHOWN], settled[:most], len(read) > SHOWN * 2 or len(waiting) > SHOWN


def spans_then(
    view: PastView, since: dt.datetime, most: int
) -> tuple[list[tuple[dt.date, dt.timedelta]], list[tuple[dt.datetime, dt.date]]]:
    """The answers that had come since an instant, by day and length; the days of what waited: asked, and wanted by. Three queries."""
    settled = ExtractRequest.objects.visible_to(READER).filter(state__in=ANSWERS, settled_at__gte=since, settled_at__lt=view.until)
    spans = [
        (clock.date_of(end), end - start)
        for start, end in settled.order_by("-settled_at", "-pk").values_list("asked_at", "settled_at")[:most]
    ]
    found = extracts_stood(list(_unsettled(ExtractRequest.objects.visible_to(READER), view).order_by("wanted_on", "pk")[:most]), view)
    for row in found:
        if row.settled_at is not None and row.settled_at >= since and row.state in ANSWERS:
            spans.append((clock.date_of(row.settled_at), row.settled_at - row.asked_at))
    return spans, [(row.asked_at, row.wanted_on) for row in found if row.state == ExtractState.ASKED]
