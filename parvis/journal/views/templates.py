"""Texts of the centre to begin an entry with, kept by heads of service and administrators."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from parvis.kernel.subject import SubjectRef
from parvis.ui.http import done, errors_on, invalid, page, screen
from parvis.ui.together import merged

from .. import access
from ..forms import TextForm
from ..models import NoteTemplate
from ..services.texts import save_text


@screen(access=access.can_keep_texts)
def index(request: HttpRequest) -> HttpResponse:
    return page(request, "journal/texts.html", {"texts": list(NoteTemplate.objects.order_by("-active", "kind", "pk")[:200])})


@screen(access=access.can_keep_texts, methods=("GET", "POST"), creates=True)
def edit(request: HttpRequest, uuid: UUID | None = None) -> HttpResponse:
    found = NoteTemplate.objects.filter(uuid=uuid).first() if uuid else None
    if uuid and found is None:
        raise Http404("text")
    initial = TextForm.of(found) if found else {"active": True}
    sent = request.POST if request.method == "POST" else None
    if sent is not None and found is not None:
        sent = merged(request, TextForm(initial=initial), subject=SubjectRef("journal_text", found.pk))
    form = TextForm(sent, initial=initial)
    context = {"text": found, "form": form}
    if request.method == "POST":
        if form.is_valid():
            with errors_on(form):
                save_text(actor=request.actor, template=found, **form.words)  # type: ignore[attr-defined]
                return done(request, "journal:texts", _("The text is kept."))
        return invalid(request, "journal/text.html", context)
    return page(request, "journal/text.html", context)
