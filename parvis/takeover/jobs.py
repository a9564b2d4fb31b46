from __future__ import annotations

from parvis.kernel.jobs import JobRef, job

from .services import apply_lines, check_lines, undo_lines


@job("takeover.check")
def check(ref: JobRef) -> None:
    check_lines(ref=ref)


@job("takeover.apply")
def apply(ref: JobRef) -> None:
    apply_lines(ref=ref)


@job("takeover.undo")
def undo(ref: JobRef) -> None:
    undo_lines(ref=ref)
