"""What the inquiry finds, as dated lines with their source."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from parvis.contacts.api import Person
from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.bitemporal import Source, end_fact, write_fact
from parvis.kernel.errors import Conflict, NotAllowed
from parvis.kernel.events import publish
from parvis.kernel.gestures import gesture
from parvis.kernel.money import quantize
from parvis.kernel.scope import may_see

from .. import access
from ..enums import DATA_CLASS_OF, Periodicity, SituationKind
from ..errors import InvalidDossier
from ..events import SituationRecorded
from ..models import Dossier, DossierMember, SituationFact
from ._common import record, told, writable

LARGEST = Decimal("9999999999.99")


@gesture
def record_situation(
    *,
    actor: Actor,
    dossier: Dossier,
    kind: str,
    label: str,
    person: Person | None = None,
    amount: Decimal | None = None,
    currency: str = "EUR",
    periodicity: str = "",
    details: dict[str, Any] | None = None,
    valid_from: dt.date | None = None,
    valid_to: dt.date | None = None,
    source: str = Source.AGENT,
    source_ref: str = "",
    item: uuid.UUID | None = None,
    expected: int | None = None,
) -> SituationFact:
    """Write a line from a day on; with ``item``, a new version of that line.

    Raises:
        InvalidDossier: no label, a negative amount, an amount without its period, a person who is not in the dossier.
        Conflict: the dossier changed since ``expected``.
    """
    writable(actor, dossier, allowed=access.can_write_situation(actor))
    if kind not in SituationKind.values:
        raise InvalidDossier(_("This value is not in the list."), field="kind", code="kind")
    if not actor.is_system and not may_see(actor, DATA_CLASS_OF[SituationKind(kind)]):
        raise NotAllowed(_("This kind of information is not open to your function."))
    text = " ".join(label.split())
    if not text:
        raise InvalidDossier(_("Say in a few words what it is."), field="label", code="label")
    amount = _checked_amount(amount, periodicity)
    if person is not None and not DossierMember.unscoped.filter(dossier=dossier, person=person, live=1).exists():
        raise InvalidDossier(_("This person is not in the dossier."), field="person", code="not_member")
    if item is not None and SituationFact.unscoped.filter(item=item).exclude(dossier=dossier).exists():
        raise InvalidDossier(_("This line belongs to another dossier."), code="item")
    key = {"item": item or uuid.uuid4()}
    values = {
        "kind": kind,
        "label": text[:191],
        "person": person,
        "amount": amount,
        "currency": currency,
        "periodicity": periodicity if amount is not None else "",
        "details": details or {},
    }
    start = valid_from or clock.today()
    before = SituationFact.unscoped.filter(dossier=dossier, **key).at(start).first()
    try:
        row = write_fact(
            SituationFact,
            anchor_field="dossier",
            anchor=dossier,
            key=key,
            values=values,
            valid_from=start,
            valid_to=valid_to,
            actor=actor,
            source=source,
            source_ref=source_ref,
            expected=expected,
        )
    except Conflict as conflict:
        raise told(conflict, SituationFact, dossier, values, ("label", "amount", "periodicity"), **key) from conflict
    record(
        actor,
        "dossier.situation",
        dossier,
        {
            "label": [before.label if before else None, row.label],
            "amount": [before.amount if before else None, row.amount],
            "periodicity": [before.periodicity if before else None, row.periodicity],
            "kind": kind,
            "from": start,
        },
    )
    publish(SituationRecorded(actor=actor, dossier_id=dossier.pk, situation_id=row.pk, kind=kind, label=row.label))
    return row


@gesture
def end_situation(*, actor: Actor, row: SituationFact, on: dt.date, expected: int | None = None) -> SituationFact:
    """The line holds until the day before ``on``."""
    dossier = row.dossier
    writable(actor, dossier, allowed=access.can_write_situation(actor))
    try:
        closed = end_fact(row, valid_to=on, anchor=dossier, actor=actor, expected=expected)
    except Conflict as conflict:
        raise told(
            conflict, SituationFact, dossier, {"label": row.label, "amount": row.amount}, ("label", "amount"), item=row.item
        ) from conflict
    record(actor, "dossier.situation.end", dossier, {"label": row.label, "until": [None, on]})
    return closed


def _checked_amount(amount: Decimal | None, periodicity: str) -> Decimal | None:
    if amount is None:
        return None
    if amount < 0 or amount > LARGEST:
        raise InvalidDossier(_("An amount is zero or more. Expenses have their own kind."), field="amount", code="amount")
    if periodicity not in Periodicity.values:
        raise InvalidDossier(
            _("Say whether the amount is per month, per quarter, per year or once."), field="periodicity", code="periodicity"
        )
    return quantize(amount)
