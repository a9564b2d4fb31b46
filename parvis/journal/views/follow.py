"""What follows from entries: the next step done, what comes back ended, objectives, urgent marks."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from parvis.dossiers.api import only_reads
from parvis.kernel import asof, clock
from parvis.kernel.actor import Actor
from parvis.ui.http import done, errors_on, invalid, page, screen
from parvis.workflows.api import may_do

from .. import access, services
from ..enums import EntryKind, ObjectiveStatus
from ..forms import ObjectiveForm, UrgentForm
from ..models import Action, Entry, Turn, Urgency
from ..selectors import objectives_of, seen_of, syntheses_of, turn_by, urgent_mark, urgent_now, urgent_then
from ..services.actions import item_of
from ..services.marks import urgent_days
from ._common import blank_form, name_of, read, visible


@screen(access=access.can_write_entry, methods=("GET", "POST"), creates=True)
def action(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A planned step is done: a word says how, becomes an entry, and may carry the next step (B39)."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    turn = turn_by(uuid=uuid)
    item = item_of(turn) if turn is not None else None
    if turn is None or item is None or not may_do(actor, item):
        raise Http404("turn")
    source = Entry.objects.visible_to(actor).filter(pk=turn.action.entry_id).first()
    if turn.action.entry.restricted and source is None:
        raise Http404("turn")
    dossier = visible(request, turn.action.entry.dossier.uuid)
    form = blank_form(request, dossier, full=True, initial={"kind": _same(turn)})
    form.fields["text"].label = _("How it went")
    context = {
        "dossier": dossier,
        "lead_name": name_of(dossier),
        "turn": turn,
        "item": item,
        "source": source,
        "form": form,
        "comes_back": bool(turn.action.every) and turn.action.ended_at is None,
    }
    if request.method == "POST" and item.is_open:
        if form.is_valid():
            with errors_on(form):
                services.write_down(actor=actor, dossier=dossier, answers=turn, **form.values(actor))
                return done(request, reverse("journal:index", args=[dossier.uuid]), _("Done, and told in the journal."))
        return invalid(request, "journal/action.html", context)
    return page(request, "journal/action.html", context)


def _same(turn: Turn) -> str:
    kind = turn.action.entry.kind
    return str(kind if kind in {EntryKind.CALL, EntryKind.VISIT, EntryKind.MAIL, EntryKind.INTERVIEW} else EntryKind.NOTE)


@screen(access=access.can_write_entry, methods=("POST",))
def end_action(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """It does not come back any more."""
    actor = request.actor  # type: ignore[attr-defined]
    found = Action.objects.visible_to(actor).select_related("entry__dossier").filter(uuid=uuid).first()
    if found is None:
        raise Http404("action")
    services.end_action(actor=actor, action=found)
    return done(request, reverse("journal:index", args=[found.entry.dossier.uuid]), _("It does not come back any more."))


@screen(access=access.can_read_journal)
def objectives(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Objectives with where they stand, syntheses, two of them side by side (B31)."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    dossier = visible(request, uuid)
    found, syntheses = objectives_of(actor, dossier), syntheses_of(actor, dossier)
    services.note_opened(actor=actor, entries=[*(one.entry for one in found), *syntheses])
    chosen = [one for wanted in ("a", "b") for one in syntheses if str(one.uuid) == request.GET.get(wanted)]
    pair = chosen if len(chosen) == 2 else list(reversed(syntheses[:2])) if len(syntheses) > 1 else []
    context = {
        "dossier": dossier,
        "lead_name": name_of(dossier),
        "objectives": [{"one": one, "form": ObjectiveForm(auto_id=f"o{one.entry.pk}_%s", initial=_standing(one))} for one in found],
        "syntheses": syntheses,
        "pair": pair,
        "may_write": asof.view() is None and access.can_write_entry(actor) and not only_reads(actor, dossier),
        "open": ObjectiveStatus.OPEN,
    }
    return page(request, "journal/objectives.html", context)


def _standing(one: Any) -> dict[str, Any]:
    return {"state": one.last.state, "review_on": one.last.review_on} if one.last else {}


@screen(access=access.can_write_entry, methods=("GET", "POST"))
def objective(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Say where an objective stands."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    entry = Entry.objects.visible_to(actor).select_related("dossier__unit", "dossier__lead__index").filter(uuid=uuid).first()
    if entry is None or entry.kind != EntryKind.OBJECTIVE:
        raise Http404("objective")
    read(request, entry.dossier)
    services.note_opened(actor=actor, entries=[entry])
    last = next((one for one in objectives_of(actor, entry.dossier) if one.entry.pk == entry.pk), None)
    form = ObjectiveForm(request.POST if request.method == "POST" else None, initial=_standing(last))
    context = {"dossier": entry.dossier, "lead_name": name_of(entry.dossier), "entry": entry, "last": last, "form": form}
    if request.method == "POST":
        if form.is_valid():
            data = form.cleaned_data
            with errors_on(form):
                services.objective_is(actor=actor, entry=entry, state=data["state"], note=data["note"], review_on=data["review_on"])
                return done(request, reverse("journal:objectives", args=[entry.dossier.uuid]), _("Written down."))
        return invalid(request, "journal/objective.html", context)
    return page(request, "journal/objective.html", context)


@screen(access=access.can_write_entry, methods=("GET", "POST"), creates=True)
def urgent(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Mark a dossier urgent; where it is, who saw the mark, and settle it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    dossier = visible(request, uuid)
    mark = urgent_mark(actor, dossier.pk)
    back = reverse("dossiers:detail", args=[dossier.uuid])
    form = UrgentForm(request.POST if request.method == "POST" and mark is None else None)
    if request.method == "POST":
        if mark is not None and "settle" in request.POST:
            services.settle_urgent(actor=actor, mark=mark, note=request.POST.get("note", ""))
            return done(request, back, _("No longer urgent."))
        if mark is None and form.is_valid():
            with errors_on(form):
                services.raise_urgent(
                    actor=actor, dossier=dossier, reason=form.cleaned_data["reason"], last_on=form.cleaned_data["last_on"]
                )
                return done(request, back, _("Marked as urgent."))
        elif mark is not None:
            return done(request, back, _("This dossier is marked urgent already."))
    if mark is not None:
        services.see_urgent(actor=actor, marks=[mark])
    context = {
        "dossier": dossier,
        "lead_name": name_of(dossier),
        "mark": mark,
        "seen": seen_of([mark])[:100] if mark else [],
        "form": form,
        "days": urgent_days(clock.today()),
    }
    if request.method == "POST":
        return invalid(request, "journal/urgent.html", context)
    return page(request, "journal/urgent.html", context)


@screen(access=access.can_read_journal)
def urgencies(request: HttpRequest) -> HttpResponse:
    """Everything urgent that the reader may open: the list for whoever is on call (B6)."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    view = asof.view()
    marks: list[Urgency] = urgent_now(actor) if view is None else urgent_then(actor, view)
    if view is None:
        services.see_urgent(actor=actor, marks=marks)
    seen: dict[int, int] = {}
    for row in seen_of(marks):
        seen[row.urgency_id] = seen.get(row.urgency_id, 0) + 1
    rows = [{"mark": mark, "name": name_of(mark.dossier), "seen": seen.get(mark.pk, 0)} for mark in marks]
    return page(request, "journal/urgencies.html", {"rows": rows, "view": view, "today": asof.day()})
