"""Appointments in the file, in the palette and among what keeps a file open."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parvis.kernel import asof, clock, registries
from parvis.kernel.actor import Actor
from parvis.kernel.links import row_links
from parvis.kernel.registries import (
    BriefLine,
    BriefPart,
    Obstacle,
    PaletteAction,
    Panel,
    PersonHolder,
    Screen,
    SheetLine,
    SheetPart,
    obstacles_of,
)
from parvis.kernel.subject import SubjectRef
from parvis.ui import formats

from . import access
from .models import Appointment
from .past import listed_then
from .selectors import coming_obstacles, meetings_of, rooms_known
from .selectors.passing import attendances_to_come
from .selectors.reading import agents_of, url_of

ON_SHEET = 10
IN_BRIEF = 60


def _panel(request: HttpRequest, dossier: Any, day: dt.date) -> str | None:
    """A link that its part replaces after the page: the page of a file asks nothing more for it. It goes back with the day of view of the
    session, which its part knows too; of another past day it tells nothing."""
    if asof.view() is None and min(day, getattr(request, "known_day", day)) < clock.today():
        return None
    return render_to_string("agenda/_appointments.html", {"subject": SubjectRef("dossier", dossier.pk)}, request)


def _add(request: HttpRequest, dossier: Any, day: dt.date) -> str:
    from .views.booking import form_for

    subject = SubjectRef("dossier", dossier.pk)
    context = {"subject": subject, "form": form_for(request, subject, blank=True), "rooms": rooms_known()}
    return render_to_string("agenda/_panel_add.html", context, request)


registries.panels.register(
    "agenda",
    Panel(
        key="appointments",
        title=_("Appointments"),
        order=17,
        render=_panel,
        access=access.can_read,
        data_class="identity",
        icon="calendar",
    ),
)
registries.panels.register(
    "agenda.add",
    Panel(
        key="appointment",
        title=pgettext_lazy("to add to a dossier", "Appointment"),
        order=15,
        render=_add,
        access=access.can_book,
        data_class="identity",
        icon="calendar",
        column="side",
        nav=False,
        shortcut="r",
    ),
)


registries.screens.register(
    "agenda.appointment", Screen("agenda.appointment", _("Settle the appointment"), lambda subject: url_of(subject.id))
)
registries.subject_links.register(
    "appointment",
    row_links(
        Appointment.objects.visible_to,
        name=lambda row: formats.moment(row.starts_at),
        url=lambda row: reverse("agenda:appointment", args=[row.uuid]),
    ),
)
registries.palette.register(
    "agenda.new", PaletteAction("agenda.new", _("Book an appointment"), "agenda:new", access.can_book, 6, "calendar")
)
registries.palette.register(
    "agenda.feeds", PaletteAction("agenda.feeds", _("My calendar elsewhere"), "agenda:feeds", access.may_have_feeds, 26, "link")
)
registries.person_holders.register("agenda.Appointment.person", PersonHolder("agenda.Appointment", "person", _("Appointments")))
registries.person_holders.register("agenda.Invitation.person", PersonHolder("agenda.Invitation", "person", _("Invitations")))


# What keeps a file open -------------------------------------------------------------------------------------------------
def _coming(actor: Actor, dossier_id: int) -> list[Obstacle]:
    rows = coming_obstacles(SubjectRef("dossier", dossier_id))
    return obstacles_of(rows, Appointment.objects.visible_to(actor).filter(pk__in=rows.order_by().values("pk")), _obstacle)


def _obstacle(row: Appointment) -> Obstacle:
    text = _("Appointment on %(when)s") % {"when": formats.moment(row.starts_at)}
    return Obstacle(text, row.get_place_display(), reverse("agenda:appointment", args=[row.uuid]), row.day)


registries.closing_obstacles.register("agenda", _coming)


# The sheet on one page -------------------------------------------------------------------------------
def _sheet(actor: Actor, dossier: Any, day: dt.date) -> list[SheetLine]:
    view, subject = asof.view(), SubjectRef("dossier", dossier.pk)
    if view is None and day < clock.today():
        return []
    lines = []
    rows = meetings_of(actor, subject, limit=ON_SHEET) if view is None else listed_then(actor, subject, view)[0][:ON_SHEET]
    for row in rows:
        agents = ", ".join(getattr(row, "agents_then", None) or (one.display_name for one in agents_of(row)))
        text = row.text if access.reads_words(actor, row) else ""
        where = "" if getattr(row, "moved_since", False) else row.where
        detail = " · ".join(part for part in (where, text, agents) if part)
        lines.append(SheetLine(formats.moment(row.starts_at), detail, url=reverse("agenda:appointment", args=[row.uuid])))
    return lines


registries.sheet.register(
    "agenda", SheetPart("agenda", _("Next appointments"), 75, _sheet, access.can_read, data_class="identity", icon="calendar")
)


# The hand-over page ------------------------------------------------------------------------------------------------------
def _brief(actor: Actor, dossier: Any) -> list[BriefLine]:
    """The next ones, one query for all; a clash of two appointments is said, an absence only on their own page."""
    rows: dict[int, Appointment] = {}
    agents: dict[int, list[str]] = {}
    clashing = set()
    for one in attendances_to_come(actor, SubjectRef("dossier", dossier.pk))[:IN_BRIEF]:
        rows.setdefault(one.appointment_id, one.appointment)
        agents.setdefault(one.appointment_id, []).append(one.account.display_name)
        if one.taken:
            clashing.add(one.appointment_id)
    lines = []
    for pk, row in rows.items():
        text = row.text if access.reads_words(actor, row) else ""
        clash = str(_("somebody is taken at that hour")) if pk in clashing else ""
        detail = " · ".join(part for part in (row.where, text, ", ".join(agents[pk]), clash) if part)
        lines.append(BriefLine(formats.moment(row.starts_at), detail))
    return lines


registries.briefs.register("agenda", BriefPart("appointments", _("Next appointments"), 15, _brief, access.can_read, "identity"))
