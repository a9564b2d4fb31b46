"""Background work of appointments."""

from __future__ import annotations

from parvis.kernel.jobs import JobRef, job

from .services.inviting import make_and_send


@job("agenda.invitation")
def invitation(ref: JobRef) -> None:
    make_and_send(ref=ref)
