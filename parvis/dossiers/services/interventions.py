"""Who else does something for the household: agents and services, dated, with their role."""

from __future__ import annotations

import datetime as dt
import uuid

from django.utils.translation import gettext as _

from parvis.identity.api import Account
from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.bitemporal import end_fact, write_fact
from parvis.kernel.gestures import gesture

from .. import access
from ..enums import InterventionRole
from ..errors import InvalidDossier
from ..models import Dossier, Intervention
from ._common import record, writable


@gesture
def record_intervention(
    *,
    actor: Actor,
    dossier: Dossier,
    role: str,
    account: Account | None = None,
    service: str = "",
    note: str = "",
    valid_from: dt.date | None = None,
    valid_to: dt.date | None = None,
) -> Intervention:
    """An agent or a service acts for the household from a day on, beside the others.

    Raises:
        InvalidDossier: unknown role, nobody named, or the same one in the same role already.
    """
    writable(actor, dossier, allowed=access.can_write_situation(actor))
    if role not in InterventionRole.values:
        raise InvalidDossier(_("This value is not in the list."), field="role", code="role")
    name = " ".join(service.split())[:120]
    if account is None and not name:
        raise InvalidDossier(_("Say who it is: an agent or a service."), field="service", code="nobody")
    start = valid_from or clock.today()
    same = Intervention.unscoped.filter(dossier=dossier, role=role, account=account, service=name)
    if same.at(start).exists():
        raise InvalidDossier(_("This intervention is noted already on that day."), field="service", code="twice")
    row = write_fact(
        Intervention,
        anchor_field="dossier",
        anchor=dossier,
        key={"item": uuid.uuid4()},
        values={"role": role, "account": account, "service": name, "note": note.strip()[:191]},
        valid_from=start,
        valid_to=valid_to,
        actor=actor,
    )
    record(actor, "dossier.intervention", dossier, {"role": role, "who": row.who, "from": start})
    return row


@gesture
def end_intervention(*, actor: Actor, row: Intervention, on: dt.date) -> Intervention:
    """It lasts until the day before ``on``."""
    dossier = row.dossier
    writable(actor, dossier, allowed=access.can_write_situation(actor))
    closed = end_fact(row, valid_to=on, anchor=dossier, actor=actor)
    record(actor, "dossier.intervention.end", dossier, {"role": row.role, "who": row.who, "until": [None, on]})
    return closed
