"""Competent agents: specialities and quotas are dated; the ranking adds up; absent and full ones are not proposed; the load moves at once."""

from __future__ import annotations

import datetime as dt
from datetime import timedelta

import pytest
from django.urls import reverse

from parvis.dossiers import api, services
from parvis.dossiers.agents.calculations import Candidate, Need, rank, share_out, why_not
from parvis.dossiers.agents.selectors import candidates, facts_of, loads_of, need_of, proposals
from parvis.dossiers.models import AgentFact, Dossier, Referent
from parvis.identity.api import add_agent_to_sector, create_sector, link_own_person
from parvis.journal.models import Entry
from parvis.kernel import clock
from parvis.kernel.actor import system_actor
from parvis.kernel.errors import NotAllowed
from parvis.kernel.models import MutationLine
from tests.contacts.factories import make_person
from tests.identity.factories import an_account

from .factories import fresh, make_dossier

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def note(centre, who: str, kind: str, **values) -> AgentFact:
    return services.note_agent_fact(actor=centre.actor("chief"), account=getattr(centre, who), kind=kind, **values)


# The points ------------------------------------------------------------------------------------------------------------
DEBTS_ARABIC = Need(speciality="debts", language="ar", sectors=frozenset({7}), known=frozenset({3}))


def test_the_points_add_up_reason_by_reason() -> None:
    half = Candidate(1, "Half", {"debts": 50}, {}, frozenset({"fr", "ar"}), frozenset({7}), quota=30, load=12)
    whole = Candidate(2, "Whole", {"debts": 100}, {}, frozenset({"fr"}), frozenset(), quota=30, load=12)
    knows = Candidate(3, "Knows", {}, {}, frozenset({"ar"}), frozenset(), quota=None, load=0)
    rows = rank(DEBTS_ARABIC, [whole, knows, half])
    assert [(row.agent.name, row.score, row.most) for row in rows] == [("Half", 64, 100), ("Whole", 49, 100), ("Knows", 35, 100)]
    assert [(mark.key, mark.points, mark.most) for mark in rows[0].marks] == [
        ("speciality", 20, 40),
        ("language", 25, 25),
        ("sector", 10, 10),
        ("room", 9, 15),
        ("known", 0, 10),
    ]


def test_what_is_not_asked_brings_no_points() -> None:
    row = rank(Need(), [Candidate(1, "A", {"debts": 100}, quota=4, load=1)])[0]
    assert [(mark.key, mark.points, mark.most) for mark in row.marks] == [("room", 11, 15)]


def test_equal_points_go_to_who_has_fewer_files_then_by_name() -> None:
    rows = rank(
        Need(), [Candidate(3, "Zoé", load=2), Candidate(2, "bob", load=1), Candidate(1, "Alice", load=1), Candidate(4, "alice", load=1)]
    )
    assert [row.agent.id for row in rows] == [1, 4, 2, 3]


@pytest.mark.parametrize(
    ("agent", "why"),
    [
        (Candidate(1, "A", away=True), ("away",)),
        (Candidate(1, "A", quota=3, load=3), ("full",)),
        (Candidate(1, "A", quota=3, load=2), ()),
        (Candidate(1, "A", {"debts": 50}, {"debts": 2}, loads={"debts": 2}), ("full_speciality",)),
        (Candidate(1, "A", {"ris": 100}), ("other_speciality",)),
        (Candidate(1, "A", quota=0, load=0, away=True), ("away", "full")),
        (Candidate(1, "A", going=True), ("going",)),
        (Candidate(1, "A", leads=True), ("leads",)),
    ],
)
def test_who_is_not_proposed_and_why(agent: Candidate, why: tuple[str, ...]) -> None:
    assert why_not(Need(speciality="debts"), agent) == why


def test_a_reserved_sector_is_for_its_agents() -> None:
    need = Need(sectors=frozenset({7}), barred=frozenset({7}))
    assert why_not(need, Candidate(1, "A")) == ("reserved",)
    assert why_not(need, Candidate(1, "A", sectors=frozenset({7}))) == ()


def test_files_are_shared_evenly_by_quota_and_a_choice_holds() -> None:
    agents = [Candidate(1, "A", quota=10, load=4), Candidate(2, "B", quota=20, load=8), Candidate(3, "C", quota=5, load=0, away=True)]
    given, after = share_out([(number, Need()) for number in range(6)], agents, {0: 3})
    assert given[0] == 3
    assert sorted(given[number] for number in range(1, 6)) == [1, 1, 2, 2, 2]
    assert [(one.id, one.load) for one in after] == [(1, 6), (2, 11), (3, 1)]


def test_nobody_free_leaves_the_file_without_successor() -> None:
    given, _after = share_out([(1, Need()), (2, Need())], [Candidate(1, "A", quota=5, load=4)])
    assert given == {1: 1, 2: None}


# The profile (A49) -----------------------------------------------------------------------------------------------------
def test_specialities_with_share_and_quota_are_dated_and_journaled(centre) -> None:
    today = clock.today()
    past = today - timedelta(days=30)
    note(centre, "worker", "speciality", code="debts", share=50, quota=10, valid_from=past)
    note(centre, "worker", "speciality", code="ris", share=100, valid_from=past)
    note(centre, "worker", "quota", quota=40, valid_from=past)
    note(centre, "worker", "speciality", code="debts", share=80, quota=12, valid_from=today)

    def held(day: dt.date) -> list[tuple]:
        return [(row.kind, row.code, row.share, row.quota) for row in facts_of([centre.worker.pk], day)[centre.worker.pk]]

    assert held(past) == [("quota", "", None, 40), ("speciality", "debts", 50, 10), ("speciality", "ris", 100, None)]
    assert held(today) == [("quota", "", None, 40), ("speciality", "debts", 80, 12), ("speciality", "ris", 100, None)]
    assert MutationLine.objects.filter(verb="dossiers.agent").count() == 4
    row = AgentFact.unscoped.get(live=1, code="ris")
    services.end_agent_fact(actor=centre.actor("chief"), row=row, on=today)
    assert [one[1] for one in held(today)] == ["", "debts"]
    assert [one[1] for one in held(past)] == ["", "debts", "ris"]


@pytest.mark.parametrize(
    "values", [{"code": "debts", "share": 0}, {"code": "debts", "share": 101}, {"code": "x", "share": 50}, {"code": "ris"}]
)
def test_a_speciality_needs_a_share_and_a_name_of_the_list(centre, values) -> None:
    with pytest.raises(api.InvalidDossier):
        note(centre, "worker", "speciality", **values)
    assert not AgentFact.unscoped.exists()


@pytest.mark.parametrize("who", ["worker", "clerk", "auditor"])
def test_only_the_head_and_administrators_change_a_profile(centre, who: str) -> None:
    with pytest.raises(NotAllowed):
        services.note_agent_fact(actor=centre.actor(who), account=centre.worker, kind="quota", quota=5)
    with pytest.raises(NotAllowed):
        services.note_agent_fact(actor=centre.actor("chief"), account=centre.stranger, kind="quota", quota=5)
    assert not AgentFact.unscoped.exists()
    services.note_agent_fact(actor=centre.actor("administrator"), account=centre.stranger, kind="quota", quota=5)
    assert AgentFact.unscoped.count() == 1


# The proposal (A50, A51) -----------------------------------------------------------------------------------------------
@pytest.fixture
def trained(centre):
    """The worker knows debts by half and speaks no Arabic; the colleague does both, a third is away."""
    note(centre, "worker", "speciality", code="debts", share=50)
    note(centre, "worker", "quota", quota=10)
    note(centre, "colleague", "speciality", code="debts", share=100)
    note(centre, "colleague", "language", code="ar")
    note(centre, "colleague", "quota", quota=2)
    centre.third = an_account("social_worker", unit=centre.north, name="Tom Weber")
    note(centre, "third", "leave", valid_to=clock.today() + timedelta(days=5))
    return centre


def proposed(dossier: Dossier, **more) -> list[tuple[str, int, tuple[str, ...]]]:
    need = need_of(dossier, "debts", "ar", **more)
    return [(row.agent.name, row.score, row.why_not) for row in proposals(fresh(dossier), need)[0]]


def test_ranked_agents_with_score_for_debts_in_arabic(trained, dossier) -> None:
    assert proposed(dossier) == [
        ("Sami Aerts", 40 + 25 + 15, ()),
        ("Amélie Lambrecht", 20 + 14 + 10, ()),
        ("Karim Benali", 0, ("leads",)),
        ("Tom Weber", 0, ("away",)),
    ]


def test_the_load_moves_at_once_and_a_full_agent_is_not_proposed_any_more(trained, dossier) -> None:
    chief = trained.actor("chief")
    second = make_dossier(trained, make_person("Amari", "Leïla", "1990-01-01"))
    for one in (dossier, second):
        before = loads_of([trained.colleague.pk])[trained.colleague.pk][0]
        services.choose_referent(actor=chief, dossier=fresh(one), account=trained.colleague, role="main", speciality="debts", language="ar")
        assert loads_of([trained.colleague.pk])[trained.colleague.pk] == (before + 1, {"debts": before + 1})
    third = make_dossier(trained, make_person("Haddad", "Nour", "1991-01-01"))
    assert ("Sami Aerts", 65, ("full",)) in proposed(third)
    assert proposed(third)[0][0] == "Amélie Lambrecht"


def test_an_agent_is_back_the_day_after_the_absence(trained, dossier) -> None:
    back = clock.today() + timedelta(days=5)
    rows = {row.name: row.away for row in candidates([trained.third], back)}
    assert rows == {"Tom Weber": False}
    assert {row.name: row.away for row in candidates([trained.third], back - timedelta(days=1))} == {"Tom Weber": True}


def test_the_head_overrules_with_a_note_that_the_journal_keeps(trained, dossier) -> None:
    clerk, chief = trained.actor("clerk"), trained.actor("chief")
    wanted = {"account": trained.third, "role": "main", "speciality": "debts", "language": "ar"}
    with pytest.raises(api.InvalidDossier) as refused:
        services.choose_referent(actor=clerk, dossier=fresh(dossier), note="Il revient demain", **wanted)
    assert refused.value.code == "not_proposed"
    with pytest.raises(api.InvalidDossier) as silent:
        services.choose_referent(actor=chief, dossier=fresh(dossier), note="  ", **wanted)
    assert silent.value.field == "note"
    assert api.referent_of(dossier.pk) == trained.worker.pk
    assert not MutationLine.objects.filter(verb="dossier.proposal").exists()
    services.choose_referent(actor=chief, dossier=fresh(dossier), note="Il revient demain et connaît la famille", **wanted)
    assert api.referent_of(dossier.pk) == trained.third.pk
    assert MutationLine.objects.get(verb="dossier.proposal").stream == f"dossier:{dossier.pk}"
    step = Entry.unscoped.filter(dossier=dossier, text__contains="connaît la famille").get()
    assert step.message["values"]["name"] == "Tom Weber"


def test_an_agent_of_the_household_is_never_proposed_nor_given_the_file(trained, dossier) -> None:
    link_own_person(actor=trained.actor("auditor"), account=trained.colleague, person_id=dossier.lead_id)
    assert {name: whys for name, _score, whys in proposed(dossier)}["Sami Aerts"] == ("own",)
    before = list(Referent.unscoped.order_by("pk").values_list("pk", "account", "live"))
    for call in (services.assign_referent, services.choose_referent):
        with pytest.raises(api.InvalidDossier) as refused:
            more = {"note": "Il connaît la famille"} if call is services.choose_referent else {}
            call(actor=trained.actor("chief"), dossier=fresh(dossier), account=trained.colleague, role="main", **more)
        assert refused.value.code == "own"
    assert list(Referent.unscoped.order_by("pk").values_list("pk", "account", "live")) == before


def test_a_proposed_agent_needs_no_word_and_nothing_but_the_change_is_told(trained, dossier) -> None:
    services.choose_referent(
        actor=trained.actor("clerk"), dossier=fresh(dossier), account=trained.colleague, role="main", speciality="debts", language="ar"
    )
    row = Referent.unscoped.get(dossier=dossier, live=1, valid_to__gt=clock.today())
    assert (row.account, row.speciality) == (trained.colleague, "debts")
    assert not Entry.unscoped.filter(dossier=dossier, message__text="%(name)s was chosen against the proposal of agents").exists()


def test_a_sector_of_the_file_counts_and_a_reserved_one_bars(trained, dossier) -> None:
    from parvis.dossiers.services.grants import set_sectors

    system = system_actor("tests")
    sector = create_sector(actor=system, code="ASYL", name="Asile", reserved=True)
    set_sectors(actor=trained.actor("chief"), dossier=fresh(dossier), sectors=[sector])
    assert [row[0] for row in proposed(dossier) if not row[2]] == []
    add_agent_to_sector(actor=system, account=trained.colleague, sector=sector)
    assert proposed(dossier)[0] == ("Sami Aerts", 90, ())


def test_language_comes_from_the_applicant_unless_said(trained, dossier) -> None:
    assert need_of(dossier).language == "fr"
    assert need_of(dossier, language="ar").language == "ar"
    assert need_of(dossier, "nonsense").speciality == ""


# The pages -------------------------------------------------------------------------------------------------------------
def test_the_head_writes_a_profile_and_the_agent_reads_the_own_one(client, centre) -> None:
    url = reverse("dossiers:agent", args=[centre.worker.uuid])
    sent = {"kind": "speciality", "speciality-code": "debts", "speciality-share": "50", "speciality-quota": "12"}
    sent["speciality-valid_from"] = clock.today().isoformat()
    client.force_login(centre.chief)
    assert client.post(url, sent | {"speciality-share": "500"}).status_code == 422
    assert client.post(url, {"kind": "leave", "leave-valid_from": clock.today().isoformat()}).status_code == 422
    assert not AgentFact.unscoped.exists()
    assert client.post(url, sent).status_code == 303
    row = AgentFact.unscoped.get()
    assert (row.kind, row.code, row.share, row.quota) == ("speciality", "debts", 50, 12)
    assert "Dettes 50 %, 12 dossiers au plus" in client.get(reverse("dossiers:agents")).content.decode()
    client.force_login(centre.worker)
    assert client.get(reverse("dossiers:agent_own"))["Location"] == url
    own = client.get(url).content.decode()
    assert "Dettes 50 %, 12 dossiers au plus" in own
    assert "Ajouter ou modifier" not in own
    assert client.post(url, sent).status_code == 404
    assert client.get(reverse("dossiers:agents")).status_code == 404
    client.force_login(centre.colleague)
    assert client.get(url).status_code == 404
    client.force_login(centre.chief)
    ended = client.post(
        reverse("dossiers:agent_end", args=[centre.worker.uuid, row.pk]), {"last_day": (clock.today() - timedelta(days=1)).isoformat()}
    )
    assert ended.status_code == 303
    assert not AgentFact.unscoped.filter(live=1).exists()
    assert AgentFact.unscoped.count() == 1


def test_the_page_of_the_referent_explains_and_lets_only_the_head_overrule(client, trained, dossier) -> None:
    url = reverse("dossiers:referent", args=[dossier.uuid]) + "?about=debts&language=ar"
    client.force_login(trained.clerk)
    page = client.get(url)
    text = page.content.decode()
    assert [(one.agent.name, one.place, one.ranked.score) for one in page.context["proposals"]][:2] == [
        ("Sami Aerts", 1, 80),
        ("Amélie Lambrecht", 2, 44),
    ]
    for said in ("Dettes 100 %", "parle : arabe", "ne parle pas : arabe", "80 sur 90", "absent ce jour-là", "C’est une aide"):
        assert said in text
    sent = {"account": str(trained.third.pk), "role": "main", "valid_from": clock.today().isoformat(), "note": "Elle revient"}
    assert client.post(url, sent).status_code == 422
    assert api.referent_of(dossier.pk) == trained.worker.pk
    assert client.post(url, sent | {"account": str(trained.colleague.pk)}).status_code == 303
    assert api.referent_of(dossier.pk) == trained.colleague.pk


def test_two_heads_who_name_another_referent_read_both_names(client, trained, dossier) -> None:
    client.force_login(trained.chief)
    url = reverse("dossiers:referent", args=[dossier.uuid]) + "?about=debts&language=ar"
    seen = fresh(dossier).version
    api.assign_referent(actor=trained.actor("chief"), dossier=fresh(dossier), account=trained.colleague)
    sent = {
        "account": str(trained.worker.pk),
        "role": "main",
        "valid_from": clock.today().isoformat(),
        "version": seen,
        "note": "Elle connaît",
    }
    answer = client.post(url, sent)
    text = answer.content.decode()
    assert answer.status_code == 409 and api.referent_of(dossier.pk) == trained.colleague.pk
    for account in (trained.worker, trained.colleague):
        assert f'value="{account.pk}"' in text and f"<span>{account.display_name}</span>" in text


def test_the_load_of_the_list_page_changes_with_the_assignment(client, trained, dossier) -> None:
    client.force_login(trained.chief)
    url = reverse("dossiers:agent", args=[trained.colleague.uuid])
    assert (client.get(url).context["load"], client.get(url).context["free"]) == (0, 2)
    api.assign_referent(actor=trained.actor("chief"), dossier=fresh(dossier), account=trained.colleague)
    assert (client.get(url).context["load"], client.get(url).context["free"]) == (1, 1)
