"""Codes open a draft or a request in this browser. Wrong ones are counted."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from parvis.form_engine import api as forms
from parvis.kernel.errors import DomainError
from parvis.requests import api as requests
from parvis.ui.http import done, errors_on, invalid, page, screen

from .. import visitors
from ..errors import TooManyAttempts
from ..forms import CodeForm, PieceForm
from ..services import allow_attempt, wrong_code


@screen(public=True, methods=("GET", "POST"), writes=True)
def resume(request: HttpRequest) -> HttpResponse:
    """Come back to answers in preparation."""
    form = CodeForm(request.POST) if request.method == "POST" else CodeForm(initial={"code": request.GET.get("code", "")[:40]})
    if request.method == "POST" and form.is_valid():
        try:
            allow_attempt(visitors.address(request))
            draft = forms.draft_by_code(form.cleaned_data["code"])
            visitors.remember_draft(request, draft, form.cleaned_data["code"].upper())
            return done(request, "portal:go_on", None, draft.uuid)
        except DomainError as error:
            _refuse(request, form, error)
    if request.method == "POST":
        return invalid(request, "portal/code.html", {"form": form, "purpose": "resume"})
    return page(request, "portal/code.html", {"form": form, "purpose": "resume"})


@screen(public=True, methods=("GET", "POST"), writes=True)
def track(request: HttpRequest) -> HttpResponse:
    """Follow a request with the code of its receipt page."""
    form = CodeForm(request.POST) if request.method == "POST" else CodeForm(initial={"code": request.GET.get("code", "")[:40]})
    if request.method == "POST" and form.is_valid():
        try:
            allow_attempt(visitors.address(request))
            mine = requests.request_by_code(form.cleaned_data["code"])
            visitors.remember_request(request, mine)
            return done(request, "portal:timeline", None, mine.uuid)
        except DomainError as error:
            _refuse(request, form, error)
    if request.method == "POST":
        return invalid(request, "portal/code.html", {"form": form, "purpose": "track"})
    return page(request, "portal/code.html", {"form": form, "purpose": "track"})


def _refuse(request: HttpRequest, form: CodeForm, error: DomainError) -> None:
    if not isinstance(error, TooManyAttempts):
        wrong_code(actor=visitors.citizen(request), address=visitors.address(request))
    form.add_error("code", str(error.message))


@screen(public=True, methods=("GET", "POST"), creates=True)
def timeline(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Where the request is, in plain words, with the next step and its day; and a place to send a document."""
    mine = visitors.request_or_404(request, uuid)
    kinds = requests.pieces_to_send(mine)
    if request.method == "POST":
        form = PieceForm(request.POST, request.FILES, kinds=[(piece.kind, piece.label) for piece in kinds])
        if form.is_valid():
            with errors_on(form):
                requests.add_piece(
                    actor=visitors.citizen(request), request=mine, kind=form.cleaned_data["kind"], upload=form.cleaned_data["file"]
                )
                return done(request, "portal:timeline", _("Your document has arrived."), mine.uuid)
    else:
        form = PieceForm(kinds=[(piece.kind, piece.label) for piece in kinds])
    context = {
        "mine": mine,
        "tracker": requests.tracker(mine),
        "form": form,
        "wanted": [piece for piece in kinds if piece.wanted],
        "received": requests.pieces_received(mine),
    }
    if request.method == "POST":
        return invalid(request, "portal/timeline.html", context)
    return page(request, "portal/timeline.html", context)
