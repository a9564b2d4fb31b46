"""The seed model, walked by its events: exact steps, exact order, nothing done twice."""

from __future__ import annotations

import pytest

from parvis.kernel.subject import SubjectRef
from parvis.workflows import api
from parvis.workflows.enums import CaseState, ItemState
from parvis.workflows.models import Case, WorkItem, WorkItemEvent

from . import factories
from .support import SEED, SYSTEM, World, flow, happened, user_task

pytestmark = pytest.mark.django_db


def started(**values: object) -> SubjectRef:
    factories.published()
    subject = factories.subject()
    api.start_case(actor=SYSTEM, process_key="aid-request", subject=subject, **values)  # type: ignore[arg-type]
    return subject


def open_steps(subject: SubjectRef) -> list[str]:
    rows = WorkItem.unscoped.filter(subject_type=subject.type, subject_id=subject.id, state=ItemState.OPEN)
    return sorted(rows.values_list("step", flat=True))


def walk(subject: SubjectRef, *steps: tuple[str, str]) -> None:
    for name, outcome in steps:
        happened(name, subject, outcome)


TO_CHIEF = (("requests.RequestJoined", ""), ("decisions.ProposalSubmitted", ""))
TO_COMMITTEE = (*TO_CHIEF, ("decisions.ProposalReviewed", "validated"))


def test_the_straight_path_with_payment_ends(world: World) -> None:
    world.facts["decisions.has_payment"] = True
    subject = started()
    assert open_steps(subject) == ["identify"]
    happened("requests.RequestJoined", subject)
    assert open_steps(subject) == ["inquiry"]
    happened("decisions.ProposalSubmitted", subject)
    assert open_steps(subject) == ["review"]
    happened("decisions.ProposalReviewed", subject, "validated")
    assert open_steps(subject) == ["committee"]
    happened("decisions.DecisionTaken", subject, "granted")
    assert open_steps(subject) == ["notify", "pay"]
    happened("aid.FirstPaymentExecuted", subject)
    assert open_steps(subject) == ["notify"]
    happened("decisions.DecisionNotified", subject)
    assert open_steps(subject) == []
    case = Case.objects.get(subject_id=subject.id)
    assert (case.state, case.live) == (CaseState.FINISHED, None)
    done = WorkItem.unscoped.filter(case=case).order_by("pk").values_list("step", "state", "outcome")
    assert list(done) == [
        ("identify", "done", ""),
        ("inquiry", "done", ""),
        ("review", "done", "validated"),
        ("committee", "done", "granted"),
        ("pay", "done", ""),
        ("notify", "done", ""),
    ] or list(done) == [
        ("identify", "done", ""),
        ("inquiry", "done", ""),
        ("review", "done", "validated"),
        ("committee", "done", "granted"),
        ("notify", "done", ""),
        ("pay", "done", ""),
    ]


def test_returned_by_the_chief_goes_back_to_the_inquiry(world: World) -> None:
    subject = started()
    walk(subject, *TO_CHIEF, ("decisions.ProposalReviewed", "returned"))
    assert open_steps(subject) == ["inquiry"]
    happened("decisions.ProposalSubmitted", subject)
    assert open_steps(subject) == ["review"]


def test_the_chief_level_can_be_skipped(world: World) -> None:
    world.facts["decisions.chief_level"] = False
    subject = started()
    walk(subject, *TO_CHIEF)
    assert open_steps(subject) == ["committee"]


def test_the_legal_opinion_informs_and_does_not_block(world: World) -> None:
    world.facts["decisions.legal_requested"] = True
    subject = started()
    walk(subject, *TO_COMMITTEE)
    assert open_steps(subject) == ["committee", "legal"]
    happened("decisions.DecisionTaken", subject, "refused")
    assert open_steps(subject) == ["legal", "notify"]
    happened("decisions.DecisionNotified", subject)
    assert open_steps(subject) == ["legal"]
    assert Case.objects.get(subject_id=subject.id).state == CaseState.RUNNING
    happened("decisions.LegalOpinionGiven", subject, "favourable")
    assert Case.objects.get(subject_id=subject.id).state == CaseState.FINISHED


def test_postponed_comes_back_to_the_committee_and_more_info_to_the_inquiry(world: World) -> None:
    subject = started()
    walk(subject, *TO_COMMITTEE, ("decisions.DecisionTaken", "postponed"))
    assert open_steps(subject) == ["committee"]
    happened("decisions.DecisionTaken", subject, "more_info")
    assert open_steps(subject) == ["inquiry"]
    walk(subject, ("decisions.ProposalSubmitted", ""), ("decisions.ProposalReviewed", "validated"), ("decisions.DecisionTaken", "granted"))
    assert open_steps(subject) == ["notify"]
    happened("decisions.DecisionNotified", subject)
    assert Case.objects.get(subject_id=subject.id).state == CaseState.FINISHED


def test_two_opinions_of_two_rounds_end_with_one_answer(world: World) -> None:
    world.facts["decisions.legal_requested"] = True
    subject = started()
    walk(subject, *TO_COMMITTEE, ("decisions.DecisionTaken", "more_info"))
    walk(subject, ("decisions.ProposalSubmitted", ""), ("decisions.ProposalReviewed", "validated"))
    assert open_steps(subject) == ["committee", "legal", "legal"]
    happened("decisions.LegalOpinionGiven", subject, "reserved")
    assert open_steps(subject) == ["committee"]


def test_payment_notice_and_recovery_run_side_by_side(world: World) -> None:
    world.facts.update({"decisions.has_payment": True, "decisions.has_recovery": True})
    subject = started()
    walk(subject, *TO_COMMITTEE, ("decisions.DecisionTaken", "adjusted"))
    assert open_steps(subject) == ["notify", "pay", "recover"]
    walk(subject, ("aid.ClaimRegistered", ""), ("decisions.DecisionNotified", ""))
    assert open_steps(subject) == ["pay"]
    happened("aid.FirstPaymentExecuted", subject)
    assert Case.objects.get(subject_id=subject.id).state == CaseState.FINISHED


def test_urgent_goes_straight_to_the_president(world: World) -> None:
    world.facts.update({"requests.urgent": True, "decisions.has_payment": True})
    subject = started()
    happened("requests.RequestJoined", subject)
    assert open_steps(subject) == ["urgent"]
    happened("decisions.DecisionTaken", subject, "granted")
    assert open_steps(subject) == ["notify", "pay"]


@pytest.mark.parametrize("before", [(("requests.RequestJoined", ""),), TO_CHIEF])
def test_urgency_that_shows_later_leaves_the_ordinary_path(world: World, before: tuple[tuple[str, str], ...]) -> None:
    subject = started()
    walk(subject, *before, ("decisions.DecisionTaken", "granted"))
    assert open_steps(subject) == ["notify"]


def test_an_event_that_nothing_waits_for_changes_nothing(world: World) -> None:
    subject = started()
    before = Case.objects.get(subject_id=subject.id)
    walk(subject, ("decisions.DecisionTaken", "granted"), ("decisions.ProposalReviewed", "validated"))
    after = Case.objects.get(subject_id=subject.id)
    assert open_steps(subject) == ["identify"]
    assert (after.lock, after.tokens) == (before.lock, before.tokens)
    happened("requests.RequestJoined", factories.subject())
    assert open_steps(subject) == ["identify"]


def test_require_ready_refuses_with_who_and_when(world: World) -> None:
    subject = started()
    api.require_ready(subject, "requests.RequestJoined")
    with pytest.raises(api.NotReady):
        api.require_ready(subject, "decisions.DecisionTaken")
    happened("requests.RequestJoined", subject)
    with pytest.raises(api.NotReady) as refused:
        api.require_ready(subject, "requests.RequestJoined")
    assert refused.value.who == SYSTEM.label
    assert refused.value.when is not None


def test_a_subject_has_one_running_case_of_a_process(world: World) -> None:
    subject = started()
    with pytest.raises(api.AlreadyRunning):
        api.start_case(actor=SYSTEM, process_key="aid-request", subject=subject)
    assert Case.objects.filter(subject_id=subject.id).count() == 1
    assert api.stop_case(actor=SYSTEM, subject=subject, reason="retirée") == 1
    assert open_steps(subject) == []
    assert WorkItem.unscoped.get(subject_id=subject.id).state == ItemState.DROPPED
    api.start_case(actor=SYSTEM, process_key="aid-request", subject=subject)
    assert open_steps(subject) == ["identify"]


def test_the_state_holds_outcomes_and_no_facts_and_no_model(world: World) -> None:
    subject = started()
    walk(subject, *TO_COMMITTEE)
    tokens = Case.objects.get(subject_id=subject.id).tokens
    assert "spec" not in tokens and "subprocess_specs" not in tokens
    data = [task["data"] or task["delta"] for task in tokens["tasks"].values()]
    keys = {key for entry in data for part in (entry, entry.get("updates", {})) for key in part} - {"updates", "deletions"}
    assert keys <= {"last", "steps"}


def test_a_failing_fact_fails_the_whole_gesture(world: World) -> None:
    subject = started()
    happened("requests.RequestJoined", subject)
    world.facts["decisions.chief_level"] = 1.5  # a float is refused: the condition cannot be computed
    from parvis.kernel.errors import DomainError

    with pytest.raises(DomainError):
        happened("decisions.ProposalSubmitted", subject)
    assert open_steps(subject) == ["inquiry"]


def test_owner_comes_from_the_model_and_falls_back_to_the_queue(world: World) -> None:
    worker = factories.account("social_worker")
    world.referent = worker.pk
    subject = started()
    happened("requests.RequestJoined", subject)
    item = WorkItem.unscoped.get(subject_id=subject.id, state=ItemState.OPEN)
    assert (item.owner_id, item.queue) == (worker.pk, "social_worker")
    worker.is_active = False
    worker.save()
    other = started()
    happened("requests.RequestJoined", other)
    item = WorkItem.unscoped.get(subject_id=other.id, state=ItemState.OPEN)
    assert (item.owner_id, item.queue) == (None, "social_worker")


def with_second_reading() -> bytes:
    """The seed with a step of its own, with no screen, between chief and committee."""
    text = SEED.decode()
    step = user_task(
        "second_reading",
        'queue="lawyer" clock="decide" title_fr="Seconde lecture" title_nl="Tweede lezing" title_de="Zweite Lesung" title_en="Second reading"',
        '<parvis:outcome code="read" label_fr="Lu" label_nl="Gelezen" label_de="Gelesen" label_en="Read" />',
    )
    text = text.replace('sourceRef="reviewed" targetRef="to_committee"', 'sourceRef="reviewed" targetRef="second_reading"')
    text = text.replace("  </bpmn:process>", step + flow("second_reading", "to_committee") + "\n  </bpmn:process>")
    return text.encode()


def test_a_step_inserted_in_the_xml_works_at_once_and_running_cases_keep_their_path(world: World) -> None:
    import datetime as dt

    unit = factories.unit()
    old = started(unit_id=unit.pk)
    walk(old, *TO_CHIEF)
    version = factories.published(with_second_reading())
    assert version.number == 2
    new = factories.subject()
    api.start_case(actor=SYSTEM, process_key="aid-request", subject=new, unit_id=unit.pk)
    api.set_due(actor=SYSTEM, subject=new, kind="decide", due_on=dt.date(2026, 3, 30), started_on=dt.date(2026, 2, 28))
    walk(new, *TO_CHIEF)
    for subject in (old, new):
        happened("decisions.ProposalReviewed", subject, "validated")
    assert open_steps(old) == ["committee"]
    assert open_steps(new) == ["second_reading"]

    item = WorkItem.unscoped.get(subject_id=new.id, state=ItemState.OPEN)
    assert (item.queue, item.unit_id, item.clock, item.due_on) == ("lawyer", unit.pk, "decide", dt.date(2026, 3, 30))
    assert item.title["en"] == "Second reading"
    assert api.item_url(item) == f"/tasks/{item.uuid}/"
    lawyer = factories.actor(factories.account("lawyer", at=unit))
    stranger = factories.actor(factories.account("lawyer", at=factories.unit()))
    assert [row.pk for row in api.items_for(lawyer)] == [item.pk]
    assert list(api.items_for(stranger)) == []
    steps = {step.key: step.state for step in api.case_steps(new)}
    assert steps == {
        "identify": "done",
        "inquiry": "done",
        "review": "done",
        "second_reading": "current",
        "committee": "todo",
        "notify": "todo",
    }
    with pytest.raises(api.UnknownOutcome):
        api.complete_step(actor=lawyer, item=item, outcome="approved")
    assert open_steps(new) == ["second_reading"]
    api.complete_step(actor=lawyer, item=item, outcome="read", note="Rien à redire")
    assert open_steps(new) == ["committee"]
    kinds = list(WorkItemEvent.unscoped.filter(item=item).values_list("kind", "outcome", "note"))
    assert kinds == [("opened", "", ""), ("done", "read", "Rien à redire")]
    with pytest.raises((api.NotReady, api.ItemClosed)):
        api.complete_step(actor=lawyer, item=item, outcome="read")


def test_the_ribbon_shows_a_step_again_after_a_return(world: World) -> None:
    subject = started()
    walk(subject, *TO_CHIEF)
    assert [(s.key, s.state) for s in api.case_steps(subject)] == [
        ("identify", "done"),
        ("inquiry", "done"),
        ("review", "current"),
        ("committee", "todo"),
        ("notify", "todo"),
    ]
    happened("decisions.ProposalReviewed", subject, "returned")
    assert [(s.key, s.state) for s in api.case_steps(subject)] == [
        ("identify", "done"),
        ("inquiry", "current"),
        ("review", "todo"),
        ("committee", "todo"),
        ("notify", "todo"),
    ]
    walk(subject, ("decisions.ProposalSubmitted", ""), ("decisions.ProposalReviewed", "validated"), ("decisions.DecisionTaken", "granted"))
    happened("decisions.DecisionNotified", subject)
    assert {s.state for s in api.case_steps(subject)} == {"done"}


def test_where_says_who_since_when_until_when(world: World) -> None:
    unit = factories.unit("NORD")
    subject = started(unit_id=unit.pk, dossier_id=77)
    (place,) = api.where(subject)
    assert (place.step, place.holder, place.queue, place.process) == ("identify", "Accueil · Équipe NORD", "clerk", "aid-request") or (
        place.step,
        place.queue,
        place.process,
    ) == ("identify", "clerk", "aid-request")
    assert [p.step for p in api.where_dossier(77)] == ["identify"]
    clerk = factories.account("clerk", at=unit, name="Nadia Peeters")
    item = WorkItem.unscoped.get(subject_id=subject.id)
    api.take(actor=factories.actor(clerk), item=item)
    (place,) = api.where(subject)
    assert (place.holder, place.owner_id) == ("Nadia Peeters", clerk.pk)
    assert place.since > item.opened_at
