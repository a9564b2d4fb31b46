"""Daily: nobody who left keeps a task (F8)."""

from __future__ import annotations

from parvis.kernel.actor import system_actor
from parvis.kernel.jobs import JobRef, periodic

from .services import absence


@periodic("workflows.release_absent", "20 4 * * *")
def release_absent(ref: JobRef) -> None:
    actor = system_actor("workflows")
    for account_id in absence.holders():
        absence.release_items_of(actor=actor, account=account_id)
