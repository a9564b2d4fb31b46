"""Adding second factors, the first one before anything else."""

from __future__ import annotations

import json
from typing import Any

import segno
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from parvis.kernel.actor import Actor
from parvis.ui.http import done, errors_on, invalid, page, screen

from .. import crypto
from ..access import anyone, is_agent
from ..enums import FactorKind, SignInMethod
from ..errors import FactorRefused
from ..forms import ConfirmForm, PasskeyForm, TotpForm
from ..models import Account, Factor, RecoveryCode
from ..services import factors, signin
from .common import NEXT, client_address, client_browser, must_confirm, next_url, own_actor, passkeys_possible
from .signin import PASSKEY_STATE

SECRET = "totp_secret"
CODES = "new_codes"


def _own(request: HttpRequest) -> tuple[Account, Actor]:
    account, actor = own_actor(request)
    if account is None:
        raise Http404
    return account, actor


@screen(access=anyone, methods=("GET", "POST"), public=True, writes=True)
def enrol(request: HttpRequest) -> HttpResponse:
    """Choose a kind of second factor. An older session gives its password again first."""
    account, _actor = own_actor(request)
    if account is None:
        return done(request, "identity:login")
    form = ConfirmForm(request.POST or None, ask=must_confirm(request))
    context = {
        "first": not signin.has_factor(account),
        "enrolling": request.enrolling is not None,  # type: ignore[attr-defined]
        "confirm": must_confirm(request),
        "form": form,
        "passkeys": passkeys_possible(request),
    }
    template = _template(request, "enrol")
    if request.method != "POST":
        return page(request, template, context)
    if form.is_valid():
        with errors_on(form):
            _confirm(request, account, form)
            return done(request, "identity:enrol")
    return invalid(request, template, context)


def _template(request: HttpRequest, name: str) -> str:
    """The same page inside the desk for somebody at work, alone for somebody who is not in yet."""
    return f"identity/{name}_alone.html" if request.account is None else f"identity/{name}.html"  # type: ignore[attr-defined]


def _confirm(request: HttpRequest, account: Account, form: ConfirmForm) -> None:
    """Check the password when it was asked for; the session is fresh again for ten minutes."""
    if "password" not in form.fields:
        return
    signin.confirm_password(account=account, password=form.cleaned_data["password"], address=client_address(request))
    request.session.facts.pop("opened_at", None)  # type: ignore[attr-defined]
    request.session.cycle_key()


@screen(access=anyone, methods=("GET", "POST"), public=True, creates=True)
def enrol_app(request: HttpRequest) -> HttpResponse:
    """An authenticator app: scan, then type the code that it shows."""
    account, actor = own_actor(request)
    if account is None or must_confirm(request):
        return done(request, "identity:login" if account is None else "identity:enrol")
    sealed = request.session.get(SECRET)
    secret = crypto.unseal(sealed) if sealed else None
    if secret is None:
        secret = crypto.new_totp_secret()
        request.session[SECRET] = crypto.seal(secret)
    form = TotpForm(request.POST or None)
    # Always dark on light, whatever the theme: phones do not read the reverse.
    image = segno.make(crypto.totp_uri(secret, account.username, "Parvis"), error="m").svg_inline(
        scale=4, border=3, dark="#1b1b1b", light="#ffffff", omitsize=True, svgclass="qr", lineclass=None
    )
    context = {
        "form": form,
        "image": mark_safe(image),
        "secret": " ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
        "enrolling": request.enrolling is not None,  # type: ignore[attr-defined]
    }
    template = _template(request, "enrol_app")
    if request.method != "POST":
        return page(request, template, context)
    if form.is_valid():
        with errors_on(form):
            factors.add_totp(actor=actor, account=account, secret=secret, code=form.cleaned_data["code"], label=form.cleaned_data["label"])
            request.session.pop(SECRET, None)
            return _added(request, account, actor, SignInMethod.TOTP)
    return invalid(request, template, context)


@screen(access=anyone, methods=("GET", "POST"), public=True, creates=True)
def enrol_passkey(request: HttpRequest) -> HttpResponse:
    """A passkey: the browser asks the device."""
    account, actor = own_actor(request)
    if account is None or must_confirm(request):
        return done(request, "identity:login" if account is None else "identity:enrol")
    form = PasskeyForm(request.POST or None)
    context = {
        "form": form,
        "passkeys": passkeys_possible(request),
        "enrolling": request.enrolling is not None,  # type: ignore[attr-defined]
    }
    template = _template(request, "enrol_passkey")
    if request.method != "POST":
        return page(request, template, context)
    if form.is_valid():
        with errors_on(form):
            state = request.session.pop(PASSKEY_STATE, None)
            answer = _json(form.cleaned_data["answer"])
            if not state or answer is None:
                raise FactorRefused(_("The browser gave no passkey. Nothing was changed: try again."))
            factors.add_passkey(
                actor=actor,
                account=account,
                host=request.get_host(),
                state=state,
                answer=answer,
                label=form.cleaned_data["label"],
            )
            return _added(request, account, actor, SignInMethod.PASSKEY)
    return invalid(request, template, context)


def _json(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _added(request: Any, account: Account, actor: Actor, method: str) -> HttpResponse:
    """A first factor brings recovery codes, and turns the provisional session into a full one."""
    codes = []
    if not RecoveryCode.objects.filter(account=account, used_at__isnull=True).exists():
        codes = factors.renew_recovery_codes(actor=actor, account=account)
    if request.enrolling is not None:
        target = next_url(request)
        signin.open_session(
            request=request, account=account, method=method, address=client_address(request), browser=client_browser(request)
        )
        request.session[NEXT] = target
    if codes:
        request.session[CODES] = crypto.seal(" ".join(codes))
        return done(request, "identity:codes")
    return done(request, "identity:account", _("The second factor is added."))


@screen(access=anyone, methods=("GET", "POST"), public=True, writes=True)
def codes(request: HttpRequest) -> HttpResponse:
    """New recovery codes, shown until the person says that they are kept."""
    sealed = request.session.get(CODES)
    text = crypto.unseal(sealed) if sealed else None
    if text is None or request.account is None:  # type: ignore[attr-defined]
        return done(request, "identity:account")
    if request.method == "POST":
        request.session.pop(CODES, None)
        return done(request, next_url(request) if NEXT in request.session else "identity:account")
    return page(request, "identity/codes.html", {"codes": text.split()})


@screen(access=is_agent, methods=("GET", "POST"), writes=True)
def renew_codes(request: HttpRequest) -> HttpResponse:
    """Replace the recovery codes."""
    account, actor = _own(request)
    form = ConfirmForm(request.POST if request.method == "POST" else None, ask=must_confirm(request))
    context = {"form": form}
    if request.method != "POST":
        return page(request, "identity/renew_codes.html", context)
    if form.is_valid():
        with errors_on(form):
            _confirm(request, account, form)
            request.session[CODES] = crypto.seal(" ".join(factors.renew_recovery_codes(actor=actor, account=account)))
            request.session.pop(NEXT, None)
            return done(request, "identity:codes")
    return invalid(request, "identity/renew_codes.html", context)


@screen(access=is_agent, methods=("GET", "POST"), writes=True)
def remove_factor(request: HttpRequest, uuid: Any) -> HttpResponse:
    """Remove one of one's own second factors."""
    account, actor = _own(request)
    factor = Factor.objects.filter(account=account, uuid=uuid).first()
    if factor is None:
        raise Http404
    form = ConfirmForm(request.POST if request.method == "POST" else None, ask=must_confirm(request))
    context = {"form": form, "factor": factor, "is_passkey": factor.kind == FactorKind.PASSKEY}
    if request.method != "POST":
        return page(request, "identity/remove_factor.html", context)
    if form.is_valid():
        with errors_on(form):
            _confirm(request, account, form)
            factors.remove_factor(actor=actor, account=account, factor=factor)
            return done(request, "identity:account", _("The second factor is removed."))
    return invalid(request, "identity/remove_factor.html", context)
