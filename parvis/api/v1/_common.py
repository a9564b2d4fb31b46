"""What the addresses share."""

import datetime as dt
from decimal import Decimal
from typing import Any

from parvis.dossiers.api import Dossier, reader_of
from parvis.kernel.actor import Actor
from parvis.kernel.periods import OPEN_END
from parvis.kernel.scope import may_see
from parvis.kernel.subject import SubjectRef

from ..endpoint import note_reading
from ..problems import Problem


def last_day(valid_to: dt.date) -> dt.date | None:
    """Periods are half-open in the data, last day included outside; None: until further notice."""
    return None if valid_to == OPEN_END else valid_to - dt.timedelta(days=1)


def amount(value: Decimal) -> str:
    return f"{value:.2f}"


def named(actor: Actor, name: str) -> str | None:
    """A name, where the class of data “identity” is open."""
    return name if may_see(actor, "identity") else None


def opened(request: Any, number: str) -> Dossier:
    """The dossier with this number, for this reader; that it was read is written down like on its page.

    Raises:
        Problem: no such dossier or none of the reader's (both look the same), or destroyed.
        StepFirst: an unusual look-up without a reason.
    """
    rows = Dossier.objects.visible_to(request.actor).select_related("unit", "lead__index").filter(number=number.strip())
    dossier: Dossier | None = rows.first()
    if dossier is None:
        raise Problem("not-found")
    if dossier.destroyed_on is not None:
        raise Problem("destroyed")
    request.actor = reader_of(request.actor, dossier)
    note_reading(request, SubjectRef("dossier", dossier.pk))
    return dossier
