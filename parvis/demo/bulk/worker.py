"""What a process beside the main one does. It starts from nothing: a connection shared over a fork does not survive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .plan import Batch

if TYPE_CHECKING:
    from .rows import Rows


def ready() -> None:
    import django

    django.setup()


def make(batch: Batch) -> Rows:
    from .run import make as rows_of

    return rows_of(batch)


def make_and_keep(batch: Batch) -> int:
    """Returns the number of rows. An error travels as words: those of the drivers cannot be sent to another process."""
    from . import run

    try:
        return run.keep(batch, run.make(batch))
    except Exception as error:
        raise RuntimeError(f"batch {batch.index}: {type(error).__name__}: {error}") from None
