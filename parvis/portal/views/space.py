"""My space: what is mine, without a code."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from parvis.form_engine import api as forms
from parvis.kernel.errors import DomainError
from parvis.ui.http import done, page, screen

from .. import selectors, services, visitors


def _sign_in_first(request: HttpRequest) -> HttpResponse:
    request.session[visitors.NEXT] = request.path
    text = _("You are signed out here. Sign in again to go on.") if visitors.ended(request) else None
    return done(request, "portal:sign_in", text, level=messages.WARNING)


@screen(access=visitors.is_visitor, public=True)
def my(request: HttpRequest) -> HttpResponse:
    """Requests of whatever channel with number, stage, next step and its day; and what is not sent yet."""
    account = visitors.account(request)
    if account is None:
        return _sign_in_first(request)
    visitors.forget_tracking_codes(request)
    owner = visitors.owner(request)
    lines, onward = selectors.lines_of(owner, request.GET.get("after", ""))
    drafts = forms.Draft.objects.visible_to(owner).select_related("form").filter(sent_at__isnull=True).order_by("-saved_at", "-pk")[:10]
    requests, begun = visitors.by_code(request)
    context = {
        "account": account,
        "lines": lines,
        "onward": onward,
        "paged": "after" in request.GET,
        "drafts": selectors.drafts_in_words(list(drafts)),
        "coded": requests,
        "coded_drafts": selectors.drafts_in_words(begun),
    }
    return page(request, "portal/my.html", context)


@screen(access=visitors.is_visitor, public=True, methods=("GET", "POST"), writes=True)
def account(request: HttpRequest) -> HttpResponse:
    """With which address I sign in, whether the centre knows who I am, and where I am signed in. A POST ends one session, or all."""
    mine = visitors.session(request)
    if mine is None:
        return _sign_in_first(request)
    if request.method == "POST":
        actor = visitors.citizen(request)
        wanted = request.POST.get("session", "")
        rows = services.sessions_of(mine.account)
        chosen = [row for row in rows if str(row.uuid) == wanted] if wanted != "others" else [row for row in rows if row.pk != mine.pk]
        for row in chosen:
            services.end_session(actor=actor, account=mine.account, uuid=row.uuid)
        if any(row.pk == mine.pk for row in chosen):
            visitors.forget_all(request)
            return done(request, "portal:home", _("You are signed out. Nothing stays open in this browser."))
        return done(request, "portal:account", _("Signed out there. It works from the next page on.") if chosen else None)
    return page(request, "portal/account.html", {"account": mine.account, "here": mine, "sessions": services.sessions_of(mine.account)})


@screen(access=visitors.is_visitor, public=True, methods=("GET", "POST"), writes=True)
def close_own(request: HttpRequest) -> HttpResponse:
    """What closing does, what is kept and why; then it is closed, everywhere at once. A second click finds it closed."""
    mine = visitors.account(request)
    if mine is None:
        return _sign_in_first(request)
    if request.method != "POST":
        lines, _onward = selectors.lines_of(visitors.owner(request), "")
        return page(request, "portal/close_own.html", {"account": mine, "lines": lines})
    services.close_own_account(actor=visitors.citizen(request), account=mine)
    visitors.forget_all(request)
    return done(request, "portal:home", _("Your account is closed. Your requests go on: follow them with their number and code."))


@screen(access=visitors.is_visitor, public=True, methods=("POST",), writes=True)
def keep(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take what a code opened in this browser into one's space: at once for whoever is signed in, else after signing in."""
    actor = visitors.citizen(request)
    found = visitors.find_request(request, uuid) if not _is_draft(request, uuid) else None
    draft = None if found is not None else forms.Draft.objects.visible_to(actor).filter(uuid=uuid, sent_at__isnull=True).first()
    if found is None and draft is None:
        return _sign_in_first(request)
    mine = visitors.account(request)
    if mine is None:
        request.session[visitors.KEEP] = f"request:{uuid}" if found is not None else f"draft:{uuid}"
        request.session.pop(visitors.NEXT, None)
        return done(request, "portal:sign_in")
    try:
        if found is not None:
            services.keep_request(actor=actor, account=mine, request=found)
        elif draft is not None:
            services.keep_draft(actor=actor, account=mine, draft=draft)
        else:
            raise Http404("keep")
    except DomainError as error:
        return done(request, "portal:my", str(error.message), level=messages.WARNING)
    return done(request, "portal:my", _("It stands in your space now."))


def _is_draft(request: HttpRequest, uuid: UUID) -> bool:
    return bool(forms.Draft.objects.visible_to(visitors.citizen(request)).filter(uuid=uuid).exists())
