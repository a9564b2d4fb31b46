"""Agents and services that act for a household, past and present."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from parvis.identity.api import Account, agents_with
from parvis.identity.enums import Function
from parvis.kernel import asof, clock
from parvis.kernel.scope import may_see
from parvis.ui.http import done, errors_on, invalid, page, screen

from .. import access, services
from ..forms import EndForm
from ..forms_life import InterventionForm
from ..models import Intervention
from ..selectors import interventions_of
from ._common import crumbs, visible


def _reads(actor: object) -> bool:
    return access.can_read_dossiers(actor) and may_see(actor, "social")  # type: ignore[arg-type]


def _agents() -> dict[int, Account]:
    found = {one.pk: one for function in (Function.SOCIAL_WORKER, Function.CHIEF, Function.LAWYER) for one in agents_with(function)}
    return dict(sorted(found.items(), key=lambda one: (one[1].display_name, one[0])))


@screen(access=_reads, methods=("GET", "POST"), creates=True)
def interventions(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Who does what, since when; and a line more for whoever writes in the dossier."""
    dossier = visible(request, uuid)
    actor = request.actor  # type: ignore[attr-defined]
    view = asof.view()
    may_write = view is None and access.can_write_situation(actor) and dossier.status == "open" and not access.only_reads(actor, dossier)
    agents = _agents() if may_write else {}
    form = InterventionForm(
        request.POST if request.method == "POST" else None, agents=[(str(pk), one.display_name) for pk, one in agents.items()]
    )
    today = asof.day()
    # On a past day, those that had begun; one that was to end later ran.
    rows = [row for row in interventions_of(actor, dossier.pk, asof.known_on()) if view is None or row.valid_from <= today]
    context = {
        **crumbs(dossier),
        "form": form,
        "may_write": may_write,
        "current": [row for row in rows if row.valid_to > today],
        "past": [row for row in rows if row.valid_to <= today],
    }
    if request.method == "POST":
        if form.is_valid():
            data = form.cleaned_data
            with errors_on(form):
                services.record_intervention(
                    actor=actor,
                    dossier=dossier,
                    role=data["role"],
                    account=agents.get(int(data["account"])) if data["account"] else None,
                    service=data["service"],
                    note=data["note"],
                    valid_from=data["valid_from"],
                    valid_to=form.end,
                )
                return done(request, "dossiers:interventions", _("Noted: it stands beside the others."), dossier.uuid)
        return invalid(request, "dossiers/interventions.html", context)
    return page(request, "dossiers/interventions.html", context)


@screen(access=access.can_write_situation, methods=("GET", "POST"), writes=True)
def intervention_end(request: HttpRequest, uuid: UUID, item: UUID) -> HttpResponse:
    dossier = visible(request, uuid)
    rows = Intervention.objects.visible_to(request.actor).filter(dossier=dossier, item=item, live=1)  # type: ignore[attr-defined]
    row = rows.select_related("dossier", "account").order_by("-valid_from", "-pk").first()
    if row is None:
        raise Http404("intervention")
    form = EndForm(request.POST if request.method == "POST" else None, initial={"last_day": clock.today()})
    context = {**crumbs(dossier), "form": form, "row": row}
    if request.method == "POST":
        if form.is_valid():
            with errors_on(form):
                services.end_intervention(actor=request.actor, row=row, on=form.on)  # type: ignore[attr-defined]
                return done(request, "dossiers:interventions", _("Ended."), dossier.uuid)
        return invalid(request, "dossiers/intervention_end.html", context)
    return page(request, "dossiers/intervention_end.html", context)
