"""The simulated bank: reads our order, answers with valid files, exists only where it may."""

from __future__ import annotations

import pytest
from django.urls import reverse

from parvis.accounting.pain001 import schema_faults
from parvis.connectors import bank_simulator as bank
from parvis.connectors.api import ConnectorError, answer_as_bank, answers_of, call_about
from parvis.connectors.models import Answer, Call
from parvis.connectors.registry import purpose_in_words
from parvis.identity.models import Account
from parvis.kernel import clock, jobs
from parvis.kernel.errors import NotAllowed
from parvis.kernel.models import MutationLine
from tests.accounting.factories import a_spec, a_team, lines, sent

pytestmark = pytest.mark.django_db


def test_the_call_keeps_who_asked_what_about_whom_and_why():
    team = a_team()
    order = sent(team, a_spec(1))
    call = call_about(team.payer, order.ref)
    assert (call.connector, call.state, call.simulated, call.attempts) == ("bank-simulator", "sent", True, 1)
    assert call.purpose == f"payment order {order.number}" and call.author_label == "system:bank-connector"
    assert bytes(call.request).startswith(b"<?xml") and len(call.request_sha256) == 64
    assert MutationLine.objects.filter(stream="context:connectors", verb="call.asked", subject_id=call.pk).exists()
    assert call_about(team.worker, order.ref) is None


def test_the_purpose_is_read_in_the_readers_language_and_stays_as_it_was_stored(client):
    team = a_team()
    order = sent(team, a_spec(1))
    client.force_login(Account.objects.get(pk=team.payer.account_id))
    call = call_about(team.payer, order.ref)
    for url in (reverse("connectors:calls"), reverse("connectors:call", args=[call.uuid])):
        page = client.get(url).content.decode()
        assert f"ordre de paiement {order.number}" in page and "payment order" not in page
    assert Call.unscoped.get().purpose == f"payment order {order.number}"
    assert purpose_in_words("identity check 12") == "identity check 12"


@pytest.mark.parametrize(("version", "schema"), [("pain.002.001.03", "pain.002.001.03.xsd"), ("pain.002.001.14", "pain.002.001.14.xsd")])
def test_status_reports_are_valid_against_the_schemas(samples, version, schema):
    team = a_team()
    order = sent(team, a_spec(1), a_spec(2))
    read = bank.read_order(bytes(call_about(team.payer, order.ref).request))
    verdicts = {f"{order.number}-00001": "accept", f"{order.number}-00002": "AC04"}
    content = bank.status_report(read, verdicts, message_id="B1", at=clock.now(), version=version)
    assert schema_faults(content, samples / "pain" / "xsd" / schema) == []


def test_notices_are_valid_against_the_schema(samples):
    team = a_team()
    order = sent(team, a_spec(1), a_spec(2))
    read = bank.read_order(bytes(call_about(team.payer, order.ref).request))
    schema = samples / "camt" / "xsd" / "camt.054.001.08.xsd"
    debit = bank.debit_notice(read, [f"{order.number}-00001"], message_id="B2", at=clock.now(), on=clock.today())
    back = bank.return_notice(read, {f"{order.number}-00001": "AC04"}, message_id="B3", at=clock.now(), on=clock.today())
    assert schema_faults(debit, schema) == [] and schema_faults(back, schema) == []


def test_unknown_lines_and_empty_answers_are_refused():
    team = a_team()
    order = sent(team, a_spec(1))
    call = call_about(team.payer, order.ref)
    with pytest.raises(ConnectorError) as unknown:
        answer_as_bank(actor=team.payer, call=call, verdicts={"P1-00009": "AC01"})
    assert unknown.value.code == "unknown_line"
    with pytest.raises(NotAllowed):
        answer_as_bank(actor=team.auditor, call=call)
    assert not Answer.unscoped.exists() and lines(order)[0].state == "sent"
    assert answer_as_bank(actor=team.payer, call=call) == 1
    call = Call.unscoped.get(pk=call.pk)
    with pytest.raises(ConnectorError) as empty:
        answer_as_bank(actor=team.payer, call=call)
    assert empty.value.code == "empty"
    assert [(answer.round, answer.position) for answer in answers_of(call.pk)] == [(1, 1), (1, 2)]


def test_a_production_instance_has_no_simulated_bank(settings):
    team = a_team()
    order = sent(team, a_spec(1))
    call = call_about(team.payer, order.ref)
    settings.PARVIS_KIND = "production"
    with pytest.raises(NotAllowed):
        answer_as_bank(actor=team.payer, call=call)
    assert not Answer.unscoped.exists()


def test_handing_over_twice_sends_once():
    team = a_team()
    order = sent(team, a_spec(1))
    from parvis.accounting.jobs import send_order
    from parvis.kernel.models import Job

    Job.objects.filter(kind="accounting.send_order", subject_id=order.pk).update(state="queued", worker="")
    jobs.run_pending()
    assert send_order is not None and Call.unscoped.filter(subject_type="payment_order", subject_id=order.pk).count() == 1
    assert Call.unscoped.get().attempts == 1
