"""A fact of a person that no longer holds."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from parvis.kernel.actor import Actor
from parvis.kernel.gestures import gesture

from ..errors import InvalidPerson
from ..models import Address
from ._common import end_person_fact, require_editor
from .book import rebook_person
from .indexing import reindex


@gesture
def end_fact(*, actor: Actor, row: Any, on: dt.date, aspect: str, expected: int | None = None) -> Any:
    """An address, phone, number or capacity holds until the day before ``on``; it stays readable with its days.

    Raises:
        InvalidPerson: the address is protected: its end would open the others.
        DomainError: that day lies before its first day.
    """
    require_editor(actor)
    if isinstance(row, Address) and row.hidden:
        raise InvalidPerson(_("A protected address is not ended: enter the next one, which keeps the protection."), code="protected")
    closed = end_person_fact(actor=actor, row=row, on=on, aspect=aspect, expected=expected)
    reindex(row.person)
    rebook_person(row.person)
    return closed
