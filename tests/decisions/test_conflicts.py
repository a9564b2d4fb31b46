"""A conflict of interest declared in a session follows the case and its recording."""

import pytest

from parvis.decisions import api
from parvis.decisions.models import Recusal
from parvis.kernel.errors import NotAllowed
from tests.decisions import factories as f


def test_a_recusal_follows_the_case_to_the_next_session(centre):
    (proposal,) = f.cases(centre, 1)
    session = f.opened(centre, [proposal])
    item = f.item_of(session, proposal)
    following = f.make_session(centre, days=21)
    api.declare_recusal(actor=centre.lejeune, item=item, account_id=centre.account("lejeune").pk, label="Bernard Lejeune", reason="Voisin")
    new = api.carry_over(actor=centre.secretary, item=item, to=following, reason="Pas de quorum.")
    assert list(Recusal.objects.filter(item=new).values_list("label", "reason")) == [("Bernard Lejeune", "Voisin")]


def test_nobody_declares_a_conflict_for_another_member(centre):
    (proposal,) = f.cases(centre, 1)
    session = f.opened(centre, [proposal])
    with pytest.raises(NotAllowed):
        api.declare_recusal(actor=centre.anciaux, item=f.item_of(session, proposal), account_id=centre.account("lejeune").pk, label="x")
    assert not Recusal.objects.exists()


def test_a_recused_president_does_not_record_the_case(centre):
    (proposal,) = f.cases(centre, 1)
    session = f.opened(centre, [proposal])
    item = f.item_of(session, proposal)
    api.declare_recusal(actor=centre.president, item=item, account_id=centre.account("president").pk, label="Sophie Marchal")
    before = f.frozen_state()
    with pytest.raises(NotAllowed):
        api.decide(actor=centre.president, item=item, outcome="granted")
    assert f.frozen_state() == before
    assert api.decide(actor=centre.secretary, item=item, outcome="granted").present == 3
