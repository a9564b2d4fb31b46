"""A session from its agenda to its closing: order, late items, one agenda for a case, nothing decided by closing."""

from datetime import date, timedelta

import pytest

from parvis.decisions import api
from parvis.decisions.errors import (
    ForbiddenTransition,
)
from parvis.decisions.models import AgendaItem, Decision, MemberPack, Minutes
from parvis.kernel import clock
from parvis.kernel.errors import Conflict, DomainError, NotAllowed
from parvis.kernel.models import MutationLine
from tests.decisions import factories as f


def test_the_agenda_is_ordered_by_the_nearest_legal_deadline(centre):
    with f.at(2):
        later = f.validated(centre, names=("Zoé", "Récente"))
    with f.at(9):
        last = f.validated(centre, names=("Tom", "Dernier"))
        session = f.make_session(centre)
        for proposal in (last, later):
            api.schedule_proposal(actor=centre.secretary, session=session, proposal=proposal)
        api.freeze_session(actor=centre.secretary, session=session)
    rows = list(AgendaItem.unscoped.filter(session=session).order_by("position").values_list("proposal_id", "due_on", "late"))
    assert rows == [(later.pk, date(2026, 4, 1), False), (last.pk, date(2026, 4, 8), False)]


def test_after_the_agenda_was_sent_a_case_is_late_and_has_its_pack(centre):
    first, second = f.cases(centre, 2)
    session = f.make_session(centre)
    api.schedule_proposal(actor=centre.secretary, session=session, proposal=first)
    api.freeze_session(actor=centre.secretary, session=session)
    item = api.schedule_proposal(actor=centre.secretary, session=session, proposal=second)
    assert (item.late, item.position) == (True, 2)
    assert MemberPack.unscoped.filter(item=item).count() == 1


def test_what_asks_for_words_is_for_discussion(centre):
    plain = f.validated(centre, names=f.NAMES[0])
    refusal = f.make_refusal(centre, names=f.NAMES[1])
    api.submit_proposal(actor=centre.worker, proposal=refusal)
    refusal = api.review_proposal(actor=centre.chief, proposal=refusal, outcome="validated")
    session = f.make_session(centre)
    items = api.schedule_waiting(actor=centre.secretary, session=session, proposals=[plain, refusal])
    assert [item.list_kind for item in items] == ["list", "discuss"]


def test_a_proposal_stands_on_one_agenda(centre):
    (proposal,) = f.cases(centre, 1)
    session = f.make_session(centre)
    api.schedule_proposal(actor=centre.secretary, session=session, proposal=proposal)
    with pytest.raises(ForbiddenTransition):
        api.schedule_proposal(actor=centre.secretary, session=f.make_session(centre, days=14), proposal=proposal)
    assert AgendaItem.unscoped.filter(proposal=proposal).count() == 1


@pytest.mark.parametrize("name", ["worker", "chief", "anciaux", "lawyer", "payer", "auditor"])
def test_only_the_secretariat_prepares_sessions(centre, name):
    with pytest.raises(NotAllowed):
        api.create_session(actor=getattr(centre, name), committee=centre.committee, starts_at=clock.now(), place="x")
    assert not api.Session.unscoped.exists()


@pytest.mark.parametrize(
    ("state", "gesture"),
    [
        ("planned", "open"),
        ("planned", "close"),
        ("frozen", "freeze"),
        ("frozen", "close"),
        ("open", "freeze"),
        ("open", "open"),
        ("closed", "open"),
        ("closed", "freeze"),
        ("closed", "close"),
    ],
)
def test_forbidden_steps_of_a_session_change_nothing(centre, state, gesture):
    session = f.make_session(centre)
    for step in ["freeze", "open", "close"][: ["planned", "frozen", "open", "closed"].index(state)]:
        {"freeze": api.freeze_session, "open": api.open_session, "close": api.close_session}[step](actor=centre.secretary, session=session)
    before = MutationLine.objects.count()
    with pytest.raises(ForbiddenTransition):
        {"freeze": api.freeze_session, "open": api.open_session, "close": api.close_session}[gesture](
            actor=centre.secretary, session=session
        )
    session.refresh_from_db()
    assert session.state == state and MutationLine.objects.count() == before


def test_starting_hour_of_a_session_is_unique(centre):
    session = f.make_session(centre)
    with pytest.raises(DomainError):
        api.create_session(actor=centre.secretary, committee=centre.committee, starts_at=session.starts_at, place="Ailleurs")
    assert api.create_session(
        actor=centre.secretary, committee=centre.committee, starts_at=session.starts_at + timedelta(hours=1), place="Ailleurs"
    )


def test_a_session_never_decides_by_closing(centre):
    first, second = f.cases(centre, 2)
    session = f.opened(centre, [first, second])
    api.decide(actor=centre.secretary, item=f.item_of(session, first), outcome="granted")
    before = f.frozen_state()
    with pytest.raises(api.SessionHasUndecided) as caught:
        api.close_session(actor=centre.secretary, session=session)
    session.refresh_from_db()
    assert (caught.value.count, session.state) == (1, "open")
    assert f.frozen_state() == before and not Minutes.unscoped.exists()
    following = f.make_session(centre, days=21)
    api.close_session(actor=centre.secretary, session=session, carry_to=following, reason="Fin de séance à 17 h.")
    session.refresh_from_db()
    old, new = f.item_of(session, second), f.item_of(following, second)
    assert (session.state, old.state, old.carry_reason, new.state, new.carried_from_id) == (
        "closed",
        "carried",
        "Fin de séance à 17 h.",
        "pending",
        old.pk,
    )
    assert Decision.unscoped.count() == 1
    second.refresh_from_db()
    assert second.state == "scheduled"


def test_carrying_over_needs_a_reason_and_another_session(centre):
    (proposal,) = f.cases(centre, 1)
    session = f.opened(centre, [proposal])
    item = f.item_of(session, proposal)
    other = f.make_session(centre, days=21)
    for to, reason in ((other, " "), (session, "Pareil")):
        with pytest.raises(DomainError):
            api.carry_over(actor=centre.secretary, item=item, to=to, reason=reason)
    item.refresh_from_db()
    assert item.state == "pending"
    api.carry_over(actor=centre.secretary, item=item, to=other, reason="Pas de quorum.")
    with pytest.raises(Conflict):
        api.carry_over(actor=centre.secretary, item=item, to=other, reason="Encore.")
    with pytest.raises(ForbiddenTransition):
        api.decide(actor=centre.secretary, item=item, outcome="granted")
