"""From the first question to the receipt. Every step is a plain page and a plain POST."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from parvis.form_engine import api as forms
from parvis.kernel import clock
from parvis.procedures import api as procedures
from parvis.requests import api as requests
from parvis.ui.http import done, invalid, page, screen

from .. import keeping, visitors
from ..forms import CodeForm
from .codes import CHANNEL, session_ended


def _procedure_of(draft: forms.Draft) -> procedures.ProcedureVersion:
    return procedures.version(int(draft.purpose.rsplit(":", 1)[1]))


@screen(public=True, methods=("GET", "POST"), creates=True)
def start(request: HttpRequest, key: str) -> HttpResponse:
    """What this is about, what to have at hand; then the first question."""
    try:
        procedure = procedures.latest(key, only_open=True)
    except procedures.UnknownProcedure:
        raise Http404(key) from None
    if request.actor.is_agent:  # type: ignore[attr-defined]
        return page(request, "portal/agent.html")
    visitors.forget_tracking_codes(request)
    if request.method == "POST":
        draft, code = forms.open_draft(
            actor=visitors.citizen(request),
            form=procedure.form,
            purpose=f"procedure:{key}:{procedure.pk}",
            language=visitors.language(),
        )
        visitors.begin_draft(request, draft, code)
        return done(request, "portal:go_on", None, draft.uuid)
    drafts = [draft for draft in visitors.open_drafts(request) if draft.purpose.split(":")[1] == key]
    state = forms.resolve(procedure.form.definition, {}, today=clock.today(), channel=CHANNEL)
    return page(request, "portal/start.html", {"procedure": procedure, "drafts": drafts, "pages": len(state.visible_pages)})


def _state(draft: forms.Draft) -> forms.FormState:
    return forms.resolve(draft.form.definition, draft.answers, today=clock.today(), channel=CHANNEL)


def _open(request: HttpRequest, uuid: UUID) -> forms.Draft | HttpResponse:
    """The draft, or where to go instead: what a sent one became, or the page that asks for the code."""
    draft = visitors.find_draft(request, uuid)
    if draft is None:
        return session_ended(request, "resume")
    if draft.sent_at is None:
        return draft
    sent = requests.request_of_draft(draft.pk)
    if sent is None:
        raise Http404("draft")
    visitors.remember_request(request, sent, draft=draft)
    return done(request, "portal:sent", None, sent.uuid)


@screen(access=visitors.is_visitor, public=True)
def go_on(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The first page that was not gone through, else the summary."""
    draft = _open(request, uuid)
    if isinstance(draft, HttpResponse):
        return draft
    state = _state(draft)
    for at in state.visible_pages:
        if at.key not in draft.done_pages:
            return done(request, "portal:question", None, draft.uuid, at.key)
    return done(request, "portal:summary", None, draft.uuid)


@screen(access=visitors.is_visitor, public=True, methods=("GET", "POST"), writes=True)
def question(request: HttpRequest, uuid: UUID, key: str) -> HttpResponse:
    """One question or a small group. Whatever is typed is kept; back always works."""
    if request.method == "POST" and visitors.holds_nothing(request):
        return _carry(request, uuid, key)
    draft = _open(request, uuid)
    if isinstance(draft, HttpResponse):
        return draft
    state = _state(draft)
    at = state.page(key)
    if at is None:
        return done(request, "portal:go_on", None, draft.uuid)
    if request.method == "POST":
        result = forms.handle_post(
            actor=visitors.citizen(request),
            draft=draft,
            pages=[key],
            post=request.POST,
            files=request.FILES,
            channel=CHANNEL,
            language=visitors.language(),
        )
        if result.kind == "errors":
            return invalid(request, "portal/question.html", _question(request, draft, result.state, key, result.problems))
        if result.kind == "later":
            return done(request, "portal:later", None, draft.uuid)
        if result.kind in {"rows", "again"}:
            where = reverse("portal:question", args=[draft.uuid, key]) + ("?more=1" if result.kind == "again" else "")
            return done(request, f"{where}#{result.anchor}" if result.anchor else where)
        following = result.state.after(key)
        back_to_summary = "summary" in request.GET
        if following is None or (back_to_summary and all(p.key in result.draft.done_pages for p in result.state.visible_pages)):
            return done(request, "portal:summary", None, draft.uuid)
        if back_to_summary:
            return done(request, "portal:go_on", None, draft.uuid)
        return done(request, "portal:question", None, draft.uuid, following.key)
    return page(request, "portal/question.html", _question(request, draft, state, key))


def _carry(request: HttpRequest, uuid: UUID, key: str) -> HttpResponse:
    """The session ended while the person was typing: ask for the code, and carry what was typed."""
    context = {
        "form": CodeForm(),
        "purpose": "resume",
        "kept": keeping.carried(request, uuid, key),
        "ended": True,
        "files": bool(request.FILES),
    }
    return invalid(request, "portal/code.html", context)


def _question(
    request: HttpRequest, draft: forms.Draft, state: forms.FormState, key: str, problems: list[forms.Problem] | None = None
) -> dict[str, Any]:
    keys = [at.key for at in state.visible_pages]
    before = state.before(key)
    answered = [section for section in forms.summary(state) if section.key in keys[: keys.index(key)]]
    at = state.page(key)
    return {
        **forms.form_context(state, problems),
        "draft": draft,
        "procedure": _procedure_of(draft),
        "at": at,
        "number": keys.index(key) + 1,
        "count": len(keys),
        "back": reverse("portal:question", args=[draft.uuid, before.key])
        if before
        else reverse("portal:start", args=[draft.purpose.split(":")[1]]),
        "answered": answered[-4:],
        "code": visitors.draft_code(request, draft),
        "more": "more" in request.GET,
    }


@screen(access=visitors.is_visitor, public=True, methods=("GET", "POST"), creates=True)
def summary(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Read again, change, send. A second click leads to the first one's receipt."""
    draft = _open(request, uuid)
    if isinstance(draft, HttpResponse):
        return draft
    state = _state(draft)
    problems = forms.problems(state, today=clock.today())
    procedure = _procedure_of(draft)
    context = {
        "draft": draft,
        "procedure": procedure,
        "sections": forms.summary(state, everything=True),
        "missing": [
            {
                "text": problem.text,
                "label": problem.label,
                "target": "",
                "url": reverse("portal:question", args=[draft.uuid, problem.page]) + f"?summary#{problem.target}",
            }
            for problem in problems
        ],
        "code": visitors.draft_code(request, draft),
        "last": state.visible_pages[-1].key if state.visible_pages else "",
    }
    if request.method == "POST":
        if problems:
            return invalid(request, "portal/summary.html", context)
        try:
            sent = requests.send_request(
                actor=visitors.citizen(request),
                procedure=procedure,
                answers=draft.answers,
                language=_letter_language(procedure, draft.answers),
                channel=requests.Channel.PORTAL,
                draft=draft,
            )
        except forms.AlreadySent:
            now = _open(request, uuid)
            return now if isinstance(now, HttpResponse) else done(request, "portal:home")
        visitors.remember_request(request, sent.request, sent.tracking_code, draft=draft)
        return done(request, "portal:sent", None, sent.request.uuid)
    return page(request, "portal/summary.html", context)


def _letter_language(procedure: procedures.ProcedureVersion, answers: dict[str, Any]) -> str:
    return str(procedures.person_answers(procedure.definition, answers).get("language") or visitors.language())


@screen(access=visitors.is_visitor, public=True)
def later(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The code and the link with which to come back."""
    draft = _open(request, uuid)
    if isinstance(draft, HttpResponse):
        return draft
    code = visitors.draft_code(request, draft)
    link = request.build_absolute_uri(reverse("portal:resume") + f"?code={code}")
    own = ("draft", draft.pk) in visitors.own_refs(request)
    return page(request, "portal/later.html", {"draft": draft, "code": code, "link": link, "own": own, "procedure": _procedure_of(draft)})
