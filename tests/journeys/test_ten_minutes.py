"""The whole path in a browser: from a phone without script to "paid", each colleague at their own desk (C1 to C18, F1, F2)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from parvis.accounting.models import PaymentOrder
from parvis.decisions.models import Decision, Proposal, Session
from parvis.demo import stage
from parvis.documents import api as documents
from parvis.kernel import clock
from parvis.kernel.subject import SubjectRef
from parvis.requests.models import Request, RequestLine
from tests.journeys.support import load_reference, run_jobs, window
from tests.support.browser import PHONE, axe, no_sideways_scroll, open_page, watch
from tools.screenshots import ANSWERS, answer_page

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

LATEST = 60


@pytest.fixture
def desks(chromium: Browser, live_server: Any) -> Iterator[Any]:
    """A window per colleague; none of them may complain."""
    opened: dict[str, Any] = {}

    def desk(login: str) -> Page:
        if login not in opened:
            page = window(chromium, live_server, login)
            opened[login] = (page, watch(page))
        return opened[login][0]

    yield desk
    for page, trouble in opened.values():
        page.context.close()
        trouble.expect_none()


def go(page: Page, address: str) -> None:
    answer = page.goto(address)
    assert answer is not None and answer.status == 200, f"{answer and answer.status} at {address}"
    axe(page)
    no_sideways_scroll(page)


def ask_on_a_phone(page: Page, address: str) -> None:
    """One question a page, no script, until the summary is sent."""
    page.goto(f"{address}/p/aid-request/")
    page.locator("main form button.btn--primary").click()
    for _ in range(LATEST):
        if urlsplit(page.url).path.endswith("/summary/"):
            page.locator("main form[method=post] button.btn--primary").click()
            page.wait_for_url("**/p/sent/**")
            return
        answer_page(page, ANSWERS)
        page.locator("main form .actions .btn--primary").click()
    raise AssertionError(f"the form does not end: {page.url}")


def test_from_the_phone_to_the_bank(live_server: Any, chromium: Browser, page_without_script: Page, desks: Any) -> None:
    load_reference()
    address = live_server.url

    # The citizen, on an old phone
    phone = page_without_script
    ask_on_a_phone(phone, address)
    code = phone.inner_text(".codebox")
    request = Request.unscoped.get()
    run_jobs()

    # The clerk identifies and joins
    clerk = desks(stage.CLERK)
    go(clerk, f"{address}/desk/")
    go(clerk, f"{address}/requests/{request.uuid}/identify/")
    clerk.select_option("#referent", value=clerk.locator("#referent option", has_text="Amélie Lambrecht").get_attribute("value"))
    clerk.locator("button[name=join]").click()
    clerk.wait_for_url(lambda url: "/identify/" not in url)
    axe(clerk)
    run_jobs()
    request.refresh_from_db()
    line = RequestLine.unscoped.get(request=request)
    dossier = request.dossier
    assert dossier is not None

    # The social worker takes over the answers, notes an income, writes the proposal
    worker = desks("amelie.lambrecht")
    go(worker, f"{address}/requests/{request.uuid}/take-over/")
    worker.locator("main form[method=post] button.btn--primary").click()
    worker.wait_for_url(lambda url: "/take-over/" not in url)
    go(worker, f"{address}/dossiers/{dossier.uuid}/")
    go(worker, f"{address}/dossiers/{dossier.uuid}/situation/add/")
    worker.select_option("[name=kind]", "resource")
    worker.fill("main [name=label]", "Aide régulière des parents")
    worker.fill("main [name=amount]", "100,00")
    worker.select_option("main [name=periodicity]", "month")
    worker.locator("main form[method=post] button.btn--primary").first.click()
    worker.wait_for_url(lambda url: "/add/" not in url)
    for kind, title in (("identity", "Carte d’identité, copie"), ("report", "Rapport social")):
        documents.attach(
            actor=stage.agent("amelie.lambrecht"), subject=SubjectRef("dossier", dossier.pk), file=documents.store_bytes(stage.scan(title, "Renaudin")),
            kind=kind, title=title, language="fr", origin=documents.Origin.INCOMING, dossier_id=dossier.pk,
        )  # fmt: skip
    go(worker, f"{address}/proposals/line/{line.pk}/")
    worker.locator("main form[method=post] button.btn--primary").click()
    worker.wait_for_url("**/proposals/*-*/")
    proposal = Proposal.unscoped.get()
    worker.fill("#b-facts", "Madame vit seule. Ses parents l’aident ; elle n’a pas d’autre ressource.")
    worker.select_option("[name$=d_category]", "2")
    worker.select_option("[name$=account]", index=1)
    worker.locator("aside button[name=then][value=save]").click()
    expect(worker.locator("aside button[name=then][value=save]")).to_be_visible()
    axe(worker)
    worker.locator("button[name=then][value=submit]").click()
    worker.wait_for_load_state("networkidle")
    proposal.refresh_from_db()
    assert proposal.state == "submitted", worker.inner_text("aside.side")[:600]
    run_jobs()

    # The chief validates
    chief = desks("benoit.delvaux")
    go(chief, f"{address}/proposals/{proposal.uuid}/")
    with chief.expect_navigation():
        chief.keyboard.press("v")
    proposal.refresh_from_db()
    assert proposal.state == "validated", chief.inner_text("main")[:600]
    run_jobs()

    # The secretary plans, sends, opens, notes who is there, decides with one key
    secretary = desks(stage.SECRETARY)
    go(secretary, f"{address}/committee/sessions/new/")
    secretary.fill("[name=on]", clock.today().isoformat())
    secretary.fill("[name=at]", "23:59")
    secretary.fill("main [name=place]", "Salle du conseil")
    secretary.locator("main form button.btn--primary").click()
    secretary.wait_for_url("**/agenda/")
    session = Session.unscoped.get()
    for button in ("form[action$='/fill/'] button", "form[action$='/freeze/'] button"):
        secretary.locator(button).click()
        secretary.wait_for_load_state("networkidle")
        run_jobs()
    go(secretary, f"{address}/committee/sessions/{session.uuid}/agenda/")
    secretary.locator("form[action$='/open/'] button").click()
    secretary.wait_for_load_state("networkidle")
    go(secretary, f"{address}/committee/sessions/{session.uuid}/agenda/")
    for box in secretary.locator("#presence input[name=present]").all():
        box.check()
    secretary.locator("#presence button[type=submit]").click()
    secretary.wait_for_load_state("networkidle")
    go(secretary, f"{address}/committee/sessions/{session.uuid}/")
    secretary.keyboard.press("a")
    expect(secretary.locator(".com-prog strong").first).to_have_text("1")
    decision = Decision.unscoped.get()
    assert decision.outcome == "granted"
    run_jobs()
    go(secretary, f"{address}/decisions/{decision.uuid}/notify/")
    secretary.fill("main [name=reference]", "RR123456785BE")
    secretary.locator("main aside form button.btn--primary, aside.side form button.btn--primary").first.click()
    secretary.wait_for_load_state("networkidle")
    run_jobs()

    # One prepares, another releases; the simulated bank accepts
    payer = desks(stage.PAYER)
    go(payer, f"{address}/aid/first-payment/{line.pk}/")
    payer.locator("main form button.btn--primary").click()
    payer.wait_for_url("**/payments/orders/**")
    axe(payer)
    run_jobs()
    order = PaymentOrder.unscoped.get()
    releaser = desks(stage.RELEASER)
    go(releaser, f"{address}/payments/orders/{order.uuid}/")
    releaser.check("[name=checked]")
    releaser.locator("form[action$='/release/'] button").click()
    releaser.wait_for_load_state("networkidle")
    run_jobs()
    go(payer, f"{address}/payments/orders/{order.uuid}/")
    sent = payer.locator("form[action$='/sent/'] button")
    if sent.count():
        sent.click()
        payer.wait_for_load_state("networkidle")
        run_jobs()
        go(payer, f"{address}/payments/orders/{order.uuid}/")
    payer.locator("a[href*='/connectors/bank-simulator/']").first.click()
    payer.wait_for_url("**/bank-simulator/**")
    axe(payer)
    payer.locator("main form button.btn--primary").first.click()
    payer.wait_for_load_state("networkidle")
    run_jobs()
    line.refresh_from_db()
    assert line.stage == "paid"

    # The citizen follows, with number and code, on a phone
    citizen = open_page(chromium, viewport=PHONE)
    trouble = watch(citizen)
    go(citizen, f"{address}/p/track/")
    citizen.fill("#id_number", request.number)
    citizen.fill("#id_code", code)
    citizen.locator("main form .btn--primary").click()
    citizen.wait_for_url(f"**/p/track/{request.uuid}/")
    axe(citizen)
    no_sideways_scroll(citizen)
    assert re.search(r"Le paiement arrive\s*, fait", citizen.inner_text("main"))
    citizen.context.close()
    trouble.expect_none()
