"""The register as it stood at the end of a past day: what had come in, and of which of it had been decided by then."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _

from parvis.identity.api import unit_choices
from parvis.kernel.actor import Actor
from parvis.kernel.asof import PastView
from parvis.ui.grid import Column, Filter, Grid

from .enums import Channel, ClockKind
from .grids import _READER, REGISTER, _lines
from .models import Clock, Request, RequestLine


def listed_then(actor: Actor, view: PastView) -> QuerySet[Any]:
    """Requests received by the end of the day, with ``undecided``: a line whose decision was still owed then."""
    running = Clock.objects.visible_to(_READER).filter(kind=ClockKind.DECIDE, live=1, line__request=OuterRef("pk"))
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
