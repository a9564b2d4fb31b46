"""Decisions taken in a dossier since an instant, and the last one as an instant to compare with."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from parvis.kernel import changes, registries
from parvis.kernel.actor import Actor
from parvis.kernel.registries import Change, ChangeSource, Span

from .access import may_see_decisions
from .models import Decision


def _rows(actor: Actor, span: Span) -> QuerySet[Any]:
    rows = Decision.objects.visible_to(actor).filter(dossier=span.dossier_id, decided_at__gt=span.since)
    found: QuerySet[Any] = changes.others(rows, span, "decided_by_id")
    return found


def _marks(actor: Actor, span: Span) -> list[QuerySet[Any]]:
    return [changes.mark(_rows(actor, span), "decision", "pk", "decided_at")]


def _tell(actor: Actor, span: Span) -> list[Change]:
    rows = list(_rows(actor, span).select_related("proposal__line").order_by("-decided_at", "-pk")[: changes.MOST])
    return [
        Change(
            row.decided_at,
            "added",
            row.number,
            after=f"{row.proposal.name} · {row.get_outcome_display()}",
            author=row.decided_by_label,
            url=reverse("decisions:decision", args=[row.uuid]),
        )
        for row in rows
    ]


def _last(actor: Actor, dossier_id: int) -> tuple[dt.datetime, Any] | None:
    if not may_see_decisions(actor):
        return None
    row = Decision.objects.visible_to(actor).filter(dossier=dossier_id).order_by("-decided_at", "-pk").first()
    return (row.decided_at, row.number) if row is not None else None


registries.changes.register("decisions", ChangeSource("decisions", _("Decisions"), 50, _marks, _tell, may_see_decisions, "social", "scale"))
registries.landmarks.register("decision", _last)
