"""Urgent aid: the president grants alone, within the limit of the council; the ratification stands on the next agenda."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from parvis.kernel.actor import Actor
from parvis.kernel.errors import DomainError, NotAllowed
from parvis.kernel.gestures import gesture

from .. import access
from ..calculations import PROPOSAL_TRANSITIONS, next_state
from ..enums import (
    FINAL_OUTCOMES,
    Decider,
    ItemKind,
    Outcome,
    Ratification,
    VersionReason,
)
from ..errors import (
    AlreadyDecided,
    ForbiddenTransition,
)
from ..models import (
    Committee,
    Decision,
    Proposal,
    Recusal,
)
from ..provisions import Provision, provision_from_json
from .drafting import draft_proposal, write_decided_version
from .recording import CONSENSUS, check_delegation, record, require_complete, require_person
from .sessions import _add_item, next_session
from .steps import kind_of, move, settled


def urgent_committee(actor: Actor) -> Committee:
    """The body in whose name the actor decides alone: the one that he presides today, which ratifies later.

    Raises:
        NotAllowed: the actor presides none today, whatever his function.
    """
    committee = access.presided(actor).first()
    if committee is None:
        raise NotAllowed(_("Only the president grants urgent aid alone."))
    return committee


@gesture
def decide_urgent(
    *,
    actor: Actor,
    line_id: int,
    provision: Provision | Mapping[str, Any],
    reason: str,
    committee: Committee | None = None,
) -> Decision:
    """The president grants urgent aid alone, within the council's limit. Letter and payment start at once; the ratification
    stands on the next session's agenda.

    Raises:
        NotAllowed: the actor does not preside ``committee`` today (or any, when none is named).
        AboveDelegation: more than the council delegated to the president of that body.
    """
    require_person(actor)
    if committee is None:
        committee = urgent_committee(actor)
    elif not access.presided(actor).filter(pk=committee.pk).exists():
        raise NotAllowed(_("Only the president grants urgent aid alone."))
    if not reason.strip():
        raise DomainError(_("Say in a few words why it cannot wait."), field="reason")
    already = Decision.unscoped.filter(line_id=line_id, outcome__in=FINAL_OUTCOMES).order_by("-decided_at", "-pk").first()
    if already is not None:
        raise AlreadyDecided(
            _("Already decided by %(who)s: %(number)s, %(outcome)s.")
            % {"who": already.decided_by_label, "number": already.number, "outcome": already.get_outcome_display()},
            who=already.decided_by_label,
            when=already.decided_at,
            theirs={"outcome": already.get_outcome_display()},
        )
    wanted = provision if isinstance(provision, Provision) else provision_from_json(provision)
    faults = kind_of(wanted.kind).validate(wanted)
    if faults:
        raise DomainError(str(faults[0]), field="amount")
    if wanted.amount <= Decimal(0):
        raise DomainError(_("The amount is zero."), field="amount")
    check_delegation(committee, Decider.PRESIDENT, [wanted])
    proposal = Proposal.unscoped.filter(line_id=line_id, live=1).first()
    if proposal is None:
        proposal = draft_proposal(actor=actor, line_id=line_id, provisions=[wanted], urgent=True)
    if next_state(PROPOSAL_TRANSITIONS, proposal.state, "decide_urgent") is None:
        raise ForbiddenTransition(proposal.get_state_display(), "decide_urgent")
    Proposal.unscoped.filter(pk=proposal.pk).update(urgent=True)
    if Recusal.objects.filter(item__proposal=proposal, account_id__in=sorted(actor.persons)).exists():
        raise NotAllowed(_("You declared a conflict of interest in this case."))
    proposed = settled(actor, proposal)
    decided = write_decided_version(
        actor, proposal, [wanted], own={}, outcome=Outcome.GRANTED, reason=reason.strip(), why=VersionReason.DRAFT
    )
    require_complete(Outcome.GRANTED, decided)
    proposal = move(proposal, "decide_urgent", live=None)
    decision = record(
        actor=actor,
        proposal=proposal,
        proposed=proposed if proposed.provisions else decided,
        decided=decided,
        outcome=Outcome.GRANTED,
        reason=reason.strip(),
        differs=False,
        committee=committee,
        decider=Decider.PRESIDENT,
        item=None,
        tally=CONSENSUS,
        roll=[],
        quorum=None,
        provisions=[provision_from_json(data) for data in decided.provisions],
        ratification=Ratification.PENDING,
    )
    session = next_session(committee)
    if session is not None:
        _add_item(actor, session, proposal, kind=ItemKind.RATIFICATION, ratifies=decision)
    return decision
