"""What is thrown away by the calendar."""

from __future__ import annotations

from parvis.kernel.jobs import JobRef, periodic

from .services import handovers


@periodic("contacts.cards_over", "*/10 * * * *")
def cards_over(ref: JobRef) -> None:
    """Cards that were handed over to a page and not taken over in time."""
    handovers.forget_cards()
