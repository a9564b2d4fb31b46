"""Who visits: a person without an account, who may open what codes have opened in this browser; or with one, who may open what is theirs too.

``portal_refs`` in the session says what codes opened (identity makes the citizen of it); ``portal`` holds the codes that are still to
be written down; ``portal_account`` names the row that is the session of an account, read again for every page: whatever ends it ends all
at once. An agent's session carries none of them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from parvis.form_engine import api as forms
from parvis.kernel.actor import ANONYMOUS, Actor
from parvis.requests import api as requests

from . import selectors, services
from .models import CitizenAccount, CitizenSession

REFS = "portal_refs"
CODES = "portal"
ACCOUNT = "portal_account"
#: Of the code that was asked for in this browser: which, and for which address.
MAIL = "portal_mail"
#: What is taken into the account once somebody signed in.
KEEP = "portal_keep"
NEXT = "portal_next"
ENDED = "portal_ended"
MOST_LISTED = 20
#: Of the request, while one page is made.
SEEN = "_portal_session"
BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "macOS"), ("Linux", "Linux"))


def is_visitor(actor: Actor) -> bool:
    """Anybody but an agent: whoever is signed in holds no citizen's key."""
    return not actor.is_agent


def language() -> str:
    return (get_language() or "fr").split("-")[0]


def citizen(request: HttpRequest) -> Actor:
    """The person at this browser, with what was opened until now, this page included."""
    actor: Actor = getattr(request, "actor", ANONYMOUS)
    held = [] if actor.is_agent else request.session.get(REFS) or []
    mine = account(request)
    return replace(
        ANONYMOUS,
        kind="citizen",
        label=_("Person (portal)"),
        language=language(),
        refs=frozenset((str(kind), int(number)) for kind, number in held) | (own_refs(request) if mine else frozenset()),
        screen=actor.screen,
    )


def owner(request: HttpRequest) -> Actor:
    """The person who is signed in, with what the account opens and nothing that codes opened in this browser."""
    return replace(citizen(request), refs=own_refs(request))


def holds_nothing(request: HttpRequest) -> bool:
    """No code was used in this browser and nobody is signed in, or the session ended."""
    return account(request) is None and not request.session.get(REFS)


# Who is signed in ----------------------------------------------------------------------------------------------------------
def session(request: HttpRequest) -> CitizenSession | None:
    """The session of the account in this browser. Once it ended, whatever ended it, nothing stays open here, what codes opened neither."""
    actor: Actor = getattr(request, "actor", ANONYMOUS)
    key = "" if actor.is_agent else str(request.session.get(ACCOUNT) or "")
    if not key:
        return None
    if not hasattr(request, SEEN):
        found = services.session_of(key)
        setattr(request, SEEN, found)
        if found is None:
            forget_all(request)
            request.session[ENDED] = True
        else:
            # What is answered is a person's: nobody keeps it (``ui.http``). Of rights there are none in it.
            request.actor = replace(ANONYMOUS, kind="citizen", language=language(), screen=actor.screen)  # type: ignore[attr-defined]
    seen: CitizenSession | None = getattr(request, SEEN)
    return seen


def account(request: HttpRequest) -> CitizenAccount | None:
    """The account that is signed in. One query, none in a browser without one."""
    found = session(request)
    return found.account if found is not None else None


def own_refs(request: HttpRequest) -> frozenset[tuple[str, int]]:
    """What the account opens, read once for a page."""
    mine = account(request)
    if mine is None:
        return frozenset()
    if not hasattr(request, "_portal_refs"):
        request._portal_refs = selectors.refs_of(mine)  # type: ignore[attr-defined]
    refs: frozenset[tuple[str, int]] = request._portal_refs  # type: ignore[attr-defined]
    return refs


def _again(request: HttpRequest) -> None:
    """What the account opens has changed."""
    if hasattr(request, "_portal_refs"):
        del request._portal_refs


def browser(request: HttpRequest) -> str:
    """Enough to recognise one's own device: "Firefox, Android"."""
    agent = request.headers.get("User-Agent", "")
    found = [next((name for mark, name in table if mark in agent), "") for table in (BROWSERS, SYSTEMS)]
    return ", ".join(part for part in found if part)[:120] or agent[:60]


def sign_in(request: HttpRequest, mine: CitizenAccount) -> None:
    """This browser is the account's from now on. Whoever gave it its session identifier shares nothing of it."""
    request.session.cycle_key()
    request.session.pop(ENDED, None)
    made = services.open_session(actor=citizen(request), account=mine, browser=browser(request))
    request.session[ACCOUNT] = str(made.uuid)
    setattr(request, SEEN, made)
    _again(request)


def sign_out(request: HttpRequest) -> None:
    """The session of the account, where there is one, and all that is open here."""
    found = session(request)
    if found is not None:
        services.end_session(actor=citizen(request), account=found.account, uuid=found.uuid)
    forget_all(request)
    request.session.pop(ENDED, None)


def ended(request: HttpRequest) -> bool:
    """Did the session of an account end since the last page? Said once."""
    account(request)
    return bool(request.session.pop(ENDED, False))


# What this browser may open ------------------------------------------------------------------------------------------------
def _open(request: HttpRequest, kind: str, pk: int) -> None:
    held = request.session.get(REFS) or []
    if not held:
        # Whoever gave this browser its session identifier must not share what opens now.
        request.session.cycle_key()
    request.session[REFS] = [ref for ref in held if ref != [kind, pk]] + [[kind, pk]]


def _codes(request: HttpRequest) -> dict[str, Any]:
    kept: dict[str, Any] = request.session.get(CODES) or {}
    return {"drafts": {}, "requests": {}, **kept}


def begin_draft(request: HttpRequest, draft: forms.Draft, code: str) -> None:
    """Begun here: in the space of whoever is signed in, else in this browser."""
    mine = account(request)
    if mine is None:
        remember_draft(request, draft, code)
        return
    services.keep_draft(actor=citizen(request), account=mine, draft=draft)
    _again(request)
    _note_draft(request, draft, code)


def remember_draft(request: HttpRequest, draft: forms.Draft, code: str) -> None:
    """Its code was typed here."""
    _open(request, "draft", draft.pk)
    _note_draft(request, draft, code)


def _note_draft(request: HttpRequest, draft: forms.Draft, code: str) -> None:
    codes = _codes(request)
    codes["drafts"][str(draft.uuid)] = code
    request.session[CODES] = codes


def remember_request(request: HttpRequest, sent: requests.Request, code: str = "", *, draft: forms.Draft | None = None) -> None:
    """``code`` is shown on the page that follows, and forgotten when the person goes on. ``draft``: what it was sent from; one of the space
    makes a request of the space."""
    mine = account(request)
    if mine is not None and draft is not None and ("draft", draft.pk) in own_refs(request):
        services.keep_request(actor=citizen(request), account=mine, request=sent)
        _again(request)
    else:
        _open(request, "request", sent.pk)
    if code:
        codes = _codes(request)
        codes["requests"][str(sent.uuid)] = code
        request.session[CODES] = codes


def draft_code(request: HttpRequest, draft: forms.Draft) -> str:
    return str(_codes(request)["drafts"].get(str(draft.uuid), ""))


def tracking_code(request: HttpRequest, sent: requests.Request) -> str:
    return str(_codes(request)["requests"].get(str(sent.uuid), ""))


def forget_tracking_codes(request: HttpRequest) -> None:
    """The person went on: the code was written down, or is lost."""
    codes = _codes(request)
    if codes["requests"]:
        request.session[CODES] = {**codes, "requests": {}}


def forget_all(request: HttpRequest) -> None:
    """The next person at this computer sees nothing."""
    for key in (REFS, CODES, ACCOUNT, MAIL, KEEP, NEXT):
        request.session.pop(key, None)
    setattr(request, SEEN, None)
    _again(request)


# What was opened -----------------------------------------------------------------------------------------------------------
def open_drafts(request: HttpRequest) -> list[forms.Draft]:
    """Requests in preparation in this browser."""
    return list(forms.Draft.objects.visible_to(citizen(request)).select_related("form").filter(sent_at__isnull=True))


def open_requests(request: HttpRequest) -> list[requests.Request]:
    """Requests that were sent or opened by their code in this browser, the latest first."""
    rows = requests.Request.objects.visible_to(citizen(request)).select_related("procedure")
    return list(rows.order_by("-received_at", "-pk")[:MOST_LISTED])


def by_code(request: HttpRequest) -> tuple[list[requests.Request], list[forms.Draft]]:
    """What codes opened in this browser and the account does not hold."""
    held = {(str(kind), int(number)) for kind, number in request.session.get(REFS) or []} - own_refs(request)
    return [row for row in open_requests(request) if ("request", row.pk) in held], [
        row for row in open_drafts(request) if ("draft", row.pk) in held
    ]


def find_draft(request: HttpRequest, uuid: UUID) -> forms.Draft | None:
    """The draft, None when the session ended.

    Raises:
        Http404: it is not among what was opened here.
    """
    found: forms.Draft | None = forms.Draft.objects.visible_to(citizen(request)).select_related("form").filter(uuid=uuid).first()
    if found is None and not holds_nothing(request):
        raise Http404("draft")
    return found


def find_request(request: HttpRequest, uuid: UUID) -> requests.Request | None:
    """The request, None when the session ended.

    Raises:
        Http404: it is not among what was opened here.
    """
    found = requests.visible_request(citizen(request), uuid)
    if found is None and not holds_nothing(request):
        raise Http404("request")
    return found


def address(request: HttpRequest) -> str:
    """Where wrong codes come from: the last hop that our proxy added, or the peer."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.PARVIS["https"] else ""
    return forwarded.split(",")[-1].strip() or request.META.get("REMOTE_ADDR", "")
