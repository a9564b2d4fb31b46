"""Notes, calls, visits and interviews written since an instant. Steps are told by the contexts that take them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from parvis.kernel import changes, registries
from parvis.kernel.actor import Actor
from parvis.kernel.registries import Change, ChangeSource, Span

from . import access
from .enums import EntryKind
from .models import Entry

SHOWN = 300


def _rows(actor: Actor, span: Span) -> QuerySet[Any]:
    rows = Entry.objects.visible_to(actor).filter(dossier=span.dossier_id, recorded_at__gt=span.since).exclude(kind=EntryKind.STEP)
    found: QuerySet[Any] = changes.others(rows, span)
    return found


def _marks(actor: Actor, span: Span) -> list[QuerySet[Any]]:
    return [changes.mark(_rows(actor, span), "entry", "pk", "recorded_at")]


def _short(entry: Entry) -> str:
    text = entry.text or entry.title
    return text if len(text) <= SHOWN else text[:SHOWN].rsplit(" ", 1)[0] + " …"


def _tell(actor: Actor, span: Span) -> list[Change]:
    rows = list(_rows(actor, span).order_by("-recorded_at", "-pk")[: changes.MOST])
    return [
        Change(
            row.recorded_at,
            "added",
            row.get_kind_display(),
            after="" if row.restricted else _short(row),  # read in the journal, where its author learns of it
            author=row.author_label,
            url=reverse("journal:index", args=[span.uuid]) + f"#e{row.pk}" if span.uuid else "",
        )
        for row in rows
    ]


registries.changes.register(
    "journal", ChangeSource("journal", _("Journal"), 80, _marks, _tell, access.can_read_journal, "identity", "note")
)
