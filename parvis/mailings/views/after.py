"""What becomes of a mailing: progress, states, the file to print, one letter again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from parvis.contacts.enums import ContactLanguage
from parvis.documents.api import read_bytes
from parvis.kernel import clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.outgoing import MailState
from parvis.kernel.subject import SubjectRef
from parvis.ui import stepup
from parvis.ui.http import done, page, screen

from .. import access, services
from ..enums import ItemState, MailingState, Way
from ..models import Mailing, Recipient
from ._common import found

PAGE = 100
FACES = {
    MailState.SENT: ("ok", "mail"),
    MailState.KEPT: ("info", "folder"),
    MailState.REFUSED: ("late", "alert"),
    MailState.UNSURE: ("warn", "help"),
    MailState.WAITING: ("", "hourglass"),
    MailState.SENDING: ("", "hourglass"),
    MailState.STOPPED: ("hold", "stop"),
}
SHOWN = {
    "left": {"state": ItemState.LEFT},
    "refused": {"mail_state__in": (MailState.REFUSED, MailState.UNSURE)},
    "again": {"again": True, "printed_at__isnull": True},
}


@screen(access=access.may_write_to_many, parts=("progress",))
def detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = found(request, uuid)
    if row.is_draft:
        return HttpResponseRedirect(reverse("mailings:write", args=[row.uuid]))
    seen = Recipient.objects.visible_to(actor).filter(mailing=row)
    states = dict(seen.order_by().values_list("state").annotate(n=Count("pk")))
    mails = dict(seen.order_by().exclude(mail_state="").values_list("mail_state").annotate(n=Count("pk")))
    ways = dict(seen.order_by().filter(state=ItemState.MADE).values_list("way").annotate(n=Count("pk")))
    waiting = states.get(ItemState.WAITING, 0)
    context: dict[str, Any] = {
        "row": row,
        "running": row.state == MailingState.MAKING,
        "made": states.get(ItemState.MADE, 0),
        "total": sum(states.values()) - states.get(ItemState.LEFT, 0),
        "out": states.get(ItemState.LEFT, 0),
        "stopped": states.get(ItemState.STOPPED, 0),
        "mails": [
            {"label": MailState(key).label, "n": n, "face": FACES.get(MailState(key), ("", "mail"))} for key, n in sorted(mails.items())
        ],
        "on_paper": ways.get(Way.POST, 0) + ways.get(Way.HAND, 0),
        "hand": ways.get(Way.HAND, 0),
        "parts": services.print_parts(actor, row) if not waiting or row.state != MailingState.MAKING else [],
        "due": row.mails_from if mails.get(MailState.WAITING) and row.mails_from and row.mails_from > clock.now() else None,
        "may_stop": bool(row.state == MailingState.MAKING or mails.get(MailState.WAITING)),
        "outside": settings.PARVIS_KIND == "production",
        "refused": mails.get(MailState.REFUSED, 0) + mails.get(MailState.UNSURE, 0),
    }
    asked = request.GET.get("show", "")
    after = request.GET.get("after", "")
    rows = seen.filter(**SHOWN[asked]) if asked in SHOWN else seen
    rows = rows.filter(number__gt=int(after)) if after.isdecimal() else rows
    lines = list(rows.select_related("dossier").order_by("number", "pk")[: PAGE + 1])
    context["lines"] = [_line(one) for one in lines[:PAGE]]
    more = f"&show={asked}" if asked in SHOWN else ""
    context["pager"] = (
        {
            "next": f"?after={lines[PAGE - 1].number}{more}" if len(lines) > PAGE else "",
            "previous": f"?{more[1:]}" if after else "",
            "text": "",
        }
        if len(lines) > PAGE or after
        else None
    )
    names = {"": _("All"), "left": _("Left out"), "refused": _("E-mail failed"), "again": _("To be done again")}
    context["choices"] = [{"label": name, "url": f"?show={key}" if key else "?", "current": key == asked} for key, name in names.items()]
    return page(request, "mailings/mailing.html", context)


def _line(one: Recipient) -> dict[str, Any]:
    return {
        "row": one,
        "language": ContactLanguage(one.language).label if one.language else "",
        "mail": MailState(one.mail_state).label if one.mail_state else "",
        "face": FACES.get(MailState(one.mail_state), ("", "mail")) if one.mail_state else None,
        "failed": one.mail_state in (MailState.REFUSED, MailState.UNSURE, MailState.STOPPED) and one.state == ItemState.MADE,
        "paper": one.state == ItemState.MADE and one.way in (Way.POST, Way.HAND),
    }


@screen(access=access.may_write_to_many, methods=("POST",))
def stop(request: HttpRequest, uuid: UUID) -> HttpResponse:
    row = found(request, uuid)
    services.stop(actor=request.actor, mailing=row)  # type: ignore[attr-defined]
    return done(request, "mailings:mailing", _("Stopped. What was made before stays in the files."), row.uuid)


@screen(access=access.may_write_to_many)
def letters(request: HttpRequest, uuid: UUID, part: int) -> HttpResponse:
    """The letters to print, in order; asked once more who is there, because it takes much out of the house."""
    row = found(request, uuid)
    stepup.require(request, back=reverse("mailings:mailing", args=[row.uuid]))
    if row.is_draft or part < 1:
        raise Http404("letters")
    data = services.take_letters(actor=request.actor, mailing=row, part=part)  # type: ignore[attr-defined]
    return _pdf(data, f"{_file_name(row)}-{part}.pdf")


@screen(access=access.may_write_to_many)
def copy(request: HttpRequest, uuid: UUID, number: int) -> HttpResponse:
    """One letter as it was made."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = found(request, uuid)
    seen = Recipient.objects.visible_to(actor).filter(mailing=row, number=number).select_related("document__file", "file")
    one: Recipient | None = seen.first()
    if one is None or one.kept is None:
        raise Http404("letter")
    if one.document is not None and one.dossier_id is not None:
        subject = SubjectRef("document", one.document.pk)
        mutations.record_read(actor=actor, subject=subject, screen="mailings.copy", within=SubjectRef("dossier", one.dossier_id))
    return _pdf(read_bytes(one.kept), f"{_file_name(row)}-{number}.pdf")


def _file_name(row: Mailing) -> str:
    return "".join(c if c.isalnum() else "-" for c in row.title)[:60] or "lettres"


def _pdf(data: bytes, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type="application/pdf")
    response.headers["Content-Disposition"] = content_disposition_header(False, name) or "inline"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"
    return response


@screen(access=access.may_write_to_many, methods=("POST",))
def printed(request: HttpRequest, uuid: UUID) -> HttpResponse:
    row = found(request, uuid)
    count = services.printed(actor=request.actor, mailing=row)  # type: ignore[attr-defined]
    return done(request, "mailings:mailing", _("Noted: %(n)d letters printed.") % {"n": count}, row.uuid)


@screen(access=access.may_write_to_many, methods=("POST",))
def again(request: HttpRequest, uuid: UUID, number: int) -> HttpResponse:
    row = found(request, uuid)
    by = "email" if request.POST.get("by") == "email" else "post"
    one = services.redo(actor=request.actor, mailing=row, number=number, by=by)  # type: ignore[attr-defined]
    return done(request, "mailings:mailing", _("%(name)s: to be done again.") % {"name": one.name}, row.uuid)
