"""The path of money in the browser's terms: plain forms, who may open what, and what each page says."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from parvis.accounting.models import BankFile, BankFileLine, PaymentOrder, Voucher
from parvis.aid.api import pay_again, prepare_first_payment, prepare_run
from parvis.aid.models import Claim, DueLine, PaymentAccount
from parvis.connectors.api import call_about
from parvis.identity.models import Account
from parvis.kernel import jobs, registries
from parvis.kernel.subject import SubjectRef
from tests.decisions import factories as made

from . import factories as f
from .test_recovering import _advance

D = Decimal


def body(response, status=200):
    text = response.content.decode()
    assert response.status_code == status, text[:600]
    assert "‹undefined" not in text, re.findall(r"‹undefined[^›]*›", text)
    return text


def as_(client, actor):
    client.force_login(Account.objects.get(pk=actor.account_id))
    return client


def test_a_first_month_that_the_bank_rejected_is_said_beside_later_months_that_are_paid(client, world):
    """Never "not yet" beside a month that is paid."""
    centre, team = world
    right = f.entitlement(f.granted(centre))
    page = reverse("aid:entitlement", args=[right.uuid])
    assert "pas encore" in body(as_(client, team.payer).get(page))
    order = prepare_first_payment(actor=team.payer, line_id=right.line_id)
    f.bank(team, order, {f"{order.number}-00001": "AC04"})
    assert "pas encore" in body(client.get(page)) and f.due(right)[0].state == "rejected"
    with made.at(2, month=4):
        april = next(line for line in f.due(right) if line.month == date(2026, 4, 1))
        f.bank(team, prepare_run(actor=team.payer, month=date(2026, 4, 1), line_ids=[april.pk], checked=True))
        text = body(as_(client, team.payer).get(page))
        assert "incomplet : le premier mois est encore dû" in text and "pas encore" not in text
        dossier = body(as_(client, centre.worker).get(reverse("dossiers:detail", args=[right.dossier.uuid])))
        assert "Premier paiement incomplet" in dossier
        f.bank(team, pay_again(actor=team.payer, lines=[f.due(right)[0]]))
        text = body(as_(client, team.payer).get(page))
        assert "incomplet" not in text and "02/04/2026" in text


def test_from_first_payment_to_ledger_by_plain_forms(client, world):
    centre, team = world
    decision = f.granted(centre)
    step = registries.screens.get("aid.pay").url(SubjectRef("request_line", decision.line_id))
    page = body(as_(client, team.payer).get(step))
    assert "1\u00a0314,20\u00a0€" in page and "BE68 5390 0754 7034" in page and "Aya Benali" in page
    key = {"idempotency_key": "a" * 32}
    answer = client.post(step, key)
    order = PaymentOrder.unscoped.get()
    assert (answer.status_code, answer.headers["Location"]) == (303, reverse("accounting:order", args=[order.uuid]))
    assert client.post(step, key).headers["Location"] == answer.headers["Location"]  # a double click
    assert PaymentOrder.unscoped.count() == 1
    body(client.post(step, {"idempotency_key": "b" * 32}), 422)

    # The preparer's button is locked, and says why.
    page = body(client.get(reverse("accounting:order", args=[order.uuid])))
    assert 'disabled aria-describedby="why-not"' in page and "Vous avez préparé cet ordre" in page
    refused = client.post(reverse("accounting:release", args=[order.uuid]), {"checked": "on"})
    assert refused.status_code == 422 and PaymentOrder.unscoped.get().state == "prepared"

    as_(client, team.releaser)
    body(client.post(reverse("accounting:release", args=[order.uuid]), {}), 422)
    done = client.post(reverse("accounting:release", args=[order.uuid]), {"checked": "on"})
    assert done.status_code == 303 and PaymentOrder.unscoped.get().state == "released"
    jobs.run_pending(raise_errors=True)
    file = client.get(reverse("accounting:order_file", args=[order.uuid]))
    assert file.status_code == 200 and b"pain.001.001.09" in file.content and "attachment" in file.headers["Content-Disposition"]

    # The tester plays the bank.
    call = call_about(team.releaser, order.ref)
    page = body(client.get(reverse("connectors:bank_answer", args=[call.uuid])))
    assert f"v-{order.number}-00001" in page
    body(client.get(reverse("connectors:bank_simulator")))
    client.post(reverse("connectors:bank_answer", args=[call.uuid]), {f"v-{order.number}-00001": "accept", "notice": "on"})
    jobs.run_pending(raise_errors=True)
    assert DueLine.unscoped.order_by("month").first().state == "paid"
    page = body(client.get(reverse("accounting:bank_files")))
    assert page.count("pain002.xml") == 1 and page.count("camt054.xml") == 1

    as_(client, team.accountant)
    assert "1\u00a0314,20" in body(client.get(reverse("accounting:ledger")))
    assert "égal au centime" in body(client.get(reverse("accounting:balance")))
    voucher = Voucher.unscoped.order_by("pk").first()
    url = reverse("accounting:voucher", args=[voucher.uuid])
    assert "Aya Benali" in body(client.get(url))
    body(client.post(url, {"reason": ""}), 422)
    assert client.post(url, {"reason": "Erreur", "idempotency_key": "c" * 32}).status_code == 303
    assert Voucher.unscoped.count() == 3 and "Extourn" in body(client.get(url))
    page = body(as_(client, team.auditor).get(url))
    assert 'name="reason"' not in page
    body(client.post(url, {"reason": "Erreur"}), 422)


def test_a_rejected_line_is_corrected_and_ordered_again_in_the_browser(client, world):
    centre, team = world
    decision = f.granted(centre)
    order = prepare_first_payment(actor=team.payer, line_id=decision.line_id)
    f.bank(team, order, {f"{order.number}-00001": "AC04"})
    line = DueLine.unscoped.order_by("month").first()
    url = registries.screens.get("aid.rejected").url(line.ref)
    as_(client, team.payer)
    page = body(client.get(url))
    assert "compte est clôturé" in page and "AC04" in page
    assert "Aya Benali" in body(client.get(reverse("aid:unpaid")))
    assert "compte est clôturé" in body(client.get(reverse("accounting:payments")))
    account = reverse("aid:account", args=[line.entitlement.uuid])
    good = {"payee_name": "Aya Benali", "iban": "BE71 0961 2345 6769", "justification": "Relevé du 03/03 remis au guichet"}
    page = body(client.post(account, good | {"iban": "BE71 0961 2345 6760"}), 422)
    assert 'aria-invalid="true"' in page and PaymentAccount.unscoped.filter(entitlement=line.entitlement).count() == 1
    assert client.post(account, good | {"idempotency_key": "d" * 32}).status_code == 303
    # Who had the page open before is told of the account that stands now, and decides again.
    late = good | {"payee_name": "Aya B.", "iban": "BE68 5390 0754 7034", "instead_of": "0", "idempotency_key": "c" * 32}
    page = body(client.post(account, late), 409)
    assert "BE71 0961 2345 6769, Aya Benali" in page and "BE68 5390 0754 7034" in page
    assert PaymentAccount.unscoped.get(entitlement=line.entitlement, live=1).iban == "BE71096123456769"
    assert f'name="instead_of" value="{PaymentAccount.unscoped.get(entitlement=line.entitlement, live=1).pk}"' in page
    assert client.post(url, {"idempotency_key": "e" * 32}).status_code == 303
    assert PaymentOrder.unscoped.count() == 2 and DueLine.unscoped.get(pk=line.pk).state == "ordered"


def test_the_monthly_list_prepares_and_releases_on_one_page(client, world):
    centre, team = world
    f.granted(centre)
    as_(client, team.payer)
    assert client.get(reverse("aid:runs")).headers["Location"] == "/payments/run/2026/3/"
    april = reverse("aid:run", args=[2026, 4])
    page = body(client.get(april))
    assert "avril 2026" in page and 'class="wfall"' in page and "1\u00a0314,20" in page
    part = body(client.get(april, headers={"HX-Request": "true", "HX-Target": "runlines"}))
    assert part.lstrip().startswith("<section") and part.strip() in page
    for view in ("check", "entry", "exit", "amount", "all", "nonsense"):
        body(client.get(april, {"view": view}))
    assert b"BE68539007547034" in client.get(reverse("aid:run_list", args=[2026, 4, "csv"])).content
    assert client.post(april, {"idempotency_key": "f" * 32}).status_code == 303
    order = PaymentOrder.unscoped.get()
    assert (order.kind, order.month) == ("run", date(2026, 4, 1))
    assert "Vous avez préparé cet ordre" in body(client.get(april))
    page = body(as_(client, team.releaser).get(april))
    assert reverse("accounting:release", args=[order.uuid]) in page and "why-not" not in page
    done = client.post(reverse("accounting:release", args=[order.uuid]), {"checked": "on", "next": april})
    assert done.headers["Location"] == april
    assert client.get("/payments/run/2026/13/").status_code == 404


def test_several_first_payments_go_in_one_order(client, world):
    centre, team = world
    f.granted(centre)
    with made.at(3):
        f.granted(centre, line_id=made.make_line(centre, names=("Loïc", "Fontaine"), iban="BE43068999999501"))
        as_(client, team.payer)
        url = reverse("aid:first_payments")
        page = body(client.get(url))
        picks = re.findall(r'name="pick" value="(\d+)"', page)
        assert len(picks) == 2
        body(client.post(url, {"idempotency_key": "1" * 32}), 422)
        assert client.post(url, {"pick": picks, "idempotency_key": "2" * 32}).status_code == 303
        assert PaymentOrder.unscoped.get().count == 2
        assert 'name="pick"' not in body(client.get(url))


def test_claims_are_registered_collected_and_reconciled_in_the_browser(client, world):
    centre, team = world
    decision = f.granted(centre, provision=_advance)
    f.bank(team, prepare_first_payment(actor=team.payer, line_id=decision.line_id))
    claim = Claim.unscoped.get()
    url = registries.screens.get("aid.recover").url(SubjectRef("request_line", decision.line_id))
    assert url == reverse("aid:claim", args=[claim.uuid])
    as_(client, team.accountant)
    page = body(client.get(url))
    assert "2\u00a0628,40" in page
    data = {
        "debtor_name": claim.debtor_name,
        "debtor_kind": "institution",
        "valid_from": "2026-02-01",
        "last_day": "2026-03-31",
        "amount": "2628,40",
        "article": claim.article,
    }
    body(client.post(url, data | {"amount": "9999"}), 422)
    body(client.post(url, data | {"last_day": "2026-02-28"}), 422)
    assert client.post(url, data | {"idempotency_key": "3" * 32}).status_code == 303
    jobs.run_pending(raise_errors=True)
    assert client.get(reverse("aid:claim_letter", args=[claim.uuid])).content.startswith(b"%PDF")
    received = reverse("aid:claim_received", args=[claim.uuid])
    body(client.post(received, {"amount": "1", "on": "2026-03-02", "reference": ""}), 422)
    assert client.post(received, {"amount": "1000,00", "on": "2026-03-02", "reference": "2026/031-4"}).status_code == 303
    page = body(client.get(reverse("aid:claims")))
    assert "1\u00a0628,40" in page and "égal au centime" in page
    as_(client, team.payer)
    body(client.get(url))
    assert client.post(url, data).status_code == 404 and client.post(received, {}).status_code == 404


def test_the_dossier_shows_aid_and_payments_to_those_who_may_see_money(client, world):
    centre, team = world
    decision = f.granted(centre)
    f.bank(team, prepare_first_payment(actor=team.payer, line_id=decision.line_id))
    right = f.entitlement(decision)
    url = reverse("dossiers:detail", args=[right.dossier.uuid])
    page = body(as_(client, centre.worker).get(url))
    assert reverse("aid:entitlement", args=[right.uuid]) in page and "1\u00a0314,20" in page
    page = body(client.get(reverse("aid:entitlement", args=[right.uuid])))
    assert "Aya Benali" in page and "BE68 5390 0754 7034" in page
    assert client.get(reverse("aid:entitlement", args=[right.uuid])).status_code == 200
    for actor in (centre.anciaux, centre.administrator):
        assert as_(client, actor).get(reverse("aid:entitlement", args=[right.uuid])).status_code == 404


def test_a_held_month_is_settled_on_its_page(client, world):
    from parvis.aid.api import extend_all

    centre, team = world
    decision = f.granted(centre, to_on=date(2026, 3, 31))
    f.bank(team, prepare_first_payment(actor=team.payer, line_id=decision.line_id))
    with made.at(5, month=4):
        extend_all(made.ROOT)
        line = DueLine.unscoped.filter(state="held").order_by("month").first()
        as_(client, centre.worker)
        url = reverse("aid:settle", args=[line.uuid])
        assert "avril 2026" in body(client.get(url))
        body(client.post(url, {"decision": "pay", "reason": ""}), 422)
        assert client.post(url, {"decision": "pay", "reason": "Comité du 12 avril", "idempotency_key": "4" * 32}).status_code == 303
        line.refresh_from_db()
        assert (line.state, line.note) == ("due", "Comité du 12 avril")


def test_bank_files_are_uploaded_and_bad_ones_keep_nothing(client, world, samples):
    centre, team = world
    f.granted(centre)
    as_(client, team.payer)
    url = reverse("accounting:bank_files")
    path = samples / "pain/pain002/iso20022js-pain_002_transaction_rejected.xml"
    answer = client.post(url, {"files": SimpleUploadedFile(path.name, path.read_bytes()), "idempotency_key": "5" * 32})
    assert answer.status_code == 303
    page = body(client.get(answer.headers["Location"]))
    assert "Aucun ordre de paiement de ce centre" in page
    body(client.get(answer.headers["Location"], {"finding": "refused"}))
    assert BankFileLine.unscoped.filter(finding="refused").count() == BankFileLine.unscoped.count()
    for name, content in (("a.xml", b"<html/>"), ("b.pdf", b"%PDF-1.7"), ("c.xml", b"")):
        body(client.post(url, {"files": SimpleUploadedFile(name, content)}), 422)
    assert BankFile.unscoped.count() == 1
    page = body(as_(client, team.auditor).get(url))
    assert 'type="file"' not in page
    assert client.post(url, {"files": SimpleUploadedFile(path.name, path.read_bytes())}).status_code == 404


CLOSED = {
    "worker": ("accounting:payments", "accounting:ledger", "accounting:balance", "accounting:bank_files", "aid:runs", "aid:claims", "connectors:bank_simulator", "connectors:calls"),
    "anciaux": ("accounting:payments", "accounting:ledger", "aid:first_payments", "aid:unpaid", "aid:claims", "connectors:bank_simulator"),
    "payer": ("accounting:ledger", "accounting:balance"),
    "auditor": ("connectors:bank_simulator",),
}  # fmt: skip
OPEN = {
    "payer": ("accounting:payments", "accounting:bank_files", "aid:runs", "aid:first_payments", "aid:unpaid", "aid:claims", "connectors:bank_simulator", "connectors:calls"),
    "auditor": ("accounting:payments", "accounting:ledger", "accounting:balance", "aid:claims", "connectors:calls"),
    "accountant": ("accounting:ledger", "accounting:bank_files", "aid:claims", "connectors:bank_simulator"),  # no real bank is behind it here
    "worker": ("aid:first_payments", "aid:unpaid"),
}  # fmt: skip


def test_pages_open_for_whom_they_are_meant_and_are_absent_for_others(client, world):
    centre, team = world
    people = {name: getattr(centre, name) for name in ("worker", "anciaux")} | {
        name: getattr(team, name) for name in ("payer", "auditor", "accountant")
    }
    for name, urls in CLOSED.items():
        as_(client, people[name])
        assert {url: client.get(reverse(url)).status_code for url in urls} == dict.fromkeys(urls, 404), name
    for name, urls in OPEN.items():
        as_(client, people[name])
        assert all(client.get(reverse(url)).status_code in (200, 302) for url in urls), name
    client.logout()
    assert client.get(reverse("accounting:payments")).status_code == 302


def test_empty_pages_say_what_belongs_there(client, world):
    _centre, team = world
    as_(client, team.payer)
    for url in (
        "accounting:payments",
        "accounting:bank_files",
        "aid:first_payments",
        "aid:unpaid",
        "aid:claims",
        "connectors:bank_simulator",
        "connectors:calls",
    ):
        body(client.get(reverse(url)))
    body(client.get(reverse("aid:run", args=[2026, 3])))
    as_(client, team.auditor)
    body(client.get(reverse("accounting:ledger")))
    body(client.get(reverse("accounting:balance")))


@pytest.mark.parametrize("count", [1, 3])
def test_lists_cost_the_same_number_of_queries(client, world, count, django_assert_max_num_queries):
    centre, team = world
    names = [("Aya", "Benali"), ("Loïc", "Fontaine"), ("Ioana", "Popescu")]
    ibans = ["BE68539007547034", "BE43068999999501", "BE71096123456769"]
    for place in range(count):
        with made.at(2 + place):
            decision = f.granted(centre, line_id=made.make_line(centre, names=names[place], iban=ibans[place]))
    order = prepare_first_payment(actor=team.payer, line_id=decision.line_id)
    as_(client, team.payer)
    client.get(reverse("accounting:payments"))
    for url in (
        reverse("accounting:payments"),
        reverse("accounting:order", args=[order.uuid]),
        reverse("aid:first_payments"),
        reverse("aid:run", args=[2026, 4]),
    ):
        with django_assert_max_num_queries(25):
            body(client.get(url))
