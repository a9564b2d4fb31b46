"""Decisions found by their number, in the scope of whoever asks."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.kernel import asof, registries
from parvis.kernel.actor import Actor
from parvis.kernel.registries import Hit, SearchSource
from parvis.ui import formats

from . import neighbours, selectors


def search(actor: Actor, query: str, limit: int) -> list[Hit]:
    if not any(character.isdecimal() for character in query):
        return []
    rows = [row for row in selectors.decisions_by_number(actor, query, limit) if row.decided_on <= asof.day()]
    names = neighbours.person_names([row.proposal.person_id for row in rows])
    return [
        Hit(
            title=f"{row.number} · {names.get(row.proposal.person_id, '?')}",
            url=reverse("decisions:decision", args=[row.uuid]),
            subtitle=f"{row.proposal.name}, {row.get_outcome_display()}, {formats.day(row.decided_on)}",
            why=_("decision number"),
            icon="scale",
            score=1.0 if row.number.endswith(query) else 0.6,
        )
        for row in rows
    ]


registries.search_sources.register(
    "decisions", SearchSource(key="decisions", title=gettext_lazy("Decisions"), order=40, search=search, past=True)
)
