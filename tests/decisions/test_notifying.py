"""The letter leaves once, complete, with a proof, on the clock's day."""

from datetime import date

import pytest

from parvis.decisions import api, letters
from parvis.decisions.errors import NotificationRefused
from parvis.decisions.models import Minutes, Notification, Pack
from parvis.decisions.services import notifying
from parvis.documents import api as documents
from parvis.kernel.errors import Conflict, DomainError, NotAllowed
from parvis.kernel.models import MutationLine
from parvis.kernel.subject import SubjectRef
from parvis.kernel.terms import Term
from parvis.requests.models import Clock, StageMark
from parvis.workflows import api as workflows
from tests.decisions import factories as f
from tests.support.triggers import tampering


@pytest.fixture
def notification(centre) -> Notification:
    decision = f.decided(centre)
    f.run_jobs()
    return Notification.unscoped.get(decision=decision)


def send(centre, notification, **more):
    values = {"actor": centre.secretary, "channel": "registered", "reference": "RR 1234 5678 9 BE"} | more
    return api.send_notification(notification=notification, **values)


def unchanged(notification) -> bool:
    notification.refresh_from_db()
    return notification.state == "to_send" and notification.sent_at is None and not Clock.unscoped.filter(kind="appeal").exists()


def test_sending_is_dated_by_the_clock_and_starts_the_appeal(centre, notification):
    with f.at(5, hour=15):
        sent = send(centre, notification)
    assert (sent.state, sent.sent_on, sent.channel, sent.reference, sent.sent_by_label) == (
        "sent",
        date(2026, 3, 5),
        "registered",
        "RR 1234 5678 9 BE",
        "Nathalie Cuvelier",
    )
    assert sent.appeal_until == date(2026, 6, 5)
    clocks = {row.kind: (row.due_on, row.met_on) for row in Clock.unscoped.filter(line=sent.decision.line_id, live=1)}
    assert clocks["notify"] == (date(2026, 3, 10), date(2026, 3, 5)) and clocks["appeal"] == (date(2026, 6, 5), None)
    assert StageMark.unscoped.filter(line=sent.decision.line_id).order_by("-pk").first().stage == "notified"
    assert [row.step for row in workflows.where(SubjectRef("request_line", sent.decision.line_id))] == ["pay"]
    assert MutationLine.objects.filter(verb="notify").count() == 1


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"channel": "mail"}, DomainError),
        ({"reference": "   "}, DomainError),
        ({"actor": "anciaux"}, NotAllowed),
        ({"actor": "worker"}, NotAllowed),
        ({"actor": "payer"}, NotAllowed),
    ],
)
def test_a_sending_without_proof_or_right_is_refused(centre, notification, more, error):
    if "actor" in more:
        more = {"actor": getattr(centre, more["actor"])}
    with pytest.raises(error):
        send(centre, notification, **more)
    assert unchanged(notification)


def test_nothing_leaves_before_the_letter_exists(centre):
    decision = f.decided(centre)
    notification = Notification.unscoped.get(decision=decision)
    with pytest.raises(NotificationRefused):
        send(centre, notification)
    assert unchanged(notification)


def test_a_missing_mention_keeps_the_letter_in(centre, notification):
    import json

    pack = Pack.unscoped.get(decision=notification.decision)
    content = json.loads(pack.content)
    content["decided"]["blocks"] = [b for b in content["decided"]["blocks"] if not b["key"].startswith("appeal")]
    with tampering():
        Pack.unscoped.filter(pk=pack.pk).update(content=json.dumps(content))
    with pytest.raises(NotificationRefused) as caught:
        send(centre, notification)
    assert "Adresse du tribunal" in str(caught.value.message)
    assert unchanged(notification)


#: Article 21 of the law of 26 May 2002, item by item: what each sentence of the letter carries.
ITEMS = (
    "legal_grounds", "factual_grounds", "amount", "periodicity", "appeal_court", "appeal_address", "appeal_term",
    "appeal_not_suspensive", "file_reference", "contact_person", "right_to_explanations",
)  # fmt: skip


@pytest.mark.parametrize("item", ITEMS)
def test_each_mandatory_item_keeps_the_letter_in_by_its_name_when_it_is_missing(centre, notification, item):
    import json

    pack = Pack.unscoped.get(decision=notification.decision)
    content = json.loads(pack.content)
    blocks = content["decided"]["blocks"]
    label = next(row["text"] for row in letters.checklist(blocks, final=True) if row["key"] == item and row["state"] == "ok")
    content["decided"]["blocks"] = [block for block in blocks if item not in block["mentions"]]
    assert len(content["decided"]["blocks"]) < len(blocks)
    with tampering():
        Pack.unscoped.filter(pk=pack.pk).update(content=json.dumps(content))
    with pytest.raises(NotificationRefused) as caught:
        send(centre, notification)
    assert str(label) in str(caught.value.message)
    assert unchanged(notification)


def test_the_appeal_ends_three_months_after_the_sending_and_moves_to_an_open_day_where_the_parameter_says_so(centre, notification):
    with f.at(7, hour=9):  # 7 June 2026 is a Sunday
        assert send(centre, notification).appeal_until == date(2026, 6, 7)
    rolled = Term.from_json({"count": 3, "unit": "month", "roll": True})
    assert rolled.due(date(2026, 3, 7)) == date(2026, 6, 8)
    assert rolled.due(date(2026, 2, 14)) == date(2026, 5, 15)  # Ascension Day is closed
    assert rolled.due(date(2026, 9, 25)) == date(2026, 12, 28)  # Christmas, then a week-end


def test_a_stock_only_refusal_does_not_leave(centre, notification):
    import json

    pack = Pack.unscoped.get(decision=notification.decision)
    content = json.loads(pack.content)
    for block in content["decided"]["blocks"]:
        if block["key"] == "facts":
            block["text"] = "Vos ressources sont suffisantes."
    with tampering():
        Pack.unscoped.filter(pk=pack.pk).update(content=json.dumps(content))
    api.Decision.unscoped.filter(pk=notification.decision_id).update(outcome="refused")
    with pytest.raises(NotificationRefused):
        send(centre, notification)
    assert unchanged(notification)


def test_the_second_sender_is_told_who_was_first(centre, notification):
    send(centre, notification)
    with pytest.raises(Conflict) as caught:
        send(centre, notification, actor=centre.chief, reference="RR 2")
    assert caught.value.who == "Nathalie Cuvelier" and caught.value.theirs == {"reference": "RR 1234 5678 9 BE"}
    notification.refresh_from_db()
    assert notification.reference == "RR 1234 5678 9 BE"


def test_a_letter_that_comes_back_is_sent_again_and_the_proof_stays(centre, notification):
    sent = send(centre, notification)
    with pytest.raises(DomainError):
        api.record_return(actor=centre.secretary, notification=sent, reason=" ")
    with f.at(20):
        again = api.record_return(actor=centre.secretary, notification=sent, reason="Inconnu à l’adresse")
        f.run_jobs()
        sent.refresh_from_db()
        again.refresh_from_db()
        assert (sent.state, sent.reference, sent.live) == ("returned", "RR 1234 5678 9 BE", None)
        assert (again.state, again.live) == ("to_send", 1)
        second = send(centre, again, channel="counter", reference="Signé par Aya Benali")
    assert second.appeal_until == date(2026, 6, 20)


def test_undelivered_is_the_same_figure_for_everybody(centre, notification):
    from parvis.kernel import registries

    count = registries.backlog.get("undelivered").count
    assert [count(getattr(centre, who)) for who in ("worker", "chief", "anciaux", "payer", "secretary")] == [1] * 5
    send(centre, notification)
    assert count(centre.worker) == 0


def test_obstacles_are_none_for_a_complete_letter(centre, notification):
    assert notifying.obstacles(notification.decision, "fr") == []


# Minutes --------------------------------------------------------------------------------------------------------------------
@pytest.fixture
def minutes(centre, notification) -> Minutes:
    api.close_session(actor=centre.secretary, session=notification.decision.session)
    f.run_jobs()
    return Minutes.unscoped.get()


def shown(minutes: Minutes) -> str:
    import pypdfium2

    minutes.refresh_from_db()
    pdf = documents.read_bytes(minutes.document.file)
    return " ".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf)).replace("\u00a0", " ")


def test_the_minutes_are_numbered_and_a_draft_until_both_signed(centre, minutes):
    assert (minutes.number, minutes.state) == ("PV CSSS 2026/001", "draft")
    text = shown(minutes)
    assert "CSSS 2026/0001" in text and "Aya Benali" in text and "300,00 €" in text and "Sophie Marchal" in text
    draft = minutes.document_id
    with pytest.raises(NotAllowed):
        api.sign_minutes(actor=centre.anciaux, minutes=minutes, role="president")
    with pytest.raises(NotAllowed):
        api.sign_minutes(actor=centre.secretary, minutes=minutes, role="president")
    api.sign_minutes(actor=centre.president, minutes=minutes, role="president")
    minutes.refresh_from_db()
    assert minutes.state == "draft"
    with pytest.raises(DomainError):
        api.sign_minutes(actor=centre.president, minutes=minutes, role="president")
    signed = api.sign_minutes(actor=centre.secretary, minutes=minutes, role="secretary")
    assert (signed.state, signed.president_label, signed.secretary_label) == ("signed", "Sophie Marchal", "Nathalie Cuvelier")
    f.run_jobs()
    minutes.refresh_from_db()
    assert minutes.document_id != draft
    with pytest.raises(DomainError):
        api.sign_minutes(actor=centre.secretary, minutes=minutes, role="secretary")


def test_one_person_does_not_sign_twice_under_two_hats(centre, minutes):
    from dataclasses import replace

    both = replace(centre.president, grants=centre.president.grants | centre.secretary.grants)
    api.sign_minutes(actor=both, minutes=minutes, role="president")
    with pytest.raises(NotAllowed):
        api.sign_minutes(actor=both, minutes=minutes, role="secretary")
    minutes.refresh_from_db()
    assert minutes.state == "draft"


def test_the_same_minutes_are_the_same_file(centre, minutes):
    import json

    from parvis.decisions import printing

    content = json.loads(minutes.content)
    with f.at(20):
        first = printing.minutes_pdf(content, on=date(2026, 3, 9), signed=None)
    with f.at(3, month=9):
        assert printing.minutes_pdf(content, on=date(2026, 3, 9), signed=None) == first
