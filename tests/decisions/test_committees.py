"""Committees and their dated mandates, kept by the administrator; every change stands in the journal (D13)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from parvis.decisions.api import set_presence
from parvis.decisions.models import Membership, Presence
from parvis.decisions.services.committees import CommitteeRefused, change_committee, end_mandate, members_on, open_mandate
from parvis.identity.models import Account
from parvis.kernel import clock, mutations
from parvis.kernel.errors import NotAllowed
from parvis.kernel.models import MutationLine
from parvis.kernel.subject import SubjectRef
from tests.identity.factories import an_account

from .factories import VOTERS, make_centre, make_session, validated

pytestmark = pytest.mark.django_db


@pytest.fixture
def centre() -> Any:
    return make_centre()


def journal(centre: Any) -> list[tuple[str, dict[str, list[Any]]]]:
    return [
        (line.verb, {value.field: [value.old, value.new] for value in line.values.all()})
        for line in mutations.history(SubjectRef("committee", centre.committee.pk))
    ]


@pytest.mark.db
def test_a_mandate_begins_and_ends_on_its_days(centre: Any) -> None:
    root, today = centre.administrator, clock.today()
    account = an_account("committee_member", name="Zoé Lambert")
    made = open_mandate(
        actor=root,
        committee=centre.committee,
        account=account,
        role="member",
        valid_from=today + timedelta(days=2),
        last_day=today + timedelta(days=9),
    )
    held = {day: made in members_on(centre.committee, today + timedelta(days=day)) for day in (1, 2, 9, 10)}
    assert held == {1: False, 2: True, 9: True, 10: False}
    end_mandate(actor=root, mandate=made, last_day=today + timedelta(days=4))
    assert made not in members_on(centre.committee, today + timedelta(days=5))
    verbs = journal(centre)
    assert verbs[0] == (
        "mandate.ended",
        {"member": [None, "Zoé Lambert"], "last_day": [(today + timedelta(days=9)).isoformat(), (today + timedelta(days=4)).isoformat()]},
    )
    assert verbs[1][0] == "mandate.opened" and verbs[1][1]["voting"] == [None, True]


def test_what_cannot_be_is_refused_and_nothing_changes(centre: Any) -> None:
    root, today = centre.administrator, clock.today()
    other = an_account("president", name="Autre Présidente")
    rows, lines = list(Membership.objects.values_list("pk", "valid_to")), MutationLine.objects.count()
    member = Membership.objects.get(committee=centre.committee, account=centre.account("anciaux"))
    refused: list[tuple[Any, str]] = [
        (lambda: open_mandate(actor=root, committee=centre.committee, account=member.account, role="member", valid_from=today), "sits"),
        (lambda: open_mandate(actor=root, committee=centre.committee, account=other, role="president", valid_from=today), "president"),
        (
            lambda: open_mandate(
                actor=root, committee=centre.committee, account=other, role="member", valid_from=today, last_day=today - timedelta(days=1)
            ),
            "period",
        ),
        (lambda: end_mandate(actor=root, mandate=member, last_day=member.valid_from - timedelta(days=2)), "period"),
        (lambda: change_committee(actor=root, committee=centre.committee, name={"fr": "Comité"}, quorum=0), "quorum"),
        (lambda: change_committee(actor=root, committee=centre.committee, name={"fr": " "}, quorum=3), "name"),
    ]
    for gesture, code in refused:
        with pytest.raises(CommitteeRefused) as refusal:
            gesture()
        assert refusal.value.code == code
    for who in ("secretary", "president", "chief"):
        with pytest.raises(NotAllowed):
            change_committee(actor=getattr(centre, who), committee=centre.committee, name={"fr": "X"}, quorum=1)
    assert list(Membership.objects.values_list("pk", "valid_to")) == rows
    assert MutationLine.objects.count() == lines


def test_another_president_after_the_first_one(centre: Any) -> None:
    root, today = centre.administrator, clock.today()
    first = Membership.objects.get(committee=centre.committee, role="president")
    end_mandate(actor=root, mandate=first, last_day=today)
    other = an_account("president", name="Nouvelle Présidente")
    made = open_mandate(actor=root, committee=centre.committee, account=other, role="president", valid_from=today + timedelta(days=1))
    with pytest.raises(CommitteeRefused):
        end_mandate(actor=root, mandate=first, last_day=made.valid_from)
    assert [m.label for m in members_on(centre.committee, made.valid_from) if m.role == "president"] == ["Nouvelle Présidente"]


def test_a_session_planned_before_keeps_its_quorum(centre: Any) -> None:
    session = make_session(centre)
    changed = change_committee(actor=centre.administrator, committee=centre.committee, name={"fr": "Comité spécial"}, quorum=2)
    session.refresh_from_db()
    assert (session.quorum, changed.quorum) == (3, 2)
    assert journal(centre)[0][1]["quorum"] == [3, 2]


def test_an_alternate_sits_only_in_the_place_of_somebody(centre: Any) -> None:
    from parvis.decisions.api import freeze_session, schedule_proposal

    alternate = an_account("committee_member", name="Rita Suppléante")
    open_mandate(actor=centre.administrator, committee=centre.committee, account=alternate, role="alternate", valid_from=date(2020, 1, 1))
    session = make_session(centre)
    schedule_proposal(actor=centre.secretary, session=session, proposal=validated(centre))
    session = freeze_session(actor=centre.secretary, session=session)
    everybody = [centre.account(name).pk for name in VOTERS]
    with pytest.raises(CommitteeRefused) as refusal:
        set_presence(actor=centre.secretary, session=session, account_ids=[*everybody, alternate.pk])
    assert refusal.value.code == "alternate" and "Rita Suppléante" in str(refusal.value)
    assert not Presence.objects.filter(session=session, state="present").exists()
    set_presence(actor=centre.secretary, session=session, account_ids=[*everybody[1:], alternate.pk])
    assert Presence.objects.filter(session=session, state="present", voting=True).count() == 4


def test_the_administrator_keeps_the_committee_by_plain_forms(client: Any, centre: Any) -> None:
    client.force_login(centre.account("administrator"))
    assert reverse("decisions:committees") in client.get("/admin/").content.decode()
    page = reverse("decisions:committee", args=[centre.committee.uuid])
    assert "Luc Anciaux" in client.get(reverse("decisions:committees")).content.decode()
    account = an_account("committee_member", name="Zoé Lambert")
    new = reverse("decisions:new_mandate", args=[centre.committee.uuid])
    answer = client.post(
        new, {"account": account.pk, "role": "alternate", "valid_from": "2026-01-01", "last_day": "", "idempotency_key": "a" * 32}
    )
    assert answer.status_code == 303
    text = client.get(page).content.decode()
    assert "Zoé Lambert" in text and "Suppléant" in text
    member = Membership.objects.get(account=account)
    end = reverse("decisions:end_mandate", args=[centre.committee.uuid, member.pk])
    assert client.post(end, {"last_day": "2019-01-01"}).status_code == 422
    assert client.post(end, {"last_day": "2026-01-31"}).status_code == 303
    member.refresh_from_db()
    assert member.valid_to == date(2026, 1, 31)
    kept = {"name_fr": "Comité spécial", "name_nl": "", "name_de": "", "name_en": "", "quorum": "2"}
    assert client.post(page, kept).status_code == 303
    centre.committee.refresh_from_db()
    assert (centre.committee.name, centre.committee.quorum) == ({"fr": "Comité spécial"}, 2)


@pytest.mark.parametrize("rows", [1, 12])
def test_the_page_of_a_committee_asks_the_same_number_of_queries(
    client: Any, centre: Any, django_assert_max_num_queries: Any, rows: int
) -> None:
    for number in range(rows):
        account = an_account("committee_member", name=f"Membre {number}")
        open_mandate(actor=centre.administrator, committee=centre.committee, account=account, role="member", valid_from=date(2026, 1, 1))
    client.force_login(Account.objects.get(pk=centre.account("administrator").pk))
    for url in (reverse("decisions:committees"), reverse("decisions:committee", args=[centre.committee.uuid])):
        client.get(url)
        with django_assert_max_num_queries(20):
            assert client.get(url).status_code == 200
