"""What is thrown away by the calendar."""

from __future__ import annotations

from parvis.kernel.actor import system_actor
from parvis.kernel.jobs import JobRef, periodic

from .services import calendar, handovers


@periodic("contacts.cards_over", "*/10 * * * *")
def cards_over(ref: JobRef) -> None:
    """Cards that were handed over to a page and not taken over in time."""
    handovers.forget_cards()


@periodic("contacts.facts_of_the_day", "5 0 * * *")
def facts_of_the_day(ref: JobRef) -> None:
    """Lists and address book follow facts that were written for a day which has come."""
    persons, organisations = calendar.turned(calendar.PERSONS, "person"), calendar.turned(calendar.ORGANISATIONS, "organisation")
    actor = system_actor("contacts.calendar")
    for start in range(0, max(len(persons), len(organisations)), calendar.BATCH):
        batch = slice(start, start + calendar.BATCH)
        calendar.freshen(actor=actor, persons=persons[batch], organisations=organisations[batch])
