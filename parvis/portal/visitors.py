"""Who visits: a person without an account, who may open what codes have opened in this browser, and nothing else."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from parvis.form_engine import api as forms
from parvis.kernel.actor import Actor
from parvis.requests import api as requests

KEY = "portal"


def _store(request: HttpRequest) -> dict[str, Any]:
    held: dict[str, Any] = request.session.get(KEY) or {}
    return {"drafts": {}, "requests": {}, "codes": {}, **held}


def _keep(request: HttpRequest, store: dict[str, Any]) -> None:
    request.session[KEY] = store
    request.session.modified = True


def language() -> str:
    return (get_language() or "fr").split("-")[0]


def citizen(request: HttpRequest) -> Actor:
    """The person at this browser, whoever else is signed in there."""
    store = _store(request)
    refs = {("draft", int(pk)) for pk, _code in store["drafts"].values()} | {("request", int(pk)) for pk in store["requests"].values()}
    return Actor(
        kind="citizen",
        account_id=None,
        label=_("Person (portal)"),
        language=language(),
        refs=frozenset(refs),
        screen=getattr(request, "screen").name if hasattr(request, "screen") else "",  # noqa: B009
    )


def remember_draft(request: HttpRequest, draft: forms.Draft, code: str) -> None:
    store = _store(request)
    store["drafts"][str(draft.uuid)] = [draft.pk, code]
    _keep(request, store)


def forget_draft(request: HttpRequest, draft: forms.Draft) -> None:
    store = _store(request)
    store["drafts"].pop(str(draft.uuid), None)
    _keep(request, store)


def draft_code(request: HttpRequest, draft: forms.Draft) -> str:
    return str(_store(request)["drafts"].get(str(draft.uuid), ["", ""])[1])


def open_drafts(request: HttpRequest) -> list[forms.Draft]:
    """Requests in preparation in this browser."""
    return list(forms.Draft.objects.visible_to(citizen(request)).select_related("form").filter(sent_at__isnull=True))


def remember_request(request: HttpRequest, sent: requests.Request, code: str = "") -> None:
    """``code`` is kept until it was shown once."""
    store = _store(request)
    store["requests"][str(sent.uuid)] = sent.pk
    if code:
        store["codes"][str(sent.uuid)] = code
    _keep(request, store)


def take_code(request: HttpRequest, sent: requests.Request) -> str:
    """The tracking code, the first time only."""
    store = _store(request)
    code = str(store["codes"].pop(str(sent.uuid), ""))
    if code:
        _keep(request, store)
    return code


def forget_all(request: HttpRequest) -> None:
    """The next person at this computer sees nothing."""
    request.session.pop(KEY, None)


def draft_or_404(request: HttpRequest, uuid: Any) -> forms.Draft:
    found: forms.Draft | None = forms.Draft.objects.visible_to(citizen(request)).select_related("form").filter(uuid=uuid).first()
    if found is None:
        raise Http404("draft")
    return found


def request_or_404(request: HttpRequest, uuid: Any) -> requests.Request:
    found = requests.visible_request(citizen(request), uuid)
    if found is None:
        raise Http404("request")
    return found


def address(request: HttpRequest) -> str:
    """Where wrong codes come from: the last hop that our proxy added, or the peer."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.PARVIS["https"] else ""
    return forwarded.split(",")[-1].strip() or request.META.get("REMOTE_ADDR", "")
