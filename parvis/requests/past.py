"""The register and one request as they stood at the end of a past day: what had come in, how far it had got, which term ran.

A day that was corrected later is the corrected one as it is known now, and the one of the register as it was known then; the terms follow.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from parvis.identity.api import unit_choices
from parvis.kernel.actor import Actor
from parvis.kernel.asof import PastView
from parvis.kernel.registries import TermThen
from parvis.ui.grid import Column, Filter, Grid

from .enums import Channel, ClockKind, Stage, StopReason
from .grids import _READER, REGISTER, _lines
from .models import Clock, Request, RequestDateCorrection, RequestLine, StageMark


def _standing() -> QuerySet[Clock]:
    """Terms that are held to be true now: one that was met and asked for again later ran all the same, one that was corrected never did."""
    return Clock.objects.visible_to(_READER).exclude(stop_reason=StopReason.CORRECTED)


def listed_then(actor: Actor, view: PastView) -> QuerySet[Any]:
    """Requests received by the end of the day, with ``undecided``: a line whose decision was still owed then."""
    running = _standing().filter(kind=ClockKind.DECIDE, line__request=OuterRef("pk"), started_on__lte=view.day)
    running = running.exclude(met_on__lte=view.known_day).order_by()
    return (
        Request.objects.visible_to(actor)
        .filter(received_at__lt=view.until)
        .select_related("unit", "procedure")
        .annotate(undecided=Exists(running))
        .prefetch_related(Prefetch("lines", queryset=RequestLine.objects.visible_to(_READER).order_by("pk"), to_attr="all_lines"))
    )


def _state(row: Any) -> Any:
    return _("To decide") if row.undecided else _("Decided")


def register_then(view: PastView) -> Grid:
    """No column that knows only today: the stage on the way and the term that runs."""
    return Grid(
        key="register",
        name=_("Register of requests"),
        columns=[
            Column("number", _("Number"), sort="number", main=True),
            Column("applicant_name", _("Person"), sort="applicant_sort", data_class="identity"),
            Column("requested_on", _("Day of the request"), kind="day", sort="requested_on"),
            Column("channel", _("Channel"), value="get_channel_display", cell="requests/_channel.html"),
            Column("lines", _("Asked for"), value=_lines),
            Column("state", _("State"), value=_state),
            Column("unit", _("Service"), value="unit.name"),
        ],
        filters=[
            Filter(
                "state",
                _("State"),
                choices=[("open", _("To decide")), ("decided", _("Decided"))],
                apply=lambda rows, value: rows.filter(undecided=value == "open"),
            ),
            Filter("channel", _("Channel"), choices=Channel.choices, apply=lambda rows, v: rows.filter(channel=v)),
            Filter("unit", _("Service"), choices=unit_choices, apply=lambda rows, v: rows.filter(unit=int(v))),
        ],
        search=REGISTER.search,
        default_sort="-number",
        row_url=REGISTER.row_url,
        empty_title=_("No request by that day"),
        empty_text=_("Requests appear from the day on which they were received."),
        on_export=REGISTER.on_export,
    )


def as_it_stood(mine: Request, view: PastView) -> list[RequestDateCorrection] | None:
    """Give the request in hand its day and its dossier of then, for a page that only reads; the corrections that were known. None: it had
    not come in yet. One query.
    """
    if mine.received_at >= view.until:
        return None
    corrections = list(mine.date_corrections.all())
    if view.known_on is not None:
        later = [one for one in corrections if one.recorded_at >= view.known_on]
        if later:
            mine.requested_on = later[0].old_on
        corrections = [one for one in corrections if one.recorded_at < view.known_on]
    if mine.joined_at is not None and mine.joined_at >= view.until:
        mine.joined_at, mine.dossier, mine.applicant = None, None, None
    return corrections


def stages_then(lines: Sequence[RequestLine], marks: dict[int, list[StageMark]], view: PastView) -> dict[int, list[StageMark]]:
    """Give each line the stage of the day; the stages that it had reached."""
    reached = {line_id: [mark for mark in rows if mark.marked_at < view.until] for line_id, rows in marks.items()}
    for line in lines:
        last = reached.get(line.pk, [])[-1:]
        line.stage = last[0].stage if last else Stage.RECEIVED
    return reached


def clocks_then(line_ids: Sequence[int], view: PastView) -> dict[int, list[Clock]]:
    """The terms that ran or were met on the day. As known then: those written by then, the last of each kind. One query."""
    every = Clock.objects.visible_to(_READER)
    rows = _standing() if view.known_on is None else every.filter(recorded_at__lt=view.known_on)
    rows = rows.filter(line__in=line_ids, started_on__lte=view.day)
    latest = {(row.line_id, row.kind): row for row in rows.order_by("recorded_at", "pk")}
    found: dict[int, list[Clock]] = {}
    for row in sorted(latest.values(), key=lambda row: (row.due_on, row.pk)):
        if row.met_on is not None and row.met_on > view.known_day:
            row.met_on = None
        found.setdefault(row.line_id, []).append(row)
    return found


def terms_then(line_ids: list[int], view: PastView) -> dict[int, dict[str, TermThen]]:
    """For the tasks of these lines: until when each was owed on the day. One query."""
    found = clocks_then(line_ids, view)
    return {line: {clock.kind: TermThen(clock.due_on, clock.started_on) for clock in rows} for line, rows in found.items()}


def late_then(view: PastView, actor: Actor = _READER) -> int:
    """Requests with a line whose decision was later than the law allows: in the house, or those that an actor may open. One query."""
    begun = Q(kind=ClockKind.DECIDE, started_on__lte=view.day)
    rows = _standing().filter(begun)
    if view.known_on is not None:
        known = Clock.objects.visible_to(_READER).filter(begun, recorded_at__lt=view.known_on)
        newer = Q(recorded_at__gt=OuterRef("recorded_at")) | Q(recorded_at=OuterRef("recorded_at"), pk__gt=OuterRef("pk"))
        rows = known.filter(~Exists(known.filter(newer, line=OuterRef("line"))))
    late = rows.filter(Q(met_on__isnull=True) | Q(met_on__gt=view.known_day), due_on__lt=view.day).order_by()
    lines = RequestLine.objects.visible_to(actor).filter(pk__in=late.values("line"), request__received_at__lt=view.until).order_by()
    return int(lines.values("request").distinct().count())
