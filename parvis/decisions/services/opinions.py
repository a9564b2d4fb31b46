"""The legal opinion: asked where the case needs it, within a term; it informs and never blocks."""

from __future__ import annotations

from django.db.models import F
from django.utils.translation import gettext as _

from parvis.kernel import clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.errors import Conflict, DomainError, NotAllowed
from parvis.kernel.events import publish
from parvis.kernel.gestures import gesture

from .. import access, neighbours
from ..enums import Opinion, ProposalState
from ..errors import ForbiddenTransition
from ..events import LegalOpinionAsked, LegalOpinionGiven
from ..models import LegalOpinion, Proposal
from .steps import line_ref, ref, settled, stream


@gesture
def ask_opinion(*, actor: Actor, proposal: Proposal, question: str) -> LegalOpinion:
    """Ask the lawyer. It informs: the proposal goes its way meanwhile, and a late opinion stops nothing."""
    proposal.refresh_from_db()
    if not access.may_ask_opinion(actor, proposal):
        raise NotAllowed(_("You cannot ask an opinion on this case."))
    if proposal.state == ProposalState.DECIDED:
        raise ForbiddenTransition(proposal.get_state_display(), "ask_opinion")
    if not question.strip():
        raise DomainError(_("Write your question to the lawyer."), field="question")
    if LegalOpinion.unscoped.filter(proposal=proposal, live=1, opinion="").exists():
        raise DomainError(_("An opinion is already asked on this case."))
    LegalOpinion.unscoped.filter(proposal=proposal, live=1).update(live=None)
    opinion = LegalOpinion.unscoped.create(
        proposal=proposal,
        question=question.strip(),
        asked_by_id=actor.account_id,
        asked_by_label=actor.label,
        asked_at=clock.now(),
        due_on=neighbours.legal_term(clock.today()),
    )
    Proposal.unscoped.filter(pk=proposal.pk).update(legal_requested=True, lock=F("lock") + 1)
    proposal.refresh_from_db()
    mutations.record(
        stream(proposal), actor=actor, verb="ask_opinion", subject=ref(proposal), values={"due_on": opinion.due_on}, note=question.strip()
    )
    if proposal.state in (ProposalState.VALIDATED, ProposalState.SCHEDULED):
        neighbours.opinion_asked(actor, proposal, opinion)
    publish(
        LegalOpinionAsked(
            actor=actor, proposal_id=proposal.pk, line_id=proposal.line_id, dossier_id=proposal.dossier_id, opinion_id=opinion.pk
        )
    )
    return opinion


@gesture
def give_opinion(*, actor: Actor, opinion: LegalOpinion, value: str, text: str) -> LegalOpinion:
    """Favourable, reserved or unfavourable, always with text, on the version as it is now."""
    if not access.may_give_opinion(actor):
        raise NotAllowed(_("Only the lawyer gives a legal opinion."))
    if value not in Opinion.values:
        raise DomainError(_("Choose an opinion."), field="opinion")
    if not text.strip():
        raise DomainError(_("Explain the opinion."), field="text")
    proposal = Proposal.unscoped.get(pk=opinion.proposal_id)
    if proposal.state == ProposalState.DECIDED:
        raise ForbiddenTransition(proposal.get_state_display(), "give_opinion")
    done = LegalOpinion.unscoped.filter(pk=opinion.pk, opinion="").update(
        opinion=value,
        text=text.strip(),
        given_by_id=actor.account_id,
        given_by_label=actor.label,
        given_at=clock.now(),
        version=settled(actor, proposal),
    )
    opinion.refresh_from_db()
    if not done:
        raise Conflict(
            _("%(who)s has already given the opinion.") % {"who": opinion.given_by_label},
            who=opinion.given_by_label,
            when=opinion.given_at,
            yours={"opinion": value},
            theirs={"opinion": opinion.opinion},
        )
    mutations.record(stream(proposal), actor=actor, verb="give_opinion", subject=ref(proposal), values={"opinion": value})
    neighbours.step(actor, proposal.dossier_id, "opinion_given", proposal.titles, opinion.get_opinion_display())
    neighbours.opinion_given(actor, opinion)
    publish(
        LegalOpinionGiven(
            actor=actor,
            process_subject=line_ref(proposal),
            outcome=value,
            proposal_id=proposal.pk,
            line_id=proposal.line_id,
            dossier_id=proposal.dossier_id,
            opinion_id=opinion.pk,
        )
    )
    return opinion
