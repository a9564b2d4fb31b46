"""What follows from a change of a person inside this context."""

from __future__ import annotations

from parvis.kernel.events import subscribe
from parvis.kernel.statements import Statement

from .events import PersonChanged
from .models import BookEntry, Person
from .services import rebook_person

_ENTRY = Statement("contacts.entry_of_person")
SHOWN = frozenset({"name", "language", "address", "point"})


@subscribe(PersonChanged)
def refresh_book_entry(event: PersonChanged) -> None:
    """A person who stands in the address book is printed there as they are now."""
    if event.aspect in SHOWN and _ENTRY.rows((), lambda at: BookEntry.unscoped.filter(person=at["person"])[:1], person=event.person_id):
        rebook_person(Person.unscoped.get(pk=event.person_id))
