"""Who acts: built once per request, in at most three queries (session, account with its functions, units)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.crypto import constant_time_compare

from parvis.kernel import clock
from parvis.kernel.actor import ANONYMOUS, Actor

from .backends import ENROLMENT, STRONG
from .models import Account
from .selectors import account_and_grants, build_actor, build_proxy_actor
from .sessions import touch

IDLE = dt.timedelta(hours=2)
PORTAL_REFS = "portal_refs"
ACTING = "acting_for"
# Open while an account still has to add its second factor: all else leads there.
WHILE_ENROLLING = ("/account/enrol/", "/account/logout/", "/demo/", "/static/", "/language/", "/theme/")


class ActorMiddleware:
    """Sets ``request.actor``, ``request.account`` (None for a citizen) and ``request.enrolling``."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        request.enrolling = None
        request.account, request.actor = self._identify(request)
        request.user = request.account or AnonymousUser()
        if request.enrolling is not None and not request.path.startswith(WHILE_ENROLLING):
            return _lead_to(request, reverse("identity:enrol"))
        response = self.get_response(request)
        touch(request)
        return response

    def _identify(self, request: Any) -> tuple[Account | None, Actor]:
        session = request.session
        account_id = session.get(SESSION_KEY)
        if account_id is None:
            return None, _citizen(request)
        acting = session.get(ACTING) or {}
        account, rows, others = account_and_grants(int(account_id), clock.today(), acting.get("for"))
        backend = session.get(BACKEND_SESSION_KEY)
        if account is None or backend not in (STRONG, ENROLMENT) or not _hash_fits(session, account) or _idle(session):
            session.flush()
            return None, ANONYMOUS
        # A citizen's keys never travel in an agent's session, whoever put them there.
        if PORTAL_REFS in session:
            del session[PORTAL_REFS]
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            translation.activate(account.language)
            request.LANGUAGE_CODE = translation.get_language()
        if backend == ENROLMENT:
            request.enrolling = account
            return None, ANONYMOUS
        if acting:
            actor = build_proxy_actor(account, others[0] if others else None, others, acting["proxy"])
            if actor is not None:
                return account, actor
            del session[ACTING]  # it ended, or was taken back: one's own rights again
        return account, build_actor(account, rows)


def _hash_fits(session: Any, account: Account) -> bool:
    """False once the password was changed: the session belongs to the former one."""
    kept = session.get(HASH_SESSION_KEY, "")
    if constant_time_compare(kept, account.get_session_auth_hash()):
        return True
    return any(constant_time_compare(kept, old) for old in account.get_session_auth_fallback_hash())


def _idle(session: Any) -> bool:
    seen = getattr(session, "facts", {}).get("seen_at")
    return seen is not None and clock.now() - seen > IDLE


def _citizen(request: Any) -> Actor:
    """What the portal noted that this browser may open makes a citizen; nothing noted, nobody."""
    refs = request.session.get(PORTAL_REFS)
    if not refs:
        return ANONYMOUS
    language = (translation.get_language() or settings.LANGUAGE_CODE).split("-")[0]
    return Actor(
        kind="citizen",
        account_id=None,
        label="",
        language=language,
        refs=frozenset((str(kind), int(number)) for kind, number in refs),
    )


def _lead_to(request: HttpRequest, url: str) -> HttpResponse:
    if request.headers.get("HX-Request") == "true":
        response = HttpResponse(status=401)
        response.headers["HX-Redirect"] = url
        return response
    return HttpResponseRedirect(url)
