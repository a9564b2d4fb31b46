"""One decision, written once: number, frozen pack, provisions applied, clocks, journal line, event. Always a named person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from parvis.kernel import clock, jobs, mutations, numbers
from parvis.kernel.actor import Actor
from parvis.kernel.events import publish
from parvis.kernel.subject import SubjectRef

from .. import hearings, letters, neighbours
from ..enums import (
    FINAL_OUTCOMES,
    GRANTING_OUTCOMES,
    ItemKind,
    Outcome,
    Ratification,
)
from ..errors import (
    AboveDelegation,
    NoAutomaticDecision,
    ProposalIncomplete,
    ReasonsUnreadable,
)
from ..events import DecisionTaken
from ..models import (
    AgendaItem,
    Committee,
    Decision,
    DelegationLimit,
    Notification,
    Proposal,
    ProposalVersion,
)
from ..provisions import Provision
from . import packs
from .reviewing import hearing_missing
from .steps import kind_of, line_ref


@dataclass(frozen=True)
class Tally:
    """One count per case, as the secretary records it; all None = by consensus."""

    votes_for: int | None = None
    against: int | None = None
    abstain: int | None = None

    def values(self) -> tuple[int | None, int | None, int | None]:
        return (self.votes_for, self.against, self.abstain)


CONSENSUS = Tally()


def require_person(actor: Actor) -> None:
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


def require_readable(outcome: str, reason: str, decided: ProposalVersion) -> None:
    if outcome == Outcome.REFUSED and letters.reasons_are_stock(decided.blocks, extra=reason):
        raise ReasonsUnreadable


def require_complete(outcome: str, decided: ProposalVersion) -> None:
    """What is decided can be notified: a mention that is missing is named now, while words can still be changed."""
    if outcome not in FINAL_OUTCOMES:
        return
    absent = [m for m in letters.mentions(decided.blocks) if not m.present and m.key != hearings.MENTION]
    missing = [f"{m.label} ({m.note})" if m.note else m.label for m in absent]
    if missing:
        raise ProposalIncomplete(mentions=missing)


def require_heard(proposal: Proposal, outcome: str, decided: ProposalVersion) -> None:
    """Where the law asks it, nobody is refused or given less before the person could be heard."""
    trouble = hearing_missing(proposal, decided, outcome, packs.previous_decision(proposal), law_only=True)
    if trouble is not None:
        raise trouble


def record(
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
    packs.seal(decision, content)
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
            kind_of(provision.kind).apply(actor, decision, provision)
    after(actor, proposal, decision, outcome)
    publish(
        DecisionTaken(
            actor=actor,
            process_subject=line_ref(proposal),
            outcome=outcome,
            decision_id=decision.pk,
            number=number,
            proposal_id=proposal.pk,
            line_id=proposal.line_id,
            dossier_id=proposal.dossier_id,
        )
    )
    return decision


def after(actor: Actor, proposal: Proposal, decision: Decision, outcome: str) -> None:
    line_id = proposal.line_id
    what = {code: f"{decision.number} · {title}" for code, title in proposal.titles.items()}
    neighbours.step(actor, proposal.dossier_id, f"decision_{outcome}", what, decision.reason)
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
