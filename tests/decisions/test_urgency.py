"""Urgent aid by the president, within limits, ratified by the next session."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from parvis.decisions import api
from parvis.decisions.errors import (
    AboveDelegation,
    DeviationNeedsWords,
)
from parvis.decisions.models import AgendaItem, Membership, Notification, Proposal
from parvis.decisions.services.committees import end_mandate, found_committee, open_mandate
from parvis.kernel import clock
from parvis.kernel.errors import DomainError, NotAllowed
from tests.decisions import factories as f
from tests.decisions.factories import OnceKind


@pytest.fixture
def urgent_limit(centre):
    api.set_limit(
        actor=f.ROOT,
        committee=centre.committee,
        decider="president",
        provision_kind="test.once",
        max_amount=Decimal("200.00"),
        valid_from=date(2026, 1, 1),
        source="Conseil du 5 janvier 2026",
    )


def test_the_president_grants_urgent_aid_and_the_next_session_ratifies(centre, urgent_limit):
    planned = f.make_session(centre)
    line_id = f.make_line(centre, kind="urgent_aid", urgent=True)
    decision = api.decide_urgent(
        actor=centre.president,
        line_id=line_id,
        provision=f.once(line_id, "150.00"),
        reason="Aya Benali n’a plus rien à manger depuis le 28 février 2026.",
    )
    assert (decision.number, decision.decider, decision.ratification, decision.session_id) == (
        "CSSS 2026/0001",
        "president",
        "pending",
        None,
    )
    assert [p.amount for _n, p in OnceKind.applied] == [Decimal("150.00")]
    assert Notification.unscoped.filter(decision=decision, state="to_send").count() == 1
    assert f.steps(line_id) == ["notify", "pay"]
    item = AgendaItem.unscoped.get(ratifies=decision)
    assert (item.session_id, item.kind) == (planned.pk, "ratification")
    api.freeze_session(actor=centre.secretary, session=planned)
    session = api.open_session(actor=centre.secretary, session=planned)
    api.set_presence(actor=centre.secretary, session=session, account_ids=[centre.account(n).pk for n in f.VOTERS])
    ratified = api.decide(actor=centre.secretary, item=item, outcome="granted")
    decision.refresh_from_db()
    assert (ratified.number, decision.ratification) == ("CSSS 2026/0002", "ratified")
    assert len(OnceKind.applied) == 1 and Notification.unscoped.count() == 1
    assert f.steps(line_id) == ["notify", "pay"]


def test_a_ratification_that_is_refused_stops_and_claims_nothing_by_itself(centre, urgent_limit):
    planned = f.make_session(centre)
    line_id = f.make_line(centre, kind="urgent_aid", urgent=True)
    decision = api.decide_urgent(actor=centre.president, line_id=line_id, provision=f.once(line_id, "150.00"), reason="Plus rien à manger.")
    api.freeze_session(actor=centre.secretary, session=planned)
    session = api.open_session(actor=centre.secretary, session=planned)
    api.set_presence(actor=centre.secretary, session=session, account_ids=[centre.account(n).pk for n in f.VOTERS])
    item = AgendaItem.unscoped.get(ratifies=decision)
    with pytest.raises(DeviationNeedsWords):
        api.decide(actor=centre.secretary, item=item, outcome="refused")
    with pytest.raises(DomainError):
        api.decide(actor=centre.secretary, item=item, outcome="adjusted", reason="x", provisions=[])
    api.decide(actor=centre.secretary, item=item, outcome="refused", reason="L’urgence n’était pas établie.")
    decision.refresh_from_db()
    assert decision.ratification == "not_ratified" and decision.outcome == "granted"
    assert len(OnceKind.applied) == 1
    assert f.steps(line_id) == ["notify", "pay"]


def test_urgent_aid_without_a_session_waits_for_the_one_that_is_planned(centre, urgent_limit):
    line_id = f.make_line(centre, kind="urgent_aid", urgent=True)
    decision = api.decide_urgent(actor=centre.president, line_id=line_id, provision=f.once(line_id, "150.00"), reason="Plus rien à manger.")
    assert not AgendaItem.unscoped.exists()
    session = f.make_session(centre)
    assert AgendaItem.unscoped.get(session=session).ratifies_id == decision.pk
    assert not AgendaItem.unscoped.filter(session=f.make_session(centre, days=14)).exists()


@pytest.mark.parametrize(
    ("who", "amount", "reason", "error"),
    [
        ("president", "200.01", "Urgent", AboveDelegation),
        ("president", "150.00", "  ", DomainError),
        ("president", "0", "Urgent", DomainError),
        ("secretary", "150.00", "Urgent", NotAllowed),
        ("worker", "150.00", "Urgent", NotAllowed),
        ("anciaux", "150.00", "Urgent", NotAllowed),
    ],
)
def test_urgent_aid_has_its_limits(centre, urgent_limit, who, amount, reason, error):
    line_id = f.make_line(centre, kind="urgent_aid", urgent=True)
    before = f.frozen_state()
    with pytest.raises(error):
        api.decide_urgent(actor=getattr(centre, who), line_id=line_id, provision=f.once(line_id, amount), reason=reason)
    assert f.frozen_state() == before and not Proposal.unscoped.exists()


def test_urgent_aid_is_not_granted_twice(centre, urgent_limit):
    line_id = f.make_line(centre, kind="urgent_aid", urgent=True)
    api.decide_urgent(actor=centre.president, line_id=line_id, provision=f.once(line_id, "150.00"), reason="Plus rien à manger.")
    before = f.frozen_state()
    with pytest.raises(DomainError):
        api.decide_urgent(actor=centre.president, line_id=line_id, provision=f.once(line_id, "150.00"), reason="Encore.")
    assert f.frozen_state() == before


@pytest.mark.parametrize("sits", [False, True])
def test_the_function_without_the_mandate_to_preside_grants_nothing(centre, urgent_limit, sits):
    """A president whose mandate ended keeps the function, and decides alone no more, even where he still sits as a member (F7, D13)."""
    line_id = f.make_line(centre, kind="urgent_aid", urgent=True)
    account = centre.account("president")
    end_mandate(actor=centre.administrator, mandate=Membership.objects.get(account=account), last_day=clock.today() - timedelta(days=1))
    if sits:
        open_mandate(actor=centre.administrator, committee=centre.committee, account=account, role="member", valid_from=clock.today())
    before = f.frozen_state()
    with pytest.raises(NotAllowed):
        api.decide_urgent(actor=centre.president, line_id=line_id, provision=f.once(line_id, "150.00"), reason="Plus rien à manger.")
    assert f.frozen_state() == before and not Proposal.unscoped.exists()


def test_who_presides_another_body_decides_in_its_name_and_within_its_limit(centre, urgent_limit):
    """The body is the one that the actor presides: its delegation counts, not that of the first body in the list."""
    other = found_committee(actor=centre.administrator, name={"fr": "Bureau permanent"}, prefix="ABP", quorum=2)
    mandate = Membership.objects.get(account=centre.account("president"))
    end_mandate(actor=centre.administrator, mandate=mandate, last_day=clock.today() - timedelta(days=1))
    open_mandate(
        actor=centre.administrator, committee=other, account=centre.account("president"), role="president", valid_from=clock.today()
    )
    line_id = f.make_line(centre, kind="urgent_aid", urgent=True)
    asked = {"actor": centre.president, "line_id": line_id, "provision": f.once(line_id, "150.00"), "reason": "Plus rien à manger."}
    with pytest.raises(AboveDelegation):
        api.decide_urgent(**asked)
    with pytest.raises(NotAllowed):
        api.decide_urgent(**asked, committee=centre.committee)
    api.set_limit(
        actor=f.ROOT,
        committee=other,
        decider="president",
        provision_kind="test.once",
        max_amount=Decimal("150.00"),
        valid_from=date(2026, 1, 1),
        source="Conseil du 5 janvier 2026",
    )
    assert api.decide_urgent(**asked).number == "ABP 2026/0001"
