"""Work after the commit and by the calendar."""

from __future__ import annotations

from parvis.kernel import clock
from parvis.kernel.actor import system_actor
from parvis.kernel.jobs import JobRef, job, periodic
from parvis.kernel.periods import month_start, next_month

from .letters import store_claim_letter
from .offline import write_pack
from .services import continuing


@periodic("aid.extend", "20 3 * * *")
def extend(ref: JobRef) -> None:
    """Next month's payable list, with nobody logged in (F1)."""
    continuing.extend_all(system_actor("aid.extend"))


@periodic("aid.continue", "40 3 * * *")
def propose_continuations(ref: JobRef) -> None:
    """Periods that run out become proposals, never silent stops (F3)."""
    continuing.propose_all(system_actor("aid.continue"))


@periodic("aid.offline_pack", "0 4 20 * *")
def offline_pack(ref: JobRef) -> None:
    """The next run on paper, for the day on which nothing works (F1)."""
    continuing.extend_all(system_actor("aid.extend"))
    write_pack(next_month(month_start(clock.today())))


@job("aid.claim_letter")
def claim_letter(ref: JobRef) -> None:
    store_claim_letter(ref.subject.id, actor=system_actor("claim-letter"), done=ref.complete)
