"""Drafting as the letter, autosaved versions, named gaps, review, opinion."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from parvis.contacts import api as contacts
from parvis.decisions import api, letters
from parvis.decisions.errors import ForbiddenTransition, WrongProvision
from parvis.decisions.models import LegalOpinion, Proposal, ProposalVersion, WorkingCopy
from parvis.decisions.selectors import correction, latest_version, version_marks
from parvis.decisions.services import packs
from parvis.documents.errors import BlockLocked
from parvis.dossiers import api as dossiers
from parvis.kernel import clock
from parvis.kernel.actor import system_actor
from parvis.kernel.errors import Conflict, DomainError, NotAllowed
from parvis.kernel.models import MutationLine
from parvis.kernel.subject import SubjectRef
from parvis.requests import api as requests
from parvis.requests.models import StageMark
from parvis.rules import api as rules
from parvis.workflows import api as workflows
from tests.decisions import factories as f


def texts(version: ProposalVersion) -> str:
    return "\n".join(block["text"] for block in version.blocks)


def step_of(line_id: int) -> list[str]:
    return [row.step for row in workflows.where(SubjectRef("request_line", line_id))]


# Drafting ---------------------------------------------------------------------------------------------------------------
def test_the_draft_is_the_letter_in_the_persons_language(centre):
    line_id = f.make_line(centre, language="de", names=("Jürgen", "Schmitz"))
    proposal = api.draft_proposal(actor=centre.worker, line_id=line_id, provisions=[f.once(line_id)])
    version = api.latest(proposal)
    assert (proposal.state, proposal.language, version.no) == ("draft", "de", 1)
    assert "Sie erhalten eine Sozialhilfe von **300,00" in texts(version)
    assert {block["language"] for block in version.blocks} == {"de"}


def test_amount_account_and_dates_are_typed_once_and_computed_blocks_follow(centre):
    line_id = f.make_line(centre)
    card = requests.line_card(line_id)
    dossier = dossiers.Dossier.unscoped.get(pk=card.dossier_id)
    dossiers.record_situation(
        actor=centre.worker,
        dossier=dossier,
        kind="resource",
        label="Aide des parents",
        amount=Decimal("300.00"),
        periodicity="month",
        valid_from=date(2026, 3, 1),
        source="document",
    )
    proposal = api.draft_proposal(actor=centre.worker, line_id=line_id, provisions=[f.month(line_id, category="1")])
    first = api.latest(proposal)
    assert first.provisions[0]["amount"] == "589.05"
    assert first.calculation.amount == Decimal("589.05")
    computed = next(block for block in first.blocks if block["kind"] == "computed")
    assert computed["data"]["rows"][-1]["amount"] == "589,05\u00a0€"
    assert "catégorie 1, personne cohabitante" in texts(first) and "589,05" in texts(first)
    second = api.save_version(actor=centre.worker, proposal=proposal, own={}, provisions=[f.month(line_id, category="2")], base_no=first.no)
    assert "589,05" not in texts(second) and second.provisions[0]["amount"] != "589.05"
    assert ProposalVersion.unscoped.get(pk=first.pk).provisions[0]["amount"] == "589.05"


def test_a_line_has_one_living_proposal(centre):
    line_id = f.make_line(centre)
    first = api.draft_proposal(actor=centre.worker, line_id=line_id, provisions=[f.once(line_id)])
    again = api.draft_proposal(actor=centre.colleague, line_id=line_id)
    assert first.pk == again.pk and ProposalVersion.unscoped.filter(proposal=first).count() == 1


@pytest.mark.parametrize("name", ["clerk", "payer", "secretary", "anciaux", "lawyer", "auditor", "administrator"])
def test_only_the_units_social_workers_draft(centre, name):
    line_id = f.make_line(centre)
    with pytest.raises(NotAllowed):
        api.draft_proposal(actor=getattr(centre, name), line_id=line_id)
    assert not Proposal.unscoped.exists()


def test_a_request_that_is_not_joined_has_no_proposal(centre):
    from parvis.requests.models import RequestLine

    request = f.send().request
    line = RequestLine.unscoped.get(request=request)
    with pytest.raises(DomainError):
        api.draft_proposal(actor=centre.worker, line_id=line.pk)
    assert not Proposal.unscoped.exists()


def test_saving_writes_a_version_and_the_same_text_writes_none(centre):
    proposal = f.make_proposal(centre)
    version = api.latest(proposal)
    assert version.no == 2
    again = api.save_version(
        actor=centre.worker, proposal=proposal, own={"facts": f.FACTS}, provisions=version.provisions, base_no=version.no
    )
    assert again.pk == version.pk
    changed = api.save_version(
        actor=centre.worker, proposal=proposal, own={"facts": f.FACTS + " Plus."}, provisions=version.provisions, base_no=version.no
    )
    assert changed.no == 3 and ProposalVersion.unscoped.filter(proposal=proposal).count() == 3


def _pause(centre, who, proposal, words, **more):
    shown = latest_version(centre.worker, proposal)
    return api.save_version(
        actor=getattr(centre, who),
        proposal=proposal,
        own={"facts": f.FACTS + words},
        provisions=shown.provisions,
        base_no=more.pop("no", shown.no),
        base_lock=more.pop("lock", shown.lock),
        pause=True,
        **more,
    )


def _facts(version):
    return next(block["text"] for block in version.blocks if block["key"] == "facts").removeprefix(f.FACTS)


def _versions(proposal):
    rows = ProposalVersion.unscoped.filter(proposal=proposal).order_by("no")
    return [(row.no, row.author_label, _facts(row)) for row in rows][1:]


def test_pauses_of_one_hand_are_one_working_copy_and_saving_makes_one_version_of_them(centre):
    proposal = f.make_proposal(centre)
    first = _versions(proposal)
    for words in (" Un.", " Un, deux.", " Un, deux, trois."):
        shown = _pause(centre, "worker", proposal, words)
    assert (shown.no, shown.lock, _facts(shown)) == (3, 3, " Un, deux, trois.")
    assert _versions(proposal) == first and WorkingCopy.unscoped.get(proposal=proposal).lock == 3
    saved = api.save_version(
        actor=centre.worker,
        proposal=proposal,
        own={"facts": f.FACTS + " Un, deux, trois."},
        provisions=shown.provisions,
        base_no=3,
        base_lock=1,
    )
    assert saved.pk and not WorkingCopy.unscoped.exists()
    assert _versions(proposal) == [*first, (3, "Amélie Lambrecht", " Un, deux, trois.")]


def test_what_is_being_typed_is_a_version_before_another_hand_writes(centre):
    """The colleague has the worker's last pause on screen: both texts stay, each under its own name."""
    proposal = f.make_proposal(centre)
    first = _versions(proposal)
    _pause(centre, "worker", proposal, " Le mien.")
    _pause(centre, "colleague", proposal, " Le sien.")
    assert _versions(proposal) == [*first, (3, "Amélie Lambrecht", " Le mien.")]
    assert WorkingCopy.unscoped.get(proposal=proposal).author_label == "Sami Aerts"


def test_who_saw_an_older_pause_overwrites_nothing(centre):
    proposal = f.make_proposal(centre)
    seen = _pause(centre, "worker", proposal, " Un.")
    _pause(centre, "worker", proposal, " Un, deux.")
    before = _versions(proposal)
    with pytest.raises(Conflict) as caught:
        _pause(centre, "colleague", proposal, " Autre.", no=seen.no, lock=seen.lock)
    assert caught.value.theirs == {"facts": f.FACTS + " Un, deux."}
    assert _versions(proposal) == before and WorkingCopy.unscoped.get(proposal=proposal).lock == 2


def test_sending_on_makes_a_version_of_what_was_typed_and_the_chief_s_corrections_stay_visible(centre):
    proposal = f.make_proposal(centre)
    first = _versions(proposal)
    _pause(centre, "worker", proposal, " Relu.")
    api.submit_proposal(actor=centre.worker, proposal=proposal)
    assert _versions(proposal) == [*first, (3, "Amélie Lambrecht", " Relu.")]
    proposal.refresh_from_db()
    shown = _pause(centre, "chief", proposal, " Corrigé.")
    old, new = correction(centre.worker, proposal, version_marks(centre.worker, proposal, shown), shown)
    assert (old.no, _facts(old), new.no, _facts(new)) == (3, " Relu.", 4, " Corrigé.")
    api.review_proposal(actor=centre.chief, proposal=proposal, outcome="returned", reason="À revoir.")
    assert _versions(proposal)[-1] == (4, "Karim Benali", " Corrigé.") and not WorkingCopy.unscoped.exists()
    again = latest_version(centre.worker, proposal)
    old, new = correction(centre.worker, proposal, version_marks(centre.worker, proposal, again), again)
    assert (old.no, new.no) == (3, 4)


def test_a_copy_that_rested_for_long_is_a_version_of_its_own(centre):
    proposal = f.make_proposal(centre)
    first = _versions(proposal)
    _pause(centre, "worker", proposal, " Ce matin.")
    WorkingCopy.unscoped.update(at=clock.now() - timedelta(minutes=31))
    _pause(centre, "worker", proposal, " Cet après-midi.")
    assert _versions(proposal) == [*first, (3, "Amélie Lambrecht", " Ce matin.")]
    assert WorkingCopy.unscoped.get(proposal=proposal).lock == 1


def test_law_and_computation_cannot_be_typed(centre):
    proposal = f.make_proposal(centre)
    version = api.latest(proposal)
    with pytest.raises(BlockLocked):
        api.save_version(
            actor=centre.worker, proposal=proposal, own={"appeal_aid": "Pas de recours."}, provisions=version.provisions, base_no=version.no
        )
    assert api.latest(proposal).pk == version.pk


def test_two_writers_nothing_is_overwritten(centre):
    proposal = f.make_proposal(centre)
    version = api.latest(proposal)
    api.save_version(
        actor=centre.colleague, proposal=proposal, own={"facts": f.FACTS + " Le sien."}, provisions=version.provisions, base_no=version.no
    )
    with pytest.raises(Conflict) as caught:
        api.save_version(
            actor=centre.worker, proposal=proposal, own={"facts": f.FACTS + " Le mien."}, provisions=version.provisions, base_no=version.no
        )
    assert caught.value.who == "Sami Aerts"
    assert caught.value.yours["facts"].endswith("Le mien.") and caught.value.theirs["facts"].endswith("Le sien.")
    assert api.latest(proposal).no == version.no + 1


@pytest.mark.parametrize(
    "changes", [{"kind": "unknown.kind"}, {"to_on": date(2026, 1, 1)}, {"amount": Decimal("-1")}], ids=["kind", "period", "negative"]
)
def test_an_impossible_grant_is_refused(centre, changes):
    proposal = f.make_proposal(centre)
    version = api.latest(proposal)
    bad = replace(api.provision_from_json(version.provisions[0]), **changes)
    with pytest.raises(WrongProvision):
        api.save_version(actor=centre.worker, proposal=proposal, own={}, provisions=[bad], base_no=version.no)
    assert api.latest(proposal).pk == version.pk


def test_several_grants_stand_in_one_letter(centre):
    line_id = f.make_line(centre)
    proposal = api.draft_proposal(actor=centre.worker, line_id=line_id, provisions=[f.once(line_id), f.once(line_id, "75.50", key="g2")])
    also = next(block for block in api.latest(proposal).blocks if block["key"] == "also")
    assert [(row["label"], row["amount"]) for row in also["data"]["rows"]] == [("Aide ponctuelle", "75,50\u00a0€")]


# Sending --------------------------------------------------------------------------------------------------------------------
def test_a_missing_piece_and_a_missing_mention_are_named(centre):
    line_id = f.make_line(centre, iban=None)
    card = requests.line_card(line_id)
    from parvis.documents.models import Document

    Document.unscoped.filter(dossier_id=card.dossier_id, kind="report").delete()
    proposal = api.draft_proposal(actor=centre.worker, line_id=line_id, provisions=[f.once(line_id, payee=api.Payee())])
    before = MutationLine.objects.count()
    with pytest.raises(api.ProposalIncomplete) as caught:
        api.submit_proposal(actor=centre.worker, proposal=proposal)
    assert caught.value.pieces == ["Rapport social"]
    assert "Motifs de fait" in caught.value.mentions
    assert caught.value.provisions == ["le compte du bénéficiaire manque"]
    proposal.refresh_from_db()
    assert proposal.state == "draft" and MutationLine.objects.count() == before
    assert step_of(line_id) == ["inquiry"]


def test_submitting_moves_state_task_tracker_and_journal(centre):
    proposal = f.submitted(centre)
    assert (proposal.state, proposal.submitted_at is not None) == ("submitted", True)
    assert step_of(proposal.line_id) == ["review"]
    assert StageMark.unscoped.filter(line=proposal.line_id).order_by("-pk").first().stage == "proposal"


def test_the_chiefs_level_can_be_skipped_for_the_centre_and_for_a_unit(centre):
    rules.add_parameter(
        actor=f.ROOT,
        key=f"decisions.chief_level.{centre.unit.pk}",
        value="0",
        unit="number",
        valid_from=date(2026, 1, 1),
        source="Note de service",
    )
    proposal = f.submitted(centre)
    assert proposal.state == "validated"
    assert step_of(proposal.line_id) == ["committee"]


@pytest.mark.parametrize("name", ["clerk", "secretary", "anciaux", "lawyer"])
def test_only_social_workers_submit(centre, name):
    proposal = f.make_proposal(centre)
    with pytest.raises(NotAllowed):
        api.submit_proposal(actor=getattr(centre, name), proposal=proposal)
    proposal.refresh_from_db()
    assert proposal.state == "draft"


def test_a_job_may_draft_and_never_submit(centre):
    line_id = f.make_line(centre)
    job = system_actor("aid.continuation")
    proposal = api.draft_proposal(actor=job, line_id=line_id, provisions=[f.once(line_id)])
    with pytest.raises(NotAllowed):
        api.submit_proposal(actor=job, proposal=proposal)
    proposal.refresh_from_db()
    assert (proposal.state, proposal.author_id) == ("draft", None)


# Chief ----------------------------------------------------------------------------------------------------------------------
def test_the_chief_corrects_with_visible_words(centre):
    proposal = f.submitted(centre)
    before = api.latest(proposal)
    corrected = f.FACTS.replace("le 31 janvier 2026", "le 30 janvier 2026")
    after = api.save_version(
        actor=centre.chief, proposal=proposal, own={"facts": corrected}, provisions=before.provisions, base_no=before.no
    )
    assert (after.reason, after.author_label) == ("correction", "Karim Benali")
    (change,) = letters.diff(before.blocks, after.blocks)
    assert change.key == "facts" and ("-", "31") in change.words and ("+", "30") in change.words


def test_the_chief_returns_with_a_reason_and_the_worker_has_it_again(centre):
    proposal = f.submitted(centre)
    with pytest.raises(DomainError):
        api.review_proposal(actor=centre.chief, proposal=proposal, outcome="returned", reason="  ")
    proposal.refresh_from_db()
    assert proposal.state == "submitted"
    proposal = api.review_proposal(actor=centre.chief, proposal=proposal, outcome="returned", reason="Préciser le loyer.")
    assert (proposal.state, proposal.return_reason, proposal.reviewed_by_label) == ("returned", "Préciser le loyer.", "Karim Benali")
    assert step_of(proposal.line_id) == ["inquiry"]
    again = api.submit_proposal(actor=centre.worker, proposal=proposal)
    assert (again.state, again.return_reason) == ("submitted", "")


def test_validation_leads_to_the_committee(centre):
    proposal = f.validated(centre)
    assert (proposal.state, step_of(proposal.line_id)) == ("validated", ["committee"])


def test_nobody_reviews_his_own_proposal(centre):
    line_id = f.make_line(centre)
    proposal = api.draft_proposal(actor=centre.chief, line_id=line_id, provisions=[f.once(line_id)])
    version = api.latest(proposal)
    api.save_version(actor=centre.chief, proposal=proposal, own={"facts": f.FACTS}, provisions=version.provisions, base_no=version.no)
    api.submit_proposal(actor=centre.chief, proposal=proposal)
    with pytest.raises(NotAllowed):
        api.review_proposal(actor=centre.chief, proposal=proposal, outcome="validated")
    proposal.refresh_from_db()
    assert proposal.state == "submitted"


def test_the_author_takes_back_what_the_chief_has_not_answered(centre):
    proposal = f.submitted(centre)
    with pytest.raises(NotAllowed):
        api.take_back(actor=centre.colleague, proposal=proposal)
    assert api.take_back(actor=centre.worker, proposal=proposal).state == "draft"
    assert step_of(proposal.line_id) == ["inquiry"]
    with pytest.raises(ForbiddenTransition):
        api.take_back(actor=centre.worker, proposal=proposal)


FORBIDDEN = {
    "draft": ("validate", "return", "take_back", "schedule"),
    "submitted": ("submit", "schedule"),
    "validated": ("submit", "save", "validate", "take_back"),
    "scheduled": ("submit", "save", "validate", "take_back", "schedule"),
    "decided": ("submit", "save", "validate", "take_back", "schedule", "ask"),
}


@pytest.mark.parametrize(("state", "gesture"), [(s, g) for s, gestures in FORBIDDEN.items() for g in gestures])
def test_forbidden_transitions_change_nothing(centre, state, gesture):
    proposal = {"draft": f.make_proposal, "submitted": f.submitted}.get(state, f.validated)(centre)
    session = None
    if state in ("scheduled", "decided"):
        session = f.opened(centre, [proposal])
        if state == "decided":
            api.decide(actor=centre.secretary, item=f.item_of(session, proposal), outcome="granted")
    proposal.refresh_from_db()
    assert proposal.state == state
    version = api.latest(proposal)
    before = (MutationLine.objects.count(), ProposalVersion.unscoped.count(), api.Decision.unscoped.count())
    calls = {
        "submit": lambda: api.submit_proposal(actor=centre.worker, proposal=proposal),
        "save": lambda: api.save_version(actor=centre.worker, proposal=proposal, own={"facts": "x"}, provisions=[], base_no=version.no),
        "validate": lambda: api.review_proposal(actor=centre.chief, proposal=proposal, outcome="validated"),
        "return": lambda: api.review_proposal(actor=centre.chief, proposal=proposal, outcome="returned", reason="x"),
        "take_back": lambda: api.take_back(actor=centre.worker, proposal=proposal),
        "schedule": lambda: api.schedule_proposal(actor=centre.secretary, session=f.make_session(centre, days=30), proposal=proposal),
        "ask": lambda: api.ask_opinion(actor=centre.worker, proposal=proposal, question="?"),
    }
    extra = 1 if gesture == "schedule" else 0
    with pytest.raises(DomainError):
        calls[gesture]()
    proposal.refresh_from_db()
    assert proposal.state == state
    assert (MutationLine.objects.count() - extra, ProposalVersion.unscoped.count(), api.Decision.unscoped.count()) == before


# Hearing and opinion ----------------------------------------------------------------------------------------------------------
def test_the_hearing_is_recorded_and_said_in_the_letter(centre):
    proposal = f.make_proposal(centre)
    with pytest.raises(DomainError):
        api.record_hearing(actor=centre.worker, proposal=proposal, wish=True, heard_on=date(2026, 3, 1), note=" ")
    with pytest.raises(DomainError):
        api.record_hearing(actor=centre.worker, proposal=proposal, wish=True, heard_on=date(2026, 3, 9), note="demain")
    proposal.refresh_from_db()
    assert not proposal.wish_to_be_heard
    api.record_hearing(
        actor=centre.worker,
        proposal=proposal,
        wish=True,
        informed_on=date(2026, 2, 20),
        informed_by="letter",
        heard_on=date(2026, 2, 27),
        note="Elle cherche un logement moins cher.",
    )
    assert "Le 20 février 2026, nous vous avons informé par lettre que vous pouviez être entendu" in texts(api.latest(proposal))
    assert "Nous vous avons entendu le 27 février 2026." in texts(api.latest(proposal))


def test_an_opinion_is_asked_given_and_blocks_nothing(centre):
    proposal = f.submitted(centre)
    opinion = api.ask_opinion(actor=centre.chief, proposal=proposal, question="La dette est-elle prescrite ?")
    api.review_proposal(actor=centre.chief, proposal=proposal, outcome="validated")
    opinion.refresh_from_db()
    assert opinion.due_on == date(2026, 3, 4)  # two working days after Monday 2 March
    assert sorted(step_of(proposal.line_id)) == ["committee", "legal"]
    for value, text in (("favourable", " "), ("perhaps", "texte")):
        with pytest.raises(DomainError):
            api.give_opinion(actor=centre.lawyer, opinion=opinion, value=value, text=text)
    with pytest.raises(NotAllowed):
        api.give_opinion(actor=centre.worker, opinion=opinion, value="favourable", text="oui")
    given = api.give_opinion(actor=centre.lawyer, opinion=opinion, value="reserved", text="Vérifier la date de l’exigibilité.")
    assert (given.opinion, given.given_by_label, given.version_id) == ("reserved", "Hugo Claes", api.latest(proposal).pk)
    assert step_of(proposal.line_id) == ["committee"]
    with pytest.raises(Conflict) as caught:
        api.give_opinion(actor=centre.lawyer, opinion=opinion, value="favourable", text="Oui.")
    assert caught.value.theirs == {"opinion": "reserved"}
    opinion.refresh_from_db()
    assert opinion.opinion == "reserved"


def test_a_case_is_decided_while_the_opinion_is_awaited(centre):
    proposal = f.submitted(centre)
    api.ask_opinion(actor=centre.chief, proposal=proposal, question="Question")
    api.review_proposal(actor=centre.chief, proposal=proposal, outcome="validated")
    session = f.opened(centre, [proposal])
    decision = api.decide(actor=centre.secretary, item=f.item_of(session, proposal), outcome="granted")
    assert decision.outcome == "granted"
    opinion = LegalOpinion.unscoped.get(proposal=proposal)
    with pytest.raises(ForbiddenTransition):
        api.give_opinion(actor=centre.lawyer, opinion=opinion, value="favourable", text="Trop tard.")


def test_a_question_asked_late_is_a_task_of_its_own(centre):
    proposal = f.validated(centre)
    opinion = api.ask_opinion(actor=centre.secretary, proposal=proposal, question="Question tardive")
    (task,) = workflows.WorkItem.unscoped.filter(subject_type="legal_opinion", subject_id=opinion.pk)
    assert (task.queue, task.due_on, task.state) == ("lawyer", date(2026, 3, 4), "open")
    api.give_opinion(actor=centre.lawyer, opinion=opinion, value="favourable", text="Rien ne s’y oppose.")
    task.refresh_from_db()
    assert task.state == "done"


def test_one_opinion_at_a_time(centre):
    proposal = f.make_proposal(centre)
    api.ask_opinion(actor=centre.worker, proposal=proposal, question="Une")
    with pytest.raises(DomainError):
        api.ask_opinion(actor=centre.worker, proposal=proposal, question="Deux")
    assert LegalOpinion.unscoped.count() == 1


# What changed ---------------------------------------------------------------------------------------------------------------
def test_the_previous_decision_and_what_changed_since(centre):
    first = f.decided(centre, provision=None)
    line_id = f.make_line(centre, names=("Aya", "Autre"))
    card = requests.line_card(first.line_id)
    person = contacts.Person.unscoped.get(pk=card.person_id)
    request = f.send(answers={"first_name": "Aya"}).request
    dossier = dossiers.Dossier.unscoped.get(pk=card.dossier_id)
    with clock.travel(clock.now()):
        request = requests.join_dossier(actor=f.ROOT, request=request, person=person, dossier=dossier)
    again = requests.RequestLine.unscoped.get(request=request).pk
    proposal = api.draft_proposal(actor=centre.worker, line_id=again, provisions=[f.once(again, "250.00")])
    previous = packs.previous_decision(proposal)
    assert previous.number == first.number
    changes = {row["key"]: (row["was"], row["now"]) for row in packs.changes_since(previous, api.latest(proposal)) if not row["same"]}
    assert changes == {"provision:test.once": ("300.00", "250.00")}
    assert packs.previous_decision(api.draft_proposal(actor=centre.worker, line_id=line_id, provisions=[f.once(line_id)])) is None
