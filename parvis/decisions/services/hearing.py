"""The right to be heard, as recorded facts."""

from __future__ import annotations

from datetime import date

from django.db.models import F
from django.utils.translation import gettext as _

from parvis.kernel import clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.errors import DomainError, NotAllowed
from parvis.kernel.gestures import gesture

from .. import access
from ..enums import ProposalState
from ..errors import ForbiddenTransition
from ..models import Proposal
from .steps import ref, stream


@gesture
def record_hearing(
    *,
    actor: Actor,
    proposal: Proposal,
    wish: bool,
    informed_on: date | None = None,
    heard_on: date | None = None,
    note: str = "",
) -> Proposal:
    """The right to be heard: told on, wish, heard on, and what the person said."""
    if not (actor.holds(proposal.unit_id, *access.CASE_WORK) or access.may_run_sessions(actor)):
        raise NotAllowed(_("Only the unit's social workers record the hearing."))
    if proposal.state == ProposalState.DECIDED:
        raise ForbiddenTransition(proposal.get_state_display(), "record_hearing")
    today = clock.today()
    for day, field in ((informed_on, "heard_informed_on"), (heard_on, "heard_on")):
        if day is not None and day > today:
            raise DomainError(_("This day has not come yet."), field=field)
    if heard_on and not note.strip():
        raise DomainError(_("Note what the person said."), field="heard_note")
    mutations.record(
        stream(proposal),
        actor=actor,
        verb="hearing",
        subject=ref(proposal),
        values={"wish": [proposal.wish_to_be_heard, wish], "heard_on": [proposal.heard_on, heard_on]},
    )
    Proposal.unscoped.filter(pk=proposal.pk).update(
        wish_to_be_heard=wish, heard_informed_on=informed_on, heard_on=heard_on, heard_note=note.strip(), lock=F("lock") + 1
    )
    proposal.refresh_from_db()
    return proposal
