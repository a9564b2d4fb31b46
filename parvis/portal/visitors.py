"""Who visits: a person without an account, who may open what codes have opened in this browser, and nothing else.

``portal_refs`` in the session says what may be opened (identity makes the citizen of it); ``portal`` holds the codes that are still to
be written down. An agent's session carries neither.
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

REFS = "portal_refs"
CODES = "portal"


def is_visitor(actor: Actor) -> bool:
    """Anybody but an agent: whoever is signed in holds no citizen's key."""
    return not actor.is_agent


def language() -> str:
    return (get_language() or "fr").split("-")[0]


def citizen(request: HttpRequest) -> Actor:
    """The person at this browser, with what was opened until now, this page included."""
    actor: Actor = getattr(request, "actor", ANONYMOUS)
    held = [] if actor.is_agent else request.session.get(REFS) or []
    return replace(
        ANONYMOUS,
        kind="citizen",
        label=_("Person (portal)"),
        language=language(),
        refs=frozenset((str(kind), int(number)) for kind, number in held),
        screen=actor.screen,
    )


def holds_nothing(request: HttpRequest) -> bool:
    """No code was used in this browser, or its session ended."""
    return not request.session.get(REFS)


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


def remember_draft(request: HttpRequest, draft: forms.Draft, code: str) -> None:
    _open(request, "draft", draft.pk)
    codes = _codes(request)
    codes["drafts"][str(draft.uuid)] = code
    request.session[CODES] = codes


def remember_request(request: HttpRequest, sent: requests.Request, code: str = "") -> None:
    """``code`` is shown on the page that follows, and forgotten when the person goes on."""
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
    for key in (REFS, CODES):
        request.session.pop(key, None)


# What was opened -----------------------------------------------------------------------------------------------------------
def open_drafts(request: HttpRequest) -> list[forms.Draft]:
    """Requests in preparation in this browser."""
    return list(forms.Draft.objects.visible_to(citizen(request)).select_related("form").filter(sent_at__isnull=True))


def open_requests(request: HttpRequest) -> list[requests.Request]:
    """Requests that were sent or opened by their code in this browser, the latest first."""
    rows = requests.Request.objects.visible_to(citizen(request)).select_related("procedure")
    return list(rows.order_by("-received_at", "-pk"))


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
