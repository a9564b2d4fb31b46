"""One gesture for many dossiers of the list."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.identity.api import Account
from parvis.kernel.actor import Actor
from parvis.ui import bulk, formats
from parvis.ui.http import screen

from .. import access, services
from ..agents.calculations import Need, rank
from ..agents.selectors import candidates, in_words, label_of, speciality_of, workers_of
from ..custom_lists import with_custom
from ..enums import ReferentRole
from ..errors import InvalidDossier
from ..forms import GiveForm
from ..grids import DOSSIERS, listed, referent_name
from ..models import Dossier
from ..services.meetings import meetings_to_come


def _agents(rows: list[Dossier]) -> dict[int, dict[int, Account]]:
    """Who may follow the files of each service, two queries a service."""
    return {key: workers_of(unit)[0] for key, unit in {row.unit_id: row.unit for row in rows}.items()}


def _choices(agents: dict[int, Account]) -> list[tuple[str, str]]:
    """Those with most room first, each with the load; who is absent or full last, and why."""
    need = Need()
    ranked = rank(need, candidates(agents.values()))
    return [(str(one.agent.id), label_of(one)) for one in in_words(need, ranked)]


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
    form = GiveForm(request.POST if bulk.is_sure(request) else None, agents=[("", "—"), *_choices(agents)])

    coming = {} if bulk.is_sure(request) else meetings_to_come([row.pk for row in chosen.rows])

    def does(row: Dossier) -> str:
        now = referent_name(row)
        told = _("followed by %(who)s until now") % {"who": now} if now else _("followed by nobody until now")
        number = coming.get(row.pk, 0)
        more = ngettext("%(n)s appointment to come goes along", "%(n)s appointments to come go along", number) % {"n": number}
        return f"{told} · {more}" if number else told

    if not bulk.is_sure(request) or not form.is_valid():
        return bulk.confirm(
            request, grid, chosen, title=_("Give dossiers to a colleague"), name=_name, does=does, form=form, button=_("Give them")
        )
    heir = agents[int(form.cleaned_data["account"])]
    start = form.cleaned_data["valid_from"]

    def do(row: Dossier) -> Any:
        if heir.pk not in by_unit[row.unit_id]:
            raise InvalidDossier(_("This colleague does not work in the service of this dossier."), field="account", code="other_unit")
        services.choose_referent(
            actor=actor,
            dossier=row,
            account=heir,
            role=ReferentRole.MAIN,
            valid_from=start,
            expected=row.version,
            speciality=speciality_of(row.pk),
            note=form.cleaned_data["note"],
        )
        return _("followed by %(who)s from %(day)s") % {"who": heir.display_name, "day": formats.day(start)}

    outcomes = bulk.run(chosen, do, name=_name, url=lambda row: reverse("dossiers:detail", args=[row.uuid]))
    return bulk.report(request, grid, outcomes, title=_("Dossiers given to %(who)s") % {"who": heir.display_name})


def _name(row: Dossier) -> str:
    person = row.lead.index.display_name if row.lead_id and row.lead is not None else ""
    return f"{row.number} · {person}" if person else row.number
