"""Who counts in a case: quorum, tally, what the council delegated; and the batch of what nobody flagged."""

from datetime import date
from decimal import Decimal

import pytest

from parvis.decisions import api
from parvis.decisions.errors import (
    AboveDelegation,
    TallyRefused,
)
from parvis.decisions.models import AgendaItem, DelegationLimit, Proposal
from parvis.kernel.errors import Conflict
from tests.decisions import factories as f


def test_quorum_is_counted_in_each_case(centre):
    first, second = f.cases(centre, 2)
    session = f.opened(centre, [first, second], present=("president", "anciaux", "lejeune", "secretary"))
    item = f.item_of(session, first)
    api.declare_recusal(actor=centre.anciaux, item=item, account_id=centre.account("anciaux").pk, label="Luc Anciaux")
    before = f.frozen_state()
    with pytest.raises(api.NoQuorum) as caught:
        api.decide(actor=centre.secretary, item=item, outcome="granted")
    assert (caught.value.counted, caught.value.needed) == (2, 3)
    assert f.frozen_state() == before
    decision = api.decide(actor=centre.secretary, item=f.item_of(session, second), outcome="granted")
    assert decision.present == 3


def test_who_leaves_is_not_counted_in_the_following_cases(centre):
    first, second = f.cases(centre, 2)
    session = f.opened(centre, [first, second])
    early = api.decide(actor=centre.secretary, item=f.item_of(session, first), outcome="granted")
    ids = [centre.account(name).pk for name in ("president", "anciaux", "lejeune")]
    api.set_presence(actor=centre.secretary, session=session, account_ids=ids, excused=[centre.account("vervoort").pk])
    late = api.decide(actor=centre.secretary, item=f.item_of(session, second), outcome="granted")
    early.refresh_from_db()
    assert (early.present, late.present) == (4, 3)


@pytest.mark.parametrize("tally", [api.Tally(4, 1, 0), api.Tally(2, 2, 0), api.Tally(3, None, None), api.Tally(-1, 0, 0)])
def test_a_tally_that_does_not_add_up_is_refused(centre, tally):
    (proposal,) = f.cases(centre, 1)
    session = f.opened(centre, [proposal])
    before = f.frozen_state()
    with pytest.raises(TallyRefused):
        api.decide(actor=centre.secretary, item=f.item_of(session, proposal), outcome="granted", tally=tally)
    assert f.frozen_state() == before


def test_a_tally_is_kept(centre):
    (proposal,) = f.cases(centre, 1)
    session = f.opened(centre, [proposal])
    decision = api.decide(actor=centre.secretary, item=f.item_of(session, proposal), outcome="granted", tally=api.Tally(3, 0, 1))
    assert (decision.votes_for, decision.votes_against, decision.votes_abstain) == (3, 0, 1)


def test_what_the_council_did_not_delegate_is_not_decided(centre):
    (proposal,) = f.cases(centre, 1)
    DelegationLimit.objects.filter(decider="committee").delete()
    api.set_limit(
        actor=f.ROOT,
        committee=centre.committee,
        decider="committee",
        provision_kind="test.once",
        max_amount=Decimal("299.99"),
        valid_from=date(2026, 1, 1),
        source="Conseil du 5 janvier 2026",
    )
    session = f.opened(centre, [proposal])
    item = f.item_of(session, proposal)
    before = f.frozen_state()
    with pytest.raises(AboveDelegation) as caught:
        api.decide(actor=centre.secretary, item=item, outcome="granted")
    assert "299,99" in str(caught.value.message) and "Conseil du 5 janvier 2026" in str(caught.value.message)
    assert f.frozen_state() == before


def test_a_batch_takes_the_unflagged_only_all_or_none(centre):
    proposals = f.cases(centre, 4)
    api_flagged = proposals[3]
    Proposal.unscoped.filter(pk=api_flagged.pk).update(to_discuss=True)
    session = f.opened(centre, proposals[:3] + [Proposal.unscoped.get(pk=api_flagged.pk)])
    unflagged = api.unflagged(session)
    assert [item.proposal_id for item in unflagged] == [p.pk for p in proposals[:3]]
    before = f.frozen_state()
    with pytest.raises(Conflict):
        api.decide_batch(
            actor=centre.secretary, session=session, locks={**{i.pk: i.lock for i in unflagged}, f.item_of(session, api_flagged).pk: 0}
        )
    stale = {item.pk: item.lock for item in unflagged}
    stale[unflagged[2].pk] += 1
    with pytest.raises(Conflict):
        api.decide_batch(actor=centre.secretary, session=session, locks=stale)
    with pytest.raises(Conflict):
        api.decide_batch(actor=centre.secretary, session=session, locks={})
    assert f.frozen_state() == before
    made = api.decide_batch(actor=centre.secretary, session=session, locks={i.pk: i.lock for i in unflagged})
    assert [d.number for d in made] == ["CSSS 2026/0001", "CSSS 2026/0002", "CSSS 2026/0003"]
    assert f.item_of(session, api_flagged).state == "pending"


def test_a_case_with_a_reserve_a_wish_to_be_heard_or_no_quorum_is_never_in_the_batch(centre):
    wished, reserved, short, refused = (f.validated(centre, names=f.NAMES[n]) for n in range(4))
    Proposal.unscoped.filter(pk=wished.pk).update(wish_to_be_heard=True)
    opinion = api.ask_opinion(actor=centre.worker, proposal=reserved, question="?")
    api.give_opinion(actor=centre.lawyer, opinion=opinion, value="reserved", text="Attention.")
    Proposal.unscoped.filter(pk=refused.pk).update(proposed_outcome="refused")
    session = f.opened(
        centre, [Proposal.unscoped.get(pk=p.pk) for p in (wished, reserved, short, refused)], present=("president", "anciaux", "lejeune")
    )
    AgendaItem.unscoped.filter(session=session).update(list_kind="list")
    assert [i.proposal_id for i in api.unflagged(session)] == [short.pk]
    api.declare_recusal(actor=centre.anciaux, item=f.item_of(session, short), account_id=centre.account("anciaux").pk, label="Luc Anciaux")
    assert api.unflagged(session) == []
