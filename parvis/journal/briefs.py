"""What the journal tells a successor: objectives that still run, and the last events. Restricted notes never."""

from __future__ import annotations

from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from parvis.dossiers.api import Dossier
from parvis.kernel import clock, registries
from parvis.kernel.actor import Actor
from parvis.kernel.registries import BriefLine, BriefPart

from . import access
from .enums import ObjectiveStatus
from .models import Entry
from .selectors import line_of, objectives_of

LAST = 8
LONG = 400


def _objectives(actor: Actor, dossier: Dossier) -> list[BriefLine]:
    found = []
    for one in objectives_of(actor, dossier):
        if one.entry.restricted or (one.last is not None and one.last.state != ObjectiveStatus.OPEN):
            continue
        detail = Truncator(one.entry.text).chars(LONG) if one.entry.title else ""
        title = one.entry.title or Truncator(one.entry.text).chars(LONG)
        found.append(BriefLine(title, detail, clock.date_of(one.entry.happened_at)))
    return found


def _events(actor: Actor, dossier: Dossier) -> list[BriefLine]:
    rows = Entry.objects.visible_to(actor).filter(dossier=dossier, restricted=False).order_by("-happened_at", "-pk")[:LAST]
    return [BriefLine(line_of(row), Truncator(row.text).chars(LONG), clock.date_of(row.happened_at)) for row in rows]


registries.briefs.register(
    "journal.objectives", BriefPart("objectives", _("Objectives under way"), 60, _objectives, access.can_read_journal)
)
registries.briefs.register("journal.events", BriefPart("events", _("Last events"), 70, _events, access.can_read_journal))
