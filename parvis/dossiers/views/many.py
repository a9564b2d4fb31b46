"""One gesture for many dossiers of the list."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from parvis.identity.api import Account, Function, agents_with
from parvis.kernel.actor import Actor
from parvis.ui import bulk, formats
from parvis.ui.http import screen

from .. import access, services
from ..custom_uses import with_custom
from ..errors import InvalidDossier
from ..forms import GiveForm
from ..grids import DOSSIERS, listed, referent_name
from ..models import Dossier


def _agents(rows: list[Dossier]) -> dict[int, dict[int, Account]]:
    """Who may follow the files of each service, two queries a service."""
    units = {row.unit_id: row.unit for row in rows}
    return {
        key: {one.pk: one for function in (Function.SOCIAL_WORKER, Function.CHIEF) for one in agents_with(function, unit)}
        for key, unit in units.items()
    }


@screen(access=access.can_give_many, methods=("GET", "POST"), creates=True)
def give(request: HttpRequest) -> HttpResponse:
    """Several dossiers to one colleague, from a day on: shown first, then each on its own (A23)."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if request.method != "POST":
        return bulk.back(request, "dossiers:index")
    own, rows = with_custom(DOSSIERS, listed(actor), actor)  # "all that match" obeys the own filters too
    grid = own.read(request, rows)
    chosen = bulk.picked(request, grid)
    by_unit = _agents(chosen.rows)
    agents = {pk: one for found in by_unit.values() for pk, one in found.items()}
    choices = [(str(one.pk), one.display_name) for one in sorted(agents.values(), key=lambda one: (one.display_name, one.pk))]
    form = GiveForm(request.POST if bulk.is_sure(request) else None, agents=[("", "—"), *choices])

    def does(row: Dossier) -> str:
        now = referent_name(row)
        return _("followed by %(who)s until now") % {"who": now} if now else _("followed by nobody until now")

    if not bulk.is_sure(request) or not form.is_valid():
        return bulk.confirm(
            request, grid, chosen, title=_("Give dossiers to a colleague"), name=_name, does=does, form=form, button=_("Give them")
        )
    heir = agents[int(form.cleaned_data["account"])]
    start = form.cleaned_data["valid_from"]

    def do(row: Dossier) -> Any:
        if heir.pk not in by_unit[row.unit_id]:
            raise InvalidDossier(_("This colleague does not work in the service of this dossier."), field="account", code="other_unit")
        services.assign_referent(actor=actor, dossier=row, account=heir, valid_from=start, expected=row.version)
        return _("followed by %(who)s from %(day)s") % {"who": heir.display_name, "day": formats.day(start)}

    outcomes = bulk.run(chosen, do, name=_name, url=lambda row: reverse("dossiers:detail", args=[row.uuid]))
    return bulk.report(request, grid, outcomes, title=_("Dossiers given to %(who)s") % {"who": heir.display_name})


def _name(row: Dossier) -> str:
    person = row.lead.index.display_name if row.lead_id and row.lead is not None else ""
    return f"{row.number} · {person}" if person else row.number
