"""Sessions decide case by case: order, late items, quorum, recusal, tally, deviation, batch, double decision, closing."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from parvis.decisions import api
from parvis.decisions.errors import (
    AboveDelegation,
    DeviationNeedsWords,
    ForbiddenTransition,
    ReasonsUnreadable,
    TallyRefused,
)
from parvis.decisions.models import AgendaItem, Decision, DelegationLimit, MemberPack, Minutes, Notification, Pack, Proposal, Recusal
from parvis.kernel import clock
from parvis.kernel.actor import system_actor
from parvis.kernel.errors import Conflict, DomainError, NotAllowed
from parvis.kernel.models import MutationLine, Sequence
from parvis.kernel.subject import SubjectRef
from parvis.requests.models import Clock, StageMark
from parvis.workflows import api as workflows
from tests.decisions import factories as f
from tests.decisions.factories import OnceKind
from tests.support.triggers import tampering

NAMES = [("Aya", "Benali"), ("Noé", "Lemmens"), ("Ines", "Haddad"), ("Paul", "Collard"), ("Souad", "Amrani"), ("Enzo", "Di Bartolomeo")]


def cases(centre, count: int) -> list[Proposal]:
    return [f.validated(centre, names=NAMES[number]) for number in range(count)]


def frozen_state() -> tuple[int, ...]:
    """What a refused decision may not change."""
    return (
        Decision.unscoped.count(),
        Pack.unscoped.count(),
        Notification.unscoped.count(),
        Clock.unscoped.count(),
        StageMark.unscoped.count(),
        MutationLine.objects.count(),
        len(OnceKind.applied),
        Sequence.objects.filter(series="decision:CSSS").count(),
    )


def steps(line_id: int) -> list[str]:
    return sorted(row.step for row in workflows.where(SubjectRef("request_line", line_id)))


# Agenda -------------------------------------------------------------------------------------------------------------------
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
    first, second = cases(centre, 2)
    session = f.make_session(centre)
    api.schedule_proposal(actor=centre.secretary, session=session, proposal=first)
    api.freeze_session(actor=centre.secretary, session=session)
    item = api.schedule_proposal(actor=centre.secretary, session=session, proposal=second)
    assert (item.late, item.position) == (True, 2)
    assert MemberPack.unscoped.filter(item=item).count() == 1


def test_what_asks_for_words_is_for_discussion(centre):
    plain = f.validated(centre, names=NAMES[0])
    refusal = f.make_refusal(centre, names=NAMES[1])
    api.submit_proposal(actor=centre.worker, proposal=refusal)
    refusal = api.review_proposal(actor=centre.chief, proposal=refusal, outcome="validated")
    session = f.make_session(centre)
    items = api.schedule_waiting(actor=centre.secretary, session=session, proposals=[plain, refusal])
    assert [item.list_kind for item in items] == ["list", "discuss"]


def test_a_proposal_stands_on_one_agenda(centre):
    (proposal,) = cases(centre, 1)
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


# Deciding -------------------------------------------------------------------------------------------------------------------
def test_agreeing_decides_freezes_applies_and_opens_the_next_tasks_together(centre):
    (proposal,) = cases(centre, 1)
    session = f.opened(centre, [proposal])
    decision = api.decide(actor=centre.secretary, item=f.item_of(session, proposal), outcome="granted")
    assert (decision.number, decision.outcome, decision.deviates, decision.present) == ("CSSS 2026/0001", "granted", False, 4)
    assert decision.proposed_version_id == decision.decided_version_id
    assert [(number, p.amount, p.payee.iban) for number, p in OnceKind.applied] == [("CSSS 2026/0001", Decimal("300.00"), f.IBAN)]
    proposal.refresh_from_db()
    assert (proposal.state, proposal.live) == ("decided", None)
    terms = {row.kind: (row.due_on, row.met_on) for row in Clock.unscoped.filter(line=proposal.line_id, live=1)}
    assert terms == {
        "decide": (date(2026, 4, 1), date(2026, 3, 2)),
        "notify": (date(2026, 3, 10), None),
        "pay": (date(2026, 3, 17), None),
    }
    assert steps(proposal.line_id) == ["notify", "pay"]
    pack = Pack.unscoped.get(decision=decision)
    assert pack.sha256 == decision.pack_sha256 and len(pack.sha256) == 64
    line = MutationLine.objects.get(verb="decide")
    assert line.subject_type == "decision" and line.actor_label == "Nathalie Cuvelier"


def test_the_last_day_to_pay_runs_from_the_decision_not_from_the_draft(centre):
    (proposal,) = cases(centre, 1)
    drafted = " ".join(block["text"] for block in api.latest(proposal).blocks)
    assert "au plus tard le ⟦payment_day⟧" in drafted
    with f.at(20):
        session = f.opened(centre, [proposal])
        decision = api.decide(actor=centre.secretary, item=f.item_of(session, proposal), outcome="granted")
    import json

    letter = " ".join(b["text"] for b in json.loads(Pack.unscoped.get(decision=decision).content)["decided"]["blocks"])
    assert "au plus tard le 4 avril 2026" in letter and "⟦" not in letter


def test_another_payee_is_named_in_the_letter(centre):
    line_id = f.make_line(centre)
    landlord = api.Payee(name="Immobilière du Parvis", iban=f.IBAN)
    proposal = f.make_proposal(centre, line_id=line_id, provision=f.once(line_id, payee=landlord))
    assert "à Immobilière du Parvis" in " ".join(block["text"] for block in api.latest(proposal).blocks)


def test_the_amount_is_read_from_one_place_by_letter_pack_and_payment(centre):
    decision = f.decided(centre, names=NAMES[0])
    import json

    pack = json.loads(Pack.unscoped.get(decision=decision).content)
    letter = " ".join(block["text"] for block in pack["decided"]["blocks"])
    ((_number, applied),) = OnceKind.applied
    assert "**300,00\u00a0€**" in letter and "CSSS 2026/0001" in letter and "2 mars 2026" in letter
    assert pack["decided"]["provisions"][0]["amount"] == str(applied.amount) == "300.00"
    assert "⟦" not in letter


def test_a_refusal_as_proposed_is_notified_and_pays_nothing(centre):
    refusal = f.make_refusal(centre)
    api.submit_proposal(actor=centre.worker, proposal=refusal)
    refusal = api.review_proposal(actor=centre.chief, proposal=refusal, outcome="validated")
    session = f.opened(centre, [refusal])
    decision = api.decide(
        actor=centre.secretary,
        item=f.item_of(session, refusal),
        outcome="refused",
        reason="Vos ressources de mars dépassent le montant : 2 140,00 € nets chez Delhaize à Valmont, selon la fiche de paie.",
    )
    assert (decision.outcome, decision.deviates) == ("refused", False)
    assert OnceKind.applied == []
    assert set(Clock.unscoped.filter(line=refusal.line_id, live=1).values_list("kind", flat=True)) == {"decide", "notify"}
    assert steps(refusal.line_id) == ["notify"]


def test_adjusting_keeps_proposal_and_decision_side_by_side(centre):
    (proposal,) = cases(centre, 1)
    session = f.opened(centre, [proposal])
    item = f.item_of(session, proposal)
    before = frozen_state()
    less = [replace(f.once(proposal.line_id), amount=Decimal("250.00"))]
    with pytest.raises(DeviationNeedsWords):
        api.decide(actor=centre.secretary, item=item, outcome="adjusted", provisions=less)
    with pytest.raises(DomainError):
        api.decide(actor=centre.secretary, item=item, outcome="adjusted", reason="Pareil", provisions=[f.once(proposal.line_id)])
    with pytest.raises(DomainError):
        api.decide(actor=centre.secretary, item=item, outcome="adjusted", reason="Sans montant")
    assert frozen_state() == before
    decision = api.decide(
        actor=centre.secretary, item=item, outcome="adjusted", provisions=less, reason="Le bailleur a réduit la garantie à deux mois."
    )
    assert decision.deviates and decision.reason.startswith("Le bailleur")
    assert decision.proposed_version.provisions[0]["amount"] == "300.00"
    assert decision.decided_version.provisions[0]["amount"] == "250.00"
    assert decision.decided_version.reason == "adjustment"
    assert [p.amount for _n, p in OnceKind.applied] == [Decimal("250.00")]
    letter = " ".join(block["text"] for block in decision.decided_version.blocks)
    assert "**250,00\u00a0€**" in letter and "300,00" not in letter and "Le bailleur a réduit la garantie" in letter


def test_refusing_against_the_proposal_needs_the_persons_facts(centre):
    proposal = f.validated(
        centre, facts="Vous avez demandé une aide. Elle vit à Valmont depuis le 3 mars 2021 avec son fils et paie 620,50 €."
    )
    session = f.opened(centre, [proposal])
    item = f.item_of(session, proposal)
    before = frozen_state()
    with pytest.raises(DeviationNeedsWords):
        api.decide(actor=centre.secretary, item=item, outcome="refused")
    assert frozen_state() == before
    item.refresh_from_db()
    assert item.state == "pending"
    words = "Le 12 février 2026, Ethias vous a versé 4 300,00 € pour la même garantie."
    with pytest.raises(api.ProposalIncomplete) as caught:
        api.decide(actor=centre.secretary, item=item, outcome="refused", reason=words)
    assert caught.value.mentions == ["Motifs de droit"] and frozen_state() == before
    decision = api.decide(actor=centre.secretary, item=item, outcome="refused", reason=words, ground="resources")
    assert decision.deviates and decision.decided_version.provisions == []
    text = " ".join(block["text"] for block in decision.decided_version.blocks)
    assert "Ethias vous a versé 4 300,00 €" in text and "**pas droit au revenu d’intégration**" in text and "article 3, 4°" in text


def test_a_refusal_in_stock_sentences_is_refused_at_signature(centre):
    proposal = f.validated(centre)
    from parvis.decisions.models import ProposalVersion

    version = api.latest(proposal)
    blocks = [{**b, "text": "Vous ne remplissez pas les conditions." if b["key"] == "facts" else b["text"]} for b in version.blocks]
    with tampering():
        ProposalVersion.unscoped.filter(pk=version.pk).update(blocks=blocks)
    session = f.opened(centre, [proposal])
    item = f.item_of(session, proposal)
    before = frozen_state()
    with pytest.raises(ReasonsUnreadable):
        api.decide(actor=centre.secretary, item=item, outcome="refused", reason="Vos ressources sont suffisantes.")
    assert frozen_state() == before


def test_asking_more_sends_the_case_back_to_the_worker(centre):
    (proposal,) = cases(centre, 1)
    session = f.opened(centre, [proposal])
    item = f.item_of(session, proposal)
    with pytest.raises(DomainError):
        api.decide(actor=centre.secretary, item=item, outcome="more_info")
    decision = api.decide(actor=centre.secretary, item=item, outcome="more_info", reason="Joindre l’état des lieux.")
    proposal.refresh_from_db()
    assert (proposal.state, proposal.live, proposal.return_reason) == ("returned", 1, "Joindre l’état des lieux.")
    assert steps(proposal.line_id) == ["inquiry"]
    assert OnceKind.applied == [] and not Notification.unscoped.filter(decision=decision).exists()
    assert Clock.unscoped.get(line=proposal.line_id, kind="decide", live=1).met_on is None


def test_postponing_goes_to_the_next_session_with_its_link_and_the_clock_runs_on(centre):
    (proposal,) = cases(centre, 1)
    session = f.opened(centre, [proposal])
    following = f.make_session(centre, days=21)
    decision = api.decide(
        actor=centre.secretary, item=f.item_of(session, proposal), outcome="postponed", reason="La personne sera entendue."
    )
    proposal.refresh_from_db()
    item = f.item_of(following, proposal)
    assert (proposal.state, item.carried_from.session_id, item.list_kind) == ("scheduled", session.pk, "discuss")
    assert decision.outcome == "postponed" and OnceKind.applied == []
    assert Clock.unscoped.get(line=proposal.line_id, kind="decide", live=1).met_on is None
    assert steps(proposal.line_id) == ["committee"]


def test_postponing_without_another_session_waits_in_the_list(centre):
    (proposal,) = cases(centre, 1)
    session = f.opened(centre, [proposal])
    api.decide(actor=centre.secretary, item=f.item_of(session, proposal), outcome="postponed", reason="La personne sera entendue.")
    proposal.refresh_from_db()
    assert proposal.state == "validated"
    item = api.schedule_proposal(actor=centre.secretary, session=f.make_session(centre, days=21), proposal=proposal)
    assert item.state == "pending"


@pytest.mark.parametrize("name", ["worker", "chief", "anciaux", "lawyer", "payer", "auditor", "administrator"])
def test_only_president_and_secretary_record(centre, name):
    (proposal,) = cases(centre, 1)
    session = f.opened(centre, [proposal])
    before = frozen_state()
    with pytest.raises(NotAllowed):
        api.decide(actor=getattr(centre, name), item=f.item_of(session, proposal), outcome="granted")
    assert frozen_state() == before


@pytest.mark.parametrize("outcome", ["granted", "refused", "postponed", "more_info", "adjusted"])
def test_no_machine_decides(centre, outcome):
    (proposal,) = cases(centre, 1)
    session = f.opened(centre, [proposal])
    item = f.item_of(session, proposal)
    before = frozen_state()
    with pytest.raises(api.NoAutomaticDecision):
        api.decide(actor=system_actor("nightly"), item=item, outcome=outcome, reason="automatique")
    with pytest.raises(api.NoAutomaticDecision):
        api.decide_batch(actor=system_actor("nightly"), session=session, locks={item.pk: item.lock})
    with pytest.raises(api.NoAutomaticDecision):
        api.decide_urgent(actor=system_actor("nightly"), line_id=proposal.line_id, provision=f.once(proposal.line_id), reason="automatique")
    assert frozen_state() == before
    item.refresh_from_db()
    assert item.state == "pending"


def test_no_job_of_this_context_decides():
    from parvis.kernel import jobs

    assert sorted(kind for kind in jobs.known() if kind.startswith("decisions.")) == ["decisions.render_letter", "decisions.render_minutes"]


def test_a_session_that_is_not_open_decides_nothing(centre):
    (proposal,) = cases(centre, 1)
    session = f.make_session(centre)
    item = api.schedule_proposal(actor=centre.secretary, session=session, proposal=proposal)
    before = frozen_state()
    with pytest.raises(ForbiddenTransition):
        api.decide(actor=centre.secretary, item=item, outcome="granted")
    assert frozen_state() == before


def test_two_decide_the_same_case_the_second_is_told_who_when_what(centre):
    (proposal,) = cases(centre, 1)
    session = f.opened(centre, [proposal])
    item = f.item_of(session, proposal)
    api.decide(actor=centre.secretary, item=item, outcome="granted", expected_lock=item.lock)
    before = frozen_state()
    with pytest.raises(api.AlreadyDecided) as caught:
        api.decide(actor=centre.president, item=item, outcome="refused", reason="Autre avis", expected_lock=item.lock)
    assert (caught.value.who, caught.value.status) == ("Nathalie Cuvelier", 409)
    assert caught.value.theirs == {"outcome": str(api.Outcome.GRANTED.label)}
    assert caught.value.yours == {"outcome": str(api.Outcome.REFUSED.label)}
    assert caught.value.when == Decision.unscoped.get().decided_at
    assert frozen_state() == before


def test_a_case_that_moved_on_screen_is_read_again(centre):
    (proposal,) = cases(centre, 1)
    session = f.opened(centre, [proposal])
    item = f.item_of(session, proposal)
    seen = item.lock
    api.set_list_kind(actor=centre.secretary, item=item, list_kind="discuss")
    before = frozen_state()
    with pytest.raises(Conflict):
        api.decide(actor=centre.president, item=item, outcome="granted", expected_lock=seen)
    assert frozen_state() == before


def test_numbers_have_no_gap_when_a_decision_is_refused(centre):
    first, second = cases(centre, 2)
    session = f.opened(centre, [first, second])
    with pytest.raises(TallyRefused):
        api.decide(actor=centre.secretary, item=f.item_of(session, first), outcome="granted", tally=api.Tally(9, 0, 0))
    numbers = [
        api.decide(actor=centre.secretary, item=f.item_of(session, proposal), outcome="granted").number for proposal in (first, second)
    ]
    assert numbers == ["CSSS 2026/0001", "CSSS 2026/0002"]


# Quorum, tally, delegation --------------------------------------------------------------------------------------------------
def test_quorum_is_counted_in_each_case(centre):
    first, second = cases(centre, 2)
    session = f.opened(centre, [first, second], present=("president", "anciaux", "lejeune", "secretary"))
    item = f.item_of(session, first)
    api.declare_recusal(actor=centre.anciaux, item=item, account_id=centre.account("anciaux").pk, label="Luc Anciaux")
    before = frozen_state()
    with pytest.raises(api.NoQuorum) as caught:
        api.decide(actor=centre.secretary, item=item, outcome="granted")
    assert (caught.value.counted, caught.value.needed) == (2, 3)
    assert frozen_state() == before
    decision = api.decide(actor=centre.secretary, item=f.item_of(session, second), outcome="granted")
    assert decision.present == 3


def test_who_leaves_is_not_counted_in_the_following_cases(centre):
    first, second = cases(centre, 2)
    session = f.opened(centre, [first, second])
    early = api.decide(actor=centre.secretary, item=f.item_of(session, first), outcome="granted")
    ids = [centre.account(name).pk for name in ("president", "anciaux", "lejeune")]
    api.set_presence(actor=centre.secretary, session=session, account_ids=ids, excused=[centre.account("vervoort").pk])
    late = api.decide(actor=centre.secretary, item=f.item_of(session, second), outcome="granted")
    early.refresh_from_db()
    assert (early.present, late.present) == (4, 3)


@pytest.mark.parametrize("tally", [api.Tally(4, 1, 0), api.Tally(2, 2, 0), api.Tally(3, None, None), api.Tally(-1, 0, 0)])
def test_a_tally_that_does_not_add_up_is_refused(centre, tally):
    (proposal,) = cases(centre, 1)
    session = f.opened(centre, [proposal])
    before = frozen_state()
    with pytest.raises(TallyRefused):
        api.decide(actor=centre.secretary, item=f.item_of(session, proposal), outcome="granted", tally=tally)
    assert frozen_state() == before


def test_a_tally_is_kept(centre):
    (proposal,) = cases(centre, 1)
    session = f.opened(centre, [proposal])
    decision = api.decide(actor=centre.secretary, item=f.item_of(session, proposal), outcome="granted", tally=api.Tally(3, 0, 1))
    assert (decision.votes_for, decision.votes_against, decision.votes_abstain) == (3, 0, 1)


def test_what_the_council_did_not_delegate_is_not_decided(centre):
    (proposal,) = cases(centre, 1)
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
    before = frozen_state()
    with pytest.raises(AboveDelegation) as caught:
        api.decide(actor=centre.secretary, item=item, outcome="granted")
    assert "299,99" in str(caught.value.message) and "Conseil du 5 janvier 2026" in str(caught.value.message)
    assert frozen_state() == before


# Closing --------------------------------------------------------------------------------------------------------------------
def test_a_session_never_decides_by_closing(centre):
    first, second = cases(centre, 2)
    session = f.opened(centre, [first, second])
    api.decide(actor=centre.secretary, item=f.item_of(session, first), outcome="granted")
    before = frozen_state()
    with pytest.raises(api.SessionHasUndecided) as caught:
        api.close_session(actor=centre.secretary, session=session)
    session.refresh_from_db()
    assert (caught.value.count, session.state) == (1, "open")
    assert frozen_state() == before and not Minutes.unscoped.exists()
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
    (proposal,) = cases(centre, 1)
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


# Batch ----------------------------------------------------------------------------------------------------------------------
def test_a_batch_takes_the_unflagged_only_all_or_none(centre):
    proposals = cases(centre, 4)
    api_flagged = proposals[3]
    Proposal.unscoped.filter(pk=api_flagged.pk).update(to_discuss=True)
    session = f.opened(centre, proposals[:3] + [Proposal.unscoped.get(pk=api_flagged.pk)])
    unflagged = api.unflagged(session)
    assert [item.proposal_id for item in unflagged] == [p.pk for p in proposals[:3]]
    before = frozen_state()
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
    assert frozen_state() == before
    made = api.decide_batch(actor=centre.secretary, session=session, locks={i.pk: i.lock for i in unflagged})
    assert [d.number for d in made] == ["CSSS 2026/0001", "CSSS 2026/0002", "CSSS 2026/0003"]
    assert f.item_of(session, api_flagged).state == "pending"


def test_a_case_with_a_reserve_a_wish_to_be_heard_or_no_quorum_is_never_in_the_batch(centre):
    wished, reserved, short, refused = (f.validated(centre, names=NAMES[n]) for n in range(4))
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


# Recusal, carried ------------------------------------------------------------------------------------------------------------
def test_a_recusal_follows_the_case_to_the_next_session(centre):
    (proposal,) = cases(centre, 1)
    session = f.opened(centre, [proposal])
    item = f.item_of(session, proposal)
    following = f.make_session(centre, days=21)
    api.declare_recusal(actor=centre.lejeune, item=item, account_id=centre.account("lejeune").pk, label="Bernard Lejeune", reason="Voisin")
    new = api.carry_over(actor=centre.secretary, item=item, to=following, reason="Pas de quorum.")
    assert list(Recusal.objects.filter(item=new).values_list("label", "reason")) == [("Bernard Lejeune", "Voisin")]


def test_nobody_declares_a_conflict_for_another_member(centre):
    (proposal,) = cases(centre, 1)
    session = f.opened(centre, [proposal])
    with pytest.raises(NotAllowed):
        api.declare_recusal(actor=centre.anciaux, item=f.item_of(session, proposal), account_id=centre.account("lejeune").pk, label="x")
    assert not Recusal.objects.exists()


def test_a_recused_president_does_not_record_the_case(centre):
    (proposal,) = cases(centre, 1)
    session = f.opened(centre, [proposal])
    item = f.item_of(session, proposal)
    api.declare_recusal(actor=centre.president, item=item, account_id=centre.account("president").pk, label="Sophie Marchal")
    before = frozen_state()
    with pytest.raises(NotAllowed):
        api.decide(actor=centre.president, item=item, outcome="granted")
    assert frozen_state() == before
    assert api.decide(actor=centre.secretary, item=item, outcome="granted").present == 3


# Urgency ----------------------------------------------------------------------------------------------------------------------
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
    assert steps(line_id) == ["notify", "pay"]
    item = AgendaItem.unscoped.get(ratifies=decision)
    assert (item.session_id, item.kind) == (planned.pk, "ratification")
    api.freeze_session(actor=centre.secretary, session=planned)
    session = api.open_session(actor=centre.secretary, session=planned)
    api.set_presence(actor=centre.secretary, session=session, account_ids=[centre.account(n).pk for n in f.VOTERS])
    ratified = api.decide(actor=centre.secretary, item=item, outcome="granted")
    decision.refresh_from_db()
    assert (ratified.number, decision.ratification) == ("CSSS 2026/0002", "ratified")
    assert len(OnceKind.applied) == 1 and Notification.unscoped.count() == 1
    assert steps(line_id) == ["notify", "pay"]


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
    assert steps(line_id) == ["notify", "pay"]


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
    before = frozen_state()
    with pytest.raises(error):
        api.decide_urgent(actor=getattr(centre, who), line_id=line_id, provision=f.once(line_id, amount), reason=reason)
    assert frozen_state() == before and not Proposal.unscoped.exists()


def test_urgent_aid_is_not_granted_twice(centre, urgent_limit):
    line_id = f.make_line(centre, kind="urgent_aid", urgent=True)
    api.decide_urgent(actor=centre.president, line_id=line_id, provision=f.once(line_id, "150.00"), reason="Plus rien à manger.")
    before = frozen_state()
    with pytest.raises(DomainError):
        api.decide_urgent(actor=centre.president, line_id=line_id, provision=f.once(line_id, "150.00"), reason="Encore.")
    assert frozen_state() == before


# A correction replaces -------------------------------------------------------------------------------------------------------
def test_a_correction_is_a_new_decision_that_replaces(centre):
    first = f.decided(centre)
    with f.at(20):
        again = api.draft_proposal(actor=centre.worker, line_id=first.line_id, copy_from=first)
        version = api.latest(again)
        api.save_version(actor=centre.worker, proposal=again, own={"facts": f.FACTS}, provisions=version.provisions, base_no=version.no)
        api.submit_proposal(actor=centre.worker, proposal=again)
        again = api.review_proposal(actor=centre.chief, proposal=again, outcome="validated")
        session = f.opened(centre, [again], days=3)
        second = api.decide(actor=centre.secretary, item=f.item_of(session, again), outcome="granted")
    first.refresh_from_db()
    assert second.replaces_id == first.pk and first.outcome == "granted" and second.number == "CSSS 2026/0002"
    assert api.settled_decision(first.line_id).pk == second.pk


def test_starting_hour_of_a_session_is_unique(centre):
    session = f.make_session(centre)
    with pytest.raises(DomainError):
        api.create_session(actor=centre.secretary, committee=centre.committee, starts_at=session.starts_at, place="Ailleurs")
    assert api.create_session(
        actor=centre.secretary, committee=centre.committee, starts_at=session.starts_at + timedelta(hours=1), place="Ailleurs"
    )
