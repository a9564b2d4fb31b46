"""Taking a decision: by the committee, case by case; by the president, in urgency. Always a named person who records it.

One decision = one transaction: number, decision, frozen pack, provisions applied, clocks, journal line. The letter's PDF, the
minutes and the payments' files are jobs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext as _

from parvis.kernel import clock, jobs, mutations, numbers
from parvis.kernel.actor import Actor
from parvis.kernel.canonical import digest
from parvis.kernel.errors import Conflict, DomainError, NotAllowed
from parvis.kernel.events import publish
from parvis.kernel.gestures import gesture
from parvis.kernel.subject import SubjectRef

from .. import access, letters, neighbours
from ..calculations import PROPOSAL_TRANSITIONS, deviates, next_state, quorum_for_case, tally_problem
from ..enums import (
    FINAL_OUTCOMES,
    GRANTING_OUTCOMES,
    Decider,
    ItemKind,
    ItemList,
    ItemState,
    Opinion,
    Outcome,
    Ratification,
    SessionState,
    VersionReason,
)
from ..errors import (
    AboveDelegation,
    AlreadyDecided,
    DeviationNeedsWords,
    ForbiddenTransition,
    NoAutomaticDecision,
    NoQuorum,
    ProposalIncomplete,
    ReasonsUnreadable,
    TallyRefused,
)
from ..events import DecisionTaken
from ..models import (
    AgendaItem,
    Committee,
    Decision,
    DelegationLimit,
    LegalOpinion,
    MemberPack,
    Notification,
    Pack,
    Proposal,
    ProposalVersion,
    Recusal,
    Session,
)
from ..provisions import Provision, provision_from_json, provision_to_json
from . import packs
from . import proposals as drafting
from .sessions import _add_item, next_session, roll_for


@dataclass(frozen=True)
class Tally:
    """One count per case, as the secretary records it; all None = by consensus."""

    votes_for: int | None = None
    against: int | None = None
    abstain: int | None = None

    def values(self) -> tuple[int | None, int | None, int | None]:
        return (self.votes_for, self.against, self.abstain)


CONSENSUS = Tally()

#: Outcomes that need words of their own, whatever the proposal said.
NEEDS_REASON = (Outcome.ADJUSTED, Outcome.REFUSED, Outcome.POSTPONED, Outcome.MORE_INFO)


def _require_person(actor: Actor) -> None:
    if actor.kind != "agent" or actor.account_id is None:
        raise NoAutomaticDecision


def check_delegation(committee: Committee, decider: str, provisions: Sequence[Provision]) -> None:
    """Raises AboveDelegation naming the limit: what is not delegated goes to the council, not through us."""
    today = clock.today()
    limits = list(
        DelegationLimit.objects.filter(committee=committee, decider=decider, valid_from__lte=today).filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=today)
        )
    )
    for provision in provisions:
        rows = [row for row in limits if row.provision_kind == provision.kind] or [row for row in limits if row.provision_kind == "*"]
        if not rows:
            raise AboveDelegation(_("This kind of aid is not delegated: the council decides it."), field="kind")
        limit = max(rows, key=lambda row: row.valid_from)
        if limit.max_amount is not None and provision.amount > limit.max_amount:
            raise AboveDelegation(
                _("%(amount)s is above the limit of %(limit)s (%(source)s).")
                % {
                    "amount": neighbours.amount(provision.amount, provision.currency),
                    "limit": neighbours.amount(limit.max_amount, limit.currency),
                    "source": limit.source,
                },
                field="amount",
            )


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
    _require_person(actor)
    if not access.may_decide(actor):
        raise NotAllowed(_("Only the president or the secretary records the committee's decisions."))
    if outcome not in Outcome.values:
        raise DomainError(_("Choose what is decided."), field="outcome")
    item = AgendaItem.unscoped.select_related("session__committee", "proposal", "ratifies").get(pk=item.pk)
    session = item.session
    if Recusal.objects.filter(item__proposal=item.proposal, account_id=actor.account_id).exists():
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
        decision = _ratify(actor, item, outcome, reason.strip(), tally, roll, quorum)
    else:
        if ground and outcome == Outcome.REFUSED:
            drafting.set_ground(item.proposal, ground)
        decision = _decide_proposal(actor, item, outcome, reason.strip(), tally, roll, quorum, provisions, own)
    if outcome == Outcome.POSTPONED:
        target = postpone_to or next_session(session.committee, after=session.starts_at + timedelta(minutes=1))
        if target is not None and target.pk != session.pk:
            if item.kind == ItemKind.PROPOSAL:
                drafting.move(item.proposal, "schedule")
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
    proposed = drafting.latest(proposal)
    session = item.session
    decided, differs = _decided_version(actor, proposal, proposed, outcome, reason, provisions, own)
    if differs and not reason:
        raise DeviationNeedsWords
    _require_readable(outcome, reason, decided)
    _require_complete(outcome, decided)
    wanted = [provision_from_json(data) for data in decided.provisions]
    if outcome in GRANTING_OUTCOMES:
        check_delegation(session.committee, Decider.COMMITTEE, wanted)
    gesture_name = {Outcome.POSTPONED: "postpone", Outcome.MORE_INFO: "ask_more"}.get(Outcome(outcome), "decide")
    values: dict[str, Any] = {"live": None} if outcome in FINAL_OUTCOMES else {}
    if outcome == Outcome.MORE_INFO:
        values["return_reason"] = reason
    drafting.move(proposal, gesture_name, **values)
    return _record(
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
            faults = drafting.kind_of(row.kind).validate(row)
            if faults:
                raise DomainError(str(faults[0]), field="amount")
        return (
            drafting.write_decided_version(actor, proposal, rows, own=own or {}, outcome=outcome, reason=reason),
            True,
        )
    if outcome == proposal.proposed_outcome:
        if outcome == Outcome.REFUSED and reason:
            return drafting.write_decided_version(actor, proposal, [], own=own or {}, outcome=outcome, reason=reason), False
        return proposed, False
    rows = [provision_from_json(data) for data in proposed.provisions] if outcome == Outcome.GRANTED else []
    if outcome == Outcome.GRANTED and not rows:
        raise DomainError(_("The proposal grants nothing: adjust it and say what is granted."), field="amount")
    return drafting.write_decided_version(actor, proposal, rows, own=own or {}, outcome=outcome, reason=reason), True


def _require_readable(outcome: str, reason: str, decided: ProposalVersion) -> None:
    if outcome == Outcome.REFUSED and letters.reasons_are_stock(decided.blocks, extra=reason):
        raise ReasonsUnreadable


def _require_complete(outcome: str, decided: ProposalVersion) -> None:
    """What is decided can be notified: a mention that is missing is named now, while words can still be changed."""
    if outcome not in FINAL_OUTCOMES:
        return
    missing = [f"{m.label} ({m.note})" if m.note else m.label for m in letters.mentions(decided.blocks) if not m.present]
    if missing:
        raise ProposalIncomplete(mentions=missing)


def _record(
    *,
    actor: Actor,
    proposal: Proposal,
    proposed: ProposalVersion,
    decided: ProposalVersion,
    outcome: str,
    reason: str,
    differs: bool,
    committee: Committee,
    decider: str,
    item: AgendaItem | None,
    tally: Tally,
    roll: list[Any],
    quorum: Any,
    provisions: Sequence[Provision],
    ratification: str = Ratification.NONE,
) -> Decision:
    now = clock.now()
    today = clock.today()
    number = f"{committee.prefix} {today.year}/{numbers.allot(f'decision:{committee.prefix}', today.year):04d}"
    replaces = (
        Decision.unscoped.filter(line_id=proposal.line_id, outcome__in=FINAL_OUTCOMES, replaced_by__isnull=True)
        .exclude(item__kind=ItemKind.RATIFICATION)
        .order_by("-decided_at", "-pk")
        .first()
        if outcome in FINAL_OUTCOMES
        else None
    )
    decision = Decision(
        number=number,
        proposal=proposal,
        line_id=proposal.line_id,
        dossier_id=proposal.dossier_id,
        unit_id=proposal.unit_id,
        proposed_version=proposed,
        decided_version=decided,
        item=item,
        session=item.session if item else None,
        decider=decider,
        outcome=outcome,
        reason=reason,
        deviates=differs,
        present=quorum.counted if quorum else 0,
        votes_for=tally.votes_for,
        votes_against=tally.against,
        votes_abstain=tally.abstain,
        decided_at=now,
        decided_on=today,
        decided_by_id=actor.account_id,
        decided_by_label=actor.label,
        ratification=ratification,
        replaces=replaces,
    )
    content = packs.build_pack(actor=actor, decision=decision, committee=committee, roll=roll, quorum=quorum)
    decision.pack_sha256 = digest(content)
    decision.save(force_insert=True)
    Pack.unscoped.create(decision=decision, content=packs.canonical_text(content), sha256=decision.pack_sha256, created_at=now)
    mutations.record(
        f"dossier:{proposal.dossier_id}",
        actor=actor,
        verb="decide",
        subject=SubjectRef("decision", decision.pk),
        values={"number": number, "outcome": outcome, "pack": decision.pack_sha256},
        note=reason,
    )
    if outcome in GRANTING_OUTCOMES:
        for provision in provisions:
            drafting.kind_of(provision.kind).apply(actor, decision, provision)
    _after(actor, proposal, decision, outcome)
    publish(
        DecisionTaken(
            actor=actor,
            process_subject=drafting.line_ref(proposal),
            outcome=outcome,
            decision_id=decision.pk,
            number=number,
            proposal_id=proposal.pk,
            line_id=proposal.line_id,
            dossier_id=proposal.dossier_id,
        )
    )
    return decision


def _after(actor: Actor, proposal: Proposal, decision: Decision, outcome: str) -> None:
    line_id = proposal.line_id
    neighbours.step(actor, proposal.dossier_id, f"decision_{outcome}", f"{decision.number} · {proposal.title}", decision.reason)
    if outcome not in FINAL_OUTCOMES:
        neighbours.progress(actor, line_id, "committee" if outcome == Outcome.POSTPONED else "inquiry")
        return
    neighbours.meet_clock(actor, line_id, "decide")
    neighbours.start_clock(actor, line_id, "notify", started_by=decision.number)
    if outcome in GRANTING_OUTCOMES:
        neighbours.start_clock(actor, line_id, "pay", started_by=decision.number)
    neighbours.progress(actor, line_id, "decided", outcome=outcome)
    notification = Notification.unscoped.create(
        decision=decision, person_id=proposal.person_id, language=proposal.language, created_at=clock.now()
    )
    jobs.enqueue("decisions.render_letter", SubjectRef("notification", notification.pk))


def _ratify(actor: Actor, item: AgendaItem, outcome: str, reason: str, tally: Tally, roll: list[Any], quorum: Any) -> Decision:
    """The committee takes up the president's urgent decision. Nothing is stopped or claimed back by itself."""
    urgent = item.ratifies
    assert urgent is not None
    if outcome not in (Outcome.GRANTED, Outcome.REFUSED, Outcome.POSTPONED):
        raise DomainError(_("Urgent aid is ratified, not ratified or postponed."), field="outcome")
    state = {Outcome.GRANTED: Ratification.RATIFIED, Outcome.REFUSED: Ratification.NOT_RATIFIED}.get(Outcome(outcome))
    now, today = clock.now(), clock.today()
    committee = item.session.committee
    number = f"{committee.prefix} {today.year}/{numbers.allot(f'decision:{committee.prefix}', today.year):04d}"
    decision = Decision(
        number=number,
        proposal=urgent.proposal,
        line_id=urgent.line_id,
        dossier_id=urgent.dossier_id,
        unit_id=urgent.unit_id,
        proposed_version=urgent.decided_version,
        decided_version=urgent.decided_version,
        item=item,
        session=item.session,
        decider=Decider.COMMITTEE,
        outcome=outcome,
        reason=reason,
        deviates=outcome == Outcome.REFUSED,
        present=quorum.counted,
        votes_for=tally.votes_for,
        votes_against=tally.against,
        votes_abstain=tally.abstain,
        decided_at=now,
        decided_on=today,
        decided_by_id=actor.account_id,
        decided_by_label=actor.label,
    )
    content = packs.build_pack(actor=actor, decision=decision, committee=committee, roll=roll, quorum=quorum, ratifies=urgent)
    decision.pack_sha256 = digest(content)
    decision.save(force_insert=True)
    Pack.unscoped.create(decision=decision, content=packs.canonical_text(content), sha256=decision.pack_sha256, created_at=now)
    if state is not None:
        Decision.unscoped.filter(pk=urgent.pk).update(ratification=state)
    mutations.record(
        f"dossier:{urgent.dossier_id}",
        actor=actor,
        verb="ratify",
        subject=SubjectRef("decision", urgent.pk),
        values={"ratification": [Ratification.PENDING, state or Ratification.PENDING], "number": number, "pack": decision.pack_sha256},
        note=reason,
    )
    neighbours.step(actor, urgent.dossier_id, f"ratification_{outcome}", f"{number} · {urgent.number}", reason)
    publish(
        DecisionTaken(
            actor=actor,
            outcome=outcome,
            decision_id=decision.pk,
            number=number,
            proposal_id=urgent.proposal_id,
            line_id=urgent.line_id,
            dossier_id=urgent.dossier_id,
            ratification=True,
        )
    )
    return decision


# In batch -------------------------------------------------------------------------------------------------------------
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
        and quorum_for_case(roll_for(item), session.quorum).reached
    ]


@gesture
def decide_batch(*, actor: Actor, session: Session, locks: Mapping[int, int]) -> list[Decision]:
    """Agree with the previewed cases, all or none. `locks`: item id to the lock seen in the preview.

    There is no undo: payments and letters start at once. That is why the preview comes first.
    """
    _require_person(actor)
    allowed = {item.pk: item for item in unflagged(session)}
    chosen = [allowed[pk] for pk, lock in locks.items() if pk in allowed and allowed[pk].lock == lock]
    if len(chosen) != len(locks) or not locks:
        raise Conflict(_("The list changed since the preview. Look at it again; nothing was decided."))
    return [
        decide(actor=actor, item=item, outcome=Outcome.GRANTED, expected_lock=locks[item.pk])
        for item in sorted(chosen, key=lambda i: (i.position, i.pk))
    ]


# Urgency --------------------------------------------------------------------------------------------------------------
def urgent_committee() -> Committee:
    committee = Committee.objects.filter(active=True).order_by("key", "pk").first()
    if committee is None:
        raise DomainError(_("No committee is set up: urgent aid could not be ratified."))
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
    """
    _require_person(actor)
    if not access.may_decide_urgently(actor):
        raise NotAllowed(_("Only the president grants urgent aid alone."))
    if not reason.strip():
        raise DomainError(_("Say in a few words why it cannot wait."), field="reason")
    committee = committee or urgent_committee()
    settled = Decision.unscoped.filter(line_id=line_id, outcome__in=FINAL_OUTCOMES).order_by("-decided_at", "-pk").first()
    if settled is not None:
        raise AlreadyDecided(
            _("Already decided by %(who)s: %(number)s, %(outcome)s.")
            % {"who": settled.decided_by_label, "number": settled.number, "outcome": settled.get_outcome_display()},
            who=settled.decided_by_label,
            when=settled.decided_at,
            theirs={"outcome": settled.get_outcome_display()},
        )
    wanted = provision if isinstance(provision, Provision) else provision_from_json(provision)
    faults = drafting.kind_of(wanted.kind).validate(wanted)
    if faults:
        raise DomainError(str(faults[0]), field="amount")
    if wanted.amount <= Decimal(0):
        raise DomainError(_("The amount is zero."), field="amount")
    check_delegation(committee, Decider.PRESIDENT, [wanted])
    proposal = Proposal.unscoped.filter(line_id=line_id, live=1).first()
    if proposal is None:
        proposal = drafting.draft_proposal(actor=actor, line_id=line_id, provisions=[wanted], urgent=True)
    if next_state(PROPOSAL_TRANSITIONS, proposal.state, "decide_urgent") is None:
        raise ForbiddenTransition(proposal.get_state_display(), "decide_urgent")
    Proposal.unscoped.filter(pk=proposal.pk).update(urgent=True)
    if Recusal.objects.filter(item__proposal=proposal, account_id=actor.account_id).exists():
        raise NotAllowed(_("You declared a conflict of interest in this case."))
    proposed = drafting.latest(proposal)
    decided = drafting.write_decided_version(
        actor, proposal, [wanted], own={}, outcome=Outcome.GRANTED, reason=reason.strip(), why=VersionReason.DRAFT
    )
    _require_complete(Outcome.GRANTED, decided)
    proposal = drafting.move(proposal, "decide_urgent", live=None)
    decision = _record(
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
