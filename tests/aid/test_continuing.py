"""What goes on with nobody there: the payable list, the pack of the next run, and continuations that name a person (F1, F2, F3)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from parvis.aid.api import count_waiting_first, prepare_first_payment, propose_all, run_of
from parvis.aid.models import Entitlement
from parvis.decisions import api as decisions
from parvis.decisions import letters
from parvis.decisions.models import Decision, Proposal
from parvis.identity.models import Account
from parvis.kernel import clock, jobs
from parvis.kernel.gestures import gesture_scope
from parvis.requests.models import Clock
from parvis.workflows.models import WorkItem
from tests.decisions import factories as made

from . import factories as f

D = Decimal


def run_by_calendar(*kinds: str) -> None:
    with gesture_scope():
        for kind in kinds:
            jobs.enqueue(kind, made.SubjectRef("instance", 0), version=clock.today().isoformat())
    jobs.run_pending(raise_errors=True)


def test_a_month_with_nobody_logged_in_leaves_a_payable_list_and_its_pack(world: Any, settings: Any, tmp_path: Path, client: Any) -> None:
    settings.PARVIS_INSTANCE = tmp_path
    centre, team = world
    decision = f.granted(centre)
    f.bank(team, prepare_first_payment(actor=team.payer, line_id=decision.line_id))
    before = Decision.unscoped.count(), Proposal.unscoped.count()
    for day, month in ((20, 3), (21, 3), (1, 4)):  # the worker alone: what the calendar asks for, nothing else
        with made.at(day, month=month):
            run_by_calendar("aid.extend", "aid.continue", "aid.offline_pack")
    with made.at(1, month=4):
        run = run_of(team.payer, date(2026, 4, 1))
        assert [(line.due.entitlement.beneficiary_name, line.due.amount, line.payable) for line in run.lines] == [
            ("Aya Benali", D("1314.20"), True)
        ]
        assert (tmp_path / "offline" / "payable-2026-04.csv").exists()
        client.force_login(Account.objects.get(pk=team.payer.account_id))
        assert "Aya Benali" in client.get(reverse("aid:run", args=[2026, 4])).content.decode()
    assert (Decision.unscoped.count(), Proposal.unscoped.count()) == before


def test_a_continuation_names_the_referent_and_has_a_clock_of_its_own(world: Any) -> None:
    centre, team = world
    decision = f.granted(centre, to_on=date(2026, 4, 30))
    f.bank(team, prepare_first_payment(actor=team.payer, line_id=decision.line_id))
    first = Clock.unscoped.get(line=decision.line_id, kind="decide", live=1)
    assert first.met_on == date(2026, 3, 2)
    with made.at(20):
        assert propose_all(made.ROOT) == 1
        proposal = decisions.living_proposal(decision.line_id)
        own = Clock.unscoped.get(line=decision.line_id, kind="decide", live=1)
        assert (own.started_on, own.due_on, own.met_on) == (date(2026, 3, 20), date(2026, 4, 19), None)
        first.refresh_from_db()
        assert (first.live, first.met_on) == (None, date(2026, 3, 2))  # readable, and no longer counts
        assert Clock.unscoped.get(line=decision.line_id, kind="pay", live=1).met_on == date(2026, 3, 2)  # a right already paid goes on
        version = decisions.latest(proposal)
        envelope = letters.envelope(proposal, version.blocks)
        assert envelope.contact[0] == centre.account("worker").display_name
        assert "system:" not in envelope.contact[0]


def test_a_continuation_decided_leaves_no_term_of_a_first_payment_open(world: Any) -> None:
    centre, team = world
    decision = f.granted(centre, to_on=date(2026, 4, 30))
    f.bank(team, prepare_first_payment(actor=team.payer, line_id=decision.line_id))
    with made.at(20):
        propose_all(made.ROOT)
        proposal = decisions.living_proposal(decision.line_id)
        version = decisions.latest(proposal)
        decisions.save_version(
            actor=centre.worker, proposal=proposal, own={"facts": made.FACTS}, provisions=version.provisions, base_no=version.no
        )
        proposal = decisions.submit_proposal(actor=centre.worker, proposal=decisions.living_proposal(decision.line_id))
        proposal = decisions.review_proposal(actor=centre.chief, proposal=proposal, outcome="validated")
        session = made.opened(centre, [proposal], days=9)
        following = decisions.decide(actor=centre.secretary, item=made.item_of(session, proposal), outcome="granted")
        right = Entitlement.unscoped.get(decision=following)
        assert (right.first_paid_on, any(line.first for line in f.due(right))) == (date(2026, 3, 2), False)
        own = Clock.unscoped.get(line=decision.line_id, kind="pay", live=1)
        assert (own.started_by, own.met_on) == (following.number, date(2026, 3, 20))
        assert not WorkItem.unscoped.filter(step="pay", subject_id=decision.line_id, state="open").exists()
        assert count_waiting_first(team.payer) == 0


def test_a_first_decision_keeps_its_term_until_the_bank_has_paid(world: Any) -> None:
    centre, team = world
    decision = f.granted(centre)
    assert Clock.unscoped.get(line=decision.line_id, kind="pay", live=1).met_on is None
    order = prepare_first_payment(actor=team.payer, line_id=decision.line_id)
    assert Clock.unscoped.get(line=decision.line_id, kind="pay", live=1).met_on is None
    f.bank(team, order)
    assert Clock.unscoped.get(line=decision.line_id, kind="pay", live=1).met_on == date(2026, 3, 2)


@pytest.mark.parametrize("kind", ["aid.extend", "aid.continue"])
def test_no_job_submits_decides_or_stops(world: Any, kind: str) -> None:
    centre, _team = world
    right = f.entitlement(f.granted(centre, to_on=date(2026, 3, 31)))
    decided = Decision.unscoped.count()
    with made.at(5, month=4):
        run_by_calendar(kind)
    right.refresh_from_db()
    assert (right.state, right.amount, Decision.unscoped.count()) == ("running", D("1314.20"), decided)
    assert set(Proposal.unscoped.values_list("state", flat=True)) <= {"decided", "draft"}
