"""Tasks that were open at the end of a past day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from parvis.contacts.api import display_names
from parvis.dossiers.api import Dossier
from parvis.kernel.actor import Actor
from parvis.kernel.asof import PastView
from parvis.workflows.api import WorkItem, open_then, queue_label

MOST = 200


@dataclass(frozen=True)
class Then:
    """A task with the file it was about, as far as the reader may open it today, and who had it."""

    item: WorkItem
    file: str
    url: str
    holder: str


def tasks_then(actor: Actor, view: PastView) -> dict[str, Any]:
    """The first ``MOST``, in a fixed number of queries."""
    items = list(open_then(actor, view.until)[: MOST + 1])
    keys = {item.dossier_key for item in items if item.dossier_key}
    files = Dossier.objects.visible_to(actor).in_bulk(keys) if keys else {}
    names = display_names(row.lead_id for row in files.values())
    rows = []
    for item in items[:MOST]:
        file = files.get(item.dossier_key or 0)
        held_by, queue = item.held_by, item.held_queue  # type: ignore[attr-defined]  # read by ``open_then``
        rows.append(
            Then(
                item,
                f"{file.number} · {names.get(file.lead_id, '?')}" if file else "",
                reverse("dossiers:detail", args=[file.uuid]) if file else "",
                held_by or (queue_label(queue, item.unit) if queue else ""),
            )
        )
    return {"rows": rows, "more": len(items) > MOST, "most": MOST}
