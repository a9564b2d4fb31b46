"""Who sees a file, who saw it and why: exceptional opening, reasons, the log, the simulation, sectors."""

from __future__ import annotations

import datetime as dt
import functools
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from parvis.contacts.api import Person
from parvis.identity.api import LookUp, Opening, Sector, may_audit, may_simulate
from parvis.kernel import clock, mutations, registries
from parvis.kernel.actor import Actor
from parvis.kernel.errors import Conflict, StepFirst
from parvis.kernel.subject import SubjectRef
from parvis.ui import stepup, typed
from parvis.ui.http import conflict, done, errors_on, invalid, local_url, page, screen
from parvis.ui.together import merged

from .. import access, lookups, simulation, transparency
from ..enums import DelayGround, DelayKind
from ..forms_access import DelayForm, ExceptionalForm, SectorsForm, SimulationForm, WhyForm
from ..models import Dossier
from ..selectors import dossier_by_number, dossier_by_uuid, log_delays, person_reading, reading_of, reads_of, running_delay, sectors_at
from ..services import grants as services
from ..services import kept_readings
from ..services.transparency import end_log_delay, set_log_delay
from ._common import crumbs, visible

PAGE = 50
TYPED = "exceptional_typed"


@screen(access=access.may_ask_opening, methods=("GET", "POST"), creates=True)
def exceptional(request: HttpRequest) -> HttpResponse:
    """Open a file outside one's scope: its exact number, a written reason, a set time."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    try:
        stepup.require(request)
    except StepFirst as step:
        if request.method == "POST":  # what was typed waits while the second factor is asked
            request.session[TYPED] = {name: request.POST.get(name, "")[:2000] for name in ("number", "reason")}
        raise StepFirst(step.url, back=step.back, keeps=False) from None
    kept = request.session.pop(TYPED, {}) if request.method == "GET" and TYPED in request.session else {}
    form = ExceptionalForm(request.POST if request.method == "POST" else None, initial={"number": request.GET.get("number", ""), **kept})
    context = {
        "form": form,
        "hours": settings.PARVIS["opening_hours"],
        "running": Opening.objects.filter(account=actor.account_id, expires_at__gt=clock.now(), ended_at__isnull=True),
    }
    if request.method == "POST":
        if form.is_valid():
            with errors_on(form):
                dossier = services.break_glass(actor=actor, number=form.cleaned_data["number"], reason=form.cleaned_data["reason"])
                return done(
                    request,
                    "dossiers:detail",
                    _("The file is open to you for a set time. Its referent, chief and auditor are told."),
                    dossier.uuid,
                )
        return invalid(request, "dossiers/exceptional.html", context)
    return page(request, "dossiers/exceptional.html", context)


@screen(access=lambda actor: actor.is_agent and bool(actor.grants), methods=("POST",))
def exceptional_end(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Close an exceptional opening before its time."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    opening = get_object_or_404(Opening, uuid=uuid)
    services.close_opening(actor=actor, opening=opening)
    where = reverse("dossiers:watch") if may_audit(actor) else "/desk/"
    return done(request, where, _("Closed. The file is no longer open to that agent."))


def _asked(actor: Actor, kind: str, uuid: UUID) -> Any:
    """What the agent wants to open, when it is within sight."""
    if kind == "dossier":
        found = Dossier.objects.visible_to(actor).filter(uuid=uuid).first() or _by_a_part(actor, uuid)
        return reading_of(actor, found.pk) if found is not None else None
    person = Person.objects.visible_to(actor).filter(uuid=uuid).first() if kind == "person" else None
    return person_reading(actor, person.pk) if person is not None else None


def _by_a_part(actor: Actor, uuid: UUID) -> Dossier | None:
    """A file that is not open to the agent, of which a request, proposal or payment is: the question is the file's."""
    found = dossier_by_uuid(uuid)
    seen = found is not None and any(sees(actor, found.pk) for sees in registries.dossier_parts.all())
    return found if seen else None


@screen(access=lambda actor: actor.is_agent and bool(actor.grants), methods=("GET", "POST"), creates=True)
def why(request: HttpRequest, kind: str, uuid: UUID) -> HttpResponse:
    """An unusual look-up: say why, then go on. Nothing of the file is shown before."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    facts = _asked(actor, kind, uuid)
    if facts is None:
        raise Http404(kind)
    default = reverse("dossiers:detail", args=[uuid]) if kind == "dossier" else "/desk/"
    back = local_url(request, request.POST.get("next") or request.GET.get("next"), default)
    kinds = lookups.unusual(actor, facts)
    form = WhyForm(request.POST if request.method == "POST" else None)
    context = {
        "form": form,
        "next": back,
        "kinds": [lookups.Unusual(one).label for one in kinds],
        "label": facts.label,
        "typed": typed.on_the_way(request, back),
    }
    if request.method == "POST":
        if form.is_valid():
            with errors_on(form):
                services.explain_look_up(
                    actor=actor, subject=facts.subject, label=facts.label, kinds=kinds or ["asked"], reason=form.cleaned_data["reason"]
                )
                return done(request, back)
        return invalid(request, "dossiers/why.html", context)
    return page(request, "dossiers/why.html", context)


def _responsible(request: HttpRequest, uuid: UUID, name: str) -> Dossier:
    """The file, for whoever answers for it; the rule is the one that the simulation asks."""
    dossier = visible(request, uuid)
    if not simulation.OF_THE_FILE[name](request.actor, dossier):  # type: ignore[attr-defined]
        raise Http404("dossier")
    return dossier


@screen(access=access.may_see_access_log)
def access_log(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Who opened this file, when and why; exceptional openings, and reasons given."""
    dossier = _responsible(request, uuid, "dossiers:access_log")
    before = int(request.GET["before"]) if request.GET.get("before", "").isdecimal() else None
    rows = reads_of(dossier.pk, limit=PAGE + 1, before=before)
    context = {
        **crumbs(dossier),
        "reads": [{"row": row, "why": lookups.why_of(row.purpose)} for row in rows[:PAGE]],
        "older": rows[PAGE - 1].pk if len(rows) > PAGE else None,
        "openings": Opening.objects.filter(subject_type="dossier", subject_id=dossier.pk).select_related("account")[:20],
        "left": kept_readings(dossier.pk),
        "today": clock.today(),
        "delays": log_delays(dossier.pk)[:20],
        "running": running_delay(dossier.pk),
        "rules": access.rules_on_delay(request.actor, dossier),  # type: ignore[attr-defined]
        "now": clock.now(),
    }
    return page(request, "dossiers/access_log.html", context)


@screen(access=access.may_see_access_log)
def access_print(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What the person sees of it, to print: the same list as on the portal, with names where the centre gives them."""
    dossier = _responsible(request, uuid, "dossiers:access_print")
    context = {
        **crumbs(dossier),
        "found": transparency.persons_list(dossier.pk, person_id=dossier.lead_id, on_paper=True),
        "today": clock.today(),
    }
    return page(request, "dossiers/access_print.html", context)


@screen(access=access.may_rule_on_delays, methods=("GET", "POST"), creates=True)
def access_delay(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Rule that the person sees the readings later, or not at all, for a time."""
    dossier = _responsible(request, uuid, "dossiers:access_delay")
    now = running_delay(dossier.pk)
    initial = {
        "ground": DelayGround.VIOLENCE, "kind": DelayKind.LATER, "from_day": clock.today(),
        "until": clock.today() + dt.timedelta(days=90), "seen": now.pk if now else None,
    }  # fmt: skip
    form = DelayForm(request.POST if request.method == "POST" else None, initial=initial)
    context = {**crumbs(dossier), "form": form, "running": now}
    if request.method != "POST":
        return page(request, "dossiers/access_delay.html", context)
    if form.is_valid():
        with errors_on(form):
            try:
                set_log_delay(actor=request.actor, dossier=dossier, **form.cleaned_data)  # type: ignore[attr-defined]
            except Conflict as error:
                labels = {name: form.fields[name].label for name in ("until", "reason")}
                return conflict(request, error, labels=labels, refresh={"seen": now.pk if now else ""})
            return done(request, "dossiers:access_log", _("Kept. The person's list follows it from now on."), dossier.uuid)
    return invalid(request, "dossiers/access_delay.html", context)


@screen(access=access.may_rule_on_delays, methods=("POST",))
def access_delay_end(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The danger is over."""
    dossier = _responsible(request, uuid, "dossiers:access_delay")
    now = running_delay(dossier.pk)
    if now is not None:
        end_log_delay(actor=request.actor, dossier=dossier, delay=now)  # type: ignore[attr-defined]
    return done(request, "dossiers:access_log", _("Ended. What was only late shows from now on."), dossier.uuid)


@screen(access=may_audit)
def watch(request: HttpRequest) -> HttpResponse:
    """The auditor's list: exceptional openings, and unusual look-ups with their reasons."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    everything = request.GET.get("state") == "all"
    before = int(request.GET["before"]) if request.GET.get("before", "").isdecimal() else None
    rows = LookUp.objects.select_related("account").order_by("-pk")
    rows = rows if everything else rows.filter(seen_at__isnull=True)
    found = list((rows.filter(pk__lt=before) if before else rows)[: PAGE + 1])
    context = {
        "openings": Opening.objects.select_related("account")[:PAGE],
        "rows": [
            {
                "row": row,
                "kinds": [lookups.Unusual(one).label for one in row.kinds.split(",") if one in lookups.Unusual.values],
                "own": row.account_id in actor.persons,
            }
            for row in found[:PAGE]
        ],
        "older": found[PAGE - 1].pk if len(found) > PAGE else None,
        "everything": everything,
        "now": clock.now(),
    }
    return page(request, "dossiers/watch.html", context)


@screen(access=may_audit, methods=("POST",))
def settle(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A look-up was examined."""
    row = get_object_or_404(LookUp, uuid=uuid)
    services.settle(actor=request.actor, look_up=row, finding=request.POST.get("finding", ""))  # type: ignore[attr-defined]
    return done(request, "dossiers:watch", _("Noted as examined."))


@screen(access=may_simulate)
def simulate(request: HttpRequest) -> HttpResponse:
    """What does this agent see of this file, and why: without the content of the file."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    asked = bool(request.GET.get("account"))
    form = SimulationForm(request.GET if asked else None, initial={"day": clock.today(), "number": request.GET.get("number", "")})
    found = None
    if asked and form.is_valid():
        dossier = dossier_by_number(form.cleaned_data["number"])
        if dossier is None:
            form.add_error("number", _("No file has this number."))
        else:
            mutations.record_read(actor=actor, subject=SubjectRef("dossier", dossier.pk), screen=lookups.SIMULATED)
            found = simulation.simulate(form.cleaned_data["account"], dossier, form.cleaned_data["day"])
            return page(
                request, "dossiers/simulate.html", {"form": form, "found": found, "dossier": dossier, "day": form.cleaned_data["day"]}
            )
    if asked and form.errors:
        return invalid(request, "dossiers/simulate.html", {"form": form, "found": None})
    return page(request, "dossiers/simulate.html", {"form": form, "found": found})


@screen(access=access.may_set_sector, methods=("GET", "POST"), writes=True)
def sector(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The sectors of a file: they narrow who sees it."""
    dossier = visible(request, uuid)
    now = sectors_at(dossier.pk)
    make = functools.partial(
        SectorsForm,
        sectors=Sector.objects.filter(is_active=True),
        initial={"sectors": [row.sector_id for row in now], "valid_from": clock.today()},
    )
    sent = merged(request, make(None), subject=SubjectRef("dossier", dossier.pk)) if request.method == "POST" else None
    form = make(sent)
    context = {**crumbs(dossier), "form": form, "none": not Sector.objects.filter(is_active=True).exists()}
    if request.method == "POST":
        if form.is_valid():
            with errors_on(form):
                services.set_sectors(
                    actor=request.actor,  # type: ignore[attr-defined]
                    dossier=dossier,
                    sectors=list(form.cleaned_data["sectors"]),
                    valid_from=form.cleaned_data["valid_from"],
                )
                return done(request, reverse("dossiers:index"), _("The sectors of the file are kept."))
        return invalid(request, "dossiers/sector.html", context)
    return page(request, "dossiers/sector.html", context)
