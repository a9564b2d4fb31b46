"""Who is it: join once, take answers over with their source, the shortest path of urgency."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from parvis.contacts import api as contacts
from parvis.dossiers import api as dossiers
from parvis.dossiers.models import SituationFact
from parvis.kernel import clock, events
from parvis.kernel.errors import NotAllowed
from parvis.kernel.subject import SubjectRef
from parvis.requests import api as requests
from parvis.requests.events import RequestJoined
from parvis.requests.models import Request, RequestLine
from parvis.requests.services import Need
from parvis.workflows import api as workflows
from tests.requests.factories import agent, send, world

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture(autouse=True)
def unit():
    return world()


@pytest.fixture
def clerk():
    return agent("Sabine", "clerk")


@pytest.fixture
def worker():
    return agent("Amelie", "social_worker")


def person(actor, family="Benali", given="Aya", born=date(1987, 3, 27)):
    return contacts.create_person(actor=actor, family_name=family, given_names=given, birth_date=born, language="fr")


@pytest.fixture
def heard(monkeypatch):
    """RequestJoined events, as a process would hear them."""
    found = []
    monkeypatch.setitem(events._handlers, RequestJoined, [*events._handlers.get(RequestJoined, []), (999, "test.heard", found.append)])
    return found


def test_joining_opens_a_dossier_moves_every_line_and_tells_the_process(clerk, heard):
    request = send(answers={"wants": ["income", "energy"]}).request
    who = person(clerk)
    joined = requests.join_dossier(actor=clerk, request=request, person=who)
    assert joined.dossier.lead_id == who.pk and joined.applicant_id == who.pk and joined.joined_by_label == "Sabine"
    lines = list(RequestLine.unscoped.order_by("pk"))
    assert [(line.stage, line.person_id) for line in lines] == [("inquiry", who.pk)] * 2
    assert [(event.line_id, event.process_subject, event.dossier_id) for event in heard] == [
        (line.pk, SubjectRef("request_line", line.pk), joined.dossier_id) for line in lines
    ]
    for line in lines:
        (where,) = workflows.where(SubjectRef("request_line", line.pk))
        assert where.step == "inquiry" and where.queue == "social_worker" and where.due_on is not None


def test_joining_an_existing_dossier_adds_the_person_as_member(clerk):
    first, second = person(clerk), person(clerk, "Benali", "Noé", date(2015, 5, 4))
    request = send().request
    dossier = requests.join_dossier(actor=clerk, request=request, person=first).dossier
    other = requests.join_dossier(actor=clerk, request=send().request, person=second, dossier=dossier)
    assert other.dossier_id == dossier.pk
    assert {member.person_id for member in dossiers.members_at(dossier.pk)} == {first.pk, second.pk}


def test_the_second_of_two_agents_learns_who_was_faster_and_nothing_changes(clerk, worker):
    request = send().request
    stale = Request.unscoped.get(pk=request.pk)
    first, second = person(clerk), person(worker, "Autre", "Personne", None)
    with clock.travel(datetime(2026, 3, 2, 10, tzinfo=UTC)):
        requests.join_dossier(actor=clerk, request=request, person=first)
    before = dossiers.Dossier.unscoped.count()
    with pytest.raises(requests.AlreadyJoined) as caught:
        requests.join_dossier(actor=worker, request=stale, person=second)
    assert caught.value.who == "Sabine" and caught.value.when == datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert Request.unscoped.get().applicant_id == first.pk and dossiers.Dossier.unscoped.count() == before


def test_joining_is_for_those_who_register_in_the_unit(clerk):
    request = send().request
    who = person(clerk)
    for outsider in (agent("Payer", "payer"), agent("Ailleurs", "clerk", unit=_other_unit())):
        with pytest.raises(NotAllowed):
            requests.join_dossier(actor=outsider, request=request, person=who)
    assert Request.unscoped.get().joined_at is None and not dossiers.Dossier.unscoped.exists()


def _other_unit():
    from parvis.identity.api import create_unit
    from tests.requests.factories import ROOT

    return create_unit(actor=ROOT, code="INS", name={"fr": "Insertion"})


def test_answers_become_facts_only_when_chosen_and_keep_their_source(worker):
    request = requests.join_dossier(actor=worker, request=send().request, person=person(worker))
    offered = {one.key: one for one in requests.takings(worker, request)}
    assert set(offered) == {"birth_date", "address", "iban", "phone", "language", "members:0", "incomes:0", "rent", "housing", "need"}
    assert offered["birth_date"].same and not offered["address"].known
    assert not SituationFact.unscoped.exists()
    written = requests.take_over(actor=worker, request=request, keys={"address", "iban", "phone", "rent", "incomes:0", "members:0", "need"})
    assert set(written) == {"address", "iban", "phone", "rent", "incomes:0", "members:0", "need"}
    card = contacts.person_card(worker, request.applicant_id)
    assert "Rue des Tanneurs 27" in card.address and card.phone
    assert [row.iban for row in contacts.bank_accounts(request.applicant_id)] == ["BE68539007547034"]
    rent = SituationFact.unscoped.get(kind="expense")
    assert (rent.amount, rent.periodicity, rent.source, rent.source_ref) == (
        Decimal("620.50"),
        "month",
        "submission",
        f"request:{request.pk}#rent",
    )
    income = SituationFact.unscoped.get(kind="resource")
    assert (income.amount, income.details) == (Decimal("180.00"), {"code": "family"})
    roles = sorted((member.role) for member in dossiers.members_at(request.dossier_id))
    assert roles == ["applicant", "child"]
    request.refresh_from_db()
    assert requests.take_over(actor=worker, request=request, keys={"rent"}) == [], "twice is once"
    assert SituationFact.unscoped.filter(kind="expense").count() == 1


def test_a_centre_that_speaks_dutch_reads_its_facts_in_dutch(worker, settings):
    settings.LANGUAGE_CODE = "nl"
    request = requests.join_dossier(actor=worker, request=send().request, person=person(worker))
    requests.take_over(actor=worker, request=request, keys={"rent", "incomes:0", "housing"})
    labels = dict(SituationFact.unscoped.values_list("kind", "label"))
    assert labels["expense"] == "Huur per maand" and labels["resource"].startswith("Kinderbijslag")


def test_a_clerk_does_not_write_the_situation(clerk):
    request = requests.join_dossier(actor=clerk, request=send().request, person=person(clerk))
    with pytest.raises(NotAllowed):
        requests.take_over(actor=clerk, request=request, keys={"rent", "phone"})
    request.refresh_from_db()
    assert request.taken_over == {} and not SituationFact.unscoped.exists()
    assert not contacts.person_card(clerk, request.applicant_id).phone


NEED = Need(
    family_name="Sow", given_names="Mariama", reason="Plus rien à manger, deux enfants", amount=Decimal("120"), iban="BE68539007547034"
)


def test_urgency_is_one_gesture_from_name_to_president(worker):
    with clock.travel(datetime(2026, 3, 2, 15, tzinfo=UTC)):
        request = requests.register_urgent(actor=worker, need=NEED)
    assert request.urgent and request.joined_at is not None and request.answers["urgent_amount"] == "120.00"
    (line,) = RequestLine.unscoped.filter(request=request)
    assert (line.kind, line.stage, line.provision) == ("urgent_aid", "president", "aid.one_off")
    (where,) = workflows.where(SubjectRef("request_line", line.pk))
    assert (where.step, where.queue, where.due_on) == ("president", "president", date(2026, 3, 3))
    assert [row.iban for row in contacts.bank_accounts(request.applicant_id)] == ["BE68539007547034"]


def test_a_clerk_writes_no_account_but_the_president_reads_it(clerk):
    request = requests.register_urgent(actor=clerk, need=NEED)
    assert contacts.bank_accounts(request.applicant_id) == [] and request.answers["iban"] == "BE68539007547034"
    with pytest.raises(NotAllowed):
        requests.take_over(actor=clerk, request=request, keys={"iban"})


def test_urgency_of_a_known_person_uses_the_open_dossier(clerk):
    who = person(clerk)
    dossier = requests.join_dossier(actor=clerk, request=send().request, person=who).dossier
    request = requests.register_urgent(actor=clerk, need=Need("Benali", "Aya", "Coupure de gaz", cash=True), person=who)
    assert request.dossier_id == dossier.pk and contacts.Person.unscoped.count() == 1


def test_urgency_without_a_reason_or_right_changes_nothing(clerk):
    with pytest.raises(requests.RequestError):
        requests.register_urgent(actor=clerk, need=Need("Sow", "Mariama", "  "))
    with pytest.raises(NotAllowed):
        requests.register_urgent(actor=agent("Payer", "payer"), need=NEED)
    assert not Request.unscoped.exists() and not contacts.Person.unscoped.exists()
