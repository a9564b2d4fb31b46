"""Sign-in, second step, sign-out, one-time links."""

from __future__ import annotations

import json
import time
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from parvis.kernel.actor import ANONYMOUS
from parvis.ui.http import done, errors_on, invalid, local_url, page, screen

from .. import stepup, webauthn
from ..access import anyone, is_agent
from ..enums import FactorKind
from ..forms import CodeForm, NewPasswordForm, RecoveryForm, SignInForm
from ..models import Account, Factor
from ..services import links, sessions, signin
from .common import NEXT, client_address, client_browser, next_url, own_actor, passkeys_possible, remember_next

PENDING = "sign_in"
PENDING_SECONDS = 600
PASSKEY_STATE = "passkey"


def _pending(request: HttpRequest) -> Account | None:
    """Whose password was just given in this browser, if that is less than ten minutes ago."""
    kept = request.session.get(PENDING)
    if not kept or time.time() - kept["at"] > PENDING_SECONDS:
        return None
    return Account.objects.filter(pk=kept["account"], is_active=True).first()


def _open(request: HttpRequest, account: Account, method: str, *, enrolling: bool = False) -> HttpResponse:
    target = next_url(request)
    signin.open_session(
        request=request,
        account=account,
        method=method,
        address=client_address(request),
        browser=client_browser(request),
        enrolling=enrolling,
    )
    if enrolling:
        request.session[NEXT] = target
        return done(request, "identity:enrol")
    return done(request, target)


@screen(access=anyone, methods=("GET", "POST"), public=True, writes=True)
def login(request: HttpRequest) -> HttpResponse:
    """First step: name and password, or a passkey alone."""
    if request.actor.is_agent:  # type: ignore[attr-defined]
        return redirect(next_url(request))
    remember_next(request, request.GET.get("next"))
    context: dict[str, Any] = {
        "form": SignInForm(request.POST or None),
        "passkeys": passkeys_possible(request),
    }
    if request.method != "POST":
        return page(request, "identity/login.html", context)
    if request.POST.get("answer"):
        return _passkey(request, None, "identity/login.html", context)
    form = context["form"]
    if not form.is_valid():
        return invalid(request, "identity/login.html", context)
    attempt = signin.check_password(
        username=form.cleaned_data["username"], password=form.cleaned_data["password"], address=client_address(request)
    )
    if attempt.account is None:
        form.add_error(None, attempt.message)
        return invalid(request, "identity/login.html", context)
    if signin.has_factor(attempt.account):
        request.session[PENDING] = {"account": attempt.account.pk, "at": int(time.time())}
        return done(request, "identity:second_factor")
    return _open(request, attempt.account, attempt.method, enrolling=signin.mfa_required())


@screen(access=anyone, methods=("GET", "POST"), public=True, writes=True)
def second_factor(request: HttpRequest) -> HttpResponse:
    """Second step: a code of the app, a passkey, or a recovery code."""
    account = _pending(request)
    if account is None:
        return done(request, "identity:login")
    kinds = set(Factor.objects.filter(account=account).values_list("kind", flat=True))
    sent = request.POST if request.method == "POST" else None
    recovering = sent is not None and "recovery" in sent
    context: dict[str, Any] = {
        "form": CodeForm(sent if sent is not None and not recovering else None),
        "recovery_form": RecoveryForm(sent if recovering else None),
        "recovering": recovering or FactorKind.TOTP not in kinds,
        "has_totp": FactorKind.TOTP in kinds,
        "has_passkey": FactorKind.PASSKEY in kinds and passkeys_possible(request),
        "name": account.display_name,
    }
    if sent is None:
        return page(request, "identity/second_factor.html", context)
    if sent.get("answer"):
        return _passkey(request, account, "identity/second_factor.html", context)
    form = context["recovery_form"] if recovering else context["form"]
    if not form.is_valid():
        return invalid(request, "identity/second_factor.html", context)
    address = client_address(request)
    if recovering:
        attempt = signin.check_recovery_code(account=account, code=form.cleaned_data["recovery"], address=address)
    else:
        attempt = signin.check_totp(account=account, code=form.cleaned_data["code"], address=address)
    if attempt.account is None:
        form.add_error(None, attempt.message)
        return invalid(request, "identity/second_factor.html", context)
    return _open(request, attempt.account, attempt.method)


@screen(access=is_agent, methods=("GET", "POST"), writes=True)
def prove(request: HttpRequest) -> HttpResponse:
    """The second factor again, before much leaves the house or a file is opened exceptionally."""
    own: Account = request.account  # type: ignore[attr-defined]
    back = local_url(request, request.POST.get("next") or request.GET.get("next"), "/desk/")
    kinds = set(Factor.objects.filter(account=own).values_list("kind", flat=True))
    if not kinds:
        return done(request, back)
    sent = request.POST if request.method == "POST" else None
    recovering = sent is not None and "recovery" in sent
    context: dict[str, Any] = {
        "form": CodeForm(sent if sent is not None and not recovering else None),
        "recovery_form": RecoveryForm(sent if recovering else None),
        "recovering": recovering or FactorKind.TOTP not in kinds,
        "has_totp": FactorKind.TOTP in kinds,
        "has_passkey": FactorKind.PASSKEY in kinds and passkeys_possible(request),
        "minutes": int(stepup.FRESH.total_seconds() // 60),
        "next": back,
    }
    if sent is None:
        return page(request, "identity/prove.html", context)
    form = context["recovery_form"] if recovering else context["form"]
    if sent.get("answer"):
        attempt = _passkey_attempt(request, own)
        context["refusal"], context["form"] = attempt.message, CodeForm()
    elif not form.is_valid():
        return invalid(request, "identity/prove.html", context)
    elif recovering:
        attempt = signin.check_recovery_code(account=own, code=form.cleaned_data["recovery"], address=client_address(request))
    else:
        attempt = signin.check_totp(account=own, code=form.cleaned_data["code"], address=client_address(request))
    if attempt.account is None:
        if not context.get("refusal"):
            form.add_error(None, attempt.message)
        return invalid(request, "identity/prove.html", context)
    signin.prove_again(actor=request.actor, request=request, account=own, method=attempt.method)  # type: ignore[attr-defined]
    return done(request, back, _("It is you. This holds for ten minutes: go on."))


def _passkey_attempt(request: HttpRequest, account: Account | None) -> signin.Attempt:
    state = request.session.pop(PASSKEY_STATE, None)
    try:
        answer = json.loads(request.POST["answer"])
    except ValueError:
        answer = None
    if not state or not isinstance(answer, dict):
        return signin.Attempt(message=_("The passkey was not asked for here. Try again."))
    return signin.check_passkey(host=request.get_host(), state=state, answer=answer, address=client_address(request), account=account)


def _passkey(request: HttpRequest, account: Account | None, template: str, context: dict[str, Any]) -> HttpResponse:
    form = context["form"]
    attempt = _passkey_attempt(request, account)
    if attempt.account is None:
        # The passkey is one way among others: its refusal is said above them, not beside their fields.
        context["refusal"] = attempt.message
        context["form"] = type(form)()
        return invalid(request, template, context)
    return _open(request, attempt.account, attempt.method)


@screen(access=anyone, methods=("POST",), public=True, writes=True)
def passkey_options(request: HttpRequest) -> HttpResponse:
    """What the browser needs to ask for, or to make, a passkey. The state stays in the session and serves once."""
    if not passkeys_possible(request):
        raise Http404
    host = request.get_host()
    purpose = request.POST.get("purpose")
    if purpose == "enrol":
        account, _actor = own_actor(request)
        if account is None:
            raise Http404
        options, state = webauthn.begin_registration(
            host=host,
            handle=account.uuid.bytes,
            username=account.username,
            display_name=account.display_name,
            stored=_stored(account),
        )
    elif purpose in ("second", "prove"):
        account = _pending(request) if purpose == "second" else request.account  # type: ignore[attr-defined]
        if account is None:
            raise Http404
        options, state = webauthn.begin_check(host=host, stored=_stored(account))
    else:
        options, state = webauthn.begin_check(host=host, stored=None)
    request.session[PASSKEY_STATE] = state
    return JsonResponse(options)


def _stored(account: Account) -> list[str]:
    return list(Factor.objects.filter(account=account, kind=FactorKind.PASSKEY).values_list("secret", flat=True))


@screen(access=anyone, methods=("POST",), public=True, writes=True)
def logout(request: HttpRequest) -> HttpResponse:
    """End this session."""
    sessions.sign_out(actor=request.actor, request=request)  # type: ignore[attr-defined]
    response = done(request, "identity:login", _("You are signed out."))
    # Nothing stays on the computer: what the browser kept of this site goes, drafts of forms included.
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@screen(access=anyone, methods=("GET", "POST"), public=True, writes=True)
def one_time_link(request: HttpRequest, token: str) -> HttpResponse:
    """Choose a password with a link from an administrator."""
    link = links.link_of(token)
    if link is None:
        return page(request, "identity/link_void.html", status=404)
    form = NewPasswordForm(request.POST or None)
    context = {"form": form, "link": link, "account": link.account}
    if request.method != "POST":
        return page(request, "identity/link.html", context)
    if form.is_valid():
        with errors_on(form):
            links.use_link(token=token, password=form.cleaned_data["password"])
            if request.actor is not ANONYMOUS:  # type: ignore[attr-defined]
                request.session.flush()
            return done(request, "identity:login", _("Your password is set. Sign in with it."))
    return invalid(request, "identity/link.html", context)
