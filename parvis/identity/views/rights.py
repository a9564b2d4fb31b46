"""Administration of rights: which function sees which class of data, and the sectors. For administrators only."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from parvis.kernel import clock
from parvis.kernel.scope import DATA_CLASSES, data_classes
from parvis.kernel.subject import SubjectRef
from parvis.ui.http import done, errors_on, invalid, page, screen
from parvis.ui.together import merged

from ..access import may_administer
from ..enums import DataClass, Function
from ..forms import AgentSectorForm, NewSectorForm, RightsForm, SectorForm
from ..models import AgentSector, ClassRight, Sector
from ..rights import class_functions
from ..services import rights as services
from .admin import history


def _table(shown: dict[str, set[str]]) -> list[dict[str, Any]]:
    """Functions down, classes across; each cell says whether it differs from the product's default."""
    defaults = {name: {str(one) for one in functions} for name, functions in data_classes().items()}
    return [
        {
            "label": function.label,
            "cells": [
                {
                    "name": f"{name}:{function}",
                    "label": f"{function.label}: {DataClass(name).label}",
                    "short": DataClass(name).label,
                    "on": function in shown[name],
                    "differs": (function in shown[name]) != (function in defaults[name]),
                }
                for name in DATA_CLASSES
            ],
        }
        for function in Function
    ]


def _context(request: HttpRequest, form: RightsForm, shown: dict[str, set[str]], kept: dict[str, set[str]]) -> dict[str, Any]:
    today = clock.today()
    return {
        "form": form,
        "table": _table(shown),
        "classes": [{"label": DataClass(name).label, "help": DataClass(name).help} for name in DATA_CLASSES],
        "expected": " ".join(f"{name}:{function}" for name in DATA_CLASSES for function in sorted(kept[name])),
        "coming": ClassRight.objects.filter(valid_from__gt=today, valid_to__gt=today).order_by("valid_from", "pk")[:20],
        "history": history(services.RIGHTS),
    }


def _pairs(texts: list[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {name: set() for name in DATA_CLASSES}
    for text in texts:
        name, _sep, function = text.partition(":")
        if name in found:
            found[name].add(function)
    return found


@screen(access=may_administer, methods=("GET", "POST"), writes=True)
def rights(request: HttpRequest) -> HttpResponse:
    """One table: functions × classes of data, from a day on."""
    if request.method != "POST":
        now = class_functions(clock.today())
        return page(request, "identity/rights.html", _context(request, RightsForm(initial={"valid_from": clock.today()}), now, now))
    form = RightsForm(request.POST)
    wanted, expected = _pairs(request.POST.getlist("right")), _pairs(request.POST.get("expected", "").split())
    if form.is_valid():
        with errors_on(form):
            changed = services.set_class_rights(
                actor=request.actor,  # type: ignore[attr-defined]
                rights=wanted,
                valid_from=form.cleaned_data["valid_from"],
                expected=expected if request.POST.get("expected") else None,
            )
            message = _("The rights are kept. They work from the next page of each person on.") if changed else _("Nothing to change.")
            return done(request, "identity:rights", message)
    return invalid(request, "identity/rights.html", _context(request, form, wanted, expected))


@screen(access=may_administer)
def sectors(request: HttpRequest) -> HttpResponse:
    """Fields of work that narrow who sees which file."""
    today = clock.today()
    in_it = Q(agents__valid_from__lte=today, agents__valid_to__gt=today, agents__account__is_active=True)
    rows = Sector.objects.annotate(agent_count=Count("agents__account", filter=in_it, distinct=True))
    return page(request, "identity/sectors.html", {"rows": rows})


@screen(access=may_administer, methods=("GET", "POST"), creates=True)
def new_sector(request: HttpRequest) -> HttpResponse:
    form = NewSectorForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return page(request, "identity/new_sector.html", {"form": form})
    if form.is_valid():
        with errors_on(form):
            sector = services.create_sector(
                actor=request.actor,  # type: ignore[attr-defined]
                code=form.cleaned_data["code"],
                name=form.names(),
                reserved=form.cleaned_data["reserved"],
            )
            return done(request, reverse("identity:sector", args=[sector.uuid]), _("The sector is made. Add its agents."))
    return invalid(request, "identity/new_sector.html", {"form": form})


def _sector_form(sector: Sector) -> SectorForm:
    initial = {f"name_{code}": sector.name.get(code, "") for code in ("fr", "nl", "de", "en")}
    return SectorForm(initial=initial | {"reserved": sector.reserved, "is_active": sector.is_active})


def _sector_page(request: HttpRequest, sector: Sector, **forms: Any) -> dict[str, Any]:
    today = clock.today()
    return {
        "sector": sector,
        "form": forms.get("form") or _sector_form(sector),
        "agent_form": forms.get("agent_form") or AgentSectorForm(prefix="agent"),
        "refusal": forms.get("refusal", ""),
        "agents": sector.agents.filter(valid_to__gt=today).select_related("account").order_by("account__display_name", "pk"),
        "today": today,
        "history": history(SubjectRef("sector", sector.pk)),
    }


@screen(access=may_administer, methods=("GET", "POST"), writes=True)
def sector(request: HttpRequest, uuid: Any) -> HttpResponse:
    shown = get_object_or_404(Sector, uuid=uuid)
    if request.method != "POST":
        return page(request, "identity/sector.html", _sector_page(request, shown))
    form = SectorForm(merged(request, _sector_form(shown), subject=SubjectRef("sector", shown.pk)))
    if form.is_valid():
        with errors_on(form):
            services.update_sector(
                actor=request.actor,  # type: ignore[attr-defined]
                sector=shown,
                name=form.names(),
                reserved=form.cleaned_data["reserved"],
                is_active=form.cleaned_data["is_active"],
            )
            return done(request, reverse("identity:sector", args=[shown.uuid]), _("The sector is kept."))
    return invalid(request, "identity/sector.html", _sector_page(request, shown, form=form))


@screen(access=may_administer, methods=("POST",), creates=True)
def sector_agent(request: HttpRequest, uuid: Any) -> HttpResponse:
    """An agent works in the sector."""
    shown = get_object_or_404(Sector, uuid=uuid)
    form = AgentSectorForm(request.POST, prefix="agent")
    if form.is_valid():
        last = form.cleaned_data["last_day"]
        with errors_on(form):
            services.add_agent_to_sector(
                actor=request.actor,  # type: ignore[attr-defined]
                account=form.cleaned_data["account"],
                sector=shown,
                valid_from=form.cleaned_data["valid_from"],
                valid_to=last + dt.timedelta(days=1) if last else None,
            )
            return done(request, reverse("identity:sector", args=[shown.uuid]), _("The agent works in this sector."))
    return invalid(request, "identity/sector.html", _sector_page(request, shown, agent_form=form))


@screen(access=may_administer, methods=("POST",))
def sector_agent_end(request: HttpRequest, uuid: Any) -> HttpResponse:
    """The agent no longer works in the sector."""
    row = get_object_or_404(AgentSector.objects.select_related("sector", "account"), uuid=uuid)
    with_sector = reverse("identity:sector", args=[row.sector.uuid])
    services.end_agent_sector(actor=request.actor, row=row)  # type: ignore[attr-defined]
    return done(request, with_sector, _("The agent no longer works in this sector."))
