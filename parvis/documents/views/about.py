"""What a document is, whom it concerns and what it says."""

from __future__ import annotations

import functools
import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from parvis.contacts.api import display_names
from parvis.documents.access import asked_of, may_describe, may_open_documents
from parvis.documents.enums import DocumentKind, Origin
from parvis.documents.forms import AboutForm
from parvis.documents.models import Document
from parvis.documents.services import reading
from parvis.documents.services.storing import documents_then, withdrawn_in_own
from parvis.kernel import asof, mutations, wordindex
from parvis.kernel.links import links
from parvis.kernel.registries import file_persons
from parvis.kernel.subject import SubjectRef
from parvis.ui.http import done, errors_on, invalid, local_url, page, screen
from parvis.ui.together import merged

SHOWN = 20_000


def _visible(request: HttpRequest, document_uuid: uuid.UUID) -> Document | None:
    actor = request.actor  # type: ignore[attr-defined]
    rows = Document.objects.visible_to(actor).select_related("file__text", "proposal")
    return rows.filter(uuid=document_uuid).first()  # type: ignore[no-any-return]


def _withdrawn(request: HttpRequest, document_uuid: uuid.UUID) -> HttpResponse:
    """That it was withdrawn, when, by whom and why; nothing of what it says.

    Raises:
        Http404: no such document in a file that this reader opens.
    """
    gone = withdrawn_in_own(request.actor, document_uuid)  # type: ignore[attr-defined]
    if gone is None:
        raise Http404("document")
    name, back = _place_of(request, gone)
    return page(request, "documents/withdrawn.html", {"document": gone, "name": name, "back": back})


def _as_it_stood(document: Document, view: asof.PastView) -> bool:
    """Give the document in hand the kind and the person of a past day, as known then; False: it was not there yet. One query at most."""
    if not documents_then([document], view):
        return False
    if view.known_on is not None:
        held = mutations.values_before(SubjectRef("document", document.pk), view.known_on)
        document.kind = held.get("kind") or document.kind
        document.person_id = held.get("person", document.person_id)
    return True


def _place_of(request: HttpRequest, document: Document) -> tuple[str, str]:
    """The file or thing that the document belongs to, where the reader may open it."""
    actor = request.actor  # type: ignore[attr-defined]
    own = SubjectRef(document.subject_type, document.subject_id)
    wanted = [own] if document.dossier_id is None else [SubjectRef("dossier", document.dossier_id), own]
    told = links(actor, wanted)
    return next((told[subject] for subject in wanted if told[subject][1]), ("", ""))


@screen(access=may_open_documents, methods=("GET", "POST"))
def about(request: HttpRequest, document_uuid: uuid.UUID) -> HttpResponse:
    """The kind, the person, the text with the words looked for; whoever adds documents confirms what is proposed, or says otherwise."""
    actor = request.actor  # type: ignore[attr-defined]
    document = _visible(request, document_uuid)
    if document is None:
        return _withdrawn(request, document_uuid)
    # Its whole text stands on this page: a relative's or a colleague's papers ask for a reason first, like the file they lie in.
    mutations.record_read(
        actor=actor, subject=SubjectRef("document", document.pk), screen="documents.about", within=asked_of(actor, document)
    )
    name, back = _place_of(request, document)
    view = asof.view()
    if view is not None and not _as_it_stood(document, view):
        return page(request, "documents/not_yet.html", {"day": view.day})
    may_say = view is None and may_describe(actor, document)
    ids = [pk for find in file_persons.all() for pk in find(document.dossier_id)] if document.dossier_id else []
    names = display_names([*ids, *([document.person_id] if document.person_id else [])])
    proposal = getattr(document, "proposal", None) if view is None else None
    open_proposal = proposal if proposal is not None and proposal.open else None
    make = functools.partial(
        AboutForm,
        people=[(str(pk), names.get(pk, "?")) for pk in ids],
        incoming=document.origin == Origin.INCOMING and document.kind in DocumentKind.values,
        initial={
            "kind": (open_proposal.kind if open_proposal else "") or document.kind,
            "person": (open_proposal.person_id if open_proposal else None) or document.person_id or "",
        },
    )
    sent = None
    if request.method == "POST" and may_say:  # who leaves a proposal as it is says so
        sent = merged(request, make(None), subject=SubjectRef("document", document.pk), said=("kind", "person"))
    form = make(sent)
    text = getattr(document.file, "text", None)
    pattern = wordindex.patterns_of(wordindex.terms_of(request.GET.get("q", "")[:120])) if request.GET.get("q") else None
    context = {
        "document": document,
        "name": name,
        "back": back,
        "form": form if may_say else None,
        "proposal": open_proposal,
        "concerns": names.get(document.person_id, "") if document.person_id else "",
        "text": text,
        "pieces": wordindex.marked(text.text[:SHOWN], pattern) if text is not None else (),
        "longer": text is not None and (text.cut or len(text.text) > SHOWN),
        "next": local_url(request, request.POST.get("next"), ""),
    }
    if request.method == "POST":
        if not may_say:
            raise Http404("document")
        if form.is_valid():
            with errors_on(form):
                person = form.cleaned_data["person"]
                reading.describe(
                    actor=actor, document=document, kind=form.cleaned_data.get("kind") or "", person_id=int(person) if person else None
                )
                return done(request, context["next"] or back or reverse("documents:about", args=[document.uuid]), _("Said and kept."))
        return invalid(request, "documents/about.html", context)
    return page(request, "documents/about.html", context)


@screen(access=may_open_documents)
def kinds(request: HttpRequest) -> HttpResponse:
    """The words by which the kind of a paper is proposed: nothing hidden in a program."""
    rows = [
        {"label": DocumentKind(kind).label, "sure": words.get("sure", []), "words": words.get("words", [])}
        for kind, words in reading.rules().items()
    ]
    return page(request, "documents/kinds.html", {"rows": rows, "sure": reading.SURE, "enough": reading.ENOUGH})
