"""Lawful destruction: the chronicle of a dossier goes whole."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from parvis.kernel import registries
from parvis.kernel.erasure import Target
from parvis.kernel.registries import Eraser

from .models import Action, Entry, EntryWord, Mention, ObjectiveState, Reading, Turn, Urgency, UrgencySeen


def _collect(target: Target) -> None:
    rows = Entry.unscoped.filter(dossier=target.id)
    target.name("entry", rows.values_list("pk", flat=True))
    target.name("journal_entry", rows.values_list("pk", flat=True))
    target.name("urgency", Urgency.unscoped.filter(dossier=target.id).values_list("pk", flat=True))
    for link in ("person_id", "partner_id"):
        target.persons |= set(rows.filter(**{f"{link}__isnull": False}).values_list(link, flat=True))


def _erase(target: Target) -> None:
    what = gettext_noop("Marks on notes: readings, mentions, next steps")
    target.delete_guarded(what, Reading.unscoped.filter(entry__dossier=target.id))
    target.delete_guarded(what, ObjectiveState.unscoped.filter(entry__dossier=target.id))
    target.delete(what, Mention.unscoped.filter(entry__dossier=target.id))
    target.delete(what, Turn.unscoped.filter(action__entry__dossier=target.id))
    target.delete(what, Action.unscoped.filter(entry__dossier=target.id))
    target.delete_guarded(what, UrgencySeen.unscoped.filter(urgency__dossier=target.id))
    target.delete(what, Urgency.unscoped.filter(dossier=target.id))
    EntryWord.unscoped.filter(entry__dossier=target.id).delete()
    Entry.unscoped.filter(dossier=target.id).update(corrects=None)
    target.delete(gettext_noop("Notes and entries of the chronicle"), Entry.unscoped.filter(dossier=target.id))


registries.erasers.register(
    "journal",
    Eraser(
        title=_("Chronicle"),
        order=40,
        collect=_collect,
        erase=_erase,
        holds={
            f"journal.{name}": "gone"
            for name in ("Reading", "ObjectiveState", "Mention", "Turn", "Action", "UrgencySeen", "Urgency", "Entry")
        },
    ),
)
