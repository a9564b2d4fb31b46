"""The receipt: owed for every request, oral ones too. Rendered after the commit, the same bytes each time."""

from __future__ import annotations

from datetime import date

from django.utils.translation import override

from parvis.documents import api as documents
from parvis.kernel import clock as time
from parvis.kernel.actor import Actor
from parvis.kernel.gestures import gesture
from parvis.kernel.subject import SubjectRef
from parvis.rules import api as rules
from parvis.ui import formats

from ..enums import Channel, ClockKind
from ..models import Clock, Request, RequestLine


def receipt_of(request: Request) -> documents.Receipt:
    """What the receipt says, from the register alone."""
    lines = list(RequestLine.unscoped.filter(request=request).order_by("pk"))
    dues = {row.line_id: row.due_on for row in Clock.unscoped.filter(line__in=lines, kind=ClockKind.DECIDE).order_by("recorded_at", "pk")}
    promises = []
    for line in lines:
        if line.pk in dues:
            promises.append(
                documents.Promise(
                    what=line.label,
                    decide_by=dues[line.pk],
                    notify_days=_count(line, ClockKind.NOTIFY, "calendar", request.requested_on) or 8,
                    pay_days=_count(line, ClockKind.PAY, "calendar", request.requested_on),
                    appeal_months=_count(line, ClockKind.APPEAL, "month", request.requested_on),
                )
            )
    pieces = {piece["key"]: piece["label"] for line in lines for piece in line.mandatory_pieces if piece["key"] != "report"}
    present = {document.kind for document in documents.documents_about([SubjectRef("request", request.pk)])}
    with override(request.language):
        return documents.Receipt(
            language=request.language,
            number=request.number,
            received_on=request.requested_on,
            promises=promises,
            service=request.unit.name_in(request.language),
            recipient=(request.applicant_name,),
            channel=str(Channel(request.channel).label),
            urgent=request.urgent,
            missing=[formats.label(label, request.language) for key, label in pieces.items() if key not in present],
            oral=request.channel in (Channel.DESK_VISIT, Channel.CALL),
        )


def _count(line: RequestLine, kind: ClockKind, unit: str, day: date) -> int | None:
    """Of a term of the line that is counted in this unit, how many; None where it has none."""
    key = line.terms.get(kind.value)
    term = rules.term(key, day) if key else None
    return term.count if term is not None and term.unit == unit else None


def receipt_document(request: Request) -> documents.Document | None:
    """The receipt that says the present day of the request, when it was rendered."""
    for document in reversed(documents.documents_about([SubjectRef("request", request.pk)])):
        if document.kind == documents.DocumentKind.RECEIPT:
            return document
    return None


def make_receipt(*, actor: Actor, request: Request) -> documents.Document:
    """Render and file the receipt. Slow work first, then one short gesture; safe to repeat."""
    receipt = receipt_of(request)
    day = time.date_of(request.received_at)
    file = documents.store_bytes(documents.render_receipt_pdf(receipt, date=day))
    return file_receipt(actor=actor, request=request, file=file)


@gesture
def file_receipt(*, actor: Actor, request: Request, file: documents.StoredFile) -> documents.Document:
    with override(request.language):
        title = formats.label(_TITLE, request.language) + f" {request.number}"
    return documents.attach(
        actor=actor,
        subject=SubjectRef("request", request.pk),
        file=file,
        title=title,
        kind=documents.DocumentKind.RECEIPT,
        origin=documents.Origin.PRODUCED,
        language=request.language,
        dossier_id=request.dossier_id,
        file_name=f"{request.number.replace('/', '-')}.pdf",
    )


_TITLE = {"fr": "Accusé de réception", "nl": "Ontvangstbewijs", "de": "Empfangsbestätigung", "en": "Receipt"}
