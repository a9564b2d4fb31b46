"""How long, who holds back, what stands against: nothing is destroyed by one person, too soon, or while something is open."""

from __future__ import annotations

import datetime as dt

import pytest

from parvis.dossiers import api, services
from parvis.dossiers.errors import CannotBeDestroyed, InvalidDossier
from parvis.dossiers.models import DestructionLine, DestructionList, Dossier, LegalHold, RetentionRule
from parvis.identity.models import Sector
from parvis.kernel import clock, jobs
from parvis.kernel.actor import system_actor
from parvis.kernel.errors import NotAllowed
from parvis.kernel.models import ErasureWarrant, MutationLine
from tests.identity.factories import an_account, as_actor

from .factories import fresh, make_centre, make_dossier

pytestmark = [pytest.mark.db, pytest.mark.django_db]
ROOT = system_actor("test")
SINCE = dt.date(2020, 1, 1)


def at(year: int, month: int = 6, day: int = 15):
    return clock.travel(dt.datetime(year, month, day, 10, tzinfo=dt.UTC))


@pytest.fixture
def centre():
    return make_centre()


def rule(years: int, **more) -> RetentionRule:
    return services.publish_rule(actor=ROOT, years=years, source="Liste de tri", valid_from=more.pop("valid_from", SINCE), **more)


def closed(centre, year: int = 2030, code: str = "moved") -> Dossier:
    """A dossier that is closed on 15 June of the year."""
    with at(year):
        dossier = make_dossier(centre)
        api.close_dossier(actor=centre.actor("worker"), dossier=fresh(dossier), code=code, reason="")
    return fresh(dossier)


def nothing_happened(dossier: Dossier) -> None:
    assert fresh(dossier).destroyed_on is None
    assert not ErasureWarrant.objects.exists()
    assert not MutationLine.objects.filter(verb="erasure.done").exists()


# The rules -----------------------------------------------------------------------------------------------------------------
def test_the_narrowest_rule_in_force_counts_and_of_two_sectors_the_longer(centre) -> None:
    youth, asylum = (Sector.objects.create(code=code, name={"fr": code}) for code in ("youth", "asylum"))
    general, refused = rule(10), rule(5, close_code="refused")
    young, refugee = rule(30, sector=youth), rule(40, sector=asylum)
    both = rule(3, sector=youth, close_code="refused")
    later = rule(12, valid_from=dt.date(2035, 1, 1))
    found = services.schedule(dt.date(2030, 1, 1))
    assert found.rule_for("moved", set()) == general
    assert found.rule_for("refused", set()) == refused
    assert found.rule_for("moved", {youth.pk}) == young
    assert found.rule_for("moved", {youth.pk, asylum.pk}) == refugee
    assert found.rule_for("refused", {youth.pk}) == both
    assert services.schedule(dt.date(2035, 1, 1)).rule_for("moved", set()) == later


def test_a_correction_of_the_same_day_supersedes_and_both_versions_stay() -> None:
    first, second = rule(10), rule(15)
    assert services.schedule(dt.date(2030, 1, 1)).rules == (second,)
    assert RetentionRule.objects.get(pk=first.pk).live is None
    assert [second.number - first.number, MutationLine.objects.filter(verb="retention.publish").count()] == [1, 2]


def test_only_an_administrator_publishes_and_a_source_is_needed(centre) -> None:
    for who in ("auditor", "chief", "worker"):
        with pytest.raises(NotAllowed):
            services.publish_rule(actor=centre.actor(who), years=10, source="x", valid_from=SINCE)
    for given in ({"source": " "}, {"years": 0}, {"close_code": "nonsense"}):
        with pytest.raises(InvalidDossier):
            services.publish_rule(**({"actor": centre.actor("administrator"), "years": 10, "source": "x", "valid_from": SINCE} | given))
    assert not RetentionRule.objects.exists()


def test_due_on_the_day_and_not_the_day_before_and_as_each_rule_says(centre) -> None:
    rule(10)
    rule(5, close_code="refused")
    long, short = closed(centre), closed(centre, code="refused")
    for year, day, due in ((2035, 14, []), (2035, 15, [short]), (2040, 14, [short]), (2040, 15, [long, short])):
        with at(year, 6, day):
            rows = list(services.due_dossiers())
            assert sorted(row.number for row in rows) == sorted(row.number for row in due), (year, day)
            assert all(services.kept(row).rule.pk == row.rule for row in rows)
    with at(2035):
        assert services.kept(long).until == dt.date(2040, 6, 15)
        assert not services.kept(long).due
        assert services.kept(short).due


def test_an_open_dossier_is_never_due(centre) -> None:
    rule(1)
    with at(2030):
        dossier = make_dossier(centre)
    with at(2060):
        assert list(services.due_dossiers()) == []
        assert services.kept(fresh(dossier)).until is None


# Holds ---------------------------------------------------------------------------------------------------------------------
def test_a_held_dossier_is_never_due_until_every_hold_ended(centre) -> None:
    rule(10)
    dossier = closed(centre)
    with at(2040):
        one = services.place_hold(actor=centre.actor("chief"), dossier=dossier, reason="Procès", review_on=dt.date(2041, 1, 1))
        two = services.place_hold(actor=centre.actor("auditor"), dossier=dossier, reason="Enquête", review_on=dt.date(2042, 1, 1))
        assert list(services.due_dossiers()) == []
        with pytest.raises(CannotBeDestroyed) as refused:
            services.propose_list(actor=centre.actor("auditor"), dossiers=[dossier])
        assert [str(found.title) for found in refused.value.found[0][1]] == ["Retenu : Procès", "Retenu : Enquête"]
        assert not DestructionList.objects.exists()
        services.end_hold(actor=centre.actor("lawyer"), hold=one, reason="Jugé")
        assert list(services.due_dossiers()) == []
        services.end_hold(actor=centre.actor("chief"), hold=two, reason="Classée")
        assert [row.pk for row in services.due_dossiers()] == [dossier.pk]
    verbs = list(
        MutationLine.objects.filter(stream=f"dossier:{dossier.pk}", verb__startswith="dossier.hold").values_list("verb", flat=True)
    )
    assert verbs == ["dossier.hold", "dossier.hold", "dossier.hold.end", "dossier.hold.end"]


def test_a_hold_needs_a_reason_a_day_to_come_and_a_right(centre) -> None:
    dossier = closed(centre)
    with at(2040):
        soon = dt.date(2041, 1, 1)
        for who, reason, review in (("chief", " ", soon), ("chief", "x", dt.date(2040, 6, 15))):
            with pytest.raises(InvalidDossier):
                services.place_hold(actor=centre.actor(who), dossier=dossier, reason=reason, review_on=review)
        for who in ("worker", "administrator", "clerk"):
            with pytest.raises(NotAllowed):
                services.place_hold(actor=centre.actor(who), dossier=dossier, reason="x", review_on=soon)
        assert not LegalHold.unscoped.exists()
        hold = services.place_hold(actor=centre.actor("chief"), dossier=dossier, reason="x", review_on=soon)
        with pytest.raises(InvalidDossier):
            services.end_hold(actor=centre.actor("chief"), hold=hold, reason=" ")
        services.end_hold(actor=centre.actor("chief"), hold=hold, reason="fini")
        with pytest.raises(InvalidDossier):
            services.end_hold(actor=centre.actor("chief"), hold=hold, reason="fini")
        assert services.holds_to_review(dt.date(2050, 1, 1)) == []


# Lists ---------------------------------------------------------------------------------------------------------------------
@pytest.fixture
def second():
    return as_actor(an_account("administrator", name="Marie Lejeune"))


@pytest.fixture
def due(centre) -> Dossier:
    rule(10)
    return closed(centre)


def test_a_list_says_why_and_from_when_and_takes_a_dossier_once(centre, due) -> None:
    with at(2041):
        found = services.propose_list(actor=centre.actor("auditor"), dossiers=[due])
        line = found.lines.get()
        assert (found.number, line.number, line.closed_on, line.due_from) == (
            "D 2041/0001",
            due.number,
            dt.date(2030, 6, 15),
            dt.date(2040, 6, 15),
        )
        assert line.why == "10 ans après la clôture. Liste de tri · à confirmer par les Archives de l’État"
        assert list(services.due_dossiers()) == []
        with pytest.raises(InvalidDossier):
            services.propose_list(actor=centre.actor("administrator"), dossiers=[due])
        with pytest.raises(InvalidDossier):
            services.propose_list(actor=centre.actor("auditor"), dossiers=[])
    assert DestructionList.objects.count() == 1


def test_the_person_who_proposed_never_approves_and_a_proxy_does_neither(centre, due, second) -> None:
    from dataclasses import replace

    auditor = centre.actor("auditor")
    with at(2041):
        found = services.propose_list(actor=auditor, dossiers=[due])
        for who in (auditor, replace(second, on_behalf_of_id=auditor.account_id), centre.actor("chief"), centre.actor("worker")):
            with pytest.raises(NotAllowed):
                services.approve_list(actor=who, chosen=found, permission="AGR 2041/7")
        with pytest.raises(InvalidDossier):
            services.approve_list(actor=second, chosen=found, permission=" ")
    assert DestructionList.objects.get().state == "proposed"
    assert not jobs.run_pending(kinds={"dossiers.destroy"})
    nothing_happened(due)


def test_the_database_refuses_one_person_for_both(centre, due) -> None:
    from django.db import IntegrityError, transaction

    with at(2041):
        found = services.propose_list(actor=centre.actor("auditor"), dossiers=[due])
        with pytest.raises(IntegrityError), transaction.atomic():
            DestructionList.objects.filter(pk=found.pk).update(
                state="approved", permission="x", approved_at=clock.now(), approved_by_id=found.proposed_by_id
            )


def test_a_line_taken_off_is_kept_with_its_reason_and_is_due_again(centre, due, second) -> None:
    with at(2041):
        found = services.propose_list(actor=centre.actor("auditor"), dossiers=[due])
        with pytest.raises(InvalidDossier):
            services.remove_line(actor=second, line=found.lines.get(), reason=" ")
        services.remove_line(actor=second, line=found.lines.get(), reason="Intérêt historique")
        assert [row.pk for row in services.due_dossiers()] == [due.pk]
        with pytest.raises(InvalidDossier):
            services.approve_list(actor=second, chosen=found, permission="AGR 2041/7")
        services.withdraw_list(actor=second, chosen=found, reason="Plus rien dessus")
        with pytest.raises(InvalidDossier):
            services.withdraw_list(actor=second, chosen=found, reason="encore")
    line = DestructionLine.objects.get()
    assert (line.state, line.live, line.removed_reason) == ("removed", None, "Intérêt historique")
    assert DestructionList.objects.get().state == "withdrawn"
    nothing_happened(due)


def test_a_list_given_up_frees_its_dossiers(centre, due) -> None:
    with at(2041):
        found = services.propose_list(actor=centre.actor("auditor"), dossiers=[due])
        services.withdraw_list(actor=centre.actor("auditor"), chosen=found, reason="Trop tôt")
        assert [row.pk for row in services.due_dossiers()] == [due.pk]
    nothing_happened(due)


def test_a_hold_that_comes_before_the_approval_stops_it(centre, due, second) -> None:
    with at(2041):
        found = services.propose_list(actor=centre.actor("auditor"), dossiers=[due])
        services.place_hold(actor=centre.actor("chief"), dossier=fresh(due), reason="Procès", review_on=dt.date(2042, 1, 1))
        with pytest.raises(CannotBeDestroyed):
            services.approve_list(actor=second, chosen=found, permission="AGR 2041/7")
    assert DestructionList.objects.get().state == "proposed"
    nothing_happened(due)


def test_a_hold_or_an_opening_after_the_approval_keeps_the_dossier_and_the_line_says_so(centre, due, second) -> None:
    other = closed(centre)
    with at(2041):
        found = services.propose_list(actor=centre.actor("auditor"), dossiers=[due, other])
        services.approve_list(actor=second, chosen=found, permission="AGR 2041/7")
        services.place_hold(actor=centre.actor("chief"), dossier=fresh(due), reason="Procès", review_on=dt.date(2042, 1, 1))
        api.reopen_dossier(actor=centre.actor("worker"), dossier=fresh(other), reason="Revient")
        jobs.run_pending(raise_errors=True)
    assert [(line.state, line.problem) for line in found.lines.all()] == [
        ("refused", "Retenu, à revoir le 01/01/2042"),
        ("refused", "Le dossier est ouvert."),
    ]
    nothing_happened(due)
    nothing_happened(other)
    assert DestructionList.objects.get().state == "done"


def test_a_rule_that_changed_after_the_proposal_or_the_approval_is_not_applied(centre, due, second) -> None:
    other = closed(centre)
    with at(2041):
        one = services.propose_list(actor=centre.actor("auditor"), dossiers=[due])
        services.approve_list(actor=second, chosen=one, permission="AGR 2041/7")
        two = services.propose_list(actor=centre.actor("auditor"), dossiers=[other])
        rule(8, keep_reads=False, valid_from=dt.date(2040, 1, 1))
        with pytest.raises(CannotBeDestroyed) as refused:
            services.approve_list(actor=second, chosen=two, permission="AGR 2041/8")
        words = "La règle de conservation a changé après la proposition. Retirez le dossier et proposez-le à nouveau."
        assert [str(found.title) for found in refused.value.found[0][1]] == [words]
        jobs.run_pending(raise_errors=True)
    assert [(line.state, line.problem) for line in one.lines.all()] == [("refused", words)]
    nothing_happened(due)
    nothing_happened(other)


def test_what_was_given_up_after_all_attempts_is_tried_again_the_next_night(centre, due, second) -> None:
    from parvis.dossiers.services import destruction
    from parvis.kernel.models import Job

    with at(2041):
        found = services.propose_list(actor=centre.actor("auditor"), dossiers=[due])
        services.approve_list(actor=second, chosen=found, permission="AGR 2041/7")
        assert destruction.stuck(list(found.lines.all())) == []
        Job.objects.filter(kind="dossiers.destroy").update(state="failed")
        assert destruction.stuck(list(found.lines.all())) == list(found.lines.all())
        assert [destruction.again(), destruction.again()] == [1, 0]
        jobs.run_pending(raise_errors=True)
    assert DestructionList.objects.get().state == "done"
    assert fresh(due).destroyed_on == dt.date(2041, 6, 15)


def test_where_the_log_of_reading_stays_its_reasons_go_all_the_same(centre, due, second) -> None:
    from parvis.identity.models import LookUp, Opening

    given = {"account": centre.worker, "subject_type": "dossier", "subject_id": due.pk, "subject_label": due.number, "reason": "Sa voisine"}
    now = clock.now()
    Opening.objects.create(**given, opened_at=now, expires_at=now)
    LookUp.objects.create(**given, kinds="old", at=now, until=now, finding="Sa voisine, en effet")
    with at(2041):
        found = services.propose_list(actor=centre.actor("auditor"), dossiers=[due])
        services.approve_list(actor=second, chosen=found, permission="AGR 2041/7")
        jobs.run_pending(raise_errors=True)
    assert [(row.account_id, row.reason) for row in Opening.objects.all()] == [(centre.worker.pk, "—")]
    assert [(row.kinds, row.reason, row.finding) for row in LookUp.objects.all()] == [("old", "—", "")]
