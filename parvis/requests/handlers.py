"""Reactions to what is below."""

from __future__ import annotations

from parvis.dossiers.events import DossierTransferred
from parvis.kernel.events import subscribe

from .enums import UNDECIDED
from .models import Request


@subscribe(DossierTransferred)
def dossier_transferred(event: DossierTransferred) -> None:
    """Requests that wait for their decision are worked on by the new service; the others stay in the register of the old one."""
    rows = Request.unscoped.filter(dossier=event.dossier_id, unit=event.from_unit_id, lines__stage__in=UNDECIDED)
    Request.unscoped.filter(pk__in=list(rows.order_by().values_list("pk", flat=True).distinct())).update(unit=event.to_unit_id)
