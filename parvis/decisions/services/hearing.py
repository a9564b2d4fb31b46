"""The right to be heard, as recorded facts."""

from __future__ import annotations

from datetime import date

from django.db.models import F
from django.utils.translation import gettext as _

from parvis.kernel import clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.errors import DomainError, NotAllowed
from parvis.kernel.gestures import gesture

from .. import access, hearings
from ..enums import HearingMeans, ProposalState
from ..errors import ForbiddenTransition
from ..models import Proposal
from .drafting import keep_version
from .steps import ref, settled, stream


@gesture
def record_hearing(
    *,
    actor: Actor,
    proposal: Proposal,
    wish: bool,
    informed_on: date | None = None,
    informed_by: str = "",
    heard_on: date | None = None,
    missed_on: date | None = None,
    note: str = "",
) -> Proposal:
    """The right to be heard, as facts: told on which day and how, wished or not, heard on or invited in vain, what was said.

    The paragraph of the letter follows at once, in a version of its own; no other word and no amount changes.
    """
    if not (actor.holds(proposal.unit_id, *access.CASE_WORK) or access.may_run_sessions(actor)):
        raise NotAllowed(_("Only the unit's social workers record the hearing."))
    proposal.refresh_from_db()
    if proposal.state == ProposalState.DECIDED:
        raise ForbiddenTransition(proposal.get_state_display(), "record_hearing")
    _check(informed_on, informed_by, heard_on, missed_on, note)
    facts = {
        "wish_to_be_heard": wish,
        "heard_informed_on": informed_on,
        "heard_informed_by": informed_by,
        "heard_on": heard_on,
        "heard_missed_on": missed_on,
        "heard_note": note.strip(),
    }
    changed = {name: [getattr(proposal, name), value] for name, value in facts.items() if getattr(proposal, name) != value}
    if not changed:
        return proposal
    note_change = changed.pop("heard_note", None)
    mutations.record(
        stream(proposal), actor=actor, verb="hearing", subject=ref(proposal), values=changed, note=note_change[1] if note_change else ""
    )
    Proposal.unscoped.filter(pk=proposal.pk).update(**facts, lock=F("lock") + 1)
    proposal.refresh_from_db()
    last = settled(actor, proposal)
    blocks = hearings.put(last.blocks, proposal) if last.blocks else last.blocks
    if blocks != last.blocks:
        keep_version(actor, proposal, last, blocks=blocks)
    return proposal


def _check(informed_on: date | None, informed_by: str, heard_on: date | None, missed_on: date | None, note: str) -> None:
    today = clock.today()
    days = ((informed_on, "informed_on"), (heard_on, "heard_on"), (missed_on, "missed_on"))
    for day, field in days:
        if day is not None and day > today:
            raise DomainError(_("This day has not come yet."), field=field)
    if informed_by and informed_by not in HearingMeans.values:
        raise DomainError(_("Choose how the person was told."), field="informed_by")
    if informed_on and not informed_by:
        raise DomainError(_("Say how the person was told, in writing."), field="informed_by")
    if informed_by and not informed_on:
        raise DomainError(_("Say on which day the person was told."), field="informed_on")
    for day, field in days[1:]:
        if day and informed_on and day < informed_on:
            raise DomainError(_("The person is told first, and heard after that."), field=field)
    if heard_on and not note.strip():
        raise DomainError(_("Note what the person said."), field="note")
