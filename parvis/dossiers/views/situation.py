"""The situation: its lines with their periods and sources, a new line, a new version, an end."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from parvis.contacts.api import Person, display_names
from parvis.kernel import asof, clock
from parvis.kernel.errors import Conflict
from parvis.ui.http import conflict, done, errors_on, invalid, page, screen
from parvis.ui.origins import name_origins

from .. import access, services
from ..forms import EndForm, SituationForm
from ..models import Dossier, SituationFact
from ..panels import situation_groups
from ._common import crumbs, member_choices, visible


def _reads(actor: Any) -> bool:
    from parvis.kernel.scope import may_see

    return access.can_read_dossiers(actor) and may_see(actor, "social")


@screen(access=_reads)
def listing(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Every line known now, with the ones that ended."""
    dossier = visible(request, uuid)
    actor = request.actor  # type: ignore[attr-defined]
    found = SituationFact.objects.visible_to(actor).filter(dossier=dossier).known(asof.known_on())
    if (view := asof.view()) is not None:
        found = found.filter(valid_from__lte=view.day)
    rows = list(found.order_by("kind", "-valid_from", "pk"))
    name_origins(actor, rows)
    today = asof.day()
    context = {
        **crumbs(dossier),
        "current": situation_groups([row for row in rows if row.valid_to > today]),
        "ended": situation_groups([row for row in rows if row.valid_to <= today]),
        "names": display_names([row.person_id for row in rows if row.person_id]),
        "hidden": [str(kind.label) for kind in access.hidden_kinds(actor)],
        "may_write": view is None
        and access.can_write_situation(actor)
        and dossier.status == "open"
        and not access.only_reads(actor, dossier),
    }
    return page(request, "dossiers/situation.html", context)


@screen(access=access.can_write_situation, methods=("GET", "POST"), creates=True)
def add(request: HttpRequest, uuid: UUID) -> HttpResponse:
    dossier = visible(request, uuid)
    form = blank_form(request, dossier)
    context = {**crumbs(dossier), "form": form, "title": _("Add to the situation")}
    if request.method == "POST":
        if form.is_valid():
            with errors_on(form):
                _write(request, dossier, form)
                return done(request, "dossiers:detail", _("Added to the situation."), dossier.uuid)
        return invalid(request, "dossiers/situation_form.html", context)
    return page(request, "dossiers/situation_form.html", context)


@screen(access=access.can_write_situation, methods=("GET", "POST"), writes=True)
def edit(request: HttpRequest, uuid: UUID, item: UUID) -> HttpResponse:
    """A new version from a day on; the line of before stays for the days before."""
    dossier = visible(request, uuid)
    row = _line(request, dossier, item)
    name_origins(request.actor, [row])  # type: ignore[attr-defined]
    initial = {
        "kind": row.kind,
        "label": row.label,
        "person": row.person_id or "",
        "amount": row.amount,
        "periodicity": row.periodicity,
        "valid_from": max(row.valid_from, min(clock.today(), row.valid_to)) if row.is_open else row.valid_from,
        "source": row.source,
        "source_ref": row.origin.text,
        "version": dossier.version,
    }
    form = SituationForm(
        request.POST if request.method == "POST" else None,
        initial=initial,
        actor=request.actor,  # type: ignore[attr-defined]
        members=member_choices(dossier),
    )
    context = {**crumbs(dossier), "form": form, "row": row, "title": _("Change a line of the situation")}
    if request.method == "POST":
        if form.is_valid():
            try:
                with errors_on(form):
                    if form.cleaned_data["source_ref"] == row.origin.text:
                        form.cleaned_data["source_ref"] = row.source_ref  # the words shown for a key of the house are not a new source
                    _write(request, dossier, form, item=item, expected=form.cleaned_data["version"])
                    return done(request, "dossiers:situation", _("Changed. The line of before stays for the days before."), dossier.uuid)
            except Conflict as error:
                dossier.refresh_from_db(fields=["version"])
                return conflict(request, error, form=form, refresh={"version": dossier.version})
        return invalid(request, "dossiers/situation_form.html", context)
    return page(request, "dossiers/situation_form.html", context)


@screen(access=access.can_write_situation, methods=("GET", "POST"), writes=True)
def end(request: HttpRequest, uuid: UUID, item: UUID) -> HttpResponse:
    dossier = visible(request, uuid)
    row = _line(request, dossier, item)
    form = EndForm(request.POST if request.method == "POST" else None, initial={"last_day": clock.today(), "version": dossier.version})
    context = {**crumbs(dossier), "form": form, "row": row, "title": _("End a line of the situation")}
    if request.method == "POST":
        if form.is_valid():
            try:
                with errors_on(form):
                    services.end_situation(actor=request.actor, row=row, on=form.on, expected=form.cleaned_data["version"])  # type: ignore[attr-defined]
                    return done(request, "dossiers:situation", _("Ended."), dossier.uuid)
            except Conflict as error:
                dossier.refresh_from_db(fields=["version"])
                labels = {"label": _("In a few words"), "amount": _("Amount")}
                return conflict(request, error, labels=labels, refresh={"version": dossier.version})
        return invalid(request, "dossiers/situation_end.html", context)
    return page(request, "dossiers/situation_end.html", context)


def blank_form(request: HttpRequest, dossier: Dossier) -> SituationForm:
    data = request.POST if request.method == "POST" else None
    return SituationForm(data, actor=request.actor, members=member_choices(dossier), auto_id="situation_%s")  # type: ignore[attr-defined]


def _line(request: HttpRequest, dossier: Dossier, item: UUID) -> SituationFact:
    rows = SituationFact.objects.visible_to(request.actor).filter(dossier=dossier, item=item, live=1)  # type: ignore[attr-defined]
    row = rows.select_related("dossier").order_by("-valid_from", "-pk").first()
    if row is None:
        raise Http404("situation")
    return row


def _write(request: HttpRequest, dossier: Dossier, form: SituationForm, **more: Any) -> SituationFact:
    data = form.cleaned_data
    person = Person.objects.visible_to(request.actor).filter(pk=int(data["person"])).first() if data["person"] else None  # type: ignore[attr-defined]
    return services.record_situation(
        actor=request.actor,  # type: ignore[attr-defined]
        dossier=dossier,
        kind=data["kind"],
        label=data["label"],
        person=person,
        amount=data["amount"],
        periodicity=data["periodicity"],
        valid_from=data["valid_from"],
        valid_to=form.end,
        source=data["source"],
        source_ref=data["source_ref"],
        **more,
    )
