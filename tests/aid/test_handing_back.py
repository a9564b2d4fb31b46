"""A claim that is fully recovered goes back to the worker: task, balance of the file, letter to the client (C16)."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import pypdf
import pytest
from django.urls import reverse

from parvis.aid.api import prepare_first_payment, record_receipt, register_claim, tell_settled
from parvis.aid.errors import AidError
from parvis.aid.models import Claim
from parvis.documents.models import Document
from parvis.dossiers.models import Referent
from parvis.identity.models import Account
from parvis.kernel import jobs
from parvis.kernel.errors import Conflict, NotAllowed
from parvis.workflows.models import WorkItem
from tests.decisions import factories as made

from . import factories as f
from .test_recovering import _advance

D = Decimal


def words(pdf: bytes) -> str:
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)
    return " ".join(text.replace("\xa0", " ").replace("\u202f", " ").split())


def registered(world, language="fr"):
    centre, team = world
    line = made.make_line(centre, language=language)
    decision = f.granted(centre, line_id=line, provision=_advance)
    f.bank(team, prepare_first_payment(actor=team.payer, line_id=decision.line_id))
    return register_claim(actor=team.accountant, claim=Claim.unscoped.get(decision=decision), amount=D("2628.40"))


def receive(team, claim, amount, reference):
    record_receipt(actor=team.accountant, claim=claim, amount=D(amount), on=date(2026, 3, 2), reference=reference)
    jobs.run_pending(raise_errors=True)
    claim.refresh_from_db()


def tasks(claim):
    return list(WorkItem.unscoped.filter(subject_type="claim", subject_id=claim.pk, step="settled"))


def test_the_last_cent_gives_the_worker_one_task_and_one_letter(world):
    centre, team = world
    claim = registered(world)
    receive(team, claim, "2628.39", "CODA-1")
    assert tasks(claim) == [] and claim.closing_letter_id is None and claim.settled_at is None
    receive(team, claim, "0.01", "CODA-2")
    assert claim.state == "settled" and claim.settled_at is not None
    (task,) = tasks(claim)
    assert (task.owner_id, task.dossier_key, task.screen) == (centre.worker.account_id, claim.dossier_id, "aid.settled")
    assert claim.number in task.why and "2 628,40" in task.why.replace("\u202f", " ").replace("\xa0", " ")
    letter = Document.unscoped.get(pk=claim.closing_letter_id)
    assert (letter.kind, letter.data_class, letter.dossier_id) == ("letter", "money", claim.dossier_id)
    text = words(letter.file.path.read_bytes())
    for part in ("Aya Benali", "Office national de l’emploi", claim.number, "2 628,40 €", "Vous ne devez rien", "Amélie Lambrecht"):
        assert part in text, (part, text)
    assert "[" not in text
    with pytest.raises(AidError):
        receive(team, claim, "0.01", "CODA-3")
    assert len(tasks(claim)) == 1 and Document.unscoped.filter(subject_type="claim", subject_id=claim.pk, kind="letter").count() == 1


@pytest.mark.parametrize(
    ("language", "said"), [("nl", "U bent het centrum voor deze hulp niets verschuldigd"), ("de", "Sie schulden dem Zentrum")]
)
def test_the_letter_speaks_the_language_of_the_client(world, language, said):
    claim = registered(world, language)
    receive(world[1], claim, "2628.40", "CODA-1")
    letter = Document.unscoped.get(pk=claim.closing_letter_id)
    assert letter.language == language and said in words(letter.file.path.read_bytes())


def test_nobody_follows_the_file_then_the_queue_of_the_service_has_it(world):
    _centre, team = world
    claim = registered(world)
    Referent.unscoped.filter(dossier=claim.dossier_id).delete()
    receive(team, claim, "2628.40", "CODA-1")
    (task,) = tasks(claim)
    assert (task.owner_id, task.queue, task.unit_id) == (None, "social_worker", claim.dossier.unit_id)


def test_the_worker_sees_balance_and_letter_and_says_that_it_went_out_once(client, world):
    centre, team = world
    claim = registered(world)
    page = reverse("aid:settled", args=[claim.uuid])
    client.force_login(Account.objects.get(pk=centre.worker.account_id))
    assert client.get(page).status_code == 404  # nothing ended yet
    receive(team, claim, "2628.40", "CODA-1")
    html = client.get(page).content.decode()
    balance = html[html.index("h-bal") :]
    for part in ("Solde du dossier", "Dernier paiement", "1 314,20"):
        assert part in balance.replace("\u202f", " ").replace("\xa0", " "), (part, balance[:1500])
    assert "La lettre est partie" in html
    pdf = client.get(reverse("aid:settled_letter", args=[claim.uuid]))
    assert pdf["Content-Type"] == "application/pdf" and claim.number in words(pdf.content)
    assert client.post(page).status_code == 303
    (task,) = tasks(claim)
    claim.refresh_from_db()
    assert (task.state, claim.told_by_label) == ("done", "Amélie Lambrecht")
    with pytest.raises(Conflict):
        tell_settled(actor=centre.chief, claim=claim)
    assert "La lettre est partie" not in client.get(page).content.decode()


def test_only_worker_and_chief_say_that_the_letter_went_out(client, world):
    centre, team = world
    claim = registered(world)
    with pytest.raises(AidError) as refusal:
        tell_settled(actor=centre.worker, claim=claim)
    assert refusal.value.code == "state"
    receive(team, claim, "2628.40", "CODA-1")
    for actor in (team.accountant, team.auditor, centre.clerk, centre.lawyer):
        with pytest.raises(NotAllowed):
            tell_settled(actor=actor, claim=claim)
    claim.refresh_from_db()
    assert claim.told_at is None and tasks(claim)[0].state == "open"
    client.force_login(Account.objects.get(pk=centre.clerk.account_id))
    assert client.get(reverse("aid:settled", args=[claim.uuid])).status_code == 404
