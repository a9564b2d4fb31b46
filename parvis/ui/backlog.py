"""Counts of the backlog: how much waits in the whole centre, the same for everybody, and how much of it this reader's list holds."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from parvis.kernel import lately, registries
from parvis.kernel.actor import Actor
from parvis.kernel.asof import PastView

from .http import may_open


@dataclass(frozen=True)
class Figure:
    """``count`` in the house; ``mine``: as many as the list at ``url`` holds for this reader, who may open none where there is no list."""

    key: str
    title: Any
    help: Any
    count: int
    mine: int
    url: str

    @property
    def elsewhere(self) -> int:
        return max(0, self.count - self.mine)


@dataclass(frozen=True)
class FigureThen:
    """A count at the end of a past day; ``count`` None: it is not kept, and nothing stands for it."""

    key: str
    title: Any
    help: Any
    count: int | None


def figures_then(view: PastView) -> list[FigureThen]:
    """All counts as they stood, the same for everybody."""
    return [
        FigureThen(entry.key, entry.title, entry.help_then or entry.help, entry.then(view) if entry.then is not None else None)
        for entry in registries.backlog.all()
    ]


def figures(actor: Actor, *keys: str) -> list[Figure]:
    """All counts, or those named. Where counting takes long, they are up to a minute old."""
    return [_figure(actor, entry, _lately) for key, entry in registries.backlog.items() if not keys or key in keys]


def figure(actor: Actor, key: str) -> Figure:
    """One count, for the list that it leads to: always of now."""
    return _figure(actor, registries.backlog.get(key), lambda _key, ask: ask())


def _figure(actor: Actor, entry: registries.Backlog, told: Callable[[Hashable, Callable[[], int]], int]) -> Figure:
    count, url = told((entry.key, None), lambda: entry.count(actor)), entry.url()
    opens = may_open(actor, url)
    mine = entry.mine
    if mine is None:
        own = count
    else:
        own = told((entry.key, actor), lambda: mine(actor)) if opens and count else 0
    return Figure(entry.key, entry.title, entry.help, count, own, url if opens else "")


def _lately(key: Hashable, ask: Callable[[], int]) -> int:
    return lately.told(("backlog", key), ask)
