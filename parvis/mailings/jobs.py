from __future__ import annotations

from parvis.kernel.jobs import JobRef, job

from .services import make_some, send_mails


@job("mailings.make")
def make(ref: JobRef) -> None:
    make_some(ref=ref)


@job("mailings.mail")
def mail(ref: JobRef) -> None:
    send_mails(ref=ref)
