"""What this context contributes: the cell's entry, a part of the dossier that is fetched when it is reached, tasks and their cards."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from parvis.connectors.api import may_play_register
from parvis.dossiers.api import Dossier
from parvis.kernel import asof, clock, registries
from parvis.kernel.actor import Actor
from parvis.kernel.registries import MenuEntry, PaletteAction, Panel, PersonHolder, Screen, SubjectCard
from parvis.kernel.statements import Statement, one_of
from parvis.kernel.subject import SubjectRef

from . import access, selectors
from .models import ExtractRequest, RegisterAlert


def _registers(request: HttpRequest, dossier: Dossier, day: dt.date) -> str | None:
    """No query: a link, and where scripts run the part itself once the reader comes to it."""
    if asof.view() is None and getattr(request, "known_day", day) < clock.today():
        return None
    return render_to_string("socialdata/_panel.html", {"dossier": dossier}, request)


def _extract_url(subject: SubjectRef) -> str:
    found = selectors.extract_by(selectors.READER, pk=subject.id)
    return reverse("socialdata:extract", args=[found.uuid]) if found else ""


def _alert_url(subject: SubjectRef) -> str:
    found = selectors.alert_by(selectors.READER, pk=subject.id)
    return reverse("socialdata:alert", args=[found.uuid]) if found else ""


def _name(person: Any) -> str:
    """Read with the row: lists of tasks pay one query for all cards of a kind."""
    index = getattr(person, "index", None)
    return index.display_name if index else "?"


_EXTRACTS, _ALERTS = Statement("socialdata.extract_cards"), Statement("socialdata.alert_cards")


def _extract_cards(actor: Actor, subjects: list[SubjectRef]) -> dict[SubjectRef, SubjectCard]:
    found = _EXTRACTS.rows(
        actor,
        lambda at: ExtractRequest.objects.visible_to(actor).filter(one_of("pk", at["ids"])).select_related("dossier", "person__index"),
        ids=[one.id for one in subjects],
    )
    return {
        row.ref: SubjectCard(_name(row.person), f"{row.dossier.number} · {row.flow_words}", reverse("socialdata:extract", args=[row.uuid]))
        for row in found
    }


def _alert_cards(actor: Actor, subjects: list[SubjectRef]) -> dict[SubjectRef, SubjectCard]:
    """Who and what kind of change; never the new value: a protected address would stand in a list."""
    found = _ALERTS.rows(
        actor,
        lambda at: (
            RegisterAlert.objects.visible_to(actor).filter(one_of("pk", at["ids"])).select_related("dossier", "mutation__person__index")
        ),
        ids=[one.id for one in subjects],
    )
    return {
        row.ref: SubjectCard(
            _name(row.mutation.person),
            f"{row.dossier.number} · {row.mutation.get_kind_display()}",
            reverse("socialdata:alert", args=[row.uuid]),
        )
        for row in found
    }


def _origins(actor: Actor, references: list[str]) -> dict[str, tuple[str, str]]:
    return {one: (_now("mutation %(id)s of the register") % {"id": one.partition(":")[2]}, "") for one in references}


registries.menu.register(
    "socialdata",
    MenuEntry(
        key="socialdata",
        label=_("Registers"),
        icon="database",
        url_name="socialdata:cell",
        access=access.is_cell,
        order=25,
        prefix="/registers/",
    ),
)
registries.panels.register(
    "socialdata",
    Panel(key="registers", title=_("Registers"), order=65, render=_registers, access=access.may_read, data_class="social", icon="database"),
)
registries.palette.register(
    "socialdata.times",
    PaletteAction(
        key="socialdata.times",
        label=_("How long the cell takes to answer"),
        url_name="socialdata:times",
        access=access.may_see_times,
        icon="hourglass",
        order=210,
    ),
)
registries.palette.register(
    "socialdata.files",
    PaletteAction(
        key="socialdata.files",
        label=_("Read a file of the registers"),
        url_name="socialdata:files",
        access=access.is_cell,
        icon="upload",
        order=211,
    ),
)
registries.palette.register(
    "socialdata.simulator",
    PaletteAction(
        key="socialdata.simulator",
        label=_("Play the register (simulator)"),
        url_name="socialdata:simulator",
        access=may_play_register,
        icon="database",
        order=825,
    ),
)
registries.screens.register("socialdata.extract", Screen("socialdata.extract", _("Register extract"), _extract_url))
registries.screens.register("socialdata.alert", Screen("socialdata.alert", _("Mutation of the register"), _alert_url))
registries.subject_cards.register("extract_request", _extract_cards)
registries.subject_cards.register("register_alert", _alert_cards)
registries.origins.register("register", _origins)
registries.person_holders.register(
    "socialdata.ExtractRequest.person", PersonHolder("socialdata.ExtractRequest", "person", _("Requests for extracts"))
)
registries.person_holders.register(
    "socialdata.RegisterMutation.person", PersonHolder("socialdata.RegisterMutation", "person", _("Mutations of the registers"))
)
