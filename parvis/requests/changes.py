"""Requests received in a dossier, and the steps that their lines took, since an instant."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from parvis.kernel import changes, registries
from parvis.kernel.actor import Actor
from parvis.kernel.registries import Change, ChangeSource, Span
from parvis.ui import formats

from . import access
from .models import StageMark


def _rows(actor: Actor, span: Span) -> QuerySet[Any]:
    rows = StageMark.objects.visible_to(actor).filter(line__request__dossier=span.dossier_id, marked_at__gt=span.since)
    found: QuerySet[Any] = changes.others(rows, span)
    return found


def _marks(actor: Actor, span: Span) -> list[QuerySet[Any]]:
    return [changes.mark(_rows(actor, span), "stage", "pk", "marked_at")]


def _tell(actor: Actor, span: Span) -> list[Change]:
    rows = list(_rows(actor, span).select_related("line__request").order_by("-marked_at", "-pk")[: changes.MOST])
    return [
        Change(
            row.marked_at,
            "changed",
            f"{row.line.request.number} · {formats.label(row.line.label)}",
            after=str(row.get_stage_display()),
            author=row.author_label,
            url=reverse("requests:detail", args=[row.line.request.uuid]),
        )
        for row in rows
    ]


registries.changes.register(
    "requests", ChangeSource("requests", _("Requests and terms"), 25, _marks, _tell, access.can_read, "social", "inbox")
)
