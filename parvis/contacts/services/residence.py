"""The residence title of a person."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.bitemporal import Source
from parvis.kernel.errors import NotAllowed
from parvis.kernel.gestures import gesture

from .. import access
from ..enums import ResidenceTitle
from ..errors import InvalidPerson
from ..models import Person, PersonResidence
from ._common import require_editor, write_person_fact


@gesture
def set_residence(
    *,
    actor: Actor,
    person: Person,
    title: str,
    expires_on: dt.date | None = None,
    note: str = "",
    valid_from: dt.date | None = None,
    source: str = Source.AGENT,
    source_ref: str = "",
    expected: int | None = None,
) -> PersonResidence:
    """The title from a day on; the one of before stays for the days before. Past its day of validity it goes on to be shown, as expired.

    Raises:
        NotAllowed: the actor writes no persons, or does not see what is legal.
        InvalidPerson: an unknown title, a validity that ends before it begins, a Belgian with a day of validity.
    """
    require_editor(actor)
    if not access.sees_residence(actor):
        raise NotAllowed(_("This kind of information is not open to your function."))
    start = valid_from or clock.today()
    if title not in ResidenceTitle.values:
        raise InvalidPerson(_("This value is not in the list."), field="title", code="title")
    if expires_on is not None and expires_on < start:
        raise InvalidPerson(_("It would have expired before it begins."), field="expires_on", code="expires")
    if expires_on is not None and title in (ResidenceTitle.BELGIAN, ResidenceTitle.NONE):
        raise InvalidPerson(_("This does not expire: leave the day empty."), field="expires_on", code="expires")
    row: PersonResidence = write_person_fact(
        PersonResidence,
        actor=actor,
        person=person,
        aspect="residence",
        verb="person.residence",
        values={"title": title, "expires_on": expires_on, "note": " ".join(note.split())[:120]},
        valid_from=start,
        source=source,
        source_ref=source_ref,
        expected=expected,
    )
    return row
