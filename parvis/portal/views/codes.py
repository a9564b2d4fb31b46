"""Codes open a draft or a request in this browser. Wrong ones are counted, and nobody is told what was wrong."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from parvis.form_engine import api as forms
from parvis.kernel.errors import DomainError
from parvis.requests import api as requests
from parvis.ui.http import done, page, screen

from .. import keeping, visitors
from ..errors import TooManyAttempts
from ..forms import CodeForm, TrackForm
from ..services import allow_attempt, wrong_code

CHANNEL = "portal"
NUMBER = re.compile(r"\D*(\d{4})\D*0*(\d{1,9})\D*")


def same_number(typed: str, number: str) -> bool:
    """Whether a number as people copy it ("2026-412", "2026/00412", "202600412") is this one."""
    found, wanted = NUMBER.fullmatch(typed), NUMBER.fullmatch(number)
    return bool(found and wanted and found.groups() == wanted.groups())


@screen(public=True, methods=("GET", "POST"), writes=True)
def resume(request: HttpRequest) -> HttpResponse:
    """Come back to answers in preparation."""
    if request.actor.is_agent:  # type: ignore[attr-defined]
        return page(request, "portal/agent.html")
    visitors.forget_tracking_codes(request)
    if request.method != "POST":
        return _ask(request, CodeForm(initial={"code": request.GET.get("code", "")[:40]}), "resume")
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _ask(request, form, "resume", 422)
    try:
        allow_attempt(visitors.address(request))
        draft = forms.draft_by_code(form.cleaned_data["code"])
    except DomainError as error:
        return _refused(request, form, error, "resume")
    visitors.remember_draft(request, draft, form.cleaned_data["code"].upper())
    at = keeping.put_back(request, draft, CHANNEL)
    if at and at not in draft.done_pages:
        return done(request, "portal:question", _("What you had typed is back."), draft.uuid, at)
    return done(request, "portal:go_on", _("What you had typed is kept.") if at else None, draft.uuid)


@screen(public=True, methods=("GET", "POST"), writes=True)
def track(request: HttpRequest) -> HttpResponse:
    """Follow a request with the number and the code of the page that confirmed it."""
    if request.actor.is_agent:  # type: ignore[attr-defined]
        return page(request, "portal/agent.html")
    visitors.forget_tracking_codes(request)
    if request.method != "POST":
        given = {name: request.GET.get(name, "")[:40] for name in ("number", "code")}
        return _ask(request, TrackForm(initial=given), "track")
    form = TrackForm(request.POST)
    if not form.is_valid():
        return _ask(request, form, "track", 422)
    try:
        allow_attempt(visitors.address(request))
        mine = requests.request_by_code(form.cleaned_data["code"])
        if not same_number(form.cleaned_data["number"], mine.number):
            raise requests.NoSuchRequest("")
    except DomainError as error:
        return _refused(request, form, error, "track")
    visitors.remember_request(request, mine)
    return done(request, "portal:timeline", None, mine.uuid)


def _ask(request: HttpRequest, form: CodeForm, purpose: str, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "purpose": purpose}
    if purpose == "resume":
        context["kept"] = keeping.carried(request)
    else:
        context["mine"] = visitors.open_requests(request)
    return page(request, "portal/code.html", context, status=status)


def _refused(request: HttpRequest, form: CodeForm, error: DomainError, purpose: str) -> HttpResponse:
    if isinstance(error, TooManyAttempts):
        form.add_error(None, str(error.message))
        return _ask(request, form, purpose, error.status)
    wrong_code(actor=visitors.citizen(request), address=visitors.address(request))
    if purpose == "track":
        form.add_error(None, _("No request has this number and this code together. Check each character, or call us."))
    else:
        form.add_error("code", str(error.message))
    return _ask(request, form, purpose, 422)


def session_ended(request: HttpRequest, purpose: str) -> HttpResponse:
    """Nothing is open in this browser any more: ask for the code, or to sign in again. What is kept stays kept."""
    if visitors.ended(request):
        request.session[visitors.NEXT] = request.path
        return done(request, "portal:sign_in", _("You are signed out here. Sign in again to go on."), level=messages.WARNING)
    text = (
        _("This browser was closed or left alone for long. Type your code to go on: your answers are kept.")
        if purpose == "resume"
        else _("This browser was closed or left alone for long. Type your number and your code to see your request.")
    )
    return done(request, f"portal:{purpose}", text, level=messages.WARNING)
