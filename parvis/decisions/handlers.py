"""Reactions to what is below."""

from __future__ import annotations

from parvis.dossiers.events import DossierTransferred
from parvis.kernel.events import subscribe

from .enums import ProposalState
from .models import Proposal


@subscribe(DossierTransferred)
def dossier_transferred(event: DossierTransferred) -> None:
    """Proposals under way are checked by the head of the new service."""
    rows = Proposal.unscoped.filter(dossier=event.dossier_id, unit=event.from_unit_id, live=1).exclude(state=ProposalState.DECIDED)
    rows.update(unit=event.to_unit_id)
