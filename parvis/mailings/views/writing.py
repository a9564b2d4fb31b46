"""From the choice in a list to the confirmation."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from parvis.contacts.api import BOOK, book
from parvis.contacts.enums import ContactLanguage
from parvis.documents.api import render_letter_html
from parvis.dossiers.api import dossier_list
from parvis.kernel import clock, memo
from parvis.kernel.actor import Actor
from parvis.kernel.errors import Conflict, DomainError
from parvis.ui import bulk
from parvis.ui.http import done, errors_on, invalid, page, screen

from .. import access, services
from ..content import content_of, faults, fields_for, is_ready
from ..enums import MailingState, Reason
from ..forms import WriteForm
from ..models import Mailing, Recipient
from ..selectors import Plan, letter, plans, shown_first, summary
from ..services.writing import MOST
from ._common import found, steps

PAGE = 50
LISTED = 100
WHY = {
    "longest": gettext_noop("the longest"),
    "language": gettext_noop("in another language"),
    "missing": gettext_noop("with missing data"),
    "another": gettext_noop("another one"),
}


@screen(access=access.may_write_to_many)
def index(request: HttpRequest) -> HttpResponse:
    """The reader's own mailings, the newest first."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    after = request.GET.get("after", "")
    rows = Mailing.objects.visible_to(actor).order_by("-pk")
    rows = list((rows.filter(pk__lt=int(after)) if after.isdecimal() else rows)[: PAGE + 1])
    shown = rows[:PAGE]
    seen = Recipient.objects.visible_to(actor).filter(mailing__in=[row.pk for row in shown]).order_by()
    counts = dict(seen.values_list("mailing").annotate(n=Count("pk")))
    more = len(rows) > PAGE
    context = {
        "rows": [{"row": row, "count": counts.get(row.pk, 0), "url": _place(row)} for row in shown],
        "pager": {"next": f"?after={shown[-1].pk}" if more else "", "previous": "?" if after else "", "text": ""}
        if more or after
        else None,
        "dossiers": access.may_write_to_dossiers(actor),
    }
    return page(request, "mailings/index.html", context)


def _place(row: Mailing) -> str:
    return reverse("mailings:write" if row.is_draft else "mailings:mailing", args=[row.uuid])


@screen(access=access.may_write_to_dossiers, methods=("GET", "POST"), writes=True)
def from_dossiers(request: HttpRequest) -> HttpResponse:
    """A draft for the dossiers chosen in the list."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if request.method != "POST":
        return bulk.back(request, "dossiers:index")
    chosen = bulk.picked(request, dossier_list(request), MOST)
    row = services.start(actor=actor, dossiers=[one.pk for one in chosen.rows])
    return _written(request, row, chosen)


@screen(access=access.may_write_to_many, methods=("GET", "POST"), writes=True)
def from_contacts(request: HttpRequest) -> HttpResponse:
    """A draft for the lines chosen in the address book."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if request.method != "POST":
        return bulk.back(request, "contacts:book")
    chosen = bulk.picked(request, BOOK.read(request, book(actor)), MOST)
    parties = [("organisation", one.organisation_id) if one.organisation_id else ("person", one.person_id) for one in chosen.rows]
    row = services.start(actor=actor, contacts=parties)
    return _written(request, row, chosen)


def _written(request: HttpRequest, row: Mailing, chosen: bulk.Picked) -> HttpResponse:
    said = _("These are the first %(n)d; narrow the list for the others.") % {"n": MOST} if chosen.more else None
    return done(request, "mailings:write", said, row.uuid)


@screen(access=access.may_write_to_many, methods=("GET", "POST"), writes=True)
def write(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The text, and how it goes."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = found(request, uuid)
    if not row.is_draft:
        return HttpResponseRedirect(reverse("mailings:mailing", args=[row.uuid]))
    form = WriteForm(request.POST if request.method == "POST" else None, mailing=row)
    known = fields_for(actor, row.source)
    context: dict[str, Any] = {
        "row": row,
        "form": form,
        "fields": known.items(),
        "steps": steps(0),
        "count": Recipient.objects.visible_to(actor).filter(mailing=row).count(),
    }
    if request.method != "POST":
        return page(request, "mailings/write.html", context)
    if form.is_valid():
        given = form.cleaned_data
        with errors_on(form):
            try:
                services.write(
                    actor=actor,
                    mailing=row,
                    title=given["title"],
                    means=given["means"],
                    template=form.chosen_template,
                    texts=form.texts,
                    main_language=given["main_language"],
                    harmless=given["harmless"],
                    two_sided=given["two_sided"],
                    expected=given["version"],
                )
            except DomainError as error:
                if error.field != "texts":
                    raise
                for fault in faults({key: one for key, one in form.texts.items() if any(one.values())}, known):
                    form.add_error(None, fault)
                return invalid(request, "mailings/write.html", context)
            return done(request, "mailings:check", None, row.uuid)
    return invalid(request, "mailings/write.html", context)


@screen(access=access.may_write_to_many, methods=("GET", "POST"), writes=True)
def check(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Three letters as they will be, who gets nothing and why; then the confirmation."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = found(request, uuid)
    if not row.is_draft:
        if request.method == "POST":  # pressed twice: it goes on where the first one led
            return done(request, "mailings:mailing", None, row.uuid)
        return HttpResponseRedirect(reverse("mailings:mailing", args=[row.uuid]))
    if not is_ready(row):
        return HttpResponseRedirect(reverse("mailings:write", args=[row.uuid]))
    refused = ""
    if request.method == "POST":
        version, going = (request.POST.get(name, "") for name in ("version", "going"))
        if not (version.isdecimal() and going.isdecimal()):
            raise Http404("mailing")
        try:
            services.confirm(actor=actor, mailing=row, expected=int(version), going=int(going))
        except (Conflict, services.MailingRefused) as error:
            refused = str(error)
        else:
            return done(request, "mailings:mailing", _("The letters are being made."), row.uuid)
        row = found(request, uuid)
        if row.state != MailingState.DRAFT:
            return done(request, "mailings:mailing", None, row.uuid)
    with memo.sharing():
        context = _checked(request, actor, row) | {"refused": refused}
    return page(request, "mailings/check.html", context, status=409 if refused else 200)


def _checked(request: HttpRequest, actor: Actor, row: Mailing) -> dict[str, Any]:
    today = clock.today()
    every = plans(actor, row, today)
    content = content_of(row)
    first = shown_first(content, every)
    asked = request.GET.get("letter", "")
    chosen = next((one for one in every if str(one.recipient.number) == asked), first[0][1] if first else None)
    count = summary(every)
    return {
        "row": row,
        "steps": steps(1),
        "count": count,
        "first": [
            {"plan": one, "why": _(WHY[why]), "current": chosen is not None and one.recipient.pk == chosen.recipient.pk}
            for why, one in first
        ],
        "shown": _shown(row, content, chosen) if chosen is not None else None,
        "going": [{"plan": one, "language": ContactLanguage(one.language).label} for one in every if one.goes][:LISTED],
        "more": max(count.goes - LISTED, 0),
    }


def _shown(row: Mailing, content: Any, plan: Plan) -> dict[str, Any]:
    blocks, framed = letter(row, content, plan, clock.today())
    return {
        "plan": plan,
        "html": render_letter_html(blocks, framed, label=_("Letter as it will be made")),
        "language": ContactLanguage(plan.language).label,
        "wanted": ContactLanguage(plan.reach.language).label if plan.fallback else "",
        "reason": Reason(plan.reason).label if plan.reason else "",
    }


@screen(access=access.may_write_to_many, methods=("POST",))
def discard(request: HttpRequest, uuid: UUID) -> HttpResponse:
    services.discard(actor=request.actor, mailing=found(request, uuid))  # type: ignore[attr-defined]
    return done(request, "mailings:index", _("The draft is thrown away."))
