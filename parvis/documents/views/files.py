"""Opening a document, and adding one to what the agent sees."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from parvis.documents.access import asked_of, may_attach, may_open_documents
from parvis.documents.errors import DocumentError
from parvis.documents.forms import DocumentForm
from parvis.documents.models import Document
from parvis.documents.services import storing
from parvis.documents.services.copies import taken_copy
from parvis.documents.sniffing import INLINE, KINDS
from parvis.kernel import asof, mutations
from parvis.kernel.links import link
from parvis.kernel.registries import subject_links, subject_scopes, takes_nothing
from parvis.kernel.subject import SubjectRef
from parvis.ui.http import done, errors_on, invalid, page, reading, screen


@screen(access=may_open_documents)
def download(request: HttpRequest, document_uuid: uuid.UUID) -> HttpResponse:
    """The bytes, after the access check; noted in the read log. ``?save=1`` saves instead of showing. An agent gets a copy that says who
    took it and when; what the centre keeps is not touched."""
    actor = request.actor  # type: ignore[attr-defined]
    document = Document.objects.visible_to(actor).select_related("file").filter(uuid=document_uuid).first()
    if document is None:
        if storing.withdrawn_in_own(actor, document_uuid) is not None:
            return redirect("documents:about", document_uuid)
        raise Http404("document")
    if (view := asof.view()) is not None and not storing.documents_then([document], view):
        return page(request, "documents/not_yet.html", {"day": view.day})
    saved = bool(request.GET.get("save"))
    screen_name = "documents.saved" if saved else "documents.download"
    # A relative's or a colleague's papers ask for a reason like the file they lie in.
    mutations.record_read(actor=actor, subject=SubjectRef("document", document.pk), screen=screen_name, within=asked_of(actor, document))
    data, mime, name = taken_copy(actor, document, saved=saved)
    inline = mime in INLINE and not saved
    response = HttpResponse(data, content_type=mime if mime in {k.mime for k in KINDS.values()} else "application/octet-stream")
    response.headers["Content-Disposition"] = content_disposition_header(not inline, name) or "attachment"
    response.headers["Content-Length"] = str(len(data))
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"
    return response


def _subject(request: HttpRequest, kind: str, number: int) -> tuple[SubjectRef, str, str]:
    """The subject with its name and address, if the agent sees it.

    Raises:
        Http404: unknown kind, or outside the scope.
    """
    actor = request.actor  # type: ignore[attr-defined]
    if kind not in subject_scopes or kind not in subject_links:
        raise Http404(kind)
    visible = subject_scopes.get(kind)(actor)
    ids = visible.filter(pk=number).exists() if hasattr(visible, "filter") else number in set(visible)
    if not ids:
        raise Http404(kind)
    name, url = link(actor, SubjectRef(kind, number))
    return SubjectRef(kind, number), name, url


@screen(access=may_attach, methods=("GET", "POST"), creates=True)
def add(request: HttpRequest, kind: str, number: int) -> HttpResponse:
    """Add a document to a dossier or person."""
    subject, name, url = _subject(request, kind, number)
    reading(request, subject)
    if kind in takes_nothing and (why := takes_nothing.get(kind)(request.actor, number)):  # type: ignore[attr-defined]
        raise DocumentError(why, code="takes_nothing")
    form = DocumentForm(request.POST or None, request.FILES or None)
    context = {"form": form, "name": name, "back": url}
    if request.method == "POST":
        if form.is_valid():
            given = form.cleaned_data
            with errors_on(form):
                try:
                    kept = storing.accept_upload(given["file"], kinds=tuple(KINDS))
                except storing.UploadRefused as refusal:
                    refusal.field = "file"
                    raise
                storing.attach(
                    actor=request.actor,  # type: ignore[attr-defined]
                    subject=subject,
                    file=kept,
                    title=given["title"] or storing.title_from(given["file"].name),
                    kind=given["kind"],
                    on=given["on"],
                    note=given["note"],
                    file_name=given["file"].name,
                )
                return done(request, url, _("Document added."))
        return invalid(request, "documents/add.html", context)
    return page(request, "documents/add.html", context)
