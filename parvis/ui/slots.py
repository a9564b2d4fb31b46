"""Places in the layouts that contexts above fill: ``bar`` (top bar, before the account), ``top`` (above everything, the role bar
of a demonstration), ``palette`` (below the search box), ``foot`` (portal footer), ``admin`` (tabs of the administration),
``party`` (beside the name of an organisation, or of a person who is in the address book), ``account_page`` (cards of one's own account),
``dossier`` (actions in the head of a dossier's page: no query there), ``person`` (the same of a person's page), ``portal`` (head of the
citizens' pages), ``rolebar`` (buttons of the role bar of a demonstration).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe

Render = Callable[[HttpRequest], str | None]

NAMES = ("top", "bar", "palette", "account", "foot", "admin", "party", "account_page", "dossier", "person", "portal", "rolebar")


@dataclass(frozen=True)
class _Filling:
    key: str
    order: int
    render: Render


_slots: dict[str, dict[str, _Filling]] = {name: {} for name in NAMES}


def register(name: str, key: str, render: Render, *, order: int = 100) -> None:
    """Fill a place. ``render(request)`` returns safe HTML, or None to show nothing. Registering a key again replaces it."""
    _slots[name][key] = _Filling(key, order, render)


def render(name: str, request: HttpRequest) -> list[SafeString]:
    fillings = sorted(_slots[name].values(), key=lambda filling: (filling.order, filling.key))
    parts = (filling.render(request) for filling in fillings)
    return [mark_safe(part) for part in parts if part]
