"""What every gesture on a proposal uses: its subject and stream, its latest version, one allowed step of its state."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from parvis.kernel import clock, registries
from parvis.kernel.subject import SubjectRef

from .. import neighbours
from ..calculations import PROPOSAL_TRANSITIONS, next_state
from ..errors import ForbiddenTransition, WrongProvision
from ..models import LegalOpinion, Proposal, ProposalVersion
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
    return ProposalVersion.unscoped.filter(proposal=proposal).order_by("-no").select_related("calculation")[0]


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
