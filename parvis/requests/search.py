"""Requests in the search box: by number, by the person who asks, or by the name on the form while nobody is identified."""

from __future__ import annotations

import re

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.contacts.api import search_persons
from parvis.kernel import asof
from parvis.kernel.actor import Actor
from parvis.kernel.registries import Hit, SearchSource, search_sources
from parvis.kernel.textmatch import tokens

from .access import can_read
from .models import Request


def search_requests(actor: Actor, query: str, limit: int) -> list[Hit]:
    """Only requests that the actor may see."""
    text = query.strip()
    rows = Request.objects.visible_to(actor)
    if (until := asof.until()) is not None:
        rows = rows.filter(received_at__lt=until)
    match = re.fullmatch(r"(\d{4})[-/ ](\d{1,6})", text)
    if match:
        rows = rows.filter(number=f"{match[1]}/{int(match[2]):05}")
        why = _("request number")
    else:
        words = [word for word in tokens(text) if not word.isdecimal()]
        if not words:
            return []
        # Once the person is known, the search over persons finds it; what nobody is identified in is little, and read by its index.
        named = Q(joined_at__isnull=True)
        for word in words:
            named &= Q(applicant_sort__contains=word)
        known = [row.pk for row, _why in search_persons(actor=actor, query=text, limit=limit * 3)]
        rows = rows.filter(pk__in=_keys(rows.filter(named), limit) + (_keys(rows.filter(applicant__in=known), limit) if known else []))
        why = _("name on the request")
    return [
        Hit(
            title=f"{row.number} · {row.applicant_name}",
            subtitle=str(row.get_channel_display()),
            url=reverse("requests:detail", args=[row.uuid]),
            why=why,
            icon="inbox",
        )
        for row in rows.order_by("-received_at", "-pk")[:limit]
    ]


def _keys(rows: QuerySet[Request], limit: int) -> list[int]:
    return list(rows.order_by("-received_at", "-pk").values_list("pk", flat=True)[:limit])


search_sources.register(
    "requests", SearchSource(key="requests", title=gettext_lazy("Requests"), order=20, search=search_requests, access=can_read, past=True)
)
