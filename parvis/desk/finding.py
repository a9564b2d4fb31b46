"""One search over everything that the reader may see, one list of actions, one answer to "where is this file"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils.safestring import SafeString

from parvis.dossiers.api import Dossier
from parvis.kernel import asof, memo, registries
from parvis.kernel.actor import Actor
from parvis.kernel.registries import Hit
from parvis.kernel.subject import SubjectRef
from parvis.kernel.textmatch import tokens
from parvis.requests.api import RequestLine
from parvis.ui.http import changes_something
from parvis.workflows.api import Whereabouts, where_many, where_then

from . import drawing

MAX_QUERY = 120
LEAST = 2


@dataclass(frozen=True)
class Found:
    """The hits of one source."""

    key: str
    title: Any
    hits: list[Hit]
    note: Any = ""
    full: bool = False
    """As many as were asked for: there may be more."""

    @property
    def drawn(self) -> SafeString:
        return drawing.hits(self.hits)


def search(actor: Actor, query: str, limit: int) -> list[Found]:
    """Hits per source, in the order of the sources: at most ``limit`` each. Each source filters by what the actor may see."""
    text = query.strip()[:MAX_QUERY]
    if len(text) < LEAST:
        return []
    found = []
    with memo.sharing():
        for source in registries.search_sources.all():
            if source.access(actor) and (source.past or asof.view() is None):
                hits = source.search(actor, text, limit)[:limit]
                if hits:
                    found.append(Found(source.key, source.title, hits, memo.kept(("search.note", source.key), ""), len(hits) >= limit))
    return found


def not_searched(actor: Actor) -> list[str]:
    """Sources of this reader that know only today, while a past day is read."""
    if asof.view() is None:
        return []
    return [str(source.title) for source in registries.search_sources.all() if source.access(actor) and not source.past]


def actions(actor: Actor, query: str, limit: int = 6) -> list[Hit]:
    """Actions that the actor may do, and pages of the menu, whose words begin as the query's words do."""
    wanted = tokens(query.strip()[:MAX_QUERY])
    hits: list[Hit] = []
    entries = [(action.label, action.url_name, action.icon, action.access) for action in registries.palette.all()]
    entries += [(entry.label, entry.url_name, entry.icon, entry.access) for entry in registries.menu.all()]
    past = asof.view() is not None
    for label, url_name, icon, may in entries:
        if may(actor) and _matches(str(label), wanted) and (not past or not changes_something(url_name)):
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
class File:
    """A dossier, or a request that has none yet, with the lines of the request."""

    hit: Hit
    dossier_id: int | None = None
    lines: tuple[int, ...] = ()


@dataclass(frozen=True)
class Place:
    """A file with where it waits."""

    title: str
    url: str
    why: str
    places: list[Whereabouts]


def files(actor: Actor, query: str, limit: int) -> list[File]:
    """Dossiers and requests that the query finds for this actor: only what the actor may open; a request whose dossier is found too is
    not said twice. A fixed number of queries.
    """
    text = query.strip()[:MAX_QUERY]
    if len(text) < LEAST:
        return []
    with memo.sharing():
        dossiers, requests = _hits(actor, "dossiers", text, limit), _hits(actor, "requests", text, limit)
    found: list[File] = []
    if dossiers:
        keys = {str(row.uuid): row.pk for row in Dossier.objects.visible_to(actor).filter(uuid__in=list(dossiers)).order_by("pk")}
        found += [File(hit, dossier_id=keys[uuid]) for uuid, hit in dossiers.items() if uuid in keys]
    if requests:
        lines: dict[str, list[int]] = {}
        rows = RequestLine.objects.visible_to(actor).filter(request__uuid__in=list(requests)).order_by("pk")
        told = {file.dossier_id for file in found}
        for uuid, dossier, number in rows.values_list("request__uuid", "request__dossier", "pk"):
            if dossier is None or dossier not in told:
                lines.setdefault(str(uuid), []).append(number)
        found += [File(hit, lines=tuple(lines[uuid])) for uuid, hit in requests.items() if uuid in lines]
    return found


def where(actor: Actor, query: str, limit: int = 8) -> list[Place]:
    """Each file that the query finds, with who has it since when (C8)."""
    found = files(actor, query, limit)
    if not found:
        return []
    subjects = {SubjectRef("request_line", number): at for at, file in enumerate(found) for number in file.lines}
    dossiers = {file.dossier_id: at for at, file in enumerate(found) if file.dossier_id is not None}
    places: list[list[Whereabouts]] = [[] for _file in found]
    view = asof.view()
    for dossier_id, place in where_many(subjects, dossiers) if view is None else where_then(view, subjects, dossiers):
        at = dossiers.get(dossier_id or 0)
        if at is None and place.subject is not None:
            at = subjects.get(place.subject)
        if at is not None:
            places[at].append(place)
    return [Place(file.hit.title, file.hit.url, file.hit.why, waits) for file, waits in zip(found, places, strict=True)]


def _hits(actor: Actor, key: str, text: str, limit: int) -> dict[str, Hit]:
    """Hits of a source by the uuid in their address."""
    if key not in registries.search_sources:
        return {}
    source = registries.search_sources.get(key)
    hits = source.search(actor, text, limit) if source.access(actor) else []
    return {uuid: hit for hit in hits if (uuid := _uuid(hit.url))}


def _uuid(url: str) -> str:
    try:
        return str(resolve(url).kwargs.get("uuid", ""))
    except Resolver404:
        return ""
