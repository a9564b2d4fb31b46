"""The right to be heard: a recorded fact, said in the letter only then, asked for by the law before something is refused or taken away."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from parvis.decisions import api
from parvis.decisions.errors import HearingMissing
from parvis.decisions.models import Decision, Proposal, ProposalVersion
from parvis.kernel.errors import DomainError
from tests.decisions import factories as f

REASON = "Le 12 février 2026, Ethias vous a versé 4 300,00 € pour la même garantie."


def letter(proposal: Proposal) -> str:
    return "\n".join(block["text"] for block in api.latest(proposal).blocks)


def fresh(proposal: Proposal) -> Proposal:
    return Proposal.unscoped.get(pk=proposal.pk)


# What the letter says ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("make", [f.make_proposal, lambda centre: f.make_refusal(centre, unheard=True)])
def test_nothing_is_said_of_what_nobody_noted(centre, make):
    proposal = make(centre)
    assert "entendu" not in letter(proposal) and "heard" not in [block["key"] for block in api.latest(proposal).blocks]
    with pytest.raises(DomainError):  # on which day, but not how
        api.record_hearing(actor=centre.worker, proposal=proposal, wish=True, informed_on=date(2026, 3, 2))
    assert "entendu" not in letter(fresh(proposal))


@pytest.mark.parametrize(
    ("language", "facts", "said"),
    [
        (
            "fr",
            {"informed_by": "receipt", "wish": False},
            "Le 2 mars 2026, nous vous avons informé dans l’accusé de réception de votre demande que vous pouviez être entendu avant la "
            "décision, seul ou avec la personne de votre choix. Vous ne l’avez pas demandé.",
        ),
        ("nl", {"informed_by": "letter", "wish": True}, "Op 2 maart 2026 hebben wij u per brief meegedeeld"),
        ("nl", {"informed_by": "letter", "wish": True}, "U hebt gevraagd om gehoord te worden."),
        ("de", {"informed_by": "handed", "wish": True, "missed_on": date(2026, 3, 2)}, "Wir haben Sie für den 2. März 2026 eingeladen"),
    ],
)
def test_the_letter_says_what_was_noted_in_the_persons_language(centre, language, facts, said):
    proposal = f.make_proposal(centre, language=language)
    api.record_hearing(actor=centre.worker, proposal=proposal, informed_on=date(2026, 3, 2), **facts)
    assert said in letter(fresh(proposal)).replace("\xa0", " ")


def test_noting_it_changes_that_paragraph_only_and_can_be_taken_back(centre):
    line_id = f.make_line(centre)
    proposal = f.make_proposal(centre, line_id=line_id, provision=f.month(line_id))
    before = api.latest(proposal)
    f.told(centre, proposal)
    after = api.latest(proposal)
    assert (after.no, after.provisions, after.facts) == (before.no + 1, before.provisions, before.facts)
    assert [b for b in after.blocks if b["key"] != "heard"] == before.blocks
    keys = [b["key"] for b in after.blocks]
    assert keys.index("heard") == keys.index("explanations") - 1
    f.told(centre, fresh(proposal))  # the same again writes nothing
    assert ProposalVersion.unscoped.filter(proposal=proposal).count() == after.no
    api.record_hearing(actor=centre.worker, proposal=fresh(proposal), wish=False)
    assert api.latest(proposal).blocks == before.blocks


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"informed_on": date(2026, 3, 3), "informed_by": "letter"}, "informed_on"),
        ({"informed_on": date(2026, 3, 1), "informed_by": "rumour"}, "informed_by"),
        ({"informed_by": "letter"}, "informed_on"),
        ({"informed_on": date(2026, 3, 2), "informed_by": "letter", "heard_on": date(2026, 3, 1), "note": "x"}, "heard_on"),
        ({"informed_on": date(2026, 3, 1), "informed_by": "letter", "heard_on": date(2026, 3, 2)}, "note"),
    ],
)
def test_facts_that_cannot_be_are_refused(centre, facts, field):
    proposal = f.make_proposal(centre)
    versions = ProposalVersion.unscoped.count()
    with pytest.raises(DomainError) as refused:
        api.record_hearing(actor=centre.worker, proposal=proposal, wish=False, **facts)
    assert refused.value.field == field
    assert fresh(proposal).heard_informed_on is None and ProposalVersion.unscoped.count() == versions


# Before something is refused or taken away ----------------------------------------------------------------------------------------
def ready(centre, proposal):
    """The case on the table of an open session."""
    api.submit_proposal(actor=centre.worker, proposal=proposal)
    proposal = api.review_proposal(actor=centre.chief, proposal=proposal, outcome="validated")
    return f.item_of(f.opened(centre, [proposal]), proposal)


def test_a_refusal_unheard_is_warned_of_when_it_is_sent_and_not_decided(client, centre):
    proposal = f.make_refusal(centre, unheard=True)
    client.force_login(centre.account("worker"))
    url = reverse("decisions:proposal", args=[proposal.uuid])
    assert "Personne n’a noté que la personne a été informée" in client.get(url).content.decode()
    item = ready(centre, proposal)  # sent all the same: the person can still be heard
    with pytest.raises(HearingMissing):
        api.decide(actor=centre.secretary, item=item, outcome="refused", reason=REASON)
    item.refresh_from_db()
    assert not Decision.unscoped.exists() and item.state == "pending" and fresh(proposal).state == "scheduled"

    f.told(centre, fresh(proposal), wish=True)
    with pytest.raises(HearingMissing):  # the person asked for it: told is not enough
        api.decide(actor=centre.secretary, item=item, outcome="refused", reason=REASON)
    assert not Decision.unscoped.exists()
    api.record_hearing(
        actor=centre.worker,
        proposal=fresh(proposal),
        wish=True,
        informed_on=date(2026, 3, 2),
        informed_by="letter",
        heard_on=date(2026, 3, 2),
        note="Elle n’a rien reçu d’Ethias.",
    )
    decision = api.decide(actor=centre.secretary, item=item, outcome="refused", reason=REASON)
    assert "Nous vous avons entendu le 2 mars 2026." in "\n".join(b["text"] for b in decision.decided_version.blocks)


def test_who_was_invited_and_did_not_come_can_be_refused(centre):
    proposal = f.make_refusal(centre)
    api.record_hearing(
        actor=centre.worker, proposal=proposal, wish=True, informed_on=date(2026, 3, 1), informed_by="letter", missed_on=date(2026, 3, 2)
    )
    item = ready(centre, fresh(proposal))
    assert api.decide(actor=centre.secretary, item=item, outcome="refused", reason=REASON).outcome == "refused"


def test_the_committee_cannot_refuse_what_was_proposed_as_a_grant_before_the_person_was_told(centre):
    line_id = f.make_line(centre)
    item = ready(centre, f.make_proposal(centre, line_id=line_id, provision=f.month(line_id)))
    with pytest.raises(HearingMissing):
        api.decide(actor=centre.secretary, item=item, outcome="refused", reason=REASON, ground="resources")
    assert not Decision.unscoped.exists()
    assert api.decide(actor=centre.secretary, item=item, outcome="granted").outcome == "granted"  # a grant takes nothing away


def test_giving_less_than_now_needs_it_giving_more_does_not(centre):
    line_id = f.make_line(centre)
    first = ready(centre, f.make_proposal(centre, line_id=line_id, provision=f.month(line_id, "2")))
    granted = api.decide(actor=centre.secretary, item=first, outcome="granted")
    api.close_session(actor=centre.secretary, session=first.session)

    less = f.make_proposal(centre, line_id=line_id, provision=f.month(line_id, "1"))
    api.submit_proposal(actor=centre.worker, proposal=less)
    less = api.review_proposal(actor=centre.chief, proposal=less, outcome="validated")
    session = f.opened(centre, [less], days=8)
    item = f.item_of(session, less)
    api.set_list_kind(actor=centre.secretary, item=item, list_kind="list")
    assert api.unflagged(session) == []  # never in the batch
    with pytest.raises(HearingMissing):
        api.decide(actor=centre.secretary, item=f.item_of(session, less), outcome="granted")
    assert Decision.unscoped.count() == 1
    f.told(centre, fresh(less))
    second = api.decide(actor=centre.secretary, item=f.item_of(session, less), outcome="granted")
    before, after = (Decimal(d.decided_version.provisions[0]["amount"]) for d in (granted, second))
    assert after < before and second.replaces == granted
    api.close_session(actor=centre.secretary, session=session)

    more = f.make_proposal(centre, line_id=line_id, provision=f.month(line_id, "3"))
    api.submit_proposal(actor=centre.worker, proposal=more)
    more = api.review_proposal(actor=centre.chief, proposal=more, outcome="validated")
    item = f.item_of(f.opened(centre, [more], days=9), more)
    assert api.decide(actor=centre.secretary, item=item, outcome="granted").outcome == "granted"


def test_outside_that_law_it_is_said_and_not_refused(client, centre):
    proposal = f.make_refusal(centre, kind="urgent_aid", urgent=True, unheard=True)
    client.force_login(centre.account("worker"))
    assert 'id="unheard"' in client.get(reverse("decisions:proposal", args=[proposal.uuid])).content.decode()
    item = ready(centre, proposal)
    assert api.decide(actor=centre.secretary, item=item, outcome="refused", reason=REASON).outcome == "refused"


def test_the_form_offers_the_day_of_the_receipt_and_keeps_what_is_noted(client, centre):
    proposal = f.make_proposal(centre)
    client.force_login(centre.account("worker"))
    page = client.get(reverse("decisions:proposal", args=[proposal.uuid])).content.decode()
    assert 'value="receipt" selected' in page
    url = reverse("decisions:hearing", args=[proposal.uuid])
    assert client.post(url, {"informed_on": "2026-03-02", "informed_by": ""}).status_code == 422
    assert fresh(proposal).heard_informed_on is None
    assert client.post(url, {"informed_on": "2026-03-02", "informed_by": "handed"}).status_code == 303
    noted = fresh(proposal)
    assert (noted.heard_informed_on, noted.heard_informed_by, noted.wish_to_be_heard) == (date(2026, 3, 2), "handed", False)
