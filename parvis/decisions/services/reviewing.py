"""Sending a proposal on: to the chief, back to the worker, to the committee. Refused with what is missing, by name."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from parvis.kernel import clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.errors import DomainError, NotAllowed
from parvis.kernel.events import publish
from parvis.kernel.gestures import gesture

from .. import access, hearings, letters, neighbours
from ..calculations import PROPOSAL_TRANSITIONS, next_state
from ..enums import Outcome, ProposalState
from ..errors import ForbiddenTransition, HearingMissing, ProposalIncomplete
from ..events import ProposalReviewed, ProposalSubmitted
from ..models import Decision, Proposal, ProposalVersion
from ..provisions import provision_from_json
from .steps import kind_of, line_ref, move, ref, settled, start_opinion_term, stream


def problems(actor: Actor, proposal: Proposal, version: ProposalVersion) -> ProposalIncomplete | None:
    """What still keeps the proposal from leaving, by name; None when it may."""
    language = actor.language or "fr"
    pieces = [] if proposal.urgent else [p.label for p in neighbours.pieces(actor, proposal, language) if p.mandatory and not p.present]
    mentions = [m.label for m in letters.mentions(version.blocks, language) if not m.present and m.key != hearings.MENTION]
    wrong: list[str] = []
    if proposal.proposed_outcome == Outcome.GRANTED:
        if not version.provisions:
            wrong.append(_("nothing is granted yet"))
        for data in version.provisions:
            provision = provision_from_json(data)
            wrong.extend(str(text) for text in kind_of(provision.kind).validate(provision))
            if provision.amount <= 0:
                wrong.append(_("the amount is zero"))
    elif letters.reasons_are_stock(version.blocks):
        wrong.append(_("the refusal gives no fact of this person"))
    if pieces or mentions or wrong:
        return ProposalIncomplete(pieces=pieces, mentions=mentions, provisions=wrong)
    return None


def hearing_missing(
    proposal: Proposal, version: ProposalVersion, outcome: str, previous: Decision | None, *, law_only: bool = False
) -> HearingMissing | None:
    """A refusal or a reduction before the person could be heard: said while drafting; refused at the decision where the law asks it."""
    if hearings.lawful(proposal) or not hearings.takes_away(outcome, version.provisions, previous):
        return None
    if law_only and not letters.law_asks_hearing(proposal):
        return None
    return HearingMissing(wished=proposal.wish_to_be_heard and bool(proposal.heard_informed_on))


@dataclass(frozen=True)
class Unheard:
    """A recovery decided before the person could be heard; ``barred`` where the law forbids to carry it out."""

    text: str
    barred: bool


def recovery_unheard(decision: Decision) -> Unheard | None:
    """What keeps a decided recovery from being claimed from the person (law of 26 May 2002, article 20); None when all was noted."""
    proposal = decision.proposal
    if hearings.lawful(proposal):
        return None
    if proposal.heard_informed_on and proposal.wish_to_be_heard:
        text = _("The person asked to be heard and was not heard before the recovery was decided (law of 26 May 2002, article 20).")
    else:
        text = _(
            "Nobody noted that the person was told, in writing, of the right to be heard before the recovery was decided (law of 26 May 2002, article 20)."
        )
    return Unheard(text, letters.law_asks_hearing(proposal))


@gesture
def submit_proposal(*, actor: Actor, proposal: Proposal) -> Proposal:
    """Send to the chief, or straight on where the centre skips that level. Refused with what is missing, by name."""
    if actor.is_system or not actor.holds(proposal.unit_id, *access.CASE_WORK):
        raise NotAllowed(_("Only the unit's social workers submit its proposals."))
    proposal.refresh_from_db()
    name = "submit" if neighbours.chief_level(proposal.unit_id) else "submit_unreviewed"
    if next_state(PROPOSAL_TRANSITIONS, proposal.state, name) is None:
        raise ForbiddenTransition(proposal.get_state_display(), name)
    version = settled(actor, proposal)
    trouble = problems(actor, proposal, version)
    if trouble is not None:
        raise trouble
    before = proposal.state
    proposal = move(proposal, name, submitted_at=clock.now(), return_reason="")
    if proposal.state == ProposalState.VALIDATED:
        start_opinion_term(proposal)
    mutations.record(
        stream(proposal),
        actor=actor,
        verb="submit",
        subject=ref(proposal),
        values={"state": [before, proposal.state], "version": version.no},
    )
    neighbours.progress(actor, proposal.line_id, "review" if name == "submit" else "committee")
    neighbours.step(actor, proposal.dossier_id, "proposal_submitted", proposal.titles)
    publish(
        ProposalSubmitted(
            actor=actor,
            process_subject=line_ref(proposal),
            outcome=proposal.state,
            proposal_id=proposal.pk,
            line_id=proposal.line_id,
            dossier_id=proposal.dossier_id,
        )
    )
    return proposal


@gesture
def take_back(*, actor: Actor, proposal: Proposal) -> Proposal:
    """The author takes the proposal back while the chief has not answered."""
    if actor.account_id is None or actor.account_id != proposal.author_id:
        raise NotAllowed(_("Only its author takes a proposal back."))
    proposal = move(proposal, "take_back")
    settled(actor, proposal)
    mutations.record(stream(proposal), actor=actor, verb="take_back", subject=ref(proposal), values={"state": ["submitted", "draft"]})
    publish(
        ProposalReviewed(
            actor=actor,
            process_subject=line_ref(proposal),
            outcome="returned",
            proposal_id=proposal.pk,
            line_id=proposal.line_id,
            dossier_id=proposal.dossier_id,
        )
    )
    return proposal


@gesture
def review_proposal(*, actor: Actor, proposal: Proposal, outcome: str, reason: str = "") -> Proposal:
    """The chief validates, or returns with a reason."""
    proposal.refresh_from_db()
    if not access.may_review(actor, proposal):
        raise NotAllowed(_("A chief of the unit who did not write the proposal reviews it."))
    if outcome not in ("validated", "returned"):
        raise DomainError(_("Validate or return."), field="outcome")
    if outcome == "returned" and not reason.strip():
        raise DomainError(_("Say why the proposal is returned."), field="reason")
    version = settled(actor, proposal)
    if outcome == "validated":
        if next_state(PROPOSAL_TRANSITIONS, proposal.state, "validate") is None:
            raise ForbiddenTransition(proposal.get_state_display(), "validate")
        trouble = problems(actor, proposal, version)
        if trouble is not None:
            raise trouble
    elif proposal.state != ProposalState.SUBMITTED:
        raise ForbiddenTransition(proposal.get_state_display(), "return")
    before = proposal.state
    proposal = move(
        proposal,
        "validate" if outcome == "validated" else "return",
        reviewed_at=clock.now(),
        reviewed_by_id=actor.account_id,
        reviewed_by_label=actor.label,
        return_reason=reason.strip() if outcome == "returned" else "",
    )
    if outcome == "validated":
        start_opinion_term(proposal)
    mutations.record(
        stream(proposal),
        actor=actor,
        verb="review",
        subject=ref(proposal),
        values={"state": [before, proposal.state]},
        note=reason.strip(),
    )
    neighbours.progress(actor, proposal.line_id, "committee" if outcome == "validated" else "inquiry")
    neighbours.step(actor, proposal.dossier_id, f"proposal_{outcome}", proposal.titles, reason.strip())
    publish(
        ProposalReviewed(
            actor=actor,
            process_subject=line_ref(proposal),
            outcome=outcome,
            proposal_id=proposal.pk,
            line_id=proposal.line_id,
            dossier_id=proposal.dossier_id,
            reason=reason.strip(),
        )
    )
    return proposal
