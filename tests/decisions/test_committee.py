"""The committee decides case by case: as proposed, adjusted, refused, postponed, more asked; two at once; a correction replaces."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from parvis.decisions import api
from parvis.decisions.errors import (
    DeviationNeedsWords,
    ForbiddenTransition,
    ReasonsUnreadable,
    TallyRefused,
)
from parvis.decisions.models import Decision, Notification, Pack
from parvis.kernel.actor import system_actor
from parvis.kernel.errors import Conflict, DomainError, NotAllowed
from parvis.kernel.models import MutationLine
from parvis.requests.models import Clock
from tests.decisions import factories as f
from tests.decisions.factories import OnceKind
from tests.support.triggers import tampering


def test_agreeing_decides_freezes_applies_and_opens_the_next_tasks_together(centre):
    (proposal,) = f.cases(centre, 1)
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
    assert f.steps(proposal.line_id) == ["notify", "pay"]
    pack = Pack.unscoped.get(decision=decision)
    assert pack.sha256 == decision.pack_sha256 and len(pack.sha256) == 64
    line = MutationLine.objects.get(verb="decide")
    assert line.subject_type == "decision" and line.actor_label == "Nathalie Cuvelier"


def test_the_last_day_to_pay_runs_from_the_decision_not_from_the_draft(centre):
    (proposal,) = f.cases(centre, 1)
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
    decision = f.decided(centre, names=f.NAMES[0])
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
    assert f.steps(refusal.line_id) == ["notify"]


def test_adjusting_keeps_proposal_and_decision_side_by_side(centre):
    (proposal,) = f.cases(centre, 1)
    session = f.opened(centre, [proposal])
    item = f.item_of(session, proposal)
    before = f.frozen_state()
    less = [replace(f.once(proposal.line_id), amount=Decimal("250.00"))]
    with pytest.raises(DeviationNeedsWords):
        api.decide(actor=centre.secretary, item=item, outcome="adjusted", provisions=less)
    with pytest.raises(DomainError):
        api.decide(actor=centre.secretary, item=item, outcome="adjusted", reason="Pareil", provisions=[f.once(proposal.line_id)])
    with pytest.raises(DomainError):
        api.decide(actor=centre.secretary, item=item, outcome="adjusted", reason="Sans montant")
    assert f.frozen_state() == before
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
    before = f.frozen_state()
    with pytest.raises(DeviationNeedsWords):
        api.decide(actor=centre.secretary, item=item, outcome="refused")
    assert f.frozen_state() == before
    item.refresh_from_db()
    assert item.state == "pending"
    words = "Le 12 février 2026, Ethias vous a versé 4 300,00 € pour la même garantie."
    with pytest.raises(api.ProposalIncomplete) as caught:
        api.decide(actor=centre.secretary, item=item, outcome="refused", reason=words)
    assert caught.value.mentions == ["Motifs de droit"] and f.frozen_state() == before
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
    before = f.frozen_state()
    with pytest.raises(ReasonsUnreadable):
        api.decide(actor=centre.secretary, item=item, outcome="refused", reason="Vos ressources sont suffisantes.")
    assert f.frozen_state() == before


def test_asking_more_sends_the_case_back_to_the_worker(centre):
    (proposal,) = f.cases(centre, 1)
    session = f.opened(centre, [proposal])
    item = f.item_of(session, proposal)
    with pytest.raises(DomainError):
        api.decide(actor=centre.secretary, item=item, outcome="more_info")
    decision = api.decide(actor=centre.secretary, item=item, outcome="more_info", reason="Joindre l’état des lieux.")
    proposal.refresh_from_db()
    assert (proposal.state, proposal.live, proposal.return_reason) == ("returned", 1, "Joindre l’état des lieux.")
    assert f.steps(proposal.line_id) == ["inquiry"]
    assert OnceKind.applied == [] and not Notification.unscoped.filter(decision=decision).exists()
    assert Clock.unscoped.get(line=proposal.line_id, kind="decide", live=1).met_on is None


def test_postponing_goes_to_the_next_session_with_its_link_and_the_clock_runs_on(centre):
    (proposal,) = f.cases(centre, 1)
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
    assert f.steps(proposal.line_id) == ["committee"]


def test_postponing_without_another_session_waits_in_the_list(centre):
    (proposal,) = f.cases(centre, 1)
    session = f.opened(centre, [proposal])
    api.decide(actor=centre.secretary, item=f.item_of(session, proposal), outcome="postponed", reason="La personne sera entendue.")
    proposal.refresh_from_db()
    assert proposal.state == "validated"
    item = api.schedule_proposal(actor=centre.secretary, session=f.make_session(centre, days=21), proposal=proposal)
    assert item.state == "pending"


@pytest.mark.parametrize("name", ["worker", "chief", "anciaux", "lawyer", "payer", "auditor", "administrator"])
def test_only_president_and_secretary_record(centre, name):
    (proposal,) = f.cases(centre, 1)
    session = f.opened(centre, [proposal])
    before = f.frozen_state()
    with pytest.raises(NotAllowed):
        api.decide(actor=getattr(centre, name), item=f.item_of(session, proposal), outcome="granted")
    assert f.frozen_state() == before


@pytest.mark.parametrize("outcome", ["granted", "refused", "postponed", "more_info", "adjusted"])
def test_no_machine_decides(centre, outcome):
    (proposal,) = f.cases(centre, 1)
    session = f.opened(centre, [proposal])
    item = f.item_of(session, proposal)
    before = f.frozen_state()
    with pytest.raises(api.NoAutomaticDecision):
        api.decide(actor=system_actor("nightly"), item=item, outcome=outcome, reason="automatique")
    with pytest.raises(api.NoAutomaticDecision):
        api.decide_batch(actor=system_actor("nightly"), session=session, locks={item.pk: item.lock})
    with pytest.raises(api.NoAutomaticDecision):
        api.decide_urgent(actor=system_actor("nightly"), line_id=proposal.line_id, provision=f.once(proposal.line_id), reason="automatique")
    assert f.frozen_state() == before
    item.refresh_from_db()
    assert item.state == "pending"


def test_no_job_of_this_context_decides():
    from parvis.kernel import jobs

    assert sorted(kind for kind in jobs.known() if kind.startswith("decisions.")) == ["decisions.render_letter", "decisions.render_minutes"]


def test_a_session_that_is_not_open_decides_nothing(centre):
    (proposal,) = f.cases(centre, 1)
    session = f.make_session(centre)
    item = api.schedule_proposal(actor=centre.secretary, session=session, proposal=proposal)
    before = f.frozen_state()
    with pytest.raises(ForbiddenTransition):
        api.decide(actor=centre.secretary, item=item, outcome="granted")
    assert f.frozen_state() == before


def test_two_decide_the_same_case_the_second_is_told_who_when_what(centre):
    (proposal,) = f.cases(centre, 1)
    session = f.opened(centre, [proposal])
    item = f.item_of(session, proposal)
    api.decide(actor=centre.secretary, item=item, outcome="granted", expected_lock=item.lock)
    before = f.frozen_state()
    with pytest.raises(api.AlreadyDecided) as caught:
        api.decide(actor=centre.president, item=item, outcome="refused", reason="Autre avis", expected_lock=item.lock)
    assert (caught.value.who, caught.value.status) == ("Nathalie Cuvelier", 409)
    assert caught.value.theirs == {"outcome": str(api.Outcome.GRANTED.label)}
    assert caught.value.yours == {"outcome": str(api.Outcome.REFUSED.label)}
    assert caught.value.when == Decision.unscoped.get().decided_at
    assert f.frozen_state() == before


def test_a_case_that_moved_on_screen_is_read_again(centre):
    (proposal,) = f.cases(centre, 1)
    session = f.opened(centre, [proposal])
    item = f.item_of(session, proposal)
    seen = item.lock
    api.set_list_kind(actor=centre.secretary, item=item, list_kind="discuss")
    before = f.frozen_state()
    with pytest.raises(Conflict):
        api.decide(actor=centre.president, item=item, outcome="granted", expected_lock=seen)
    assert f.frozen_state() == before


def test_numbers_have_no_gap_when_a_decision_is_refused(centre):
    first, second = f.cases(centre, 2)
    session = f.opened(centre, [first, second])
    with pytest.raises(TallyRefused):
        api.decide(actor=centre.secretary, item=f.item_of(session, first), outcome="granted", tally=api.Tally(9, 0, 0))
    numbers = [
        api.decide(actor=centre.secretary, item=f.item_of(session, proposal), outcome="granted").number for proposal in (first, second)
    ]
    assert numbers == ["CSSS 2026/0001", "CSSS 2026/0002"]


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
