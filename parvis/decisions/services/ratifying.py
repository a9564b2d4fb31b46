"""The committee takes up what the president granted alone."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from parvis.kernel import clock, mutations, numbers
from parvis.kernel.actor import Actor
from parvis.kernel.errors import DomainError
from parvis.kernel.events import publish
from parvis.kernel.subject import SubjectRef

from .. import neighbours
from ..enums import (
    Decider,
    Outcome,
    Ratification,
)
from ..events import DecisionTaken
from ..models import (
    AgendaItem,
    Decision,
)
from . import packs
from .recording import Tally


def ratify(actor: Actor, item: AgendaItem, outcome: str, reason: str, tally: Tally, roll: list[Any], quorum: Any) -> Decision:
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
    packs.seal(decision, content)
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
