"""Sign in with a code by e-mail, open an account with the code of the centre."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from parvis.form_engine import api as drafts
from parvis.kernel.errors import DomainError
from parvis.requests import api as requests
from parvis.ui.http import done, invalid, local_url, page, screen

from .. import demo_mail, services, visitors
from ..demo import MAILBOXES
from ..errors import TooManyAttempts
from ..forms import EmailForm, FiguresForm, OpenForm
from ..models import MailCode


@screen(public=True, methods=("GET", "POST"), writes=True)
def sign_in(request: HttpRequest) -> HttpResponse:
    """The e-mail address. The answer is the same whether it opens an account or not."""
    if request.actor.is_agent:  # type: ignore[attr-defined]
        return page(request, "portal/agent.html")
    if visitors.account(request) is not None:
        return _onward(request)
    visitors.forget_tracking_codes(request)
    if request.method != "POST":
        if target := local_url(request, request.GET.get("next"), ""):
            request.session[visitors.NEXT] = target
        return page(request, "portal/sign_in.html", {"form": EmailForm(), **_around(request)})
    form = EmailForm(request.POST)
    if form.is_valid():
        asked = _kept_things(request)
        try:
            row = services.ask_code(
                actor=visitors.citizen(request),
                email=form.cleaned_data["email"],
                language=visitors.language(),
                **asked,
            )
        except TooManyAttempts as error:
            form.add_error(None, str(error.message))
            return page(request, "portal/sign_in.html", {"form": form, **_around(request)}, status=error.status)
        request.session[visitors.MAIL] = {"row": str(row.uuid), "to": form.cleaned_data["email"]}
        return done(request, "portal:code")
    return invalid(request, "portal/sign_in.html", {"form": form, **_around(request)})


def _kept_things(request: HttpRequest) -> dict[str, Any]:
    """What this browser opened with a code and is to be taken along; nothing that it does not hold."""
    kind, _sep, uuid = str(request.session.get(visitors.KEEP) or "").partition(":")
    actor = visitors.citizen(request)
    if kind == "request" and (found := requests.visible_request(actor, uuid)) is not None:  # type: ignore[arg-type]
        return {"request": found}
    if kind == "draft" and (draft := drafts.Draft.objects.visible_to(actor).filter(uuid=uuid, sent_at__isnull=True).first()) is not None:
        return {"draft": draft}
    return {}


def _around(request: HttpRequest) -> dict[str, Any]:
    """What stands around the form: what is taken along, in words; in a demonstration the addresses that open something."""
    things = _kept_things(request)
    keeping = {"number": things["request"].number} if "request" in things else {"draft": True} if things else None
    return {"keeping": keeping, "mailboxes": MAILBOXES if settings.PARVIS_IS_DEMO else ()}


@screen(access=visitors.is_visitor, public=True, methods=("GET", "POST"), writes=True)
def open_account(request: HttpRequest) -> HttpResponse:
    """The code that the centre gave, and an address; the figures that go there come next."""
    if visitors.account(request) is not None:
        return _onward(request)
    if request.method != "POST":
        return page(request, "portal/open_account.html", {"form": OpenForm(initial={"code": request.GET.get("code", "")[:40]})})
    form = OpenForm(request.POST)
    if not form.is_valid():
        return invalid(request, "portal/open_account.html", {"form": form})
    address = visitors.address(request)
    try:
        services.allow_attempt(address)
        opening = services.opening_by_code(form.cleaned_data["code"])
        row = services.ask_code(
            actor=visitors.citizen(request), email=form.cleaned_data["email"], language=visitors.language(), opening=opening
        )
    except DomainError as error:
        if not isinstance(error, TooManyAttempts):
            services.wrong_code(actor=visitors.citizen(request), address=address)
        form.add_error(None, str(error.message))
        return page(request, "portal/open_account.html", {"form": form}, status=error.status)
    request.session[visitors.MAIL] = {"row": str(row.uuid), "to": form.cleaned_data["email"]}
    return done(request, "portal:code")


@screen(access=visitors.is_visitor, public=True, methods=("GET", "POST"), writes=True)
def code(request: HttpRequest) -> HttpResponse:
    """The six figures, in the browser that asked for them. A second click finds the first one's session."""
    if visitors.account(request) is not None:
        return _onward(request)
    held = request.session.get(visitors.MAIL) or {}
    row = MailCode.objects.select_related("opening", "request", "draft").filter(uuid=held["row"]).first() if held else None
    if row is None:
        return done(request, "portal:sign_in", _("Write your e-mail address: we send you a new code."), level=messages.WARNING)
    context: dict[str, Any] = {"to": held["to"], "opening": row.opening_id is not None}
    if request.method != "POST":
        mail = demo_mail.latest(row) if settings.PARVIS_IS_DEMO else None
        return page(request, "portal/figures.html", {**context, "form": FiguresForm(), "mail": mail})
    form = FiguresForm(request.POST)
    if not form.is_valid():
        return invalid(request, "portal/figures.html", {**context, "form": form})
    address = visitors.address(request)
    try:
        services.allow_attempt(address)
    except TooManyAttempts as error:
        form.add_error(None, str(error.message))
        return page(request, "portal/figures.html", {**context, "form": form}, status=error.status)
    taken = services.take_code(actor=visitors.citizen(request), row=row, code=form.cleaned_data["figures"], address=address)
    if taken.account is None:
        if taken.refused:
            request.session.pop(visitors.MAIL, None)
            return done(request, "portal:sign_in", taken.refused, level=messages.WARNING)
        form.add_error("figures", _wrong(taken.left))
        return invalid(request, "portal/figures.html", {**context, "form": form, "over": taken.left == 0})
    visitors.sign_in(request, taken.account)
    for key in (visitors.MAIL, visitors.KEEP):
        request.session.pop(key, None)
    if taken.refused:
        messages.warning(request, taken.refused)
    elif taken.opened:
        messages.success(request, _("Your account is open. From now on you sign in with this e-mail address."))
    else:
        messages.success(request, _("You are signed in."))
    return _onward(request)


def _wrong(left: int) -> str:
    if left:
        return _("This is not the code of the latest e-mail, or it is older than 10 minutes. Check the six figures.")
    return _("This code holds no more. Ask for a new one below.")


def _onward(request: HttpRequest) -> HttpResponse:
    """Where the person wanted to go; only pages of the portal."""
    target = str(request.session.pop(visitors.NEXT, "") or "")
    return done(request, target if target.startswith("/p/") else "portal:my")


@screen(public=True, methods=("POST",), writes=True)
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out here; whatever codes opened in this browser is closed too."""
    if request.actor.is_agent:  # type: ignore[attr-defined]
        raise Http404("sign_out")
    visitors.sign_out(request)
    response = done(request, "portal:home", _("You are signed out. Nothing stays open in this browser."))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response
