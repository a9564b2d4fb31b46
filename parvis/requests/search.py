"""Requests in the search box: by number, by the person who asks, or by the name on the form while nobody is identified."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.contacts.api import search_person_ids
from parvis.kernel import asof
from parvis.kernel.actor import Actor
from parvis.kernel.registries import Hit, SearchSource, search_sources
from parvis.kernel.statements import Statement, one_of
from parvis.kernel.textmatch import tokens

from .access import can_read
from .enums import Channel
from .models import Request


class Told(NamedTuple):
    """What a hit says of a request."""

    received_at: datetime
    pk: int
    uuid: UUID
    number: str
    applicant_name: str
    channel: str


def search_requests(actor: Actor, query: str, limit: int) -> list[Hit]:
    """Only requests that the actor may see."""
    text = query.strip()
    until = asof.until()
    match = re.fullmatch(r"(\d{4})[-/ ](\d{1,6})", text)
    if match:
        rows = _latest(actor, {} if until is None else {"until": until}).filter(number=f"{match[1]}/{int(match[2]):05}")
        found = {Told(*row) for row in rows.values_list(*Told._fields)[:limit]}
        why = _("request number")
    else:
        words = [word for word in tokens(text) if not word.isdecimal()]
        if not words:
            return []
        known = search_person_ids(actor=actor, query=text, limit=limit * 3)
        found = {*_named(actor, words, until, limit), *(_asked_by(actor, known, until, limit) if known else ())}
        why = _("name on the request")
    return [
        Hit(
            title=f"{row.number} · {row.applicant_name}",
            subtitle=str(Channel(row.channel).label),
            url=reverse("requests:detail", args=[row.uuid]),
            why=why,
            icon="inbox",
        )
        for row in sorted(found, reverse=True)[:limit]
    ]


_NAMED, _ASKED_BY = Statement("requests.named"), Statement("requests.asked_by")


def _named(actor: Actor, words: list[str], until: datetime | None, limit: int) -> list[Told]:
    """Once the person is known, the search over persons finds it; what nobody is identified in is little, and read by its index."""

    def read(at: dict[str, Any]) -> QuerySet[Any]:
        named = Q(joined_at__isnull=True)
        for place in range(len(words)):
            named &= Q(applicant_sort__contains=at[f"word{place}"])
        return _latest(actor, at).filter(named).values_list(*Told._fields)[:limit]

    rows = _NAMED.rows((actor, limit), read, until=until, **{f"word{place}": word for place, word in enumerate(words)})
    return [Told(*row) for row in rows]


def _asked_by(actor: Actor, persons: list[int], until: datetime | None, limit: int) -> list[Told]:
    # A list of like length, filled up with one of them: one statement for all.
    filled = persons + persons[:1] * (limit * 3 - len(persons))
    rows = _ASKED_BY.rows(
        (actor, limit),
        lambda at: _latest(actor, at).filter(one_of("applicant", at["persons"])).values_list(*Told._fields)[:limit],
        persons=filled,
        until=until,
    )
    return [Told(*row) for row in rows]


def _latest(actor: Actor, at: dict[str, Any]) -> QuerySet[Request]:
    rows = Request.objects.visible_to(actor).order_by("-received_at", "-pk")
    return rows.filter(received_at__lt=at["until"]) if "until" in at else rows


search_sources.register(
    "requests", SearchSource(key="requests", title=gettext_lazy("Requests"), order=20, search=search_requests, access=can_read, past=True)
)
