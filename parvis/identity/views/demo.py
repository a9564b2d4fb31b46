"""The role bar of a demonstration: one click, another role."""

from __future__ import annotations

import functools

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from parvis.ui.http import done, screen

from .. import selectors
from ..access import anyone
from ..enums import SignInMethod
from ..services import sessions, signin
from .common import client_address, client_browser

#: Where the portal notes that a citizen is signed in.
CITIZEN = "portal_account"


@screen(access=anyone, methods=("POST",), public=True, writes=True)
def sign_in(request: HttpRequest) -> HttpResponse:
    """Become a demo account, or nobody: the citizen's view."""
    # The route is not in any other instance's table; this is the second lock.
    if not settings.PARVIS_IS_DEMO:
        raise Http404
    chosen = request.POST.get("account", "")
    if not chosen:
        sessions.sign_out(actor=request.actor, request=request)  # type: ignore[attr-defined]
        return done(request, "/")
    account = get_object_or_404(selectors.demo_accounts(), uuid=chosen)
    signin.open_session(
        request=request,
        account=account,
        method=SignInMethod.DEMO,
        address=client_address(request),
        browser=client_browser(request),
    )
    return done(request, settings.LOGIN_REDIRECT_URL)


def role_bar(request: HttpRequest) -> str | None:
    """The bar above every page of a demonstration."""
    account = getattr(request, "account", None) or getattr(request, "enrolling", None)
    roles = selectors.demo_bar()
    # Somebody who has two functions sits where the bar would seat them, else at their first.
    seat = next((role for role in roles if role.account == account), None) or next(
        (role for role in roles if account in role.accounts), None
    )
    seats = tuple((role.label, tuple((str(one.uuid), one.display_name) for one in role.accounts)) for role in roles)
    citizen = account is None and CITIZEN in request.session
    context = {"roles": roles, "seat": seat, "current": account, "citizen": citizen, "everybody": _everybody(seats)}
    return render_to_string("identity/_role_bar.html", context, request=request)


@functools.lru_cache(maxsize=16)
def _everybody(seats: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]) -> SafeString:
    """The menu of all seats: function and accounts (uuid, name). Drawn anew when a name, a function or the language changes."""
    return render_to_string("identity/_role_bar_everybody.html", {"seats": seats})
