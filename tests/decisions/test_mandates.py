"""What opens a pack is the mandate of the day, not the function; bodies and delegations are set up on their pages (C5, C10, D13)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from parvis.decisions import api, selectors
from parvis.decisions.errors import AboveDelegation
from parvis.decisions.models import AgendaItem, Committee, Decision, DelegationLimit, Membership, Minutes, Proposal, Session
from parvis.decisions.services.committees import CommitteeRefused, delegate, end_limit, end_mandate, found_committee
from parvis.decisions.services.recording import check_delegation
from parvis.identity.api import actor_for, grant_function
from parvis.kernel import clock, mutations
from parvis.kernel.errors import NotAllowed
from parvis.kernel.subject import SubjectRef

from . import factories as f

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def centre() -> Any:
    with f.kinds():
        yield f.make_centre()


def _end(centre: Any, who: str) -> None:
    mandate = Membership.objects.get(account=centre.account(who))
    end_mandate(actor=centre.administrator, mandate=mandate, last_day=clock.today() - timedelta(days=1))


def _seen(actor: Any) -> dict[str, int]:
    return {model.__name__: model.objects.visible_to(actor).count() for model in (Session, AgendaItem, Decision, Proposal)}


def test_a_member_whose_mandate_ended_opens_no_pack(centre, client):
    proposal = f.validated(centre)
    session = f.opened(centre, [proposal])
    item = f.item_of(session, proposal)
    decision = api.decide(actor=centre.secretary, item=item, outcome="granted")
    pages = [
        reverse("decisions:session", args=[session.uuid]),
        reverse("decisions:item", args=[session.uuid, item.uuid]),
        reverse("decisions:decision", args=[decision.uuid]),
        reverse("decisions:pack", args=[decision.uuid]),
    ]
    client.force_login(centre.account("anciaux"))
    before = [client.get(page).status_code for page in pages]
    assert before[:3] == [200, 200, 200]
    _end(centre, "anciaux")
    assert [client.get(page).status_code for page in pages] == [404] * 4
    assert set(_seen(centre.anciaux).values()) == {0}
    assert "Benali" not in client.get(reverse("decisions:sessions")).content.decode()
    # Who still sits reads on.
    client.force_login(centre.account("lejeune"))
    assert [client.get(page).status_code for page in pages] == before


def test_the_function_without_a_mandate_opens_nothing(centre, client):
    proposal = f.validated(centre)
    session = f.opened(centre, [proposal])
    Membership.objects.filter(account=centre.account("vervoort")).delete()
    assert set(_seen(centre.vervoort).values()) == {0}
    client.force_login(centre.account("vervoort"))
    item = f.item_of(session, proposal)
    assert client.get(reverse("decisions:item", args=[session.uuid, item.uuid])).status_code == 404


def test_a_president_whose_mandate_ended_keeps_the_calendar_and_no_case(centre):
    proposal = f.validated(centre)
    f.opened(centre, [proposal])
    assert _seen(centre.president) == {"Session": 1, "AgendaItem": 1, "Decision": 0, "Proposal": 1}
    _end(centre, "president")
    assert _seen(centre.president) == {"Session": 1, "AgendaItem": 0, "Decision": 0, "Proposal": 0}


def test_a_mandate_that_begins_again_opens_again(centre):
    f.opened(centre, [f.validated(centre)])
    _end(centre, "anciaux")
    api.add_member(
        actor=f.ROOT, committee=centre.committee, account_id=centre.account("anciaux").pk, label="L. A.", valid_from=clock.today()
    )
    assert _seen(centre.anciaux)["AgendaItem"] == 1


# Bodies and delegations -----------------------------------------------------------------------------------------------
def test_a_committee_is_set_up_on_its_page(centre, client):
    client.force_login(centre.account("administrator"))
    page = reverse("decisions:new_committee")
    asked = client.get(page).content.decode()
    key = asked.split('name="idempotency_key" value="')[1].split('"')[0]
    posted = {"name_fr": "Bureau permanent", "prefix": "bp", "quorum": "2", "idempotency_key": key}
    answer = client.post(page, posted)
    made = Committee.objects.get(prefix="BP")
    assert (answer.status_code, answer.headers["Location"]) == (303, reverse("decisions:committee", args=[made.uuid]))
    assert (made.key, made.name, made.quorum) == ("bp", {"fr": "Bureau permanent"}, 2)
    assert client.post(page, posted).headers["Location"] == answer.headers["Location"]
    assert Committee.objects.filter(prefix="BP").count() == 1
    assert "Bureau permanent" in client.get(reverse("decisions:committees")).content.decode()
    line = mutations.history(SubjectRef("committee", made.pk))[0]
    assert (line.verb, line.actor_label) == ("create", centre.administrator.label)


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"name": {"fr": " "}}, "name"), ({"prefix": ""}, "prefix"), ({"prefix": "1A"}, "prefix"), ({"prefix": "csss"}, "known"), ({"quorum": 0}, "quorum")],
)  # fmt: skip
def test_a_committee_that_cannot_be_is_refused(centre, changes, code):
    values = {"name": {"fr": "Bureau"}, "prefix": "BP", "quorum": 2} | changes
    with pytest.raises(CommitteeRefused) as refused:
        found_committee(actor=centre.administrator, **values)
    assert refused.value.code == code and Committee.objects.count() == 1


def _limit(centre, **changes: Any) -> DelegationLimit:
    values = {
        "decider": "president",
        "provision_kind": "test.once",
        "max_amount": D("200.00"),
        "valid_from": clock.today(),
        "source": "Conseil du 5 janvier 2026",
    }
    return delegate(actor=changes.pop("actor", centre.administrator), committee=centre.committee, **(values | changes))


def test_a_new_limit_ends_the_one_before_and_is_kept(centre):
    today = clock.today()
    first = _limit(centre, valid_from=today - timedelta(days=10))
    second = _limit(centre, max_amount=D("500.00"))
    first.refresh_from_db()
    assert (first.max_amount, first.valid_to) == (D("200.00"), today - timedelta(days=1))
    grant = f.once(f.make_line(centre), "300.00")
    check_delegation(centre.committee, "president", [grant])
    line = mutations.history(SubjectRef("committee", centre.committee.pk))[0]
    values = {value.field: value.new for value in line.values.all()}
    assert (line.verb, values["amount"], values["kind"]) == ("set_limit", "500.00", "test.once")
    end_limit(actor=centre.administrator, limit=second, last_day=today - timedelta(days=1))
    DelegationLimit.objects.filter(provision_kind="*", decider="president").update(max_amount=D("100.00"))
    with pytest.raises(AboveDelegation):
        check_delegation(centre.committee, "president", [grant])


def test_ending_the_limit_before_stands_in_the_journal_too(centre):
    today = clock.today()
    _limit(centre, valid_from=today - timedelta(days=10))
    _limit(centre, max_amount=D("500.00"))
    ended = [line for line in mutations.history(SubjectRef("committee", centre.committee.pk)) if line.verb == "limit.ended"]
    values = {value.field: (value.old, value.new) for value in ended[0].values.all()}
    assert len(ended) == 1 and values["last_day"][1] == (today - timedelta(days=1)).isoformat()
    assert values["kind"][1] == "test.once"


def test_a_limit_that_holds_on_no_day_is_in_nobodys_way(centre):
    """Entered by mistake for a later day and ended before it began: the council's next decision can be kept, for that day or an earlier one."""
    today = clock.today()
    mistake = _limit(centre, valid_from=today + timedelta(days=30))
    end_limit(actor=centre.administrator, limit=mistake, last_day=today + timedelta(days=29))
    earlier = _limit(centre, max_amount=D("300.00"))
    assert (earlier.valid_from, earlier.valid_to) == (today, None)
    later = _limit(centre, max_amount=D("400.00"), valid_from=today + timedelta(days=30))
    earlier.refresh_from_db()
    assert (later.max_amount, later.valid_to, earlier.valid_to) == (D("400.00"), None, today + timedelta(days=29))
    check_delegation(centre.committee, "president", [f.once(f.make_line(centre), "300.00")])


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"source": " "}, "source"), ({"max_amount": D("0")}, "amount"), ({"decider": "clerk"}, "decider"), ({"valid_from": date(2020, 1, 1)}, "later")],
)  # fmt: skip
def test_a_wrong_delegation_changes_nothing(centre, changes, code):
    _limit(centre)
    before = list(DelegationLimit.objects.order_by("pk").values_list("pk", "valid_to"))
    with pytest.raises(CommitteeRefused) as refused:
        _limit(centre, **({"valid_from": clock.today() + timedelta(days=5)} | changes))
    assert refused.value.code == code
    with pytest.raises(NotAllowed):
        _limit(centre, actor=centre.president, valid_from=clock.today() + timedelta(days=5))
    assert list(DelegationLimit.objects.order_by("pk").values_list("pk", "valid_to")) == before


def test_delegations_are_changed_on_their_pages(centre, client):
    client.force_login(centre.account("administrator"))
    settings = reverse("decisions:committee", args=[centre.committee.uuid])
    page = reverse("decisions:new_limit", args=[centre.committee.uuid])
    asked = client.get(page).content.decode()
    key = asked.split('name="idempotency_key" value="')[1].split('"')[0]
    posted = {
        "decider": "president", "provision_kind": "test.once", "max_amount": "250,00", "valid_from": clock.today().isoformat(),
        "source": "Conseil du 5 janvier 2026, point 7", "idempotency_key": key,
    }  # fmt: skip
    assert client.post(page, posted).status_code == 303
    limit = DelegationLimit.objects.get(provision_kind="test.once")
    assert limit.max_amount == D("250.00")
    shown = client.get(settings).content.decode()
    assert "250,00" in shown and "Aide ponctuelle" in shown and "point 7" in shown
    end = reverse("decisions:end_limit", args=[centre.committee.uuid, limit.pk])
    assert client.post(end, {"last_day": clock.today().isoformat()}).status_code == 303
    limit.refresh_from_db()
    assert limit.valid_to == clock.today()
    client.force_login(centre.account("president"))
    assert [client.get(one).status_code for one in (page, end, reverse("decisions:new_committee"))] == [404] * 3


def test_who_presides_and_sits_sees_each_case_once(centre: Any) -> None:
    """Two ways to the same row are one row."""
    f.decided(centre)
    president = centre.account("president")
    before = _seen(actor_for(president))
    grant_function(actor=f.ROOT, account=president, function="committee_member", valid_from=f.SINCE)
    both = actor_for(president)
    assert both.has("president") and both.has("committee_member")
    assert _seen(both) == before == {"Session": 1, "AgendaItem": 1, "Decision": 1, "Proposal": 1}


def test_a_president_without_a_mandate_reads_no_minutes(centre: Any) -> None:
    f.decided(centre)
    session = Session.unscoped.get()
    api.close_session(actor=centre.secretary, session=session)
    f.run_jobs()
    president = actor_for(centre.account("president"))
    assert Minutes.objects.visible_to(president).count() == 1
    _end(centre, "president")
    assert Minutes.objects.visible_to(actor_for(centre.account("president"))).count() == 0


def test_a_recusal_holds_for_who_acts_for_the_recused_member(centre: Any) -> None:
    """Neither the minutes nor the recording of the case come in through a proxy."""
    proposal = f.validated(centre)
    session = f.opened(centre, [proposal])
    item = f.item_of(session, proposal)
    member = centre.account("lejeune")
    api.declare_recusal(actor=centre.lejeune, item=item, account_id=member.pk, label="Bernard Lejeune")
    stand_in = replace(centre.secretary, on_behalf_of_id=member.pk, on_behalf_of_label="Bernard Lejeune")
    assert selectors.recused_proposals(stand_in) == {proposal.pk}
    before = Decision.unscoped.count()
    with pytest.raises(NotAllowed):
        api.decide(actor=stand_in, item=item, outcome="granted")
    assert Decision.unscoped.count() == before
