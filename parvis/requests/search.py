"""Requests in the search box: by number, or by the name on the form while nobody is identified."""

from __future__ import annotations

import re

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.kernel.actor import Actor
from parvis.kernel.registries import Hit, SearchSource, search_sources
from parvis.kernel.textmatch import tokens

from .access import can_read
from .models import Request


def search_requests(actor: Actor, query: str, limit: int) -> list[Hit]:
    """Only requests that the actor may see."""
    text = query.strip()
    rows = Request.objects.visible_to(actor)
    match = re.fullmatch(r"(\d{4})[-/ ](\d{1,6})", text)
    if match:
        rows = rows.filter(number=f"{match[1]}/{int(match[2]):05}")
        why = _("request number")
    else:
        words = [word for word in tokens(text) if not word.isdigit()]
        if not words:
            return []
        for word in words:
            rows = rows.filter(applicant_sort__contains=word)
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


search_sources.register(
    "requests", SearchSource(key="requests", title=gettext_lazy("Requests"), order=20, search=search_requests, access=can_read)
)
