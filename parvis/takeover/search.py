"""Persons and dossiers by the number that they had in the old system."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.kernel.actor import Actor
from parvis.kernel.registries import Hit, SearchSource, search_sources

from .services import old_system


def search_old(actor: Actor, query: str, limit: int) -> list[Hit]:
    """Numbers only: a name is found by the register itself."""
    text = query.strip()
    if len(text) < 2 or not any(letter.isdecimal() for letter in text):
        return []
    return [
        Hit(
            title=f"{one['key']} · {one['name']}",
            subtitle=one["source"],
            url=reverse(f"takeover:old_{one['kind']}", args=[one["thing"].uuid]),
            why=_("number in the old system"),
            icon="archive",
        )
        for one in old_system.find_old(actor, text, limit)
    ]


search_sources.register(
    "old", SearchSource(key="old", title=gettext_lazy("Old system"), order=90, search=search_old, access=old_system.may_read_old)
)
