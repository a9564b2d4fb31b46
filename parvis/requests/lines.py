"""Lines that ask for a kind of aid which the centre added (``registries.provisions``): named by it, with the terms of the law on which it rests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from parvis.kernel import registries
from parvis.ui import formats

from .errors import RequestError


def own_aids() -> list[tuple[str, str]]:
    """Those offered today, in the reader's language."""
    prefix = registries.provisions.prefix
    return [(key, formats.label(kind.title)) for key, kind in registries.provisions.items() if key.startswith(prefix)]


def line_of(key: str, definition: Mapping[str, Any]) -> dict[str, Any]:
    """The line of an own kind of aid, as the procedure would define it.

    Raises:
        RequestError: no such aid is offered today.
    """
    if key not in dict(own_aids()):
        raise RequestError(_("This aid is not offered today."), field="aids", code="aid")
    kind = registries.provisions.get(key)
    lines = definition["lines"]
    like = next((line for line in lines if line.get("provision") == kind.base), lines[-1])
    return {
        "key": key,
        "label": dict(kind.title),
        "provision": key,
        "terms": like["terms"],
        "mandatory_pieces": like.get("mandatory_pieces", []),
        "process": like.get("process", ""),
    }
