"""Search, palette, "where is it"."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from parvis.kernel import asof
from parvis.kernel.actor import Actor
from parvis.ui.http import page, screen

from .. import access, finding

MOST = 15
"""Hits of one kind on the page of the search."""


@screen(access=access.works_here, parts=("results",))
def search(request: HttpRequest) -> HttpResponse:
    """One search over persons, dossiers, requests, decisions…, each hit with why it was found."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    query = request.GET.get("q", "").strip()
    groups = finding.search(actor, query, MOST)
    context = {
        "query": query,
        "groups": groups,
        "actions": finding.actions(actor, query) if query else [],
        "total": sum(len(group.hits) for group in groups),
        "more": any(group.full for group in groups),
        "short": len(query) < finding.LEAST,
        "not_searched": finding.not_searched(actor),
    }
    return page(request, "desk/search.html", context)


@screen(access=access.works_here, parts={"palette-results": "desk/_palette_results.html"})
def palette(request: HttpRequest) -> HttpResponse:
    """What Ctrl-K shows; the same as a page of its own without JavaScript."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    query = request.GET.get("q", "").strip()
    groups = [{"title": found.title, "hits": found.hits, "note": found.note} for found in finding.search(actor, query, 5)]
    acts = finding.actions(actor, query, 6 if query else 10)
    if acts:
        groups.append({"title": _("Actions"), "hits": acts})
    return page(request, "desk/palette.html", {"query": query, "groups": groups})


@screen(access=access.works_here)
def where(request: HttpRequest) -> HttpResponse:
    """Where is this file, since when, who has it (C8)."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    query = request.GET.get("q", "").strip()
    return page(request, "desk/where.html", {"query": query, "found": finding.where(actor, query), "today": asof.day()})
