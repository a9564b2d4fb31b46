"""Documents added to a dossier since an instant."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from parvis.kernel import changes, registries
from parvis.kernel.actor import Actor
from parvis.kernel.registries import Change, ChangeSource, Span

from .access import may_open_documents
from .services.storing import documents_in_dossier


def _rows(actor: Actor, span: Span) -> QuerySet[Any]:
    found: QuerySet[Any] = changes.others(documents_in_dossier(actor, span.dossier_id).filter(recorded_at__gt=span.since), span)
    return found


def _marks(actor: Actor, span: Span) -> list[QuerySet[Any]]:
    return [changes.mark(_rows(actor, span).select_related(None), "document", "pk", "recorded_at")]


def _tell(actor: Actor, span: Span) -> list[Change]:
    return [
        Change(
            row.recorded_at,
            "added",
            _("Document"),
            after=row.title,
            author=row.author_label,
            url=reverse("documents:download", args=[row.uuid]),
        )
        for row in _rows(actor, span).order_by("-recorded_at", "-pk")[: changes.MOST]
    ]


registries.changes.register("documents", ChangeSource("documents", _("Documents"), 70, _marks, _tell, may_open_documents, "social", "file"))
