"""What a person keeps of a list: saved views, the columns wanted, the view it opens with.

``ui`` has no table. The context that owns accounts registers a store (``keep_with``); without one, lists remember nothing. A view is an
address and nothing more: whoever opens it gets the rows, columns and filters of their own rights.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, QueryDict

from parvis.kernel.actor import ANONYMOUS, Actor

VIEW = "view"
COLUMNS = "cols"
NO_VIEW = "-"
#: Parameters that say where in the list one is, not what the list shows.
PLACE = frozenset({"after", "before", "export"})
LONGEST = 1_800


@dataclass(frozen=True)
class View:
    """A saved view as the reader sees it. ``shared``: "mine", "unit" or "centre"; ``whose``: who shares it, "" for one's own."""

    key: str
    name: str
    address: str
    shared: str = "mine"
    whose: str = ""
    opens: bool = False
    change_url: str = ""


@dataclass(frozen=True)
class Memory:
    """``columns``: the keys wanted, () for the usual ones. The addresses are empty for somebody without an account."""

    views: tuple[View, ...] = ()
    columns: tuple[str, ...] = ()
    save_url: str = ""
    columns_url: str = ""
    manage_url: str = ""


Store = Callable[[Actor, str], Memory]
_store: list[Store] = []


def keep_with(store: Store) -> None:
    """Register where lists are remembered. Registering again replaces it."""
    _store[:] = [store]


def memory(request: HttpRequest, key: str) -> Memory:
    """What this reader keeps of a list, read once per request."""
    actor: Actor = getattr(request, "actor", ANONYMOUS)
    known: dict[str, Memory] = request.__dict__.setdefault("_list_memory", {})
    if key not in known:
        known[key] = _store[0](actor, key) if _store and actor.is_agent and actor.account_id is not None else Memory()
    return known[key]


def parameters(request: HttpRequest, key: str) -> QueryDict:
    """The address that the list is read from: the one asked for; without any, the view that the reader's list opens with. A POST about a
    list carries its address in the field ``address``."""
    if request.method == "POST":
        return QueryDict(request.POST.get("address", "")[:LONGEST])
    given = request.GET
    if set(given) - {"export"}:
        return given
    first = next((view for view in memory(request, key).views if view.opens), None)
    if first is None:
        return given
    opened = QueryDict(first.address, mutable=True)
    opened[VIEW] = first.key
    for name in given:
        opened.setlist(name, given.getlist(name))
    return opened


def clean_address(text: str) -> str:
    """An address fit to be kept: no place in the list, no view, no empty word, of bounded length."""
    found = QueryDict(text[:LONGEST].lstrip("?"), mutable=True)
    for name in (*PLACE, VIEW, "csrfmiddlewaretoken"):
        found.pop(name, None)
    if not found.get("q", "").strip():
        found.pop("q", None)
    return found.urlencode()


def same(one: Any, other: Any) -> bool:
    """Whether two addresses show the same list."""
    return sorted(QueryDict(one).lists()) == sorted(QueryDict(other).lists())
