"""Nobody who left keeps a task, and nothing waits for who is absent (F8)."""

from __future__ import annotations

from parvis.kernel.actor import system_actor
from parvis.kernel.jobs import JobRef, periodic

from .services import absence, away


@periodic("workflows.release_absent", "20 4 * * *")
def release_absent(ref: JobRef) -> None:
    actor = system_actor("workflows")
    for account_id in absence.holders():
        absence.release_items_of(actor=actor, account=account_id)


@periodic("workflows.follow_absences", "5 * * * *")
def follow_absences(ref: JobRef) -> None:
    """By the hour, so that an absence begins and ends with its day, whenever the server was up."""
    away.follow_all()
