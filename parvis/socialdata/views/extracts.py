"""Extracts: what stands in a dossier, asking, the cell's page, one question with its answer, how long answers take."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from parvis.documents.api import StoredFile, UploadRefused, accept_upload, withdrawn_about
from parvis.dossiers.api import may_change, members_at
from parvis.kernel import asof, clock
from parvis.kernel.links import link, links
from parvis.kernel.subject import SubjectRef
from parvis.ui.http import Request, done, errors_on, invalid, page, reading, screen

from .. import access, past, selectors
from ..enums import ExtractState
from ..errors import AskedAlready
from ..forms import AnswerForm, AskForm, WordsForm
from ..models import ExtractRequest
from ..services import extracts as services
from ._common import age_words, lead_name, told, visible

#: By when an answer is wanted, unless the worker says otherwise.
USUAL_DAYS = 3


@screen(access=access.may_read, parts=("registers",), name="socialdata.dossier")
def dossier(request: Request, uuid: UUID) -> HttpResponse:
    """Questions, answers and alerts of a dossier; the page of the dossier asks for the part when it is reached."""
    found = visible(request, uuid)
    extracts = selectors.extracts_in(request.actor, found.pk)
    alerts = selectors.alerts_in(request.actor, found.pk)
    view = asof.view()
    if view is not None:
        extracts, alerts = past.extracts_stood(extracts, view), past.alerts_stood(alerts, view)
    names = selectors.names_of({row.person_id for row in extracts} | {row.mutation.person_id for row in alerts})
    context = {
        "dossier": found,
        "lead_name": lead_name(found),
        "extracts": [{"row": row, "name": names.get(row.person_id, "?")} for row in extracts],
        "alerts": [{"row": row, "name": names.get(row.mutation.person_id, "?")} for row in alerts],
        "may_ask": view is None and access.may_ask(request.actor) and found.status == "open" and may_change(request.actor, found),
        "today": clock.today(),
    }
    return page(request, "socialdata/dossier.html", context)


@screen(access=access.may_ask, methods=("GET", "POST"), creates=True, name="socialdata.ask")
def ask(request: Request, uuid: UUID) -> HttpResponse:
    """Ask the cell about members of the dossier."""
    found = visible(request, uuid)
    actor = request.actor
    if not may_change(actor, found):
        raise Http404("dossier")
    ids = [row.person_id for row in members_at(found.pk)]
    names = selectors.names_of(ids)
    lines = [SubjectRef("request_line", pk) for pk in services.lines_of(found.pk)]
    titles = links(actor, lines)
    form = AskForm(
        request.POST if request.method == "POST" else None,
        members=[(str(pk), names.get(pk, "?")) for pk in ids],
        lines=[(str(ref.id), titles[ref][0]) for ref in lines if titles[ref][0]],
        initial={"wanted_on": clock.today() + timedelta(days=USUAL_DAYS)},
    )
    recent = [services.in_words(row, names.get(row.person_id, "?")) for row in services.recent(actor, ids)]
    double: list[str] = []
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with errors_on(form):
            try:
                made = services.ask_extracts(
                    actor=actor,
                    dossier=found,
                    person_ids=[int(pk) for pk in data["persons"]],
                    flows=data["flows"],
                    purpose=data["purpose"],
                    wanted_on=data["wanted_on"],
                    line_id=int(data["line"]) if data.get("line") else None,
                    again=data["again"],
                )
                if len(made) == 1:
                    return done(request, "socialdata:extract", _("Asked. The cell has it among its tasks."), made[0].uuid)
                return done(request, "socialdata:dossier", _("Asked. The cell has it among its tasks."), found.uuid)
            except AskedAlready as fault:
                double = fault.found
                raise
    context = {
        "dossier": found,
        "lead_name": lead_name(found),
        "form": form,
        "recent": recent,
        "double": double,
        "closed": found.status != "open",
    }
    return invalid(request, "socialdata/ask.html", context) if request.method == "POST" else page(request, "socialdata/ask.html", context)


@screen(access=access.is_cell, name="socialdata.cell")
def cell(request: Request) -> HttpResponse:
    """The cell's desk: what waits, what was answered, how long it takes."""
    view = asof.view()
    if view is not None:
        waiting, settled, more = past.desk_then(request.actor, view)
    else:
        waiting, settled = selectors.open_extracts(request.actor), selectors.settled_extracts(request.actor)
        more = len(waiting) == selectors.SHOWN
    names = selectors.names_of({row.person_id for row in (*waiting, *settled)})
    today = asof.day()
    context = {
        "view": view,
        "today": today,
        "waiting": [{"row": row, "name": names.get(row.person_id, "?"), "late": row.wanted_on < today} for row in waiting],
        "settled": [{"row": row, "name": names.get(row.person_id, "?")} for row in settled],
        "more": more,
        **_times(),
    }
    return page(request, "socialdata/cell.html", context)


@screen(access=access.may_see_times, name="socialdata.times")
def times(request: Request) -> HttpResponse:
    """Mean and median, by month; what waits, by age. No agent is named."""
    return page(request, "socialdata/times.html", {**_times(), "view": asof.view(), "is_cell": access.is_cell(request.actor)})


def _times() -> dict[str, Any]:
    found = selectors.overview()
    return {
        "all": told(found.all),
        "months": [{"month": month, **(told(one) or {})} for month, one in found.months],
        "ages": list(zip(age_words(), found.ages, strict=True)),
        "waiting_count": found.waiting,
        "late_count": found.late,
    }


def _extract(request: Request, uuid: UUID) -> ExtractRequest:
    row = selectors.extract_by(request.actor, uuid=uuid)
    if row is None:
        raise Http404("extract")
    reading(request, row.ref, screen="socialdata.extract", within=SubjectRef("dossier", row.dossier_id))
    return row


@screen(access=access.may_open_extract, methods=("GET", "POST"), writes=True, name="socialdata.extract")
def extract(request: Request, uuid: UUID) -> HttpResponse:
    """One question; its answer, or the cell's form for it."""
    row = _extract(request, uuid)
    actor = request.actor
    view = asof.view()
    if view is not None and not past.extracts_stood([row], view):
        raise Http404("extract")  # nobody had asked yet
    answers = view is None and row.is_open and access.may_answer(actor)
    form = AnswerForm(request.POST if request.method == "POST" else None, request.FILES or None)
    if request.method == "POST":
        if not access.may_answer(actor):
            raise Http404("extract")
        if form.is_valid():
            data = form.cleaned_data
            with errors_on(form):
                services.answer_extract(
                    actor=actor,
                    extract=row,
                    state=data["state"],
                    data_on=data["data_on"],
                    words=data["words"],
                    file=_kept(data),
                    file_name=data["file"].name if data["file"] else "",
                )
                return done(request, "socialdata:cell", _("Answered. Whoever asked has it among their tasks."))
    name, url = link(actor, SubjectRef("dossier", row.dossier_id))
    mine = view is None and access.may_ask(actor) and bool(url) and may_change(actor, row.dossier)
    context = {
        "row": row,
        "card": selectors.subject_card(row.person_id),
        "sees_number": answers,
        "dossier_name": name or row.dossier.number,
        "dossier_url": url,
        "line": link(actor, SubjectRef("request_line", row.line_id)) if row.line_id else ("", ""),
        "form": form,
        "answers": answers,
        "opens": selectors.opens_document(actor, row),
        "withdraw": WordsForm() if row.is_open and mine else None,
        "wrong": WordsForm(prefix="w") if view is None and row.document_id is not None and access.may_answer(actor) else None,
        "withdrawn": [one for one in withdrawn_about(row.ref) if view is None or (one.withdrawn_at and one.withdrawn_at < view.until)],
        "to_see": mine and row.is_answered and row.seen_at is None,
        "is_cell": access.is_cell(actor),
        "late": row.is_open and row.wanted_on < asof.day(),
    }
    if request.method == "POST":
        return invalid(request, "socialdata/extract.html", context)
    return page(request, "socialdata/extract.html", context)


def _kept(data: dict[str, Any]) -> StoredFile | None:
    """The file, checked by its content; kept only for an answer that brings one.

    Raises:
        UploadRefused: neither PDF nor XML, damaged, or with something in it that does not belong there.
    """
    if data["state"] != ExtractState.ANSWERED or not data["file"]:
        return None
    try:
        return accept_upload(data["file"], kinds=("pdf", "xml"))
    except UploadRefused as refusal:
        refusal.field = "file"
        raise


@screen(access=access.may_ask, methods=("POST",), writes=True, name="socialdata.withdraw")
def withdraw(request: Request, uuid: UUID) -> HttpResponse:
    row = _extract(request, uuid)
    form = WordsForm(request.POST)
    if form.is_valid():
        with errors_on(form):
            services.withdraw_extract(actor=request.actor, extract=row, words=form.cleaned_data["words"])
            return done(request, "socialdata:extract", _("Withdrawn: the cell no longer has it."), row.uuid)
    return invalid(
        request, "socialdata/withdraw.html", {"row": row, "form": form, "name": selectors.names_of([row.person_id]).get(row.person_id, "?")}
    )


@screen(access=access.is_cell, methods=("POST",), writes=True, name="socialdata.withdraw_answer")
def withdraw_answer(request: Request, uuid: UUID) -> HttpResponse:
    """The extract lay in the wrong file: withdrawn, and the question waits again."""
    row = _extract(request, uuid)
    form = WordsForm(request.POST, prefix="w")
    if form.is_valid():
        with errors_on(form):
            services.withdraw_answer(actor=request.actor, extract=row, words=form.cleaned_data["words"])
            return done(
                request, "socialdata:extract", _("Withdrawn. Whoever asked has it among their tasks; the question waits again."), row.uuid
            )
    name = selectors.names_of([row.person_id]).get(row.person_id, "?")
    return invalid(request, "socialdata/withdraw.html", {"row": row, "form": form, "name": name, "answer": True})


@screen(access=access.may_ask, methods=("POST",), writes=True, name="socialdata.seen")
def seen(request: Request, uuid: UUID) -> HttpResponse:
    """The answer was read: the task goes."""
    row = _extract(request, uuid)
    services.note_seen(actor=request.actor, extract=row)
    return done(request, "socialdata:dossier", _("Read. The task is done."), row.dossier.uuid)
