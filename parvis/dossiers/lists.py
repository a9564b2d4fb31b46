"""The list of dossiers for the gestures over it."""

from __future__ import annotations

from django.http import HttpRequest

from parvis.ui.grid import GridPage

from .custom_lists import with_custom
from .grids import DOSSIERS, listed


def dossier_list(request: HttpRequest) -> GridPage:
    """What the reader has before them, the own columns and filters included: "all that match" obeys them too."""
    actor = request.actor  # type: ignore[attr-defined]
    own, rows = with_custom(DOSSIERS, listed(actor), actor)
    return own.read(request, rows)
