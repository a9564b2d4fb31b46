"""One search over everything that the reader may see, one list of actions, one answer to "where is this file"."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, Resolver404, resolve, reverse

from parvis.dossiers.api import Dossier
from parvis.kernel import registries
from parvis.kernel.actor import Actor
from parvis.kernel.registries import Hit
from parvis.kernel.textmatch import tokens
from parvis.workflows.api import Whereabouts, where_dossier

log = logging.getLogger("parvis.desk")

MAX_QUERY = 120
LEAST = 2


@dataclass(frozen=True)
class Found:
    """The hits of one source."""

    key: str
    title: Any
    hits: list[Hit]


def search(actor: Actor, query: str, limit: int) -> list[Found]:
    """Hits per source, in the order of the sources. Each source filters by what the actor may see; a source that fails is left out
    and logged, the others still answer.
    """
    text = query.strip()[:MAX_QUERY]
    if len(text) < LEAST:
        return []
    found = []
    for source in registries.search_sources.all():
        if source.access(actor):
            hits = source.search(actor, text, limit)[:limit]
            if hits:
                found.append(Found(source.key, source.title, hits))
    return found


def actions(actor: Actor, query: str, limit: int = 6) -> list[Hit]:
    """Actions that the actor may do, and pages of the menu, whose words begin as the query's words do."""
    wanted = tokens(query.strip()[:MAX_QUERY])
    hits: list[Hit] = []
    entries = [(action.label, action.url_name, action.icon, action.access) for action in registries.palette.all()]
    entries += [(entry.label, entry.url_name, entry.icon, entry.access) for entry in registries.menu.all()]
    for label, url_name, icon, may in entries:
        if may(actor) and _matches(str(label), wanted):
            try:
                url = reverse(url_name)
            except NoReverseMatch:
                continue
            if all(hit.url != url for hit in hits):
                hits.append(Hit(title=str(label), url=url, icon=icon))
    return hits[:limit]


def _matches(label: str, wanted: list[str] | tuple[str, ...] | set[str]) -> bool:
    words = list(tokens(label))
    return all(any(word.startswith(piece) for word in words) for piece in wanted)


@dataclass(frozen=True)
class Place:
    """A dossier with where it waits."""

    title: str
    url: str
    why: str
    places: list[Whereabouts]


def where(actor: Actor, query: str, limit: int = 8) -> list[Place]:
    """Dossiers that the query finds, each with who has it since when. Only dossiers that the actor may open."""
    if "dossiers" not in registries.search_sources:
        return []
    source = registries.search_sources.get("dossiers")
    text = query.strip()[:MAX_QUERY]
    if len(text) < LEAST or not source.access(actor):
        return []
    hits = source.search(actor, text, limit)
    by_uuid = {uuid: hit for hit in hits if (uuid := _uuid(hit.url))}
    rows = {str(row.uuid): row.pk for row in Dossier.objects.visible_to(actor).filter(uuid__in=list(by_uuid)).order_by("pk")}
    return [Place(hit.title, hit.url, hit.why, where_dossier(rows[uuid])) for uuid, hit in by_uuid.items() if uuid in rows]


def _uuid(url: str) -> str:
    try:
        return str(resolve(url).kwargs.get("uuid", ""))
    except Resolver404:
        return ""
