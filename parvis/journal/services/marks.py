"""Marks on entries and dossiers: where an objective stands, who opened a restricted note, what is urgent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from parvis.dossiers.api import Dossier, may_change
from parvis.kernel import clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.errors import NotAllowed
from parvis.kernel.gestures import gesture
from parvis.kernel.scope import scope_q
from parvis.kernel.subject import SubjectRef
from parvis.rules import api as rules

from .. import access
from ..enums import EntryKind, ObjectiveStatus
from ..errors import InvalidEntry
from ..models import Entry, ObjectiveState, Reading, Urgency, UrgencySeen
from .entries import add_step, state_of

#: Days that an urgent mark lasts, unless a dated parameter says otherwise.
URGENT_DAYS = 7
URGENT_PARAMETER = "journal.urgent.days"
LONGEST_URGENCY = 60


@gesture
def objective_is(*, actor: Actor, entry: Entry, state: str, note: str = "", review_on: dt.date | None = None) -> ObjectiveState:
    """Say where an objective stands. A word is asked when it is reached or given up.

    Raises:
        InvalidEntry: not an objective, not a state, no word, a day of review in the past.
        NotAllowed: outside the actor's journal.
    """
    if not access.can_write_entry(actor) or not may_change(actor, entry.dossier) or not _reads(actor, entry):
        raise NotAllowed(_("You may not write in this journal."))
    if entry.kind != EntryKind.OBJECTIVE or state not in ObjectiveStatus.values:
        raise InvalidEntry(_("This value is not in the list."), field="state", code="state")
    if state != ObjectiveStatus.OPEN and not note.strip():
        raise InvalidEntry(_("Say in a few words how it ended."), field="note", code="note")
    if review_on is not None and review_on < clock.today():
        raise InvalidEntry(_("This day is past."), field="review_on", code="review_on")
    row = state_of(entry, actor, state, note=note.strip(), review_on=review_on if state == ObjectiveStatus.OPEN else None)
    mutations.record(
        f"dossier:{entry.dossier_id}",
        actor=actor,
        verb="journal.objective",
        subject=SubjectRef("journal_entry", entry.pk),
        values={"state": state},
        note=row.note,
    )
    return row


def note_opened(*, actor: Actor, entries: Iterable[Entry]) -> int:
    """Write down that somebody besides the author has these restricted notes on the screen; once for each reader. Returns how many are new.

    Nothing new opens no transaction: the page of a dossier would take the lock of the writers each time it is read.
    """
    shown = {entry.pk for entry in entries if entry.restricted and entry.author_id != actor.account_id}
    if actor.account_id is None or not shown:
        return 0
    shown -= set(Reading.unscoped.filter(entry__in=shown, account_id=actor.account_id).values_list("entry_id", flat=True))
    return _write_opened(actor=actor, account_id=actor.account_id, entry_ids=sorted(shown)) if shown else 0


@gesture
def _write_opened(*, actor: Actor, account_id: int, entry_ids: list[int]) -> int:
    rows = [Reading(entry_id=pk, account_id=account_id, label=actor.label[:191], at=clock.now()) for pk in entry_ids]
    Reading.unscoped.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def urgent_days(day: dt.date) -> int:
    """How long a mark lasts, by the dated parameter of the centre."""
    try:
        return max(1, min(int(rules.parameter(URGENT_PARAMETER, day).decimal), LONGEST_URGENCY))
    except rules.UnknownParameter:
        return URGENT_DAYS


@gesture
def raise_urgent(*, actor: Actor, dossier: Dossier, reason: str, last_on: dt.date | None = None) -> Urgency:
    """Mark a dossier as urgent until a day, at the end of which the mark falls by itself. A mark that stands is returned as it is.

    Raises:
        InvalidEntry: no reason, or a day outside today and sixty days on.
        NotAllowed: outside the actor's dossiers.
    """
    if not access.can_write_entry(actor) or not may_change(actor, dossier):
        raise NotAllowed(_("You may not write in this journal."))
    reason = " ".join(reason.split())[:300]
    if not reason:
        raise InvalidEntry(_("Say in a few words what is urgent."), field="reason", code="reason")
    today = clock.today()
    last = last_on or today + dt.timedelta(days=urgent_days(today))
    if not today <= last <= today + dt.timedelta(days=LONGEST_URGENCY):
        raise InvalidEntry(_("Choose a day from today on, within sixty days."), field="last_on", code="last_on")
    # A mark whose time is over gives its place, whether or not the nightly job has passed.
    Urgency.unscoped.filter(dossier=dossier, live=1, last_on__lt=today).update(live=None)
    mark, created = Urgency.unscoped.get_or_create(
        dossier=dossier,
        live=1,
        defaults={
            "reason": reason,
            "raised_at": clock.now(),
            "raised_by_id": actor.account_id,
            "raised_by_label": actor.label[:191],
            "last_on": last,
        },
    )
    if created:
        add_step(
            actor=actor,
            dossier_id=dossier.pk,
            message=gettext_noop("Marked urgent until %(day)s"),
            values={"day": last.strftime("%d/%m/%Y")},
            subject=SubjectRef("dossier", dossier.pk),
            text=reason,
        )
        see_urgent(actor=actor, marks=[mark])
    return mark


@gesture
def settle_urgent(*, actor: Actor, mark: Urgency, note: str = "") -> Urgency:
    """It is not urgent any more, before its last day."""
    if not access.can_write_entry(actor) or not may_change(actor, mark.dossier):
        raise NotAllowed(_("You may not write in this journal."))
    if not Urgency.unscoped.filter(pk=mark.pk, live=1).update(live=None, ended_at=clock.now(), ended_by_label=actor.label[:191]):
        raise InvalidEntry(_("This mark is settled already."), code="settled")
    mark.refresh_from_db()
    add_step(
        actor=actor,
        dossier_id=mark.dossier_id,
        message=gettext_noop("No longer urgent"),
        subject=SubjectRef("dossier", mark.dossier_id),
        text=note.strip()[:500],
    )
    return mark


def see_urgent(*, actor: Actor, marks: Iterable[Urgency]) -> int:
    """Write down who had an urgent mark on the screen first when. Returns how many are new; nothing new opens no transaction."""
    shown = {mark.pk for mark in marks}
    if actor.account_id is None or not shown:
        return 0
    shown -= set(UrgencySeen.unscoped.filter(urgency__in=shown, account_id=actor.account_id).values_list("urgency_id", flat=True))
    return _write_seen(actor=actor, account_id=actor.account_id, urgency_ids=sorted(shown)) if shown else 0


@gesture
def _write_seen(*, actor: Actor, account_id: int, urgency_ids: list[int]) -> int:
    rows = [UrgencySeen(urgency_id=pk, account_id=account_id, label=actor.label[:191], at=clock.now()) for pk in urgency_ids]
    UrgencySeen.unscoped.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _reads(actor: Actor, entry: Entry) -> bool:
    return Entry.unscoped.filter(scope_q(Entry, actor), pk=entry.pk).exists()
