"""The register, one request, its receipt, the correction of its day."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from parvis.documents.api import documents_of, documents_then, read_bytes
from parvis.dossiers.api import Dossier
from parvis.form_engine import api as forms
from parvis.kernel import asof, clock
from parvis.kernel.actor import Actor
from parvis.kernel.scope import may_see
from parvis.kernel.subject import SubjectRef
from parvis.ui.backlog import figure
from parvis.ui.http import done, errors_on, invalid, page, screen
from parvis.workflows import api as workflows

from .. import access, services
from ..enums import UNDECIDED
from ..forms import AidForm, CorrectForm
from ..grids import REGISTER, listed
from ..models import Request
from ..past import as_it_stood, clocks_then, listed_then, register_then, stages_then
from ..selectors import clocks_for, lines_of_request, marks_of
from ..shown import sections as sections_shown
from ._common import take_code, visible


@screen(access=access.can_read, parts={"register": "ui/components/grid.html"})
def index(request: HttpRequest) -> HttpResponse:
    """The chronological register."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if (past := asof.view()) is not None:
        grid = register_then(past).read(request, listed_then(actor, past))
        return grid.export() or page(request, "requests/index.html", {"grid": grid, "may_register": False, "house": None})
    grid = REGISTER.read(request, listed(actor))
    house = figure(actor, "over_30_days") if grid.values.get("state") == "late" else None
    return grid.export() or page(request, "requests/index.html", {"grid": grid, "may_register": access.can_register(actor), "house": house})


@screen(access=access.can_read)
def detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What was asked, where each line stands, its clocks and documents."""
    mine = visible(request, uuid)
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if (view := asof.view()) is not None:
        return _then(request, mine, view)
    lines = lines_of_request(mine.pk)
    ids = [line.pk for line in lines]
    clocks, marks = clocks_for(ids), marks_of(ids)
    places: dict[int, list[workflows.Whereabouts]] = {}
    for _dossier, place in workflows.where_many([SubjectRef("request_line", pk) for pk in ids], reader=actor):
        if place.subject is not None and place.subject.type == "request_line":
            places.setdefault(place.subject.id, []).append(place)
    context: dict[str, Any] = {
        "mine": mine,
        "lines": [
            {
                "line": line,
                "clocks": clocks.get(line.pk, []),
                "marks": marks.get(line.pk, []),
                "where": places.get(line.pk, []),
            }
            for line in lines
        ],
        "sections": _answers(actor, mine),
        "named": [one for one in services.named_in(actor, mine) if one.entry] if may_see(actor, "social") else [],
        "hidden_answers": not may_see(actor, "social"),
        "documents": documents_of(actor, SubjectRef("request", mine.pk)),
        "today": None,
        "corrections": list(mine.date_corrections.all()),
        "may_identify": access.can_identify(actor) and access.registers_in(actor, mine.unit_id) and mine.joined_at is None,
        "may_take_over": access.can_identify(actor) and access.registers_in(actor, mine.unit_id) and mine.joined_at is not None,
        "may_correct": access.can_correct(actor)
        and access.registers_in(actor, mine.unit_id)
        and any(line.stage in UNDECIDED for line in lines),
        "may_add": access.can_register(actor) and access.registers_in(actor, mine.unit_id),
        "dossier_url": _dossier_url(actor, mine),
        "code": take_code(request, mine),
    }
    return page(request, "requests/detail.html", context)


def _answers(actor: Actor, mine: Request) -> list[Any]:
    """What was answered, for whoever may read it and as far; it never changes."""
    if not may_see(actor, "social"):
        return []
    day, shown = clock.date_of(mine.received_at), mine.choices_shown or {}
    state = forms.resolve(mine.procedure.form.definition, mine.answers, today=day, channel="portal", shown=shown)
    return sections_shown(actor, mine.applicant_id, forms.summary(state))


def _then(request: HttpRequest, mine: Request, view: asof.PastView) -> HttpResponse:
    """The request as it stood on a past day: nothing of who has it today, nothing to do."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    corrections = as_it_stood(mine, view)
    if corrections is None:
        return page(request, "requests/not_yet.html", {"mine": mine, "day": view.day})
    lines = lines_of_request(mine.pk)
    ids = [line.pk for line in lines]
    marks, clocks = stages_then(lines, marks_of(ids), view), clocks_then(ids, view)
    context: dict[str, Any] = {
        "mine": mine,
        "today": view.day,
        "lines": [{"line": line, "clocks": clocks.get(line.pk, []), "marks": marks.get(line.pk, []), "where": []} for line in lines],
        "sections": _answers(actor, mine),
        "hidden_answers": not may_see(actor, "social"),
        "documents": documents_then(documents_of(actor, SubjectRef("request", mine.pk)), view),
        "corrections": corrections,
        "dossier_url": _dossier_url(actor, mine),
    }
    return page(request, "requests/detail.html", context)


def _dossier_url(actor: Actor, mine: Request) -> str:
    """Empty for who reads the request but not the dossier: its number is then plain text."""
    if mine.dossier is None or not Dossier.objects.visible_to(actor).filter(pk=mine.dossier_id).exists():
        return ""
    return reverse("dossiers:detail", args=[mine.dossier.uuid])


@screen(access=access.can_read)
def receipt(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The receipt as PDF; made now when the worker has not come to it yet."""
    mine = visible(request, uuid)
    actor: Actor = request.actor  # type: ignore[attr-defined]
    document = services.receipt_document(mine) or services.make_receipt(actor=actor, request=mine)
    response = HttpResponse(read_bytes(document.file), content_type=document.file.mime)
    response.headers["Content-Disposition"] = f'inline; filename="{document.file_name}"'
    return response


@screen(access=access.can_correct, methods=("GET", "POST"), writes=True)
def correct(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The day of a request was wrong: the old one stays, with the reason."""
    mine: Request = visible(request, uuid)
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not access.registers_in(actor, mine.unit_id):
        raise Http404("request")
    form = CorrectForm(request.POST) if request.method == "POST" else CorrectForm(initial={"new_on": mine.requested_on})
    context = {"mine": mine, "form": form}
    if request.method == "POST":
        if form.is_valid():
            with errors_on(form):
                services.correct_request_date(
                    actor=actor, request=mine, new_on=form.cleaned_data["new_on"], reason=form.cleaned_data["reason"]
                )
                return done(request, "requests:detail", _("The day is corrected; the terms follow."), mine.uuid)
        return invalid(request, "requests/correct.html", context)
    return page(request, "requests/correct.html", context)


@screen(access=access.can_register, methods=("GET", "POST"), creates=True)
def add_aid(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One more aid, of those that the centre offers, is asked for in this request."""
    mine: Request = visible(request, uuid)
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not access.registers_in(actor, mine.unit_id):
        raise Http404("request")
    form = AidForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if form.is_valid():
            with errors_on(form):
                services.add_aid(actor=actor, request=mine, aid=form.cleaned_data["aid"])
                return done(request, "requests:detail", _("Added: it has a term and a step of its own."), mine.uuid)
        return invalid(request, "requests/add_aid.html", {"mine": mine, "form": form})
    return page(request, "requests/add_aid.html", {"mine": mine, "form": form})
