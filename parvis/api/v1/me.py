"""Who asks, and the search."""

from typing import Annotated, Any

from ninja import Query, Router

from parvis.identity.api import Unit
from parvis.kernel import registries
from parvis.kernel.actor import Actor
from parvis.kernel.scope import may_see

from .. import schemas
from ..endpoint import measure, reads
from ..enums import Scope

router = Router()
#: What searches, and the part that a token must name beside the search itself; a source that is not here stays on the pages.
SOURCES = {
    "persons": Scope.PERSONS,
    "organisations": Scope.PERSONS,
    "dossiers": Scope.DOSSIERS,
    "requests": Scope.REQUESTS,
    "decisions": Scope.DECISIONS,
    "documents": Scope.DOCUMENTS,
    "notes": Scope.JOURNAL,
    "accounting.orders": Scope.PAYMENTS,
}
#: Classes of data without which a source says too much: what is found in a file is found under the name of its person.
NEEDS = {
    "persons": ("identity",),
    "dossiers": ("identity",),
    "requests": ("identity",),
    "decisions": ("identity", "social"),
    "documents": ("identity",),
    "notes": ("identity",),
    "accounting.orders": ("money",),
}
SHOWN = 10


def _anybody(actor: Actor) -> bool:
    return bool(actor.grants)


@reads(router, "me", "me", scope=None, access=_anybody, response=schemas.MeOut, summary="Who asks", tag="search")
def me(request: Any) -> Any:
    """The holder, the functions of today and what this token opens."""
    actor, token = request.actor, request.token
    codes = dict(Unit.objects.filter(pk__in=actor.units).values_list("pk", "code"))
    held = sorted({(str(one.function), codes.get(one.unit_id)) for one in actor.grants}, key=lambda one: (one[0], one[1] or ""))
    return {
        "name": actor.label,
        "token": token.name,
        "purpose": token.purpose,
        "last_day": token.last_day,
        "scopes": token.scopes,
        "classes": [one for one in token.classes if may_see(actor, one)],
        "functions": [{"function": function, "unit": unit} for function, unit in held],
        "calls_a_minute": measure(),
    }


@reads(router, "search", "search", scope=Scope.SEARCH, access=_anybody, response=schemas.Hits, summary="Search", tag="search")
def search(request: Any, q: Annotated[str, Query(description="Two characters at least.", min_length=2, max_length=120)]) -> Any:
    """What the search box finds for the holder, at most ten of a kind, of the parts that the token names."""
    actor: Actor = request.actor
    found = []
    for source in registries.search_sources.all():
        part = SOURCES.get(source.key)
        if part is None or part.value not in request.token.scopes or not source.access(actor):
            continue
        if not all(may_see(actor, one) for one in NEEDS.get(source.key, ())):
            continue
        for hit in source.search(actor, q.strip(), SHOWN)[:SHOWN]:
            found.append({"kind": source.key, "title": str(hit.title), "detail": str(hit.subtitle), "why": str(hit.why), "page": hit.url})
    return {"items": found}
