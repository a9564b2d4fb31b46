"""Small helpers of these pages: where the browser is, whose account it is."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.ui.http import local_url

from .. import webauthn
from ..models import Account

FRESH = dt.timedelta(minutes=10)
NEXT = "next"


def client_address(request: HttpRequest) -> str:
    """The address that failures are counted for. Behind our proxy (HTTPS) it is the last one that the proxy saw."""
    forwarded = request.headers.get("X-Forwarded-For", "")
    if settings.SECURE_PROXY_SSL_HEADER and forwarded:
        return forwarded.rsplit(",", 1)[-1].strip()[:45]
    return str(request.META.get("REMOTE_ADDR") or "unknown")[:45]


_BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "macOS"), ("Linux", "Linux"))


def client_browser(request: HttpRequest) -> str:
    """Enough to recognise one's own device: "Firefox, Windows"."""
    agent = request.headers.get("User-Agent", "")
    found = [next((name for mark, name in table if mark in agent), "") for table in (_BROWSERS, _SYSTEMS)]
    return ", ".join(part for part in found if part)[:120] or agent[:60]


def remember_next(request: HttpRequest, candidate: str | None) -> None:
    target = local_url(request, candidate, "")
    if target:
        request.session[NEXT] = target


def next_url(request: HttpRequest) -> str:
    return local_url(request, request.session.get(NEXT), settings.LOGIN_REDIRECT_URL)


def own_actor(request: Any) -> tuple[Account | None, Actor]:
    """The account that manages itself here: signed in, or still adding its first second factor."""
    account = request.account or request.enrolling
    if account is None:
        return None, request.actor
    if request.account is not None:
        return account, request.actor
    return account, Actor(
        kind="agent", account_id=account.pk, label=account.display_name, language=account.language, screen=request.screen.name
    )


def must_confirm(request: Any) -> bool:
    """A session that was opened a while ago proves itself again before a change of its keys."""
    account = request.account
    if account is None or not account.has_usable_password():
        return False
    opened = request.session.facts.get("opened_at")
    return opened is None or clock.now() - opened > FRESH


def passkeys_possible(request: HttpRequest) -> bool:
    return webauthn.usable_on(request.get_host())
