"""What every gesture on a proposal uses: its subject and stream, its latest version, one allowed step of its state."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from parvis.kernel import clock, mutations, registries
from parvis.kernel.actor import Actor
from parvis.kernel.subject import SubjectRef

from .. import neighbours
from ..calculations import PROPOSAL_TRANSITIONS, next_state
from ..errors import ForbiddenTransition, WrongProvision
from ..models import LegalOpinion, Proposal, ProposalVersion, WorkingCopy
from ..provisions import ProvisionKind


def line_ref(proposal: Proposal) -> SubjectRef:
    return SubjectRef("request_line", proposal.line_id)


def stream(proposal: Proposal) -> str:
    return f"dossier:{proposal.dossier_id}"


def ref(proposal: Proposal) -> SubjectRef:
    return SubjectRef("proposal", proposal.pk)


def kind_of(key: str) -> ProvisionKind:
    if key not in registries.provisions:
        raise WrongProvision(_("This kind of aid is not known here: %(kind)s.") % {"kind": key}, field="kind")
    found: ProvisionKind = registries.provisions.get(key)
    return found


def latest(proposal: Proposal) -> ProposalVersion:
    """The last version that was written. A gesture that rests on it asks ``settled``."""
    return ProposalVersion.unscoped.filter(proposal=proposal).order_by("-no").select_related("calculation")[0]


def settled(actor: Actor, proposal: Proposal) -> ProposalVersion:
    """The last version, for a gesture that rests on it: what somebody is still typing becomes a version first."""
    copy = WorkingCopy.unscoped.select_for_update().filter(proposal=proposal).first()
    return latest(proposal) if copy is None else close_working_copy(actor, proposal, copy)


def close_working_copy(actor: Actor, proposal: Proposal, copy: WorkingCopy) -> ProposalVersion:
    """Make a version of what was typed, in the name of who typed it; the line of the journal names who closed it."""
    version = copy.as_version(latest(proposal).no + 1)
    version.save()
    copy.delete()
    values = {"no": version.no, "reason": version.reason, "author": version.author_id}
    mutations.record(stream(proposal), actor=actor, verb="save_version", subject=ref(proposal), values=values)
    return version


def move(proposal: Proposal, name: str, **values: Any) -> Proposal:
    """One allowed step, as a conditional update: of two people, one wins and the other is told."""
    proposal.refresh_from_db()
    state = next_state(PROPOSAL_TRANSITIONS, proposal.state, name)
    if state is None:
        raise ForbiddenTransition(proposal.get_state_display(), name)
    done = Proposal.unscoped.filter(pk=proposal.pk, state=proposal.state, lock=proposal.lock).update(
        state=state, lock=F("lock") + 1, **values
    )
    proposal.refresh_from_db()
    if not done:
        raise ForbiddenTransition(proposal.get_state_display(), name)
    return proposal


def start_opinion_term(proposal: Proposal) -> None:
    """The lawyer's days count from the day on which the case reaches him."""
    LegalOpinion.unscoped.filter(proposal=proposal, live=1, opinion="").update(due_on=neighbours.legal_term(clock.today()))
