"""The files of the registers are read in the background, and fetched from a folder every ten minutes."""

from __future__ import annotations

import logging
from pathlib import Path

from django.conf import settings

from parvis.kernel.errors import DomainError
from parvis.kernel.gestures import gesture_scope
from parvis.kernel.jobs import JobRef, job, periodic

from .enums import RunState
from .models import MutationRun
from .services.mutations import MEGABYTES, READER, finish_run, read_lines, receive_file

log = logging.getLogger(__name__)
FOLDER = "register-in"


@job("socialdata.read")
def read(ref: JobRef) -> None:
    """Line by line; safe to repeat, because a mutation works once."""
    run = MutationRun.unscoped.get(pk=ref.subject.id)
    counts: dict[str, int] = {}
    report: list[list[object]] = []
    error = ""
    if run.state == RunState.QUEUED:
        try:
            counts, report = read_lines(run)
        except DomainError as fault:
            error = str(fault)
    with gesture_scope():
        if run.state == RunState.QUEUED:
            finish_run(actor=READER, run=run, counts=counts, report=report, error=error)
        ref.complete()


@periodic("socialdata.collect", "*/10 * * * *")
def collect(ref: JobRef) -> None:
    """What a transfer put into ``<instance>/register-in``: taken in, then gone from the disk. What cannot be read is set aside, once."""
    folder = Path(getattr(settings, "PARVIS_INSTANCE", "")) / FOLDER
    for path in sorted(path for path in folder.glob("*") if path.suffix in (".json", ".xml"))[:50] if folder.is_dir() else []:
        try:
            if path.stat().st_size > MEGABYTES * 1024 * 1024:
                raise DomainError("too large")
            receive_file(actor=READER, name=path.name, content=path.read_bytes())
            path.unlink(missing_ok=True)
        except (DomainError, OSError):
            log.exception("a file of mutations cannot be taken in")
            path.rename(path.with_suffix(".refused"))
    with gesture_scope():
        ref.complete()
