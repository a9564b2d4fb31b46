"""What dossiers contribute: menu, their own panels on the dossier page, links to a dossier."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from parvis.identity.api import may_audit, may_simulate
from parvis.kernel import asof, clock, memo, registries
from parvis.kernel.actor import Actor
from parvis.kernel.links import row_links
from parvis.kernel.registries import MenuEntry, PaletteAction, Panel, PersonHolder, Screen
from parvis.kernel.scope import may_see, shown_within
from parvis.kernel.subject import SubjectRef
from parvis.ui.origins import name_origins
from parvis.workflows.api import where_dossier

from . import access, lookups, panels_custom, panels_health  # noqa: F401  (registers their own)
from .agents.selectors import absences_of
from .calculations import budget_of
from .enums import SituationKind
from .errors import ARCHIVED
from .leaving.selectors import departure_by
from .models import Departure, Dossier, SituationFact, Transfer
from .papers import home_by_number, homes_of_persons
from .selectors import (
    asking_nothing,
    dossiers_of,
    interventions_of,
    members_at,
    names_of_files,
    reads_of,
    situation_at,
    transfer_by_id,
    unknown_clients,
)
from .services.holds import uuid_of


def situation_groups(rows: list[SituationFact]) -> list[tuple[str, list[SituationFact]]]:
    """Lines by kind, in the order of the list of kinds."""
    return [(str(kind.label), [row for row in rows if row.kind == kind]) for kind in SituationKind if any(row.kind == kind for row in rows)]


def _situation(request: HttpRequest, dossier: Dossier, day: dt.date) -> str:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    rows = situation_at(dossier.pk, day, actor=actor, known_on=getattr(request, "known_on", None))
    name_origins(actor, rows)
    return render_to_string(
        "dossiers/_panel_situation.html",
        {
            "dossier": dossier,
            "groups": situation_groups(rows),
            "members": {view.member.person_id: view for view in getattr(request, "dossier_members", [])},
            "lead": next((view for view in getattr(request, "dossier_members", []) if view.is_lead), None),
            "day": day,
            "budget": budget_of((row.kind, row.amount, row.periodicity, row.currency) for row in rows) if may_see(actor, "money") else None,
            "may_write": access.can_write_situation(actor) and dossier.status == "open" and not access.only_reads(actor, dossier),
            "hidden": [str(kind.label) for kind in access.hidden_kinds(actor)],
        },
        request,
    )


def _add_situation(request: HttpRequest, dossier: Dossier, day: dt.date) -> str | None:
    from .views.situation import blank_form

    if dossier.status != "open":
        return None
    return render_to_string("dossiers/_panel_add_situation.html", {"dossier": dossier, "form": blank_form(request, dossier)}, request)


def _where(request: HttpRequest, dossier: Dossier, day: dt.date) -> str | None:
    """Where is it, since when, who has it: what runs now, unless the ribbon of its process says so already. On a past day the part is fetched."""
    if asof.view() is not None:
        return render_to_string("dossiers/_panel_where_then.html", {"dossier": dossier}, request)
    if getattr(request, "known_day", day) != clock.today():
        return None
    sees_ribbon = may_see(request.actor, "social")  # type: ignore[attr-defined]
    places = [place for place in where_dossier(dossier.pk) if not (sees_ribbon and place.process)]
    return render_to_string("dossiers/_panel_where.html", {"dossier": dossier, "places": places, "today": day}, request) if places else None


registries.panels.register(
    "dossiers.where",
    Panel(
        key="where",
        title=_("Where it stands"),
        order=15,
        render=_where,
        access=access.can_read_dossiers,
        data_class="identity",
        icon="route",
        kept=True,
        beside=True,
    ),
)
registries.panels.register(
    "dossiers.situation",
    Panel(
        key="situation",
        title=_("Situation"),
        order=30,
        render=_situation,
        access=access.can_read_dossiers,
        data_class="social",
        icon="house",
        kept=True,
    ),
)
registries.panels.register(
    "dossiers.add_situation",
    Panel(
        key="add_situation",
        title=_("Situation"),
        order=20,
        render=_add_situation,
        access=access.can_write_situation,
        data_class="social",
        icon="house",
        column="side",
        nav=False,
        shortcut="s",
    ),
)
registries.menu.register(
    "dossiers",
    MenuEntry(
        key="dossiers",
        label=_("Dossiers"),
        icon="folder",
        url_name="dossiers:index",
        access=access.can_read_dossiers,
        order=20,
        prefix="/dossiers/",
    ),
)


def _visible(actor: Actor) -> Any:
    """Without those of a service of before: what hangs on them is asked of ``kept_scopes``, by class of data."""
    one = shown_within(Dossier, actor)
    return [one] if one is not None else Dossier.objects.visible_to(actor.without_kept).order_by().values("pk")


def _kept(actor: Actor) -> list[tuple[Any, frozenset[str]]]:
    """Those that a service of before may still read, as far as the other limits let it. Nothing is read here: a condition is kept."""
    rows = Dossier.objects.visible_to(actor).order_by().values_list("pk", flat=True)
    return [(rows.filter(pk__in=ids), classes) for ids, classes in access.former_groups(actor)]


registries.subject_links.register(
    "dossier",
    row_links(
        Dossier.objects.visible_to,
        name=lambda row: row.number,
        url=lambda row: reverse("dossiers:detail", args=[row.uuid]),
        opens=access.can_read_dossiers,
        number=lambda row: row.number,
    ),
)


def _takes_nothing(actor: Actor, dossier_id: int) -> Any:
    """Documents are added from below, where nobody knows openings and archive."""
    dossier = memo.kept(("dossiers.reading", actor, dossier_id)) or Dossier.objects.visible_to(actor).filter(pk=dossier_id).first()
    if dossier is None or dossier.destroyed_on is not None:
        return ARCHIVED
    if access.only_reads(actor, dossier):
        return _("This file is open to you to be read only: nothing is added to it.")
    return ARCHIVED if dossier.archived_on is not None else ""


registries.takes_nothing.register("dossier", _takes_nothing)
registries.dossier_parts.register(
    "dossiers", lambda actor, dossier_id: Transfer.objects.visible_to(actor).filter(dossier=dossier_id).exists()
)
registries.unguarded.register("dossiers", asking_nothing)
registries.subject_scopes.register("dossier", _visible)
registries.kept_scopes.register("dossier", _kept)


def _places(actor: Actor, person_id: int) -> list[tuple[str, str]]:
    return [(row.number, reverse("dossiers:detail", args=[row.uuid])) for row in dossiers_of(actor, person_id)]


registries.person_places.register("dossiers", _places)


# Who sees and saw the file ---------------------------------------------------------------------------------------------
def _seen_by(request: HttpRequest, dossier: Dossier, day: dt.date) -> str | None:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if day != clock.today() or not access.answers_for(actor, dossier):
        return None
    reads = [{"row": row, "why": lookups.why_of(row.purpose)} for row in reads_of(dossier.pk, limit=4)]
    until = getattr(dossier, "kept_until", None)
    context = {
        "dossier": dossier,
        "reads": reads,
        "may_set": access.may_set_sector(actor),
        "left_until": until - dt.timedelta(days=1) if until else None,
    }
    return render_to_string("dossiers/_panel_access.html", context, request)


registries.panels.register(
    "dossiers.access",
    Panel(
        key="access",
        title=_("Who opened this file"),
        order=95,
        render=_seen_by,
        access=access.may_see_access_log,
        data_class="identity",
        icon="eye",
        nav=False,
    ),
)
registries.palette.register(
    "dossiers.exceptional",
    PaletteAction(
        "dossiers.exceptional", _("Open a file outside my scope"), "dossiers:exceptional", access.may_ask_opening, 300, "lockopen"
    ),
)
registries.palette.register(
    "dossiers.simulate", PaletteAction("dossiers.simulate", _("What does this agent see?"), "dossiers:simulate", may_simulate, 310, "eye")
)
registries.palette.register(
    "dossiers.watch", PaletteAction("dossiers.watch", _("Unusual look-ups"), "dossiers:watch", may_audit, 320, "shield")
)
registries.palette.register(
    "dossiers.known_names",
    PaletteAction("dossiers.known_names", _("Well-known names"), "dossiers:known_names", access.may_keep_known, 325, "shield"),
)
registries.menu.register(
    "dossiers.watch",
    MenuEntry(
        key="dossiers.watch", label=_("Access"), icon="shield", url_name="dossiers:watch", access=may_audit, order=880, prefix="/access/"
    ),
)
registries.menu.register(
    "dossiers.destruction",
    MenuEntry(
        key="dossiers.destruction",
        label=_("Keeping"),
        icon="archive",
        url_name="dossiers:destruction",
        access=access.may_keep,
        order=885,
        prefix="/keeping/",
    ),
)
registries.palette.register(
    "dossiers.retention",
    PaletteAction(
        key="dossiers.retention",
        label=_("Rules of retention"),
        url_name="dossiers:retention",
        access=access.may_read_retention,
        order=90,
        icon="archive",
    ),
)
registries.screens.register("dossiers.watch", Screen("dossiers.watch", _("Unusual look-ups"), lambda _subject: reverse("dossiers:watch")))


def _by_number(actor: Actor, number: str) -> int | None:
    return Dossier.objects.visible_to(actor).filter(number=number.strip()).values_list("pk", flat=True).first()


registries.subject_numbers.register("dossier", _by_number)
registries.paper_homes.register("dossier", home_by_number)
registries.subject_homes.register("person", homes_of_persons)
registries.client_secrecy.register("dossiers", unknown_clients)
for _model, _field, _title in (
    ("dossiers.Dossier", "lead", _("Dossiers")),
    ("dossiers.DossierMember", "person", _("Members of dossiers")),
    ("dossiers.SituationFact", "person", _("Lines of the situation")),
):
    registries.person_holders.register(f"{_model}.{_field}", PersonHolder(_model, _field, _title))


# Who else acts, and the way to another service -------------------------------------------------------------------------
def _interventions(request: HttpRequest, dossier: Dossier, day: dt.date) -> str | None:
    known = (
        interventions_of(request.actor, dossier.pk, getattr(request, "known_on", None))
        if getattr(dossier, "has_interventions", True)
        else []
    )  # type: ignore[attr-defined]
    rows = [row for row in known if row.valid_from <= day < row.valid_to]
    actor = request.actor  # type: ignore[attr-defined]
    may_write = (
        access.can_write_situation(actor) and dossier.status == "open" and day == clock.today() and not access.only_reads(actor, dossier)
    )
    if not rows and not may_write:
        return None
    return render_to_string("dossiers/_panel_interventions.html", {"dossier": dossier, "rows": rows, "may_write": may_write}, request)


registries.panels.register(
    "dossiers.interventions",
    Panel(
        key="interventions",
        title=_("Interventions"),
        order=45,
        render=_interventions,
        access=access.can_read_dossiers,
        data_class="social",
        icon="group",
        kept=True,
    ),
)


registries.palette.register(
    "dossiers.reading_rules",
    PaletteAction(
        "dossiers.reading_rules", _("Reading after a transfer"), "dossiers:reading_rules", access.may_read_reading_rules, 335, "swap"
    ),
)


def _transfer_url(subject: SubjectRef) -> str:
    return reverse("dossiers:transfer_answer", args=[transfer_by_id(subject.id).uuid])


def _transfers(actor: Actor) -> Any:
    return Transfer.objects.visible_to(actor).select_related("dossier")


registries.screens.register("dossiers.transfer", Screen("dossiers.transfer", _("Transfer to your service"), _transfer_url))
registries.subject_links.register(
    "transfer",
    row_links(
        _transfers,
        name=lambda row: row.dossier.number,
        url=lambda row: reverse("dossiers:transfer_answer", args=[row.uuid]),
        number=lambda row: row.dossier.number,
    ),
)
registries.file_names.register("dossiers", names_of_files)
registries.absences.register("dossiers", absences_of)
registries.file_persons.register("dossiers", lambda dossier_id: [row.person_id for row in members_at(dossier_id)])


# Agents, and those who leave -------------------------------------------------------------------------------------------
registries.menu.register(
    "dossiers.agents",
    MenuEntry(
        key="dossiers.agents",
        label=_("Agents"),
        icon="group",
        url_name="dossiers:agents",
        access=access.may_lead_agents,
        order=870,
        prefix="/agents/",
    ),
)
registries.palette.register(
    "dossiers.agent_own",
    PaletteAction("dossiers.agent_own", _("My specialities and my quota"), "dossiers:agent_own", access.may_read_agent, 330, "user"),
)


def _departure_url(subject: SubjectRef) -> str:
    return reverse("dossiers:departure", args=[departure_by(pk=subject.id).uuid])


def _departures(actor: Actor) -> Any:
    return Departure.objects.visible_to(actor).select_related("account")


registries.screens.register("dossiers.departure", Screen("dossiers.departure", _("Hand-overs to sign"), _departure_url))
registries.subject_links.register(
    "departure",
    row_links(_departures, name=lambda row: row.account.display_name, url=lambda row: reverse("dossiers:departure", args=[row.uuid])),
)


def _hold_url(subject: SubjectRef) -> str:
    return reverse("dossiers:hold", args=[uuid_of(subject.id)])


registries.screens.register("dossiers.hold", Screen("dossiers.hold", _("Hold back from destruction"), _hold_url))
