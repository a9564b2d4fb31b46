"""Reactions to what is below."""

from __future__ import annotations

from parvis.dossiers.events import DossierTransferred
from parvis.kernel.events import subscribe

from .models import Request


@subscribe(DossierTransferred)
def dossier_transferred(event: DossierTransferred) -> None:
    """All requests go with their file: what waits is worked on by the new service, what was decided is read by it. The old one reads them
    as it reads the file (``access.request_scope``); the register of the centre and its numbers are one."""
    Request.unscoped.filter(dossier=event.dossier_id).update(unit=event.to_unit_id)
