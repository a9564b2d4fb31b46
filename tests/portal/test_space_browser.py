"""D2 as the person and the clerk live it: a code at the desk, a telephone without script, and a paper request that is there at once."""

import datetime as dt
import re

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from playwright.sync_api import expect

from parvis.contacts.api import create_person
from parvis.identity.api import Account
from parvis.kernel import jobs
from parvis.portal.models import CitizenAccount
from parvis.requests import api as requests
from tests.requests.factories import ROOT, agent, send, world
from tests.support.browser import DESKTOP, PHONE, axe, no_sideways_scroll, open_page, shot

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def signed_in(live_server, page, account: Account) -> None:
    client = Client()
    client.force_login(account)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])


def look(page, name: str) -> None:
    axe(page)
    no_sideways_scroll(page)
    shot(page, f"space-{name}-{page.viewport_size['width']}")


def figures() -> str:
    jobs.run_pending(raise_errors=True)
    return re.search(r"\b(\d{3} \d{3})\b", mail.outbox[-1].body)[1]


def test_a_paper_request_appears_in_the_space_of_the_person(live_server, browser_page, chromium):
    clerk = agent("Carine Dubois", "clerk", unit=world())
    aya = create_person(actor=ROOT, family_name="Benali", given_names="Aya", birth_date=dt.date(1987, 3, 27), language="fr")
    first = send()
    requests.join_dossier(actor=clerk, request=first.request, person=aya)
    signed_in(live_server, browser_page, Account.objects.get(pk=clerk.account_id))
    desk = browser_page
    desk.goto(f"{live_server.url}/persons/{aya.uuid}/")
    desk.click(f'a[href="/persons/{aya.uuid}/portal/"]')
    look(desk, "desk-empty")
    desk.check("[name=seen]")
    desk.click("form .btn--primary:visible")
    expect(desk.locator(".codebox")).to_be_visible()
    look(desk, "desk-code")
    desk.set_viewport_size(PHONE)
    look(desk, "desk-code")
    desk.set_viewport_size(DESKTOP)
    code = desk.locator(".codebox").inner_text()

    phone = open_page(chromium, viewport=PHONE, script=False)
    phone.goto(live_server.url)
    phone.click("a.cell[href='/p/me/']")
    shot(phone, "space-sign-in-390-light")
    phone.click("a[href='/p/me/open/']")
    phone.fill("[name=code]", code)
    phone.fill("[name=email]", "aya@example.be")
    phone.click("main form .btn--primary")
    phone.fill("[name=figures]", "000000")
    phone.click("main form .btn--primary >> nth=0")
    expect(phone.locator(".err-sum")).to_be_visible()
    phone.fill("[name=figures]", figures())
    phone.click("main form .btn--primary >> nth=0")
    expect(phone.locator("h1")).to_have_text("Mon espace")
    expect(phone.locator("main")).to_contain_text(first.request.number)

    paper = send(channel="letter", actor=clerk)
    requests.join_dossier(actor=clerk, request=paper.request, person=aya, dossier=first.request.dossier)
    phone.reload()
    expect(phone.locator("main")).to_contain_text(paper.request.number)
    phone.click(f"h2 a[href='/p/track/{paper.request.uuid}/']")
    expect(phone.locator("main")).to_contain_text(paper.request.number)
    phone.context.close()

    desk.reload()
    look(desk, "desk-account")
    desk.set_viewport_size(PHONE)
    look(desk, "desk-account")
    for viewport, dark in ((PHONE, True), (DESKTOP, False)):
        page = open_page(chromium, viewport=viewport, dark=dark)
        page.goto(f"{live_server.url}/p/me/")
        look(page, "sign-in")
        page.fill("[name=email]", "aya@example.be")
        page.click("main form .btn--primary")
        look(page, "figures")
        page.fill("[name=figures]", figures())
        page.click("main form .btn--primary >> nth=0")
        expect(page.locator("h1")).to_have_text("Mon espace")
        look(page, "my")
        page.goto(f"{live_server.url}/p/me/account/")
        look(page, "account")
        page.goto(f"{live_server.url}/p/me/account/close/")
        look(page, "close")
        page.context.close()
    page = open_page(chromium, viewport=PHONE)
    page.goto(f"{live_server.url}/p/me/open/")
    look(page, "open")
    page.context.close()
    assert CitizenAccount.objects.get().person_id == aya.pk

    phone = open_page(chromium, viewport=PHONE, script=False)
    phone.goto(f"{live_server.url}/p/me/")
    phone.fill("[name=email]", "aya@example.be")
    phone.click("main form .btn--primary")
    phone.fill("[name=figures]", figures())
    phone.click("main form .btn--primary >> nth=0")
    expect(phone.locator("h1")).to_have_text("Mon espace")
    phone.goto(f"{live_server.url}/p/me/account/")
    phone.click("a[href='/p/me/account/close/']")
    phone.click("main form .btn--danger")
    expect(phone.locator("body")).to_contain_text("Votre compte est clôturé")
    phone.goto(f"{live_server.url}/p/me/")
    expect(phone.locator("[name=email]")).to_be_visible()
    phone.context.close()
    assert CitizenAccount.objects.get().live is None
