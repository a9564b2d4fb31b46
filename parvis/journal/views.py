"""The chronicle of a dossier, and adding to it."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from parvis.contacts.api import display_names
from parvis.dossiers.api import Dossier, members_at, only_reads
from parvis.kernel import mutations
from parvis.kernel.subject import SubjectRef
from parvis.ui.http import done, errors_on, invalid, page, screen

from . import access, services
from .enums import EntryKind
from .forms import EntryForm
from .selectors import chronicle, days_of


def _visible(request: HttpRequest, uuid: UUID) -> Dossier:
    actor = request.actor  # type: ignore[attr-defined]
    dossier = Dossier.objects.visible_to(actor).select_related("unit", "lead__index").filter(uuid=uuid).first()
    if dossier is None:
        raise Http404("dossier")
    return dossier


def _name(dossier: Dossier) -> str:
    index = getattr(dossier.lead, "index", None)
    return index.display_name if index else "?"


@screen(access=access.can_read_journal, parts=("entries",))
def index(request: HttpRequest, uuid: UUID) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    dossier = _visible(request, uuid)
    mutations.record_read(actor=actor, subject=SubjectRef("dossier", dossier.pk), screen="journal.index")
    kinds = [kind for kind in request.GET.getlist("kind") if kind in EntryKind.values]
    found = chronicle(actor, dossier, kinds=kinds, after=request.GET.get("after", ""))
    params = request.GET.copy()
    params.pop("after", None)
    context = {
        "dossier": dossier,
        "lead_name": _name(dossier),
        "days": days_of(found.entries, actor),
        "following": found.following,
        "first": not request.GET.get("after"),
        "kept": params.urlencode(),
        "kinds": [{"value": kind.value, "label": kind.label, "on": kind.value in kinds} for kind in EntryKind],
        "narrowed": bool(kinds),
        "may_write": access.can_write_entry(actor) and not only_reads(actor, dossier),
    }
    return page(request, "journal/index.html", context)


@screen(access=access.can_write_entry, methods=("GET", "POST"), creates=True)
def add(request: HttpRequest, uuid: UUID) -> HttpResponse:
    dossier = _visible(request, uuid)
    form = blank_form(request, dossier)
    context = {"dossier": dossier, "lead_name": _name(dossier), "form": form}
    if request.method == "POST":
        if form.is_valid():
            data = form.cleaned_data
            with errors_on(form):
                services.add_entry(
                    actor=request.actor,  # type: ignore[attr-defined]
                    dossier=dossier,
                    kind=data["kind"],
                    text=data["text"],
                    happened_at=form.happened_at,
                    person_id=int(data["person"]) if data["person"] else None,
                    restricted=bool(data.get("restricted")),
                )
                return done(request, "dossiers:detail", _("Added to the journal."), dossier.uuid)
        return invalid(request, "journal/form.html", context)
    return page(request, "journal/form.html", context)


def blank_form(request: HttpRequest, dossier: Dossier) -> EntryForm:
    known = getattr(request, "dossier_members", None)
    ids = (
        [view.member.person_id for view in known if view.left_on is None]
        if known is not None
        else [row.person_id for row in members_at(dossier.pk)]
    )
    names = {view.member.person_id: view.card.display_name for view in known if view.card} if known is not None else display_names(ids)
    return EntryForm(
        request.POST if request.method == "POST" else None,
        members=[(str(pk), names.get(pk, "?")) for pk in ids],
        may_restrict=access.can_restrict(request.actor),  # type: ignore[attr-defined]
        auto_id="entry_%s",
    )
