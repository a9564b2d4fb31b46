"""What the committee decides, case by case or in one previewed batch. A named person records it; a session decides nothing by closing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.errors import Conflict, DomainError, NotAllowed
from parvis.kernel.gestures import gesture

from .. import access, hearings, neighbours
from ..calculations import deviates, quorum_for_case, tally_problem
from ..enums import (
    FINAL_OUTCOMES,
    GRANTING_OUTCOMES,
    Decider,
    ItemKind,
    ItemList,
    ItemState,
    Opinion,
    Outcome,
    SessionState,
)
from ..errors import (
    AlreadyDecided,
    DeviationNeedsWords,
    ForbiddenTransition,
    NoQuorum,
    TallyRefused,
)
from ..models import (
    AgendaItem,
    Decision,
    LegalOpinion,
    MemberPack,
    Proposal,
    ProposalVersion,
    Recusal,
    Session,
)
from ..provisions import Provision, provision_from_json, provision_to_json
from . import packs
from .drafting import set_ground, write_decided_version
from .ratifying import ratify
from .recording import CONSENSUS, Tally, check_delegation, record, require_complete, require_heard, require_person, require_readable
from .reviewing import hearing_missing
from .sessions import _add_item, next_session, roll_for
from .steps import kind_of, latest, move

#: Outcomes that need words of their own, whatever the proposal said.
NEEDS_REASON = (Outcome.ADJUSTED, Outcome.REFUSED, Outcome.POSTPONED, Outcome.MORE_INFO)


def _take_item(actor: Actor, item: AgendaItem, expected_lock: int | None, outcome: str) -> None:
    rows = AgendaItem.unscoped.filter(pk=item.pk, state=ItemState.PENDING)
    if expected_lock is not None:
        rows = rows.filter(lock=expected_lock)
    if rows.update(state=ItemState.DECIDED, live=None, lock=F("lock") + 1):
        return
    existing = Decision.unscoped.filter(item=item).first()
    if existing is not None:
        raise AlreadyDecided(
            _("Already decided by %(who)s: %(number)s, %(outcome)s.")
            % {"who": existing.decided_by_label, "number": existing.number, "outcome": existing.get_outcome_display()},
            who=existing.decided_by_label,
            when=existing.decided_at,
            yours={"outcome": str(Outcome(outcome).label)},
            theirs={"outcome": existing.get_outcome_display()},
        )
    current = AgendaItem.unscoped.get(pk=item.pk)
    if current.state != ItemState.PENDING:
        raise ForbiddenTransition(current.get_state_display(), "decide")
    raise Conflict(_("This case was changed while it was on your screen. Read it again before deciding."))


@gesture
def decide(
    *,
    actor: Actor,
    item: AgendaItem,
    outcome: str,
    reason: str = "",
    tally: Tally = CONSENSUS,
    provisions: Sequence[Provision | Mapping[str, Any]] | None = None,
    own: Mapping[str, str] | None = None,
    ground: str = "",
    expected_lock: int | None = None,
    postpone_to: Session | None = None,
) -> Decision:
    """Record what the committee decided on one case.

    `provisions` and `own` (free paragraphs) are what it decided instead, for an adjusted outcome. `expected_lock` is the item's
    lock on the writer's screen.

    Raises:
        AlreadyDecided: somebody was first (who, when, what).
        NoQuorum, TallyRefused, DeviationNeedsWords, ReasonsUnreadable, AboveDelegation, ForbiddenTransition.
    """
    require_person(actor)
    if not access.may_decide(actor):
        raise NotAllowed(_("Only the president or the secretary records the committee's decisions."))
    if outcome not in Outcome.values:
        raise DomainError(_("Choose what is decided."), field="outcome")
    item = AgendaItem.unscoped.select_related("session__committee", "proposal", "ratifies").get(pk=item.pk)
    session = item.session
    if Recusal.objects.filter(item__proposal=item.proposal, account_id__in=sorted(actor.persons)).exists():
        raise NotAllowed(_("You declared a conflict of interest in this case: somebody else records it."))
    if session.state != SessionState.OPEN:
        raise ForbiddenTransition(session.get_state_display(), "decide")
    _take_item(actor, item, expected_lock, outcome)

    roll = roll_for(item)
    quorum = quorum_for_case(roll, session.quorum)
    if not quorum.reached:
        raise NoQuorum(counted=quorum.counted, needed=quorum.needed)
    trouble = tally_problem(tally.values(), quorum.counted, carried=True)
    if trouble:
        raise TallyRefused(_tally_text(trouble), field="votes")
    if outcome in NEEDS_REASON and not reason.strip():
        if outcome in (Outcome.ADJUSTED, Outcome.REFUSED):
            raise DeviationNeedsWords
        raise DomainError(_("Say what is missing or what is waited for."), field="reason")

    if item.kind == ItemKind.RATIFICATION:
        decision = ratify(actor, item, outcome, reason.strip(), tally, roll, quorum)
    else:
        if ground and outcome == Outcome.REFUSED:
            set_ground(item.proposal, ground)
        decision = _decide_proposal(actor, item, outcome, reason.strip(), tally, roll, quorum, provisions, own)
    if outcome == Outcome.POSTPONED:
        target = postpone_to or next_session(session.committee, after=session.starts_at + timedelta(minutes=1))
        if target is not None and target.pk != session.pk:
            if item.kind == ItemKind.PROPOSAL:
                move(item.proposal, "schedule")
            _add_item(
                actor,
                target,
                item.proposal,
                kind=item.kind,
                ratifies=item.ratifies,
                carried_from=item,
                list_kind=ItemList.DISCUSS,
            )
            neighbours.progress(actor, item.proposal.line_id, "committee", expected_on=clock.date_of(target.starts_at))
    return decision


def _tally_text(code: str) -> str:
    return {
        "partial": _("Give the three figures: for, against, abstentions."),
        "negative": _("A number of votes cannot be negative."),
        "too_many": _("More votes than members present and not recused in this case."),
        "lost": _("There are not more votes for than against: this decision is not carried."),
    }[code]


def _decide_proposal(
    actor: Actor,
    item: AgendaItem,
    outcome: str,
    reason: str,
    tally: Tally,
    roll: list[Any],
    quorum: Any,
    provisions: Sequence[Provision | Mapping[str, Any]] | None,
    own: Mapping[str, str] | None,
) -> Decision:
    proposal = item.proposal
    proposed = latest(proposal)
    session = item.session
    decided, differs = _decided_version(actor, proposal, proposed, outcome, reason, provisions, own)
    if differs and not reason:
        raise DeviationNeedsWords
    require_readable(outcome, reason, decided)
    require_complete(outcome, decided)
    require_heard(proposal, outcome, decided)
    wanted = [provision_from_json(data) for data in decided.provisions]
    if outcome in GRANTING_OUTCOMES:
        check_delegation(session.committee, Decider.COMMITTEE, wanted)
    gesture_name = {Outcome.POSTPONED: "postpone", Outcome.MORE_INFO: "ask_more"}.get(Outcome(outcome), "decide")
    values: dict[str, Any] = {"live": None} if outcome in FINAL_OUTCOMES else {}
    if outcome == Outcome.MORE_INFO:
        values["return_reason"] = reason
    move(proposal, gesture_name, **values)
    return record(
        actor=actor,
        proposal=proposal,
        proposed=proposed,
        decided=decided,
        outcome=outcome,
        reason=reason,
        differs=differs,
        committee=session.committee,
        decider=Decider.COMMITTEE,
        item=item,
        tally=tally,
        roll=roll,
        quorum=quorum,
        provisions=wanted,
    )


def _decided_version(
    actor: Actor,
    proposal: Proposal,
    proposed: ProposalVersion,
    outcome: str,
    reason: str,
    provisions: Sequence[Provision | Mapping[str, Any]] | None,
    own: Mapping[str, str] | None,
) -> tuple[ProposalVersion, bool]:
    """The version that holds what is decided: the proposed one, or a new one beside it."""
    if outcome in (Outcome.POSTPONED, Outcome.MORE_INFO):
        return proposed, False
    if outcome == Outcome.ADJUSTED:
        if provisions is None:
            raise DomainError(_("Say what is granted instead."), field="amount")
        rows = [p if isinstance(p, Provision) else provision_from_json(p) for p in provisions]
        before = [dict(data) for data in proposed.provisions]
        after = [provision_to_json(row) for row in rows]
        if not deviates(proposed_outcome="granted", outcome="granted", proposed=before, decided=after) and not own:
            raise DomainError(_("Nothing differs from the proposal: agree with it instead."), field="amount")
        for row in rows:
            faults = kind_of(row.kind).validate(row)
            if faults:
                raise DomainError(str(faults[0]), field="amount")
        return (
            write_decided_version(actor, proposal, rows, own=own or {}, outcome=outcome, reason=reason),
            True,
        )
    if outcome == proposal.proposed_outcome:
        if outcome == Outcome.REFUSED and reason:
            return write_decided_version(actor, proposal, [], own=own or {}, outcome=outcome, reason=reason), False
        return proposed, False
    rows = [provision_from_json(data) for data in proposed.provisions] if outcome == Outcome.GRANTED else []
    if outcome == Outcome.GRANTED and not rows:
        raise DomainError(_("The proposal grants nothing: adjust it and say what is granted."), field="amount")
    return write_decided_version(actor, proposal, rows, own=own or {}, outcome=outcome, reason=reason), True


def unflagged(session: Session) -> list[AgendaItem]:
    """Cases that may be taken as proposed in one gesture: in the list, granted, nobody to hear, no reserve, pack frozen, quorum."""
    rows = (
        AgendaItem.unscoped.filter(session=session, state=ItemState.PENDING, list_kind=ItemList.LIST)
        .select_related("proposal", "ratifies", "session__committee")
        .order_by("position", "pk")
    )
    opinions = set(
        LegalOpinion.unscoped.filter(proposal__items__session=session, live=1)
        .exclude(opinion=Opinion.FAVOURABLE)
        .values_list("proposal_id", flat=True)
    )
    frozen = set(MemberPack.unscoped.filter(item__session=session).values_list("item_id", flat=True))
    return [
        item
        for item in rows
        if item.proposal.proposed_outcome == Outcome.GRANTED
        and not item.proposal.to_discuss
        and not (item.proposal.wish_to_be_heard and item.proposal.heard_on is None)
        and item.proposal_id not in opinions
        and item.pk in frozen
        and not _less_unheard(item)
        and quorum_for_case(roll_for(item), session.quorum).reached
    ]


def _less_unheard(item: AgendaItem) -> bool:
    """A reduction before the person could be heard is discussed, never taken in the list."""
    proposal = item.proposal
    if item.kind == ItemKind.RATIFICATION or hearings.lawful(proposal):
        return False
    version = latest(proposal)
    return hearing_missing(proposal, version, proposal.proposed_outcome, packs.previous_decision(proposal)) is not None


@gesture
def decide_batch(*, actor: Actor, session: Session, locks: Mapping[int, int]) -> list[Decision]:
    """Agree with the previewed cases, all or none. `locks`: item id to the lock seen in the preview.

    There is no undo: payments and letters start at once. That is why the preview comes first.
    """
    require_person(actor)
    allowed = {item.pk: item for item in unflagged(session)}
    chosen = [allowed[pk] for pk, lock in locks.items() if pk in allowed and allowed[pk].lock == lock]
    if len(chosen) != len(locks) or not locks:
        raise Conflict(_("The list changed since the preview. Look at it again; nothing was decided."))
    return [
        decide(actor=actor, item=item, outcome=Outcome.GRANTED, expected_lock=locks[item.pk])
        for item in sorted(chosen, key=lambda i: (i.position, i.pk))
    ]
