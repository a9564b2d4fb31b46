"""The chronological register."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from parvis.identity.api import unit_choices
from parvis.kernel import clock, registries
from parvis.kernel.actor import Actor, system_actor
from parvis.kernel.textmatch import sort_key
from parvis.ui import formats
from parvis.ui.grid import Column, Filter, Grid
from parvis.ui.logged import export_log

from .enums import UNDECIDED, Channel, ClockKind, Stage
from .models import Clock, Request, RequestLine

_READER = system_actor("requests.register")


def _running() -> QuerySet[Clock]:
    return Clock.objects.visible_to(_READER).filter(live=1, met_on__isnull=True, kind=ClockKind.DECIDE)


def listed(actor: Actor) -> QuerySet[Request]:
    """Visible requests with lines and the next day to decide, in a fixed number of queries."""
    due = _running().filter(line__request=OuterRef("pk")).order_by("due_on").values("due_on")[:1]
    return (
        Request.objects.visible_to(actor)
        .select_related("unit", "dossier", "procedure")
        .annotate(decide_by=Subquery(due))
        .prefetch_related(Prefetch("lines", queryset=RequestLine.objects.visible_to(_READER).order_by("pk"), to_attr="all_lines"))
    )


def _lines(request: Any) -> str:
    return ", ".join(formats.label(line.label) for line in request.all_lines)


def _stage(request: Any) -> str:
    return ", ".join(dict.fromkeys(str(line.get_stage_display()) for line in request.all_lines))


def _search(rows: QuerySet[Request], text: str) -> QuerySet[Request]:
    bare = text.strip()
    if bare[:4].isdecimal():
        return rows.filter(number__startswith=bare.replace("-", "/"))
    return rows.filter(applicant_sort__contains=sort_key(bare))


def _by_state(rows: QuerySet[Request], value: str) -> QuerySet[Request]:
    open_lines = RequestLine.objects.visible_to(_READER).filter(request=OuterRef("pk"), stage__in=UNDECIDED)
    if value == "unknown":
        return rows.filter(joined_at__isnull=True)
    if value == "late":
        late = _running().filter(line__request=OuterRef("pk"), line__stage__in=UNDECIDED, due_on__lt=clock.today())
        return rows.filter(Exists(late))
    return rows.filter(Exists(open_lines)) if value == "open" else rows.exclude(Exists(open_lines))


def _aids(_actor: Actor) -> list[tuple[str, str]]:
    """Kinds of aid, those that the centre added too."""
    return sorted(((key, formats.label(kind.title)) for key, kind in registries.provisions.items()), key=lambda one: one[1])


def _by_aid(rows: QuerySet[Request], value: str) -> QuerySet[Request]:
    return rows.filter(Exists(RequestLine.objects.visible_to(_READER).filter(request=OuterRef("pk"), provision=value)))


_logged = export_log("requests", "register_exported", "register")


REGISTER = Grid(
    key="register",
    name=_("Register of requests"),
    columns=[
        Column("number", _("Number"), sort="number", main=True),
        Column(
            "applicant_name",
            _("Person"),
            sort="applicant_sort",
            data_class="identity",
            detail=lambda row: row.dossier.number if row.dossier_id else "",
        ),
        Column("requested_on", _("Day of the request"), kind="day", sort="requested_on"),
        Column("channel", _("Channel"), value="get_channel_display", cell="requests/_channel.html"),
        Column("lines", _("Asked for"), value=_lines),
        Column("stage", _("State"), value=_stage, cell="requests/_state.html"),
        Column("decide_by", _("Decide"), kind="clock", sort="decide_by", started_on="requested_on", verb=_("decide")),
        Column("unit", _("Service"), value="unit.name"),
    ],
    filters=[
        Filter(
            "state",
            _("State"),
            choices=[
                ("open", _("To decide")),
                ("unknown", _("Person to identify")),
                ("late", _("Over the legal term")),
                ("decided", _("Decided")),
            ],
            apply=_by_state,
        ),
        Filter(
            "stage",
            _("Stage"),
            choices=Stage.choices,
            apply=lambda rows, v: rows.filter(Exists(RequestLine.objects.visible_to(_READER).filter(request=OuterRef("pk"), stage=v))),
        ),
        Filter("aid", _("Aid"), choices=_aids, apply=_by_aid),
        Filter("channel", _("Channel"), choices=Channel.choices, apply=lambda rows, v: rows.filter(channel=v)),
        Filter("urgent", _("Urgent"), choices=[("yes", _("Urgent only"))], apply=lambda rows, v: rows.filter(urgent=True)),
        Filter("unit", _("Service"), choices=unit_choices, apply=lambda rows, v: rows.filter(unit=int(v))),
    ],
    search=_search,
    default_sort="-number",
    row_url=lambda row: reverse("requests:detail", args=[row.uuid]),
    empty_title=_("No request yet"),
    empty_text=_("Requests of the portal and those registered at the desk appear here in the order of their receipt."),
    on_export=_logged,
)
