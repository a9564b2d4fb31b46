from __future__ import annotations

from parvis.kernel.actor import system_actor
from parvis.kernel.jobs import JobRef, periodic

from .services import drop_attempts


@periodic("portal.drop_attempts", "10 3 * * *")
def drop(ref: JobRef) -> None:
    drop_attempts(actor=system_actor("portal.drop_attempts"))
