"""Nightly: duties whose time came, urgent marks whose time is over, words of dossiers that moved."""

from __future__ import annotations

import datetime as dt

from django.db.models import Max

from parvis.dossiers.api import moved_since
from parvis.kernel import clock
from parvis.kernel.actor import system_actor
from parvis.kernel.jobs import JobRef, periodic

from .models import Action, Urgency
from .services import catch_up, words_follow

AT_ONCE = 500
LATELY = dt.timedelta(days=3)


@periodic("journal.duties", "35 4 * * *")
def open_duties(ref: JobRef) -> None:
    """The next turn of each duty whose day has come while the last one still waits. Safe to repeat: a turn's number is unique."""
    actor = system_actor("journal")
    after = 0
    while True:
        rows = Action.unscoped.filter(pk__gt=after, ended_at__isnull=True, first_on__lte=clock.today()).exclude(every="")
        rows = rows.annotate(last=Max("turns__on")).filter(last__lte=clock.today()).select_related("entry__dossier", "owner")
        found = list(rows.order_by("pk")[:AT_ONCE])
        for action in found:
            catch_up(actor=actor, action=action)
        if len(found) < AT_ONCE:
            return
        after = found[-1].pk


@periodic("journal.words_follow", "15 3 * * *")
def words_after_transfers(ref: JobRef) -> None:
    """A note that was written while its dossier went to another service may have its words under the one of before. Safe to repeat."""
    moved = moved_since(clock.now() - LATELY)
    words_follow(list(moved.values_list("dossier_id", flat=True).distinct()))


@periodic("journal.urgent_over", "5 0 * * *")
def urgent_over(ref: JobRef) -> None:
    """A mark falls after its last day; until this job passes, pages look at the day themselves."""
    Urgency.unscoped.filter(live=1, last_on__lt=clock.today()).update(live=None, ended_at=clock.now())
