"""Papers that nobody looks after: how many, why, and the way home."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from parvis.documents.access import asked_of, may_bring_home, may_set_aside
from parvis.documents.forms import AsideForm, HomeForm
from parvis.documents.models import Document
from parvis.documents.services import orphans
from parvis.kernel import mutations
from parvis.kernel.actor import Actor
from parvis.kernel.links import links
from parvis.kernel.registries import PaperHome, subject_homes
from parvis.kernel.subject import SubjectRef
from parvis.ui.http import done, errors_on, invalid, page, screen

PAGE = 25
#: What was set aside lately, shown under the list.
ASIDE = 25
MOST_PROPOSED = 5


def _after(request: HttpRequest) -> int:
    given = request.GET.get("after", "")
    return int(given) if given.isdecimal() and len(given) < 16 else 0


def _homes(actor: Actor, rows: list[Document]) -> dict[int, list[PaperHome]]:
    """The files that suit each paper; a fixed number of queries for any number of papers."""
    found: dict[SubjectRef, list[PaperHome]] = {}
    for kind, find in subject_homes.items():
        ids = {row.subject_id for row in rows if row.subject_type == kind}
        if ids:
            found |= {SubjectRef(kind, pk): homes for pk, homes in find(actor, ids).items()}
    return {row.pk: found.get(SubjectRef(row.subject_type, row.subject_id), [])[:MOST_PROPOSED] for row in rows}


def _told(actor: Actor, rows: list[Document]) -> list[dict[str, Any]]:
    """Each paper with what it hangs on and where it could go."""
    named = links(actor, [SubjectRef(row.subject_type, row.subject_id) for row in rows])
    homes = _homes(actor, rows)
    told = []
    for row in rows:
        name, url = named[SubjectRef(row.subject_type, row.subject_id)]
        told.append({"row": row, "name": name, "url": url, "homes": homes[row.pk], "home": next(iter(homes[row.pk]), None)})
    return told


@screen(access=may_bring_home, parts={"orphan-count": "documents/_orphan_count.html"})
def index(request: HttpRequest) -> HttpResponse:
    """The list, the oldest first, and what was set aside. The total is the same for everybody."""
    actor = request.actor  # type: ignore[attr-defined]
    total = orphans.orphans().count()
    if request.headers.get("HX-Target") == "orphan-count":
        return page(request, "documents/orphans.html", {"total": total})
    mine = orphans.orphans_for(actor)
    seen = mine.count() if total else 0
    rows = list(mine.filter(pk__gt=_after(request))[: PAGE + 1]) if total else []
    aside = list(orphans.aside_for(actor)[:ASIDE])
    return page(
        request,
        "documents/orphans.html",
        {
            "total": total,
            "hidden": total - seen,
            "rows": _told(actor, rows[:PAGE]),
            "after": rows[PAGE - 1].pk if len(rows) > PAGE else None,
            "first": not _after(request),
            "aside": aside,
            "may_set_aside": may_set_aside(actor),
        },
    )


def _paper(request: HttpRequest, document_uuid: uuid.UUID) -> tuple[Document, bool]:
    """The orphan, or the paper set aside, in the reader's scope."""
    actor = request.actor  # type: ignore[attr-defined]
    found = orphans.orphans_for(actor).filter(uuid=document_uuid).first()
    if found is not None:
        return found, False
    found = orphans.aside_for(actor).filter(uuid=document_uuid).first()
    if found is not None:
        return found, True
    # Brought home by a colleague meanwhile: whoever sees the paper is told so, not that it never was.
    settled: Document | None = Document.objects.visible_to(actor).filter(uuid=document_uuid).first()
    if settled is None or request.method != "POST":
        raise Http404("document")
    return settled, False


@screen(access=may_bring_home, methods=("GET", "POST"))
def orphan(request: HttpRequest, document_uuid: uuid.UUID) -> HttpResponse:
    """One paper: into a file, to a request, or set aside with a reason; set aside, it can be taken back."""
    actor = request.actor  # type: ignore[attr-defined]
    document, is_aside = _paper(request, document_uuid)
    mutations.record_read(
        actor=actor, subject=SubjectRef("document", document.pk), screen="documents.orphan", within=asked_of(actor, document)
    )
    told = _told(actor, [document])[0]
    places = [(f"{home.subject.type}:{home.subject.id}", home.name) for home in told["homes"]]
    given = request.POST if request.method == "POST" else None
    doing = request.POST.get("do", "")
    home_form = HomeForm(given if doing == "home" else None, places=places)
    aside_form = AsideForm(given if doing == "aside" else None)
    context = {
        **told,
        "document": document,
        "is_aside": is_aside,
        "home_form": home_form,
        "aside_form": aside_form,
        "may_set_aside": may_set_aside(actor),
    }
    if request.method != "POST":
        return page(request, "documents/orphan.html", context)
    if doing == "back":
        orphans.take_back(actor=actor, document=document)
        return done(request, "documents:orphan", _("It is on the list again."), document.uuid)
    form = aside_form if doing == "aside" else home_form
    if form.is_valid():
        with errors_on(form):
            if doing == "aside":
                orphans.set_aside(actor=actor, document=document, why=form.cleaned_data["why"])
                return done(request, "documents:orphans", _("Set aside, with your reason."))
            # A number that was typed says more than a proposal that was ticked beforehand.
            number, place = form.cleaned_data["number"], form.cleaned_data.get("place")
            chosen = next((one for one in told["homes"] if not number and place == f"{one.subject.type}:{one.subject.id}"), None)
            home = chosen or orphans.find_home(actor, number)
            orphans.bring_home(actor=actor, document=document, home=home)
            return done(
                request, "documents:orphans", _("“%(title)s” is at home: %(place)s.") % {"title": document.title, "place": home.name}
            )
    return invalid(request, "documents/orphan.html", context)
