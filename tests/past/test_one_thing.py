"""One request, proposal, session, right, order, voucher and document on a past day (E20): as each stood then, as known then or as known now."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from parvis.accounting.api import reverse as reverse_voucher
from parvis.accounting.api import trial_balance
from parvis.accounting.models import Voucher
from parvis.aid.api import correct_account, prepare_first_payment
from parvis.decisions import api as decisions
from parvis.documents import api as documents
from parvis.kernel import asof, clock
from parvis.kernel.asof import PastView
from parvis.kernel.models import MutationLine
from parvis.kernel.subject import SubjectRef
from parvis.requests import api as requests
from parvis.requests.models import RequestLine
from tests.accounting.factories import SYSTEM
from tests.aid import factories as aid
from tests.decisions import factories as f

pytestmark = pytest.mark.django_db
FIRST, LAST = "Contrat fini en janvier, loyer impayé.", "Contrat fini en janvier, loyer payé depuis."
OTHER = "BE71096123456769"


@contextmanager
def on(day: int, month: int = 3) -> Iterator[None]:
    with f.at(day, month):
        yield


@pytest.fixture
def story() -> SimpleNamespace:
    """Asked on 2 March, written on 3, day corrected on 5, sent on on 10, returned on 12, validated on 16, decided on 20, ordered on 25, paid on
    26 March; on 7 April the account changes, and a voucher is reversed."""
    s = SimpleNamespace()
    with on(2):
        s.centre, s.team = aid.the_centre()
        s.line = f.make_line(s.centre)
        s.request = RequestLine.unscoped.select_related("request").get(pk=s.line).request
    with on(3):
        s.proposal = f.make_proposal(s.centre, line_id=s.line, facts=FIRST, provision=aid.ris(s.line))
    with on(5):
        requests.correct_request_date(actor=f.ROOT, request=s.request, new_on=dt.date(2026, 2, 27), reason="Dit au guichet le 27")
    with on(10):
        decisions.submit_proposal(actor=s.centre.worker, proposal=s.proposal)
    with on(12):
        decisions.review_proposal(actor=s.centre.chief, proposal=s.proposal, outcome="returned", reason="Précisez le loyer")
        f.told(s.centre, s.proposal, wish=True)
    with on(16):
        s.proposal.refresh_from_db()
        last = decisions.latest(s.proposal)
        decisions.save_version(actor=s.centre.worker, proposal=s.proposal, own={"facts": LAST}, provisions=last.provisions, base_no=last.no)
        decisions.record_hearing(
            actor=s.centre.worker, proposal=s.proposal, wish=False, informed_on=dt.date(2026, 3, 12), informed_by="letter"
        )
        decisions.submit_proposal(actor=s.centre.worker, proposal=s.proposal)
        s.proposal = decisions.review_proposal(actor=s.centre.chief, proposal=s.proposal, outcome="validated")
    with on(18):
        s.session = f.make_session(s.centre, days=2)
        decisions.schedule_waiting(actor=s.centre.secretary, session=s.session, proposals=[s.proposal])
    with on(19):
        decisions.freeze_session(actor=s.centre.secretary, session=s.session)
    with on(20):
        s.session = decisions.open_session(actor=s.centre.secretary, session=s.session)
        decisions.set_presence(
            actor=s.centre.secretary, session=s.session, account_ids=[s.centre.account(name).pk for name in (*f.VOTERS, "secretary")]
        )
        s.decision = decisions.decide(actor=s.centre.secretary, item=f.item_of(s.session, s.proposal), outcome="granted")
        s.right = aid.entitlement(s.decision)
    with on(25):
        s.order = prepare_first_payment(actor=s.team.payer, line_id=s.line)
    with on(26):
        aid.bank(s.team, s.order)
    with on(7, 4):
        correct_account(actor=s.team.payer, entitlement=s.right, iban=OTHER, payee_name="Aya Benali", justification="Nouvelle banque")
        s.voucher = Voucher.unscoped.order_by("pk").first()
        s.mirror = reverse_voucher(actor=SYSTEM, voucher=s.voucher, reason="Repris")
        file = documents.store_bytes(b"%PDF-1.7 certificat")
        s.late = documents.attach(
            actor=f.ROOT,
            subject=SubjectRef("request", s.request.pk),
            file=file,
            title="Certificat tardif",
            kind="other",
            on=dt.date(2026, 3, 1),
        )
    return s


@pytest.fixture
def reader(client: Client, story: SimpleNamespace) -> Iterator[Any]:
    """Opens a page on a day, as somebody, on 1 September."""
    with on(1, 9):

        def read(path: str, day: dt.date | None, known: str = "then", who: str = "auditor", status: int = 200) -> str:
            client.force_login(story.centre.account(who))
            if day is None:
                client.post("/past/end/")
            else:
                assert client.post("/past/", {"on": day.isoformat(), "known": known}).status_code == 303
            client.get(path)
            with CaptureQueriesContext(connection) as seen:
                response = client.get(path, follow=True)
            assert response.status_code == status, (path, response.status_code)
            asked = [q["sql"] for q in seen.captured_queries if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "ROLLBACK"))]
            assert day is None or response.redirect_chain or len(asked) <= 25, len(asked)
            page = response.content.decode()
            return re.sub(r"\s+", " ", page.split("<main", 1)[1].split("</main>")[0].replace("\xa0", " ").replace("\u202f", " "))

        yield read


def march(day: int) -> dt.date:
    return dt.date(2026, 3, day)


def test_a_request_has_the_day_the_stage_and_the_terms_of_then(reader: Any, story: SimpleNamespace) -> None:
    path = f"/requests/{story.request.uuid}/"
    today = reader(path, None)
    assert "27/02/2026" in today and "Certificat tardif" in today
    then = reader(path, march(4), "then")
    assert "Dit au guichet" not in then and "27/02/2026" not in then
    assert "02/03/2026" in then
    now = reader(path, march(4), "now")
    assert "Dit au guichet" in now and "27/02/2026" in now
    assert "Certificat tardif" not in then and "Certificat tardif" in now
    paid = re.findall(r'<span class="chip">([^<]*)</span></header>', reader(path, dt.date(2026, 3, 30)))
    early = re.findall(r'<span class="chip">([^<]*)</span></header>', then)
    assert paid != early and len(early) == len(paid)
    assert "n’était pas encore arrivée" in reader(path, dt.date(2026, 3, 1))


def test_the_term_to_decide_is_counted_on_the_day_and_the_one_of_then(reader: Any, story: SimpleNamespace) -> None:
    """Known then it ran from the receipt; known now from the corrected day, three days earlier: and neither was met yet."""
    from parvis.requests.models import Clock
    from parvis.requests.past import clocks_then

    old, new = Clock.unscoped.filter(line=story.line, kind="decide").order_by("pk")
    assert (new.started_on, new.met_on) == (dt.date(2026, 2, 27), march(20))
    for view, row in ((PastView(march(4), march(4)), old), (PastView(march(4)), new), (PastView(march(6), march(6)), new)):
        found = [one for one in clocks_then([story.line], view)[story.line] if one.kind == "decide"]
        assert [(one.pk, one.met_on) for one in found] == [(row.pk, None)], view
    assert [one.met_on for one in clocks_then([story.line], PastView(march(20)))[story.line] if one.kind == "decide"] == [march(20)]


def test_a_proposal_shows_the_letter_and_the_state_of_the_day(reader: Any, story: SimpleNamespace) -> None:
    path = f"/proposals/{story.proposal.uuid}/"
    drafted = reader(path, march(4), who="worker")
    assert FIRST in drafted and LAST not in drafted and "Brouillon" in drafted
    assert "<textarea" not in drafted and "<form" not in drafted.split("wrap")[1]
    returned = reader(path, march(13), who="worker")
    assert "Précisez le loyer" in returned and "Karim Benali" in returned and FIRST in returned
    assert "souhaite être entendu" in returned.lower()
    ready = reader(path, march(17), who="worker")
    assert LAST in ready and story.decision.number not in ready
    after = reader(path, march(21), who="worker")
    assert story.decision.number in after
    assert "n’était pas encore commencée" in reader(path, march(2), who="worker")


def test_the_state_of_a_proposal_goes_through_every_step(story: SimpleNamespace) -> None:
    from parvis.decisions.past import decisions_then, steps_of

    for day, state in ((3, "draft"), (10, "submitted"), (12, "returned"), (16, "validated"), (18, "scheduled"), (20, "decided")):
        view = PastView(march(day), march(day))
        assert steps_of(story.proposal, decisions_then(f.ROOT, story.proposal, view), view)[-1].state == state, day


def test_versions_after_the_day_are_not_compared(reader: Any, story: SimpleNamespace) -> None:
    path = f"/proposals/{story.proposal.uuid}/versions/?from=1&to=99"

    def offered(day: int) -> list[str]:
        return re.findall(r'<option value="(\d+)"', reader(path, march(day), who="worker").split("</select>")[0])

    assert offered(4) == ["1", "2"]
    assert offered(17)[:3] == ["1", "2", "3"] and len(offered(17)) > 3


def test_a_session_has_the_cases_and_the_state_of_the_day(reader: Any, story: SimpleNamespace) -> None:
    path = f"/committee/sessions/{story.session.uuid}/agenda/"
    assert "L’ordre du jour est vide" in reader(path, march(17), who="secretary")
    planned = reader(path, march(18), who="secretary")
    assert "Aya Benali" in planned
    assert story.decision.get_outcome_display() not in planned.split("<tbody>")[1].split("</tbody>")[0]
    assert "<form" not in planned
    decided = reader(path, march(20), who="secretary")
    assert "<form" not in decided
    # Committee mode leads to the agenda of that day.
    assert "Aya Benali" in reader(f"/committee/sessions/{story.session.uuid}/", march(18), who="president")


def test_a_right_has_the_months_the_payments_and_the_account_of_the_day(reader: Any, story: SimpleNamespace) -> None:
    path = f"/aid/entitlements/{story.right.uuid}/"
    decided, ordered, paid = (reader(path, march(day)) for day in (21, 25, 27))
    assert story.order.number not in decided and "À payer" in decided
    assert story.order.number in ordered and "Payé" not in ordered.split("<tbody>")[1].split("</tbody>")[0]
    assert "Payé" in paid.split("<tbody>")[1].split("</tbody>")[0]
    assert "BE71 0961" in reader(path, None) and "BE71 0961" not in paid
    assert "BE68 5390" in paid
    assert "n’avait pas encore été accord" in reader(path, march(19))
    assert "/account/" not in paid and "/settle/" not in paid


def test_the_end_of_a_right_that_was_replaced_later_is_the_one_known_then(reader: Any, story: SimpleNamespace) -> None:
    from parvis.aid.past import as_it_stood

    with on(4, 5):
        from parvis.aid.services.granting import _close_replaced
        from parvis.kernel.gestures import gesture

        new = aid.Entitlement.unscoped.get(pk=story.right.pk)
        new.valid_from = dt.date(2026, 5, 1)
        gesture(lambda *, actor: _close_replaced(actor, aid.Entitlement.unscoped.get(pk=story.right.pk), new))(actor=f.ROOT)
    day = dt.date(2026, 4, 15)
    then, now = aid.Entitlement.unscoped.get(pk=story.right.pk), aid.Entitlement.unscoped.get(pk=story.right.pk)
    assert now.valid_to == dt.date(2026, 5, 1)
    assert as_it_stood(then, PastView(day, day)) and as_it_stood(now, PastView(day))
    assert (then.valid_to, then.state) == (story.right.valid_to, "running")
    assert (now.valid_to, now.state) == (dt.date(2026, 5, 1), "running")
    assert story.right.valid_to > dt.date(2026, 5, 1)


def test_an_order_has_the_persons_and_the_lines_of_the_day(reader: Any, story: SimpleNamespace) -> None:
    path = f"/payments/orders/{story.order.uuid}/"
    prepared = reader(path, march(25))
    assert "À libérer" in prepared and "<form" not in prepared
    assert "À libérer" not in reader(path, march(27))
    assert "n’existait pas encore" in reader(path, march(24))


def test_the_ledger_and_its_balance_stop_at_the_day_and_at_what_was_written(reader: Any, story: SimpleNamespace) -> None:
    assert story.voucher.number in reader("/ledger/", march(30))
    assert story.mirror.number not in reader("/ledger/", march(30))
    assert story.mirror.number in reader("/ledger/", dt.date(2026, 4, 8))
    booked = story.mirror.booked_on
    with asof.reading(PastView(march(30), march(30))):
        then = trial_balance(actor=f.ROOT)
    with asof.reading(PastView(booked, booked)):
        later = trial_balance(actor=f.ROOT)
    assert then.debit == then.credit > 0 and later.debit > then.debit
    voucher = f"/ledger/vouchers/{story.voucher.uuid}/"
    assert story.mirror.number not in reader(voucher, march(30)) and story.mirror.number in reader(voucher, dt.date(2026, 4, 8))
    assert "n’existait pas encore" in reader(f"/ledger/vouchers/{story.mirror.uuid}/", march(30))


def test_a_document_added_later_was_not_known_then(reader: Any, story: SimpleNamespace) -> None:
    path = f"/documents/{story.late.uuid}/about/"
    assert "n’était pas encore dans le dossier" in reader(path, march(4), "then", who="worker")
    assert "Certificat tardif" in reader(path, march(4), "now", who="worker")
    assert "<form" not in reader(path, march(4), "now", who="worker")
    assert "n’était pas encore dans le dossier" in reader(f"/documents/{story.late.uuid}/", march(4), "then", who="worker")


@pytest.mark.parametrize(
    ("path", "who"),
    [
        ("/proposals/{s.proposal.uuid}/", "worker"),
        ("/ledger/vouchers/{s.voucher.uuid}/", "auditor"),
        ("/documents/{s.late.uuid}/about/", "worker"),
        ("/requests/{s.request.uuid}/correct/", "worker"),
    ],
)
def test_none_of_them_takes_a_gesture(client: Client, story: SimpleNamespace, path: str, who: str) -> None:
    with on(1, 9):
        client.force_login(story.centre.account(who))
        client.post("/past/", {"on": "2026-03-30", "known": "then"})
        lines = MutationLine.objects.count()
        assert client.post(path.format(s=story), {"reason": "x", "base": "1", "kind": "other", "new_on": "2026-02-01"}).status_code == 409
        assert MutationLine.objects.count() == lines


def test_rights_are_those_of_today(client: Client, story: SimpleNamespace) -> None:
    """Whoever may not open it today does not open it in the past."""
    with on(1, 9):
        client.force_login(story.centre.account("administrator"))
        client.post("/past/", {"on": "2026-03-30", "known": "then"})
        for path in (
            f"/requests/{story.request.uuid}/",
            f"/proposals/{story.proposal.uuid}/",
            f"/aid/entitlements/{story.right.uuid}/",
            f"/payments/orders/{story.order.uuid}/",
            f"/documents/{story.late.uuid}/about/",
            "/ledger/",
        ):
            assert client.get(path).status_code == 404, path
        assert clock.today() == dt.date(2026, 9, 1)
