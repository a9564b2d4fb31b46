"""After sending: the confirmation, the timeline, the receipt and the letter."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from parvis.agenda import api as agenda
from parvis.contacts import api as contacts
from parvis.decisions import api as decisions
from parvis.documents import api as documents
from parvis.dossiers import api as dossiers
from parvis.kernel import clock
from parvis.kernel.subject import SubjectRef
from parvis.requests import api as requests
from parvis.ui import formats
from parvis.ui.http import done, errors_on, invalid, page, screen

from .. import visitors
from ..forms import PieceForm
from .codes import session_ended


@screen(access=visitors.is_visitor, public=True, writes=True)
def sent(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """It arrived: number, receipt, code (until the person goes on), what the law gives."""
    mine = visitors.find_request(request, uuid)
    if mine is None:
        return session_ended(request, "track")
    code = visitors.tracking_code(request, mine)
    query = urlencode({"number": mine.number, "code": code})
    context = {
        "mine": mine,
        "tracker": requests.tracker(mine),
        "promises": requests.receipt_of(mine).promises,
        "receipt": requests.receipt_document(mine),
        "code": code,
        "link": request.build_absolute_uri(f"{reverse('portal:track')}?{query}") if code else "",
    }
    return page(request, "portal/sent.html", context)


@screen(access=visitors.is_visitor, public=True, methods=("GET", "POST"), creates=True)
def timeline(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Where the request is, in plain words, with the next step and its day; and a place to send a document."""
    mine = visitors.find_request(request, uuid)
    if mine is None:
        return session_ended(request, "track")
    visitors.forget_tracking_codes(request)
    kinds = requests.pieces_to_send(mine)
    choices = [(piece.kind, piece.label) for piece in kinds]
    if request.method == "POST":
        form = PieceForm(request.POST, request.FILES, kinds=choices)
        if form.is_valid():
            with errors_on(form):
                requests.add_piece(
                    actor=visitors.citizen(request), request=mine, kind=form.cleaned_data["kind"], upload=form.cleaned_data["file"]
                )
                return done(request, "portal:timeline", _("Your document has arrived."), mine.uuid)
        return invalid(request, "portal/timeline.html", _timeline(request, mine, form, kinds))
    return page(request, "portal/timeline.html", _timeline(request, mine, PieceForm(kinds=choices), kinds))


def _timeline(request: HttpRequest, mine: requests.Request, form: PieceForm, kinds: list[requests.PieceOffer]) -> dict[str, Any]:
    tracker = requests.tracker(mine)
    lines = {line.kind: line for line in _lines(request, mine)}
    letters = decisions.sent_letters([line.pk for line in lines.values()])
    notify = {formats.label(promise.what): promise.notify_days for promise in requests.receipt_of(mine).promises}
    return {
        "mine": mine,
        "tracker": tracker,
        "tracks": [
            {
                "line": track,
                "letter": lines[track.kind].uuid if lines[track.kind].pk in letters else None,
                "notify_days": notify.get(formats.label(track.label)),
            }
            for track in tracker.lines
        ],
        "form": form,
        "wanted": [piece for piece in kinds if piece.wanted],
        "received": requests.pieces_received(mine),
        "readings": settings.PARVIS["access_on_portal"],
        "others": [other for other in visitors.open_requests(request) if other.pk != mine.pk],
        "account": visitors.account(request),
        "kept": ("request", mine.pk) in visitors.own_refs(request),
    }


def _lines(request: HttpRequest, mine: requests.Request) -> list[requests.RequestLine]:
    return list(requests.RequestLine.objects.visible_to(visitors.citizen(request)).filter(request=mine).order_by("pk"))


@screen(access=visitors.is_visitor, public=True)
def readings(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Who opened the file of this request, and why. The code opens it for the person who made the request, while in the file."""
    mine = visitors.find_request(request, uuid)
    if mine is None:
        return session_ended(request, "track")
    if not settings.PARVIS["access_on_portal"]:
        raise Http404("readings")
    visitors.forget_tracking_codes(request)
    found = None
    if mine.dossier_id is not None and mine.applicant_id is not None and dossiers.in_file_today(mine.dossier_id, mine.applicant_id):
        found = dossiers.persons_list(mine.dossier_id, person_id=mine.applicant_id, request_id=mine.pk)
    return page(request, "portal/readings.html", {"mine": mine, "found": found, "tracker": requests.tracker(mine), "today": clock.today()})


@screen(access=visitors.is_visitor, public=True, parts=("meeting",))
def meeting(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The next appointment of the person who made the request, while in the file: day, hour and place, never what it is about. Of a protected
    household the place is not told either."""
    mine = visitors.find_request(request, uuid)
    if mine is None:
        return session_ended(request, "track")
    visitors.forget_tracking_codes(request)
    found, hidden = None, False
    if mine.dossier_id is not None and mine.applicant_id is not None and dossiers.in_file_today(mine.dossier_id, mine.applicant_id):
        found = agenda.next_for_person(SubjectRef("dossier", mine.dossier_id), mine.applicant_id)
        hidden = found is not None and bool(contacts.hidden_person_ids([mine.applicant_id], clock.today()))
    return page(request, "portal/meeting.html", {"mine": mine, "found": found, "hidden": hidden, "loaded": True})


@screen(access=visitors.is_visitor, public=True)
def receipt(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The receipt as PDF; while it is being made, a page that says so."""
    mine = visitors.find_request(request, uuid)
    if mine is None:
        return session_ended(request, "track")
    document = requests.receipt_document(mine)
    if document is None:
        return page(request, "portal/preparing.html", {"mine": mine}, status=202)
    return _file(document)


@screen(access=visitors.is_visitor, public=True)
def letter(request: HttpRequest, uuid: UUID, line: UUID) -> HttpResponse:
    """The decision's letter, once it was sent: the same file that left by post."""
    mine = visitors.find_request(request, uuid)
    if mine is None:
        return session_ended(request, "track")
    asked = next((row for row in _lines(request, mine) if row.uuid == line), None)
    document = decisions.sent_letters([asked.pk]).get(asked.pk) if asked else None
    if document is None:
        raise Http404("letter")
    return _file(document)


def _file(document: documents.Document) -> HttpResponse:
    response = HttpResponse(documents.read_bytes(document.file), content_type=document.file.mime)
    response.headers["Content-Disposition"] = f'inline; filename="{document.file_name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
