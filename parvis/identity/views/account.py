"""One's own account: preferences, password, second factors, sessions."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _

from parvis.kernel import clock
from parvis.ui.http import done, errors_on, invalid, page, screen
from parvis.ui.shell import DENSITY_COOKIE, THEME_COOKIE

from ..access import is_agent
from ..forms import ChangePasswordForm, PreferencesForm
from ..models import Factor, FunctionGrant, RecoveryCode
from ..services import accounts, sessions, signin, throttle
from .common import client_address


def _context(request: Any, form: PreferencesForm) -> dict[str, Any]:
    account = request.account
    return {
        "account": account,
        "form": form,
        "grants": FunctionGrant.objects.at(clock.today()).filter(account=account).select_related("unit"),
        "factors": Factor.objects.filter(account=account),
        "codes_left": RecoveryCode.objects.filter(account=account, used_at__isnull=True).count(),
        "sessions": sessions.sessions_of(account),
        "this_session": request.session.facts.get("uuid"),
        "has_password": account.has_usable_password(),
    }


@screen(access=is_agent)
def account(request: HttpRequest) -> HttpResponse:
    """My account."""
    own = request.account  # type: ignore[attr-defined]
    form = PreferencesForm(initial={"language": own.language, "density": own.density, "theme": own.theme})
    return page(request, "identity/account.html", _context(request, form))


@screen(access=is_agent, methods=("POST",))
def preferences(request: HttpRequest) -> HttpResponse:
    """Language, density, colours: kept in the account; what this browser kept gives way."""
    form = PreferencesForm(request.POST)
    if form.is_valid():
        with errors_on(form):
            accounts.set_preferences(actor=request.actor, account=request.account, **form.cleaned_data)  # type: ignore[attr-defined]
            translation.activate(form.cleaned_data["language"])
            response = done(request, "identity:account", _("Your preferences are kept."))
            for cookie in (settings.LANGUAGE_COOKIE_NAME, THEME_COOKIE, DENSITY_COOKIE):
                response.delete_cookie(cookie)
            return response
    return invalid(request, "identity/account.html", _context(request, form))


@screen(access=is_agent, methods=("GET", "POST"))
def password(request: HttpRequest) -> HttpResponse:
    """Change one's own password."""
    own = request.account  # type: ignore[attr-defined]
    form = ChangePasswordForm(request.POST or None)
    context = {"form": form, "has_password": own.has_usable_password()}
    if request.method != "POST":
        return page(request, "identity/password.html", context)
    if form.is_valid():
        address = client_address(request)
        with errors_on(form):
            signin.confirm_password(account=own, password=form.cleaned_data["current"], address=address, field="current")
            changed = accounts.change_password(
                actor=request.actor,  # type: ignore[attr-defined]
                account=own,
                current=form.cleaned_data["current"],
                new=form.cleaned_data["password"],
                keep_session=request.session.session_key,
            )
            throttle.forget_failures(own.username)
            update_session_auth_hash(request, changed)
            return done(request, "identity:account", _("Your password is changed. Your other sessions are closed."))
    return invalid(request, "identity/password.html", context)


@screen(access=is_agent, methods=("POST",))
def end_session(request: HttpRequest, uuid: Any) -> HttpResponse:
    """Close one of one's own sessions."""
    ended = sessions.end_session(actor=request.actor, account=request.account, uuid=uuid)  # type: ignore[attr-defined]
    return done(request, "identity:account", _("The session is closed.") if ended else _("That session was closed already."))


@screen(access=is_agent, methods=("POST",))
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """Close all of one's own sessions but this one."""
    sessions.end_other_sessions(
        actor=request.actor,  # type: ignore[attr-defined]
        account=request.account,  # type: ignore[attr-defined]
        keep=request.session.session_key or "",
    )
    return done(request, "identity:account", _("Your other sessions are closed."))
