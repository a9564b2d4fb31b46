"""The 360° sheet: everything that this reader may know of the household on one page to print; and the state of a day for a court."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from parvis.contacts.api import display_names
from parvis.kernel import asof, clock, memo
from parvis.kernel.actor import Actor
from parvis.kernel.asof import PastView
from parvis.kernel.registries import SheetLine, SheetPart
from parvis.ui import formats, stepup
from parvis.ui.http import page, screen

from .. import access
from ..evidence import digest_of, proof_of
from ..models import Dossier
from ..past import as_it_stood
from ..sheet import Part, members_on, parts_for
from ..statepaper import State, note_extract, render
from ._common import asked_day, crumbs, visible

ONLY_TODAY = "deadlines"


@screen(access=access.can_read_dossiers)
def sheet(request: HttpRequest, uuid: UUID) -> HttpResponse:
    dossier = visible(request, uuid)
    view = asof.view()
    if view is not None and not as_it_stood(dossier, view):
        return page(request, "dossiers/not_yet.html", {**crumbs(dossier), "day": view.day})
    today = asof.day()
    with memo.sharing():
        parts, hidden = parts_for(request.actor, dossier, today)  # type: ignore[attr-defined]
    return page(request, "dossiers/sheet.html", {**crumbs(dossier), "parts": parts, "hidden": hidden, "today": today, "view": view})


@screen(access=access.can_read_dossiers)
def state(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The dossier on a day (``on``), as it was known on a day (``known``), with the proof line of the journal: for a court."""
    dossier = visible(request, uuid)
    as_pdf = request.GET.get("as") == "pdf"
    if as_pdf:
        stepup.require(request, back=stepup.without(request, "as"))
    actor: Actor = request.actor  # type: ignore[attr-defined]
    today = clock.today()
    view = asof.view()
    if view is None:
        day, known = asked_day(request, "on") or today, asked_day(request, "known")
        view = PastView(min(day, today), known if known and known < today else None)
    with asof.reading(view), memo.sharing():
        if not as_it_stood(dossier, view):
            return page(request, "dossiers/not_yet.html", {**crumbs(dossier), "day": view.day})
        found = _state(actor, dossier, view)
        if as_pdf:
            return _pdf(actor, found)
        params = request.GET.copy()
        params["as"] = "pdf"
        context = {
            "dossier": dossier,
            "lead_name": found.name,
            "view": view,
            "known": found.known,
            "parts": found.parts,
            "hidden": found.hidden,
            "proof": found.proof,
            "digest": found.digest,
            "printed_at": found.printed_at,
            "pdf": "?" + params.urlencode(),
            "may_choose": asof.view() is None,
        }
        return page(request, "dossiers/state.html", context)


def _state(actor: Actor, dossier: Dossier, view: PastView) -> State:
    parts, hidden = parts_for(actor, dossier, view.day)
    named = {one.member.person_id: one.card.display_name for one in members_on(actor, dossier, view.day) if one.card is not None}
    name = named.get(dossier.lead_id) or display_names([dossier.lead_id]).get(dossier.lead_id, "?")
    parts = [_head(dossier), *(one for one in parts if one.part.key != ONLY_TODAY)]
    proof = proof_of(dossier, view)
    digest = digest_of(dossier, view, proof, [name], parts, hidden)
    return State(dossier, name, view, view.known or clock.today(), parts, hidden, proof, digest, clock.now())


def _pdf(actor: Actor, found: State) -> HttpResponse:
    """The same as on the page; who took it out, and for which day, is kept in the chain."""
    pdf = render(actor, found)
    note_extract(actor, found)
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{found.dossier.number}-{found.view.day.isoformat()}.pdf"'
    return response


def _head(dossier: Dossier) -> Part:
    lines = [
        SheetLine(_("Opened on"), formats.day(dossier.opened_on)),
        SheetLine(_("Service"), formats.label(dossier.unit.name)),
        SheetLine(_("State"), str(dossier.get_status_display()), formats.day(dossier.closed_on) if dossier.closed_on else ""),
    ]
    return Part(SheetPart("dossier", _("Dossier"), 0, lambda *_: [], access.can_read_dossiers, icon="folder"), lines)
