"""Money claimed back from a person: told of the right to be heard first, and the letter says so (law of 26 May 2002, article 20)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from parvis.accounting.models import Voucher
from parvis.aid.api import AidError, prepare_first_payment, register_claim
from parvis.aid.letters import claim_letter_pdf
from parvis.aid.models import Claim
from parvis.decisions import api as decisions
from parvis.decisions.errors import HearingMissing
from parvis.decisions.models import Decision, Proposal
from parvis.identity.models import Account
from tests.decisions import factories as made

from . import factories as f
from .test_recovering import _advance

D = Decimal


def from_person(line_id):
    base = _advance(line_id)
    return replace(base, recover=decisions.Recover("Benali Aya", "Avance à rembourser", date(2026, 2, 1), date(2026, 3, 31), D("1314.20")))


def _letter(claim) -> str:
    pypdfium2 = pytest.importorskip("pypdfium2")
    pages = pypdfium2.PdfDocument(claim_letter_pdf(claim))
    return " ".join(" ".join(page.get_textpage().get_text_range() for page in pages).split())


def _claimed(centre, team, provision=from_person) -> Claim:
    decision = f.granted(centre, provision=provision)
    f.bank(team, prepare_first_payment(actor=team.payer, line_id=decision.line_id))
    return Claim.unscoped.select_related("decision__proposal").get(decision=decision)


def test_the_letter_to_the_person_tells_what_was_noted(world):
    centre, team = world
    claim = _claimed(centre, team)
    assert claim.debtor_kind == "person"
    text = _letter(register_claim(actor=team.accountant, claim=claim, amount=D("1314.20")))
    assert "Votre droit d’être entendu" in text
    assert "Le 2 mars 2026, nous vous avons informé dans l’accusé de réception de votre demande que vous pouviez être entendu" in text


def test_the_letter_to_an_institution_says_nothing_of_the_persons_hearing(world):
    centre, team = world
    claim = _claimed(centre, team, _advance)
    text = _letter(register_claim(actor=team.accountant, claim=claim, amount=D("2628.40"), debtor_address="Boulevard 7\n1000 Bruxelles"))
    assert "R2026-0001" in text and "entendu" not in text


def test_a_recovery_from_an_unheard_person_is_warned_of_and_not_decided(world, client):
    centre, _team = world
    line_id = made.make_line(centre)
    proposal = made.make_proposal(centre, line_id=line_id, provision=from_person(line_id))
    client.force_login(centre.account("worker"))
    page = client.get(reverse("decisions:proposal", args=[proposal.uuid]))
    assert 'id="unheard"' in page.content.decode()
    proposal = decisions.submit_proposal(actor=centre.worker, proposal=proposal)
    proposal = decisions.review_proposal(actor=centre.chief, proposal=proposal, outcome="validated")
    session = made.opened(centre, [proposal])
    with pytest.raises(HearingMissing):
        decisions.decide(actor=centre.secretary, item=made.item_of(session, proposal), outcome="granted")
    assert not Decision.unscoped.exists() and not Claim.unscoped.exists()
    made.told(centre, proposal)
    decisions.decide(actor=centre.secretary, item=made.item_of(session, proposal), outcome="granted")
    assert Claim.unscoped.get().debtor_kind == "person"


def test_what_an_institution_refunds_asks_nothing(world):
    centre, _team = world
    line_id = made.make_line(centre)
    proposal = made.make_proposal(centre, line_id=line_id, provision=_advance(line_id))
    proposal = decisions.submit_proposal(actor=centre.worker, proposal=proposal)
    proposal = decisions.review_proposal(actor=centre.chief, proposal=proposal, outcome="validated")
    session = made.opened(centre, [proposal])
    assert decisions.decide(actor=centre.secretary, item=made.item_of(session, proposal), outcome="granted").outcome == "granted"


def test_a_claim_from_a_person_who_was_never_told_is_not_registered(world, client):
    """A decision taken over from elsewhere: nothing was noted."""
    centre, team = world
    claim = _claimed(centre, team)
    Proposal.unscoped.filter(pk=claim.decision.proposal_id).update(heard_informed_on=None, heard_informed_by="")
    claim = Claim.unscoped.select_related("decision__proposal").get(pk=claim.pk)
    client.force_login(Account.objects.get(pk=team.accountant.account_id))
    page = client.get(reverse("aid:claim", args=[claim.uuid])).content.decode()
    assert 'id="unheard"' in page and "alert--late" in page
    with pytest.raises(AidError) as refused:
        register_claim(actor=team.accountant, claim=claim, amount=D("100.00"))
    assert refused.value.code == "heard" and "juriste du centre" in str(refused.value.message) and "juriste du centre" in page
    claim.refresh_from_db()
    assert (claim.state, claim.number) == ("to_register", None) and not Voucher.unscoped.filter(journal="REC").exists()


def test_under_the_organic_law_it_is_a_warning(world, client):
    centre, team = world
    line_id = made.make_line(centre, kind="urgent_aid", urgent=True)
    decision = f.granted(centre, line_id=line_id, provision=from_person)
    f.bank(team, prepare_first_payment(actor=team.payer, line_id=line_id))
    Proposal.unscoped.filter(pk=decision.proposal_id).update(heard_informed_on=None, heard_informed_by="")
    claim = Claim.unscoped.select_related("decision__proposal").get()
    client.force_login(Account.objects.get(pk=team.accountant.account_id))
    page = client.get(reverse("aid:claim", args=[claim.uuid])).content.decode()
    assert 'class="alert alert--warn" id="unheard"' in page and "juriste du centre" in page
    claim = register_claim(actor=team.accountant, claim=claim, amount=D("100.00"))
    assert claim.state == "registered" and "droit d’être entendu" not in _letter(claim)
