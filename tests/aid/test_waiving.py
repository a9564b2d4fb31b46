"""A recovery is given up by a decision and by nothing else: proposed, decided, booked, told (C16, F2)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from parvis.accounting import api as accounting
from parvis.accounting.models import Voucher
from parvis.accounting.selectors import balance_of
from parvis.aid.api import AidError, propose_waiver, reconciliation, record_receipt, reverse_receipt
from parvis.aid.letters import other_debtor
from parvis.aid.models import Claim, ClaimReceipt, ClaimWaiver, Entitlement
from parvis.aid.reconciling import month_of
from parvis.contacts.api import create_organisation, set_language
from parvis.decisions import api as decisions
from parvis.decisions.models import Notification
from parvis.decisions.services.deciding import decide
from parvis.documents.models import Document
from parvis.identity.models import Account
from parvis.journal.models import Entry
from parvis.kernel import jobs, registries
from parvis.kernel.errors import Conflict, DomainError, NotAllowed
from parvis.requests import api as requests
from parvis.requests.models import Clock, RequestLine
from parvis.workflows.models import WorkItem
from tests.accounting.factories import SYSTEM
from tests.contacts.factories import WORKER as PERSON_EDITOR
from tests.contacts.factories import make_person
from tests.decisions import factories as made

from . import factories as f
from .test_handing_back import receive, registered, words

D = Decimal
FACTS = "Vous vivez seule avec votre fils Noé à Valmont et remboursez déjà 150,00 € par mois de dettes de loyer : il vous reste 210,00 € pour vivre."


def drafted(centre, claim, amount):
    proposal = propose_waiver(actor=centre.worker, claim=claim, amount=D(amount))
    last = decisions.latest(proposal)
    decisions.save_version(actor=centre.worker, proposal=proposal, own={"facts": FACTS}, provisions=last.provisions, base_no=last.no)
    return decisions.Proposal.unscoped.get(pk=proposal.pk)


def submitted(centre, claim, amount="628.40"):
    proposal = decisions.submit_proposal(actor=centre.worker, proposal=drafted(centre, claim, amount))
    return decisions.review_proposal(actor=centre.chief, proposal=proposal, outcome="validated")


def decided(centre, proposal, day=4, outcome="granted", **more):
    with made.at(day):
        session = made.opened(centre, [proposal], days=0)
        decision = decide(actor=centre.secretary, item=made.item_of(session, proposal), outcome=outcome, **more)
        jobs.run_pending(raise_errors=True)
    return decision


def state(claim):
    claim.refresh_from_db()
    return (claim.state, claim.collected, claim.waived, claim.open_amount)


def plain(text):
    return text.replace("\u202f", " ").replace("\xa0", " ")


def test_what_is_open_is_given_up_by_the_committee_booked_and_told_by_letter(world):
    centre, team = world
    claim = registered(world)
    receive(team, claim, "2000.00", "CODA-1")
    proposal = submitted(centre, claim)
    assert state(claim) == ("registered", D("2000.00"), D("0.00"), D("628.40"))  # a proposal gives nothing up
    assert not ClaimWaiver.unscoped.exists()
    decision = decided(centre, proposal)
    assert state(claim) == ("waived", D("2000.00"), D("628.40"), D("0.00"))
    waiver = ClaimWaiver.unscoped.get()
    assert (waiver.decision_id, waiver.amount, waiver.author_label) == (decision.pk, D("628.40"), "Nathalie Cuvelier")
    legs = {row.account.role: (row.debit, row.credit) for row in waiver.voucher.entries(manager="unscoped").select_related("account")}
    assert legs == {"expense:waived": (D("628.40"), D("0.00")), "receivable": (D("0.00"), D("628.40"))}
    assert balance_of(actor=SYSTEM, role="receivable") == D("0.00")
    assert accounting.trial_balance(actor=SYSTEM).difference == D("0.00")
    found = reconciliation(SYSTEM)
    assert found.agrees and (found.collected, found.waived, found.open_amount) == (D("2000.00"), D("628.40"), D("0.00"))
    month = month_of(SYSTEM, date(2026, 3, 1))
    assert month.agrees and (month.total.claimed, month.total.received, month.total.waived) == (D("2628.40"), D("2000.00"), D("628.40"))
    assert (
        Entry.unscoped.filter(
            dossier=claim.dossier_id, message__text="Recovery %(number)s: %(amount)s given up by the decision %(decision)s"
        ).count()
        == 1
    )
    # Its letter is that of the decision: sum, number, law, facts and how to appeal.
    text = plain(words(Notification.unscoped.get(decision=decision).letter.file.path.read_bytes()))
    for part in (claim.number, "628,40 €", "raisons d’équité", "210,00 €", "tribunal du travail", decision.number):
        assert part.lower() in text.lower(), (part, text)
    # Nothing is paid, no right is opened, and no step waits for a payment.
    assert not Entitlement.unscoped.filter(decision=decision).exists()
    assert made.steps(decision.line_id) == ["notify"]


def test_the_line_is_asked_today_with_its_own_terms_and_a_task_for_the_worker(world):
    centre, _team = world
    claim = registered(world)
    with made.at(20, month=5):
        proposal = propose_waiver(actor=centre.worker, claim=claim, amount=D("100.00"))
        line = RequestLine.unscoped.get(pk=proposal.line_id)
        assert (line.request_id, line.kind, line.provision) == (claim.line.request_id, f"waiver-{claim.number}-1", "aid.waiver")
        assert requests.line_card(line.pk).dossier_id == claim.dossier_id
        assert [(row.kind, row.started_on) for row in Clock.unscoped.filter(line=line)] == [("decide", date(2026, 5, 20))]
        assert made.steps(line.pk) == ["inquiry"]
        (task,) = WorkItem.unscoped.filter(subject_type="request_line", subject_id=line.pk, state="open")
        assert task.owner_id == centre.worker.account_id


def test_a_part_is_given_up_and_the_rest_is_collected(world):
    centre, team = world
    claim = registered(world)
    decided(centre, submitted(centre, claim, "600.00"))
    assert state(claim) == ("registered", D("0.00"), D("600.00"), D("2028.40"))
    with pytest.raises(AidError):
        record_receipt(actor=team.accountant, claim=claim, amount=D("2028.41"), on=date(2026, 3, 2), reference="CODA-2")
    receive(team, claim, "2028.40", "CODA-2")
    assert state(claim) == ("settled", D("2028.40"), D("600.00"), D("0.00")) and reconciliation(SYSTEM).agrees
    task = WorkItem.unscoped.get(subject_type="claim", subject_id=claim.pk, step="settled")
    assert "2 028,40" in plain(task.why)


def test_refused_by_the_committee_the_claim_stays(world):
    centre, _team = world
    claim = registered(world)
    proposal = submitted(centre, claim, "628.40")
    vouchers = Voucher.unscoped.count()
    made.told(centre, proposal)
    decided(
        centre, proposal, outcome="refused", ground="resources", reason="Les 210,00 € par mois laissent 40,00 € à Aya Benali pour payer."
    )
    assert state(claim) == ("registered", D("0.00"), D("0.00"), D("2628.40"))
    assert Voucher.unscoped.count() == vouchers and not ClaimWaiver.unscoped.exists()


def test_money_that_came_in_meanwhile_asks_for_another_sum_and_changes_nothing(world):
    centre, team = world
    claim = registered(world)
    proposal = submitted(centre, claim, "2628.40")
    receive(team, claim, "100.00", "CODA-1")
    with made.at(4):
        session = made.opened(centre, [proposal], days=0)
        item = made.item_of(session, proposal)
        before = decisions.Decision.unscoped.count()
        with pytest.raises(DomainError) as refused:
            decide(actor=centre.secretary, item=item, outcome="granted")
        assert "2 528,40" in plain(str(refused.value))
        assert decisions.Decision.unscoped.count() == before and state(claim)[2] == D("0.00")
        last = decisions.latest(proposal)
        less = [dict(last.provisions[0], amount="2528.40")]
        decide(actor=centre.secretary, item=item, outcome="adjusted", provisions=less, reason="100,00 € sont arrivés entre-temps.")
    assert state(claim) == ("waived", D("100.00"), D("2528.40"), D("0.00"))


def test_only_the_worker_proposes_once_and_within_what_is_open(world):
    centre, team = world
    claim = registered(world)
    lines = RequestLine.unscoped.count()
    for actor in (team.accountant, team.payer, team.auditor, centre.clerk, centre.president, centre.secretary, centre.lawyer):
        with pytest.raises(NotAllowed):
            propose_waiver(actor=actor, claim=claim, amount=D("1.00"))
    for amount in ("0.00", "-1.00", "0.001", "2628.41"):
        with pytest.raises(AidError) as refused:
            propose_waiver(actor=centre.worker, claim=claim, amount=D(amount))
        assert refused.value.field == "amount"
    assert RequestLine.unscoped.count() == lines
    propose_waiver(actor=centre.worker, claim=claim, amount=D("1.00"))
    with pytest.raises(Conflict):
        propose_waiver(actor=centre.chief, claim=claim, amount=D("2.00"))
    assert RequestLine.unscoped.count() == lines + 1


def test_an_account_has_no_place_in_it_and_the_kind_is_offered_in_no_list_of_aids(world):
    centre, _team = world
    claim = registered(world)
    proposal = drafted(centre, claim, "10.00")
    kind = registries.provisions.get("aid.waiver")
    provision = decisions.provision_from_json(decisions.latest(proposal).provisions[0])
    assert kind.validate(provision) == []
    from dataclasses import replace

    assert len(kind.validate(replace(provision, payee=decisions.Payee(name="Aya", iban=f.IBAN)))) == 1
    assert len(kind.validate(replace(provision, details={"claim": "R2026-9999"}))) == 1
    assert "aid.waiver" in registries.provisions and "aid.waiver" not in dict(registries.provisions.items())


def test_what_was_given_up_is_not_unbooked_and_a_receipt_reversed_after_it_opens_the_claim_again(world):
    centre, team = world
    claim = registered(world)
    receive(team, claim, "2000.00", "CODA-1")
    decided(centre, submitted(centre, claim))
    with pytest.raises(AidError) as refused:
        accounting.reverse(actor=team.accountant, voucher=ClaimWaiver.unscoped.get().voucher, reason="Erreur de saisie")
    assert refused.value.code == "decided" and state(claim)[0] == "waived"
    reverse_receipt(actor=team.accountant, receipt=ClaimReceipt.unscoped.get(), reason="Rappel de la banque")
    assert state(claim) == ("registered", D("0.00"), D("628.40"), D("2000.00")) and reconciliation(SYSTEM).agrees
    (task,) = WorkItem.unscoped.filter(subject_type="claim", subject_id=claim.pk, step="reopened")
    assert "2 000,00" in plain(task.why) and task.owner_id == centre.worker.account_id


def test_the_worker_proposes_it_on_a_page_and_lands_on_the_proposal(client, world):
    centre, team = world
    claim = registered(world)
    page = reverse("aid:waive", args=[claim.uuid])
    client.force_login(Account.objects.get(pk=centre.worker.account_id))
    dossier = client.get(reverse("dossiers:detail", args=[claim.dossier.uuid])).content.decode()
    assert page in dossier
    html = client.get(page).content.decode()
    assert claim.number in html and "2 628,40" in plain(html)
    key = html.split('name="idempotency_key" value="')[1].split('"')[0] if "idempotency_key" in html else ""
    wrong = client.post(page, {"amount": "9999", "idempotency_key": key})
    assert wrong.status_code == 422 and "2 628,40" in plain(wrong.content.decode())
    html = client.get(page).content.decode()
    key = html.split('name="idempotency_key" value="')[1].split('"')[0] if "idempotency_key" in html else ""
    sent = client.post(page, {"amount": "628,40", "idempotency_key": key})
    assert sent.status_code == 303
    proposal = decisions.Proposal.unscoped.get(line__kind=f"waiver-{claim.number}-1")
    assert sent["Location"] == reverse("decisions:proposal", args=[proposal.uuid])
    shown = plain(client.get(sent["Location"]).content.decode())
    assert claim.number in shown and "628,40" in shown and "raisons d’équité" in shown
    for who in (team.accountant, centre.clerk):
        client.force_login(Account.objects.get(pk=who.account_id))
        assert client.get(page).status_code in (403, 404)


def test_the_accountant_sees_what_was_given_up_and_by_which_decision(client, world):
    centre, team = world
    claim = registered(world)
    decision = decided(centre, submitted(centre, claim, "600.00"))
    client.force_login(Account.objects.get(pk=team.accountant.account_id))
    html = plain(client.get(reverse("aid:claim", args=[claim.uuid])).content.decode())
    assert decision.number in html and "600,00" in html and "2 028,40" in html
    assert "600,00" in plain(client.get(reverse("aid:claims")).content.decode())
    month = plain(client.get(reverse("aid:claims_month", args=[2026, 3])).content.decode())
    assert "Abandonné" in month and "600,00" in month
    assert Claim.unscoped.count() == 1


def test_an_institution_is_written_to_in_the_language_that_the_address_book_has_for_it(world):
    centre, _team = world
    claim = registered(world)
    for language in ("nl", "fr"):  # an older entry of another name changes nothing
        name = "Office National de l'Emploi" if language == "nl" else "Office de l’emploi"
        create_organisation(actor=PERSON_EDITOR, name=name, language=language, valid_from=claim.valid_from)
    decided(centre, submitted(centre, claim, "600.00"))
    letter = Document.unscoped.get(subject_type="claim", subject_id=claim.pk, kind="letter")
    assert letter.language == "nl" and "628,40 €" in plain(words(letter.file.path.read_bytes()))
    (task,) = WorkItem.unscoped.filter(subject_type="claim", subject_id=claim.pk, state="open", step__startswith="waived-")
    assert task.why == f"{claim.number} · Office national de l’emploi"


def test_another_debtor_gets_a_letter_without_the_file_and_the_worker_the_task_to_send_it(client, world):
    centre, team = world
    claim = registered(world)  # the institution owes it
    decided(centre, submitted(centre, claim, "600.00"))
    letter = Document.unscoped.get(subject_type="claim", subject_id=claim.pk, kind="letter")
    assert (letter.data_class, letter.dossier_id, letter.language) == ("money", claim.dossier_id, "fr")
    text = plain(words(letter.file.path.read_bytes()))
    for part in (
        "Office national de l’emploi",
        claim.number,
        "2 628,40 €",
        "600,00 €",
        "2 028,40 €",
        claim.ground,
        "Vous ne devez plus payer",
    ):
        assert part in text, (part, text)
    for private in ("Aya", "Benali", "Noé", "210,00", claim.dossier.number, "[", "{"):
        assert private not in text, (private, text)
    (task,) = WorkItem.unscoped.filter(subject_type="claim", subject_id=claim.pk, state="open", step__startswith="waived-")
    assert "dans la langue du centre" in task.why  # the address book does not know it
    assert (task.owner_id, task.dossier_key) == (centre.worker.account_id, claim.dossier_id)
    client.force_login(Account.objects.get(pk=centre.worker.account_id))
    assert client.get(reverse("workflows:task", args=[task.uuid])).status_code == 200
    client.force_login(Account.objects.get(pk=team.accountant.account_id))
    page = client.get(reverse("aid:claim", args=[claim.uuid])).content.decode()
    assert reverse("documents:download", args=[letter.uuid]) in page


@pytest.mark.parametrize(
    ("language", "said"), [("nl", "U hoeft dit bedrag niet meer te betalen"), ("de", "brauchen Sie nicht mehr zu zahlen")]
)
def test_a_person_who_owes_for_another_reads_it_in_the_own_language_and_who_owes_for_oneself_gets_none(world, language, said):
    centre, _team = world
    claim = registered(world)
    son = make_person("Delvaux", "Luc", "1970-01-01")
    set_language(actor=PERSON_EDITOR, person=son, language=language, valid_from=date(2020, 1, 1))
    Claim.unscoped.filter(pk=claim.pk).update(debtor_kind="person", debtor_person=son, debtor_name="Luc Delvaux")
    decided(centre, submitted(centre, claim))
    letter = Document.unscoped.get(subject_type="claim", subject_id=claim.pk, kind="letter")
    text = plain(words(letter.file.path.read_bytes()))
    assert letter.language == language and said in text and "Luc Delvaux" in text and "Benali" not in text
    Claim.unscoped.filter(pk=claim.pk).update(debtor_person=claim.beneficiary_id, debtor_name=claim.beneficiary_name)
    claim.refresh_from_db()
    assert not other_debtor(claim)
