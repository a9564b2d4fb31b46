from __future__ import annotations

from parvis.kernel.actor import system_actor
from parvis.kernel.jobs import JobRef, job, periodic

from .services import drop_attempts, drop_codes, drop_sessions, send_code, send_opening


@periodic("portal.drop_attempts", "10 3 * * *")
def drop(ref: JobRef) -> None:
    actor = system_actor("portal.drop_attempts")
    drop_attempts(actor=actor)
    drop_codes(actor=actor)
    drop_sessions(actor=actor)


@job("portal.code")
def code(ref: JobRef) -> None:
    send_code(ref=ref)


@job("portal.opening")
def opening(ref: JobRef) -> None:
    send_opening(ref=ref)
