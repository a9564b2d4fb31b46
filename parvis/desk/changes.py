"""What others did on the files that I follow."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from parvis.contacts.api import display_names
from parvis.dossiers.api import Referent
from parvis.journal.api import Entry, icon_of, line_of
from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.asof import PastView
from parvis.kernel.statements import Statement

SINCE = timedelta(days=7)
SHOWN = 6
_CHANGES = Statement("desk.changes")


def on_my_files(actor: Actor) -> list[dict[str, Any]]:
    """The latest entries of others in the chronicles of my files, as the stream component shows them. Two queries."""
    if actor.account_id is None:
        return []

    def read(at: dict[str, Any]) -> QuerySet[Any]:
        mine = Referent.objects.visible_to(actor).at(clock.today()).filter(account=actor.stands_for).order_by().values("dossier")
        rows = Entry.objects.visible_to(actor).filter(dossier__in=mine, happened_at__gte=at["since"]).exclude(author_id=actor.account_id)
        return rows.select_related("dossier").order_by("-happened_at", "-pk")[:SHOWN]

    return _shown(_CHANGES.rows(actor, read, since=clock.now() - SINCE))


def on_my_files_then(actor: Actor, view: PastView) -> list[dict[str, Any]]:
    """The same at the end of a past day: files that I followed then, entries that had been written by then. Two queries."""
    if actor.account_id is None:
        return []
    followed = Referent.objects.visible_to(actor).at(view.day, view.known_on).filter(account=actor.stands_for).order_by().values("dossier")
    rows = Entry.objects.visible_to(actor).filter(dossier__in=followed, happened_at__gte=view.until - SINCE, happened_at__lt=view.until)
    if view.known_on is not None:
        rows = rows.filter(recorded_at__lt=view.known_on)
    rows = rows.exclude(author_id=actor.account_id).select_related("dossier")
    return _shown(list(rows.order_by("-happened_at", "-pk")[:SHOWN]))


def _shown(entries: list[Any]) -> list[dict[str, Any]]:
    if not entries:
        return []
    names = display_names(entry.dossier.lead_id for entry in entries)
    return [
        {
            "title": names.get(entry.dossier.lead_id, entry.dossier.number),
            "text": line_of(entry),
            "icon": icon_of(entry),
            "at": entry.happened_at,
            "author": entry.author_label,
            "note": entry.dossier.number,
            "url": reverse("dossiers:detail", args=[entry.dossier.uuid]),
        }
        for entry in entries
    ]
