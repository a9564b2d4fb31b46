"""A demand enters the register: number, lines, clocks, cases, receipt, once."""

from datetime import UTC, date, datetime

import pytest

from parvis.documents import api as documents
from parvis.form_engine import api as forms
from parvis.kernel import clock, jobs
from parvis.kernel.actor import ANONYMOUS
from parvis.kernel.errors import NotAllowed
from parvis.kernel.models import MutationLine
from parvis.kernel.subject import SubjectRef
from parvis.procedures import api as procedures
from parvis.requests import api as requests
from parvis.requests.grids import _by_state, listed
from parvis.requests.models import Clock, Request, RequestDateCorrection, RequestLine, StageMark
from parvis.requests.selectors import count_late
from parvis.workflows import api as workflows
from tests.requests.factories import ANSWERS, ROOT, send, world
from tests.support import actor

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture(autouse=True)
def unit():
    return world()


def at(day: int, month: int = 3, hour: int = 10):
    return clock.travel(datetime(2026, month, day, hour, tzinfo=UTC))


def test_a_request_gets_number_line_clock_case_and_mark():
    with at(2):
        sent = send()
        second = send()
    request = sent.request
    assert (request.number, second.request.number) == ("2026/00001", "2026/00002")
    assert request.requested_on == date(2026, 3, 2) and request.applicant_name == "Aya Benali"
    line = RequestLine.unscoped.get(request=request)
    assert (line.kind, line.provision, line.stage) == ("ris", "aid.ris", "received")
    term = Clock.unscoped.get(line=line)
    assert (term.kind, term.started_on, term.due_on, term.started_by) == ("decide", date(2026, 3, 2), date(2026, 4, 1), "2026/00001")
    (where,) = workflows.where(SubjectRef("request_line", line.pk))
    assert where.due_on == date(2026, 4, 1)
    assert [mark.stage for mark in StageMark.unscoped.filter(line=line)] == ["received"]
    assert MutationLine.objects.filter(verb="request_sent", subject_type="request").count() == 2


def test_each_right_asked_for_is_a_line_with_its_own_term():
    with at(2):
        request = send(answers={"wants": ["income", "energy"], "urgent": True, "urgent_reason": "Plus rien à manger"}).request
    dues = {row.line.kind: row.due_on for row in Clock.unscoped.select_related("line").filter(line__request=request)}
    assert dues == {"ris": date(2026, 4, 1), "social_aid": date(2026, 4, 2), "urgent_aid": date(2026, 3, 3)}
    assert request.urgent and request.urgent_reason == "Plus rien à manger"


def test_hidden_answers_are_not_sent():
    request = send(answers={"lives_alone": True, "has_account": False}).request
    assert "members" not in request.answers and "iban" not in request.answers


def test_missing_answers_are_refused_and_nothing_changes():
    with pytest.raises(requests.Incomplete) as caught:
        send(answers={"need": None, "iban": {"raw": "BE00"}})
    assert [problem.path for problem in caught.value.problems] == ["need", "iban"]
    assert not Request.unscoped.exists() and not workflows.Case.objects.exists()
    assert send().request.number.endswith("/00001")


def test_an_agent_registers_what_the_person_could_say():
    clerk = actor("clerk")
    request = requests.send_request(
        actor=clerk,
        procedure=procedures.latest("aid-request"),
        answers={"last_name": "Inconnue"},
        language="fr",
        channel="call",
        incomplete=True,
    ).request
    assert request.registered_by_label == clerk.label
    assert [line.kind for line in RequestLine.unscoped.filter(request=request)] == ["ris"]


def test_only_those_who_register_use_the_desk():
    for who in (actor("payer"), actor("committee_member"), ANONYMOUS):
        with pytest.raises(NotAllowed):
            send(channel="desk_visit", actor=who)
    assert not Request.unscoped.exists()


def test_a_draft_is_sent_once():
    procedure = procedures.latest("aid-request")
    draft, code = forms.open_draft(actor=ANONYMOUS, form=procedure.form, purpose="p", language="fr", answers=ANSWERS)
    first = requests.send_request(actor=ANONYMOUS, procedure=procedure, answers=ANSWERS, language="fr", channel="portal", draft=draft)
    with pytest.raises(forms.AlreadySent):
        requests.send_request(actor=ANONYMOUS, procedure=procedure, answers=ANSWERS, language="fr", channel="portal", draft=draft)
    assert Request.unscoped.count() == 1
    assert requests.request_of_draft(draft.pk) == first.request
    with pytest.raises(forms.DraftGone):
        forms.draft_by_code(code)
    assert forms.Draft.unscoped.get(pk=draft.pk).answers == {}


def test_the_tracking_code_is_kept_as_a_digest_only():
    sent = send()
    assert sent.tracking_code not in str(Request.unscoped.values().get(pk=sent.request.pk))
    assert requests.request_by_code(sent.tracking_code.lower().replace("-", " ")) == sent.request
    for wrong in ("", "AAAA-BBBB-CCCC", sent.tracking_code[:-1]):
        with pytest.raises(requests.NoSuchRequest):
            requests.request_by_code(wrong)


def test_the_day_is_corrected_with_author_and_reason_and_the_clock_follows():
    with at(10):
        request = send(channel="call", actor=actor("clerk", label="Sabine")).request
        requests.correct_request_date(
            actor=actor("clerk", label="Sabine"), request=request, new_on=date(2026, 3, 6), reason="Appel du vendredi"
        )
    request.refresh_from_db()
    assert request.requested_on == date(2026, 3, 6)
    assert clock.date_of(request.received_at) == date(2026, 3, 10)
    kept = RequestDateCorrection.objects.get()
    assert (kept.old_on, kept.new_on, kept.author_label, kept.reason) == (
        date(2026, 3, 10),
        date(2026, 3, 6),
        "Sabine",
        "Appel du vendredi",
    )
    rows = list(Clock.unscoped.order_by("pk").values_list("started_on", "due_on", "live", "stop_reason"))
    assert rows == [
        (date(2026, 3, 10), date(2026, 4, 9), None, "corrected"),
        (date(2026, 3, 6), date(2026, 4, 5), 1, ""),
    ]
    (where,) = workflows.where(SubjectRef("request_line", RequestLine.unscoped.get().pk))
    assert where.due_on == date(2026, 4, 5)


@pytest.mark.parametrize(
    ("new_on", "reason", "code"),
    [
        (date(2026, 3, 11), "x", "later"),
        (date(2025, 1, 1), "x", "too_old"),
        (date(2026, 3, 10), "x", "same"),
        (date(2026, 3, 6), "  ", "no_reason"),
    ],
)
def test_a_wrong_correction_changes_nothing(new_on, reason, code):
    with at(10):
        request = send().request
        with pytest.raises(requests.RequestError) as caught:
            requests.correct_request_date(actor=actor("clerk"), request=request, new_on=new_on, reason=reason)
        with pytest.raises(NotAllowed):
            requests.correct_request_date(actor=actor("payer"), request=request, new_on=date(2026, 3, 6), reason="x")
    assert caught.value.code == code
    assert Request.unscoped.get().requested_on == date(2026, 3, 10)
    assert not RequestDateCorrection.objects.exists() and Clock.unscoped.count() == 1


def test_clocks_start_from_events_and_are_met():
    with at(2):
        request = send().request
        line = RequestLine.unscoped.get(request=request)
        notify = requests.start_clock(actor=ROOT, line_id=line.pk, kind="notify", on=date(2026, 3, 20), started_by="CSSS 2026/0001")
        pay = requests.start_clock(actor=ROOT, line_id=line.pk, kind="pay", on=date(2026, 3, 20), started_by="CSSS 2026/0001")
        appeal = requests.start_clock(actor=ROOT, line_id=line.pk, kind="appeal", on=date(2026, 3, 25), started_by="Notification")
        again = requests.start_clock(actor=ROOT, line_id=line.pk, kind="notify", on=date(2026, 3, 30), started_by="x")
        requests.meet_clock(actor=ROOT, line_id=line.pk, kind="decide", on=date(2026, 3, 20))
    assert (notify.due_on, pay.due_on, appeal.due_on) == (date(2026, 3, 28), date(2026, 4, 4), date(2026, 6, 25))
    assert again.pk == notify.pk
    assert requests.next_clock([line.pk])[line.pk].kind == "notify"
    assert requests.meet_clock(actor=ROOT, line_id=line.pk, kind="decide") is None


def test_the_receipt_is_a_pdf_in_the_persons_language_the_same_each_time():
    with at(2):
        request = send(language="de", answers={"letter_language": "de"}).request
        jobs.run_pending(kinds={"requests.receipt"}, raise_errors=True)
        (document,) = [d for d in documents.documents_about([SubjectRef("request", request.pk)]) if d.kind == "receipt"]
        requests.make_receipt(actor=ROOT, request=request)
    assert document.language == "de" and document.title == "Empfangsbestätigung 2026/00001"
    assert len(documents.documents_about([SubjectRef("request", request.pk)])) == 1
    import pypdfium2

    pdf = pypdfium2.PdfDocument(documents.read_bytes(document.file))
    text = " ".join(page.get_textpage().get_text_range() for page in pdf).replace("\xa0", " ")
    for part in ("2026/00001", "2. März 2026", "1. April 2026", "Sozialdienst", "8 Tage", "15 Tagen", "3 Monaten"):
        assert part in text, part


def test_over_term_counts_lines_not_decided_in_time():
    with at(2):
        request = send().request
    with at(1, month=4):
        assert requests.over_term().count() == 0
    with at(2, month=4):
        assert requests.over_term().count() == requests.over_term(actor("clerk")).count() == 1
        # The count in the open is of requests, as the register lists them: the same number for who sees this one.
        assert (count_late(), count_late(actor("clerk"))) == (1, 1)
        assert [row.pk for row in _by_state(listed(actor("clerk")), "late")] == [request.pk]
        requests.mark_progress(actor=ROOT, line_id=RequestLine.unscoped.get(request=request).pk, stage="decided", outcome="granted")
        assert requests.over_term().count() == 0
