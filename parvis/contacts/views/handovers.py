"""The page that waits for the reader program, and the door where the program knocks."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from parvis.kernel import clock
from parvis.kernel.errors import DomainError
from parvis.ui.http import done, local_url, page, screen

from .. import access
from ..eid.reading import MAX_FILE
from ..services import handovers

SHOWN_ONCE = "card_token"


def _session(request: HttpRequest) -> str:
    return request.session.session_key or ""


@screen(access=access.can_edit_person, methods=("POST",), writes=True)
def ask(request: HttpRequest) -> HttpResponse:
    """Begin to wait for a card."""
    back = local_url(request, request.POST.get("back"), reverse("contacts:new_card"))
    row, token = handovers.ask_for_card(actor=request.actor, session_key=_session(request), back=back)  # type: ignore[attr-defined]
    request.session[SHOWN_ONCE] = {"uuid": str(row.uuid), "token": token}
    return done(request, "contacts:handover_wait", None, row.uuid)


@screen(access=access.can_edit_person, parts=("handover",))
def wait(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Link for the reader program; asks every two seconds whether the card has come."""
    row = handovers.handover_of(actor=request.actor, session_key=_session(request), uuid=uuid)  # type: ignore[attr-defined]
    if row is None:
        raise Http404("handover")
    held = request.session.get(SHOWN_ONCE) or {}
    token = held.get("token", "") if held.get("uuid") == str(uuid) else ""
    address = request.build_absolute_uri(reverse("contacts:handover", args=[token])) if token else ""
    context: dict[str, Any] = {
        "row": row,
        "address": address,
        "link": f"parvis-reader:{address}",
        "came": row.received_at is not None,
        "over": row.received_at is None and row.expires_at <= clock.now(),
        "seconds": max(0, int((row.expires_at - clock.now()).total_seconds())),
        "target": f"{row.back}?handover={row.uuid}",
    }
    response = page(request, "contacts/handover_wait.html", context)
    if context["came"] and request.headers.get("HX-Request") == "true":
        response.headers["HX-Redirect"] = context["target"]
    return response


@csrf_exempt  # the reader program has no cookie: the one-time token in the address is what it shows instead
@screen(public=True, methods=("POST",), writes=True)
def receive(request: HttpRequest, token: str) -> HttpResponse:
    """The reader program hands a card over. Answers in JSON; says nothing about whom it is for."""
    sent = request.FILES.getlist("files")
    try:
        if any((one.size or 0) > MAX_FILE for one in sent) or len(sent) > handovers.MOST_FILES:
            return JsonResponse({"error": _("This file is too large to be an identity card. Nothing was read.")}, status=422)
        files = {one.name or f"file{at}": one.read() for at, one in enumerate(sent)}
        handovers.hand_over(actor=request.actor, token=token, files=files)  # type: ignore[attr-defined]
    except DomainError as error:
        return JsonResponse({"error": str(error)}, status=404 if isinstance(error, handovers.HandoverOver) else error.status)
    return JsonResponse({"status": "received"})


def handed(request: HttpRequest) -> dict[str, bytes]:
    """Files that the reader handed to this session, named in the address of the page."""
    try:
        uuid = UUID(request.GET.get("handover", ""))
    except ValueError:
        return {}
    row = handovers.handover_of(actor=request.actor, session_key=_session(request), uuid=uuid)  # type: ignore[attr-defined]
    return handovers.handed_files(row) if row is not None and row.received_at is not None else {}


def forget(request: HttpRequest) -> None:
    """After the card was used."""
    try:
        uuid = UUID(request.GET.get("handover", ""))
    except ValueError:
        return
    row = handovers.handover_of(actor=request.actor, session_key=_session(request), uuid=uuid)  # type: ignore[attr-defined]
    if row is not None:
        handovers.forget_card(actor=request.actor, row=row)  # type: ignore[attr-defined]
