"""The chronicle of a dossier, and adding to it, from wherever one is."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _

from parvis.dossiers.api import Dossier, only_reads
from parvis.kernel import asof, registries
from parvis.kernel.actor import Actor
from parvis.kernel.registries import Hit
from parvis.ui.http import done, errors_on, invalid, local_url, page, screen

from .. import access, services
from ..enums import EntryKind, KeyEvent
from ..forms import EntryForm
from ..selectors import chronicle, days_of, objectives_of, readings_of, steps_of, urgent_mark
from ._common import blank_form, name_of, visible

LEAST = 3
FOUND = 7


@screen(access=access.can_read_journal, parts=("entries",))
def index(request: HttpRequest, uuid: UUID) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    dossier = visible(request, uuid)
    kinds = [kind for kind in request.GET.getlist("kind") if kind in EntryKind.values]
    keys = KeyEvent.values if "key" in request.GET else []
    view = asof.view()
    found = chronicle(
        actor,
        dossier,
        kinds=kinds,
        keys=keys,
        after=request.GET.get("after", ""),
        until=view.day if view else None,
        known_on=asof.known_on(),
    )
    services.note_opened(actor=actor, entries=found.entries)
    params = request.GET.copy()
    params.pop("after", None)
    context = {
        "dossier": dossier,
        "lead_name": name_of(dossier),
        "days": days_of(
            found.entries,
            actor,
            readings=readings_of(actor, found.entries) if view is None else None,
            steps=steps_of(found.entries) if view is None else None,
        ),
        "following": found.following,
        "first": not request.GET.get("after"),
        "kept": params.urlencode(),
        "kinds": [{"value": kind.value, "label": kind.label, "on": kind.value in kinds} for kind in EntryKind],
        "key_only": bool(keys),
        "narrowed": bool(kinds or keys),
        "may_write": view is None and access.can_write_entry(actor) and not only_reads(actor, dossier),
        "urgent": urgent_mark(actor, dossier.pk) if view is None else None,
    }
    return page(request, "journal/index.html", context)


@screen(access=access.can_write_entry, methods=("GET", "POST"), creates=True)
def add(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The full form, on a page of its own; the short one beside a dossier is sent here too."""
    dossier = visible(request, uuid)
    form = blank_form(request, dossier, full=True, initial=_begun(request, dossier))
    context = {"dossier": dossier, "lead_name": name_of(dossier), "form": form}
    return _written(request, dossier, form, "journal/form.html", context, reverse("dossiers:detail", args=[dossier.uuid]))


@screen(access=access.can_write_entry, methods=("GET", "POST"), parts={"quick": "journal/_quick.html", "quick-found": ""}, creates=True)
def new(request: HttpRequest) -> HttpResponse:
    """From any screen: find the dossier by three letters, write, and stay where one was (A27)."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    back = local_url(request, request.POST.get("next") or request.GET.get("next") or request.headers.get("HX-Current-URL"), "")
    parts = urlsplit(back)
    back = f"{parts.path}{'?' if parts.query else ''}{parts.query}"
    wanted = request.POST.get("dossier") or request.GET.get("dossier") or ""
    if not wanted:
        query = request.GET.get("q", "").strip()[:120]
        context = {"query": query, "hits": _found(actor, query, back), "short": len(query) < LEAST, "back": back}
        return page(request, "journal/new.html", context)
    try:
        dossier = visible(request, UUID(wanted))
    except ValueError as error:
        raise Http404("dossier") from error
    form = blank_form(request, dossier, full=True, initial=_begun(request, dossier))
    context = {"dossier": dossier, "lead_name": name_of(dossier), "form": form, "back": back}
    return _written(request, dossier, form, "journal/new.html", context, back or reverse("dossiers:detail", args=[dossier.uuid]))


def _written(request: HttpRequest, dossier: Dossier, form: EntryForm, template: str, context: dict[str, Any], back: str) -> HttpResponse:
    if request.method == "POST":
        if "begin" in request.POST:  # without JavaScript: the text of the centre is put into the field, nothing is sent yet
            return page(request, template, context | {"form": _with_text(request, dossier, form)})
        if form.is_valid():
            with errors_on(form):
                actor = request.actor  # type: ignore[attr-defined]
                services.write_down(actor=actor, dossier=dossier, **form.values(actor))
                return done(request, back, _("Added to the journal."))
        return invalid(request, template, context)
    return page(request, template, context)


def _with_text(request: HttpRequest, dossier: Dossier, form: EntryForm) -> EntryForm:
    chosen = next((one for one in form.templates if str(one.pk) == request.POST.get("template")), None)
    typed = request.POST.get("text", "").strip()
    begun = {key: value for key, value in request.POST.items() if key in form.fields and key != "text"}
    text = "\n\n".join(part for part in (typed, chosen.text if chosen else "") if part)
    form.is_bound = False
    form.initial = begun | {"text": text, "mentions": request.POST.getlist("mentions")}
    form.fields["text"].widget.attrs["data-focus"] = ""
    return form


def _begun(request: HttpRequest, dossier: Dossier) -> dict[str, str]:
    """What an address asks the form to begin with; a synthesis begins with the objectives and where they stand (B31)."""
    kind = request.GET.get("kind", "")
    if kind not in EntryKind.values or kind == EntryKind.STEP:
        kind = EntryKind.NOTE
    begun = {"kind": str(kind)}
    if kind == EntryKind.SYNTHESIS and request.method == "GET":
        actor: Actor = request.actor  # type: ignore[attr-defined]
        lines = []
        for one in objectives_of(actor, dossier):
            if one.entry.restricted or one.last is None:
                continue
            lines.append(
                f"– {one.entry.text.splitlines()[0]} : {one.last.get_state_display()}{f' ({one.last.note})' if one.last.note else ''}"
            )
        begun["text"] = "\n".join(lines)
    return begun


def _found(actor: Actor, query: str, back: str) -> list[dict[str, Any]]:
    """Dossiers that the words find for this reader, each with the address of its form."""
    if len(query) < LEAST or "dossiers" not in registries.search_sources:
        return []
    source = registries.search_sources.get("dossiers")
    hits: list[Hit] = source.search(actor, query, FOUND) if source.access(actor) else []
    found = []
    for hit in hits:
        try:
            uuid = resolve(hit.url.split("?")[0]).kwargs.get("uuid")
        except Resolver404:
            uuid = None
        if uuid:
            found.append({"hit": hit, "uuid": str(uuid)})
    return found
