from __future__ import annotations

from parvis.kernel.actor import system_actor
from parvis.kernel.jobs import JobRef, periodic

from .services import drop_expired_drafts


@periodic("form_engine.drop_expired_drafts", "20 3 * * *")
def drop_expired(ref: JobRef) -> None:
    drop_expired_drafts(actor=system_actor("form_engine.drop_expired_drafts"))
